"""Commands refuse to start with a bad configuration or taken resources, say why, and leave other runs alone."""

import re
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import psycopg
import pytest
from tests.acceptance.product import Product, Program, processes_of
from tests.gates import PATIENCE_SECONDS
from tests.ports import free_port

from entrypoints.settings.environment import DEVELOPMENT_SECRET
from entrypoints.settings.payments import SIMULATOR_INVOICE_CODE, SIMULATOR_PASSWORD, SIMULATOR_USERNAME

REFUSED = 2
NO_DATABASE: Final = "postgresql://booking:hidden@127.0.0.1:1/booking"
BARE_PRODUCTION: Final = {"BOOKING_ENV": "production"}
PRODUCTION_WITH_DEVELOPMENT_SECRETS: Final = {
    "BOOKING_ENV": "production",
    "DATABASE_URL": NO_DATABASE,
    "BOOKING_PUBLIC_URL": "https://booking.example.com",
    "BOOKING_SECRET_KEY": DEVELOPMENT_SECRET,
    "BOOKING_ENCRYPTION_KEY": DEVELOPMENT_SECRET,
    "BOOKING_BLIND_INDEX_KEY": DEVELOPMENT_SECRET,
    "SIMULATOR_PORT": "8001",
    "QPAY_BASE_URL": "http://127.0.0.1:8001/v2",
    "QPAY_USERNAME": SIMULATOR_USERNAME,
    "QPAY_PASSWORD": SIMULATOR_PASSWORD,
    "QPAY_INVOICE_CODE": SIMULATOR_INVOICE_CODE,
    "BOOKING_RATE_LIMITS": "off",
}

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found in /proc"),
]


class Refused:
    """Runs that must be refused, started together because each retries for some seconds first."""

    def __init__(self, folder: Path, running: Product, taken: int) -> None:
        self.running, self.taken = running, taken
        self.folder = folder
        with_wrong_password = re.sub(r":[^:@]+@", ":hidden@", running.database_url)
        empty = running.database_url.rpartition("/")[0] + "/postgres"
        self._runs = {
            "folder": self._run("folder", {"BOOKING_DATA_DIR": str(running.data)}),
            "port": self._run(
                "port", {"PORT": str(running.port)}, interpreter=True
            ),  # one imports what it needs itself
            "simulator port": self._run("simulator port", {"SIMULATOR_PORT": str(taken)}),
            "bare production": self._run("bare production", BARE_PRODUCTION),
            "development secrets": self._run("development secrets", PRODUCTION_WITH_DEVELOPMENT_SECRETS),
            "no database": self._run("no database", {}, command="api"),
            "unreachable database": self._run("unreachable database", {"DATABASE_URL": NO_DATABASE}, command="api"),
            "wrong password": self._run("wrong password", {"DATABASE_URL": with_wrong_password}, command="api"),
            "worker": self._run("worker", {"DATABASE_URL": with_wrong_password}, command="worker"),
            "not migrated": self._run("not migrated", {"DATABASE_URL": empty}, command="api"),
            "worker, not migrated": self._run("worker, not migrated", {"DATABASE_URL": empty}, command="worker"),
            "too old": self._run("too old", {"DATABASE_URL": self._too_old(empty)}, command="migrate"),
            "malformed": self._run("malformed", {"DATABASE_URL": "postgresql://a:hid%zzden@b/c"}, command="migrate"),
            "no folder": self._run("no folder", {"BOOKING_DATA_DIR": "/dev/null/data"}),
            "api port": self._run(
                "api port", {"DATABASE_URL": running.database_url, "PORT": str(taken)}, command="api"
            ),
        }

    def data(self, name: str) -> Path:
        return self.folder / name

    @staticmethod
    def _too_old(url: str) -> str:
        """A database at a revision from before the first of this code."""
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE too_old")
        old = url.rpartition("/")[0] + "/too_old"
        with psycopg.connect(old) as connection:
            connection.execute("CREATE TABLE alembic_version AS SELECT '0074' AS version_num")
        return old

    def _run(
        self, name: str, settings: Mapping[str, str], *, command: str = "run", interpreter: bool = False
    ) -> Program:
        ports = {"PORT": str(free_port()), "SIMULATOR_PORT": str(free_port())}
        environment = {"BOOKING_DATA_DIR": str(self.data(name)), **ports, **settings}
        return Program(command, self.folder / f"{name}.log", environment, interpreter=interpreter)

    def said(self, name: str) -> str:
        """The output of a refused run."""
        run = self._runs[name]
        assert run.process.wait(PATIENCE_SECONDS) == REFUSED, run.said
        assert "Traceback" not in run.said
        return run.said

    def kill(self) -> None:
        for run in self._runs.values():
            run.kill()


