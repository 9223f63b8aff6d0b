"""Ask for a review, and notify the provider of it, and its author of a reply or of moderation.

Each may run any number of times.
"""

from collections.abc import Mapping
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import NoticeTemplate, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.reviews.events import (
    EVENTS,
    ReviewChanged,
    ReviewPosted,
    ReviewReplied,
    ReviewRestored,
    ReviewWelcome,
)
from booking_domain.reviews.model import HideReason, ReviewStatus
from booking_domain.reviews.ports import ReviewFilter, ReviewView
from booking_domain.workflows.declarations import FollowUp, Messages
from booking_domain.workflows.notify_parties import notify_user
from booking_domain.workflows.ports import Reads

WELCOME: Final = NoticeTemplate(
    subject="Booking {reference}: how was it?",
    text="How was your appointment with {provider} on {when}? Your review helps others to choose.",
)
POSTED: Final = NoticeTemplate(
    subject="New review by a customer: “{customer}”",
    text="{customer} reviewed {provider}: {rating} of 5 stars. You can reply.",
)
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
    template = None if view is None else _template_of(event, view)
    if view is None or template is None:
        return
    review = view.review
    user = await reads.users.get(review.provider_user_id if isinstance(event, ReviewPosted) else review.author_id)
    if user is None:
        return
    notice = template.fill(
        customer=view.author_name,
        provider=view.provider_name,
        rating=str(review.rating),
        reply=review.reply or "",
        note=review.hide_note,
    )
    await notify_user(user, event, notice, notifier=notifier, translator=translator)


def _template_of(event: ReviewChanged, view: ReviewView) -> NoticeTemplate | None:
    review = view.review
    if isinstance(event, ReviewPosted):
        return POSTED if review.status is ReviewStatus.PUBLISHED else None
    if isinstance(event, ReviewReplied):
        return REPLIED if review.status is ReviewStatus.PUBLISHED and review.reply else None
    if isinstance(event, ReviewRestored):
        return RESTORED if review.status is ReviewStatus.PUBLISHED else None
    return None if review.hide_reason is None else HIDDEN[review.hide_reason]


async def _is_not_reviewed(booking: Booking, reads: Reads) -> bool:
    mine = ReviewFilter(author_id=booking.customer_id, provider_id=booking.provider_id)
    return all(view.review.booking_id != booking.id for view in await reads.reviews.page(mine))


MESSAGES: Final = Messages(
    events=EVENTS,
    notify=notify_of_review,
    templates={
        "reminder.review": WELCOME,
        "review.posted": POSTED,
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
