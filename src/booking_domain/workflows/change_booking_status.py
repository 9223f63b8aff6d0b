"""Move a booking along its lifecycle, as a party wishes or because its time has run out.

Rules: the lifecycle's table says which moves there are and whose they are. A booking that ends gives its time back, its
open payments are no longer waited for, and what was paid goes back as the policy that was agreed on says. A booking's
existence is private to its parties and the admins.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from booking_domain.bookings.errors import AlreadyOver, BookingNotFound, DepositDue, TooEarly
from booking_domain.bookings.events import booking_events
from booking_domain.bookings.model import Booking, BookingDecision
from booking_domain.bookings.transitions import CLAIMS_TIME, Action, InvalidBookingTransition, Party, Status
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.scheduling.placing import around
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import StaleVersion
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import BookingId, ClaimId, EventId
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.workflows.place_booking import claim_of
from booking_domain.workflows.ports import Repositories
from booking_domain.workflows.refunds import pending_refunds, schedule_refund
from booking_domain.workflows.reschedule_booking import locked_for, move_claim, must_be_answered_in_time


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeBookingStatus:
    """Bring a booking to this status."""

    booking_id: BookingId
    to: Status
    payment_window: timedelta
    reason: str | None = None
    expected_version: ExpectedVersion = None
    """What the caller saw; None: whatever is there."""


async def _move(command: ChangeBookingStatus, tx: Repositories, context: Context) -> Booking:
    booking, party = await locked_for(command.booking_id, command.expected_version, tx, context)
    action = booking.action_towards(command.to)
    if action in {Action.ACCEPT, Action.CONFIRM}:
        must_be_answered_in_time(booking, action, context)
    decision = booking.apply(
        action,
        party=party,
        by=context.actor,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
        payment_window=command.payment_window,
        reason=command.reason,
    )
    return await carry_out(booking, decision, party, tx, context)


async def carry_out(
    booking: Booking, decision: BookingDecision, party: Party, tx: Repositories, context: Context
) -> Booking:
    """Keep what was decided about a booking, and do what follows for its claim and its money."""
    after = decision.state
    if CLAIMS_TIME[booking.status] and not CLAIMS_TIME[after.status]:
        await tx.claims.release(ClaimId(booking.id))
        going_back = booking.refund_on_cancellation(party, context.now, owed=await pending_refunds(booking, tx))
        await close_payments(booking, going_back, tx, context)
    elif after.claims_time and not (booking.claims_time and claim_of(booking) == claim_of(after)):
        await tx.schedules.lock(booking.provider_id, around(after.span.start))
        await move_claim(booking, after, tx, context)
    await tx.bookings.save(after, was=booking, events=decision.events)
    await tx.outbox.put(booking_events(after, decision.events))
    return after


async def _expire(booking_id: BookingId, tx: Repositories, context: Context) -> Booking | None:
    """Expire a booking that is still overdue; None if it is not, so that running it twice changes nothing."""
    booking = await tx.bookings.lock(booking_id)
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
    await tx.claims.release(ClaimId(booking.id))
    kept = (booking.paid - booking.refunded).beyond(await pending_refunds(booking, tx))
    await close_payments(booking, kept, tx, context)
    await tx.bookings.save(decision.state, was=booking, events=decision.events)
    await tx.outbox.put(booking_events(decision.state, decision.events))
    return decision.state


async def close_payments(booking: Booking, going_back: Money, tx: Repositories, context: Context) -> None:
    """Stop waiting for open payments, and owe what goes back."""
    gateway = ""
    for payment in await tx.payments.of_booking(booking.id):
        gateway = payment.gateway
        if payment.status is PaymentStatus.PENDING:
            await tx.payments.save(payment.cancel(), was=payment)
    await schedule_refund(going_back, booking, gateway, tx, context)


change_booking_status: Final = UseCase(
    Permission.MOVE_BOOKINGS,
    _move,
    lambda _, booking: Subject("booking", booking.id),
    raises=(
        BookingNotFound,
        NotYourMove,
        InvalidBookingTransition,
        TooEarly,
        AlreadyOver,
        DepositDue,
        SlotTaken,
        StaleVersion,
    ),
)
expire_booking: Final = UseCase(Permission.RUN_PLATFORM, _expire)
