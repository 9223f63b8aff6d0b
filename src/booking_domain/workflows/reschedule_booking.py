"""Move a booking to another time, in one step.

Rules: the booking keeps its reference, its payments and its terms; the new time is had under the rules of booking, with
the booking's own claim not in the way; the old time is free again exactly if the new one is won. The provider and
admins may go off the grid and out of hours.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.bookings.errors import AlreadyOver, BookingNotFound
from booking_domain.bookings.events import booking_events
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import InvalidBookingTransition, Party, Status
from booking_domain.scheduling.errors import ProviderNotFound, SlotNotOffered, SlotTaken
from booking_domain.scheduling.placing import around, claimable, placeable
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import BookingId, ClaimId, EventId
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import instant
from booking_domain.shared.versions import ExpectedVersion, must_be_expected
from booking_domain.workflows.place_booking import claim_of
from booking_domain.workflows.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class RescheduleBooking:
    """Move a booking to this slot."""

    booking_id: BookingId
    slot: datetime
    duration_minutes: int | None = None
    """None: as long as it is."""
    expected_version: ExpectedVersion = None
    """What the caller saw; None: whatever is there."""


async def _reschedule(command: RescheduleBooking, tx: Repositories, context: Context) -> Booking:
    booking, party = await locked_for(command.booking_id, command.expected_version, tx, context)
    must_be_answered_in_time(booking, "be rescheduled", context)
    start = instant(command.slot, field="slot")
    schedule = await tx.schedules.lock(booking.provider_id, around(start))
    by_customer = party is Party.CUSTOMER
    if schedule is None or (by_customer and not schedule.accepting):
        raise ProviderNotFound
    minutes = booking.minutes if command.duration_minutes is None else command.duration_minutes
    may_have = claimable if by_customer else placeable
    span, blocked = may_have(schedule, start, now=context.now, duration_minutes=minutes, own=ClaimId(booking.id))
    decision = booking.reschedule(
        span, blocked, party=party, by=context.actor, now=context.now, event_id=EventId(context.entropy.new_id())
    )
    await move_claim(booking, decision.state, tx, context)
    await tx.bookings.save(decision.state, was=booking, events=decision.events)
    await tx.outbox.put(booking_events(decision.state, decision.events))
    return decision.state


async def locked_for(
    booking_id: BookingId, expected_version: ExpectedVersion, tx: Repositories, context: Context
) -> tuple[Booking, Party]:
    """The booking, locked, and what the actor is to it; its existence is private to its parties and the admins.

    Raises:
        BookingNotFound, StaleVersion
    """
    booking = await tx.bookings.lock(booking_id)
    party = booking.party(context.actor) if booking is not None else None
    if booking is None or party is None:
        raise BookingNotFound
    must_be_expected(booking.version, expected_version)
    return booking, party


def must_be_answered_in_time(booking: Booking, action: str, context: Context) -> None:
    """A request whose answer is overdue lapses, whether somebody has noticed already or not."""
    if booking.status is Status.REQUESTED and booking.overdue(context.now):
        raise InvalidBookingTransition(thing="booking", status=booking.status, action=f"{action} so late")


async def move_claim(before: Booking, after: Booking, tx: Repositories, context: Context) -> None:
    """Give up the old time and win the new one, or raise `SlotTaken`, which undoes both."""
    await tx.claims.release(ClaimId(before.id))
    if after.claims_time:
        await tx.claims.acquire(claim_of(after), context.now)


reschedule_booking: Final = UseCase(
    Permission.MOVE_BOOKINGS,
    _reschedule,
    lambda _, booking: Subject("booking", booking.id),
    audited_as="booking.reschedule",
    raises=(
        BookingNotFound,
        NotYourMove,
        InvalidBookingTransition,
        ProviderNotFound,
        SlotNotOffered,
        SlotTaken,
        AlreadyOver,
        InvalidValue,
        StaleVersion,
    ),
)
