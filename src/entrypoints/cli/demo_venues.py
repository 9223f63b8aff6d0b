"""A demo venue: a provider of a salon who works in a studio of her own besides, and an appointment there."""

from contextlib import suppress
from datetime import timedelta
from typing import Final

from booking_domain.catalogue.model import Location
from booking_domain.scheduling.model import Way
from booking_domain.shared.errors import DomainError
from booking_domain.shared.money import Money
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.catalogue.profiles import SettingsChange, change_settings
from booking_domain.use_cases.catalogue.services import AddService, ServiceChange, add_service
from booking_domain.use_cases.catalogue.venues import AddVenue, add_venue
from entrypoints.cli.demo_accounts import People
from entrypoints.container import Container

OWNER: Final = "nomin@example.com"
STUDIO: Final = AddVenue(
    name="Zaisan studio", address="Zaisan street 4, Ulaanbaatar", location=Location(lat=47.8864, lon=106.9177)
)
TRAVEL_MINUTES: Final = 30
TO_STUDIO_MINUTES: Final = 45
_PRICE: Final = Money.of(140_000, "MNT")
_AHEAD: Final = timedelta(days=8)


async def add_venues(container: Container, people: People) -> None:
    """Add it with its service and the way there, unless its provider is missing or has venues."""
    executor, reads = container.executor(), container.reads()
    owner = await reads.users.by_login(OWNER)
    view = None if owner is None else await reads.providers.by_owner(owner.id)
    if owner is None or view is None or await reads.venues.of_provider(view.profile.id):
        return
    venue = await executor.run(add_venue, STUDIO, actor=owner.actor)
    new = AddService(
        name="Tattoo in the studio",
        minutes=60,
        price_amount=_PRICE.amount,
        rest=ServiceChange(category="Tattoos", deposit_amount=0, venue_id=venue.id),
    )
    service = (await executor.run(add_service, new, actor=owner.actor)).service
    way = Way((str(view.profile.id), str(venue.id)), TO_STUDIO_MINUTES)
    travels = SettingsChange(travel_minutes=TRAVEL_MINUTES, ways=(way,))
    await executor.run(change_settings, travels, actor=owner.actor)
    now = container.clock().now().astimezone(time_zone(view.time_zone))
    start = (now + _AHEAD).replace(hour=13, minute=0, second=0, microsecond=0)
    order = PlaceBooking(provider_id=view.profile.id, slot=start, service_ids=(service.id,))
    # A developer may have changed an account so that this fails.
    with suppress(DomainError):
        await executor.run(place_booking, order, actor=people.customer.actor)
