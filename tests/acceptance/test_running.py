"""`run` starts everything without a question, restarts parts that die, and stops all of it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.acceptance.people import check_out, customer, log_in, open_studio, wait_for_status
from tests.acceptance.product import Product, Program, eventually, processes_of
from tests.gates import PATIENCE_SECONDS
from tests.ports import free_port

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found in /proc"),
]


WRITTEN_BY_PEOPLE = ("users", "providers", "salons", "bookings", "payments", "disputes", "services", "ideas")
"""Tables to which no worker adds rows at any time, as it does to the queues, the news, receipts and earnings."""


class Restartable:
    """A product of this module, and what its first start from an empty folder created."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.seeded = rows(product)

    def running(self) -> Product:
        """Start it again if the previous test has stopped it."""
        if self.product.program.process.poll() is not None:
            self.product.start()
        return self.product


@pytest.fixture(scope="module")
def restartable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restartable]:
    with Product(tmp_path_factory.mktemp("restartable")) as product:
        yield Restartable(product)


def rows(product: Product) -> dict[str, int]:
    """The number of rows of each table that people write to."""
    return {table: product.number(f"SELECT count(*) FROM {table}") for table in WRITTEN_BY_PEOPLE}  # noqa: S608


def test_the_first_start_seeds_demo_data(restartable: Restartable) -> None:
    assert (restartable.seeded["users"], restartable.seeded["providers"]) == (19, 12)


def test_ctrl_c_stops_every_process_and_the_data_stays(restartable: Restartable) -> None:
    product = restartable.running()
    before = rows(product)
    assert product.stop(signal.SIGINT) == 0
    assert product.processes() == {}
    product.start()
    assert rows(product) == before


def test_a_killed_run_leaves_no_process_and_starts_again(restartable: Restartable) -> None:
    product = restartable.running()
    customer = log_in(product, "customer@example.com")
    provider = product.http.get("/providers").json()["items"][0]["id"]

    product.program.process.kill()  # only this process, not its group: the others must notice
    product.program.process.wait()

    def left() -> list[str]:
        return [command for command in product.processes().values() if "postgres" not in command]

    eventually(lambda: not left(), what=f"nothing is left of {left()}")
    product.start()
    assert customer.get("/auth/me")["id"] == customer.id
    assert product.http.get(f"/providers/{provider}").is_success


PARTS = ("worker", "api", "simulator")
LONGEST_NAME = 15


def process_of(part: str, product: Product) -> int | None:
    """The first process of the part: the one that `run` has started."""
    name = f"booking {part}"[:LONGEST_NAME]
    running = [process for process, line in product.processes().items() if line.startswith(name)]
    return min(running, default=None)


def kill(part: str, product: Product) -> None:
    first = eventually(lambda: process_of(part, product), what=f"{part} runs")
    assert first is not None
    os.kill(first, signal.SIGKILL)

    def gone() -> bool:
        return process_of(part, product) != first

    eventually(gone, what=f"{part} is gone")


@pytest.mark.nightly
def test_a_part_that_dies_is_restarted_and_one_that_keeps_dying_stops_the_run(restartable: Restartable) -> None:
    product = restartable.running()
    for part in PARTS:
        kill(part, product)
    studio = eventually(lambda: product.live() and open_studio(product), what="the API is back")
    assert studio
    person = customer(product)
    booking = person.book(studio.id, studio.slots()[0])
    eventually(lambda: simulator_is_live(product), what="the simulator is back")
    check_out(person.start_to_pay(booking["id"]), "paid")
    wait_for_status(person, booking["id"], "confirmed")
    eventually(lambda: [*product.messages.glob("*.json")], what="the worker is back")
    for part in PARTS:
        assert f"{part} has ended" in product.program.said
    assert product.program.process.poll() is None

    def ended() -> bool:
        if first := process_of("worker", product):
            os.kill(first, signal.SIGKILL)
        return product.program.process.poll() is not None

    eventually(ended, what="run gives up")
    assert product.program.process.wait() == 1
    assert "worker keeps ending" in product.program.said
    assert product.processes() == {}


def simulator_is_live(product: Product) -> bool:
    try:
        return httpx.get(
            f"{product.simulator_url}/simulator/health", trust_env=False, timeout=PATIENCE_SECONDS
        ).is_success
    except httpx.TransportError:
        return False


@pytest.mark.nightly
def test_a_signal_during_the_start_stops_the_run(tmp_path: Path) -> None:
    settings = {
        "BOOKING_DATA_DIR": str(tmp_path / "data"),
        "PORT": str(free_port()),
        "SIMULATOR_PORT": str(free_port()),
    }
    program = Program("run", tmp_path / "data.log", settings)
    try:
        program.wait_until((tmp_path / "data" / "run.lock").exists, "begun")
        assert program.stop() == 0, program.said
        assert processes_of(tmp_path / "data") == {}
    finally:
        program.kill()
