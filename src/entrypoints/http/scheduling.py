"""`/scheduling`: slots of a calendar in the request. The database is not used."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from litestar import Response, Router, post
from litestar.params import JSONBody
from msgspec import Meta, field
from msgspec.json import encode

from booking_domain.scheduling.claims import MAX_CAPACITY, Claim, ClaimKind
from booking_domain.scheduling.errors import WindowInvalid
from booking_domain.scheduling.explain import Explanation, explain
from booking_domain.scheduling.model import (
    MAX_EXCEPTIONS,
    MAX_PER_MONTH,
    MAX_PER_WEEK,
    MAX_PER_YEAR,
    MAX_RANGES_A_DATE,
    MAX_RULES,
    MAX_VENUE,
    Anchoring,
    Block,
    Calendar,
    ClockChanges,
    DateException,
    OpeningHours,
    SlotSettings,
)
from booking_domain.scheduling.pauses import MAX_PAUSES
from booking_domain.scheduling.resources import MAX_NEEDS, MAX_UNITS, RequiredResource, ResourceUnit
from booking_domain.scheduling.services import MAX_SERVICES_PER_BOOKING
from booking_domain.scheduling.slots import offered_slots
from booking_domain.scheduling.weekly import MAX_SERVICE_RULES, ServiceHours
from booking_domain.shared.errors import InvalidValue, inside
from booking_domain.shared.errors import about as in_member
from booking_domain.shared.ids import BlockId, ClaimId, ExceptionId, ProviderId, UserId
from booking_domain.shared.time import LONGEST_APPOINTMENT, MINUTES_A_DAY, TimeRange, instant
from entrypoints.http.kit.compression import COMPRESSIBLE
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.fields import (
    Body,
    HorizonDays,
    Instant,
    Json,
    LengthMinutes,
    Minutes,
    NoticeMinutes,
    SomeMinutes,
    ZoneName,
    parts_of,
)
from entrypoints.http.kit.idempotency import COMPUTES
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.turns import TURN_ERRORS, Turn, encoded
from entrypoints.http.kit.ways import Ways, ways_of
from entrypoints.http.kit.weekly_rules import HoursBody, RuleBody, weekly_rule
from entrypoints.http.providers.schemas import LONGEST_WINDOW, SlotJson, slot_json
from entrypoints.http.resources import Units
from entrypoints.http.services.schemas import Pauses, pause

MOST_PERIODS: Final = 2_000
MOST_STEPS: Final = 10_000
"""A window of 62 days in steps of 10 minutes has fewer steps."""
MOST_STEPS_AHEAD: Final = 150_000
_LONGEST: Final = timedelta(minutes=LONGEST_APPOINTMENT, days=2)
_NOBODY: Final = UUID(int=0)
Venue = Annotated[str, Meta(max_length=MAX_VENUE)]


class HoursOfDayBody(HoursBody, frozen=True, kw_only=True):
    """A range of times of the day; an end that is not after the start is on the next day."""


class CalendarRuleBody(RuleBody, frozen=True, kw_only=True):
    """A weekly rule."""


class CalendarExceptionBody(Body, frozen=True, kw_only=True):
    """Other hours for one date: either `closed` or `ranges`."""

    date: date
    closed: Literal[True] | None = None
    ranges: Annotated[tuple[HoursOfDayBody, ...], Meta(min_length=1, max_length=MAX_RANGES_A_DATE)] | None = None

    def exception(self) -> DateException:
        """Return the value of the domain."""
        if (self.closed is None) is (self.ranges is None):
            raise InvalidValue(field="ranges", problem="either closed, or open at these hours")
        ranges = parts_of("ranges", self.ranges or (), HoursOfDayBody.hours)
        return DateException(id=ExceptionId(_NOBODY), date=self.date, ranges=ranges)


class OpeningHoursBody(Body, frozen=True, kw_only=True):
    """Weekly rules and exceptions in one time zone."""

    time_zone: ZoneName
    rules: Annotated[tuple[CalendarRuleBody, ...], Meta(max_length=MAX_RULES)] = ()
    exceptions: Annotated[tuple[CalendarExceptionBody, ...], Meta(max_length=MAX_EXCEPTIONS)] = ()

    def opening_hours(self) -> OpeningHours:
        """Return the value of the domain."""
        rules = parts_of("rules", self.rules, weekly_rule)
        exceptions = parts_of("exceptions", self.exceptions, CalendarExceptionBody.exception)
        return OpeningHours(time_zone=self.time_zone, rules=rules, exceptions=exceptions)


class PeriodBody(Body, frozen=True, kw_only=True):
    """A range of instants, half-open."""

    start: Instant
    end: Instant

    def range(self) -> TimeRange:
        """Return the value of the domain."""
        return TimeRange(self.start, self.end)


class ClaimBody(PeriodBody, frozen=True, kw_only=True):
    """A booking or a hold, with the buffers that it was made with."""

    buffer_before_minutes: Minutes = 0
    buffer_after_minutes: Minutes = 0
    pauses: Annotated[tuple[PeriodBody, ...], Meta(max_length=MAX_PAUSES)] = ()
    """When the provider is free for others within it, in order."""
    expires_at: Instant | None = None
    venue: Venue = ""

    def claim(self) -> Claim:
        """Return the value of the domain."""
        span = self.range()
        return Claim(
            id=ClaimId(_NOBODY),
            provider_id=ProviderId(_NOBODY),
            customer_id=UserId(_NOBODY),
            kind=ClaimKind.BOOKING if self.expires_at is None else ClaimKind.HOLD,
            span=span,
            blocked=TimeRange(
                span.start - timedelta(minutes=self.buffer_before_minutes),
                span.end + timedelta(minutes=self.buffer_after_minutes),
            ),
            pauses=parts_of("pauses", self.pauses, PeriodBody.range),
            expires_at=self.expires_at,
            venue=self.venue,
        )


class SlotSettingsBody(Body, frozen=True, kw_only=True):
    """Slot settings; omitted members have their defaults."""

    slot_step_minutes: SomeMinutes = 30
    slot_duration_minutes: LengthMinutes = 60
    buffer_before_minutes: Minutes = 0
    buffer_after_minutes: Minutes = 0
    min_notice_minutes: NoticeMinutes = 0
    horizon_days: HorizonDays = 90
    max_per_day: Annotated[int, Meta(ge=1, le=MINUTES_A_DAY)] | None = None
    max_per_week: Annotated[int, Meta(ge=1, le=MAX_PER_WEEK)] | None = None
    max_per_month: Annotated[int, Meta(ge=1, le=MAX_PER_MONTH)] | None = None
    max_per_year: Annotated[int, Meta(ge=1, le=MAX_PER_YEAR)] | None = None
    capacity: Annotated[int, Meta(ge=1, le=MAX_CAPACITY)] = 1
    """Claims of the very same time share it until there are so many, as in a class."""
    pauses: Pauses = ()
    """When the provider is free for others within an appointment of this duration."""
    whole_days: bool = False
    """Appointments of this duration take whole days: from the opening of one to the closing of the last."""
    venue: Venue = ""
    travel_minutes: Minutes = 0
    """How much time lies between the appointment and claims at other venues."""
    ways: Ways = ()
    """Venues between which it takes longer than that, or less."""
    anchoring: Anchoring = Anchoring.OPEN_RANGE
    clock_changes: ClockChanges = ClockChanges.ELAPSED


_settings: Final = projection(
    SlotSettingsBody,
    SlotSettings,
    default=("class_id",),
    pauses=("pauses", pause),
    ways=("ways", ways_of),
    step_minutes="slot_step_minutes",
    duration_minutes="slot_duration_minutes",
)
Periods = Annotated[tuple[PeriodBody, ...], Meta(max_length=MOST_PERIODS)]


class ResourceUnitBody(Body, frozen=True, kw_only=True):
    """One of the units of a resource."""

    taken: Periods = ()
    """When others have taken it."""

    def unit(self) -> ResourceUnit:
        """Return the value of the domain."""
        return ResourceUnit(taken=parts_of("taken", self.taken, PeriodBody.range))


class RequiredResourceBody(Body, frozen=True, kw_only=True):
    """A resource that each appointment needs beside its provider."""

    needed: Units = 1
    """How many units an appointment takes, each for its whole blocked range."""
    units: Annotated[tuple[ResourceUnitBody, ...], Meta(max_length=MAX_UNITS)]
    """The units that there are."""

    def resource(self) -> RequiredResource:
        """Return the value of the domain."""
        return RequiredResource(units=parts_of("units", self.units, ResourceUnitBody.unit), needed=self.needed)


class ServiceHoursBody(Body, frozen=True, kw_only=True):
    """The weekly hours of a service, in the calendar's time zone."""

    rules: Annotated[tuple[CalendarRuleBody, ...], Meta(min_length=1, max_length=MAX_SERVICE_RULES)]

    def service_hours(self) -> ServiceHours:
        """Return the value of the domain."""
        return ServiceHours(parts_of("rules", self.rules, weekly_rule))


