"""Weekly hours in local time: of providers and salons as rules, and of services.

>>> colour = ServiceHours(tuple(WeeklyRule(day=day, hours=Hours.parse("10:00-16:00")) for day in (2, 3, 4)))
>>> [rule.day for rule in colour.rules]
[2, 3, 4]
"""

from dataclasses import field
from datetime import date, timedelta
from math import lcm
from typing import Final, Self
from uuid import uuid4

from booking_domain.shared.checks import checks_types, require_type
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import RuleId
from booking_domain.shared.time import MINUTES_A_DAY, WallTime
from booking_domain.shared.values import dataclass

DAYS_A_WEEK: Final = 7
MAX_WEEKS_APART: Final = 52
MAX_SERVICE_RULES: Final = 50


@dataclass(frozen=True, slots=True)
@checks_types
class Hours:
    """Opening hours from one local time to another. An end that is not after the start is on the next day.

    >>> Hours(WallTime.parse("22:00"), WallTime.parse("02:00")).past_midnight
    True
    """

    start: WallTime
    end: WallTime
    seconds: tuple[int, int] = field(init=False, repr=False, compare=False)
    """Start and end in seconds after local midnight. An end on the next day is above 86,400."""

    def __post_init__(self) -> None:
        if self.start.minutes == MINUTES_A_DAY:
            raise InvalidValue(field="start", problem="opening hours must start before 24:00")
        end = self.end.minutes + (MINUTES_A_DAY if self.past_midnight else 0)
        object.__setattr__(self, "seconds", (self.start.minutes * 60, end * 60))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `HH:MM-HH:MM`, or raise `InvalidValue`.

        >>> str(Hours.parse("10:00-24:00").end)
        '24:00'
        """
        require_type("text", text, str)
        start, _, end = text.partition("-")
        return cls(WallTime.parse(start), WallTime.parse(end))

    @property
    def past_midnight(self) -> bool:
        """Whether the hours end on the day after they start."""
        return self.end <= self.start

    def meet(self, other: "Hours") -> bool:
        """Whether these hours and others of the same date overlap or touch.

        >>> Hours.parse("10:00-12:00").meet(Hours.parse("12:00-14:00"))
        True
        """
        (start, end), (other_start, other_end) = self.seconds, other.seconds
        return start <= other_end and other_start <= end


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_types
class WeeklyRule:
    """Opening hours on a day of the week, between two dates (if given), every `every_weeks` weeks.

    With `every_weeks` above 1, weeks count from the first matching date on or after `valid_from`, as the interval of an
    RFC 5545 `RRULE` counts from its `DTSTART`.
    """

    id: RuleId = field(default_factory=lambda: RuleId(uuid4()), compare=False)
    day: int
    """0 is Sunday, as in PostgreSQL's `dow` and ECMAScript's `getDay`."""
    hours: Hours
    valid_from: date | None = None
    valid_until: date | None = None
    """The last date, inclusive."""
    every_weeks: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.day < DAYS_A_WEEK:
            raise InvalidValue(field="day", problem="a day of the week is 0 (Sunday) to 6 (Saturday)")
        if not 1 <= self.every_weeks <= MAX_WEEKS_APART:
            raise InvalidValue(field="every_weeks", problem=f"a rule must repeat every 1 to {MAX_WEEKS_APART} weeks")
        if self.every_weeks > 1 and self.valid_from is None:
            raise InvalidValue(field="valid_from", problem="a rule that skips weeks requires a start date")
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise InvalidValue(field="valid_until", problem="valid until must not be before valid from")

    @classmethod
    def every_day(cls, *hours: Hours) -> tuple[Self, ...]:
        """The same hours on every day of the week.

        >>> [rule.day for rule in WeeklyRule.every_day(Hours.parse("10:00-19:00"))]
        [0, 1, 2, 3, 4, 5, 6]
        """
        return tuple(cls(day=day, hours=each) for day in range(DAYS_A_WEEK) for each in hours)

    def applies_on(self, day: date) -> bool:
        """Whether the rule has hours that start on this date."""
        if day.isoweekday() % DAYS_A_WEEK != self.day:
            return False
        if self.valid_until is not None and day > self.valid_until:
            return False
        if self.valid_from is None:
            return True
        if day < self.valid_from:
            return False
        first = self.valid_from + timedelta(days=(self.day - self.valid_from.isoweekday()) % DAYS_A_WEEK)
        return (day - first).days // DAYS_A_WEEK % self.every_weeks == 0

    def meets(self, other: "WeeklyRule") -> bool:
        """Whether the rules have hours on a common date that overlap or touch."""
        if self.day != other.day or not self.hours.meet(other.hours):
            return False
        both = (self, other)
        first = max((rule.valid_from or date.min).toordinal() for rule in both)
        first += (self.day - first) % DAYS_A_WEEK  # an ordinal counts days from a Monday, which is 1
        last = min((rule.valid_until or date.max).toordinal() for rule in both)
        period = DAYS_A_WEEK * lcm(self.every_weeks, other.every_weeks)
        dates = map(date.fromordinal, range(first, min(first + period, last + 1), DAYS_A_WEEK))
        return any(self.applies_on(day) and other.applies_on(day) for day in dates)


@dataclass(frozen=True, slots=True)
@checks_types
class ServiceHours:
    """The hours of a service: each of its appointments lies within them, in the time zone of the calendar.

    They only leave starts out: where slots start is decided by the hours of the calendar, which also have to be open.
    """

    rules: tuple[WeeklyRule, ...]
    """At least one."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.rules) <= MAX_SERVICE_RULES:
            raise InvalidValue(field="hours", problem=f"1 to {MAX_SERVICE_RULES} rules")
