"""Notify members of a salon of what its manager does to services that they offer, and to their own."""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.scheduling.events import (
    SERVICE_EVENTS,
    MemberServiceAdded,
    MemberServiceChanged,
    MemberServiceRemoved,
    OfferedServiceChanged,
    OfferedServiceEnded,
)
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.platform.ports import Reads

_CHANGED: Final = NoticeTemplate(
    subject="Your salon has changed a service: “{service}”",
    text=(
        "The salon {salon} has changed its service {service}, which you offer. A price or length of your own stays. "
        "Bookings keep what they were made with."
    ),
)
_ENDED: Final = NoticeTemplate(
    subject="Your salon no longer offers a service: “{service}”",
    text="The salon {salon} no longer offers {service}: customers can no longer book it with you. Bookings stay.",
)
_TEMPLATES: Final[Mapping[type[OfferedServiceChanged], NoticeTemplate]] = {
    OfferedServiceChanged: _CHANGED,
    OfferedServiceEnded: _ENDED,
    MemberServiceAdded: NoticeTemplate(
        subject="Your salon has added a service of yours: “{service}”",
        text="The salon {salon} has added {service} to the services that you offer. Please check its price and length.",
    ),
    MemberServiceChanged: NoticeTemplate(
        subject="Your salon has changed a service of yours: “{service}”",
        text=(
            "The salon {salon} has changed how you offer {service}. Please check its price and length. Bookings keep "
            "what they were made with."
        ),
    ),
    MemberServiceRemoved: NoticeTemplate(
        subject="Your salon has removed a service of yours: “{service}”",
        text="The salon {salon} has removed {service} from the services that you offer. Bookings stay.",
    ),
}


async def _notices(event: OfferedServiceChanged, reads: Reads) -> AsyncIterator[Addressed]:
    """Send the notification, unless the salon or the provider is gone."""
    provider = await reads.providers.get(event.provider_id)
    salon = await reads.salons.get(event.salon_id)
    if provider is None or salon is None:
        return
    notice = _TEMPLATES[type(event)].fill(salon=salon.salon.name, service=event.service_name)
    yield Addressed(provider.profile.owner_id, notice)


MESSAGES: Final = Messages(
    notices=(NoticesOf(dict.fromkeys(SERVICE_EVENTS, Told((Reader.PROVIDER,))), _notices),),
    templates={event.topic: template for event, template in _TEMPLATES.items()},
    fields={"service": NoticeField("The name of a service.", "Small tattoo", of_users=True)},
)
