"""Row 26: abusive requests are rejected while the server keeps serving others.

Times are reported against their goals (`make reliability`) and never asserted.
"""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from benchmarks.logins import HealthProbe, exchange
from tests.acceptance.bursts import Wish, all_at_once, kinds
from tests.acceptance.people import Person, customer, open_studio
from tests.acceptance.product import Api, eventually
from tests.databases import TestServer
from tests.gates import PATIENCE_SECONDS
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.reliability.hostile_requests import OK, Hostile, all_of_them, request, whole

from entrypoints.http.kit.refusals import Refusal
from entrypoints.http.kit.strict_json import read_json

TIMES: Final = scale.of(20, less=1)
CLIENTS: Final = 50
REQUESTS_OF_A_CLIENT: Final = scale.of(10, less=2)
GOAL_SECONDS: Final = 1.0
GOAL_STALL_MILLISECONDS: Final = 100.0
BODY_SECONDS: Final = 1
LATE: Final = 408
"""A busy server may give up a body before it has read what is wrong with it."""
NAMES: Final = 200_000
CPU_SECONDS: Final = 120
"""Safety limit: comparing NAMES names with each other would take longer, reading them takes a fraction of a second."""


@pytest.fixture(scope="module")
def api(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    settings = {"BOOKING_BODY_TIMEOUT_SECONDS": str(BODY_SECONDS)}
    with postgres.database() as url, Api(tmp_path_factory.mktemp("limits"), url, **settings) as running:
        yield running


@pytest.fixture(scope="module")
def person(api: Api) -> Person:
    return customer(api)


def sent(api: Api, hostile: Hostile) -> tuple[int, bytes, float]:
    """Status, whole response, and latency in seconds."""
    with socket.create_connection(("127.0.0.1", api.port), timeout=PATIENCE_SECONDS) as connection:
        begun = time.perf_counter()
        with suppress(OSError):  # the server may reject the request before it has read all of it
            for piece in hostile.pieces:
                connection.sendall(piece)
            if hostile.ends:
                connection.shutdown(socket.SHUT_WR)
        answer = b""
        with suppress(ConnectionResetError):
            while b"\r\n\r\n" not in answer and (chunk := connection.recv(65_536)):
                answer += chunk
        return int(answer.split()[1]), answer, time.perf_counter() - begun


def test_abusive_requests_are_rejected_and_others_are_served(api: Api, person: Person, report: Report) -> None:
    watch, slowest, wrong = HealthProbe(api.port), 0.0, []
    requests = list(all_of_them(person.token)) * TIMES
    with watch.running():
        eventually(lambda: watch.latencies, what="the probe runs")
        for hostile in requests:
            status, answer, seconds = sent(api, hostile)
            slowest = max(slowest, seconds)
            if status not in {*hostile.answers, LATE}:
                wrong.append((hostile.name, answer[:500]))
        served = len(watch.latencies)
        eventually(lambda: len(watch.latencies) > served, what="the probe still gets responses")
    assert wrong == []
    stalled = watch.measured.percentile(100)
    figure = f"slowest refusal {1_000 * slowest:.0f} ms, longest stall {stalled:.0f} ms"
    report(26, figure, goal_met=slowest < GOAL_SECONDS and stalled < GOAL_STALL_MILLISECONDS)
    assert "request failed" not in api.log.read_text()


def test_a_server_that_stands_still_is_noticed(api: Api) -> None:
    """Control: while its processes are stopped, the probe gets no response."""
    watch = HealthProbe(api.port)
    with watch.running():
        eventually(lambda: watch.latencies, what="the probe runs")
        for process in api.processes():
            os.kill(process, signal.SIGSTOP)
        eventually(lambda: all(stopped(process) for process in api.processes()), what="the server is stopped")
        with socket.create_connection(("127.0.0.1", api.port), timeout=0.2) as connection, pytest.raises(TimeoutError):
            connection.sendall(b"GET /api/v1/health/live HTTP/1.1\r\nHost: booking\r\n\r\n")
            connection.recv(1)
        before = len(watch.latencies)
        for process in api.processes():
            os.kill(process, signal.SIGCONT)
        eventually(lambda: len(watch.latencies) > before, what="the probe gets responses again")


def stopped(process: int) -> bool:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def test_a_compressed_body_is_rejected_with_the_supported_encodings(api: Api, person: Person) -> None:
    refused = person.ask("POST", "/bookings", content=OK, headers={"Content-Encoding": "gzip"})
    assert (refused.status_code, refused.json()["code"]) == (415, "validation.unsupported_media_type")
    assert refused.headers["Accept-Encoding"] == "identity"
    plain = {"Content-Encoding": "identity", "Content-Type": "application/json"}
    assert person.ask("POST", "/bookings", content=OK, headers=plain).status_code == 400


def test_a_trickling_body_holds_no_database_connection_and_is_abandoned(api: Api, person: Person) -> None:
    """A hundred of them are open at once, and the database pool has ten connections."""
    lines = [socket.create_connection(("127.0.0.1", api.port), timeout=PATIENCE_SECONDS) for _ in range(100)]
    try:
        for line in lines:
            line.sendall(request(person.token, "Content-Length: 1000") + b"{")
        assert person.ask("GET", "/bookings").status_code == 200
        for line in lines:
            with suppress(OSError):
                line.sendall(b'"')
            answer = b""
            while chunk := line.recv(65_536):
                answer += chunk
            assert answer.startswith(b"HTTP/1.1 408 "), answer  # and the connection is closed
            assert b'"code":"http.request_timeout"' in answer
    finally:
        for line in lines:
            line.close()


def test_a_connection_survives_a_refusal(api: Api, person: Person) -> None:
    with socket.create_connection(("127.0.0.1", api.port), timeout=PATIENCE_SECONDS) as line:
        for _ in range(2):
            assert exchange(line, b"".join(whole(person.token, OK))).startswith(b"HTTP/1.1 400 ")


def test_finding_a_duplicate_name_takes_linear_time() -> None:
    body = json.dumps({f"{number:x}": 1 for number in range(NAMES)}).encode()[:-1] + b', "61a7": 2}'
    with cpu_limit(), pytest.raises(Refusal) as refused:
        read_json(body, dict[str, int])
    assert [error.pointer for error in refused.value.errors] == ["/61a7"]


def test_fifty_clients_behind_one_address_are_all_served(api: Api) -> None:
    """As behind the address of a mobile carrier. Nobody is signed in, so all of them are one caller."""
    studio, first = open_studio(api), datetime.now(UTC).date() + timedelta(days=1)
    month = f"/providers/{studio.id}/slots?from={first}&to={first + timedelta(days=30)}"
    nobody = Person(api, id="", token="")
    wishes = [Wish(nobody, month, {}, method="GET") for _ in range(CLIENTS * REQUESTS_OF_A_CLIENT)]
    assert kinds(all_at_once(api, wishes)) == {(200, None): len(wishes)}


@contextmanager
def cpu_limit() -> Iterator[None]:
    """Raise TimeoutError after CPU_SECONDS of processor time in the block."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"more than {CPU_SECONDS} s of processor time")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
