"""Ask for a review, and notify both sides of it: the provider once it is public, its author of a reply or moderation.

Admins are notified of a held one, and so are both sides.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

from booking_domain.identity.preferences import MemberNews
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import NoticeTemplate, NoticeValue
from booking_domain.reviews.events import (
    ReviewChanged,
    ReviewHidden,
    ReviewPosted,
    ReviewPublished,
    ReviewReplied,
    ReviewRequested,
    ReviewRestored,
    ReviewWithheld,
)
from booking_domain.reviews.model import HideReason, Review, ReviewStatus
from booking_domain.reviews.ports import ReviewFilter
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.bookings.reminder_messages import reminded_parties
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.platform.ports import Reads

_WELCOME: Final = NoticeTemplate(
    subject="Booking {reference}: how was it?",
    text="How was your appointment with {provider} on {when}? Your review helps others to choose.",
)
_POSTED: Final = NoticeTemplate(
    subject="New review by a customer: “{customer}”",
    text="{customer} reviewed {provider}: {rating} of 5 stars. You can reply.",
)
_POSTED_OF_MEMBER: Final = NoticeTemplate(
    subject="New review by a customer: “{customer}”", text="{customer} reviewed {provider}: {rating} of 5 stars."
)
_HELD: Final = NoticeTemplate(
    subject="Your review waits for a check",
    text="Your review of {provider} is public once an admin has read it, because many reviews came at once.",
)
_HELD_OF_PROVIDER: Final = NoticeTemplate(
    subject="A review of you waits for a check",
    text="{customer} reviewed {provider}: {rating} of 5 stars. The review is public once an admin has read it, because "
    "many reviews came at once.",
)
_TO_CHECK: Final = NoticeTemplate(
    subject="Review to check, of a provider: “{provider}”",
    text="Many reviews of {provider} came at once. Publish or hide the one by {customer}.",
)
_PUBLISHED: Final = NoticeTemplate(subject="Your review is public", text="Your review of {provider} is public now.")
_REPLIED: Final = NoticeTemplate(
    subject="Reply to your review by a provider: “{provider}”", text="{provider} replied to your review: {reply}"
)
_RESTORED: Final = NoticeTemplate(
    subject="Your review is public again", text="Your review of {provider} is public again."
)
_HIDING: Final = "Your review of “{provider}” is hidden"
_HIDDEN: Final[Mapping[HideReason, NoticeTemplate]] = {
    HideReason.SPAM: NoticeTemplate(
        subject=_HIDING, text="Your review of {provider} was hidden because it is advertising or spam. {note}"
    ),
    HideReason.ABUSE: NoticeTemplate(
        subject=_HIDING, text="Your review of {provider} was hidden because it is abusive. {note}"
    ),
    HideReason.PERSONAL_DATA: NoticeTemplate(
        subject=_HIDING, text="Your review of {provider} was hidden because it contains personal data. {note}"
    ),
    HideReason.FAKE: NoticeTemplate(
        subject=_HIDING, text="Your review of {provider} was hidden because it does not describe your visit. {note}"
    ),
    HideReason.OTHER: NoticeTemplate(subject=_HIDING, text="Your review of {provider} was hidden. {note}"),
}


_READERS: Final[Mapping[type[ReviewChanged], Told]] = {
    ReviewPosted: Told((Reader.PROVIDER,)).and_managers,
    ReviewWithheld: Told((Reader.CUSTOMER, Reader.PROVIDER, Reader.ADMINS)),
    ReviewPublished: Told((Reader.CUSTOMER, Reader.PROVIDER)).and_managers,
    ReviewReplied: Told((Reader.CUSTOMER,)),
    ReviewHidden: Told((Reader.CUSTOMER,)),
    ReviewRestored: Told((Reader.CUSTOMER,)),
}


async def _notices(event: ReviewChanged, reads: Reads) -> AsyncIterator[Addressed]:
    """Send the notification, as the review stands now; an outdated event sends none."""
    view = await reads.reviews.get(event.review_id)
    if view is None:
        return
    review = view.review
    values: dict[str, NoticeValue] = {
        "customer": view.author_name,
        "provider": view.provider_name,
        "rating": review.rating,
        "reply": review.reply or "",
        "note": review.hide_note,
    }
    for user_id, template in _templates(event, review):
        yield Addressed(user_id, template.fill(**values))
        manager_id = await reads.salons.manager_of(review.provider_id) if template is _POSTED else None
        if manager_id is not None and manager_id != review.author_id:
            yield Addressed(manager_id, _POSTED_OF_MEMBER.fill(**values), of_member=MemberNews.REVIEWS)
    if isinstance(event, ReviewWithheld) and review.status is ReviewStatus.HELD:
        yield Addressed(Role.ADMIN, _TO_CHECK.fill(**values))


def _templates(event: ReviewChanged, review: Review) -> Sequence[tuple[UserId, NoticeTemplate]]:
    """Who is notified of what, if the event still holds."""
    author, provider = review.author_id, review.provider_user_id
    if isinstance(event, ReviewHidden):
        return () if review.hide_reason is None else ((author, _HIDDEN[review.hide_reason]),)
    if isinstance(event, ReviewWithheld):
        return ((author, _HELD), (provider, _HELD_OF_PROVIDER)) if review.status is ReviewStatus.HELD else ()
    if review.status is not ReviewStatus.PUBLISHED or (isinstance(event, ReviewReplied) and not review.reply):
        return ()
    return {
        ReviewPosted: ((provider, _POSTED),),
        ReviewPublished: ((author, _PUBLISHED), (provider, _POSTED)),
        ReviewReplied: ((author, _REPLIED),),
        ReviewRestored: ((author, _RESTORED),),
    }[type(event)]


async def _review_request(event: ReviewRequested, reads: Reads) -> AsyncIterator[Addressed]:
    """Ask for a review, unless there is one."""
    parties = await reminded_parties(event, reads)
    if parties is None:
        return
    booking = parties.booking
    mine = ReviewFilter(author_id=booking.customer_id, provider_id=booking.provider_id)
    if all(view.review.booking_id != booking.id for view in await reads.reviews.page(mine)):
        yield Addressed(booking.customer_id, _WELCOME.fill(**parties.values()))


MESSAGES: Final = Messages(
    notices=(
        NoticesOf(_READERS, _notices),
        NoticesOf({ReviewRequested: Told((Reader.CUSTOMER,))}, _review_request),
    ),
    templates={
        "reminder.review": _WELCOME,
        "review.posted": _POSTED,
        "review.posted.of_member": _POSTED_OF_MEMBER,
        "review.held": _HELD,
        "review.held.provider": _HELD_OF_PROVIDER,
        "review.held.admins": _TO_CHECK,
        "review.published": _PUBLISHED,
        "review.replied": _REPLIED,
        "review.restored": _RESTORED,
        **{f"review.hidden.{reason.value}": each for reason, each in _HIDDEN.items()},
    },
    fields={
        "rating": NoticeField("The stars of a review, 1 to 5.", "5"),
        "reply": NoticeField("The provider's reply to a review.", "Thank you, see you again!", of_users=True),
    },
)
