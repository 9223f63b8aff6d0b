"""Jobs that read external calendars."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tests.gates import PATIENCE_SECONDS
from tests.unit.entrypoints.worker.workshop import Workshop

from booking_domain.scheduling.feeds import READ_EVERY, UNREACHABLE, FeedRule
from booking_domain.shared.actor import Role
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, TOMORROW, terms
from booking_domain.testing.scheduling.memory.feeds import MemoryFeedReader
from booking_domain.use_cases.scheduling.feeds import SetFeeds, set_feeds
from entrypoints.worker.main import work

URL = "https://calendar.example.com/private-1/basic.ics"
BUSY = TimeRange(TOMORROW, TOMORROW + HOUR)
AT_ONCE = 4


class OwnReader(MemoryFeedReader):
    """A feed reader that can be read only while it is open."""

    def __init__(self) -> None:
        super().__init__()
        self.published[URL] = [BUSY]
        self.open_now = False

    async def open(self) -> None:
        self.open_now = True

    async def close(self) -> None:
        self.open_now = False

    async def read(self, url: str, *, window: TimeRange, time_zone: str) -> Sequence[TimeRange]:
        assert self.open_now
        return await super().read(url, window=window, time_zone=time_zone)


async def with_a_feed(shop: Workshop) -> OwnReader:
    reader = OwnReader()
    shop.container.feed_reader.override(reader)
    await shop.studio.run(set_feeds, SetFeeds(urls=(URL,), rule=FeedRule()), by=shop.studio.owner)
    return reader


async def failures(shop: Workshop) -> list[tuple[bool, str | None]]:
    own = await shop.studio.reads.feeds.of_provider(shop.studio.provider_id)
    return [(feed.read_at is not None, feed.failure) for feed in own.feeds]


async def readings(shop: Workshop) -> list[Any]:
    return [args for task, args, _, _ in await shop.waiting_jobs() if task == "read_feed"]


async def test_a_new_feed_is_read_at_once(shop: Workshop) -> None:
    reader = await with_a_feed(shop)
    await reader.open()
    await shop.relay()
    ((task, _, due_at, _),) = await shop.waiting_jobs()  # and no notification
    assert (task, due_at) == ("read_feed", None)
    await shop.run_due_jobs()
    assert await failures(shop) == [(True, None)]
    assert await shop.waiting_jobs() == []


async def test_the_sweep_enqueues_each_due_feed_once(shop: Workshop) -> None:
    reader = await with_a_feed(shop)
    await reader.open()
    await shop.run_periodic("sweep")
    await shop.run_periodic("sweep")  # its job already waits
    assert len(await readings(shop)) == 1
    await shop.relay()  # and the message makes another one, that finds nothing to do
    await shop.run_due_jobs()
    assert len(reader.requests) == 1
    await shop.run_periodic("sweep")
    assert await readings(shop) == []
    shop.studio.clock.advance(READ_EVERY)
    await shop.run_periodic("sweep")
    await shop.run_due_jobs()
    assert len(reader.requests) == 2


async def test_a_failed_reading_is_recorded_and_its_job_succeeds(shop: Workshop) -> None:
    reader = await with_a_feed(shop)
    await reader.open()
    reader.available = False
    await shop.relay()
    await shop.run_due_jobs()
    assert await failures(shop) == [(False, UNREACHABLE)]
    assert await shop.waiting_jobs() == []
    shop.studio.clock.advance(timedelta(minutes=1))
    reader.available = True
    await shop.run_periodic("sweep")
    await shop.run_due_jobs()
    assert await failures(shop) == [(True, None)]


async def test_slow_feeds_delay_no_other_job_and_the_reader_closes_with_the_worker(shop: Workshop) -> None:
    class Stuck(OwnReader):
        def __init__(self) -> None:
            super().__init__()
            self.reading = 0
            self.all_read = asyncio.Event()
            self.go_on = asyncio.Event()

        async def read(self, url: str, *, window: TimeRange, time_zone: str) -> Sequence[TimeRange]:
            self.reading += 1
            if self.reading == AT_ONCE:
                self.all_read.set()
            await self.go_on.wait()
            return ()

    async with asyncio.timeout(PATIENCE_SECONDS):
        reader = Stuck()
        shop.container.feed_reader.override(reader)
        for number in range(3 * AT_ONCE):  # more than jobs are run at once
            owner = await shop.studio.joined(Role.PROVIDER)
            await shop.studio.new_provider(owner, terms())
            urls = (f"{URL}?{number}",)
            await shop.studio.run(set_feeds, SetFeeds(urls=urls, rule=FeedRule()), by=owner)
        stop = asyncio.Event()
        worker = asyncio.create_task(work(shop.container, stop))
        await reader.all_read.wait()
        await shop.studio.book()
        await shop.sender.has_delivered.wait()
        reader.go_on.set()
        stop.set()
        await worker
        assert not reader.open_now


async def test_the_feeds_of_one_provider_leave_room_for_others(shop: Workshop) -> None:
    class StuckForOne(OwnReader):
        def __init__(self) -> None:
            super().__init__()
            self.stuck = 0
            self.other_was_read = asyncio.Event()
            self.go_on = asyncio.Event()

        async def read(self, url: str, *, window: TimeRange, time_zone: str) -> Sequence[TimeRange]:
            if url.startswith(URL):
                self.stuck += 1
                await self.go_on.wait()
            else:
                self.other_was_read.set()
            return ()

    async with asyncio.timeout(PATIENCE_SECONDS):
        reader = StuckForOne()
        shop.container.feed_reader.override(reader)
        many = tuple(f"{URL}?{number}" for number in range(AT_ONCE + 1))
        await shop.studio.run(set_feeds, SetFeeds(urls=many, rule=FeedRule()), by=shop.studio.owner)
        owner = await shop.studio.joined(Role.PROVIDER)
        await shop.studio.new_provider(owner, terms())
        await shop.studio.run(set_feeds, SetFeeds(urls=("https://other.example/x",), rule=FeedRule()), by=owner)
        stop = asyncio.Event()
        worker = asyncio.create_task(work(shop.container, stop))
        await reader.other_was_read.wait()
        assert reader.stuck == 1
        reader.go_on.set()
        stop.set()
        await worker