class CalendarBody(OpeningHoursBody, frozen=True, kw_only=True):
    """A provider's calendar without its claims."""

    settings: SlotSettingsBody = SlotSettingsBody()
    blocks: Periods = ()
    """Blocked time ranges."""
    busy: Periods = ()
    """Busy times of external calendars."""
    resources: Annotated[tuple[RequiredResourceBody, ...], Meta(max_length=MAX_NEEDS)] = ()
    """What each appointment needs beside its provider."""
    service_hours: Annotated[tuple[ServiceHoursBody, ...], Meta(max_length=MAX_SERVICES_PER_BOOKING)] = ()
    """The hours of the services that are booked: an appointment lies within all of them."""
    salon: OpeningHoursBody | None = None
    """The opening hours of the salon, if any: the provider is open only while the salon is."""

    def calendar(self) -> Calendar:
        """Return the value of the domain."""
        hours = self.opening_hours()
        return Calendar(
            time_zone=hours.time_zone,
            rules=hours.rules,
            exceptions=hours.exceptions,
            settings=inside(("settings",), lambda: _settings(self.settings)),
            blocks=tuple(
                Block(id=BlockId(_NOBODY), range=each) for each in parts_of("blocks", self.blocks, PeriodBody.range)
            ),
            busy=parts_of("busy", self.busy, PeriodBody.range),
            resources=parts_of("resources", self.resources, RequiredResourceBody.resource),
            service_hours=parts_of("service_hours", self.service_hours, ServiceHoursBody.service_hours),
            salon=None if self.salon is None else inside(("salon",), self.salon.opening_hours),
        )


