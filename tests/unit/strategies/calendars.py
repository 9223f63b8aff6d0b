"""Calendars, claims and questions about slots, valid by construction.

What is drawn is relative to a day, so that all strategies are made once: questions are many and have to be cheap.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from hypothesis import strategies as st
from tests.unit.scheduling.making import CUSTOMER, PROVIDER, RULE_ID
from tests.unit.strategies.moments import MINUTE, days, midnight

from booking_domain.scheduling import (
    Calendar,
    Claim,
    ClaimKind,
    DateException,
    Hours,
    Slot,
    SlotSettings,
    TimeRange,
    WallTime,
    WeeklyRule,
    is_offered,
    offered_slots,
)
from booking_domain.shared.ids import ClaimId, ExceptionId

A_DAY: Final = 24 * 60
_NEAR_CHANGES: Final = [0, 1, 15, 30, 60, 90, 120, 135, 150, 180, 240, 22 * 60, 23 * 60, 23 * 60 + 30, 23 * 60 + 59]
_TIMES: Final = [*_NEAR_CHANGES * 4, *range(0, A_DAY, 30), *range(0, A_DAY, 11)]
_STARTS: Final = st.sampled_from(_TIMES).map(WallTime)
_ENDS: Final = st.sampled_from([*_TIMES, *[A_DAY] * 12]).map(WallTime)


@dataclass(frozen=True)
class Question:
    """Which slots of this calendar, with these claims, start in the window?"""

    calendar: Calendar
    claims: tuple[Claim, ...]
    window: TimeRange
    now: datetime
    duration_minutes: int | None

    def offered(self) -> list[datetime]:
        """The starts that the library offers."""
        return [slot.start for slot in self.slots()]

    def slots(self) -> tuple[Slot, ...]:
        """The slots that the library offers."""
        return offered_slots(
            self.calendar, self.claims, window=self.window, now=self.now, duration_minutes=self.duration_minutes
        )

    def offers(self, start: datetime) -> bool:
        """Whether the library offers exactly this start, whatever the window."""
        return is_offered(self.calendar, self.claims, start, now=self.now, duration_minutes=self.duration_minutes)


def opening_hours() -> st.SearchStrategy[Hours]:
    """Hours, past midnight or not, often near midnight and near the hours at which clocks are changed."""
    return st.builds(Hours, _STARTS, _ENDS)


@st.composite
def hours_in_two_parts(draw: st.DrawFn) -> tuple[Hours, Hours]:
    """Hours of at least two minutes, cut in two on the day on which they start."""
    start = draw(st.integers(0, A_DAY - 2))
    end = start + draw(st.integers(2, A_DAY))
    cut = WallTime(draw(st.integers(start + 1, min(end, A_DAY) - 1)))
    return Hours(WallTime(start), cut), Hours(cut, WallTime(end if end <= A_DAY else end - A_DAY))


def slot_settings() -> st.SearchStrategy[SlotSettings]:
    """Settings, many of them those that most providers have."""
    buffers = st.sampled_from([0, 0, 0, 1, 10, 15, 30, 90])
    return st.builds(
        SlotSettings,
        step_minutes=st.sampled_from([5, 7, 10, 15, 20, 25, 30, 45, 50, 60, 90, 120]),
        duration_minutes=st.sampled_from([*[5, 15, 30, 45, 60, 90] * 2, 240, A_DAY]),
        buffer_before_minutes=buffers,
        buffer_after_minutes=buffers,
        min_notice_minutes=st.sampled_from([*[0] * 12, 1, 45, A_DAY, 2 * A_DAY, 3 * A_DAY]),
        horizon_days=st.sampled_from([*[90] * 12, 0, 1, 2, 3, 4]),
        max_per_day=st.sampled_from([None, None, None, None, 1, 2]),
    )


@dataclass(frozen=True)
class _RuleSketch:
    weekday: int
    """Days after the weekday that all rules leave out, so that the calendar is closed at some time of every week."""
    hours: Hours
    every_weeks: int
    valid_since: int | None
    valid_for: int | None

    def rule(self, left_out: int, day: date) -> WeeklyRule:
        since = self.valid_since if self.every_weeks == 1 else self.valid_since or -70
        valid_from = None if since is None else day + timedelta(days=since)
        until = None if self.valid_for is None else (valid_from or day) + timedelta(days=self.valid_for)
        return WeeklyRule(
            id=RULE_ID,
            day=(left_out + self.weekday) % 7,
            hours=self.hours,
            valid_from=valid_from,
            valid_until=until,
            every_weeks=self.every_weeks,
        )


@dataclass(frozen=True)
class _CalendarSketch:
    settings: SlotSettings
    left_out: int
    rules: list[_RuleSketch]
    round_the_clock_for: int | None
    exceptions: dict[int, list[Hours]]

    def calendar(self, zone: str, day: date) -> Calendar:
        rules = tuple(sketch.rule(self.left_out, day) for sketch in self.rules)
        if self.round_the_clock_for is not None:
            since = day - timedelta(days=self.round_the_clock_for)
            always = Hours(WallTime(0), WallTime(A_DAY))
            rules = tuple(WeeklyRule(id=RULE_ID, day=each, hours=always, valid_from=since) for each in range(7))
        exceptions = tuple(
            DateException(id=ExceptionId(UUID(int=1)), date=day + timedelta(days=away), ranges=tuple(ranges))
            for away, ranges in self.exceptions.items()
        )
        return Calendar(time_zone=zone, settings=self.settings, rules=rules, exceptions=exceptions)


@dataclass(frozen=True)
class _ClaimSketch:
    number: int
    start: int
    minutes: int
    before: int
    after: int
    expires_in: int | None

    def claim(self, day: date, now: datetime) -> Claim:
        start = midnight(day) + self.start * MINUTE
        end = start + self.minutes * MINUTE
        return Claim(
            id=ClaimId(UUID(int=self.number)),
            provider_id=PROVIDER,
            customer_id=CUSTOMER,
            kind=ClaimKind.BOOKING if self.expires_in is None else ClaimKind.HOLD,
            span=TimeRange(start, end),
            blocked=TimeRange(start - self.before * MINUTE, end + self.after * MINUTE),
            expires_at=None if self.expires_in is None else now + self.expires_in * MINUTE,
        )


_RULE_SKETCHES: Final = st.builds(
    _RuleSketch,
    weekday=st.integers(1, 6),
    hours=opening_hours(),
    every_weeks=st.sampled_from([*[1] * 6, 2, 3]),
    valid_since=st.sampled_from([*[None] * 12, -100, -50, -7, -6, -1, 0, 1, 2]),
    valid_for=st.sampled_from([*[None] * 15, 0, 1, 7, 50, 104]),
)
_CALENDAR_SKETCHES: Final = st.builds(
    _CalendarSketch,
    settings=slot_settings(),
    left_out=st.integers(0, 6),
    rules=st.lists(_RULE_SKETCHES, min_size=3, max_size=8),
    round_the_clock_for=st.sampled_from([*[None] * 8, 0, 2, 9]),
    exceptions=st.dictionaries(st.integers(-2, 4), st.lists(opening_hours(), max_size=2), max_size=2),
)
_CLAIM_SKETCHES: Final = st.builds(
    _ClaimSketch,
    number=st.integers(1, 1_000_000),
    start=st.integers(-A_DAY, 3 * A_DAY),
    minutes=st.sampled_from([1, 30, 60, 60, 100, 300]),
    before=st.sampled_from([0, 0, 1, 15, 90]),
    after=st.sampled_from([0, 0, 1, 15, 90]),
    expires_in=st.sampled_from([None, None, None, -3, -1, 0, 1, 3]),
)


@dataclass(frozen=True)
class _QuestionSketch:
    zone_and_day: tuple[str, date]
    calendar: _CalendarSketch
    claims: list[_ClaimSketch]
    now: tuple[int, timedelta]
    starts: tuple[int, timedelta]
    lasts: int
    duration_minutes: int | None

    def question(self) -> Question:
        zone, day = self.zone_and_day
        now, start = (midnight(day) + minutes * MINUTE + more for minutes, more in (self.now, self.starts))
        return Question(
            calendar=self.calendar.calendar(zone, day),
            claims=tuple(claim.claim(day, now) for claim in self.claims),
            window=TimeRange(start, start + self.lasts * MINUTE),
            now=now,
            duration_minutes=self.duration_minutes,
        )


_ODDS: Final = st.sampled_from(
    [*[timedelta(0)] * 4, timedelta(seconds=1), timedelta(microseconds=1), timedelta(seconds=59, microseconds=999_999)]
)
_NOWS: Final = st.sampled_from([*[-2 * A_DAY] * 40, *range(-3 * A_DAY, A_DAY, 97)])
_WINDOWS: Final = st.sampled_from([*[A_DAY, 2 * A_DAY, 3 * A_DAY] * 4, 1, 60, 1000])


def questions(*, most_claims: int = 7) -> st.SearchStrategy[Question]:
    """Questions about the slots around a date on which, mostly, the clocks are changed.

    The calendars were closed at some time in the two weeks before that date.
    """
    return st.builds(
        _QuestionSketch,
        zone_and_day=days(),
        calendar=_CALENDAR_SKETCHES,
        claims=st.lists(_CLAIM_SKETCHES, max_size=most_claims),
        now=st.tuples(_NOWS, _ODDS),
        starts=st.tuples(st.integers(-A_DAY - 720, A_DAY), _ODDS),
        lasts=_WINDOWS,
        duration_minutes=st.sampled_from([None, None, None, 1, 10, 60, 180]),
    ).map(_QuestionSketch.question)
