"""When a provider is open: weekly rules and exceptions on the provider's own clock, and how slots are cut."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from booking_domain.scheduling.claims import Claim
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ExceptionId, ProviderId, RuleId, UserId
from booking_domain.shared.time import MINUTES_A_DAY, TimeRange, WallTime, time_zone

DAYS_A_WEEK: Final = 7
MAX_HORIZON_DAYS: Final = 730
MAX_WEEKS_APART: Final = 52


class Slot(NamedTuple):
    """An offered start, and the end that belongs to it: aware instants in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Hours:
    """From one wall-clock time to another; an end that is not after the start means the next day.

    >>> Hours(WallTime.parse("22:00"), WallTime.parse("02:00")).past_midnight
    True
    """

    start: WallTime
    end: WallTime

    def __post_init__(self) -> None:
        if self.start.minutes == MINUTES_A_DAY:
            raise InvalidValue(field="start_time", problem="opening hours start before 24:00")

    @property
    def past_midnight(self) -> bool:
        """Whether they end on the day after they start."""
        return self.end <= self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyRule:
    """Open at these hours on a day of the week, on dates within its validity, every so many weeks.

    With `every_weeks` above 1 the weeks are counted from the first matching date on or after `valid_from`, as an
    RFC 5545 `RRULE` counts from its `DTSTART`.
    """

    id: RuleId
    day: int
    """0 is Sunday, as PostgreSQL's `dow` and ECMAScript's `getDay` have it."""
    hours: Hours
    valid_from: date | None = None
    valid_until: date | None = None
    """The last date, inclusive."""
    every_weeks: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.day < DAYS_A_WEEK:
            raise InvalidValue(field="day", problem="a day of the week is 0 (Sunday) to 6 (Saturday)")
        if not 1 <= self.every_weeks <= MAX_WEEKS_APART:
            raise InvalidValue(field="every_weeks", problem=f"a rule repeats every 1 to {MAX_WEEKS_APART} weeks")
        if self.every_weeks > 1 and self.valid_from is None:
            raise InvalidValue(field="valid_from", problem="a rule that skips weeks needs a date to count from")
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise InvalidValue(field="valid_until", problem="a rule is not valid until before it is valid")

    def applies_on(self, day: date) -> bool:
        """Whether the rule opens on this date."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DateException:
    """Other hours on one date, replacing the rules that start on it; none at all means closed."""

    id: ExceptionId
    date: date
    ranges: tuple[Hours, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSettings:
    """How slots are cut from open hours. Lengths are whole minutes of elapsed time."""

    step_minutes: int = 30
    duration_minutes: int = 60
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    min_notice_minutes: int = 0
    horizon_days: int = 90
    max_per_day: int | None = None

    def __post_init__(self) -> None:
        limits: tuple[tuple[str, int, int, int], ...] = (
            ("slot_step_minutes", self.step_minutes, 1, MINUTES_A_DAY),
            ("slot_duration_minutes", self.duration_minutes, 1, MINUTES_A_DAY),
            ("buffer_before_minutes", self.buffer_before_minutes, 0, MINUTES_A_DAY),
            ("buffer_after_minutes", self.buffer_after_minutes, 0, MINUTES_A_DAY),
            ("min_notice_minutes", self.min_notice_minutes, 0, MAX_HORIZON_DAYS * MINUTES_A_DAY),
            ("horizon_days", self.horizon_days, 0, MAX_HORIZON_DAYS),
            ("max_per_day", 1 if self.max_per_day is None else self.max_per_day, 1, MINUTES_A_DAY),
        )
        for name, value, least, most in limits:
            if not least <= value <= most:
                raise InvalidValue(field=name, problem=f"must be between {least} and {most}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """All that decides when a provider is open."""

    time_zone: str
    """IANA name; rules and exceptions are on this zone's clock."""
    settings: SlotSettings = field(default_factory=SlotSettings)
    rules: tuple[WeeklyRule, ...] = ()
    exceptions: tuple[DateException, ...] = ()

    def __post_init__(self) -> None:
        time_zone(self.time_zone)

    @property
    def zone(self) -> ZoneInfo:
        """The zone itself."""
        return time_zone(self.time_zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary:
    """A provider's calendar together with the claims around the time that is asked about."""

    provider_id: ProviderId
    owner_id: UserId
    accepting: bool
    """Whether customers can book at all: the profile is approved."""
    calendar: Calendar
    claims: tuple[Claim, ...] = ()

    def blocked(self, span: TimeRange) -> TimeRange:
        """The range that an appointment of this span blocks: its buffers included."""
        settings = self.calendar.settings
        return TimeRange(
            span.start - timedelta(minutes=settings.buffer_before_minutes),
            span.end + timedelta(minutes=settings.buffer_after_minutes),
        )
