"""Tell somebody who waits that a time is held for them.

Run for a message of the outbox, any number of times, as `notify_parties` is.
"""

from booking_domain.notifications.ports import Notifier
from booking_domain.notifications.texts import offer_text
from booking_domain.scheduling.events import WaitlistOffered
from booking_domain.workflows.notify_parties import tell
from booking_domain.workflows.ports import Reads


async def notify_waiting(event: WaitlistOffered, *, reads: Reads, notifier: Notifier) -> None:
    """Send the offer of a `waitlist.offered`.

    Raises:
        Unavailable: nobody was told; running it again is right.
    """
    customer = await reads.users.get(event.customer_id)
    provider = await reads.providers.get(event.provider_id)
    if customer is None or provider is None:
        return
    subject, text = offer_text(
        provider=provider.profile.display_name,
        start=event.start,
        until=event.until,
        time_zone=provider.time_zone,
    )
    await tell(customer, event, subject, text, notifier)
