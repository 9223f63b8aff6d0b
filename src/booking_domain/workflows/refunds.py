"""Money that has to go back: what is owed already, and how another refund comes to be owed."""

from booking_domain.bookings.model import Booking
from booking_domain.payments.events import RefundScheduled
from booking_domain.payments.model import Payment
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.executor import Context
from booking_domain.shared.ids import EventId, PaymentId
from booking_domain.shared.money import Money
from booking_domain.workflows.ports import Repositories


async def pending_refunds(booking: Booking, tx: Repositories) -> Money:
    """The sum of the booking's refunds that still have to be made."""
    total = Money.zero(booking.price.currency)
    for payment in await tx.payments.of_booking(booking.id):
        if payment.status is PaymentStatus.REFUND_PENDING:
            total += payment.amount
    return total


async def schedule_refund(amount: Money, booking: Booking, gateway: str, tx: Repositories, context: Context) -> None:
    """Keep a refund to be made, and tell those who make it; nothing is owed for an amount of nothing."""
    if not amount:
        return
    refund = Payment.schedule_refund(
        id=PaymentId(context.entropy.new_id()),
        booking_id=booking.id,
        customer_id=booking.customer_id,
        gateway=gateway,
        amount=amount,
        now=context.now,
    )
    await tx.payments.add(refund)
    event = RefundScheduled(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        booking_id=refund.booking_id,
        payment_id=refund.id,
    )
    await tx.outbox.put([event])
