"""Notify the other side of a booking of an idea. May run any number of times."""

from typing import Final

from booking_domain.bookings.ideas import IdeaShared, IdeaSide
from booking_domain.notifications.notices import NoticeTemplate, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.workflows.notify_parties import tell
from booking_domain.workflows.ports import Reads

TO_PROVIDER: Final = NoticeTemplate(
    subject="Booking {reference}: an idea", text="{customer} wrote about the booking: {description}"
)
TO_CUSTOMER: Final = NoticeTemplate(
    subject="Booking {reference}: an answer to your idea",
    text="{provider} wrote about your booking: {description}",
    details=("Estimated price: {estimate}.",),
)


async def notify_of_idea(event: IdeaShared, /, *, reads: Reads, notifier: Notifier, translator: Translator) -> None:
    """Tell the provider of the customer's idea, or the customer of the provider's; a walk-in is told nothing.

    Raises:
        Unavailable: the notification was not sent; the caller may retry.
    """
    idea, booking = await reads.ideas.get(event.idea_id), await reads.bookings.get(event.booking_id)
    if idea is None or booking is None or booking.customer_id == booking.provider_user_id:
        return
    customer, owner = await reads.users.get(booking.customer_id), await reads.users.get(booking.provider_user_id)
    view = await reads.providers.get(booking.provider_id)
    if customer is None or owner is None or view is None:
        return
    to_provider = idea.side is IdeaSide.CUSTOMER
    notice = (TO_PROVIDER if to_provider else TO_CUSTOMER).fill(
        reference=booking.reference,
        customer=customer.name,
        provider=view.profile.display_name,
        description=idea.content.description,
        estimate=idea.estimate or "",
    )
    await tell(owner if to_provider else customer, event, notice, notifier=notifier, translator=translator)
