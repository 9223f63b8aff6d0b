"""`python -m benchmarks.logins`: how concurrent logins delay other requests, and the cost of a login over argon2.

A probe requests `/health/live` every few milliseconds over its own connection. Its latency counts from the scheduled
time, which avoids coordinated omission.
"""

import asyncio
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

import msgspec

from adapters.security.passwords import Argon2PasswordHasher
from benchmarks import report
from benchmarks.environment import database, production
from benchmarks.load_jobs import Measurement, post
from benchmarks.servers import served
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.use_cases.identity.authenticate import Register, register
from entrypoints.container import Container
from entrypoints.settings.main import Settings

CONCURRENT_LOGINS: Final = 20
ROUNDS: Final = 5
PROBE_INTERVAL_SECONDS: Final = 0.004
SOCKET_TIMEOUT_SECONDS: Final = 30.0
PASSWORD: Final = "correct-horse-battery"  # noqa: S105 - of temporary accounts
_LIVE: Final = b"GET /health/live HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
_CHUNK: Final = 65_536


@dataclass(frozen=True)
class LoginTimings:
    """Latencies of the probe and durations of logins, in seconds."""

    idle: Measurement
    under_load: Measurement
    logins: list[float]
    single_login: float
    """Median of sequential logins."""


def exchange(connection: socket.socket, request: bytes) -> bytes:
    """Send a request and return the complete response."""
    connection.sendall(request)
    response = b""
    while True:
        response += connection.recv(_CHUNK)
        head, end, body = response.partition(b"\r\n\r\n")
        if end and len(body) >= int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]):
            return response


@dataclass
class HealthProbe:
    """Requests `/health/live` every few milliseconds while `running`."""

    port: int
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Probe during the block."""
        stop = threading.Event()
        thread = threading.Thread(target=self._probe, args=(stop,))
        started = time.perf_counter()
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
            self.seconds += time.perf_counter() - started

    @property
    def measured(self) -> Measurement:
        return Measurement(self.seconds, self.latencies)

    def _probe(self, stop: threading.Event) -> None:
        with socket.create_connection(("127.0.0.1", self.port), timeout=SOCKET_TIMEOUT_SECONDS) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            exchange(connection, _LIVE)
            due = time.perf_counter()
            while not stop.wait(max(0.0, due - time.perf_counter())):
                assert exchange(connection, _LIVE).startswith(b"HTTP/1.1 200 ")
                self.latencies.append(time.perf_counter() - due)
                due += PROBE_INTERVAL_SECONDS


def measure(port: int, emails: Sequence[str], rounds: int = ROUNDS) -> LoginTimings:
    """Log all accounts in concurrently, `rounds` times."""
    with ExitStack() as stack:
        lines = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=SOCKET_TIMEOUT_SECONDS))
            for _ in emails
        ]
        for line in lines:
            exchange(line, _LIVE)  # the server has accepted the connection
        requests = [post("/api/v1/auth/login", msgspec.json.encode({"email": e, "password": PASSWORD})) for e in emails]
        sequential = [_timed(lines[0], requests[0]) for _ in range(rounds)]
        idle, under_load, logins = HealthProbe(port), HealthProbe(port), list[float]()
        with idle.running():
            time.sleep(1.0)
        with under_load.running():
            for _ in range(rounds):
                logins += _all_at_once(lines, requests)
        return LoginTimings(idle.measured, under_load.measured, logins, sorted(sequential)[len(sequential) // 2])


def _all_at_once(lines: Sequence[socket.socket], requests: Sequence[bytes]) -> list[float]:
    durations: list[float] = []
    threads = [
        threading.Thread(target=lambda line=line, request=request: durations.append(_timed(line, request)))
        for line, request in zip(lines, requests, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(durations) == len(lines), "a login failed"
    return durations


def _timed(line: socket.socket, request: bytes) -> float:
    started = time.perf_counter()
    response = exchange(line, request)
    assert response.startswith(b"HTTP/1.1 200 "), response
    return time.perf_counter() - started


async def accounts(container: Container, number: int) -> list[str]:
    """Create accounts that share one password hash, computed once, and return their addresses."""
    await container.database().open()
    try:
        password_hash = await container.password_hasher().hash(PASSWORD)
        emails = [f"{uuid4().hex}@example.com" for _ in range(number)]
        for email in emails:
            command = Register(email=email, phone=None, name="Dorj", role=Role.CUSTOMER, password_hash=password_hash)
            await container.executor().run(register, command, actor=SYSTEM)
        return emails
    finally:
        await container.database().close()


async def argon2_alone(times: int = 20) -> float:
    """The median duration of a single password verification."""
    hasher = Argon2PasswordHasher()
    password_hash = await hasher.hash(PASSWORD)
    durations = []
    for _ in range(times):
        started = time.perf_counter()
        await hasher.verify(PASSWORD, password_hash)
        durations.append(time.perf_counter() - started)
    hasher.close()
    return sorted(durations)[times // 2]


def lines(timings: LoginTimings, argon2: float) -> Iterator[str]:
    """Format the results."""
    logins = Measurement(1.0, timings.logins)
    for name, seen in (("at rest", timings.idle), (f"{CONCURRENT_LOGINS} logins at once", timings.under_load)):
        yield (
            f"  GET /health/live, {name:<22} p50 {seen.percentile(50):6.1f} ms   p99 {seen.percentile(99):6.1f} ms"
            f"   worst {seen.percentile(100):6.1f} ms   ({len(seen.latencies)} requests)"
        )
    at_once = f"  a login, {CONCURRENT_LOGINS} at once"
    yield f"{at_once:<42} p50 {logins.percentile(50):6.1f} ms   p99 {logins.percentile(99):6.1f} ms"
    yield f"  a login alone {1_000 * timings.single_login:6.1f} ms, of which argon2 {1_000 * argon2:6.1f} ms"


def main() -> None:
    """Measure and print; removes all files and processes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        environ = production(stack.enter_context(database()))
        emails = asyncio.run(accounts(Container(settings=Settings.from_environment(environ)), CONCURRENT_LOGINS))
        server = stack.enter_context(served("entrypoints.http.asgi:create", environ))
        print(report.hardware())
        for line in lines(measure(server.port, emails), asyncio.run(argon2_alone())):
            print(line, flush=True)


if __name__ == "__main__":
    main()
