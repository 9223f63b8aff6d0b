"""Adjust the ledger of a booking; for admins. The provider's earnings follow, as after a payment or a refund."""

from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.transitions import Status
from booking_domain.payments.adjustments import Adjustment, LedgerNotAdjustable
from booking_domain.payments.desk import MoreThanDue
from booking_domain.payments.events import LedgerAdjusted
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import AdjustmentId, BookingId, EventId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.bookings.steps import close_payments
from booking_domain.use_cases.platform.ports import Repositories

_CLOSED: Final = frozenset({Status.REQUESTED, Status.PENDING, Status.EXPIRED, Status.DISPUTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustLedger:
    """Add to what was paid for a booking, or take from it."""

    booking_id: BookingId
    amount: int
    """In minor units of the price's currency, signed."""
    reason: str


async def _adjust(command: AdjustLedger, tx: Repositories, context: UseCaseContext) -> Adjustment:
    """Adjust under the booking's lock; money that is added and was still due closes open invoices."""
    booking = required(await tx.bookings.lock(command.booking_id), BookingNotFound)
    adjustment = Adjustment.make(
        id=AdjustmentId(context.entropy.new_id()),
        booking_id=booking.id,
        currency=booking.price.currency,
        amount=command.amount,
        reason=command.reason,
        by=context.actor,
        now=context.now,
    )
    if booking.status in _CLOSED:
        raise LedgerNotAdjustable
    if adjustment.amount > 0:
        if booking.status is not Status.CANCELLED and booking.quote.balance < adjustment.moved:
            raise MoreThanDue(due=booking.quote.balance)
        await close_payments(booking, tx)
    after = booking.adjust(adjustment.amount, context.now)
    await tx.adjustments.add(adjustment)
    await tx.bookings.save(after, was=booking)
    event = LedgerAdjusted(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        booking_id=booking.id,
        adjustment_id=adjustment.id,
    )
    await tx.outbox.put([event])
    return adjustment


adjust_ledger: Final = UseCase(
    Permission.ADJUST_LEDGERS,
    _adjust,
    lambda command, _: Subject("booking", command.booking_id),
    audited_as="ledger.adjusted",
    raises=(BookingNotFound, LedgerNotAdjustable, MoreThanDue, InvalidValue),
)
