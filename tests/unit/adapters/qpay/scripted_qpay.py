"""A QPay that answers with whatever bytes a test wants."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.unit.adapters.qpay.gateway_scenes import listening

TOKEN = "a-token-of-the-script"


def http(body: bytes | str = b"", *, status: str = "200 OK", headers: str = "") -> bytes:
    content = body.encode() if isinstance(body, str) else body
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(content)}\r\n{headers}\r\n".encode() + content


def document(content: object, *, status: str = "200 OK") -> bytes:
    return http(json.dumps(content), status=status, headers="content-type: application/json\r\n")


def a_token() -> bytes:
    return document({"access_token": TOKEN, "expires_in": int(time.time()) + 86_400, "not-before-policy": "0"})


@dataclass(frozen=True, slots=True)
class Request:
    line: str
    head: str
    body: bytes


@asynccontextmanager
async def scripted_qpay(
    answer: Callable[[Request], bytes], *, log_in: Callable[[], bytes] = a_token
) -> AsyncIterator[tuple[str, list[Request]]]:
    """Answers every call but a log-in with `answer`; a connection ends after each. Gives its address and the calls."""
    calls: list[Request] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, _, rest = head.partition("\r\n")
        lengths = [part.partition(":")[2] for part in rest.split("\r\n") if part.lower().startswith("content-length:")]
        request = Request(line=line, head=head, body=await reader.readexactly(int(lengths[0]) if lengths else 0))
        calls.append(request)
        writer.write(log_in() if line.startswith("POST /v2/auth/token ") else answer(request))
        await writer.drain()

    async with listening(serve) as url:
        yield url, calls
