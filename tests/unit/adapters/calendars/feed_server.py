"""A server of feeds that answers with whatever bytes a test wants, and the fetchers that may reach it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.unit.adapters.calendars.certificates import CERTIFICATE, KEY

from adapters.calendars.addresses import Address, Destinations
from adapters.calendars.fetching import Fetcher
from booking_domain.scheduling.feeds import FeedUnreadable

HOME = "127.0.0.1"
"""Stands for the public internet where a test fetches by way of `fetching`."""
ELSEWHERE = "127.0.0.2"
"""Stands for what is private."""

FEED = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def http(body: bytes | str = b"", *, status: str = "200 OK", headers: str = "") -> bytes:
    content = body.encode() if isinstance(body, str) else body
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(content)}\r\n{headers}\r\n".encode() + content


def redirect(location: str, status: str = "302 Found") -> bytes:
    return http(status=status, headers=f"location: {location}\r\n")


@dataclass(slots=True)
class FeedServer:
    port: int
    requests: list[str] = field(default_factory=list)
    """The heads of what was asked."""

    def url(self, path: str = "/feed.ics", *, host: str = HOME, scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


@asynccontextmanager
async def feeds(
    answer: bytes | Callable[[str], bytes] | Answer, *, address: str = HOME, secure: bool = False
) -> AsyncIterator[FeedServer]:
    """Answers each request with these bytes, those for its path, or as `answer` does it; then the connection ends."""
    connections: set[asyncio.Task[None]] = set()
    running = FeedServer(port=0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        with suppress(asyncio.CancelledError):  # at the end; the task is over then anyway
            with suppress(OSError, asyncio.IncompleteReadError):
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                running.requests.append(head)
                await _say(answer, head, reader, writer)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        writer.transport.abort()

    server = await asyncio.start_server(serve, address, 0, ssl=_certified() if secure else None)
    running.port = server.sockets[0].getsockname()[1]
    try:
        yield running
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await server.wait_closed()


async def _say(
    answer: bytes | Callable[[str], bytes] | Answer,
    head: str,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    if isinstance(answer, bytes):
        writer.write(answer)
    elif asyncio.iscoroutinefunction(answer):
        await answer(reader, writer)
    else:
        said = answer(head.split(" ")[1])  # type: ignore[call-arg, arg-type]
        assert isinstance(said, bytes)
        writer.write(said)
    await writer.drain()


def _certified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        Path(folder, "both.pem").write_text(CERTIFICATE + KEY)
        context.load_cert_chain(Path(folder, "both.pem"))
    return context


@dataclass(slots=True)
class Names:
    """The answers of a name server: each time the next one, and the last one for ever."""

    answers: Sequence[Sequence[str]]
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


async def literally(host: str, port: int) -> Sequence[str]:
    """A name server for addresses."""
    return [host]


def is_home(address: Address) -> bool:
    return address == ip_address(HOME)


@asynccontextmanager
async def fetching(
    resolve: Callable[[str, int], Awaitable[Sequence[str]]] = literally,
    *,
    is_allowed: Callable[[Address], bool] = is_home,
    timeout_seconds: float = 20.0,
    max_bytes: int = 100_000,
    max_redirects: int = 3,
    trust: ssl.SSLContext | None = None,
) -> AsyncIterator[Fetcher]:
    """A fetcher to which this machine's first loopback address is all of the internet, on any port."""
    fetcher = Fetcher(
        Destinations(resolve, is_allowed=is_allowed, ports=None),
        timeout_seconds=timeout_seconds,
        max_bytes=max_bytes,
        max_redirects=max_redirects,
        trust=trust,
    )
    await fetcher.open()
    try:
        yield fetcher
    finally:
        await fetcher.close()


async def linger(reader: asyncio.StreamReader, seconds: float) -> None:
    """Keep whoever has asked waiting, unless they hang up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await reader.read(1)


async def why_not(fetched: Awaitable[object]) -> str:
    """Why it could not be read; it has to fail."""
    with pytest.raises(FeedUnreadable) as caught:
        await fetched
    return caught.value.why


async def fetched(answer: bytes | Callable[[str], bytes]) -> bytes:
    async with feeds(answer) as server, fetching() as fetcher:
        return await fetcher.fetch(server.url())


def refused(answer: bytes | Callable[[str], bytes]) -> str:
    return asyncio.run(why_not(fetched(answer)))
