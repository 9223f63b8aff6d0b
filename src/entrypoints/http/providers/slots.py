"""`/providers/{id}/slots`: offered slots, and why a time is not offered."""

from datetime import UTC, timedelta
from typing import Annotated, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import get
from litestar.params import FromPath
from msgspec import Meta, field

from booking_domain.scheduling.errors import WindowInvalid
from booking_domain.scheduling.model import Slot
from booking_domain.scheduling.slots import offered_slots
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.time import TimeRange, time_zone
from booking_domain.workflows.ports import Reads
from booking_domain.workflows.queries import availability
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Json, Moment, Query, SomeMinutes, Timestamp, ZoneName
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.queries import moment
from entrypoints.http.kit.request_guard import OPTIONAL, PUBLIC
from entrypoints.http.providers.examples import EXPLANATION, SLOTS

LONGEST_WINDOW: Final = timedelta(days=62)
_ANY_OFFSET: Final = timedelta(days=1)
"""No time zone is further from UTC than this."""


class SlotsQuery(Query, frozen=True, kw_only=True):
    """The window `[from, to)`: dates in the provider's time zone, or instants, at most 62 days apart."""

    from_: Annotated[Moment, Meta(examples=["2026-11-23"])] = field(name="from")
    to: Annotated[Moment, Meta(examples=["2026-11-30"])]
    duration_minutes: SomeMinutes | None = None
    time_zone: ZoneName | None = None
    """Return slots with the offset of this time zone instead of in UTC."""


class SlotJson(Json, frozen=True, kw_only=True):
    """An offered slot."""

    start: Timestamp
    end: Timestamp


class SlotsJson(Json, frozen=True, kw_only=True):
    """The slots that start in the window, in order, and the time zone to show them in.

    `degraded` names what could not be taken into account.
    """

    time_zone: str
    slots: tuple[SlotJson, ...]
    degraded: tuple[str, ...] = ()


class ExplainQuery(Query, frozen=True, kw_only=True):
    """The start to explain."""

    slot: Annotated[
        str,
        Meta(
            min_length=17,
            max_length=40,
            description="An RFC 3339 instant with an offset.",
            extra_json_schema={"format": "date-time"},
            examples=["2026-11-23T03:10:00Z"],
        ),
    ]
    duration_minutes: SomeMinutes | None = None


class ExplanationJson(Json, frozen=True, kw_only=True):
    """Why a start is or is not offered.

    `reasons` are `closed`, `exception`, `salon_closed`, `notice`, `horizon`, `off_grid`, `not_bookable` and
    `unavailable`. Instead of `unavailable`, the provider, the manager of the provider's salon and admins see `block`,
    `claimed`, `busy`, `buffer`, `day_full` and `week_full`.
    """

    time_zone: str
    slot: Timestamp
    offered: bool
    reasons: tuple[str, ...]
    before: SlotJson | None
    after: SlotJson | None
    degraded: tuple[str, ...] = ()


@get(
    "/{provider_id:str}/slots",
    opt=PUBLIC | documented(availability.get_bookable_schedule, raises=(WindowInvalid, InvalidValue), answer=SLOTS),
)
async def list_slots(
    provider_id: FromPath[UUID], asked: Injected[SlotsQuery], reads: Injected[Reads], clock: Injected[Clock]
) -> SlotsJson:
    """List the offered slots of a provider."""
    zone = None if asked.time_zone is None else time_zone(asked.time_zone)
    schedule = await availability.get_bookable_schedule(ProviderId(provider_id), _wide(asked), reads.schedules)
    window = window_of(asked, schedule.calendar.zone)
    now = clock.now()
    calendar, degraded = schedule.seen(now)
    slots = offered_slots(calendar, schedule.claims, window=window, now=now, duration_minutes=asked.duration_minutes)
    return SlotsJson(
        time_zone=asked.time_zone or calendar.time_zone,
        slots=tuple(slot_json(slot, zone) for slot in slots),
        degraded=degraded,
    )


@get(
    "/{provider_id:str}/slots/explain",
    opt=OPTIONAL | documented(availability.explain_slot, answer=EXPLANATION),
)
async def explain_slot(
    provider_id: FromPath[UUID],
    asked: Injected[ExplainQuery],
    *,
    actor: Injected[Actor | None],
    reads: Injected[Reads],
    clock: Injected[Clock],
) -> ExplanationJson:
    """Explain why a time is not offered.

    The answer lists every reason (none if the time is offered) and the nearest offered times before and after. A
    provider that takes no bookings is visible to its owner and admins only, with the reason `not_bookable`. The
    provider, the manager of the provider's salon and admins see what occupies the time (`block`, `claimed`, `busy`,
    `buffer`, `day_full`, `week_full`); others see `unavailable`.
    """
    found = await availability.explain_slot(
        actor,
        ProviderId(provider_id),
        moment(asked.slot, UTC, name="slot"),
        reads.schedules,
        reads.salons,
        now=clock.now(),
        duration_minutes=asked.duration_minutes,
    )
    why = found.explanation
    return ExplanationJson(
        time_zone=found.time_zone,
        slot=why.start,
        offered=why.offered,
        reasons=found.reasons,
        before=None if why.before is None else slot_json(why.before),
        after=None if why.after is None else slot_json(why.after),
        degraded=found.degraded,
    )


def _wide(asked: SlotsQuery) -> TimeRange:
    """The window before the provider's time zone is known, wide enough for any."""
    start, end = moment(asked.from_, UTC, name="from"), moment(asked.to, UTC, name="to")
    if not timedelta(0) < end - start <= LONGEST_WINDOW + _ANY_OFFSET:
        raise WindowInvalid
    return TimeRange(start - _ANY_OFFSET, end + _ANY_OFFSET)


def window_of(asked: SlotsQuery, zone: ZoneInfo) -> TimeRange:
    """The window of the query, with dates in this time zone."""
    start, end = moment(asked.from_, zone, name="from"), moment(asked.to, zone, name="to")
    # 62 days are 62 days on the clock on the wall too, when an hour is put in between.
    on_the_wall = end.astimezone(zone).replace(tzinfo=None) - start.astimezone(zone).replace(tzinfo=None)
    if start >= end or min(end - start, on_the_wall) > LONGEST_WINDOW:
        raise WindowInvalid
    return TimeRange(start, end)


def slot_json(slot: Slot, zone: ZoneInfo | None = None) -> SlotJson:
    """Show a slot in UTC or with the offset of a time zone."""
    if zone is None:
        return SlotJson(start=slot.start, end=slot.end)
    return SlotJson(start=slot.start.astimezone(zone), end=slot.end.astimezone(zone))
