"""Notify a customer that a slot is held for their waiting-list entry."""

from collections.abc import AsyncIterator
from typing import Final

from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.scheduling.events import WaitlistOffered
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.notices.fields import sample_time
from booking_domain.use_cases.notices.parties import clock_of
from booking_domain.use_cases.platform.ports import Reads

OFFER: Final = NoticeTemplate(
    subject="Waiting list: a time with “{provider}” has come free",
    text="A time has come free: {provider}, {when}; it is held for you until {until}.",
)


async def _notices(event: WaitlistOffered, reads: Reads) -> AsyncIterator[Addressed]:
    """Send the offer, unless the provider takes no bookings any more."""
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
    yield Addressed(customer.id, notice)


MESSAGES: Final = Messages(
    notices=(NoticesOf({WaitlistOffered: Told((Reader.CUSTOMER,))}, _notices),),
    templates={"waitlist.offered": OFFER},
    fields={"until": NoticeField("Until when an offered time is held.", sample_time(1))},
)
