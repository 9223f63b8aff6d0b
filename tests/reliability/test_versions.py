"""Row 19, controls: with the defence removed several changes of one version succeed, over several connection pools.

`test_requests_at_once.py` runs it with the defence over several processes.
"""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any, Final

import pytest
from sqlalchemy import bindparam, select, update
from tests.databases import CIPHER, TestServer
from tests.gates import PATIENCE_SECONDS, Gate

from adapters.postgres.catalogue.salons import PostgresSalons
from adapters.postgres.catalogue.tables import providers, salons
from adapters.postgres.database import Database
from adapters.postgres.kit.statements import Statement
from adapters.postgres.scheduling.calendars import PostgresBookableProviders, PostgresCalendars
from adapters.security.entropy import SystemEntropy
from booking_domain.catalogue.salons import Salon
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import StaleVersion
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import ProviderId, SalonId, UserId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.memory import ManualClock
from booking_domain.use_cases.catalogue.profiles import ProfileChange, SettingsChange, change_settings, open_profile
from booking_domain.use_cases.catalogue.salons import EditSalon, OpenSalon, edit_salon, open_salon
from booking_domain.use_cases.platform.ports import Repositories

AT_ONCE: Final = 50
POOLS: Final = 4


async def outcome(url: str, thing: str) -> Counter[str]:
    """The outcomes of concurrent changes of one version, over several connection pools."""
    async with AsyncExitStack() as stack:
        databases = [Database(url, cipher=CIPHER, pool_size=5, pool_timeout=PATIENCE_SECONDS) for _ in range(POOLS)]
        for database in databases:
            await database.open()
            stack.push_async_callback(database.close)
        executors: list[Executor[Repositories]] = [
            Executor(begin=each.begin, clock=ManualClock(NOW), entropy=SystemEntropy()) for each in databases
        ]
        user = replace(Builder().user(), role=Role.MANAGER if thing == "salon" else Role.PROVIDER)
        async with databases[0].begin() as tx:
            await tx.users.add(user)
        edit = await _salon(executors[0], user.actor) if thing == "salon" else await _calendar(executors[0], user.actor)
        results = await asyncio.gather(
            *(executors[place % POOLS].run(*edit, actor=user.actor) for place in range(AT_ONCE)),
            return_exceptions=True,
        )
    return Counter("refused" if isinstance(each, StaleVersion) else type(each).__name__ for each in results)


async def _salon(executor: Executor[Repositories], manager: Actor) -> tuple[Any, Any]:
    salon = await executor.run(open_salon, OpenSalon(name="Nomad", time_zone="UTC"), actor=manager)
    return edit_salon, EditSalon(salon_id=salon.id, name="Ordos", expected_version=1)


async def _calendar(executor: Executor[Repositories], owner: Actor) -> tuple[Any, Any]:
    await executor.run(open_profile, ProfileChange(display_name="Studio"), actor=owner)
    return change_settings, SettingsChange(step_minutes=15, expected_version=1)


@pytest.mark.parametrize(("thing", "made"), [("salon", "Salon"), ("calendar", "SettingsView")])
async def test_the_row_is_locked_before_its_version_is_read(postgres: TestServer, thing: str, made: str) -> None:
    with postgres.database() as url:
        assert await outcome(url, thing) == {made: 1, "refused": AT_ONCE - 1}


_LOOK: Final = Statement(
    select(
        salons.c.id, salons.c.manager_id, salons.c.name, salons.c.time_zone, salons.c.version, salons.c.created_at
    ).where(salons.c.id == bindparam("salon"))
)
_SAVE_ANY: Final = Statement(
    update(salons)
    .where(salons.c.id == bindparam("salon", type_=salons.c.id.type))
    .values({name: bindparam(name) for name in ("name", "time_zone", "version")})
)
_OWN: Final = Statement(select(providers.c.id).where(providers.c.owner_id == bindparam("user_id")))


async def _salon_without_a_lock(self: PostgresSalons, salon_id: SalonId) -> Salon | None:
    row = await self._work.one(_LOOK, salon=salon_id)
    assert row is not None
    id_, manager_id, name, time_zone, version, created_at = row
    return Salon(id=id_, manager_id=manager_id, name=name, time_zone=time_zone, version=version, created_at=created_at)


async def _saved_over_any_version(self: PostgresSalons, salon: Salon, *, was: Salon) -> None:
    await self._work.execute(_SAVE_ANY, salon=was.id, name=salon.name, time_zone=salon.time_zone, version=salon.version)


async def _provider_without_a_lock(self: PostgresCalendars, user_id: UserId) -> ProviderId | None:
    row = await self._work.one(_OWN, user_id=user_id)
    return None if row is None else ProviderId(row[0])


async def test_without_the_lock_several_changes_succeed(postgres: TestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a salon that is saved whatever its version is by then, too: each of the two alone is enough."""
    monkeypatch.setattr(PostgresSalons, "lock", Gate(2).after(_salon_without_a_lock))
    with postgres.database() as url:
        assert (await outcome(url, "salon"))["Salon"] == 1
    monkeypatch.setattr(PostgresSalons, "lock", Gate(2).after(_salon_without_a_lock))
    monkeypatch.setattr(PostgresSalons, "save", _saved_over_any_version)
    with postgres.database() as url:
        assert (await outcome(url, "salon"))["Salon"] > 1
    monkeypatch.setattr(PostgresCalendars, "lock_provider_of", _provider_without_a_lock)
    monkeypatch.setattr(PostgresBookableProviders, "terms_of", Gate(2).after(PostgresBookableProviders.terms_of))
    with postgres.database() as url:
        assert (await outcome(url, "calendar"))["SettingsView"] > 1
