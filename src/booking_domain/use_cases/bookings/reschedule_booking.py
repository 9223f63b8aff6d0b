"""Reschedule a booking: move it to another time in one database transaction."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from booking_domain.bookings.errors import AlreadyOver, RescheduleTooLate, TooManyReschedules
from booking_domain.bookings.events import booking_events
from booking_domain.bookings.model import Booking
from booking_domain.bookings.terms_errors import InThePast
from booking_domain.bookings.transitions import Party
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.errors import DurationNotOffered, ProviderNotFound, SlotNotOffered, SlotTaken, TimeOff
from booking_domain.scheduling.model import length_margin
from booking_domain.scheduling.placing import claimable, is_over_others, placeable
from booking_domain.scheduling.ports import ScheduleReads
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.audit import Subject
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, ClaimId, EventId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.queries import Query
from booking_domain.shared.time import TimeRange, instant
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.use_cases.bookings.bookable import NOT_BOOKABLE, require_bookable_schedule
from booking_domain.use_cases.bookings.steps import (
    MOVE_ERRORS,
    lock_visible_booking,
    move_claim,
    note_overbooking,
    note_time_off,
    require_answer_in_time,
    require_no_override,
    require_overbooking,
)
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.use_cases.scheduling.queries import to_come

_AUDITED_AS: Final = "booking.reschedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class RescheduleBooking:
    """Move a booking to the slot.

    - The booking keeps its reference, payments, terms and services, with the buffers of these.
    - A customer takes an offered slot; the staff may go off the grid and outside opening hours, into time off if they
      override it, and over other bookings if they say why. The booking's own claim does not count as taken. No actor
      reschedules into the past.
    - A time that the provider's side sets is held at once. The customer may accept it, or cancel with a full refund
      until 24 hours have passed.
    - A customer reschedules only within the minimum notice of the booking's policy, and as often as it allows.
    - The provider takes bookings, and the customer's account is active.
    - The old time is released if and only if the new time is claimed.
    - A reschedule to the same time changes nothing.
    """

    booking_id: BookingId
    slot: datetime
    duration_minutes: int | None = None
    """None: the booking keeps its duration. Its price stays, so a customer does not change it."""
    override_time_off: bool = False
    """Whether the staff moves the booking into time off too."""
    overbook_reason: str | None = None
    """Why the staff moves the booking over others, if need be; None: it does not."""
    expected_version: ExpectedVersion = None


async def _reschedule(command: RescheduleBooking, tx: Repositories, context: UseCaseContext) -> Booking:
    booking, party = await lock_visible_booking(command.booking_id, command.expected_version, tx, context)
    require_answer_in_time(booking, "reschedule", context)
    start = instant(command.slot, field="slot")
    minutes = booking.minutes if command.duration_minutes is None else command.duration_minutes
    locked = await tx.schedules.lock(booking.provider_id, slot_window(start, minutes), resources=booking.resource_ids)
    schedule = (await require_bookable_schedule(locked, booking.customer_id, tx)).for_services(booking.services)
    asked = schedule.calendar.settings.asked(minutes, kept=booking.minutes)
    require_overbooking(command.overbook_reason, staff=party is not Party.CUSTOMER)
    if party is Party.CUSTOMER:
        require_no_override(command.override_time_off)
        if minutes != booking.minutes:
            raise DurationNotOffered(offered=(booking.minutes,))
        span, blocked = claimable(schedule, start, now=context.now, duration_minutes=asked, own=ClaimId(booking.id))
    else:
        span, blocked = placeable(
            schedule,
            start,
            now=context.now,
            duration_minutes=asked,
            own=ClaimId(booking.id),
            override_time_off=command.override_time_off,
            overbook=command.overbook_reason is not None,
        )
    decision = booking.reschedule(
        span,
        blocked,
        overbooked=is_over_others(schedule, (span, blocked), now=context.now, own=ClaimId(booking.id)),
        party=party,
        by=context.actor,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
        answer_window=context.configured(Deadlines).answer,
    )
    if (span, blocked) == (booking.span, booking.blocked):
        return booking
    await move_claim(booking, decision.state, tx, context)
    await tx.bookings.save(decision.state, was=booking, events=decision.events)
    await tx.outbox.put(booking_events(decision.state, decision.events))
    if party is not Party.CUSTOMER:
        note_time_off(_AUDITED_AS, schedule, [span], context)
        note_overbooking(_AUDITED_AS, decision.state, command.overbook_reason, context)
    return decision.state


async def _get_schedule_to_move(booking: Booking, schedules: ScheduleReads, *, now: datetime) -> ProviderSchedule:
    """The schedule in which a customer looks for another time: of the booking's length, and without its own claim."""
    coming = to_come(now)
    window = TimeRange(coming.start, coming.end + length_margin(booking.minutes))
    schedule = await schedules.get(booking.provider_id, window, resources=booking.resource_ids)
    if schedule is None or not schedule.accepting:
        raise ProviderNotFound
    schedule = schedule.for_services(booking.services)
    asked = schedule.calendar.settings.asked(booking.minutes, kept=booking.minutes)
    return replace(
        schedule,
        calendar=schedule.calendar.lasting(asked),
        claims=tuple(each for each in schedule.claims if each.id != ClaimId(booking.id)),
    )


get_schedule_to_move: Final = Query(_get_schedule_to_move, (ProviderNotFound,))
reschedule_booking: Final = UseCase(
    Permission.MOVE_BOOKINGS,
    _reschedule,
    lambda _, booking: Subject("booking", booking.id),
    audited_as=_AUDITED_AS,
    raises=(
        *MOVE_ERRORS,
        *NOT_BOOKABLE,
        DurationNotOffered,
        SlotNotOffered,
        SlotTaken,
        TimeOff,
        AlreadyOver,
        InThePast,
        RescheduleTooLate,
        TooManyReschedules,
        InvalidValue,
        StaleVersion,
    ),
)
