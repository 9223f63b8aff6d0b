"""External calendars as values: combining several feeds, and the choices of a provider."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from tests.unit.scheduling.making import PROVIDER, calendar

from booking_domain.scheduling import TimeRange
from booking_domain.scheduling.feeds import ALWAYS, STALE_AFTER, Feed, FeedRule, WhenFeedFails, imported
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import FeedId, UserId
from booking_domain.testing.builders import HOUR, NOW, TOMORROW
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.scheduling.feeds import RecordReading, SetFeeds, record_reading, set_feeds

INSTANT = timedelta(microseconds=1)
MORNING, NOON, EVENING = (TimeRange(NOW + hour * HOUR, NOW + (hour + 1) * HOUR) for hour in (1, 5, 9))
OPEN, TRUST, CLOSED = (FeedRule(when, 24) for when in (WhenFeedFails.OPEN, WhenFeedFails.TRUST, WhenFeedFails.CLOSED))


def feed(number: int, *busy: TimeRange, read_at: datetime = NOW, failure: str | None = None) -> Feed:
    url = f"https://calendar.example.com/{number}.ics"
    return Feed(id=FeedId(UUID(int=number)), url=url, busy=busy, read_at=read_at, failure=failure)


@pytest.mark.parametrize("hours", [1, 24, 720])
def test_a_feed_that_fails_may_be_trusted_for_an_hour_to_thirty_days(hours: int) -> None:
    assert FeedRule(WhenFeedFails.TRUST, hours).trust_hours == hours


@pytest.mark.parametrize("hours", [0, 721])
def test_the_trust_in_a_failing_feed_has_bounds(hours: int) -> None:
    with pytest.raises(InvalidValue) as refused:
        FeedRule(WhenFeedFails.TRUST, hours)
    assert refused.value.field_path == ("trust_hours",)


def test_busy_times_of_every_feed_count() -> None:
    assert imported([feed(1, MORNING), feed(2), feed(3, NOON, EVENING)], CLOSED, NOW) == ((MORNING, NOON, EVENING), ())


@pytest.mark.parametrize(
    ("rule", "of_the_second"), [(OPEN, ()), (TRUST, (NOON,)), (CLOSED, (ALWAYS,))], ids=["open", "trust", "closed"]
)
def test_a_failing_feed_does_not_affect_the_others(rule: FeedRule, of_the_second: tuple[TimeRange, ...]) -> None:
    busy, degraded = imported([feed(1, MORNING), feed(2, NOON, failure="it is gone"), feed(3, EVENING)], rule, NOW)
    assert busy == (MORNING, *of_the_second, EVENING)
    assert len(degraded) == 1


def test_every_failing_feed_is_reported() -> None:
    feeds = [feed(1, failure="it is gone"), feed(2), feed(3, failure="it is gone too")]
    assert len(imported(feeds, OPEN, NOW)[1]) == 2


def test_a_feed_is_trusted_to_the_last_instant() -> None:
    failing = [feed(1, MORNING, failure="it is gone")]
    assert imported(failing, TRUST, NOW + 24 * HOUR)[0] == (MORNING,)
    assert imported(failing, TRUST, NOW + 24 * HOUR + INSTANT)[0] == (ALWAYS,)


def test_a_feed_is_failing_after_half_an_hour_without_a_reading() -> None:
    assert timedelta(minutes=30) == STALE_AFTER
    assert not feed(1).failing(NOW + STALE_AFTER)
    assert feed(1).failing(NOW + STALE_AFTER + INSTANT)
    assert feed(1, failure="it is gone").failing(NOW)
    assert replace(feed(1), read_at=None).failing(NOW)


def test_a_diary_shows_external_busy_times_together_with_known_claims() -> None:
    own = replace(calendar("Asia/Ulaanbaatar"), busy=(MORNING,))
    schedule = ProviderSchedule(
        provider_id=PROVIDER, owner_id=UserId(UUID(int=9)), accepting=True, calendar=own, feed_rule=CLOSED
    )
    assert schedule.calendar_at(NOW) == (own, ())
    read = replace(schedule, feeds=(feed(1, NOON), feed(2, EVENING)))
    assert read.calendar_at(NOW) == (replace(own, busy=(MORNING, NOON, EVENING)), ())
    seen, degraded = read.calendar_at(NOW + STALE_AFTER + INSTANT)
    assert seen.busy == (MORNING, ALWAYS, ALWAYS)
    assert len(degraded) == 2
    trusting = replace(read, feed_rule=TRUST)
    assert trusting.calendar_at(NOW + HOUR)[0].busy == (MORNING, NOON, EVENING)


@pytest.mark.parametrize("url", ["https://a.example/x.ics", "http://a.example/x.ics", "webcal://a.example/x.ics"])
def test_a_feed_is_read_over_the_web(url: str) -> None:
    assert replace(feed(1), url=url).masked_url == url.replace("x.ics", "…")


def test_the_url_of_a_feed_has_at_most_two_thousand_characters() -> None:
    start = "https://a.example/"
    longest = start + "x" * (2_000 - len(start))
    assert replace(feed(1), url=longest).url == longest
    with pytest.raises(InvalidValue) as refused:
        replace(feed(1), url=longest + "x")
    assert refused.value.field_path == ("urls",)


async def test_a_waiting_customer_is_offered_no_busy_or_unknown_time(
    studio: Studio,
) -> None:
    own = await studio.run(set_feeds, SetFeeds(urls=("https://a.example/x.ics",), rule=CLOSED), by=studio.owner)
    first_hour = (TimeRange(TOMORROW, TOMORROW + HOUR),)
    await studio.run(record_reading, RecordReading(feed_id=own.feeds[0].id, began=NOW, busy=first_hour), by=SYSTEM)
    await studio.wait(until=TOMORROW + 2 * HOUR)
    studio.clock.advance(STALE_AFTER + INSTANT)
    assert await studio.offer() == ()
    studio.clock.set(NOW + STALE_AFTER)
    assert [each.offered_start for each in await studio.offer()] == [TOMORROW + HOUR]
