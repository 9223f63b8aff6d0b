"""Row 26: requests that are too much are refused soon, and nobody else waits meanwhile."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import pytest
from benchmarks.logins import HealthProbe, exchange
from tests.acceptance.people import Person, customer
from tests.acceptance.product import Api, eventually
from tests.databases import TestServer
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.reliability.hostile_requests import OK, Hostile, all_of_them, request, whole

from entrypoints.http.kit.refusals import Refusal
from entrypoints.http.kit.strict_json import read_json

TIMES: Final = scale.of(20, less=1)
WITHIN_SECONDS: Final = scale.of(1.0, less=5.0)
MOST_STALLED_MILLISECONDS: Final = scale.of(100.0, less=1_000.0)
"""A machine that others work on stalls by itself: the figures of the row are for `make reliability`."""
BODY_SECONDS: Final = 1
PATIENCE_SECONDS: Final = 20.0


@pytest.fixture(scope="module")
def api(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    settings = {"BOOKING_BODY_TIMEOUT_SECONDS": str(BODY_SECONDS)}
    with postgres.database() as url, Api(tmp_path_factory.mktemp("limits"), url, **settings) as running:
        yield running


@pytest.fixture(scope="module")
def person(api: Api) -> Person:
    return customer(api)


def sent(api: Api, hostile: Hostile) -> tuple[int, bytes, float]:
    """The status of the answer, all of it, and after how many seconds it was there."""
    with socket.create_connection(("127.0.0.1", api.port), timeout=PATIENCE_SECONDS) as connection:
        begun = time.perf_counter()
        with suppress(OSError):  # it may be refused before all of it was sent
            for piece in hostile.pieces:
                connection.sendall(piece)
            if hostile.ends:
                connection.shutdown(socket.SHUT_WR)
        answer = b""
        with suppress(ConnectionResetError):
            while b"\r\n\r\n" not in answer and (chunk := connection.recv(65_536)):
                answer += chunk
        return int(answer.split()[1]), answer, time.perf_counter() - begun


def test_what_is_too_much_is_refused_soon_and_nobody_waits(api: Api, person: Person, report: Report) -> None:
    watch, slowest, wrong = HealthProbe(api.port), 0.0, []
    requests = list(all_of_them(person.token)) * TIMES
    with watch.running():
        for hostile in requests:
            status, answer, seconds = sent(api, hostile)
            slowest = max(slowest, seconds)
            if status not in hostile.answers or seconds > WITHIN_SECONDS:
                wrong.append((hostile.name, seconds, answer[:500]))
    assert wrong == []
    stalled = watch.measured.percentile(100)
    report(26, f"slowest refusal {1_000 * slowest:.0f} ms, longest stall {stalled:.0f} ms")
    assert stalled < MOST_STALLED_MILLISECONDS
    assert "request failed" not in api.log.read_text()


def test_a_stall_would_be_seen(api: Api) -> None:
    watch = HealthProbe(api.port)
    with watch.running():
        before = eventually(lambda: len(watch.latencies), what="looking")
        for process in api.processes():
            os.kill(process, signal.SIGSTOP)
        stopped = time.monotonic()
        eventually(lambda: time.monotonic() > stopped + 0.2, what="a fifth of a second")
        for process in api.processes():
            os.kill(process, signal.SIGCONT)
        eventually(lambda: len(watch.latencies) > before + 1, what="an answer")
    assert watch.measured.percentile(100) > 150


def test_who_sends_a_compressed_body_is_told_what_to_send(api: Api, person: Person) -> None:
    refused = person.ask("POST", "/bookings", content=OK, headers={"Content-Encoding": "gzip"})
    assert (refused.status_code, refused.json()["code"]) == (415, "validation.unsupported_media_type")
    assert refused.headers["Accept-Encoding"] == "identity"
    plain = {"Content-Encoding": "identity", "Content-Type": "application/json"}
    assert person.ask("POST", "/bookings", content=OK, headers=plain).status_code == 400


def test_a_body_that_trickles_holds_nothing_and_is_given_up(api: Api, person: Person) -> None:
    """A hundred of them are open; the database's ten connections are for others."""
    lines = [socket.create_connection(("127.0.0.1", api.port), timeout=PATIENCE_SECONDS) for _ in range(100)]
    try:
        for line in lines:
            line.sendall(request(person.token, "Content-Length: 1000") + b"{")
        assert person.ask("GET", "/bookings").status_code == 200
        begun = time.monotonic()
        for line in lines:
            with suppress(OSError):
                line.sendall(b'"')
            answer = b""
            while chunk := line.recv(65_536):
                answer += chunk
            assert answer.startswith(b"HTTP/1.1 408 "), answer  # and the connection is closed
            assert b'"code":"http.request_timeout"' in answer
        assert time.monotonic() - begun < BODY_SECONDS + scale.of(1.0, less=10.0)
    finally:
        for line in lines:
            line.close()


def test_a_connection_goes_on_after_a_refusal(api: Api, person: Person) -> None:
    with socket.create_connection(("127.0.0.1", api.port), timeout=PATIENCE_SECONDS) as line:
        for _ in range(2):
            assert exchange(line, b"".join(whole(person.token, OK))).startswith(b"HTTP/1.1 400 ")


def test_a_name_that_occurs_twice_is_found_at_once_among_many() -> None:
    """Compared with each other, these names took 5 s."""
    body = json.dumps({f"{number:x}": 1 for number in range(25_000)}).encode()[:-1] + b', "61a7": 2}'
    begun = time.process_time()
    with pytest.raises(Refusal) as refused:
        read_json(body, dict[str, int])
    assert [error.pointer for error in refused.value.errors] == ["/61a7"]
    assert time.process_time() - begun < 1.0
