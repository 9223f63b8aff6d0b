"""Notify members of a salon that a service that they offer has changed or ended."""

from collections.abc import AsyncIterator
from typing import Final

from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.scheduling.events import SERVICE_EVENTS, OfferedServiceChanged, OfferedServiceEnded
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


async def _notices(event: OfferedServiceChanged, reads: Reads) -> AsyncIterator[Addressed]:
    """Send the notification, unless the salon or the provider is gone."""
    provider = await reads.providers.get(event.provider_id)
    salon = await reads.salons.get(event.salon_id)
    if provider is None or salon is None:
        return
    template = _ENDED if isinstance(event, OfferedServiceEnded) else _CHANGED
    notice = template.fill(salon=salon.salon.name, service=event.service_name)
    yield Addressed(provider.profile.owner_id, notice)


MESSAGES: Final = Messages(
    notices=(NoticesOf(dict.fromkeys(SERVICE_EVENTS, Told((Reader.PROVIDER,))), _notices),),
    templates={"service.changed": _CHANGED, "service.ended": _ENDED},
    fields={"service": NoticeField("The name of a service.", "Small tattoo", of_users=True)},
)
