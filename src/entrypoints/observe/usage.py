"""Stores what a process tallies: every minute, and when it ends."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import structlog

from booking_domain.portfolio.views import ViewTally
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor, UseCase
from booking_domain.usage.model import Tally
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.use_cases.portfolio.views import add_views
from booking_domain.use_cases.usage.counting import add_usage, today

SECONDS: Final = 60
log: Final = structlog.get_logger()
Count = TypeVar("Count")


class UsageKeeper:
    """Adds the tallies of this process to the counts of the day."""

    def __init__(
        self, tally: Tally, views: ViewTally, executor: Executor[Repositories], clock: Clock, zone: ZoneInfo
    ) -> None:
        self._tally = tally
        self._views = views
        self._executor = executor
        self._clock = clock
        self._zone = zone
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to store."""
        self._task = asyncio.create_task(self._repeat())

    async def close(self) -> None:
        """Store the rest."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            await self._store()

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(SECONDS)
            await self._store()

    async def _store(self) -> None:
        now = self._clock.now()
        await self._add(self._tally.take(today(now, self._zone)), add_usage, self._tally.put_back)
        await self._add(self._views.take(now), add_views, self._views.put_back)

    async def _add(
        self, counts: list[Count], add: UseCase[Any, Repositories, None], put_back: Callable[[list[Count]], None]
    ) -> None:
        if not counts:
            return
        try:
            await self._executor.run(add, counts, actor=SYSTEM)
        except Exception as error:  # noqa: BLE001 - the process has more important work
            put_back(counts)
            log.warning("usage.not_stored", error=type(error).__name__)