@pytest.fixture(scope="module")
def refused(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Refused]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        runs = Refused(tmp_path_factory.mktemp("refused"), product, other.getsockname()[1])
        try:
            yield runs
        finally:
            runs.kill()


def test_production_without_its_variables_is_refused_and_names_each(refused: Refused) -> None:
    said = refused.said("bare production")
    for name in (
        "DATABASE_URL",
        "BOOKING_PUBLIC_URL",
        "BOOKING_SECRET_KEY",
        "BOOKING_ENCRYPTION_KEY",
        "BOOKING_BLIND_INDEX_KEY",
        "QPAY_BASE_URL",
        "QPAY_USERNAME",
        "QPAY_PASSWORD",
        "QPAY_INVOICE_CODE",
    ):
        assert f"{name} is required" in said


def test_production_that_would_write_messages_to_files_is_refused(refused: Refused) -> None:
    for environment in ("bare production", "development secrets"):
        said = refused.said(environment)
        for name in ("BOOKING_EMAIL_PROVIDER", "BOOKING_SMS_PROVIDER"):
            assert f"{name} is required in production: console is for development only" in said


def test_production_with_development_secrets_is_refused_and_names_each(refused: Refused) -> None:
    said = refused.said("development secrets")
    assert {line.split()[0] for line in said.splitlines() if line.startswith("  ")} == {
        "BOOKING_SECRET_KEY",
        "BOOKING_ENCRYPTION_KEY",
        "BOOKING_BLIND_INDEX_KEY",
        "QPAY_BASE_URL",
        "QPAY_USERNAME",
        "QPAY_PASSWORD",
        "QPAY_INVOICE_CODE",
        "BOOKING_RATE_LIMITS",
        "BOOKING_EMAIL_PROVIDER",
        "BOOKING_SMS_PROVIDER",
        "R2_ENDPOINT_URL",
        "R2_ACCESS_KEY_ID",
        "R2_SECRET_ACCESS_KEY",
        "R2_BUCKET",
        "R2_PUBLIC_BUCKET",
        "R2_PUBLIC_URL",
    }
    assert "hidden" not in said
    assert DEVELOPMENT_SECRET not in said


def test_a_second_run_in_the_same_folder_is_refused_and_names_the_folder(refused: Refused) -> None:
    said = refused.said("folder")
    assert "another `run`" in said
    assert str(refused.running.data) in said


def test_a_taken_port_is_refused_and_named(refused: Refused) -> None:
    assert f"127.0.0.1:{refused.running.port} cannot be used" in refused.said("port")
    assert f"127.0.0.1:{refused.taken} cannot be used" in refused.said("simulator port")


@pytest.mark.parametrize(
    ("name", "why", "what_to_do"),
    [
        ("no database", "`api` needs DATABASE_URL", "`make run` starts one itself."),
        ("unreachable database", "127.0.0.1:1 cannot be reached: Connection refused", "or correct DATABASE_URL."),
        ("wrong password", "password authentication failed", "Correct DATABASE_URL."),
        ("worker", "password authentication failed", "Correct DATABASE_URL."),
        ("not migrated", "The database postgres is not migrated", "Run `make migrate`."),
        ("worker, not migrated", "The database postgres is not migrated", "Run `make migrate`."),
        ("too old", "The database is at revision 0074", "Upgrade it first with the last commit before"),
        ("malformed", "DATABASE_URL is malformed", "Percent-encode"),
        ("no folder", "/dev/null/data cannot be written", "or set BOOKING_DATA_DIR"),
    ],
)
def test_a_command_that_cannot_start_prints_the_reason_in_one_line(
    refused: Refused, name: str, why: str, what_to_do: str
) -> None:
    [said] = refused.said(name).splitlines()
    assert why in said
    assert what_to_do in said
    assert "hid" not in said


def test_the_api_on_a_taken_port_is_refused_without_a_backtrace(refused: Refused) -> None:
    assert refused.said("api port").splitlines()[-1] == (
        f"127.0.0.1:{refused.taken} cannot be used: Address already in use"
    )


def test_a_refused_run_leaves_no_process_and_does_not_disturb_a_running_one(refused: Refused) -> None:
    for name in ("port", "simulator port", "bare production", "development secrets"):
        refused.said(name)
        assert processes_of(refused.data(name)) == {}
    assert refused.running.live()
    assert refused.running.program.process.poll() is None
