"""Expire a booking whose deposit or answer is overdue, and what was offered for one that nobody has answered."""

from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Action, Party, Status
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, EventId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.bookings.steps import save_decision
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireBooking:
    """Expire a booking that is overdue.

    - A booking that is not overdue, or no longer, stays as it is; so running this twice has one effect.
    - The booking releases its time, and everything that was paid is refunded.
    - A confirmed booking stays as it was: only what was offered for it lapses.
    """

    booking_id: BookingId


async def _expire(command: ExpireBooking, tx: Repositories, context: UseCaseContext) -> Booking | None:
    """The changed booking; None if nothing was done."""
    booking = await tx.bookings.lock(command.booking_id)
    if booking is not None and booking.status is Status.CONFIRMED and booking.offer_lapsed(context.now):
        event_id = EventId(context.entropy.new_id())
        lapsed = booking.answer_terms(
            Action.LAPSE_TERMS, party=Party.SYSTEM, by=context.actor, now=context.now, event_id=event_id
        )
        return await save_decision(booking, lapsed, Party.SYSTEM, tx, context)
    if booking is None or not booking.overdue(context.now):
        return None
    decision = booking.apply(
        Action.EXPIRE,
        party=Party.SYSTEM,
        by=context.actor,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
        reason="not paid in time" if booking.status is Status.PENDING else "not answered in time",
    )
    return await save_decision(booking, decision, Party.SYSTEM, tx, context)


expire_booking: Final = UseCase(Permission.RUN_PLATFORM, _expire)
