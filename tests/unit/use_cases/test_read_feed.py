"""External calendars: set by their provider, read by the platform, and the rule for failing ones."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.unit.use_cases.scenes import MINUTE

from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.events import FeedAdded
from booking_domain.scheduling.feeds import (
    MAX_FEEDS,
    READ_EVERY,
    REST_PER_READING,
    STALE_AFTER,
    UNREACHABLE,
    Feed,
    FeedReader,
    FeedRule,
    FeedUnreadable,
    OwnFeeds,
    StoredFeed,
    WhenFeedFails,
)
from booking_domain.scheduling.model import OnTimeZoneChange
from booking_domain.scheduling.slots import offered_slots
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion
from booking_domain.shared.ids import FeedId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, terms
from booking_domain.testing.kit.storage import race
from booking_domain.testing.scheduling.memory.feeds import MemoryFeedReader
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.catalogue.profiles import (
    DecideOnProfile,
    ProfileChange,
    SettingsChange,
    change_settings,
    decide_on_profile,
    open_profile,
    submit_profile,
)
from booking_domain.use_cases.scheduling.feeds import (
    RecordReading,
    SetFeeds,
    record_reading,
    set_feeds,
)
from booking_domain.use_cases.scheduling.read_feed import read_feed

URL = "https://calendar.example.com/private-1/basic.ics"
OTHER = "webcal://calendar.example.com/private-2/basic.ics"
CLOSED, OPEN, TRUST = FeedRule(WhenFeedFails.CLOSED), FeedRule(WhenFeedFails.OPEN), FeedRule(WhenFeedFails.TRUST, 2)
DAY = 24 * HOUR
TEN_TO_TWELVE = TimeRange(TOMORROW, TOMORROW + 2 * HOUR)


async def named(studio: Studio, *urls: str, rule: FeedRule = TRUST) -> OwnFeeds:
    return await studio.run(set_feeds, SetFeeds(urls=urls, rule=rule), by=studio.owner)


async def feed_of(studio: Studio, *, rule: FeedRule = TRUST) -> FeedId:
    (feed,) = (await named(studio, URL, rule=rule)).feeds
    return feed.id


async def read(studio: Studio, feed_id: FeedId, reader: FeedReader) -> Feed | None:
    return await read_feed(feed_id, clock=studio.clock, reads=studio.reads, executor=studio.executor, reader=reader)


async def kept(studio: Studio, feed_id: FeedId) -> StoredFeed:
    async with studio.backend.begin() as tx:
        found = await tx.feeds.lock_feed(feed_id)
        assert found is not None
        return found


async def offered(studio: Studio) -> tuple[list[int], tuple[str, ...]]:
    """The hours after 10:00 at which a slot is offered tomorrow, and the degraded calendars."""
    window = TimeRange(TOMORROW - HOUR, TOMORROW + 10 * HOUR)
    schedule = await studio.reads.schedules.get(studio.provider_id, window)
    assert schedule is not None
    calendar, degraded = schedule.calendar_at(studio.clock.now())
    slots = offered_slots(calendar, schedule.claims, window=window, now=studio.clock.now())
    return [(slot.start - TOMORROW) // HOUR for slot in slots if slot.start.minute == 0], degraded


def reader_of(*busy: TimeRange) -> MemoryFeedReader:
    reader = MemoryFeedReader()
    reader.published[URL] = busy
    return reader


async def test_imported_busy_times_are_not_offered(studio: Studio) -> None:
    feed_id = await feed_of(studio)
    feed = await read(studio, feed_id, reader_of(TEN_TO_TWELVE))
    assert feed is not None
    assert (feed.busy, feed.read_at, feed.failure) == ((TEN_TO_TWELVE,), NOW, None)
    assert await offered(studio) == ([2, 3, 4, 5, 6, 7, 8], ())


async def test_a_reading_covers_every_time_that_can_affect_a_slot(studio: Studio) -> None:
    moved = SettingsChange(horizon_days=10, time_zone="Asia/Hovd", hours=OnTimeZoneChange.KEEP_CLOCK)
    await studio.run(change_settings, moved, by=studio.owner)
    reader = reader_of()
    await read(studio, await feed_of(studio), reader)
    ((url, window, zone),) = reader.requests
    assert (url, zone) == (URL, "Asia/Hovd")
    assert window.start == NOW - DAY
    last_date_ends = NOW + 11 * DAY + HOUR  # a clock may go back
    length_and_buffers = 16 * DAY
    assert last_date_ends + length_and_buffers <= window.end <= NOW + 28 * DAY


async def test_a_feed_is_read_again_ten_minutes_later_and_not_before(studio: Studio) -> None:
    feed_id, reader = await feed_of(studio), reader_of(TEN_TO_TWELVE)
    assert list(await studio.reads.feeds.due(NOW, 10)) == [(feed_id, studio.provider_id)]
    await read(studio, feed_id, reader)
    assert list(await studio.reads.feeds.due(NOW + READ_EVERY - MINUTE, 10)) == []
    assert await read(studio, feed_id, reader) is None
    assert len(reader.requests) == 1
    studio.clock.advance(READ_EVERY)
    reader.published[URL] = ()
    await read(studio, feed_id, reader)
    assert len(reader.requests) == 2
    assert (await offered(studio))[0] == [0, 1, 2, 3, 4, 5, 6, 7, 8]


async def test_the_delay_after_failed_readings_doubles(studio: Studio) -> None:
    feed_id, reader = await feed_of(studio), reader_of(TEN_TO_TWELVE)
    reader.available = False
    pauses = []
    for _ in range(9):
        feed = await read(studio, feed_id, reader)
        assert feed is not None
        assert feed.failure == UNREACHABLE
        due_at = (await kept(studio, feed_id)).due_at
        pauses.append((due_at - studio.clock.now()) // MINUTE)
        studio.clock.set(due_at)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    reader.available = True
    await read(studio, feed_id, reader)
    feed = (await kept(studio, feed_id)).feed
    assert (feed.failure, feed.failures, feed.busy) == (None, 0, (TEN_TO_TWELVE,))
    reader.available = False
    studio.clock.advance(READ_EVERY)
    await read(studio, feed_id, reader)
    assert (await kept(studio, feed_id)).due_at == studio.clock.now() + MINUTE


async def test_a_failed_reading_keeps_the_busy_times(studio: Studio) -> None:
    feed_id, reader = await feed_of(studio), reader_of(TEN_TO_TWELVE)
    await read(studio, feed_id, reader)
    del reader.published[URL]
    studio.clock.advance(READ_EVERY)
    feed = await read(studio, feed_id, reader)
    assert feed is not None
    assert (feed.busy, feed.read_at, feed.failure) == ((TEN_TO_TWELVE,), NOW, "the server answered 404")


@pytest.mark.parametrize(
    ("rule", "while_trusted", "meaning", "later", "meaning_later"),
    [
        (CLOSED, [], "nothing is offered", [], "nothing is offered"),
        (TRUST, [2, 3, 4, 5, 6, 7, 8], "its busy times may be out of date", [], "nothing is offered"),
        (OPEN, [*range(9)], "its busy times are not known", [*range(9)], "its busy times are not known"),
    ],
)
async def test_the_feed_rule_applies_while_a_feed_fails(
    studio: Studio, *, rule: FeedRule, while_trusted: list[int], meaning: str, later: list[int], meaning_later: str
) -> None:
    feed_id, reader = await feed_of(studio, rule=rule), reader_of(TEN_TO_TWELVE)
    await read(studio, feed_id, reader)
    reader.available = False
    studio.clock.advance(READ_EVERY)
    await read(studio, feed_id, reader)
    since = "An external calendar was last read at 2026-11-23T01:02:03Z: "
    assert await offered(studio) == (while_trusted, (f"{since}{meaning}.",))
    studio.clock.advance(2 * HOUR)
    assert await offered(studio) == (later, (f"{since}{meaning_later}.",))


async def test_a_feed_that_is_no_longer_read_is_failing(studio: Studio) -> None:
    await read(studio, await feed_of(studio, rule=CLOSED), reader_of())
    studio.clock.advance(STALE_AFTER)
    assert (await offered(studio))[0] == [*range(9)]
    studio.clock.advance(MINUTE)
    hours, degraded = await offered(studio)
    assert (hours, len(degraded)) == ([], 1)


async def test_a_feed_that_was_never_read_counts_as_failing(studio: Studio) -> None:
    await feed_of(studio, rule=TRUST)
    assert await offered(studio) == ([], ("An external calendar was never read: nothing is offered.",))


async def test_each_new_feed_is_announced_without_its_secret_url(studio: Studio) -> None:
    first = await named(studio, URL)
    both = await named(studio, OTHER, URL)
    await named(studio, URL, rule=CLOSED)
    again = await named(studio, URL, OTHER)
    events = [event for event in await studio.backend.outbox_events() if isinstance(event, FeedAdded)]
    assert [event.feed_id for event in events] == [first.feeds[0].id, both.feeds[1].id, again.feeds[1].id]
    assert {event.provider_id for event in events} == {studio.provider_id}
    assert "https://" not in repr(events)


async def test_a_kept_feed_keeps_its_busy_times_and_a_re_added_one_starts_empty(studio: Studio) -> None:
    feed_id = await feed_of(studio)
    await read(studio, feed_id, reader_of(TEN_TO_TWELVE))
    assert (await named(studio, URL, OTHER)).feeds[0].read_at == NOW
    assert (await kept(studio, feed_id)).feed.busy == (TEN_TO_TWELVE,)
    await named(studio)
    assert await offered(studio) == ([*range(9)], ())
    (back,) = (await named(studio, URL)).feeds
    assert (back.id != feed_id, back.read_at) == (True, None)


async def test_the_stored_feeds_are_those_that_were_set(studio: Studio) -> None:
    own = await named(studio, OTHER, URL, OTHER, rule=CLOSED)
    assert (
        await studio.reads.feeds.of_provider(studio.provider_id)
        == own
        == OwnFeeds(rule=CLOSED, feeds=own.feeds, version=2)
    )
    assert [feed.url for feed in own.feeds] == [OTHER, URL]


async def test_a_stale_version_does_not_replace_the_feeds(studio: Studio) -> None:
    await named(studio, OTHER)
    command = SetFeeds(urls=(URL,), rule=TRUST, expected_version=2)
    kept_, refusals = await race([studio.run(set_feeds, command, by=studio.owner) for _ in range(5)])
    assert kept_ == [await studio.reads.feeds.of_provider(studio.provider_id)]
    assert [type(refusal) for refusal in refusals] == [StaleVersion] * 4


async def test_there_are_at_most_five_feeds_and_each_has_a_url(studio: Studio) -> None:
    many = [f"{URL}?{number}" for number in range(MAX_FEEDS)]
    await named(studio, *many)
    for urls in (
        (*many, URL),
        ("ftp://calendar.example.com/x.ics",),
        ("calendar.example.com",),
        ("https://",),
        ("https://[::1/x.ics",),
        ("https://a.example:port/",),
        ("https://a.example/two words",),
        ("https://a.example/\n",),
        (f"https://a.example/{'x' * 2_000}",),
    ):
        with pytest.raises(InvalidValue) as refused:
            await named(studio, *urls)
        assert refused.value.field_path == ("urls",)
    assert len((await studio.reads.feeds.of_provider(studio.provider_id)).feeds) == MAX_FEEDS


async def test_only_a_provider_has_feeds_and_only_the_platform_reads_them(studio: Studio) -> None:
    newcomer = await studio.joined(Role.PROVIDER)
    with pytest.raises(ProviderNotFound):
        await studio.run(set_feeds, SetFeeds(urls=(URL,), rule=TRUST), by=newcomer)
    for actor in (studio.customer, studio.admin):
        with pytest.raises(NotPermitted):
            await studio.run(set_feeds, SetFeeds(urls=(URL,), rule=TRUST), by=actor)
    reading = RecordReading(feed_id=await feed_of(studio), began=NOW)
    for actor in (studio.customer, studio.admin, studio.owner):
        with pytest.raises(NotPermitted):
            await studio.run(record_reading, reading, by=actor)


class InTheMiddle(FeedReader):
    """A reader during which another step runs."""

    def __init__(self, studio: Studio, says: Sequence[TimeRange] | None) -> None:
        self.studio = studio
        self.says = says
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def read(self, url: str, *, window: TimeRange, time_zone: str) -> Sequence[TimeRange]:
        self.begun.set()
        async with self.studio.backend.begin():
            pass  # no transaction is open during the network request
        await self.go_on.wait()
        if self.says is None:
            raise FeedUnreadable(why="it is too large")
        return self.says


async def begun(studio: Studio, feed_id: FeedId, says: Sequence[TimeRange] | None) -> tuple[InTheMiddle, "Reading"]:
    reader = InTheMiddle(studio, says)
    reading = asyncio.create_task(read(studio, feed_id, reader))
    await reader.begun.wait()
    return reader, reading


Reading = asyncio.Task[Feed | None]


async def test_a_feed_that_is_removed_while_it_is_read_stays_removed(studio: Studio) -> None:
    feed_id = await feed_of(studio)
    reader, reading = await begun(studio, feed_id, [TEN_TO_TWELVE])
    await named(studio, OTHER)
    reader.go_on.set()
    assert await reading is None
    (other,) = (await studio.reads.feeds.of_provider(studio.provider_id)).feeds
    assert (other.url, other.read_at) == (OTHER, None)


async def test_busy_times_are_dated_by_the_start_of_their_reading(studio: Studio) -> None:
    feed_id = await feed_of(studio)
    slow, reading = await begun(studio, feed_id, [TEN_TO_TWELVE])
    studio.clock.advance(MINUTE)
    slow.go_on.set()
    feed = await reading
    assert feed is not None
    assert (feed.read_at, (await kept(studio, feed_id)).due_at) == (NOW, NOW + MINUTE + REST_PER_READING * MINUTE)


@pytest.mark.parametrize("says", [[TEN_TO_TWELVE], None], ids=["success", "failure"])
async def test_the_reading_that_started_later_wins(studio: Studio, says: Sequence[TimeRange] | None) -> None:
    feed_id = await feed_of(studio)
    slow, reading = await begun(studio, feed_id, says)
    studio.clock.advance(MINUTE)
    later = await read(studio, feed_id, reader_of())
    assert later is not None
    slow.go_on.set()
    assert await reading == later
    assert (await kept(studio, feed_id)).feed == later
    assert (later.busy, later.read_at, later.failure) == ((), NOW + MINUTE, None)


async def test_a_clock_that_is_set_back_does_not_stop_the_reading(studio: Studio) -> None:
    feed_id = await feed_of(studio)
    studio.clock.advance(DAY)
    await read(studio, feed_id, reader_of())
    studio.clock.set(NOW)
    reading = RecordReading(feed_id=feed_id, began=NOW, busy=(TEN_TO_TWELVE,))
    feed = await studio.run(record_reading, reading, by=SYSTEM)
    assert feed is not None
    assert (feed.busy, feed.read_at) == ((TEN_TO_TWELVE,), NOW)


async def test_recording_a_reading_twice_changes_nothing_more(studio: Studio) -> None:
    feed_id = await feed_of(studio)
    reading = RecordReading(feed_id=feed_id, began=NOW, busy=(TEN_TO_TWELVE,))
    first = await studio.run(record_reading, reading, by=SYSTEM)
    before = await kept(studio, feed_id)
    assert await studio.run(record_reading, reading, by=SYSTEM) == first
    assert await kept(studio, feed_id) == before


async def test_an_unknown_feed_is_not_read(studio: Studio) -> None:
    reader = reader_of()
    assert await read(studio, FeedId(studio.entropy.new_id()), reader) is None
    assert reader.requests == []


@pytest.mark.terms(terms())
async def test_a_booking_at_a_time_that_becomes_busy_stays(studio: Studio) -> None:
    booking = await studio.book()
    await read(studio, await feed_of(studio), reader_of(TEN_TO_TWELVE))
    assert (await studio.seen(booking)).span.start == TOMORROW
    await studio.paid(booking)


def test_a_shown_feed_url_has_no_secret_part() -> None:
    for url, shown in (
        (URL, "https://calendar.example.com/…"),
        ("https://user:pass@calendar.example.com:8443/secret?token=1#x", "https://calendar.example.com:8443/…"),
        ("webcal://[2001:db8::1]/secret", "webcal://[2001:db8::1]/…"),
    ):
        feed = Feed(id=FeedId(uuid4()), url=url)
        assert feed.masked_url == shown
        assert url not in repr(feed)


def test_the_retry_delay_never_overflows() -> None:
    feed = Feed(id=FeedId(uuid4()), url=URL, failure="x", failures=2**31 - 1)
    assert feed.next_reading(NOW) == NOW + timedelta(hours=1)


@pytest.mark.parametrize("says", [[TEN_TO_TWELVE], None], ids=["success", "failure"])
async def test_a_slow_feed_rests_longer(studio: Studio, says: Sequence[TimeRange] | None) -> None:
    feed_id = await feed_of(studio)
    slow, reading = await begun(studio, feed_id, says)
    studio.clock.advance(timedelta(seconds=40))
    slow.go_on.set()
    await reading
    rest = (await kept(studio, feed_id)).due_at - studio.clock.now()
    assert rest == REST_PER_READING * timedelta(seconds=40) == timedelta(minutes=20)


async def test_feeds_wait_until_the_profile_is_approved(studio: Studio) -> None:
    newcomer = await studio.joined(Role.PROVIDER)
    provider_id = (await studio.run(open_profile, ProfileChange(display_name="New"), by=newcomer)).profile.id
    own = await studio.run(set_feeds, SetFeeds(urls=(URL,), rule=TRUST), by=newcomer)
    assert not own.accepting
    (feed,) = own.feeds
    reader = reader_of(TEN_TO_TWELVE)
    assert await read(studio, feed.id, reader) is None
    assert reader.requests == []
    assert list(await studio.reads.feeds.due(NOW, 10)) == []
    await studio.open_weekly(newcomer)
    await studio.run(submit_profile, None, by=newcomer)
    await studio.run(decide_on_profile, DecideOnProfile(provider_id=provider_id, approved=True), by=studio.admin)
    assert (await studio.reads.feeds.of_provider(provider_id)).accepting
    assert list(await studio.reads.feeds.due(NOW, 10)) == [(feed.id, provider_id)]
    found = await read(studio, feed.id, reader)
    assert found is not None
    assert found.busy == (TEN_TO_TWELVE,)
