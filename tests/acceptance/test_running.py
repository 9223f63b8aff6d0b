"""`run` starts everything without a question, stops everything, and refuses what cannot go well."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tests.acceptance.people import PASSWORD, log_in
from tests.acceptance.product import Product, Program, command_line, environment, eventually, free_port, processes_of

from entrypoints.settings import (
    DEVELOPMENT_SECRET,
    SIMULATOR_INVOICE_CODE,
    SIMULATOR_PASSWORD,
    SIMULATOR_USERNAME,
)

SECOND_START_SECONDS = 5.0
A_FEW_SECONDS = 8.0
REFUSED = 2

pytestmark = [
    pytest.mark.xdist_group("running"),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="what runs is looked up in /proc"),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with Product(tmp_path_factory.mktemp("running")) as product:
        yield product


def rows(product: Product) -> dict[str, int]:
    """How many rows each table has, but for those of the job queue."""
    with psycopg.connect(product.database_url) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'procrastinate%'"
        ).fetchall()
        found = {}
        for (table,) in tables:
            counted = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
            assert counted is not None
            found[table] = counted[0]
        return found


def refused(product_folder: Path, **settings: str) -> str:
    """What `run` says when it refuses to."""
    done = subprocess.run(  # noqa: S603
        command_line("run"),
        env=environment(BOOKING_DATA_DIR=str(product_folder), **settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == REFUSED, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_it_starts_from_nothing_stops_when_told_to_and_starts_again_within_five_seconds(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with Product(tmp_path) as product:
        seeded = rows(product)
        assert (seeded["users"], seeded["providers"]) == (3, 1)
        assert product.stop(signal.SIGINT) == 0
        assert product.processes() == {}

        # What other programs do to a machine may cost the first of them; a start is not slow if the next is not.
        for again in (signal.SIGTERM, signal.SIGTERM, signal.SIGTERM):
            product.start()
            record_property("second start", product.took)
            assert rows(product) == seeded
            assert product.stop(again) == 0
            assert product.processes() == {}
            if product.took < SECOND_START_SECONDS:
                return
        pytest.fail(f"the second start took {product.took:.1f} s")


def test_it_says_where_everything_is_and_it_is_there(running: Product) -> None:
    said = running.program.said
    assert f"{running.url}/api/v1" in said
    assert running.simulator_url in said
    assert str(running.messages) in said
    for email, role in (("admin", "admin"), ("provider", "provider"), ("customer", "customer")):
        assert f"{email}@example.com" in said
        assert log_in(running, f"{email}@example.com").get("/auth/me")["role"] == role
    assert PASSWORD in said
    for path in ("/docs", "/schema"):
        assert running.http.get(running.url + path, follow_redirects=True).is_success


def test_the_demo_provider_is_approved_and_open_from_monday_to_saturday(running: Product) -> None:
    [provider] = running.http.get("/providers").json()["items"]
    assert provider["status"] == "approved"
    assert provider["timeZone"] == "Asia/Ulaanbaatar"
    assert (provider["depositAmount"], provider["currency"]) == (2_000_000, "MNT")
    rules = running.http.get(f"/availability/{provider['id']}")
    if rules.status_code == 401:
        rules = log_in(running, "provider@example.com").ask("GET", f"/availability/{provider['id']}")
    hours = {(rule["day"], rule["startTime"], rule["endTime"]) for rule in rules.json()["rules"]}
    assert hours == {(day, "10:00", "19:00") for day in range(1, 7)}


def test_a_second_run_in_the_same_folder_is_refused_and_the_first_goes_on(running: Product) -> None:
    said = refused(running.data, PORT=str(free_port()), SIMULATOR_PORT=str(free_port()))
    assert str(running.data) in said
    assert "run" in said
    assert running.live()


@pytest.mark.xdist_group("taken port")
@pytest.mark.parametrize("port", ["PORT", "SIMULATOR_PORT"])
def test_a_taken_port_is_refused_and_named(port: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        ports = {"PORT": str(free_port()), "SIMULATOR_PORT": str(free_port()), port: str(taken)}
        assert f"127.0.0.1:{taken}" in refused(tmp_path / "data", **ports)
    assert processes_of(tmp_path / "data") == {}


def test_a_killed_run_leaves_no_program_behind_and_starts_again(tmp_path: Path) -> None:
    with Product(tmp_path) as product:
        customer = log_in(product, "customer@example.com")
        provider = product.http.get("/providers").json()["items"][0]["id"]

        product.program.process.kill()  # its group is not: the others notice by themselves
        product.program.process.wait()

        def left() -> list[str]:
            return [command for command in product.processes().values() if "postgres" not in command]

        eventually(lambda: not left(), within=A_FEW_SECONDS, what=f"nothing is left of {left()}")
        product.start()
        assert customer.get("/auth/me")["id"] == customer.id
        assert product.http.get(f"/providers/{provider}").is_success
        assert product.stop() == 0
        assert product.processes() == {}


def test_when_one_part_dies_all_of_it_ends(tmp_path: Path) -> None:
    with Product(tmp_path) as product:
        for part, command in (
            ("worker", "entrypoints.cli worker"),
            ("api", "entrypoints.cli api"),
            ("simulator", "adapters.qpay.simulator"),
        ):
            if product.program.process.poll() is not None:
                product.start()
            os.kill(min(process for process, line in product.processes().items() if command in line), signal.SIGKILL)
            assert product.program.process.wait(20) == 1
            assert f"{part} has ended" in product.program.said
            assert product.processes() == {}


def test_told_to_stop_while_it_starts_it_stops(tmp_path: Path) -> None:
    settings = {
        "BOOKING_DATA_DIR": str(tmp_path / "data"),
        "PORT": str(free_port()),
        "SIMULATOR_PORT": str(free_port()),
    }
    program = Program(command_line("run"), tmp_path / "run.log", settings)
    try:
        program.wait_until(lambda: (tmp_path / "data" / "run.lock").exists(), "begun")
        assert program.stop() == 0, program.said
        assert processes_of(tmp_path / "data") == {}
    finally:
        program.kill()


def test_production_without_secrets_is_refused_and_each_missing_variable_named(tmp_path: Path) -> None:
    said = refused(tmp_path, BOOKING_ENV="production")
    for name in ("DATABASE_URL", "BOOKING_PUBLIC_URL", "BOOKING_SECRET_KEY", "QPAY_BASE_URL", "QPAY_USERNAME"):
        assert f"{name} is required" in said


def test_production_with_development_secrets_is_refused_and_each_of_them_named(tmp_path: Path) -> None:
    said = refused(
        tmp_path,
        BOOKING_ENV="production",
        DATABASE_URL="postgresql://booking:hidden@127.0.0.1:1/booking",
        BOOKING_PUBLIC_URL="https://booking.example.com",
        BOOKING_SECRET_KEY=DEVELOPMENT_SECRET,
        QPAY_BASE_URL="http://127.0.0.1:8001/v2",
        QPAY_USERNAME=SIMULATOR_USERNAME,
        QPAY_PASSWORD=SIMULATOR_PASSWORD,
        QPAY_INVOICE_CODE=SIMULATOR_INVOICE_CODE,
        BOOKING_RATE_LIMITS="off",
    )
    named = {line.split()[0] for line in said.splitlines() if line.startswith("  ")}
    assert named == {
        "BOOKING_SECRET_KEY",
        "QPAY_BASE_URL",
        "QPAY_USERNAME",
        "QPAY_PASSWORD",
        "QPAY_INVOICE_CODE",
        "BOOKING_RATE_LIMITS",
    }
    assert "hidden" not in said
    assert DEVELOPMENT_SECRET not in said
