"""Clients of `GET /events`, on the application itself: a client of httpx would wait for the end of the stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from tests.gates import PATIENCE_SECONDS
from tests.unit.entrypoints.api import V1, Api

from booking_domain.live.model import Channel, NewLiveEvent
from booking_domain.use_cases.webhooks.announce import announce

DONE: Final = "test.done"


class Client:
    """A client that reads its stream; while `reads` is not set, it does not."""

    def __init__(self, app: Any, path: str, headers: dict[str, str]) -> None:
        self.status = 0
        self.reads = asyncio.Event()
        self.reads.set()
        self._left = asyncio.Event()
        self._text = ""
        self._messages: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._asked = False
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": V1 + path,
            "raw_path": (V1 + path).encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(b"host", b"api.test"), *((name.encode(), text.encode()) for name, text in headers.items())],
            "client": ("203.0.113.9", 1),
            "server": ("api.test", 80),
            "extensions": {},
        }
        self.served = asyncio.create_task(app(scope, self._receive, self._send))

    async def next(self) -> dict[str, str]:
        """The next message: `id`, `event` and `data`; a heartbeat has no event."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._messages.get()

    async def events(self) -> list[dict[str, Any]]:
        """The data of the events up to the announced end of the test, without `ready`."""
        found = []
        while (message := await self.next()).get("event") != Channel.SYSTEM:
            if message.get("event") in set(Channel):
                found.append({"channel": message["event"], **json.loads(message["data"])})
        return found

    async def system(self) -> dict[str, Any]:
        """The data of the next event of the channel `system`."""
        while (message := await self.next()).get("event") != Channel.SYSTEM:
            pass
        return dict(json.loads(message["data"]))

    async def end(self) -> str:
        """The reason why the stream ends."""
        while (message := await self.next()).get("event") != "end":
            pass
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.served
        return str(json.loads(message["data"])["reason"])

    async def leave(self) -> None:
        self._left.set()
        self.reads.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(self.served, return_exceptions=True)

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        await self.reads.wait()
        self._text += message["body"].decode()
        *whole, self._text = self._text.replace("\r\n", "\n").split("\n\n")
        for each in whole:
            lines = (line.partition(":") for line in each.split("\n"))
            self._messages.put_nowait({name: text.strip() for name, _, text in lines if name})
        if not message["more_body"]:
            self._left.set()


@asynccontextmanager
async def following(
    api: Api, token: str | None, *channels: str, after: str | None = None, **providers: str
) -> AsyncIterator[Client]:
    """Follow channels; the first message has arrived."""
    query = "&".join(
        [*(f"channels={each}" for each in channels), *(f"providerId={each}" for each in providers.values())]
    )
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    if after is not None:
        headers["last-event-id"] = after
    client = Client(api.app, f"/events?{query}", headers)
    try:
        yield client
    finally:
        await client.leave()


async def relayed(api: Api) -> None:
    """Announce the events in the outbox, then the end of the test."""
    events = await api.database.outbox_events()
    async with api.database.begin() as tx:
        await announce(events, tx.live_events, api.clock.now())
    await announced(api, NewLiveEvent(channel=Channel.SYSTEM, type=DONE))


async def announced(api: Api, *events: NewLiveEvent) -> None:
    async with api.database.begin() as tx:
        await tx.live_events.append(events, api.clock.now())
