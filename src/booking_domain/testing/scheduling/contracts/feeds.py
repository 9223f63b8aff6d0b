"""The contract of `FeedRepository` and `FeedReads`."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.feeds import DEFAULT_FEED_RULE, Feed, FeedRule, OwnFeeds, StoredFeed, WhenFeedFails
from booking_domain.scheduling.model import SlotSettings
from booking_domain.shared.ids import FeedId, ProviderId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW
from booking_domain.testing.kit.storage import (
    Cast,
    StorageContract,
    present,
    waits,
)
from booking_domain.use_cases.platform.ports import Repositories

WORKDAY = TimeRange(TOMORROW, TOMORROW + 9 * HOUR)
MINUTE = timedelta(minutes=1)
CLOSED = FeedRule(WhenFeedFails.CLOSED, 5)
BUSY = tuple(TimeRange(TOMORROW + n * HOUR, TOMORROW + n * HOUR + MINUTE) for n in range(0, 9, 2))


class FeedsContract(StorageContract):
    """External calendars of providers."""

    def _feed(self, name: str = "one") -> Feed:
        return Feed(id=FeedId(self.make.entropy.new_id()), url=f"https://calendar.example.com/{name}.ics")

    async def _set(self, cast: Cast, *feeds: Feed, rule: FeedRule = DEFAULT_FEED_RULE) -> None:
        async with self.begin() as tx:
            await tx.calendars.lock_provider_of(cast.owner.id)
            await tx.feeds.save_feeds(cast.profile.id, rule, feeds, due_at=NOW)

    async def _kept(self, feed: Feed) -> StoredFeed:
        async with self.begin() as tx:
            return present(await tx.feeds.lock_feed(feed.id))

    async def _read(self, feed: Feed) -> None:
        async with self.begin() as tx:
            await tx.feeds.lock_feed(feed.id)
            await tx.feeds.save_reading(feed, due_at=NOW + HOUR)

    async def _feeds(self, cast: Cast) -> tuple[Feed, ...]:
        return (await self.reads.feeds.of_provider(cast.profile.id)).feeds

    async def test_a_new_provider_has_no_feeds_and_the_default_rule(self, cast: Cast) -> None:
        assert await self.reads.feeds.of_provider(cast.profile.id) == OwnFeeds()
        assert await self.reads.feeds.of_provider(ProviderId(self.make.entropy.new_id())) == OwnFeeds()
        assert await self.alone.feeds.feeds_of(cast.profile.id) == OwnFeeds()

    async def test_an_unknown_feed_is_not_found(self) -> None:
        nothing = FeedId(self.make.entropy.new_id())
        assert await self.reads.feeds.get(nothing) is None
        assert await self.alone.feeds.lock_feed(nothing) is None

    async def test_feeds_are_sorted_by_id(self, cast: Cast, other: Cast) -> None:
        first, second, third = (self._feed(name) for name in ("z", "a", "m"))
        rules = (CLOSED, FeedRule(WhenFeedFails.OPEN, 1), FeedRule(WhenFeedFails.TRUST, 720))
        for version, rule in enumerate(rules, start=2):
            await self._set(cast, third, first, second, rule=rule)
            expected = OwnFeeds(rule=rule, feeds=(first, second, third), version=version)
            assert await self.reads.feeds.of_provider(cast.profile.id) == expected
            assert await self.alone.feeds.feeds_of(cast.profile.id) == expected
        assert await self.reads.feeds.of_provider(other.profile.id) == OwnFeeds()

    async def test_a_reading_keeps_the_version(self) -> None:
        cast, feed = await self.a_cast(), self._feed()
        await self._set(cast, feed)
        before = await self.reads.feeds.of_provider(cast.profile.id)
        await self._read(feed.read(BUSY, NOW))
        after = await self.reads.feeds.of_provider(cast.profile.id)
        assert (before.version, after.version) == (2, 2)
        assert after.feeds != before.feeds

    async def test_removing_the_last_feed_keeps_the_rule(self, cast: Cast) -> None:
        await self._set(cast, self._feed(), rule=CLOSED)
        await self._set(cast, rule=CLOSED)
        assert await self.reads.feeds.of_provider(cast.profile.id) == OwnFeeds(rule=CLOSED, version=3)
        schedule = present(await self.reads.schedules.get(cast.profile.id, WORKDAY))
        assert (schedule.feeds, schedule.feed_rule) == ((), DEFAULT_FEED_RULE)
        assert schedule.calendar_at(NOW) == (schedule.calendar, ())

    async def test_a_feed_carries_what_its_reader_needs(self) -> None:
        cast, feed = await self.a_cast(), self._feed()
        await self.alone.calendars.save_settings(cast.profile.id, "Asia/Hovd", SlotSettings(horizon_days=17))
        await self._set(cast, feed)
        expected = StoredFeed(
            feed=feed, provider_id=cast.profile.id, time_zone="Asia/Hovd", horizon_days=17, due_at=NOW
        )
        assert await self._kept(feed) == await self.reads.feeds.get(feed.id) == expected

    async def test_saving_keeps_the_readings_of_remaining_feeds(self) -> None:
        cast, stays, goes = await self.a_cast(), self._feed("stays"), self._feed("goes")
        await self._set(cast, stays, goes)
        read = replace(stays, busy=BUSY, read_at=NOW, failure="once", failures=3)
        await self._read(read)
        await self._read(replace(goes, busy=BUSY, read_at=NOW))
        again, new = replace(self._feed("stays"), read_at=NOW + HOUR), replace(self._feed("new"), read_at=NOW)
        await self._set(cast, new, again)
        assert await self._feeds(cast) == (replace(read, busy=()), replace(new, read_at=None))
        kept = await self._kept(stays)
        assert (kept.feed, kept.due_at) == (read, NOW + HOUR)
        assert (await self._kept(new)).due_at == NOW
        for gone in (goes, again):
            assert await self.reads.feeds.get(gone.id) is None
        schedule = present(await self.reads.schedules.get(cast.profile.id, WORKDAY))
        assert schedule.feeds == (read, replace(new, read_at=None))

    async def test_two_providers_can_add_the_same_feed(self, cast: Cast, other: Cast) -> None:
        mine, theirs = self._feed(), self._feed()
        await self._set(cast, mine)
        await self._set(other, theirs)
        await self._read(replace(mine, busy=BUSY, read_at=NOW))
        assert (await self._kept(theirs)).feed == theirs
        await self._read(replace(theirs, busy=BUSY[:1], read_at=NOW))
        assert (await self._kept(mine)).feed.busy == BUSY
        await self._set(other)
        assert (await self._kept(mine)).feed.busy == BUSY

    async def test_a_schedule_has_the_feeds_sorted_by_id(self) -> None:
        cast, feeds = await self.a_cast(), [self._feed(str(number)) for number in range(3)]
        await self._set(cast, *feeds)
        read = [replace(feed, read_at=NOW - age * MINUTE) for age, feed in enumerate(feeds)]
        for feed in read:
            await self._read(feed)
        schedule = present(await self.reads.schedules.get(cast.profile.id, WORKDAY))
        assert schedule.feeds == tuple(read)

    async def test_a_reading_replaces_the_previous_one(self) -> None:
        cast, feed = await self.a_cast(), self._feed()
        await self._set(cast, feed, rule=CLOSED)
        moved = (BUSY[0], TimeRange(BUSY[1].start, BUSY[1].end + MINUTE), *BUSY[3:])
        odd = TimeRange(TOMORROW + timedelta(microseconds=1), TOMORROW + timedelta(microseconds=2))
        for read in (
            replace(feed, busy=BUSY, read_at=NOW),
            replace(feed, busy=moved, read_at=NOW + MINUTE),
            replace(feed, busy=moved, read_at=NOW + MINUTE, failure="календарь алга", failures=70_000),
            replace(feed, busy=(odd,), read_at=NOW + HOUR),
            replace(feed, busy=(), read_at=NOW + HOUR),
            replace(feed, busy=BUSY, read_at=NOW),
        ):
            await self._read(read)
            assert (await self._kept(feed)).feed == read
            assert await self._feeds(cast) == (replace(read, busy=()),)
            schedule = present(await self.reads.schedules.get(cast.profile.id, WORKDAY))
            assert (schedule.feeds, schedule.feed_rule) == ((read,), CLOSED)

    async def test_a_schedule_has_the_busy_times_around_its_window(self) -> None:
        cast, feed = await self.a_cast(), self._feed()
        await self._set(cast, feed)
        far = (NOW - 300 * 24 * HOUR, NOW + 300 * 24 * HOUR)
        busy = (TimeRange(far[0], far[0] + HOUR), *BUSY, TimeRange(far[1], far[1] + HOUR))
        await self._read(replace(feed, busy=busy, read_at=NOW))
        schedule = present(await self.reads.schedules.get(cast.profile.id, WORKDAY))
        assert schedule.feeds == (replace(feed, busy=BUSY, read_at=NOW),)

    async def test_a_rolled_back_reading_has_no_effect(self) -> None:
        cast, feed = await self.a_cast(), self._feed()
        await self._set(cast, feed)
        read = replace(feed, busy=BUSY, read_at=NOW)
        await self._read(read)

        async def another(tx: Repositories) -> None:
            await tx.feeds.lock_feed(feed.id)
            await tx.feeds.save_reading(replace(feed, failure="lost", failures=1), due_at=NOW)

        await self.rolled_back(another)
        kept = await self._kept(feed)
        assert (kept.feed, kept.due_at) == (read, NOW + HOUR)

    async def test_due_feeds_are_sorted_by_due_time(self) -> None:
        cast, feeds = await self.a_cast(), [self._feed(str(number)) for number in range(4)]
        await self._set(cast, *feeds)
        for feed, minutes in zip(feeds, (3, 1, 2, 4), strict=True):
            async with self.begin() as tx:
                await tx.feeds.lock_feed(feed.id)
                await tx.feeds.save_reading(feed, due_at=NOW + minutes * MINUTE)
        by_time = [(feeds[at].id, cast.profile.id) for at in (1, 2, 0, 3)]
        assert list(await self.reads.feeds.due(NOW, 10)) == []
        assert list(await self.reads.feeds.due(NOW + 3 * MINUTE, 10)) == by_time[:3]
        assert list(await self.reads.feeds.due(NOW + HOUR, 2)) == by_time[:2]
        await self._set(cast)
        assert list(await self.reads.feeds.due(NOW + HOUR, 10)) == []

    async def test_feeds_of_providers_who_take_no_bookings_are_not_due(self) -> None:
        for status in ProfileStatus:
            cast, feed = await self.a_cast(status), self._feed()
            await self._set(cast, feed)
            accepting = status is ProfileStatus.APPROVED
            due = list(await self.reads.feeds.due(NOW + HOUR, 100))
            assert ((feed.id, cast.profile.id) in due) is accepting
            assert (await self.reads.feeds.of_provider(cast.profile.id)).accepting is accepting
            assert (await self._kept(feed)).accepting is accepting

    async def test_a_second_lock_of_a_feed_waits_and_sees_the_first_reading(self) -> None:
        cast, feed, other = await self.a_cast(), self._feed(), self._feed("other")
        await self._set(cast, feed, other)
        read = replace(feed, busy=BUSY, read_at=NOW)
        async with self.begin() as tx:
            await tx.feeds.lock_feed(feed.id)
            second = asyncio.create_task(self._kept(feed))
            assert await waits(second)
            await tx.feeds.save_reading(read, due_at=NOW + HOUR)
        assert (await second).feed == read

    async def test_removing_a_feed_waits_for_its_reader(self) -> None:
        cast, feed = await self.a_cast(), self._feed()
        await self._set(cast, feed)
        async with self.begin() as tx:
            await tx.feeds.lock_feed(feed.id)
            going = asyncio.create_task(self._set(cast))
            assert await waits(going)
            await tx.feeds.save_reading(replace(feed, busy=BUSY, read_at=NOW), due_at=NOW)
        await going
        assert await self.reads.feeds.get(feed.id) is None
        assert await self._feeds(cast) == ()
