"""How long an answer about slots stays true if nothing is written: time alone changes it at known instants."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from booking_domain.scheduling.feeds import STALE_AFTER, Feed, FeedRule
from booking_domain.scheduling.open_hours import seconds_of
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.slots import horizon_end
from booking_domain.shared.time import ORIGIN, SECONDS_A_DAY, TimeRange

NEVER: Final = datetime.max.replace(tzinfo=UTC)
_MOMENT: Final = timedelta.resolution
_DATES: Final = 2 * SECONDS_A_DAY
"""More than a horizon can move back when clocks are set back over midnight."""
_WHILE_CLOCKS_CHANGE: Final = timedelta(minutes=1)


def unchanged_until(
    schedule: ProviderSchedule, window: TimeRange, now: datetime, *, first: datetime | None
) -> datetime:
    """The first instant after `now` at which the slots that start in the window may be others.

    `first` is the start of the first of these slots at `now`, if there is one. It is no longer offered when its notice
    has passed. Slots are added at local midnight, when the horizon moves, and when a hold expires. External calendars
    count as failing when they were not read for a while.
    """
    return min(_instants(schedule, window, now, first), default=NEVER)


def _instants(
    schedule: ProviderSchedule, window: TimeRange, now: datetime, first: datetime | None
) -> Iterator[datetime]:
    calendar = schedule.calendar
    if first is not None:
        yield first - timedelta(minutes=calendar.settings.min_notice_minutes) + _MOMENT
    if window.upper > horizon_end(calendar, now) - _DATES:
        yield _next_date(calendar.zone, now)
    for claim in schedule.claims:
        if claim.expires_at is not None and claim.expires_at > now:
            yield claim.expires_at
    for resource in schedule.resources:
        yield from (use.expires_at for use in resource.uses if use.expires_at is not None and use.expires_at > now)
    for feed in schedule.feeds:
        yield from (each for each in _readings(feed, schedule.feed_rule) if each > now)


def _next_date(zone: ZoneInfo, now: datetime) -> datetime:
    """The next local midnight. While clocks change, dates may begin at other times, so it is soon."""
    tomorrow = seconds_of(zone, now.astimezone(zone).toordinal() + 1, 0)
    midnight = ORIGIN + timedelta(seconds=tomorrow)
    offsets = {(now + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in (-26, 0, 26)}
    return midnight if len(offsets) == 1 and midnight > now else now + _WHILE_CLOCKS_CHANGE


def _readings(feed: Feed, rule: FeedRule) -> Iterator[datetime]:
    if feed.read_at is not None:
        yield feed.read_at + STALE_AFTER + _MOMENT
        yield feed.read_at + timedelta(hours=rule.trust_hours) + _MOMENT
