"""A feed server that returns arbitrary bytes, and fetchers that may reach it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.tcp_server import serving_tcp
from tests.unit.adapters.calendars.certificates import CERTIFICATE, KEY

from adapters.calendars.fetching import Fetcher
from adapters.kit.destinations import Address, Destinations
from adapters.kit.pinned_client import PinnedClient
from booking_domain.scheduling.feeds import FeedUnreadable

PUBLIC_ADDRESS = "127.0.0.1"
"""The only address that `fetching` treats as public."""
PRIVATE_ADDRESS = "127.0.0.2"
"""An address that `fetching` treats as private."""

FEED = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
Responder = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def http(body: bytes | str = b"", *, status: str = "200 OK", headers: str = "") -> bytes:
    content = body.encode() if isinstance(body, str) else body
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(content)}\r\n{headers}\r\n".encode() + content


def redirect(location: str, status: str = "302 Found") -> bytes:
    return http(status=status, headers=f"location: {location}\r\n")


@dataclass(slots=True)
class FeedServer:
    port: int
    requests: list[str] = field(default_factory=list)
    """The request heads, in order of arrival."""

    def url(self, path: str = "/feed.ics", *, host: str = PUBLIC_ADDRESS, scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


@asynccontextmanager
async def feeds(
    response: bytes | Callable[[str], bytes] | Responder, *, address: str = PUBLIC_ADDRESS, secure: bool = False
) -> AsyncIterator[FeedServer]:
    """Serve `response`: fixed bytes, a function of the path, or a coroutine. Each connection carries one request."""
    running = FeedServer(port=0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        running.requests.append(head)
        await _respond(response, head, reader, writer)

    tls = _server_tls_context() if secure else None
    async with serving_tcp(serve, address=address, tls=tls) as running.port:
        yield running


async def _respond(
    response: bytes | Callable[[str], bytes] | Responder,
    head: str,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    if isinstance(response, bytes):
        writer.write(response)
    elif asyncio.iscoroutinefunction(response):
        await response(reader, writer)
    else:
        content = response(head.split(" ")[1])  # type: ignore[call-arg, arg-type]
        assert isinstance(content, bytes)
        writer.write(content)
    await writer.drain()


def _server_tls_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        Path(folder, "both.pem").write_text(CERTIFICATE + KEY)
        context.load_cert_chain(Path(folder, "both.pem"))
    return context


@dataclass(slots=True)
class FakeResolver:
    """A resolver that returns `results` in order and repeats the last one."""

    results: Sequence[Sequence[str]]
    hosts: list[str] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.hosts.append(host)
        return self.results[min(len(self.hosts), len(self.results)) - 1]


async def resolve_literal(host: str, port: int) -> Sequence[str]:
    """Resolve an IP address to itself."""
    return [host]


def is_public_test_address(address: Address) -> bool:
    return address == ip_address(PUBLIC_ADDRESS)


@asynccontextmanager
async def fetching(
    resolve: Callable[[str, int], Awaitable[Sequence[str]]] = resolve_literal,
    *,
    is_allowed: Callable[[Address], bool] = is_public_test_address,
    timeout_seconds: float = 20.0,
    max_bytes: int = 100_000,
    max_redirects: int = 3,
    trust: ssl.SSLContext | None = None,
) -> AsyncIterator[Fetcher]:
    """Yield a fetcher that treats only `PUBLIC_ADDRESS` as public, on any port."""
    destinations = Destinations(resolve, is_allowed=is_allowed, ports=None)
    http = PinnedClient(destinations, timeout_seconds=timeout_seconds, trust=trust)
    await http.open()
    try:
        yield Fetcher(http, timeout_seconds=timeout_seconds, max_bytes=max_bytes, max_redirects=max_redirects)
    finally:
        await http.close()


async def wait_for_disconnect(reader: asyncio.StreamReader, seconds: float) -> None:
    """Wait `seconds`, or until the client disconnects."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await reader.read(1)


async def failure_reason(fetched: Awaitable[object]) -> str:
    """Expect `FeedUnreadable` and return the reason: what the operator reads, where the provider is not told."""
    with pytest.raises(FeedUnreadable) as caught:
        await fetched
    return caught.value.detail or caught.value.why


async def fetched(response: bytes | Callable[[str], bytes]) -> bytes:
    async with feeds(response) as server, fetching() as fetcher:
        return await fetcher.fetch(server.url())


async def refused(response: bytes | Callable[[str], bytes]) -> str:
    return await failure_reason(fetched(response))
