"""Expire what was not paid or answered in time, after asking the gateway once more."""

from datetime import datetime, timedelta
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.ports import PaymentGateway
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import BookingId
from booking_domain.workflows.change_booking_status import expire_booking
from booking_domain.workflows.ports import Reads, Repositories
from booking_domain.workflows.settle_payment import settle_payment

PATIENCE: Final = timedelta(minutes=5)
"""How long a gateway that does not answer keeps a booking from expiring. A later payment is late, not lost."""


async def expire_unpaid(
    booking_id: BookingId, *, now: datetime, reads: Reads, executor: Executor[Repositories], gateway: PaymentGateway
) -> Booking | None:
    """Expire the booking if it is overdue and nothing has been paid; return it if it expired.

    Raises:
        GatewayUnavailable: whether it was paid is not known; try again, for at most five minutes.
    """
    booking = await reads.bookings.get(booking_id)
    if booking is None or not booking.overdue(now):
        return None
    for payment in await reads.payments.of_booking(booking_id):
        if payment.status is not PaymentStatus.PENDING:
            continue
        try:
            await settle_payment(payment, executor=executor, gateway=gateway)
        except GatewayUnavailable:
            if booking.due_at is not None and now < booking.due_at + PATIENCE:
                raise
    return await executor.run(expire_booking, booking_id, actor=SYSTEM)