class WindowBody(Body, frozen=True, kw_only=True):
    """The half-open window in which slots start, at most 62 days."""

    from_: Instant = field(name="from")
    to: Instant


class CalendarQuestionBody(Body, frozen=True, kw_only=True):
    """A calendar and its claims."""

    calendar: CalendarBody
    claims: Annotated[tuple[ClaimBody, ...], Meta(max_length=MOST_PERIODS)] = ()
    """What occupies the calendar's time."""
    now: Instant
    duration_minutes: LengthMinutes | None = None

    def claimed(self) -> tuple[Claim, ...]:
        """Return the values of the domain."""
        return parts_of("claims", self.claims, ClaimBody.claim)


class ComputeSlotsBody(CalendarQuestionBody, frozen=True, kw_only=True):
    """A calendar, and the window to compute slots for."""

    window: WindowBody
    """The period in which slots are computed."""

    def range(self) -> TimeRange:
        """Return the window; raise `WindowInvalid` if it is too long or has too many steps."""
        length = self.window.to - self.window.from_
        most = min(LONGEST_WINDOW, timedelta(minutes=MOST_STEPS * self.calendar.settings.slot_step_minutes))
        if not timedelta(0) < length <= most:
            with in_member("window", "to"):
                raise WindowInvalid
        start = inside(("window",), lambda: instant(self.window.from_, field="from"))
        return TimeRange(start, inside(("window",), lambda: instant(self.window.to, field="to")))


class ExplainSlotBody(CalendarQuestionBody, frozen=True, kw_only=True):
    """A calendar, and the start to explain.

    The nearest offered starts are searched up to the horizon, which is at most 150,000 steps away.
    """

    slot: Instant

    def start(self) -> datetime:
        """Return the start; raise `InvalidValue` if it is out of range or the horizon is too many steps away."""
        settings = self.calendar.settings
        if (settings.horizon_days + 1) * MINUTES_A_DAY > MOST_STEPS_AHEAD * settings.slot_step_minutes:
            problem = f"at most {MOST_STEPS_AHEAD} steps ahead"
            raise InvalidValue(field="horizon_days", problem=problem, within=("calendar", "settings"))
        start = instant(self.slot, field="slot")
        instant(start + _LONGEST, field="slot")  # the slot's end must be in range too
        return start


