"""Edges where bugs live: each moves a question to one, which decides slots there.

`EDGES` has them by name. A question that has no place for an edge stays as it is.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from booking_domain.scheduling import (
    Anchoring,
    Block,
    Calendar,
    Claim,
    ClaimKind,
    DateException,
    Hours,
    Pause,
    RequiredResource,
    ResourceUnit,
    ServiceHours,
    SlotSettings,
    TimeRange,
    WallTime,
    WeeklyRule,
)
from booking_domain.shared.ids import ExceptionId, RuleId, ServiceId
from booking_domain.shared.time import MINUTES_A_DAY
from booking_domain.testing.question import Question

Edge = Callable[[Question], Question]
_DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
_ALL_DAY: Final = "00:00-23:30"
_NO_LIMITS: Final[dict[str, Any]] = dict.fromkeys(("max_per_day", "max_per_week", "max_per_month", "max_per_year"))
_BUFFERED: Final[dict[str, Any]] = {
    "anchoring": Anchoring.OPEN_RANGE,
    "step_minutes": 15,
    "buffer_before_minutes": 15,
    "buffer_after_minutes": 15,
}
_CLASS, _OTHER = ServiceId(UUID(int=80)), ServiceId(UUID(int=81))


def last_date(question: Question) -> Question:
    """The rules of a date in the window are valid until that date, inclusive."""
    return _opened(question, valid_until=_date(question))


def first_date(question: Question) -> Question:
    """The rules of a date in the window are valid from that date on."""
    return _opened(question, valid_from=_date(question))


def skipped_weeks(question: Question) -> Question:
    """A rule skips weeks, and counts from a date of the week before its first one, counted from Monday."""
    day = _date(question)
    weeks = 2 + day.day % 2
    since = day - timedelta(weeks=weeks, days=min(6, day.isoweekday()))
    return _opened(question, valid_from=since, every_weeks=weeks)


def evening_before_exception(question: Question) -> Question:
    """Hours past midnight run into a date with an exception."""
    day = _date(question)
    closed = DateException(id=ExceptionId(UUID(int=99)), date=day)
    return _changed(
        question,
        rules=(_rule(day - _DAY, "20:00-06:00"), _rule(day, _ALL_DAY)),
        exceptions=(closed,),
        window=_around(question.calendar, day),
    )


def notice_across_a_change(question: Question) -> Question:
    """The notice ends in the window, and clocks change within it."""
    change = _change(question)
    if change is None:
        return _with_notice(question, _midnight(question.calendar, _date(question)) + 10 * 60 * MINUTE, 26 * 60)
    return _with_notice(question, change + 7 * 60 * MINUTE, 26 * 60)


def start_in_a_change(question: Question) -> Question:
    """A rule starts at a local time that clocks repeat, or skip."""
    change = _change(question, back=_date(question).day % 3 > 0)
    if change is None:
        return question
    zone = question.calendar.zone
    before, after = (change - MINUTE).astimezone(zone), change.astimezone(zone)
    jump = (after.utcoffset() or timedelta(0)) - (before.utcoffset() or timedelta(0))
    shown = (before + MINUTE).replace(tzinfo=None) + jump / 2
    if shown.second:
        return question
    start = shown.hour * 60 + shown.minute
    text = f"{WallTime(start)}-{WallTime((start + 5 * 60) % MINUTES_A_DAY)}"
    day = shown.date()
    settings = _settings(question, step_minutes=20, duration_minutes=30)
    window = TimeRange(change - 6 * 60 * MINUTE, change + 6 * 60 * MINUTE)
    return _changed(
        replace(question, claims=question.claims[:2], duration_minutes=None),
        settings=settings,
        rules=(_rule(day, text),),
        exceptions=(),
        blocks=(),
        window=window,
    )


def after_a_claim(question: Question) -> Question:
    """Steps restart after a claim and a busy time, both off the grid, with buffers on each side."""
    day = _date(question)
    at = _midnight(question.calendar, day)
    span = TimeRange(at + 607 * MINUTE, at + 650 * MINUTE)
    settings = _settings(
        question,
        anchoring=Anchoring.AFTER_CLAIM,
        buffer_before_minutes=25,
        buffer_after_minutes=10,
        duration_minutes=45,
        step_minutes=50,
    )
    calendar = replace(question.calendar, settings=settings)
    claim = replace(calendar.claim(span), blocked=TimeRange(span.start - 5 * MINUTE, span.end + 15 * MINUTE))
    busy = TimeRange(at + 903 * MINUTE, at + 931 * MINUTE)
    return _changed(
        replace(question, claims=(claim,), duration_minutes=None),
        settings=settings,
        busy=(busy,),
        rules=(_rule(day, _ALL_DAY),),
        exceptions=(),
        window=_around(question.calendar, day),
    )


def nights_after_a_claim(question: Question) -> Question:
    """Steps after claims restart at the second midnight of a range that is open for days."""
    day = _date(question)
    settings = _settings(question, anchoring=Anchoring.AFTER_CLAIM, step_minutes=50, duration_minutes=60)
    rules = tuple(_rule(day + (away * _DAY), "00:00-24:00") for away in (-1, 0))
    late = _midnight(question.calendar, day) - 3 * 60 * MINUTE
    claim = replace(question.calendar, settings=settings).claim(TimeRange(late, late + 37 * MINUTE))
    return _changed(
        replace(question, claims=(claim,) if day.day % 2 else (), duration_minutes=None),
        settings=settings,
        rules=rules,
        exceptions=(),
        busy=(),
        window=_around(question.calendar, day),
    )


def full_date(question: Question) -> Question:
    """As many bookings as a date takes; one of the date before runs past midnight."""
    return _booked_up(question, _date(question), max_per_day=1)


def full_week(question: Question) -> Question:
    """As many bookings as a week takes, unless it begins on the date."""
    return _booked_up(question, _date(question), max_per_week=2)


def full_month(question: Question) -> Question:
    """As many bookings as a month takes, on its last date."""
    day = _date(question)
    return _booked_up(question, day.replace(day=monthrange(day.year, day.month)[1]), max_per_month=2)


def full_year(question: Question) -> Question:
    """As many bookings as a year takes, on its last date."""
    return _booked_up(question, _date(question).replace(month=12, day=31), max_per_year=2)


def beside_a_busy_time(question: Question) -> Question:
    """A busy time in opening hours, and appointments with buffers on both sides."""
    day = _date(question)
    at = _midnight(question.calendar, day)
    settings = _settings(
        question,
        anchoring=Anchoring.OPEN_RANGE,
        step_minutes=15,
        duration_minutes=30,
        buffer_before_minutes=15 * (1 + day.day % 2),
        buffer_after_minutes=15 * (2 - day.day % 2),
    )
    return _changed(
        replace(question, claims=(), duration_minutes=None),
        settings=settings,
        busy=(TimeRange(at + 600 * MINUTE, at + 660 * MINUTE),),
        rules=(_rule(day, _ALL_DAY),),
        exceptions=(),
        blocks=(),
        window=_around(question.calendar, day),
    )


def beside_hours_of_a_service(question: Question) -> Question:
    """The hours of a service begin and end on and off the grid in opening hours, and touch each other at midnight."""
    day = _date(question)
    texts = ((day, "09:10-12:20"), (day, "14:00-15:45"), (day, "20:00-24:00"), (day + _DAY, "00:00-05:00"))
    return _with_service_hours(question, *(_rule(each, text) for each, text in texts))


def service_on_an_exception(question: Question) -> Question:
    """The hours of a service on a date that has other opening hours than usual, and on which their rules change."""
    day = _date(question)
    valid = _rule(day, "09:10-12:40", valid_until=day), _rule(day, "13:00-16:10", valid_from=day + _DAY)
    there = _with_service_hours(question, *valid)
    other = DateException(id=ExceptionId(UUID(int=99)), date=day, ranges=(Hours.parse("06:00-15:00"),))
    return replace(there, calendar=replace(there.calendar, exceptions=(other,)))


def in_pauses(question: Question) -> Question:
    """Claims with pauses: an appointment with its buffers just fits in some, and is a minute too long for another.

    One is a hold, and in a pause of one is a busy time.
    """
    at = _midnight(question.calendar, _date(question))
    claims = (
        _claimed(at, 240, 180, (60, 60)),
        _held(at, 540, 180, (60, 60)),
        _claimed(at, 780, 180, (60, 59)),
        _claimed(at, 1020, 220, (45, 15), (90, 60)),
    )
    settings = _settings(question, duration_minutes=30, **_BUFFERED)
    return _open_all_day(question, settings, claims=claims, busy=(_range(at, 315, 15),))


def in_a_pause_on_a_full_date(question: Question) -> Question:
    """A claim in the pause of another, which are as many as a date takes."""
    at = _midnight(question.calendar, _date(question))
    claims = (_claimed(at, 540, 180, (60, 60)), _claimed(at, 615, 30))
    settings = replace(_settings(question, duration_minutes=30, **_BUFFERED), max_per_day=2)
    return _open_all_day(question, settings, claims=claims)


def steps_after_a_pause(question: Question) -> Question:
    """Steps restart where a pause begins, off the grid."""
    claims = (_claimed(_midnight(question.calendar, _date(question)), 607, 180, (60, 100)),)
    anchored = {**_BUFFERED, "anchoring": Anchoring.AFTER_CLAIM, "step_minutes": 50}
    return _open_all_day(question, _settings(question, duration_minutes=30, **anchored), claims=claims)


def around_others(question: Question) -> Question:
    """Appointments with a pause: a claim and a busy time just fit in it, another claim does not, nor does a block."""
    at = _midnight(question.calendar, _date(question))
    settings = _settings(question, duration_minutes=120, pauses=(Pause(30, 60),), **_BUFFERED)
    claims = (_claimed(at, 720, 30, buffer=15), _claimed(at, 960, 31, buffer=15))
    busy, block = (TimeRange(at + start * MINUTE, at + (start + 60) * MINUTE) for start in (1170, 270))
    return _open_all_day(question, settings, claims=claims, busy=(busy,), blocks=(Block(range=block),))


def around_others_at_another_length(question: Question) -> Question:
    """Appointments of a length that has no pause."""
    return replace(around_others(question), duration_minutes=105)


def unit_taken_in_a_pause(question: Question) -> Question:
    """Appointments with a pause, in which the unit that they need is taken."""
    there = around_others(question)
    at = _midnight(question.calendar, _date(question))
    room = RequiredResource(units=(_unit(at, (360, 420)),))
    return replace(there, calendar=replace(there.calendar, resources=(room,)))


def places_of_a_class(question: Question) -> Question:
    """A class: one occurrence is full, others have places left, and claims of another length stand in the way.

    A hold has lapsed beside such a place, and one where nobody else is.
    """
    at = _midnight(question.calendar, _date(question))
    settings = _settings(question, duration_minutes=60, capacity=3, **_BUFFERED)
    calendar = replace(question.calendar, settings=settings)
    spans = [*[(600, 60)] * 3, *[(720, 60)] * 2, *[(840, 45)] * 2, (960, 60)]
    claims = [calendar.claim(_range(at, start, minutes)) for start, minutes in spans]
    lapsed = (calendar.claim(_range(at, start, 60), expires_at=at - 30 * _DAY) for start in (720, 1140))
    return _open_all_day(question, settings, claims=(*claims, *lapsed))


def beside_another_class(question: Question) -> Question:
    """A class, and at its times appointments and places of another class."""
    at = _midnight(question.calendar, _date(question))
    settings = _settings(question, duration_minutes=60, capacity=2, class_id=_CLASS, **_BUFFERED)
    claims = (
        replace(_claimed(at, start, 60), class_id=of) for start, of in ((600, _OTHER), (720, None), (900, _CLASS))
    )
    return _open_all_day(question, settings, claims=tuple(claims))


def class_on_a_full_date(question: Question) -> Question:
    """Places of one occurrence are as many as a date takes."""
    at = _midnight(question.calendar, _date(question))
    settings = _settings(question, duration_minutes=60, capacity=4, **_BUFFERED)
    settings = replace(settings, max_per_day=2)
    place = replace(question.calendar, settings=settings).claim
    return _open_all_day(question, settings, claims=tuple(place(_range(at, 600, 60)) for _ in range(2)))


def beside_taken_units(question: Question) -> Question:
    """Resources: as many units are free as are needed, one fewer, and one after the other."""
    at = _midnight(question.calendar, _date(question))
    chairs = (_unit(at, (600, 660), (810, 870)), _unit(at, (600, 720)), _unit(at, (780, 840)))
    machines = (_unit(at, (1200, 1245)), _unit(at, (1245, 1290)))
    resources = (
        RequiredResource(units=chairs, needed=2),
        RequiredResource(units=(_unit(at, (1020, 1080)),)),
        RequiredResource(units=machines),
    )
    return _open_all_day(question, _settings(question, duration_minutes=30, **_BUFFERED), resources=resources)


def over_others(question: Question) -> Question:
    """Overbooked claims over others, one fewer than a date takes."""
    return _overbooked(question, 4)


def over_others_on_a_full_date(question: Question) -> Question:
    """Overbooked claims over others, as many as a date takes."""
    return _overbooked(question, 3)


EDGES: Final[Mapping[str, Edge]] = {
    edge.__name__: edge
    for edge in (
        last_date,
        first_date,
        skipped_weeks,
        evening_before_exception,
        notice_across_a_change,
        start_in_a_change,
        after_a_claim,
        nights_after_a_claim,
        full_date,
        full_week,
        full_month,
        full_year,
        beside_a_busy_time,
        beside_hours_of_a_service,
        service_on_an_exception,
        in_pauses,
        in_a_pause_on_a_full_date,
        steps_after_a_pause,
        around_others,
        around_others_at_another_length,
        unit_taken_in_a_pause,
        places_of_a_class,
        beside_another_class,
        class_on_a_full_date,
        beside_taken_units,
        over_others,
        over_others_on_a_full_date,
    )
}


def _date(question: Question) -> date:
    """The local date in the middle of the window."""
    window = question.window
    return (window.start + (window.end - window.start) / 2).astimezone(question.calendar.zone).date()


def _midnight(calendar: Calendar, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=calendar.zone).astimezone(UTC)


def _around(calendar: Calendar, day: date) -> TimeRange:
    return TimeRange(_midnight(calendar, day), _midnight(calendar, day + _DAY) + 60 * MINUTE)


def _rule(day: date, text: str, **more: Any) -> WeeklyRule:
    number = RuleId(UUID(int=70 + day.isoweekday()))
    return WeeklyRule(id=number, day=day.isoweekday() % 7, hours=Hours.parse(text), **more)


def _opened(question: Question, **validity: Any) -> Question:
    """The question with one rule for the date in the window, which is valid so."""
    day = _date(question)
    others = tuple(rule for rule in question.calendar.rules if rule.day != day.isoweekday() % 7)
    rules = (*others, _rule(day, _ALL_DAY, **validity))
    return _changed(question, rules=rules, exceptions=(), window=_around(question.calendar, day))


def _booked_up(question: Question, day: date, **limit: Any) -> Question:
    at = _midnight(question.calendar, day)
    settings = replace(_settings(question, duration_minutes=60), **limit)
    booked = (TimeRange(at - 20 * MINUTE, at + 40 * MINUTE), TimeRange(at + 540 * MINUTE, at + 600 * MINUTE))
    claim = replace(question.calendar, settings=settings).claim
    return _changed(
        replace(question, claims=tuple(map(claim, booked)), duration_minutes=None),
        settings=settings,
        rules=(_rule(day, _ALL_DAY), _rule(day + _DAY, _ALL_DAY)),
        exceptions=(),
        blocks=(),
        busy=(),
        window=_around(question.calendar, day),
    )


def _with_service_hours(question: Question, *rules: WeeklyRule) -> Question:
    day = _date(question)
    settings = _settings(question, duration_minutes=45, **_BUFFERED)
    return _changed(
        replace(question, claims=(), duration_minutes=None),
        settings=settings,
        rules=tuple(_rule(each, "00:00-24:00") for each in (day, day + _DAY)),
        service_hours=(ServiceHours(rules),),
        exceptions=(),
        blocks=(),
        busy=(),
        window=_around(question.calendar, day),
    )


def _overbooked(question: Question, max_per_day: int) -> Question:
    at = _midnight(question.calendar, _date(question))
    claims = ((600, 60, 0), (630, 90, 1), (645, 45, 2))
    return _open_all_day(
        question,
        replace(_settings(question, duration_minutes=30, **_BUFFERED), max_per_day=max_per_day),
        claims=tuple(replace(_claimed(at, start, minutes), lane=lane) for start, minutes, lane in claims),
    )


def _range(at: datetime, start: int, minutes: int) -> TimeRange:
    return TimeRange(at + start * MINUTE, at + (start + minutes) * MINUTE)


def _claimed(at: datetime, start: int, minutes: int, *pauses: tuple[int, int], buffer: int = 0) -> Claim:
    """A claim so many minutes after midnight; each pause so many minutes after its start."""
    span = _range(at, start, minutes)
    blocked = TimeRange(span.start - buffer * MINUTE, span.end + buffer * MINUTE)
    return Claim.of(span, blocked=blocked, pauses=tuple(_range(span.start, *each) for each in pauses))


def _held(at: datetime, start: int, minutes: int, *pauses: tuple[int, int]) -> Claim:
    return replace(_claimed(at, start, minutes, *pauses), kind=ClaimKind.HOLD, expires_at=at + 30 * _DAY)


def _unit(at: datetime, *taken: tuple[int, int]) -> ResourceUnit:
    return ResourceUnit(taken=tuple(_range(at, start, end - start) for start, end in taken))


def _settings(question: Question, **changes: Any) -> SlotSettings:
    """The settings of the question without pauses, places and limits, changed."""
    plain: dict[str, Any] = {**_NO_LIMITS, "pauses": (), "capacity": 1, "class_id": None}
    return replace(question.calendar.settings, **{**plain, **changes})


def _open_all_day(
    question: Question, settings: SlotSettings, *, claims: tuple[Claim, ...] = (), **changes: Any
) -> Question:
    """The question about the date in the window, which is open all day."""
    day = _date(question)
    return _changed(
        replace(question, claims=claims, duration_minutes=None),
        settings=settings,
        rules=(_rule(day, _ALL_DAY),),
        window=_around(question.calendar, day),
        **{"exceptions": (), "blocks": (), "busy": (), **changes},
    )


def _changed(question: Question, *, window: TimeRange, **changes: Any) -> Question:
    """The question about this window, early enough, without what would close it by accident."""
    usual = question.calendar.settings
    settings = changes.pop("settings", None) or replace(usual, pauses=(), capacity=1, class_id=None)
    near = min(question.now, window.start - _DAY)
    settings = replace(settings, min_notice_minutes=0, horizon_days=90)
    plain: dict[str, Any] = {"salon": None, "resources": (), "service_hours": ()}
    calendar = replace(question.calendar, settings=settings, **{**plain, **changes})
    return replace(question, calendar=calendar, window=window, now=near)


def _change(question: Question, *, back: bool = False) -> datetime | None:
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
    for low, high in pairwise(first + number * _DAY for number in range(366)):
        before, after = offset(low), offset(high)
        while before != after and high - low > MINUTE:
            middle = low + (high - low) // MINUTE // 2 * MINUTE
            low, high = (middle, high) if offset(middle) == before else (low, middle)  # noqa: PLW2901
        if before != after:
            found.append((high, after < before))
    return tuple(found)


def _with_notice(question: Question, earliest: datetime, minutes: int) -> Question:
    earliest = earliest.replace(minute=0, second=0, microsecond=0)
    day = earliest.astimezone(question.calendar.zone).date()
    window = TimeRange(earliest - 6 * 60 * MINUTE, earliest + 6 * 60 * MINUTE)
    moved = _changed(question, rules=(_rule(day, _ALL_DAY),), exceptions=(), blocks=(), window=window)
    settings = replace(moved.calendar.settings, min_notice_minutes=minutes, step_minutes=10, duration_minutes=30)
    calendar = replace(moved.calendar, settings=settings)
    return replace(moved, calendar=calendar, now=earliest - minutes * MINUTE, claims=(), duration_minutes=None)
