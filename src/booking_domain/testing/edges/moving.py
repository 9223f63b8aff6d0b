"""What edges are made of: dates, claims, and a question that is moved to them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from booking_domain.scheduling import (
    Anchoring,
    Calendar,
    Claim,
    ClaimKind,
    ClockChanges,
    DateException,
    Hours,
    ResourceUnit,
    SlotSettings,
    TimeRange,
    WeeklyRule,
)
from booking_domain.shared.ids import ExceptionId, RuleId
from booking_domain.shared.time import MINUTES_A_DAY
from booking_domain.testing.question import Question

DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
ALL_DAY: Final = "00:00-23:30"
BUFFERED: Final[dict[str, Any]] = {
    "anchoring": Anchoring.OPEN_RANGE,
    "step_minutes": 15,
    "buffer_before_minutes": 15,
    "buffer_after_minutes": 15,
}
_NO_LIMITS: Final[dict[str, Any]] = dict.fromkeys(("max_per_day", "max_per_week", "max_per_month", "max_per_year"))
_PLAIN: Final[dict[str, Any]] = {
    "pauses": (),
    "capacity": 1,
    "class_id": None,
    "whole_days": False,
    "venue": "",
    "travel_minutes": 0,
    "clock_changes": ClockChanges.ELAPSED,
}


def date_of(question: Question) -> date:
    """The local date in the middle of the window."""
    window = question.window
    return (window.start + (window.end - window.start) / 2).astimezone(question.calendar.zone).date()


def midnight_of(calendar: Calendar, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=calendar.zone).astimezone(UTC)


def around(calendar: Calendar, day: date) -> TimeRange:
    return TimeRange(midnight_of(calendar, day), midnight_of(calendar, day + DAY) + 60 * MINUTE)


def a_rule(day: date, text: str, **more: Any) -> WeeklyRule:
    number = RuleId(UUID(int=70 + day.isoweekday()))
    return WeeklyRule(id=number, day=day.isoweekday() % 7, hours=Hours.parse(text), **more)


def an_exception(day: date, *ranges: Hours) -> DateException:
    """The hours of a date; none of one that is closed."""
    return DateException(id=ExceptionId(UUID(int=99)), date=day, ranges=ranges)


def a_range(at: datetime, start: int, minutes: int) -> TimeRange:
    return TimeRange(at + start * MINUTE, at + (start + minutes) * MINUTE)


def claimed(at: datetime, start: int, minutes: int, *pauses: tuple[int, int], buffer: int = 0) -> Claim:
    """A claim so many minutes after midnight; each pause so many minutes after its start."""
    span = a_range(at, start, minutes)
    blocked = TimeRange(span.start - buffer * MINUTE, span.end + buffer * MINUTE)
    return Claim.of(span, blocked=blocked, pauses=tuple(a_range(span.start, *each) for each in pauses))


def held(at: datetime, start: int, minutes: int, *pauses: tuple[int, int]) -> Claim:
    return replace(claimed(at, start, minutes, *pauses), kind=ClaimKind.HOLD, expires_at=at + 30 * DAY)


def a_unit(at: datetime, *taken: tuple[int, int]) -> ResourceUnit:
    return ResourceUnit(taken=tuple(a_range(at, start, end - start) for start, end in taken))


def plain_settings(question: Question, **changes: Any) -> SlotSettings:
    """The settings of the question for plain appointments without limits, changed."""
    return _short(question, **{**_NO_LIMITS, **changes})


def _short(question: Question, **changes: Any) -> SlotSettings:
    """The settings of the question for plain appointments of a day at most, changed."""
    usual = question.calendar.settings
    length = usual.duration_minutes if usual.duration_minutes <= MINUTES_A_DAY and not usual.whole_days else 60
    return replace(usual, **{**_PLAIN, "duration_minutes": length, **changes})


def open_all_day(
    question: Question,
    settings: SlotSettings,
    *,
    day: date | None = None,
    claims: tuple[Claim, ...] = (),
    **changes: Any,
) -> Question:
    """The question about a date, else that in the window, which is open all day."""
    day = day or date_of(question)
    return changed(
        replace(question, claims=claims, duration_minutes=None),
        settings=settings,
        rules=(a_rule(day, ALL_DAY),),
        window=around(question.calendar, day),
        **{"exceptions": (), "blocks": (), "busy": (), **changes},
    )


def changed(question: Question, *, window: TimeRange, **changes: Any) -> Question:
    """The question about this window, early enough but within the horizon, without what would close it by accident."""
    settings = changes.pop("settings", None) or _short(question)
    near = max(window.start - 20 * DAY, min(question.now, window.start - DAY))
    settings = replace(settings, min_notice_minutes=0, horizon_days=90)
    plain: dict[str, Any] = {"salon": None, "resources": (), "service_hours": ()}
    calendar = replace(question.calendar, settings=settings, **{**plain, **changes})
    return replace(question, calendar=calendar, window=window, now=near)


def nearest_change(question: Question, *, back: bool = False) -> datetime | None:
    """The change of clocks of the year that is nearest to the window: any, or one by which a time is repeated."""
    start = question.window.start
    near = [at for at, earlier in _changes(question.calendar.zone, start.year) if earlier or not back]
    return min(near, key=lambda at: abs(at - start), default=None)


@lru_cache(maxsize=4096)
def _changes(zone: ZoneInfo, year: int) -> tuple[tuple[datetime, bool], ...]:
    """The changes of the offset in a year, to the minute, and whether each sets clocks back."""

    def offset(at: datetime) -> timedelta:
        return at.astimezone(zone).utcoffset() or timedelta(0)

    first = datetime(year, 1, 1, tzinfo=UTC)
    found = []
    for low, high in pairwise(first + number * DAY for number in range(366)):
        before, after = offset(low), offset(high)
        while before != after and high - low > MINUTE:
            middle = low + (high - low) // MINUTE // 2 * MINUTE
            low, high = (middle, high) if offset(middle) == before else (low, middle)  # noqa: PLW2901
        if before != after:
            found.append((high, after < before))
    return tuple(found)
