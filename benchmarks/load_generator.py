"""The load generator: `python -m benchmarks.load_generator` reads a `Job` from stdin and writes a `Measurement`.

It does as little work per response as Python allows, because it shares the CPUs with the measured server: requests are
prepared bytes, and only the status line and content length of a response are parsed.
"""

import asyncio
import re
import sys
from collections.abc import Iterator
from time import perf_counter
from typing import Final, cast

import msgspec
import uvloop

from benchmarks.load_jobs import Job, Measurement

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)
_END: Final = b"\r\n\r\n"
NOT_MODIFIED: Final = 304
"""Its response has no body, and need not say so."""


class UnexpectedResponse(Exception):
    """A response was not the expected one, so the measurement is void."""


class _Client(asyncio.Protocol):
    """One connection; sends the next request when the previous response is complete."""

    def __init__(self, requests: Iterator[bytes], expected_status: int, latencies: list[float]) -> None:
        self._requests = requests
        self._start = f"HTTP/1.1 {expected_status} ".encode()
        self._bodiless = expected_status == NOT_MODIFIED
        self._latencies = latencies
        self._buffer = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(f"the connection was lost: {exc}")

    def next(self) -> None:
        """Send the next request, if any."""
        request = next(self._requests, None)
        if request is None or self._transport is None:
            if not self.done.done():
                self.done.set_result(None)
            return
        self._sent_at = perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer = data = self._buffer + data if self._buffer else data
        head = data.find(_END)
        if head < 0:
            return
        found = _LENGTH.search(data, 0, head + 2)
        length = 0 if self._bodiless else None if found is None else int(found[1])
        if length is None or not data.startswith(self._start):
            self._fail(data[:1_000].decode(errors="replace"))
        elif len(data) >= head + len(_END) + length:
            self._latencies.append(perf_counter() - self._sent_at)
            self._buffer = b""
            self.next()

    def _fail(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(UnexpectedResponse(why))


async def run(job: Job) -> Measurement:
    """Run the job. The clock starts when all connections are established."""
    latencies: list[float] = []
    requests = iter(job.requests)
    loop = asyncio.get_running_loop()
    clients = []
    for _ in range(job.connections):
        _, client = await loop.create_connection(
            lambda: _Client(requests, job.expected_status, latencies), "127.0.0.1", job.port
        )
        clients.append(client)
    started = perf_counter()
    for client in clients:
        client.next()
    await asyncio.gather(*(client.done for client in clients))
    seconds = perf_counter() - started
    if len(latencies) != len(job.requests):
        raise UnexpectedResponse(f"{len(latencies)} responses to {len(job.requests)} requests")
    return Measurement(seconds, latencies)


def main() -> int:
    """Return the exit status: 1, with the reason on stderr, if a response was not the expected one."""
    job = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Job)
    try:
        measured = uvloop.run(run(job))
    except (UnexpectedResponse, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    sys.stdout.buffer.write(msgspec.msgpack.encode(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
