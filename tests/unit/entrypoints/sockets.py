"""Clients of `/ws`, on the application itself."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.gates import PATIENCE_SECONDS
from tests.unit.entrypoints.api import V1, Api

from booking_domain.live.model import Channel


class Socket:
    """A client that reads messages only while `reads` is set."""

    def __init__(self, app: Any, headers: dict[str, str]) -> None:
        self.reads = asyncio.Event()
        self.reads.set()
        self.accepted = False
        self.closed: tuple[int, str] | None = None
        self._said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._said.put_nowait({"type": "websocket.connect"})
        self._got: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": f"{V1}/ws",
            "raw_path": f"{V1}/ws".encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(b"host", b"api.test"), *((name.encode(), text.encode()) for name, text in headers.items())],
            "client": ("203.0.113.9", 1),
            "server": ("api.test", 80),
            "subprotocols": [],
            "extensions": {},
        }
        self.served = asyncio.create_task(app(scope, self._said.get, self._send))

    def say(self, **message: Any) -> None:
        self.send(json.dumps(message))

    def send(self, text: str) -> None:
        self._said.put_nowait({"type": "websocket.receive", "text": text, "bytes": None})

    def send_bytes(self, content: bytes) -> None:
        self._said.put_nowait({"type": "websocket.receive", "text": None, "bytes": content})

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._got.get()

    async def events(self) -> list[dict[str, Any]]:
        """The events up to the announced end of the test, without other messages."""
        found = []
        while (message := await self.next())["event"] != Channel.SYSTEM:
            if message["event"] in set(Channel):
                found.append({"channel": message["event"], **message["data"]})
        return found

    async def end(self) -> tuple[int, str]:
        """The code and reason of the close frame, which the last message has too."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.served
        assert self.closed is not None, "the server has not closed the connection"
        last = None
        while not self._got.empty():
            last = self._got.get_nowait()
        if self.accepted:
            assert last == {"event": "end", "data": {"reason": self.closed[1]}}
        return self.closed

    async def leave(self) -> None:
        self._said.put_nowait({"type": "websocket.disconnect", "code": 1000})
        self.reads.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(self.served, return_exceptions=True)

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.accept":
            self.accepted = True
            return
        await self.reads.wait()
        if message["type"] == "websocket.close":
            self.closed = (message["code"], message["reason"])
        else:
            self._got.put_nowait(json.loads(message["text"]))


@asynccontextmanager
async def connected(api: Api, token: str | None = None, **headers: str) -> AsyncIterator[Socket]:
    """Open a WebSocket; the token is in the header `Authorization`."""
    given = {} if token is None else {"authorization": f"Bearer {token}"}
    client = Socket(api.app, given | headers)
    try:
        yield client
    finally:
        await client.leave()


@asynccontextmanager
async def subscribed(api: Api, token: str | None, *channels: str, **more: Any) -> AsyncIterator[Socket]:
    """Open a WebSocket and follow channels; the token is in the first message."""
    async with connected(api) as client:
        client.say(subscribe=list(channels), **({} if token is None else {"token": token}), **more)
        yield client
