"""Calendars: weekly rules and exceptions in local time, blocks, and how slots are cut from open ranges."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple, Self
from uuid import uuid4
from zoneinfo import ZoneInfo

from booking_domain.scheduling.claims import MAX_CAPACITY, Claim
from booking_domain.scheduling.pauses import Pause, pauses_at, require_pauses, without
from booking_domain.scheduling.resources import RequiredResource
from booking_domain.scheduling.weekly import Hours, ServiceHours, WeeklyRule
from booking_domain.shared.checks import checks_types, require_type
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BlockId, ExceptionId, ServiceId
from booking_domain.shared.time import LONGEST_APPOINTMENT, MINUTES_A_DAY, TimeRange, time_zone
from booking_domain.shared.values import dataclass

MAX_HORIZON_DAYS: Final = 730
MAX_BLOCK_NOTE: Final = 500
MAX_RULES: Final = 200
MAX_EXCEPTIONS: Final = 400
MAX_BLOCKS: Final = 1_000
MAX_RANGES_A_DATE: Final = 24
MAX_VENUE: Final = 100
MAX_WAYS: Final = 200
MAX_PER_WEEK: Final = 7 * MINUTES_A_DAY
MAX_PER_MONTH: Final = 31 * MINUTES_A_DAY
MAX_PER_YEAR: Final = 366 * MINUTES_A_DAY
CLAIM_MARGIN: Final = timedelta(days=3)
"""A claim further than this from a slot of less than a day cannot affect it: buffers are at most a day each, and the
local date on which bookings are counted lies within a day of its slots."""
WEEKLY_CLAIM_MARGIN: Final = CLAIM_MARGIN + timedelta(days=6)
"""`CLAIM_MARGIN` if bookings are counted per local week, too."""
MONTHLY_CLAIM_MARGIN: Final = CLAIM_MARGIN + timedelta(days=30)
YEARLY_CLAIM_MARGIN: Final = CLAIM_MARGIN + timedelta(days=365)


class Slot(NamedTuple):
    """An offered appointment time `[start, end)`; aware instants in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_types
class DateException:
    """Other hours on one date, in place of the rules that start on it. Without ranges the date is closed."""

    id: ExceptionId = field(default_factory=lambda: ExceptionId(uuid4()), compare=False)
    date: date
    ranges: tuple[Hours, ...] = ()

    def __post_init__(self) -> None:
        if len(self.ranges) > MAX_RANGES_A_DATE:
            raise InvalidValue(field="ranges", problem=f"at most {MAX_RANGES_A_DATE} ranges on one date")

    @classmethod
    def closed_on(cls, days: Iterable[dt.date]) -> tuple[Self, ...]:
        """These dates closed, such as the public holidays that the package `holidays` lists; each date once, in order.

        >>> from datetime import date
        >>> new_year, naadam = date(2027, 1, 1), date(2027, 7, 11)
        >>> [str(each.date) for each in DateException.closed_on([naadam, new_year, naadam])]
        ['2027-01-01', '2027-07-11']
        """
        require_type("days", days, Iterable)
        return tuple(cls(date=day) for day in sorted(set(days)))


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_types
class Block:
    """Time off. It closes exactly its range, and does not change where other slots start."""

    id: BlockId = field(default_factory=lambda: BlockId(uuid4()), compare=False)
    range: TimeRange
    note: str = ""

    def __post_init__(self) -> None:
        if len(self.note) > MAX_BLOCK_NOTE:
            raise InvalidValue(field="note", problem=f"at most {MAX_BLOCK_NOTE} characters")


class Anchoring(StrEnum):
    """Where the grid of slot starts begins."""

    OPEN_RANGE = "open_range"
    """At the start of each open range."""
    AFTER_CLAIM = "after_claim"
    """Also at the end of each claim and busy time, so that appointments follow one another without gaps."""


