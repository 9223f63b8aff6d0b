"""Notify the sides of a booking of an idea. May run any number of times."""

from collections.abc import Mapping
from typing import Final

from booking_domain.bookings.ideas import IdeaChanged, IdeaDeleted, IdeaImageDeleted, IdeaSide
from booking_domain.notifications.notices import NoticeTemplate, NoticeValue, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.use_cases.notices.parties import notify_user
from booking_domain.use_cases.platform.ports import Reads

EXCERPT: Final = 100
"""The most characters of an idea in a notification, which may be a text message."""
TO_PROVIDER: Final = NoticeTemplate(
    subject="Booking {reference}: an idea", text="{other} wrote about the booking: {description}"
)
TO_CUSTOMER: Final = NoticeTemplate(
    subject="Booking {reference}: an answer to your idea",
    text="{other} wrote about your booking: {description}",
    details=("Estimated price: {estimate}.",),
)
_DELETED: Final = "Booking {reference}: an idea was deleted"
DELETED_BY_OTHER: Final = NoticeTemplate(subject=_DELETED, text="{other} deleted an idea about the booking.")
DELETED_BY_ADMIN: Final = NoticeTemplate(
    subject=_DELETED, text="We deleted your idea about the booking. Contact us if you disagree."
)
DELETED_OF_OTHER: Final = NoticeTemplate(subject=_DELETED, text="We deleted an idea of {other} about the booking.")
_IMAGE_DELETED: Final = "Booking {reference}: an image was deleted"
IMAGE_DELETED: Final = NoticeTemplate(
    subject=_IMAGE_DELETED, text="We deleted an image of your idea about the booking. Contact us if you disagree."
)
IMAGE_DELETED_OF_OTHER: Final = NoticeTemplate(
    subject=_IMAGE_DELETED, text="We deleted an image of an idea of {other} about the booking."
)


async def notify_of_idea(event: IdeaChanged, /, *, reads: Reads, notifier: Notifier, translator: Translator) -> None:
    """Tell the other side of an idea, or that it is gone; and both of what an admin deleted. A walk-in is told nothing.

    Raises:
        Unavailable: the notification was not sent; the caller may retry.
    """
    booking = await reads.bookings.get(event.booking_id)
    if booking is None or booking.customer_id == booking.provider_user_id:
        return
    customer, owner = await reads.users.get(booking.customer_id), await reads.users.get(booking.provider_user_id)
    view = await reads.providers.get(booking.provider_id)
    if customer is None or owner is None or view is None:
        return
    values: dict[str, NoticeValue] = {"reference": booking.reference, "description": "", "estimate": ""}
    if not isinstance(event, (IdeaDeleted, IdeaImageDeleted)):
        idea = await reads.ideas.get(event.idea_id)
        if idea is None:  # it was deleted since
            return
        values |= {"description": _excerpt(idea.content.description), "estimate": idea.estimate or ""}
    people = {
        IdeaSide.CUSTOMER: (customer, view.profile.display_name),
        IdeaSide.PROVIDER: (owner, customer.name),
    }
    for side, template in _templates(event).items():
        user, other = people[side]
        await notify_user(user, event, template.fill(**values, other=other), notifier=notifier, translator=translator)


def _templates(event: IdeaChanged) -> Mapping[IdeaSide, NoticeTemplate]:
    """What each side is told."""
    opposite = IdeaSide.PROVIDER if event.side is IdeaSide.CUSTOMER else IdeaSide.CUSTOMER
    if isinstance(event, IdeaImageDeleted):
        return {event.side: IMAGE_DELETED, opposite: IMAGE_DELETED_OF_OTHER}
    if not isinstance(event, IdeaDeleted):
        return {opposite: TO_PROVIDER if opposite is IdeaSide.PROVIDER else TO_CUSTOMER}
    if event.by_admin:
        return {event.side: DELETED_BY_ADMIN, opposite: DELETED_OF_OTHER}
    return {opposite: DELETED_BY_OTHER}


def _excerpt(text: str) -> str:
    """The beginning of a text in one line, up to the end of a word."""
    line = " ".join(text.split())
    if len(line) <= EXCERPT:
        return line
    start, space, _ = line[:EXCERPT].rpartition(" ")
    return (start if space else line[: EXCERPT - 1]) + "…"
