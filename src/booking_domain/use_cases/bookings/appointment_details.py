"""What a message about an appointment says below its sentence: all that its reader needs for the appointment."""

from datetime import datetime
from typing import Final

from booking_domain.catalogue.model import Location
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import Link, NoticeValue
from booking_domain.use_cases.notices.parties import Parties
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.platform.views import CONTACT_SHOWN

_MONEY: Final = ("Price: {price}", "Paid: {paid}", "Still to pay: {balance}")
FOR_CUSTOMER: Final = (
    "Services: {services}",
    "Place: {place}",
    "Phone: {provider_phone}",
    *_MONEY,
    "Please note: {instructions}",
    "If you cancel by {cancel_by}, you get {percent} % of your payment back.",
    "Map: {map}",
)
FOR_PROVIDER: Final = (
    "Services: {services}",
    "Phone: {customer_phone}",
    *_MONEY,
    "Note of the customer: {note_by_customer}",
)
PROVIDER_FIELDS: Final = {
    "customer_phone": NoticeField("The customer's phone number, once the booking is confirmed.", "+97699112233"),
    "note_by_customer": NoticeField("What the customer wrote with the booking.", "It is my first time.", of_users=True),
}
MAPS: Final = "https://www.openstreetmap.org/"
"""The base of the links to maps."""


async def appointment_values(parties: Parties, at: datetime, reads: Reads) -> dict[str, NoticeValue]:
    """Return the values of the details; empty where there is nothing to say.

    `at` is when the reader may cancel: what a cancellation gives back depends on it.
    """
    booking, provider = parties.booking, parties.provider
    salon = await reads.salons.of_provider(booking.provider_id)
    place = (provider.profile.address,) if salon is None else (salon.name, salon.address, salon.city)
    location = provider.profile.location if salon is None else salon.location
    venue = None if booking.venue_id is None else await reads.venues.get(booking.venue_id)
    if venue is not None:
        place, location = (venue.place,), venue.location
    notes = (provider.terms.instructions, "" if salon is None else salon.instructions)
    values: dict[str, NoticeValue] = {
        "services": ", ".join(each.name for each in booking.services),
        "place": ", ".join(filter(None, place)),
        "map": "" if location is None else Link(_map_of(location)),
        "provider_phone": "" if salon is None else salon.phone,
        "customer_phone": parties.customer_phone if booking.status in CONTACT_SHOWN else "",
        "price": booking.price,
        "paid": booking.received,
        "instructions": " ".join(filter(None, notes)),
        "note_by_customer": booking.notes,
    }
    tier = booking.cancellation.tier(start=booking.policy_start, cancelled_at=at)
    if tier is not None and tier.percent and booking.totals.refundable:
        ends = booking.cancellation.ends(tier, booking.policy_start)
        values |= {"cancel_by": parties.local(ends), "percent": str(tier.percent)}
    return values


def _map_of(at: Location) -> str:
    return f"{MAPS}?mlat={at.lat}&mlon={at.lon}#map=17/{at.lat}/{at.lon}"
