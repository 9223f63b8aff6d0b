"""Terms and short cuts of the tests in an in-memory studio."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from booking_domain.bookings.model import Booking, BookingMode
from booking_domain.bookings.policy import CancellationPolicy, tiers
from booking_domain.shared.money import Money
from booking_domain.testing.builders import terms
from booking_domain.testing.studio import Studio

MINUTE: Final = timedelta(minutes=1)
SECOND: Final = timedelta(seconds=1)
FREE: Final = terms(deposit=Money.zero("MNT"))
ON_REQUEST: Final = terms(mode=BookingMode.REQUEST)
ON_REQUEST_AND_FREE: Final = terms(mode=BookingMode.REQUEST, deposit=Money.zero("MNT"))
NO_CLAIM_ON_REQUEST: Final = replace(ON_REQUEST, requests_claim_time=False)
HALF_A_DAY_BEFORE: Final = terms(cancellation=tiers([(48, 100), (12, 50)]))
NEVER_ANYTHING: Final = terms(cancellation=CancellationPolicy(()))


def tugriks(amount: int) -> Money:
    """An amount in tögrög."""
    return Money.of(amount, "MNT")


async def expired(studio: Studio, booking: Booking) -> Booking:
    """The booking after its payment window has closed and the sweep has run."""
    studio.clock.advance(15 * MINUTE)
    over = await studio.expire(booking)
    assert over is not None
    return over