class ComputedSlotsJson(Json, frozen=True, kw_only=True):
    """The slots that start in the window, in order."""

    slots: Annotated[tuple[SlotJson, ...], Meta(max_length=MOST_STEPS + MOST_PERIODS * 2)]


class ExplainedSlotJson(Json, frozen=True, kw_only=True):
    """The reasons why a start is not offered (none if it is), and the nearest offered slots."""

    offered: bool
    reasons: tuple[str, ...]
    before: SlotJson | None = None
    after: SlotJson | None = None


def computed_response(params: ComputeSlotsBody) -> bytes:
    """The slots of the calendar in the request, as JSON."""
    slots = offered_slots(
        inside(("calendar",), params.calendar.calendar),
        params.claimed(),
        window=params.range(),
        now=instant(params.now, field="now"),
        duration_minutes=params.duration_minutes,
    )
    return encode(ComputedSlotsJson(slots=tuple(map(slot_json, slots))))


def explained_response(params: ExplainSlotBody) -> bytes:
    """The explanation of a start by the calendar in the request, as JSON."""
    explanation = explain(
        inside(("calendar",), params.calendar.calendar),
        params.claimed(),
        params.start(),
        now=instant(params.now, field="now"),
        duration_minutes=params.duration_minutes,
    )
    return encode(explained_json(explanation))


explained_json: Final = projection(
    Explanation, ExplainedSlotJson, before=("before", slot_json), after=("after", slot_json)
)
"""Show an explanation."""


CALENDAR: Final[dict[str, Any]] = {
    "timeZone": "America/New_York",
    "settings": {"slotStepMinutes": 60, "slotDurationMinutes": 60, "bufferAfterMinutes": 15},
    "rules": [{"day": 0, "startTime": "00:00", "endTime": "04:00"}],
}
CLAIMS: Final[list[dict[str, Any]]] = [{"start": "2026-11-01T07:00:00Z", "end": "2026-11-01T08:00:00Z"}]
_QUESTION: Final[dict[str, Any]] = {"calendar": CALENDAR, "claims": CLAIMS, "now": "2026-10-20T00:00:00Z"}
COMPUTE: Final = _QUESTION | {"window": {"from": "2026-11-01T04:00:00Z", "to": "2026-11-02T05:00:00Z"}}
EXPLAIN: Final = _QUESTION | {"slot": "2026-11-01T06:00:00Z"}


_OF_SLOTS: Final = documented(
    raises=(WindowInvalid, InvalidValue, *TURN_ERRORS), body=COMPUTE, no_idempotency_key=COMPUTES
)
_OF_EXPLAINING: Final = documented(raises=(InvalidValue, *TURN_ERRORS), body=EXPLAIN, no_idempotency_key=COMPUTES)


@post("/slots", status_code=200, opt=PUBLIC | COMPRESSIBLE | _OF_SLOTS)
async def compute_slots(data: JSONBody[ComputeSlotsBody], turn: Injected[Turn]) -> Response[ComputedSlotsJson]:
    """Compute the slots of the calendar in the request.

    The window is at most 62 days and 10,000 steps long. The conformance vectors use this operation.
    """
    async with turn.dear() as computing:
        return encoded(await computing.run(partial(computed_response, data)))


@post("/explain", status_code=200, opt=PUBLIC | COMPRESSIBLE | _OF_EXPLAINING)
async def explain_start(data: JSONBody[ExplainSlotBody], turn: Injected[Turn]) -> Response[ExplainedSlotJson]:
    """Explain why a start is or is not offered by the calendar in the request."""
    async with turn.dear() as computing:
        return encoded(await computing.run(partial(explained_response, data)))


routes: Final = Router(
    "/scheduling",
    route_handlers=[compute_slots, explain_start],
    opt=about("scheduling", "Slots of a calendar that the request describes; nothing is stored."),
)
