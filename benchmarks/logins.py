"""`python -m benchmarks.logins`: what twenty logins at once do to everybody else, and what a login costs beside argon2.

Whether the event loop goes on is seen from outside: somebody asks for `/health/live` every few milliseconds, over a
connection of their own. A latency counts from when the question was due, so that a stall is not asked around.
"""

import asyncio
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import uuid4

import msgspec

from adapters.security.passwords import Argon2PasswordHasher
from benchmarks import report
from benchmarks.environment import database, production
from benchmarks.jobs import Measured, post
from benchmarks.servers import served
from booking_domain.identity.use_cases.sign_in import Register, register
from booking_domain.shared.actor import SYSTEM, Role
from entrypoints.container import Container
from entrypoints.settings import Settings

AT_ONCE: Final = 20
ROUNDS: Final = 5
EVERY_SECONDS: Final = 0.004
PATIENCE_SECONDS: Final = 30.0
PASSWORD: Final = "correct-horse-battery"  # noqa: S105 - of accounts that live for a minute
_LIVE: Final = b"GET /health/live HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
_CHUNK: Final = 65_536


@dataclass(frozen=True)
class Crowd:
    """How long everything took, in seconds."""

    at_rest: Measured
    meanwhile: Measured
    logins: list[float]
    one: float
    """One login alone."""


def ask(connection: socket.socket, request: bytes) -> bytes:
    """The answer, once it is whole."""
    connection.sendall(request)
    answer = b""
    while True:
        answer += connection.recv(_CHUNK)
        head, end, body = answer.partition(b"\r\n\r\n")
        if end and len(body) >= int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]):
            return answer


@dataclass
class Watch:
    """Asks a server every few milliseconds whether it lives, for as long as the block runs."""

    port: int
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Look on."""
        over = threading.Event()
        watcher = threading.Thread(target=self._look, args=(over,))
        begun = time.perf_counter()
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
            self.seconds += time.perf_counter() - begun

    @property
    def measured(self) -> Measured:
        """What was seen."""
        return Measured(self.seconds, self.latencies)

    def _look(self, over: threading.Event) -> None:
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ask(connection, _LIVE)
            due = time.perf_counter()
            while not over.wait(max(0.0, due - time.perf_counter())):
                assert ask(connection, _LIVE).startswith(b"HTTP/1.1 200 ")
                self.latencies.append(time.perf_counter() - due)
                due += EVERY_SECONDS


def measure(port: int, emails: Sequence[str], rounds: int = ROUNDS) -> Crowd:
    """Log all of them in at once, so many times."""
    with ExitStack() as stack:
        lines = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)) for _ in emails
        ]
        for line in lines:
            ask(line, _LIVE)  # a process has accepted it
        requests = [post("/api/v1/auth/login", msgspec.json.encode({"email": e, "password": PASSWORD})) for e in emails]
        alone = [_timed(lines[0], requests[0]) for _ in range(rounds)]
        rest, crowd, logins = Watch(port), Watch(port), list[float]()
        with rest.looking():
            time.sleep(1.0)
        with crowd.looking():
            for _ in range(rounds):
                logins += _all_at_once(lines, requests)
        return Crowd(rest.measured, crowd.measured, logins, sorted(alone)[len(alone) // 2])


def _all_at_once(lines: Sequence[socket.socket], requests: Sequence[bytes]) -> list[float]:
    taken: list[float] = []
    threads = [
        threading.Thread(target=lambda line=line, request=request: taken.append(_timed(line, request)))
        for line, request in zip(lines, requests, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(lines), "a login was refused"
    return taken


def _timed(line: socket.socket, request: bytes) -> float:
    begun = time.perf_counter()
    answer = ask(line, request)
    assert answer.startswith(b"HTTP/1.1 200 "), answer
    return time.perf_counter() - begun


async def accounts(container: Container, number: int) -> list[str]:
    """The addresses of new accounts, in the time that the password hash of one takes."""
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
    """What one comparison takes with nothing around it: the median."""
    hasher = Argon2PasswordHasher()
    kept = await hasher.hash(PASSWORD)
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        await hasher.verify(PASSWORD, kept)
        taken.append(time.perf_counter() - begun)
    hasher.close()
    return sorted(taken)[times // 2]


def lines(crowd: Crowd, alone: float) -> Iterator[str]:
    """What was measured."""
    logins = Measured(1.0, crowd.logins)
    for name, seen in (("at rest", crowd.at_rest), (f"{AT_ONCE} logins at once", crowd.meanwhile)):
        yield (
            f"  GET /health/live, {name:<22} p50 {seen.percentile(50):6.1f} ms   p99 {seen.percentile(99):6.1f} ms"
            f"   worst {seen.percentile(100):6.1f} ms   ({len(seen.latencies)} times)"
        )
    at_once = f"  a login, {AT_ONCE} at once"
    yield f"{at_once:<42} p50 {logins.percentile(50):6.1f} ms   p99 {logins.percentile(99):6.1f} ms"
    yield f"  a login alone {1_000 * crowd.one:6.1f} ms, of which argon2 {1_000 * alone:6.1f} ms"


def main() -> None:
    """Measure, print, and leave nothing behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True)))
        folder.chmod(0o711)
        environ = production(stack.enter_context(database(folder)))
        emails = asyncio.run(accounts(Container(settings=Settings.from_environment(environ)), AT_ONCE))
        server = stack.enter_context(served("entrypoints.http.asgi:create", environ))
        print(report.hardware())
        for line in lines(measure(server.port, emails), asyncio.run(argon2_alone())):
            print(line, flush=True)


if __name__ == "__main__":
    main()
