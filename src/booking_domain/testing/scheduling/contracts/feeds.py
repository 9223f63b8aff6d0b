"""The contract of `FeedRepository` and `FeedReads`."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.feeds import DEFAULT_FEED_RULE, Feed, FeedRule, OwnFeeds, StoredFeed, WhenFeedFails
from booking_domain.scheduling.model import SlotSettings
from booking_domain.shared.ids import FeedId, ProviderId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder
from booking_domain.testing.kit.storage import (
    Backend,
    Cast,
    StorageContract,
    a_cast,
    alone,
    present,
    rolled_back,
    waits,
)
from booking_domain.use_cases.platform.ports import Repositories

WORKDAY = TimeRange(TOMORROW, TOMORROW + 9 * HOUR)
MINUTE = timedelta(minutes=1)
CLOSED = FeedRule(WhenFeedFails.CLOSED, 5)
BUSY = tuple(TimeRange(TOMORROW + n * HOUR, TOMORROW + n * HOUR + MINUTE) for n in range(0, 9, 2))


def _feed(make: Builder, name: str = "one") -> Feed:
    return Feed(id=FeedId(make.entropy.new_id()), url=f"https://calendar.example.com/{name}.ics")


async def _set(backend: Backend, cast: Cast, *feeds: Feed, rule: FeedRule = DEFAULT_FEED_RULE) -> None:
    async with backend.begin() as tx:
        await tx.calendars.lock_provider_of(cast.owner.id)
        await tx.feeds.save_feeds(cast.profile.id, rule, feeds, due_at=NOW)


async def _kept(backend: Backend, feed: Feed) -> StoredFeed:
    async with backend.begin() as tx:
        return present(await tx.feeds.lock_feed(feed.id))


async def _read(backend: Backend, feed: Feed) -> None:
    async with backend.begin() as tx:
        await tx.feeds.lock_feed(feed.id)
        await tx.feeds.save_reading(feed, due_at=NOW + HOUR)


async def _feeds(backend: Backend, cast: Cast) -> tuple[Feed, ...]:
    return (await backend.reads.feeds.of_provider(cast.profile.id)).feeds


class FeedsContract(StorageContract):
    """External calendars of providers."""

    async def test_a_new_provider_has_no_feeds_and_the_default_rule(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        assert await backend.reads.feeds.of_provider(cast.profile.id) == OwnFeeds()
        assert await backend.reads.feeds.of_provider(ProviderId(make.entropy.new_id())) == OwnFeeds()
        assert await alone(backend).feeds.feeds_of(cast.profile.id) == OwnFeeds()

    async def test_an_unknown_feed_is_not_found(self, backend: Backend, make: Builder) -> None:
        nothing = FeedId(make.entropy.new_id())
        assert await backend.reads.feeds.get(nothing) is None
        assert await alone(backend).feeds.lock_feed(nothing) is None

    async def test_feeds_are_sorted_by_id(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        first, second, third = (_feed(make, name) for name in ("z", "a", "m"))
        rules = (CLOSED, FeedRule(WhenFeedFails.OPEN, 1), FeedRule(WhenFeedFails.TRUST, 720))
        for version, rule in enumerate(rules, start=2):
            await _set(backend, cast, third, first, second, rule=rule)
            expected = OwnFeeds(rule=rule, feeds=(first, second, third), version=version)
            assert await backend.reads.feeds.of_provider(cast.profile.id) == expected
            assert await alone(backend).feeds.feeds_of(cast.profile.id) == expected
        assert await backend.reads.feeds.of_provider(other.profile.id) == OwnFeeds()

    async def test_a_reading_keeps_the_version(self, backend: Backend, make: Builder) -> None:
        cast, feed = await a_cast(backend, make), _feed(make)
        await _set(backend, cast, feed)
        before = await backend.reads.feeds.of_provider(cast.profile.id)
        await _read(backend, feed.read(BUSY, NOW))
        after = await backend.reads.feeds.of_provider(cast.profile.id)
        assert (before.version, after.version) == (2, 2)
        assert after.feeds != before.feeds

    async def test_removing_the_last_feed_keeps_the_rule(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        await _set(backend, cast, _feed(make), rule=CLOSED)
        await _set(backend, cast, rule=CLOSED)
        assert await backend.reads.feeds.of_provider(cast.profile.id) == OwnFeeds(rule=CLOSED, version=3)
        schedule = present(await backend.reads.schedules.get(cast.profile.id, WORKDAY))
        assert (schedule.feeds, schedule.feed_rule) == ((), DEFAULT_FEED_RULE)
        assert schedule.calendar_at(NOW) == (schedule.calendar, ())

    async def test_a_feed_carries_what_its_reader_needs(self, backend: Backend, make: Builder) -> None:
        cast, feed = await a_cast(backend, make), _feed(make)
        await alone(backend).calendars.save_settings(cast.profile.id, "Asia/Hovd", SlotSettings(horizon_days=17))
        await _set(backend, cast, feed)
        expected = StoredFeed(
            feed=feed, provider_id=cast.profile.id, time_zone="Asia/Hovd", horizon_days=17, due_at=NOW
        )
        assert await _kept(backend, feed) == await backend.reads.feeds.get(feed.id) == expected

    async def test_saving_keeps_the_readings_of_remaining_feeds(self, backend: Backend, make: Builder) -> None:
        cast, stays, goes = await a_cast(backend, make), _feed(make, "stays"), _feed(make, "goes")
        await _set(backend, cast, stays, goes)
        read = replace(stays, busy=BUSY, read_at=NOW, failure="once", failures=3)
        await _read(backend, read)
        await _read(backend, replace(goes, busy=BUSY, read_at=NOW))
        again, new = replace(_feed(make, "stays"), read_at=NOW + HOUR), replace(_feed(make, "new"), read_at=NOW)
        await _set(backend, cast, new, again)
        assert await _feeds(backend, cast) == (replace(read, busy=()), replace(new, read_at=None))
        kept = await _kept(backend, stays)
        assert (kept.feed, kept.due_at) == (read, NOW + HOUR)
        assert (await _kept(backend, new)).due_at == NOW
        for gone in (goes, again):
            assert await backend.reads.feeds.get(gone.id) is None
        schedule = present(await backend.reads.schedules.get(cast.profile.id, WORKDAY))
        assert schedule.feeds == (read, replace(new, read_at=None))

    async def test_two_providers_can_add_the_same_feed(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        mine, theirs = _feed(make), _feed(make)
        await _set(backend, cast, mine)
        await _set(backend, other, theirs)
        await _read(backend, replace(mine, busy=BUSY, read_at=NOW))
        assert (await _kept(backend, theirs)).feed == theirs
        await _read(backend, replace(theirs, busy=BUSY[:1], read_at=NOW))
        assert (await _kept(backend, mine)).feed.busy == BUSY
        await _set(backend, other)
        assert (await _kept(backend, mine)).feed.busy == BUSY

    async def test_a_schedule_has_the_feeds_sorted_by_id(self, backend: Backend, make: Builder) -> None:
        cast, feeds = await a_cast(backend, make), [_feed(make, str(number)) for number in range(3)]
        await _set(backend, cast, *feeds)
        read = [replace(feed, read_at=NOW - age * MINUTE) for age, feed in enumerate(feeds)]
        for feed in read:
            await _read(backend, feed)
        schedule = present(await backend.reads.schedules.get(cast.profile.id, WORKDAY))
        assert schedule.feeds == tuple(read)

    async def test_a_reading_replaces_the_previous_one(self, backend: Backend, make: Builder) -> None:
        cast, feed = await a_cast(backend, make), _feed(make)
        await _set(backend, cast, feed, rule=CLOSED)
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
            await _read(backend, read)
            assert (await _kept(backend, feed)).feed == read
            assert await _feeds(backend, cast) == (replace(read, busy=()),)
            schedule = present(await backend.reads.schedules.get(cast.profile.id, WORKDAY))
            assert (schedule.feeds, schedule.feed_rule) == ((read,), CLOSED)

    async def test_a_schedule_has_the_busy_times_around_its_window(self, backend: Backend, make: Builder) -> None:
        cast, feed = await a_cast(backend, make), _feed(make)
        await _set(backend, cast, feed)
        far = (NOW - 300 * 24 * HOUR, NOW + 300 * 24 * HOUR)
        busy = (TimeRange(far[0], far[0] + HOUR), *BUSY, TimeRange(far[1], far[1] + HOUR))
        await _read(backend, replace(feed, busy=busy, read_at=NOW))
        schedule = present(await backend.reads.schedules.get(cast.profile.id, WORKDAY))
        assert schedule.feeds == (replace(feed, busy=BUSY, read_at=NOW),)

    async def test_a_rolled_back_reading_has_no_effect(self, backend: Backend, make: Builder) -> None:
        cast, feed = await a_cast(backend, make), _feed(make)
        await _set(backend, cast, feed)
        read = replace(feed, busy=BUSY, read_at=NOW)
        await _read(backend, read)

        async def another(tx: Repositories) -> None:
            await tx.feeds.lock_feed(feed.id)
            await tx.feeds.save_reading(replace(feed, failure="lost", failures=1), due_at=NOW)

        await rolled_back(backend, another)
        kept = await _kept(backend, feed)
        assert (kept.feed, kept.due_at) == (read, NOW + HOUR)

    async def test_due_feeds_are_sorted_by_due_time(self, backend: Backend, make: Builder) -> None:
        cast, feeds = await a_cast(backend, make), [_feed(make, str(number)) for number in range(4)]
        await _set(backend, cast, *feeds)
        for feed, minutes in zip(feeds, (3, 1, 2, 4), strict=True):
            async with backend.begin() as tx:
                await tx.feeds.lock_feed(feed.id)
                await tx.feeds.save_reading(feed, due_at=NOW + minutes * MINUTE)
        by_time = [(feeds[at].id, cast.profile.id) for at in (1, 2, 0, 3)]
        assert list(await backend.reads.feeds.due(NOW, 10)) == []
        assert list(await backend.reads.feeds.due(NOW + 3 * MINUTE, 10)) == by_time[:3]
        assert list(await backend.reads.feeds.due(NOW + HOUR, 2)) == by_time[:2]
        await _set(backend, cast)
        assert list(await backend.reads.feeds.due(NOW + HOUR, 10)) == []

    async def test_feeds_of_providers_who_take_no_bookings_are_not_due(self, backend: Backend, make: Builder) -> None:
        for status in ProfileStatus:
            cast, feed = await a_cast(backend, make, status), _feed(make)
            await _set(backend, cast, feed)
            accepting = status is ProfileStatus.APPROVED
            due = list(await backend.reads.feeds.due(NOW + HOUR, 100))
            assert ((feed.id, cast.profile.id) in due) is accepting
            assert (await backend.reads.feeds.of_provider(cast.profile.id)).accepting is accepting
            assert (await _kept(backend, feed)).accepting is accepting

    async def test_a_second_lock_of_a_feed_waits_and_sees_the_first_reading(
        self, backend: Backend, make: Builder
    ) -> None:
        cast, feed, other = await a_cast(backend, make), _feed(make), _feed(make, "other")
        await _set(backend, cast, feed, other)
        read = replace(feed, busy=BUSY, read_at=NOW)
        async with backend.begin() as tx:
            await tx.feeds.lock_feed(feed.id)
            second = asyncio.create_task(_kept(backend, feed))
            assert await waits(second)
            await tx.feeds.save_reading(read, due_at=NOW + HOUR)
        assert (await second).feed == read

    async def test_removing_a_feed_waits_for_its_reader(self, backend: Backend, make: Builder) -> None:
        cast, feed = await a_cast(backend, make), _feed(make)
        await _set(backend, cast, feed)
        async with backend.begin() as tx:
            await tx.feeds.lock_feed(feed.id)
            going = asyncio.create_task(_set(backend, cast))
            assert await waits(going)
            await tx.feeds.save_reading(replace(feed, busy=BUSY, read_at=NOW), due_at=NOW)
        await going
        assert await backend.reads.feeds.get(feed.id) is None
        assert await _feeds(backend, cast) == ()
