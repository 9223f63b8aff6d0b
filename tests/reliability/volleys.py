"""Sends many concurrent requests from a client that costs 20 µs per request.

The measured machine also runs the client, so there is no client library: the bytes are built and the sockets connected
beforehand, and each socket has had one response, so a server process has accepted it. One epoll loop only calls `recv`
and reads the clock. A latency is the time from just before `send` to the last byte of the response. Responses are
parsed after all of them have arrived.
"""

import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from tests.acceptance.bursts import Reply, Wish
from tests.acceptance.product import Server
from tests.gates import PATIENCE_SECONDS

_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"


@dataclass(frozen=True)
class Shot(Reply):
    """A reply with its media type."""

    media_type: str


class _Line:
    """A connection and its current request."""

    def __init__(self, address: tuple[str, int], warm_up: bytes) -> None:
        self.socket = socket.create_connection(address, timeout=PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.socket.sendall(warm_up)
        while not self.complete:
            self.received += self.socket.recv(65_536)
        self.socket.settimeout(0)
        self.place, self.begun = -1, 0.0

    @property
    def complete(self) -> bool:
        head, end, content = self.received.partition(_END)
        if not end:
            return False
        at = head.lower().index(_LENGTH) + len(_LENGTH)
        return len(content) >= int(head[at:].split(b"\r\n", 1)[0])

    def shoot(self, place: int, request: bytes) -> None:
        self.place, self.received = place, b""
        self.begun = time.perf_counter()
        assert self.socket.send(request) == len(request)


def volley(server: Server, wishes: Sequence[Wish], *, lines: int | None = None) -> list[Shot]:
    """Send all at once, or over that many connections, each sending the next request after a response."""
    address = urlsplit(server.url)
    assert address.hostname is not None
    assert address.port is not None
    warm_up = f"GET /api/v1/health/live HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode()
    requests = [wish.encoded(address.netloc) for wish in wishes]
    open_lines = [
        _Line((address.hostname, address.port), warm_up) for _ in range(min(lines or len(wishes), len(wishes)))
    ]
    try:
        answers = _exchange(open_lines, requests)
    finally:
        for line in open_lines:
            line.socket.close()
    return [_parsed(wish, *answer) for wish, answer in zip(wishes, answers, strict=True)]


def _exchange(lines: Sequence[_Line], requests: Sequence[bytes]) -> list[tuple[bytes, float]]:
    poll = select.epoll()
    by_number = {line.socket.fileno(): line for line in lines}
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    answers: dict[int, tuple[bytes, float]] = {}
    waiting = iter(range(len(requests)))
    for line, place in zip(lines, waiting, strict=False):
        line.shoot(place, requests[place])
    while len(answers) < len(requests):
        ready = poll.poll(PATIENCE_SECONDS)
        assert ready, f"{len(requests) - len(answers)} of {len(requests)} were not answered"
        for number, _ in ready:
            line = by_number[number]
            chunk = line.socket.recv(65_536)
            now = time.perf_counter()
            assert chunk, "the server has closed a connection before it answered"
            line.received += chunk
            if line.complete:
                answers[line.place] = line.received, now - line.begun
                following = next(waiting, None)
                if following is not None:
                    line.shoot(following, requests[following])
    poll.close()
    return [answers[place] for place in range(len(requests))]


def _parsed(wish: Wish, answer: bytes, seconds: float) -> Shot:
    head, _, content = answer.partition(_END)
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    media_type = headers.get("content-type", "").split(";")[0]
    return Shot(wish, int(status.split()[1]), content, seconds, media_type)


def percentile(shots: Sequence[Shot], part: float) -> float:
    """The latency in seconds that this fraction of the requests does not exceed."""
    latencies = sorted(shot.seconds for shot in shots)
    return latencies[max(0, -(-int(len(latencies) * part * 1_000) // 1_000) - 1)]
