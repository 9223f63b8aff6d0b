"""The JSON of availability."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from booking_domain.bookings.model import DepositMode
from booking_domain.bookings.upcoming import MAX_UPCOMING
from booking_domain.scheduling.model import (
    MAX_BLOCKS,
    MAX_EXCEPTIONS,
    MAX_PER_MONTH,
    MAX_PER_WEEK,
    MAX_PER_YEAR,
    MAX_RANGES_A_DATE,
    MAX_RULES,
    Anchoring,
    Block,
    ClockChanges,
    DateException,
    OnTimeZoneChange,
)
from booking_domain.scheduling.weekly import WeeklyRule
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import MINUTES_A_DAY
from booking_domain.use_cases.catalogue.profiles import DurationChange, SettingsChange, TermsChange
from booking_domain.use_cases.platform.views import SettingsView
from booking_domain.use_cases.scheduling.calendars import AddException, AddRule
from entrypoints.http.kit.fields import (
    Body,
    HorizonDays,
    Instant,
    Json,
    LengthMinutes,
    Minutes,
    Note,
    NoticeMinutes,
    Query,
    SomeMinutes,
    Timestamp,
    ZoneName,
    parts_of,
)
from entrypoints.http.kit.projection import filled, members, projection
from entrypoints.http.kit.ways import OwnWayJson, OwnWays, own_way_json, own_ways_of
from entrypoints.http.kit.weekly_rules import HoursBody, RuleBody
from entrypoints.http.providers.schemas import (
    POLICY,
    SHOWN_TERMS,
    TERMS,
    DurationBody,
    Durations,
    DurationsJson,
    TermsBody,
    TierJson,
)

rule_command: Final = projection(RuleBody, AddRule, hours=HoursBody.hours)


class RulesBody(Body, frozen=True, kw_only=True):
    """All weekly rules of a provider."""

    rules: Annotated[tuple[RuleBody, ...], Meta(max_length=MAX_RULES)]


class ExceptionBody(Body, frozen=True, kw_only=True):
    """Other hours for one date: either `closed` or `ranges`."""

    date: date
    closed: Literal[True] | None = None
    ranges: Annotated[tuple[HoursBody, ...], Meta(min_length=1, max_length=MAX_RANGES_A_DATE)] | None = None

    def command(self) -> AddException:
        """Return the command."""
        if (self.closed is None) is (self.ranges is None):
            raise InvalidValue(field="ranges", problem="either closed, or open at these hours")
        return AddException(date=self.date, ranges=parts_of("ranges", self.ranges or (), HoursBody.hours))


class HolidaysQuery(Query, frozen=True, kw_only=True):
    """A country and a year."""

    country: Annotated[str, Meta(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2.")]
    year: Annotated[int, Meta(ge=2020, le=2100)]
    """Of the Gregorian calendar."""


class ClosedDatesBody(Body, frozen=True, kw_only=True):
    """Dates to close."""

    dates: Annotated[tuple[date, ...], Meta(min_length=1, max_length=MAX_EXCEPTIONS)]
    """The dates, in any order."""


class HolidayJson(Json, frozen=True, kw_only=True):
    """A public holiday."""

    date: date
    name: str
    """In the language of the request if it is known, else in English or in a language of the country."""
    exception_id: UUID | None = None
    """Your exception of this date, if there is one."""


class HolidaysJson(Json, frozen=True, kw_only=True):
    """The public holidays of a country in a year, by date."""

    items: tuple[HolidayJson, ...]


class SettingsBody(TermsBody, frozen=True, kw_only=True):
    """Settings to change; omitted members keep their values.

    `null` removes `maxPerDay`, `maxPerWeek`, `maxPerMonth`, `maxPerYear`, `maxUpcomingPerCustomer`, `paymentGateway`
    and `depositMode`.
    """

    time_zone: ZoneName | UnsetType = UNSET
    hours_on_time_zone_change: OnTimeZoneChange | UnsetType = UNSET
    """Needed if another time zone would move opening hours, or there are bookings to come: `keep_clock` keeps hours at
    their times of the day, in the new zone, `remove` removes all weekly rules and exceptions. Bookings and time off
    stay at their moments; the 409 lists them on both clocks."""
    slot_step_minutes: SomeMinutes | UnsetType = UNSET
    slot_duration_minutes: LengthMinutes | UnsetType = UNSET
    durations: Durations | UnsetType = UNSET
    buffer_before_minutes: Minutes | UnsetType = UNSET
    buffer_after_minutes: Minutes | UnsetType = UNSET
    min_notice_minutes: NoticeMinutes | UnsetType = UNSET
    horizon_days: HorizonDays | UnsetType = UNSET
    max_per_day: Annotated[int, Meta(ge=1, le=MINUTES_A_DAY)] | UnsetType | None = UNSET
    max_per_week: Annotated[int, Meta(ge=1, le=MAX_PER_WEEK)] | UnsetType | None = UNSET
    max_per_month: Annotated[int, Meta(ge=1, le=MAX_PER_MONTH)] | UnsetType | None = UNSET
    max_per_year: Annotated[int, Meta(ge=1, le=MAX_PER_YEAR)] | UnsetType | None = UNSET
    max_upcoming_per_customer: Annotated[int, Meta(ge=1, le=MAX_UPCOMING)] | UnsetType | None = UNSET
    """How many bookings to come one customer may have with you. Null: as many as the platform allows. Customers
    without a verified contact may have fewer."""
    anchoring: Anchoring | UnsetType = UNSET
    clock_changes: ClockChanges | UnsetType = UNSET
    """How your hours are read where clocks change: `elapsed`, from the instant of their start to that of their end;
    `both`, `first` or `second`: whenever the clock shows a time in them, and what it shows twice both times, or only
    the first or the second time."""
    travel_minutes: Minutes | UnsetType = UNSET
    """How much time lies between appointments at two venues of yours, where `ways` does not say more."""
    ways: OwnWays | UnsetType = UNSET
    """Venues between which it takes longer than that, or less; `[]`: none."""


settings_members: Final = members(
    SettingsBody,
    SettingsChange,
    given=("expected_version",),
    unused=POLICY,
    step_minutes="slot_step_minutes",
    duration_minutes="slot_duration_minutes",
    hours="hours_on_time_zone_change",
    ways=("ways", own_ways_of),
    terms=projection(
        SettingsBody,
        TermsChange,
        unused=SettingsBody.__struct_fields__,
        durations=projection(DurationBody, DurationChange),
        **TERMS,
    ),
)


class HoursJson(Json, frozen=True, kw_only=True):
    """A range of times of the day."""

    start_time: str
    end_time: str


class RuleJson(Json, frozen=True, kw_only=True):
    """A weekly rule."""

    id: UUID
    day: int
    start_time: str
    end_time: str
    valid_from: date | None = None
    valid_until: date | None = None
    every_weeks: int


class RulesJson(Json, frozen=True, kw_only=True):
    """All weekly rules of a provider."""

    rules: tuple[RuleJson, ...]


class ExceptionJson(Json, frozen=True, kw_only=True):
    """Other hours for one date, or none."""

    id: UUID
    date: date
    closed: Literal[True] | None = None
    ranges: tuple[HoursJson, ...] | None = None
    time_zone: str
    """The provider's time zone, on whose clock the date and the ranges are."""


