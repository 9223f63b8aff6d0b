"""`admin`: a new platform gets its first admin without SQL."""

import re
from pathlib import Path

import pytest
from tests.databases import TestServer

from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.use_cases.identity.authenticate import Register, register
from entrypoints.cli.admin import add_admin
from entrypoints.container import Container
from entrypoints.settings.main import Settings


async def test_an_admin_is_added_once_with_a_password_that_is_printed(
    postgres: TestServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with postgres.database() as url:
        settings = Settings.from_environment({"DATABASE_URL": url, "BOOKING_DATA_DIR": str(tmp_path)})
        assert await add_admin(settings, url, email=" Ops@Example.com ", name="Ops") == 0
        said = capsys.readouterr().out
        printed = re.search(r"ops@example\.com is an admin\. Password: ([a-z0-9]{20})\n", said)
        assert printed is not None, said
        assert await add_admin(settings, url, email="ops@example.com", name="Ops") == 0
        again = capsys.readouterr()
        assert again.out == ""
        assert "ops@example.com has an account: admin" in again.err

        container = Container(settings=settings)
        await container.database().open()
        try:
            user = await container.reads().users.by_login("ops@example.com")
            assert user is not None
            assert (user.role, user.name, user.email_verified_at is not None) == (Role.ADMIN, "Ops", True)
            assert await container.password_hasher().verify(printed[1], user.password_hash)
        finally:
            await container.database().close()


async def test_an_account_of_another_role_stays_as_it_is(
    postgres: TestServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with postgres.database() as url:
        settings = Settings.from_environment({"DATABASE_URL": url, "BOOKING_DATA_DIR": str(tmp_path)})
        container = Container(settings=settings)
        await container.database().open()
        try:
            customer = Register(
                email="bold@example.com", phone=None, name="Bold", role=Role.CUSTOMER, password_hash="hash"
            )
            await container.executor().run(register, customer, actor=SYSTEM)
        finally:
            await container.database().close()
        assert await add_admin(settings, url, email="bold@example.com", name="Ops") == 1
        assert "bold@example.com has an account: customer" in capsys.readouterr().err
        assert await add_admin(settings, url, email="no address", name="Ops") == 1
        assert "email: " in capsys.readouterr().err
