"""Whether a start can be claimed, and which range it blocks: the rule of holds, bookings and rescheduling.

A time that both sides agreed to earlier, or that the provider proposed, follows fewer rules: see `require_available`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from booking_domain.scheduling.claiming import claimable_in, of_length, requested
from booking_domain.scheduling.claims import ClaimKind
from booking_domain.scheduling.errors import (
    DurationNotOffered,
    ProviderNotFound,
    SlotTaken,
    TimeNotAvailable,
    TimeOff,
)
from booking_domain.scheduling.explain import (
    Reason,
    closed_by_exception,
    public_reasons,
    reasons_against,
    time_off_until,
)
from booking_domain.scheduling.model import MAX_HORIZON_DAYS
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.services import (
    ClassAlone,
    OnlyAddOns,
    ServiceNotOffered,
    ServiceRequired,
    SeveralVenues,
    choose,
)
from booking_domain.scheduling.slots import blocked_range, in_the_way, lacks_resource
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ClaimId, ServiceId
from booking_domain.shared.time import TimeRange

CHOICE_ERRORS: Final = (
    ProviderNotFound,
    DurationNotOffered,
    ServiceNotOffered,
    ServiceRequired,
    OnlyAddOns,
    ClassAlone,
    SeveralVenues,
)
"""What the choice of a provider and of services or a duration raises."""
_OF_OFFERING: Final = frozenset({Reason.NOTICE, Reason.HORIZON, Reason.OFF_GRID})
"""Rules about which starts are offered. An agreed start has passed them."""
_OF_HOURS: Final = frozenset({Reason.CLOSED, Reason.SALON_CLOSED, Reason.SERVICE_CLOSED})


def is_before_today(schedule: ProviderSchedule, start: datetime, now: datetime) -> bool:
    """Whether a start is on an earlier local date of the provider: too late to enter the appointment."""
    zone = schedule.calendar.zone
    return start.astimezone(zone).date() < now.astimezone(zone).date()


def for_services(
    schedule: ProviderSchedule, service_ids: Sequence[ServiceId], duration_minutes: int | None
) -> ProviderSchedule:
    """Return the schedule for appointments with the wanted services, or the schedule itself if none are wanted.

    Raises:
        ServiceNotOffered, OnlyAddOns, ClassAlone, SeveralVenues, InvalidValue: these services cannot be booked
            together, or a duration is given.
    """
    if not service_ids:
        return schedule
    if duration_minutes is not None:
        problem = "a booking names services or a duration, not both"
        raise InvalidValue(field="duration_minutes", problem=problem)
    return schedule.for_services(choose(schedule.services, service_ids))


def require_services(schedule: ProviderSchedule, service_ids: Sequence[ServiceId]) -> None:
    """Raise `ServiceRequired` for a customer who names no service of a provider who is booked by service."""
    if schedule.by_service and not service_ids:
        raise ServiceRequired


def offered_minutes(schedule: ProviderSchedule, duration_minutes: int | None) -> int:
    """Return the length of a customer's appointment: the one asked for, or the default.

    Raises:
        DurationNotOffered: the provider offers no appointments of this length, so it has no price.
    """
    if duration_minutes is None:
        return schedule.calendar.settings.duration_minutes
    if duration_minutes not in schedule.durations:
        raise DurationNotOffered(offered=schedule.durations)
    return duration_minutes


def claimable(
    schedule: ProviderSchedule,
    start: datetime,
    *,
    now: datetime,
    duration_minutes: int | None = None,
    own: ClaimId | None = None,
) -> tuple[TimeRange, TimeRange]:
    """Return the span of a customer's appointment at `start`, and the range it blocks.

    A customer books offered slots only. The claim `own` (the customer's hold, or the booking to move) does not count.

    Raises:
        InvalidValue, SlotNotOffered, SlotTaken: see `claimable_in`.
    """
    calendar, _ = schedule.calendar_at(now, own=own)
    claims = [claim for claim in schedule.claims if claim.id != own]
    return claimable_in(calendar, claims, start, now=now, duration_minutes=duration_minutes)


def placeable(
    schedule: ProviderSchedule,
    start: datetime,
    *,
    now: datetime,
    duration_minutes: int | None = None,
    own: ClaimId | None = None,
    override_time_off: bool = False,
    overbook: bool = False,
) -> tuple[TimeRange, TimeRange]:
    """`claimable` for the staff: also off the grid and outside opening hours, and in time off if they override it.

    If they overbook, it may lie over other bookings: see `is_over_others`.

    Raises:
        InvalidValue, SlotTaken: see `_unclaimed`.
        TimeOff: the appointment overlaps time off, which is not overridden.
    """
    span, blocked = _unclaimed(schedule, start, now=now, duration_minutes=duration_minutes, own=own, overbook=overbook)
    until = None if override_time_off else time_off_until(schedule.calendar, span)
    if until is not None:
        raise TimeOff(start=span.start, until=until, zone=schedule.calendar.time_zone)
    return span, blocked


def is_over_others(
    schedule: ProviderSchedule, place: tuple[TimeRange, TimeRange], *, now: datetime, own: ClaimId | None = None
) -> bool:
    """Whether an appointment with this span and blocked range would overlap live claims: it is overbooked then."""
    others = [claim for claim in schedule.claims if claim.id != own and claim.live(now)]
    return bool(in_the_way(schedule.calendar, others, *place))


def _unclaimed(
    schedule: ProviderSchedule,
    start: datetime,
    *,
    now: datetime,
    duration_minutes: int | None,
    own: ClaimId | None,
    overbook: bool = False,
) -> tuple[TimeRange, TimeRange]:
    """`claimable` as far as only the claims count; those of bookings do not count if the staff overbooks.

    Raises:
        InvalidValue: `start` is before the provider's local date or beyond the longest horizon, or not at a whole
            second; or an appointment of a class, with pauses or with resources would be overbooked.
        SlotTaken: another claim overlaps, or too few units of a resource are free.
    """
    if is_before_today(schedule, start, now) or start - now > timedelta(days=MAX_HORIZON_DAYS):
        day = start.astimezone(schedule.calendar.zone).date()
        raise InvalidValue(field="slot", problem=f"{day} is not between today and {MAX_HORIZON_DAYS} days ahead")
    if start.microsecond:
        raise InvalidValue(field="slot", problem="an appointment must start at a whole second")
    claims = (claim for claim in schedule.claims if claim.id != own)
    calendar, _ = schedule.calendar_at(now, own=own)
    calendar = of_length(calendar, duration_minutes)
    others, span, blocked = requested(calendar, claims, start, now)
    near = in_the_way(calendar, others, span, blocked)
    over = overbook and all(claim.kind is ClaimKind.BOOKING for claim in near)
    if (near and not over) or lacks_resource(calendar, blocked):
        raise SlotTaken(start=span.start, zone=calendar.time_zone)
    if near and (calendar.settings.class_id is not None or calendar.pauses(span) or schedule.needs):
        problem = "an appointment of a class, with pauses or with resources cannot be overbooked"
        raise InvalidValue(field="overbook", problem=problem)
    return span, blocked_range(calendar, others, span)


def proposable(
    schedule: ProviderSchedule,
    start: datetime,
    *,
    now: datetime,
    duration_minutes: int,
    own: ClaimId,
) -> tuple[TimeRange, TimeRange]:
    """`placeable` for a time that the provider proposes, and for the customer's acceptance of it later.

    Raises:
        InvalidValue, SlotTaken: see `_unclaimed`.
        TimeNotAvailable: see `require_available`. The time may be outside the weekly hours: the provider proposes it.
    """
    span, blocked = _unclaimed(schedule, start, now=now, duration_minutes=duration_minutes, own=own)
    require_available(schedule, span, now=now, own=own, outside_hours=True)
    return span, blocked


def require_available(
    schedule: ProviderSchedule, span: TimeRange, *, now: datetime, own: ClaimId, outside_hours: bool = False
) -> None:
    """Require that an appointment that was agreed to, or proposed, can still take place at this time.

    Claims other than `own`, resources, blocks, busy times, exceptions and the maximum per day and week count. Minimum
    notice, horizon and grid do not: they decide what is offered. With `outside_hours` the weekly hours do not count
    either.

    Raises:
        SlotTaken: another claim overlaps or is nearer than the buffers allow, or too few units of a resource are free.
        TimeNotAvailable: the provider is closed, blocked, busy or fully booked.
    """
    calendar, _ = schedule.calendar_at(now, own=own)
    others = [claim for claim in schedule.claims if claim.id != own and claim.live(now)]
    blocked = calendar.blocked(span)
    if in_the_way(calendar, others, span, blocked) or lacks_resource(calendar, blocked):
        raise SlotTaken(start=span.start, zone=calendar.time_zone)
    reasons = set(reasons_against(calendar, others, span, now)) - _OF_OFFERING
    clocks = calendar.settings.clock_changes
    if outside_hours and not (calendar.salon is not None and closed_by_exception(calendar.salon, clocks, span)):
        reasons -= _OF_HOURS
    if reasons:
        raise TimeNotAvailable(start=span.start, zone=calendar.time_zone, reasons=public_reasons(reasons))
