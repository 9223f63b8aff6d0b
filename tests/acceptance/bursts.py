"""Sends many requests at the same moment, each over a connection that was opened beforehand."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.acceptance.people import Person
from tests.acceptance.product import Server


@dataclass(frozen=True)
class Wish:
    """A request to send."""

    person: Person
    path: str
    body: Mapping[str, Any]
    key: str | None = None
    method: str = "POST"
    if_match: str | None = None

    def encoded(self, host: str) -> bytes:
        content = json.dumps(self.body).encode()
        lines = [
            f"{self.method} /api/v1{self.path} HTTP/1.1",
            f"Host: {host}",
            f"Authorization: Bearer {self.person.token}",
            "Content-Type: application/json",
            f"Content-Length: {len(content)}",
            *([f"Idempotency-Key: {self.key}"] if self.key else []),
            *([f"If-Match: {self.if_match}"] if self.if_match else []),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + content


@dataclass(frozen=True)
class Reply:
    """A response and its latency in seconds."""

    wish: Wish
    status: int
    content: bytes
    seconds: float

    @property
    def json(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.content)
        return said

    @property
    def kind(self) -> tuple[int, str | None]:
        """The status, and the code if the response is a problem."""
        return self.status, self.json.get("code")


def all_at_once(server: Server, wishes: Sequence[Wish]) -> list[Reply]:
    return asyncio.run(_all_at_once(server.url, wishes))


def kinds(replies: Sequence[Reply]) -> Counter[tuple[int, str | None]]:
    return Counter(reply.kind for reply in replies)


async def _all_at_once(url: str, wishes: Sequence[Wish]) -> list[Reply]:
    address = urlsplit(url)
    assert address.hostname is not None
    start = asyncio.Event()

    async def one(wish: Wish) -> Reply:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            # After one response the server has accepted the connection and assigned it to a process.
            writer.write(f"GET /api/v1/health/live HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
            await _answer(reader)
            request = wish.encoded(address.netloc)
            ready.release()
            await start.wait()
            begun = time.monotonic()
            writer.write(request)
            status, content = await _answer(reader)
            return Reply(wish, status, content, time.monotonic() - begun)
        finally:
            writer.close()
            await writer.wait_closed()

    ready = asyncio.Semaphore(0)
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(one(wish)) for wish in wishes]
        for _ in wishes:
            await ready.acquire()
        start.set()
    return [task.result() for task in asked]


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status, *lines = head.strip().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(status.split()[1]), await reader.readexactly(int(headers["content-length"]))
