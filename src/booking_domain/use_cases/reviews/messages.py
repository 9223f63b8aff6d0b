"""Ask for a review, and notify both sides of it: the provider once it is public, its author of a reply or moderation.

Admins are notified of a held one, and so are both sides.

Each may run any number of times.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import NoticeTemplate, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.reviews.events import (
    EVENTS,
    ReviewChanged,
    ReviewHidden,
    ReviewPosted,
    ReviewPublished,
    ReviewReplied,
    ReviewRestored,
    ReviewWelcome,
    ReviewWithheld,
)
from booking_domain.reviews.model import HideReason, Review, ReviewStatus
from booking_domain.reviews.ports import ReviewFilter
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.notices.admins import notify_admins
from booking_domain.use_cases.notices.declarations import FollowUp, Messages
from booking_domain.use_cases.notices.parties import notify_user
from booking_domain.use_cases.platform.ports import Reads

WELCOME: Final = NoticeTemplate(
    subject="Booking {reference}: how was it?",
    text="How was your appointment with {provider} on {when}? Your review helps others to choose.",
)
POSTED: Final = NoticeTemplate(
    subject="New review by a customer: “{customer}”",
    text="{customer} reviewed {provider}: {rating} of 5 stars. You can reply.",
)
HELD: Final = NoticeTemplate(
    subject="Your review waits for a check",
    text="Your review of {provider} is public once an admin has read it, because many reviews came at once.",
)
HELD_OF_PROVIDER: Final = NoticeTemplate(
    subject="A review of you waits for a check",
    text="{customer} reviewed {provider}: {rating} of 5 stars. The review is public once an admin has read it, because "
    "many reviews came at once.",
)
TO_CHECK: Final = NoticeTemplate(
    subject="Review to check, of a provider: “{provider}”",
    text="Many reviews of {provider} came at once. Publish or hide the one by {customer}.",
)
PUBLISHED: Final = NoticeTemplate(subject="Your review is public", text="Your review of {provider} is public now.")
REPLIED: Final = NoticeTemplate(
    subject="Reply to your review by a provider: “{provider}”", text="{provider} replied to your review: {reply}"
)
RESTORED: Final = NoticeTemplate(
    subject="Your review is public again", text="Your review of {provider} is public again."
)
_HIDDEN: Final = "Your review of “{provider}” is hidden"
HIDDEN: Final[Mapping[HideReason, NoticeTemplate]] = {
    HideReason.SPAM: NoticeTemplate(
        subject=_HIDDEN, text="Your review of {provider} was hidden because it is advertising or spam. {note}"
    ),
    HideReason.ABUSE: NoticeTemplate(
        subject=_HIDDEN, text="Your review of {provider} was hidden because it is abusive. {note}"
    ),
    HideReason.PERSONAL_DATA: NoticeTemplate(
        subject=_HIDDEN, text="Your review of {provider} was hidden because it contains personal data. {note}"
    ),
    HideReason.FAKE: NoticeTemplate(
        subject=_HIDDEN, text="Your review of {provider} was hidden because it does not describe your visit. {note}"
    ),
    HideReason.OTHER: NoticeTemplate(subject=_HIDDEN, text="Your review of {provider} was hidden. {note}"),
}


async def notify_of_review(
    event: ReviewChanged, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Send the notification, as the review stands now; an outdated event sends none.

    Raises:
        Unavailable: the notification was not sent; the caller may retry.
    """
    view = await reads.reviews.get(event.review_id)
    if view is None:
        return
    review = view.review
    values = {
        "customer": view.author_name,
        "provider": view.provider_name,
        "rating": str(review.rating),
        "reply": review.reply or "",
        "note": review.hide_note,
    }
    for user_id, template in _told(event, review):
        user = await reads.users.get(user_id)
        if user is not None:
            await notify_user(user, event, template.fill(**values), notifier=notifier, translator=translator)
    if isinstance(event, ReviewWithheld) and review.status is ReviewStatus.HELD:
        await notify_admins(event, TO_CHECK.fill(**values), reads=reads, notifier=notifier, translator=translator)


def _told(event: ReviewChanged, review: Review) -> Sequence[tuple[UserId, NoticeTemplate]]:
    """Who is told what, if the event still holds."""
    author, provider = review.author_id, review.provider_user_id
    if isinstance(event, ReviewHidden):
        return () if review.hide_reason is None else ((author, HIDDEN[review.hide_reason]),)
    if isinstance(event, ReviewWithheld):
        return ((author, HELD), (provider, HELD_OF_PROVIDER)) if review.status is ReviewStatus.HELD else ()
    if review.status is not ReviewStatus.PUBLISHED or (isinstance(event, ReviewReplied) and not review.reply):
        return ()
    return {
        ReviewPosted: ((provider, POSTED),),
        ReviewPublished: ((author, PUBLISHED), (provider, POSTED)),
        ReviewReplied: ((author, REPLIED),),
        ReviewRestored: ((author, RESTORED),),
    }[type(event)]


async def _is_not_reviewed(booking: Booking, reads: Reads) -> bool:
    mine = ReviewFilter(author_id=booking.customer_id, provider_id=booking.provider_id)
    return all(view.review.booking_id != booking.id for view in await reads.reviews.page(mine))


MESSAGES: Final = Messages(
    events=EVENTS,
    notify=notify_of_review,
    templates={
        "reminder.review": WELCOME,
        "review.posted": POSTED,
        "review.held": HELD,
        "review.held.provider": HELD_OF_PROVIDER,
        "review.held.admins": TO_CHECK,
        "review.published": PUBLISHED,
        "review.replied": REPLIED,
        "review.restored": RESTORED,
        **{f"review.hidden.{reason.value}": each for reason, each in HIDDEN.items()},
    },
    follow_ups={ReviewWelcome: FollowUp(template=WELCOME, wanted=_is_not_reviewed)},
    fields={
        "rating": NoticeField("The stars of a review, 1 to 5.", "5"),
        "reply": NoticeField("The provider's reply to a review.", "Thank you, see you again!", of_users=True),
    },
)