class ExceptionsJson(Json, frozen=True, kw_only=True):
    """Exceptions, by date."""

    items: tuple[ExceptionJson, ...]


class SettingsJson(Json, frozen=True, kw_only=True):
    """How slots follow from open hours, and the terms of a booking."""

    time_zone: str
    slot_step_minutes: int
    slot_duration_minutes: int
    buffer_before_minutes: int
    buffer_after_minutes: int
    min_notice_minutes: int
    horizon_days: int
    max_per_day: int | None = None
    max_per_week: int | None = None
    max_per_month: int | None = None
    max_per_year: int | None = None
    max_upcoming_per_customer: int | None = None
    """How many bookings to come one customer may have. Absent: as many as the platform allows."""
    anchoring: str
    clock_changes: str
    """How hours are read where clocks change: `elapsed`, `both`, `first` or `second`."""
    travel_minutes: int
    """How much time lies between appointments at two venues, where `ways` does not say more."""
    ways: tuple[OwnWayJson, ...]
    """Venues between which it takes longer than that, or less."""
    booking_mode: str
    requests_claim_time: bool
    """Whether a request claims its time until it is answered."""
    payment_gateway: str | None = None
    """The gateway that the provider chose. Absent: the platform's first that accepts the currency."""
    deposit_mode: DepositMode | None = None
    """How the provider's deposits are charged. Absent: the platform's default."""
    deposit_amount: int
    price_amount: int
    durations: DurationsJson
    currency: str
    cancellation_preset: str
    """The name of the tiers: `flexible`, `moderate` or `strict`; `custom` for any others."""
    cancellation_policy: tuple[TierJson, ...]
    late_cancellation_keeps_percent: int
    no_show_keeps_percent: int
    reschedule_notice_minutes: int
    max_reschedules: int | None = None
    """How often a customer can reschedule a booking, if there is such a limit."""
    reminder_minutes: tuple[int, ...]
    instructions: str
    """The text that customers get with a reminder; empty for whoever does not see what occupies the time."""


