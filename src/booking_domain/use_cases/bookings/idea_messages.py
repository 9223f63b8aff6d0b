"""Notify the sides of a booking of an idea."""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from booking_domain.bookings.ideas import EVENTS, IdeaChanged, IdeaDeleted, IdeaImageDeleted, IdeaShared, IdeaSide
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.notices.fields import sample_money
from booking_domain.use_cases.notices.parties import parties_of
from booking_domain.use_cases.platform.ports import Reads

EXCERPT: Final = 100
"""The most characters of an idea in a notification, which may be a text message."""
_TO_PROVIDER: Final = NoticeTemplate(
    subject="Booking {reference}: an idea", text="{other} wrote about the booking: {description}"
)
_TO_CUSTOMER: Final = NoticeTemplate(
    subject="Booking {reference}: an answer to your idea",
    text="{other} wrote about your booking: {description}",
    details=("Estimated price: {estimate}.",),
)
_CHANGED: Final = "Booking {reference}: an idea was changed"
_CHANGED_BY_ADMIN: Final = NoticeTemplate(
    subject=_CHANGED, text="We changed your idea about the booking: {description} Contact us if you disagree."
)
_CHANGED_OF_OTHER: Final = NoticeTemplate(
    subject=_CHANGED, text="We changed an idea of {other} about the booking: {description}"
)
_DELETED: Final = "Booking {reference}: an idea was deleted"
_DELETED_BY_OTHER: Final = NoticeTemplate(subject=_DELETED, text="{other} deleted an idea about the booking.")
_DELETED_BY_ADMIN: Final = NoticeTemplate(
    subject=_DELETED, text="We deleted your idea about the booking. Contact us if you disagree."
)
_DELETED_OF_OTHER: Final = NoticeTemplate(subject=_DELETED, text="We deleted an idea of {other} about the booking.")
_IMAGE_SUBJECT: Final = "Booking {reference}: an image was deleted"
_IMAGE_DELETED: Final = NoticeTemplate(
    subject=_IMAGE_SUBJECT, text="We deleted an image of your idea about the booking. Contact us if you disagree."
)
_IMAGE_DELETED_OF_OTHER: Final = NoticeTemplate(
    subject=_IMAGE_SUBJECT, text="We deleted an image of an idea of {other} about the booking."
)


async def _notices(event: IdeaChanged, reads: Reads) -> AsyncIterator[Addressed]:
    """For the other side, of an idea or that it is gone; for both, of what an admin did; for no walk-in."""
    parties = await parties_of(event.booking_id, reads)
    if parties is None or parties.customer.id == parties.owner.id:
        return
    values = {**parties.values(), "description": "", "estimate": ""}
    if not isinstance(event, (IdeaDeleted, IdeaImageDeleted)):
        idea = await reads.ideas.get(event.idea_id)
        if idea is None:  # it was deleted since
            return
        values |= {"description": _excerpt(idea.content.description), "estimate": idea.estimate or ""}
    people = {
        IdeaSide.CUSTOMER: (parties.customer.id, parties.provider.profile.display_name),
        IdeaSide.PROVIDER: (parties.owner.id, parties.customer.name),
    }
    for side, template in _templates(event).items():
        user_id, other = people[side]
        yield Addressed(user_id, template.fill(**values, other=other))


def _templates(event: IdeaChanged) -> Mapping[IdeaSide, NoticeTemplate]:
    """What each side is notified of."""
    opposite = IdeaSide.PROVIDER if event.side is IdeaSide.CUSTOMER else IdeaSide.CUSTOMER
    if isinstance(event, IdeaImageDeleted):
        return {event.side: _IMAGE_DELETED, opposite: _IMAGE_DELETED_OF_OTHER}
    if isinstance(event, IdeaShared) and event.by_admin:
        return {event.side: _CHANGED_BY_ADMIN, opposite: _CHANGED_OF_OTHER}
    if not isinstance(event, IdeaDeleted):
        return {opposite: _TO_PROVIDER if opposite is IdeaSide.PROVIDER else _TO_CUSTOMER}
    if event.by_admin:
        return {event.side: _DELETED_BY_ADMIN, opposite: _DELETED_OF_OTHER}
    return {opposite: _DELETED_BY_OTHER}


def _excerpt(text: str) -> str:
    """The beginning of a text in one line, up to the end of a word."""
    line = " ".join(text.split())
    if len(line) <= EXCERPT:
        return line
    start, space, _ = line[:EXCERPT].rpartition(" ")
    return (start if space else line[: EXCERPT - 1]) + "…"


MESSAGES: Final = Messages(
    notices=(NoticesOf(dict.fromkeys(EVENTS, Told((Reader.CUSTOMER, Reader.PROVIDER))), _notices),),
    templates={
        "idea.shared.to_provider": _TO_PROVIDER,
        "idea.shared.to_customer": _TO_CUSTOMER,
        "idea.shared.by_admin": _CHANGED_BY_ADMIN,
        "idea.shared.of_other": _CHANGED_OF_OTHER,
        "idea.deleted.by_other": _DELETED_BY_OTHER,
        "idea.deleted.by_admin": _DELETED_BY_ADMIN,
        "idea.deleted.of_other": _DELETED_OF_OTHER,
        "idea.image_deleted": _IMAGE_DELETED,
        "idea.image_deleted.of_other": _IMAGE_DELETED_OF_OTHER,
    },
    fields={
        "description": NoticeField("The text of an idea.", "A swallow on the left forearm", of_users=True),
        "estimate": NoticeField("The price that the provider estimates.", sample_money(150_000)),
    },
)
