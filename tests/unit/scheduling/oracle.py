"""Which slots are offered, decided minute by minute: slow, and with none of the library's arithmetic.

The only thing asked of `zoneinfo` is what a clock on the wall shows at an instant. From that, table by table: where
a wall-clock time falls (RFC 5545 §3.3.5), which minutes are open, where each open run began, and which start a slot.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from tests.unit.strategies.calendars import Question

from booking_domain.scheduling import Claim, Hours, WeeklyRule

A_DAY: Final = 24 * 60
DAYS_BEFORE: Final = 16
DAYS_AFTER: Final = 10
MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Wall:
    """What the clock on the wall shows in each of many successive minutes."""

    first: datetime
    shows: tuple[int, ...]
    """Per minute: the date's ordinal × 1440 + the minute of that day."""
    first_shown: dict[int, int]
    """The first minute in which it shows this."""

    def minute_of(self, shown: int) -> int:
        """The minute that a wall-clock time means: the first that shows it, or, in a gap, by the clock before."""
        if shown in self.first_shown:
            return self.first_shown[shown]
        before = next(i for i, here in enumerate(self.shows) if here < shown < self.shows[i + 1])
        return before + shown - self.shows[before]


@lru_cache(maxsize=128)
def wall_around(zone_name: str, ordinal: int) -> Wall:
    """The wall's clock from two weeks before a date to one week after it."""
    zone = ZoneInfo(zone_name)
    first = datetime.combine(date.fromordinal(ordinal - DAYS_BEFORE), datetime.min.time(), UTC)
    shows = []
    for minute in range((DAYS_BEFORE + DAYS_AFTER) * A_DAY):
        local = (first + minute * MINUTE).astimezone(zone)
        shows.append(local.toordinal() * A_DAY + local.hour * 60 + local.minute)
    first_shown: dict[int, int] = {}
    for minute, shown in enumerate(shows):
        first_shown.setdefault(shown, minute)
    return Wall(first, tuple(shows), first_shown)


def rule_applies(rule: WeeklyRule, day: date) -> bool:
    """Go from the first matching date week by week and see whether one gets to `day`."""
    if int(day.strftime("%w")) != rule.day or (rule.valid_until is not None and day > rule.valid_until):
        return False
    if rule.valid_from is None:
        return True
    reached = rule.valid_from
    while int(reached.strftime("%w")) != rule.day:
        reached += timedelta(days=1)
    while reached < day:
        reached += timedelta(weeks=rule.every_weeks)
    return reached == day


def offered_minute_by_minute(question: Question, around: date) -> list[datetime]:
    """The starts that are offered, in order; `around` is a date near the window."""
    wall = wall_around(question.calendar.time_zone, around.toordinal())
    opened = _open_minutes(question, wall)
    assert not opened[0], "the oracle does not see where this open range began"
    assert not opened[-1], "the oracle does not see where this open range ends"
    return list(_offered(question, wall, opened))


def _open_minutes(question: Question, wall: Wall) -> bytearray:
    calendar = question.calendar
    opened = bytearray(len(wall.shows))
    for ordinal in range(wall.shows[0] // A_DAY + 1, wall.shows[-1] // A_DAY - 1):
        day = date.fromordinal(ordinal)
        hours: list[Hours] = [rule.hours for rule in calendar.rules if rule_applies(rule, day)]
        for exception in calendar.exceptions:
            if exception.date == day:
                hours = list(exception.ranges)
        for each in hours:
            start, end = each.start.minutes, each.end.minutes
            first = wall.minute_of(ordinal * A_DAY + start)
            last = wall.minute_of(ordinal * A_DAY + end + (A_DAY if end <= start else 0))
            for minute in range(first, last):
                opened[minute] = 1
    return opened


def _offered(question: Question, wall: Wall, opened: bytearray) -> Iterator[datetime]:
    settings = question.calendar.settings
    length = settings.duration_minutes if question.duration_minutes is None else question.duration_minutes
    live = [claim for claim in question.claims if claim.expires_at is None or question.now < claim.expires_at]
    zone = ZoneInfo(question.calendar.time_zone)
    last_date = question.now.astimezone(zone).date() + timedelta(days=settings.horizon_days)
    open_for = 0
    for minute, is_open in enumerate(opened):
        if not is_open:
            open_for = 0
            continue
        start = wall.first + minute * MINUTE
        date_there = date.fromordinal(wall.shows[minute] // A_DAY)
        if (
            question.window.start <= start < question.window.end
            and open_for % settings.step_minutes == 0
            and all(opened[minute : minute + length])
            and start - question.now >= settings.min_notice_minutes * MINUTE
            and date_there <= last_date
            and not any(_in_the_way(claim, start, length, question) for claim in live)
            and (settings.max_per_day is None or _starts_on(date_there, live, zone) < settings.max_per_day)
        ):
            yield start
        open_for += 1


def _in_the_way(claim: Claim, start: datetime, length: int, question: Question) -> bool:
    settings = question.calendar.settings
    keep_from = start - settings.buffer_before_minutes * MINUTE
    keep_to = start + (length + settings.buffer_after_minutes) * MINUTE
    return not (claim.blocked.end <= keep_from or keep_to <= claim.blocked.start)


def _starts_on(day: date, live: list[Claim], zone: ZoneInfo) -> int:
    return sum(claim.span.start.astimezone(zone).date() == day for claim in live)
