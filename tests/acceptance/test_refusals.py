"""`run` refuses to start with a bad configuration or taken resources, says why, and leaves other runs alone."""

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
from tests.acceptance.product import PATIENCE_SECONDS, Product, Program, processes_of
from tests.ports import free_port

from entrypoints.environment import DEVELOPMENT_SECRET
from entrypoints.settings import (
    SIMULATOR_INVOICE_CODE,
    SIMULATOR_PASSWORD,
    SIMULATOR_USERNAME,
)

REFUSED = 2
BARE_PRODUCTION: Final = {"BOOKING_ENV": "production"}
PRODUCTION_WITH_DEVELOPMENT_SECRETS: Final = {
    "BOOKING_ENV": "production",
    "DATABASE_URL": "postgresql://booking:hidden@127.0.0.1:1/booking",
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
        self._runs = {
            "folder": self._run("folder", {"BOOKING_DATA_DIR": str(running.data)}),
            "port": self._run("port", {"PORT": str(running.port)}),
            "simulator port": self._run("simulator port", {"SIMULATOR_PORT": str(taken)}),
            "bare production": self._run("bare production", BARE_PRODUCTION),
            "development secrets": self._run("development secrets", PRODUCTION_WITH_DEVELOPMENT_SECRETS),
        }

    def data(self, name: str) -> Path:
        return self.folder / name

    def _run(self, name: str, settings: Mapping[str, str]) -> Program:
        ports = {"PORT": str(free_port()), "SIMULATOR_PORT": str(free_port())}
        told = {"BOOKING_DATA_DIR": str(self.data(name)), **ports, **settings}
        return Program("run", self.folder / f"{name}.log", told)

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
    for name in ("bare production", "development secrets"):
        said = refused.said(name)
        assert "BOOKING_EMAIL_PROVIDER must be smtp in production" in said
        assert "BOOKING_SMS_PROVIDER must be one of twilio, kavenegar, none in production" in said


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


def test_a_refused_run_leaves_no_process_and_does_not_disturb_a_running_one(refused: Refused) -> None:
    for name in ("port", "simulator port", "bare production", "development secrets"):
        refused.said(name)
        assert processes_of(refused.data(name)) == {}
    assert refused.running.live()
    assert refused.running.program.process.poll() is None
