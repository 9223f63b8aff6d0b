"""A QPay server that returns arbitrary bytes."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.http_answers import document
from tests.tcp_server import serve_tcp

TOKEN = "a-token-of-the-script"


def token_response() -> bytes:
    return document({"access_token": TOKEN, "expires_in": int(time.time()) + 86_400, "not-before-policy": "0"})


@dataclass(frozen=True, slots=True)
class Request:
    line: str
    head: str
    body: bytes


@asynccontextmanager
async def scripted_qpay(
    response: Callable[[Request], bytes], *, log_in: Callable[[], bytes] = token_response
) -> AsyncIterator[tuple[str, list[Request]]]:
    """Reply to every call except a login with `response`, one per connection; yield the base URL and the calls."""
    calls: list[Request] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, _, rest = head.partition("\r\n")
        lengths = [part.partition(":")[2] for part in rest.split("\r\n") if part.lower().startswith("content-length:")]
        request = Request(line=line, head=head, body=await reader.readexactly(int(lengths[0]) if lengths else 0))
        calls.append(request)
        writer.write(log_in() if line.startswith("POST /v2/auth/token ") else response(request))
        await writer.drain()

    async with serve_tcp(serve) as url:
        yield url, calls
