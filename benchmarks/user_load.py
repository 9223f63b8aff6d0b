"""The users of `benchmarks.users`: `python -m benchmarks.user_load` reads `Users` and writes what they have `Seen`.

A user sends a request, waits for the response, thinks, and sends the next one. Their requests share connections, as
behind a proxy; waiting for a free one counts as time of the request.
"""

import asyncio
import random
import resource
import sys
from collections import deque
from time import perf_counter, process_time
from typing import Final, cast

import msgspec
import uvloop

LEAST_THOUGHT: Final = 4.0
MOST_THOUGHT: Final = 9.0
_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"\r\ncontent-length: "


class Kind(msgspec.Struct):
    """Requests of one kind: each is sent again and again, or once."""

    name: str
    weight: int
    status: int
    requests: list[bytes]
    once: bool = False


class Users(msgspec.Struct):
    """How many users there are, what they ask for, and for how long."""

    port: int
    number: int
    connections: int
    seconds: float
    kinds: list[Kind]
    first_seconds: float = 0.0
    """Those before the `seconds`, in which most is asked for the first time."""


class Seen(msgspec.Struct):
    """Seconds that each response took, by the kind of the request, and the wrong ones."""

    latencies: dict[str, list[float]]
    errors: list[str]
    first: list[float]
    """The latencies of the first seconds, which the others do not have."""
    processor_seconds: float = 0.0
    """What the users took themselves."""


class _Connection(asyncio.Protocol):
    """One connection, with one request at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[bytes] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError(f"the connection was lost: {exc}"))

    @property
    def closed(self) -> bool:
        return self._transport is None

    async def ask(self, request: bytes) -> bytes:
        """Send a request, and return the response."""
        assert self._transport is not None
        self._buffer, self._answer = b"", asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._buffer = data = self._buffer + data if self._buffer else data
        head = data.find(_END)
        if head < 0 or self._answer is None or self._answer.done():
            return
        at = data.lower().find(_LENGTH, 0, head + 2)
        length = 0 if at < 0 else int(data[at + len(_LENGTH) : data.index(b"\r\n", at + 2)])
        if len(data) >= head + len(_END) + length:
            self._answer.set_result(data)


class _Crowd:
    """All users and their connections."""

    def __init__(self, job: Users) -> None:
        self._job = job
        self._random = random.Random(32)  # noqa: S311 - the same in each run
        self._free: deque[_Connection] = deque()
        self._enough = asyncio.Semaphore(job.connections)
        self._once = {kind.name: iter(kind.requests) for kind in job.kinds if kind.once}
        self._weights = [kind.weight for kind in job.kinds]
        self._began = 0.0
        self.seen = Seen({kind.name: [] for kind in job.kinds}, [], [])

    async def run(self) -> None:
        self._began = perf_counter()
        until = self._began + self._job.first_seconds + self._job.seconds
        async with asyncio.TaskGroup() as group:
            for number in range(self._job.number):
                group.create_task(self._user(number, until))

    async def _user(self, number: int, until: float) -> None:
        address = f"\r\nx-forwarded-for: 10.{number >> 16}.{number >> 8 & 255}.{number & 255}\r\n".encode()
        await asyncio.sleep(self._random.uniform(0.0, MOST_THOUGHT))
        while perf_counter() < until:
            [kind] = self._random.choices(self._job.kinds, self._weights)
            request = next(self._once[kind.name]) if kind.once else self._random.choice(kind.requests)
            await self._ask(kind, request.replace(b"\r\n", address, 1))
            await asyncio.sleep(self._random.uniform(LEAST_THOUGHT, MOST_THOUGHT))

    async def _ask(self, kind: Kind, request: bytes) -> None:
        sent = perf_counter()
        try:
            async with self._enough:
                while (connection := self._free.pop() if self._free else await self._connected()).closed:
                    pass  # the server has ended it, as nobody has used it for long
                answer = await connection.ask(request)
                self._free.append(connection)
        except OSError as error:
            self.seen.errors.append(f"{kind.name}: {error}")
            return
        took = perf_counter() - sent
        is_first = sent - self._began < self._job.first_seconds
        (self.seen.first if is_first else self.seen.latencies[kind.name]).append(took)
        if not answer.startswith(f"HTTP/1.1 {kind.status} ".encode()):
            self.seen.errors.append(f"{kind.name}: {answer[:1500].decode(errors='replace')}")

    async def _connected(self) -> _Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(_Connection, "127.0.0.1", self._job.port)
        return connection


async def _run(job: Users) -> Seen:
    crowd = _Crowd(job)
    await crowd.run()
    crowd.seen.processor_seconds = process_time()
    return crowd.seen


def main() -> None:
    """Be the users."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    job = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Users)
    sys.stdout.buffer.write(msgspec.msgpack.encode(uvloop.run(_run(job))))


if __name__ == "__main__":
    main()
