"""Those beside the users of `benchmarks.deployment` who stay connected: followers of live events, and uploaders.

A follower reads the stream of one provider's availability and resumes where it ended. An uploader uploads one photo
after the other and downloads what became of it.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, LiteralString

import httpx
import msgspec
import psycopg

from benchmarks.uploads import Uploader
from booking_domain.shared.ids import ProviderId

PHOTO: Final = (1_600, 1_200)
BETWEEN_SECONDS: Final = 2.0
"""How long an uploader waits between photos."""
LAST_SECONDS: Final = 60.0
"""How long followers may take to receive what was announced last."""
_SILENT_SECONDS: Final = 30.0
_LAST: LiteralString = "SELECT last_id FROM live_position"
_OF_PROVIDER: LiteralString = """
    SELECT id FROM live_events WHERE channel = 'availability' AND provider_id = %s AND id > %s AND id <= %s
"""


@dataclass
class Follower:
    """What a follower has received: the ids of events, and how streams ended."""

    provider_id: ProviderId
    address: str
    first: int | None = None
    last: int = 0
    ids: list[int] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    _until: int | None = None

    def until(self, last: int) -> None:
        """Be done once the event with this id, or a later one, has been passed."""
        self._until = last
        self._look()

    async def follow(self, http: httpx.AsyncClient) -> None:
        """Follow until it is cancelled."""
        while True:
            try:
                await self._read(http)
            except httpx.HTTPError as error:
                self.ends[f"{type(error).__name__} {error}"] += 1
                await asyncio.sleep(1)

    async def _read(self, http: httpx.AsyncClient) -> None:
        headers = {"X-Forwarded-For": self.address, "Last-Event-ID": str(self.last) if self.first is not None else ""}
        asked = {"channels": "availability", "providerId": str(self.provider_id)}
        async with http.stream("GET", "/api/v1/events", params=asked, headers=headers) as answer:
            answer.raise_for_status()
            id_, event = self.last, ""
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "id":
                    id_ = int(value)
                elif name == "event":
                    event = value
                elif name == "data" and event == "end":
                    self.ends[msgspec.json.decode(value)["reason"]] += 1
                    return
                elif not line:
                    self._received(id_, event)
                    event = ""
        self.ends["cut"] += 1

    def _received(self, id_: int, event: str) -> None:
        if self.first is None:
            self.first = id_
        if event == "availability":
            self.ids.append(id_)
        elif event == "reset":
            self.ends[event] += 1
        self.last = id_
        self._look()

    def _look(self) -> None:
        if self._until is not None and self.last >= self._until:
            self.done.set()


@dataclass
class Connected:
    """All of them, and what became of them."""

    port: int
    database: str
    followed: Sequence[ProviderId]
    uploaders: Sequence[str]
    photo: bytes
    followers: list[Follower] = field(default_factory=list)
    uploads: list[float] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)

    def be(self, seconds: float) -> None:
        """Follow and upload for so long, and until all that was announced has arrived."""
        asyncio.run(self._be(seconds))

    async def _be(self, seconds: float) -> None:
        self.followers = [
            Follower(each, f"10.200.{number >> 8}.{number & 255}") for number, each in enumerate(self.followed)
        ]
        limits = httpx.Limits(max_connections=None)
        base, headers = f"http://127.0.0.1:{self.port}", {"X-Forwarded-Proto": "https"}
        until = time.perf_counter() + seconds
        async with httpx.AsyncClient(base_url=base, headers=headers, timeout=_SILENT_SECONDS, limits=limits) as http:
            following = [asyncio.create_task(each.follow(http)) for each in self.followers]
            await asyncio.gather(*(self._upload(Uploader(self.port, each), until) for each in self.uploaders))
            await asyncio.sleep(max(0.0, until - time.perf_counter()))
            await self._all_received()
            for task in following:
                task.cancel()
            await asyncio.gather(*following, return_exceptions=True)

    async def _upload(self, uploader: Uploader, until: float) -> None:
        await uploader.sign_in()
        while time.perf_counter() < until:
            try:
                self.uploads.append(await uploader.upload(self.photo))
            except (httpx.HTTPError, AssertionError) as error:
                self.failed[f"{type(error).__name__} {error}"] += 1
            await asyncio.sleep(BETWEEN_SECONDS)
        await uploader.close()

    async def _all_received(self) -> None:
        async with await psycopg.AsyncConnection.connect(self.database, autocommit=True) as connection:
            row = await (await connection.execute(_LAST)).fetchone()
        last = row[0] if row else 0
        for each in self.followers:
            each.until(last)
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_SECONDS):
                await asyncio.gather(*(each.done.wait() for each in self.followers))

    def lines(self) -> list[str]:
        """Describe both."""
        received, missing, repeated = 0, 0, 0
        ends = sum((each.ends for each in self.followers), Counter[str]())
        with psycopg.connect(self.database) as connection:
            for each in self.followers:
                asked = (each.provider_id, each.first, each.last)
                announced = {id_ for [id_] in connection.execute(_OF_PROVIDER, asked)}
                received += len(each.ids)
                missing += len(announced.difference(each.ids))
                repeated += len(each.ids) - len(set(each.ids))
        never = sum(each.first is None for each in self.followers)
        said = ", ".join(f"{number} × {name}" for name, number in ends.items()) or "none"
        photos = sorted(self.uploads) or [0.0]
        followers = (
            f"  {len(self.followers)} followers of live events ({never} never began): {received} events received, "
            f"{missing} missing, {repeated} repeated; ends of streams: {said}"
        )
        uploaders = (
            f"  {len(self.uploaders)} uploaders: {len(self.uploads)} photos, p50 {photos[len(photos) // 2]:.1f} s, "
            f"worst {photos[-1]:.1f} s, {self.failed.total()} failed"
        )
        return [followers, uploaders, *(f"  {number} × {error}" for error, number in self.failed.items())]