class BlockBody(Body, frozen=True, kw_only=True):
    """A time range to block."""

    start: Instant
    end: Instant
    note: Note | None = None


class BlockJson(Json, frozen=True, kw_only=True):
    """A blocked time range; only the provider sees the note."""

    id: UUID
    start: Timestamp
    end: Timestamp
    note: str | None = None
    time_zone: str
    """The provider's time zone: on its clock people read the start and the end."""


class AvailabilityJson(Json, frozen=True, kw_only=True):
    """A provider's rules, exceptions, blocks and settings."""

    settings: SettingsJson
    rules: Annotated[tuple[RuleJson, ...], Meta(max_length=MAX_RULES)]
    exceptions: Annotated[tuple[ExceptionJson, ...], Meta(max_length=MAX_EXCEPTIONS)]
    blocks: Annotated[tuple[BlockJson, ...], Meta(max_length=MAX_BLOCKS)]


def rules_json(rules: Iterable[WeeklyRule]) -> RulesJson:
    """Show all rules."""
    return RulesJson(rules=tuple(map(rule_json, rules)))


rule_json: Final = projection(WeeklyRule, RuleJson, start_time=("hours.start", str), end_time=("hours.end", str))
"""Show a rule."""


def exception_json(exception: DateException, time_zone: str) -> ExceptionJson:
    """Show an exception."""
    ranges = tuple(HoursJson(start_time=str(hours.start), end_time=str(hours.end)) for hours in exception.ranges)
    return ExceptionJson(
        id=exception.id,
        date=exception.date,
        closed=None if ranges else True,
        ranges=ranges or None,
        time_zone=time_zone,
    )


_block: Final = members(
    Block, BlockJson, start="range.start", end="range.end", note=filled("note"), given=("time_zone",)
)


def block_json(block: Block, time_zone: str) -> BlockJson:
    """Show a block to its provider."""
    return BlockJson(time_zone=time_zone, **_block(block))


settings_json: Final = projection(
    SettingsView,
    SettingsJson,
    within=("calendar", "calendar.settings", "terms", "terms.cancellation"),
    slot_step_minutes="calendar.settings.step_minutes",
    slot_duration_minutes="calendar.settings.duration_minutes",
    payment_gateway="terms.gateway",
    ways=("calendar.settings.ways", own_way_json),
    **SHOWN_TERMS,
)
"""Show settings."""


ADD_RULE: Final[dict[str, Any]] = {"day": 1, "startTime": "10:00", "endTime": "19:00"}
SET_RULES: Final[dict[str, Any]] = {"rules": [ADD_RULE, {"day": 2, "startTime": "12:00", "endTime": "20:00"}]}
ADD_EXCEPTION: Final[dict[str, Any]] = {"date": "2026-12-31", "ranges": [{"startTime": "10:00", "endTime": "14:00"}]}
CLOSE_DATES: Final[dict[str, Any]] = {"dates": ["2027-02-06", "2027-02-07", "2027-02-08"]}
ADD_BLOCK: Final[dict[str, Any]] = {
    "start": "2026-12-24T12:00:00+08:00",
    "end": "2026-12-26T09:00:00+08:00",
    "note": "Away.",
}
CHANGE_SETTINGS: Final[dict[str, Any]] = {
    "slotStepMinutes": 15,
    "bufferAfterMinutes": 10,
    "depositAmount": 2000000,
    "durations": [{"minutes": 120, "priceAmount": 14000000, "depositAmount": 4000000}],
}
SET_FEEDS: Final[dict[str, Any]] = {
    "urls": ["https://calendar.example.com/private-7d1f3c0e/basic.ics"],
    "whenFailing": "trust",
    "trustHours": 24,
}
