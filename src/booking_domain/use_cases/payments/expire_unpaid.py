"""Expire an overdue booking, after asking the gateway once more whether it was paid."""

from datetime import datetime, timedelta
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import BookingId
from booking_domain.use_cases.bookings.expire_booking import ExpireBooking, expire_booking
from booking_domain.use_cases.payments.settle_payment import settle_payment
from booking_domain.use_cases.platform.ports import Reads, Repositories

MAX_GATEWAY_DELAY: Final = timedelta(minutes=5)
"""How long an unavailable gateway postpones the expiry. A payment after that is late, and not lost."""


async def expire_unpaid(
    booking_id: BookingId, *, now: datetime, reads: Reads, executor: Executor[Repositories], gateways: Gateways
) -> Booking | None:
    """Expire the booking if it is overdue and unpaid, or what was offered for it; return it if it changed.

    Raises:
        GatewayUnavailable: the gateway does not say whether it was paid. Retry; after five minutes it expires anyway.
    """
    booking = await reads.bookings.get(booking_id)
    if booking is None or not (booking.overdue(now) or booking.offer_lapsed(now)):
        return None
    for payment in await reads.payments.of_booking(booking_id) if booking.overdue(now) else ():
        if payment.status is not PaymentStatus.PENDING:
            continue
        try:
            await settle_payment(payment, executor=executor, gateways=gateways)
        except GatewayUnavailable:
            if booking.due_at is not None and now < booking.due_at + MAX_GATEWAY_DELAY:
                raise
    return await executor.run(expire_booking, ExpireBooking(booking_id=booking_id), actor=SYSTEM)
