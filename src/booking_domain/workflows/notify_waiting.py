"""Tell somebody who waits that a time is held for them.

Run for a message of the outbox, any number of times, as `notify_parties` is.
"""

from datetime import datetime
from uuid import UUID

from booking_domain.notifications.ports import Notifier
from booking_domain.notifications.texts import offer_text
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.shared.outbox import Message
from booking_domain.workflows.notify_parties import tell
from booking_domain.workflows.ports import Reads


async def notify_waiting(message: Message, *, reads: Reads, notifier: Notifier) -> None:
    """Send the offer of a `waitlist.offered`.

    Raises:
        Unavailable: nobody was told; running it again is right.
    """
    customer = await reads.users.get(UserId(UUID(message.payload["customerId"])))
    provider = await reads.providers.get(ProviderId(UUID(message.payload["providerId"])))
    if customer is None or provider is None:
        return
    subject, text = offer_text(
        provider=provider.profile.display_name,
        start=datetime.fromisoformat(message.payload["start"]),
        until=datetime.fromisoformat(message.payload["until"]),
        time_zone=provider.time_zone,
    )
    await tell(customer, message, subject, text, notifier)