class ClockChanges(StrEnum):
    """When hours are open around a change of clocks, and with them those of the salon and of services."""

    ELAPSED = "elapsed"
    """From the instant of their start to that of their end, whatever clocks show in between. A time that occurs twice
    is the first; one that does not occur takes the offset before the gap (RFC 5545 §3.3.5)."""
    BOTH = "both"
    """Whenever the clock shows a time in them: both times what it shows twice, and never what it does not show."""
    FIRST = "first"
    """Whenever the clock shows a time in them, but only the first time what it shows twice."""
    SECOND = "second"
    """Whenever the clock shows a time in them, but only the second time what it shows twice."""


class OnTimeZoneChange(StrEnum):
    """What becomes of a provider's opening hours when the provider's time zone changes."""

    KEEP_CLOCK = "keep_clock"
    """They keep their times of the day, in the new zone: 10:00 stays 10:00."""
    REMOVE = "remove"
    """All weekly rules and exceptions are removed."""


@dataclass(frozen=True, slots=True)
@checks_types
class Way:
    """How long it takes from one of two venues to the other, and back."""

    venues: tuple[str, ...]
    """The two."""
    minutes: int

    def __post_init__(self) -> None:
        if len(self.venues) != 2 or self.venues[0] == self.venues[1]:  # noqa: PLR2004
            raise InvalidValue(field="venues", problem="a way leads from one venue to another")
        if not all(0 < len(each) <= MAX_VENUE for each in self.venues):
            raise InvalidValue(field="venues", problem=f"each has 1 to {MAX_VENUE} characters")
        if not 0 <= self.minutes <= MINUTES_A_DAY:
            raise InvalidValue(field="minutes", problem=f"must be between 0 and {MINUTES_A_DAY}")


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
@checks_types
class SlotSettings:
    """How slots are cut from open ranges. Durations are whole minutes of elapsed time."""

    step_minutes: int = 30
    duration_minutes: int = 60
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    min_notice_minutes: int = 0
    horizon_days: int = 90
    max_per_day: int | None = None
    """Maximum number of claims that start on one local date."""
    max_per_week: int | None = None
    """Maximum number of claims that start in one local week, Monday to Sunday (ISO 8601)."""
    max_per_month: int | None = None
    """Maximum number of claims that start in one local month of the Gregorian calendar."""
    max_per_year: int | None = None
    """Maximum number of claims that start in one local year of the Gregorian calendar."""
    capacity: int = 1
    """Places of one appointment: claims of the very same time share it until there are so many, as in a class."""
    pauses: tuple[Pause, ...] = ()
    """When the provider is free within an appointment of this duration. One of another duration has no pauses."""
    whole_days: bool = False
    """Appointments of this duration, so many times 24 hours, last from the opening of a date to the closing of the last
    one. Those of another duration do not."""
    class_id: ServiceId | None = None
    """The class that is booked: only its own claims share their time; None: claims without a class do."""
    anchoring: Anchoring = Anchoring.OPEN_RANGE
    clock_changes: ClockChanges = ClockChanges.ELAPSED
    venue: str = ""
    """Where the appointment is; empty: nothing is said, and nobody travels to it or from it."""
    travel_minutes: int = 0
    """How long it takes from one venue to another: so much time lies between an appointment and a claim elsewhere."""
    ways: tuple[Way, ...] = ()
    """Venues between which it takes longer than that, or less; at most one way between two of them."""

    def __post_init__(self) -> None:
        limits: tuple[tuple[str, int, int, int], ...] = (
            ("step_minutes", self.step_minutes, 1, MINUTES_A_DAY),
            ("duration_minutes", self.duration_minutes, 1, LONGEST_APPOINTMENT),
            ("buffer_before_minutes", self.buffer_before_minutes, 0, MINUTES_A_DAY),
            ("buffer_after_minutes", self.buffer_after_minutes, 0, MINUTES_A_DAY),
            ("min_notice_minutes", self.min_notice_minutes, 0, MAX_HORIZON_DAYS * MINUTES_A_DAY),
            ("horizon_days", self.horizon_days, 0, MAX_HORIZON_DAYS),
            ("capacity", self.capacity, 1, MAX_CAPACITY),
            ("travel_minutes", self.travel_minutes, 0, MINUTES_A_DAY),
            ("max_per_day", 1 if self.max_per_day is None else self.max_per_day, 1, MINUTES_A_DAY),
            ("max_per_week", 1 if self.max_per_week is None else self.max_per_week, 1, MAX_PER_WEEK),
            ("max_per_month", 1 if self.max_per_month is None else self.max_per_month, 1, MAX_PER_MONTH),
            ("max_per_year", 1 if self.max_per_year is None else self.max_per_year, 1, MAX_PER_YEAR),
        )
        for name, value, least, most in limits:
            if not least <= value <= most:
                raise InvalidValue(field=name, problem=f"must be between {least} and {most}")
        if self.pauses:
            require_pauses(self.pauses, self.duration_minutes)
            if self.capacity > 1:
                raise InvalidValue(field="pauses", problem="a class has no pauses")
        require_whole_days(self.whole_days and self.duration_minutes, self.pauses)
        if len(self.venue) > MAX_VENUE:
            raise InvalidValue(field="venue", problem=f"at most {MAX_VENUE} characters")
        if self.ways:
            self._require_ways()

    def _require_ways(self) -> None:
        if len(self.ways) > MAX_WAYS:
            raise InvalidValue(field="ways", problem=f"at most {MAX_WAYS} ways")
        if len({frozenset(each.venues) for each in self.ways}) < len(self.ways):
            raise InvalidValue(field="ways", problem="at most one way between two venues")

    def lasting(self, minutes: int) -> Self:
        """The settings for appointments of this duration."""
        if minutes == self.duration_minutes:
            return self
        return replace(self, duration_minutes=minutes, pauses=(), whole_days=False)

    def asked(self, minutes: int, *, kept: int) -> int:
        """The duration to ask for an appointment that is to last so many minutes, and lasts `kept` now.

        One of whole days that keeps its length lasts as long as the hours of its new dates.
        """
        return self.duration_minutes if self.whole_days and minutes == kept else minutes

    @property
    def longest_way(self) -> int:
        """The most minutes that lie between an appointment and a claim elsewhere; 0: nobody travels."""
        if not self.ways:  # as for nearly all; slots ask it each time
            return self.travel_minutes
        return max([self.travel_minutes, *(each.minutes for each in self.ways)])

    def minutes_between(self, one: str, other: str) -> int:
        """How long it takes from one of two venues to the other."""
        pair = {one, other}
        return next((each.minutes for each in self.ways if pair == {*each.venues}), self.travel_minutes)

    @property
    def limits(self) -> tuple[int | None, int | None, int | None, int | None]:
        """The maximum numbers of claims per local day, week, month and year."""
        return self.max_per_day, self.max_per_week, self.max_per_month, self.max_per_year


