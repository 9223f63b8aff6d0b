"""Notify a customer that a slot is held for their waiting-list entry. May run any number of times."""

from typing import Final

from booking_domain.notifications.notices import NoticeTemplate, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.scheduling.events import WaitlistOffered
from booking_domain.use_cases.notices.clocks import clock_of
from booking_domain.use_cases.notices.parties import notify_user
from booking_domain.use_cases.platform.ports import Reads

OFFER: Final = NoticeTemplate(
    subject="Waiting list: a time with “{provider}” has come free",
    text="A time has come free: {provider}, {when}; it is held for you until {until}.",
)


async def notify_waiting(
    event: WaitlistOffered, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Send the offer, unless the provider takes no bookings any more.

    Raises:
        Unavailable: the notification was not sent; the caller may retry.
    """
    customer = await reads.users.get(event.customer_id)
    provider = await reads.providers.get(event.provider_id)
    if customer is None or provider is None or not provider.profile.published:
        return
    local = clock_of(provider.time_zone, customer)
    notice = OFFER.fill(
        provider=provider.profile.display_name,
        when=local(event.start),
        until=local(event.until),
    )
    await notify_user(customer, event, notice, notifier=notifier, translator=translator)
