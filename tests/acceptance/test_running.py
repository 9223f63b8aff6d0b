"""`run` starts everything without a question, looks after it, and stops all of it."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql
from tests.acceptance.people import PASSWORD, check_out, customer, log_in, open_studio, wait_for_status
from tests.acceptance.product import Product, Program, command_line, eventually, free_port, processes_of

SECOND_START_SECONDS = 10.0
"""Five on a quiet machine (docs/operations.md). Here other tests run beside it: or as long as the first start took."""
A_FEW_SECONDS = 8.0

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="what runs is looked up in /proc"),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with Product(tmp_path_factory.mktemp("running"), traced=True) as product:
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


def test_it_starts_from_nothing_stops_when_told_to_and_starts_again_in_seconds(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with Product(tmp_path) as product:
        seeded, within = rows(product), max(SECOND_START_SECONDS, product.took)
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
            if product.took < within:
                return
        pytest.fail(f"the second start took {product.took:.1f} s, of {within:.1f}")


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
    rules = log_in(running, "provider@example.com").get(f"/availability/{provider['id']}")["rules"]
    hours = {(rule["day"], rule["startTime"], rule["endTime"]) for rule in rules}
    assert hours == {(day, "10:00", "19:00") for day in range(1, 7)}


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


PARTS = {
    "worker": "entrypoints.cli worker",
    "api": "entrypoints.cli api",
    "simulator": "adapters.qpay.simulator",
}


def process_of(part: str, product: Product) -> int | None:
    """The part's first process: the one that `run` has started."""
    running = [process for process, line in product.processes().items() if PARTS[part] in line]
    return min(running, default=None)


def kill(part: str, product: Product) -> None:
    first = eventually(lambda: process_of(part, product), within=A_FEW_SECONDS, what=f"{part} runs")
    assert first is not None
    os.kill(first, signal.SIGKILL)

    def gone() -> bool:
        return process_of(part, product) != first

    eventually(gone, within=A_FEW_SECONDS, what=f"{part} is gone")


def test_a_part_that_dies_is_started_again_and_one_that_keeps_dying_ends_all_of_it(tmp_path: Path) -> None:
    with Product(tmp_path) as product:
        for part in PARTS:
            kill(part, product)
        studio = eventually(lambda: product.live() and open_studio(product), within=20, what="the API is back")
        assert studio
        person = customer(product)
        booking = person.book(studio.id, studio.slots()[0])
        eventually(lambda: simulator_is_live(product), within=20, what="the simulator is back")
        check_out(person.start_to_pay(booking["id"]), "paid")
        wait_for_status(person, booking["id"], "confirmed", within=A_FEW_SECONDS)
        eventually(lambda: [*product.messages.glob("*.json")], within=20, what="the worker is back")
        for part in PARTS:
            assert f"{part} has ended" in product.program.said
        assert product.program.process.poll() is None

        deadline = time.monotonic() + 30
        while product.program.process.poll() is None and time.monotonic() < deadline:
            if first := process_of("worker", product):
                os.kill(first, signal.SIGKILL)
        assert product.program.process.wait(20) == 1
        assert "worker keeps ending" in product.program.said
        assert product.processes() == {}


def simulator_is_live(product: Product) -> bool:
    try:
        return httpx.get(f"{product.simulator_url}/simulator/health", trust_env=False).is_success
    except httpx.TransportError:
        return False


def test_told_to_stop_while_it_starts_it_stops(tmp_path: Path) -> None:
    settings = {
        "BOOKING_DATA_DIR": str(tmp_path / "data"),
        "PORT": str(free_port()),
        "SIMULATOR_PORT": str(free_port()),
    }
    program = Program(command_line("run"), tmp_path / "run.log", settings)
    try:
        program.wait_until((tmp_path / "data" / "run.lock").exists, "begun")
        assert program.stop() == 0, program.said
        assert processes_of(tmp_path / "data") == {}
    finally:
        program.kill()
