"""Which rows of external calendars are written; the contract cannot observe this."""

from dataclasses import replace
from uuid import uuid4

from tests.databases import CIPHER, TestServer

from adapters.postgres.database import Database
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.feeds import DEFAULT_FEED_RULE, Feed
from booking_domain.scheduling.model import SlotSettings
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import FeedId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder

BUSY = tuple(TimeRange(TOMORROW + n * HOUR, TOMORROW + (n + 0.5) * HOUR) for n in range(6))


async def test_unchanged_busy_times_are_not_rewritten(postgres: TestServer) -> None:
    with postgres.database() as url:
        database, make = Database(url, cipher=CIPHER), Builder()
        feed = Feed(id=FeedId(uuid4()), url="https://calendar.example.com/x.ics")

        async def read(*busy: TimeRange) -> dict[TimeRange, str]:
            """Which transaction has written each busy time, after this reading."""
            async with database.begin() as tx:
                await tx.feeds.lock_feed(feed.id)
                await tx.feeds.save_reading(replace(feed, busy=busy, read_at=NOW), due_at=NOW)
            async with database.connection() as connection:
                cursor = await connection.execute("SELECT starts_at, ends_at, xmin::text FROM busy_times")
                return {TimeRange(start, end): by for start, end, by in await cursor.fetchall()}

        await database.open()
        try:
            owner = make.user(Role.PROVIDER)
            profile = make.profile(owner, ProfileStatus.APPROVED)
            async with database.begin() as tx:
                await tx.users.add(owner)
                await tx.profiles.add(profile)
                await tx.calendars.save_settings(profile.id, "UTC", SlotSettings())
                await tx.feeds.save_feeds(profile.id, DEFAULT_FEED_RULE, [feed], due_at=NOW)
            first = await read(*BUSY)
            assert await read(*BUSY) == first
            longer = TimeRange(BUSY[2].start, BUSY[2].end + HOUR / 4)
            then = await read(*BUSY[1:2], longer, *BUSY[3:])
            assert set(then) == {BUSY[1], longer, *BUSY[3:]}
            assert {busy: by for busy, by in then.items() if busy != longer} == {
                busy: by for busy, by in first.items() if busy in then
            }
        finally:
            await database.close()
