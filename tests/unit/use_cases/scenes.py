"""Terms and short cuts of the tests in an in-memory studio."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from booking_domain.bookings.model import Booking, BookingMode
from booking_domain.bookings.policy import CancellationPolicy, tiers
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.money import Money
from booking_domain.testing.builders import terms
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.catalogue.salons import (
    Membership,
    OpenSalon,
    accept_invitation,
    invite_provider,
    open_salon,
)

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


async def manager_of(studio: Studio) -> Actor:
    """The manager of the salon that the provider joins."""
    manager = await studio.joined(Role.MANAGER)
    salon = await studio.run(open_salon, OpenSalon(name="Nomad House", time_zone="UTC"), by=manager)
    await studio.run(invite_provider, Membership(salon_id=salon.id, provider_id=studio.provider_id), by=manager)
    await studio.run(accept_invitation, salon.id, by=studio.owner)
    return manager