def require_whole_days(minutes: int, pauses: Sequence[Pause]) -> None:
    """Raise `InvalidValue` unless whole days can have this length and these pauses; 0: it takes none."""
    if minutes % MINUTES_A_DAY:
        problem = f"whole days are a multiple of {MINUTES_A_DAY} minutes"
        raise InvalidValue(field="duration_minutes", problem=problem, besides=("whole_days",))
    if minutes and pauses:
        raise InvalidValue(field="pauses", problem="whole days have no pauses", besides=("whole_days",))


def claim_margin(settings: SlotSettings) -> timedelta:
    """How far from a slot a claim or block can affect it."""
    further = length_margin(settings.duration_minutes) + timedelta(minutes=settings.longest_way)
    if settings.max_per_year is not None:
        return YEARLY_CLAIM_MARGIN + further
    if settings.max_per_month is not None:
        return MONTHLY_CLAIM_MARGIN + further
    return further + (CLAIM_MARGIN if settings.max_per_week is None else WEEKLY_CLAIM_MARGIN)


def length_margin(minutes: int) -> timedelta:
    """How much further than that a claim or block can affect a slot of this length; whole days reach beyond it."""
    return timedelta(minutes=minutes if minutes >= MINUTES_A_DAY else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_types
class OpeningHours:
    """Opening hours of a provider or salon: weekly rules and exceptions in one time zone."""

    time_zone: str
    """IANA name. Rules and exceptions are local times in this zone."""
    rules: tuple[WeeklyRule, ...] = ()
    exceptions: tuple[DateException, ...] = ()
    """At most one per date."""

    def __post_init__(self) -> None:
        time_zone(self.time_zone)
        if len({exception.date for exception in self.exceptions}) < len(self.exceptions):
            raise InvalidValue(field="exceptions", problem="at most one exception per date")

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as `ZoneInfo`."""
        return time_zone(self.time_zone)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_types
class Calendar(OpeningHours):
    """Everything that decides when a provider can be booked, except the claims."""

    settings: SlotSettings = field(default_factory=SlotSettings)
    blocks: tuple[Block, ...] = ()
    """Time off. Appointments do not overlap it; their buffers may."""
    busy: tuple[TimeRange, ...] = ()
    """Busy times of external calendars. Appointments keep their buffers from them, as from claims."""
    resources: tuple[RequiredResource, ...] = ()
    """What each appointment needs beside the provider. Appointments keep their buffers, as from claims."""
    service_hours: tuple[ServiceHours, ...] = ()
    """The hours of the services that are booked. An appointment, without its buffers, lies within all of them."""
    salon: OpeningHours | None = None
    """The salon's hours. A member of a salon is open only while both are open."""
    version: int = 1
    """The version of settings, rules, exceptions and blocks together."""

    def blocked(self, span: Slot | TimeRange) -> TimeRange:
        """The blocked range of an appointment: its span with the buffers of the settings.

        >>> calendar = Calendar(time_zone="UTC", settings=SlotSettings(buffer_after_minutes=15))
        >>> str(calendar.blocked(TimeRange.parse("2026-11-24T06:00Z", "2026-11-24T07:00Z")).end.time())
        '07:15:00'
        """
        return TimeRange(
            span.start - timedelta(minutes=self.settings.buffer_before_minutes),
            span.end + timedelta(minutes=self.settings.buffer_after_minutes),
        )

    def lasting(self, minutes: int) -> Self:
        """The calendar for appointments of this duration: see `SlotSettings.lasting`."""
        settings = self.settings.lasting(minutes)
        return self if settings is self.settings else replace(self, settings=settings)

    def pauses(self, span: Slot | TimeRange) -> tuple[TimeRange, ...]:
        """When the provider is free within an appointment."""
        settings = self.settings
        if not settings.pauses or span.end - span.start != timedelta(minutes=settings.duration_minutes):
            return ()
        return pauses_at(span.start, settings.pauses)

    def occupied(self, span: Slot | TimeRange) -> tuple[TimeRange, ...]:
        """What an appointment occupies: its blocked range without its pauses, in order."""
        return without(self.blocked(span), self.pauses(span))

    def elsewhere(self, claim: Claim) -> bool:
        """Whether a claim is at another venue than an appointment."""
        venue = self.settings.venue
        return bool(venue and claim.venue) and claim.venue != venue

    def kept_free(self, claim: Claim) -> tuple[TimeRange, ...]:
        """What a claim keeps free of an appointment: what it occupies, and if it is elsewhere the way."""
        if not self.elsewhere(claim):
            return claim.parts
        way = timedelta(minutes=self.settings.minutes_between(self.settings.venue, claim.venue))
        return tuple(TimeRange(part.start - way, part.end + way) for part in claim.parts)

    def claim(self, slot: Slot | TimeRange, *, expires_at: datetime | None = None) -> Claim:
        """The claim of an appointment, with its buffers; a hold if it expires, else a booking."""
        if not isinstance(slot, Slot | TimeRange):
            raise InvalidValue(field="slot", problem="must be a slot or a TimeRange")
        span = TimeRange(slot.start, slot.end)
        claim = Claim.of(
            span,
            blocked=self.blocked(span),
            pauses=self.pauses(span),
            expires_at=expires_at,
            venue=self.settings.venue,
        )
        of_class = self.settings.class_id
        return claim if of_class is None else replace(claim, class_id=of_class, capacity=self.settings.capacity)
