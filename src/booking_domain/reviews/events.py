"""Domain events of reviews."""

from typing import Final

from booking_domain.reviews.model import Review, ReviewId
from booking_domain.shared.events import Event
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import EventId
from booking_domain.shared.reminders import BookingReminder


class ReviewChanged(Event, subject="review_id"):
    """The common field of all events of a review."""

    review_id: ReviewId


class ReviewPosted(ReviewChanged, topic="review.posted"):
    """A customer reviewed a booking."""


class ReviewWithheld(ReviewChanged, topic="review.held"):
    """A customer reviewed a booking, and the review is held for an admin."""


class ReviewPublished(ReviewChanged, topic="review.published"):
    """An admin published a held review."""


class ReviewReplied(ReviewChanged, topic="review.replied"):
    """The provider replied, or changed the reply."""


class ReviewHidden(ReviewChanged, topic="review.hidden"):
    """An admin removed the review from public view."""


class ReviewRestored(ReviewChanged, topic="review.restored"):
    """An admin published the review again."""


class ReviewRequested(BookingReminder, topic="booking.review_reminder"):
    """The customer can review the appointment."""


EVENTS: Final[tuple[type[ReviewChanged], ...]] = (
    ReviewPosted,
    ReviewWithheld,
    ReviewPublished,
    ReviewReplied,
    ReviewHidden,
    ReviewRestored,
)


def review_event(kind: type[ReviewChanged], review: Review, context: UseCaseContext) -> ReviewChanged:
    """Return the event of a review that changes now."""
    return kind(id=EventId(context.entropy.new_id()), occurred_at=context.now, review_id=review.id)
