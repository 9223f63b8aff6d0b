"""Money that has to go back: what is owed already, and how another refund comes to be owed."""

from booking_domain.bookings.model import Booking
from booking_domain.payments.model import Transaction
from booking_domain.payments.transitions import TransactionStatus
from booking_domain.shared.executor import Circumstances
from booking_domain.shared.ids import EventId, TransactionId
from booking_domain.shared.money import Money
from booking_domain.workflows.announce import refund_message
from booking_domain.workflows.ports import Repositories


async def owed_already(booking: Booking, tx: Repositories) -> Money:
    """The sum of the booking's refunds that still have to be made."""
    total = Money.zero(booking.price.currency)
    for transaction in await tx.transactions.of_booking(booking.id):
        if transaction.status is TransactionStatus.REFUND_PENDING:
            total += transaction.amount
    return total


async def owe(amount: Money, booking: Booking, gateway: str, tx: Repositories, given: Circumstances) -> None:
    """Keep a refund to be made, and tell those who make it; nothing is owed for an amount of nothing."""
    if not amount:
        return
    refund = Transaction.owe(
        id=TransactionId(given.entropy.new_id()),
        booking_id=booking.id,
        customer_id=booking.customer_id,
        gateway=gateway,
        amount=amount,
        now=given.now,
    )
    await tx.transactions.add(refund)
    await tx.outbox.put([refund_message(refund, EventId(given.entropy.new_id()))])
