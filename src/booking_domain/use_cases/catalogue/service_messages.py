"""Notify members of a salon that a service that they offer has changed or ended. May run any number of times."""

from typing import Final

from booking_domain.notifications.notices import NoticeTemplate, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.scheduling.events import SERVICE_EVENTS, OfferedServiceChanged, OfferedServiceEnded
from booking_domain.use_cases.notices.declarations import Messages
from booking_domain.use_cases.notices.parties import notify_user
from booking_domain.use_cases.platform.ports import Reads

CHANGED: Final = NoticeTemplate(
    subject="Your salon has changed a service: “{service}”",
    text=(
        "The salon {salon} has changed its service {service}, which you offer. A price or length of your own stays. "
        "Bookings keep what they were made with."
    ),
)
ENDED: Final = NoticeTemplate(
    subject="Your salon no longer offers a service: “{service}”",
    text="The salon {salon} no longer offers {service}: customers can no longer book it with you. Bookings stay.",
)


async def notify_of_service(
    event: OfferedServiceChanged, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Send the notification, unless the salon or the provider is gone.

    Raises:
        Unavailable: the notification was not sent; the caller may retry.
    """
    provider = await reads.providers.get(event.provider_id)
    salon = await reads.salons.get(event.salon_id)
    user = None if provider is None else await reads.users.get(provider.profile.owner_id)
    if user is None or salon is None:
        return
    template = ENDED if isinstance(event, OfferedServiceEnded) else CHANGED
    notice = template.fill(salon=salon.salon.name, service=event.service_name)
    await notify_user(user, event, notice, notifier=notifier, translator=translator)


MESSAGES: Final = Messages(
    events=SERVICE_EVENTS,
    notify=notify_of_service,
    templates={"service.changed": CHANGED, "service.ended": ENDED},
)
