"""A helper that places a booking."""

from datetime import timedelta
from typing import Final

from booking_domain.bookings.model import Booking, BookingDecision, Terms
from booking_domain.shared.money import Money
from booking_domain.testing.bookings.strategies import A_BOOKING, CUSTOMER, EVENT, MADE

PAYMENT_WINDOW: Final = timedelta(minutes=15)


def place(agreed: Terms, deposit: Money | None = None) -> BookingDecision:
    """Place the customer's booking of these tests under these terms."""
    return Booking.place(
        id=A_BOOKING.id,
        event_id=EVENT,
        reference=A_BOOKING.reference,
        provider_id=A_BOOKING.provider_id,
        provider_user_id=A_BOOKING.provider_user_id,
        customer_id=CUSTOMER.id,
        by=CUSTOMER,
        span=A_BOOKING.span,
        blocked=A_BOOKING.blocked,
        time_zone=A_BOOKING.time_zone,
        terms=agreed,
        deposit=agreed.deposit if deposit is None else deposit,
        notes="a dragon",
        now=MADE,
        payment_window=PAYMENT_WINDOW,
    )
