"""Domain events of reviews."""

from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.reviews.model import Review, ReviewId
from booking_domain.shared.events import Event
from booking_domain.shared.executor import Context
from booking_domain.shared.ids import EventId
from booking_domain.shared.reminders import BookingReminder


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewChanged(Event):
    """The common field of all events of a review."""

    subject_field: ClassVar[str] = "review_id"

    review_id: ReviewId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPosted(ReviewChanged):
    """A customer reviewed a booking."""

    topic: ClassVar[str] = "review.posted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewWithheld(ReviewChanged):
    """A customer reviewed a booking, and the review is held for an admin."""

    topic: ClassVar[str] = "review.held"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPublished(ReviewChanged):
    """An admin published a held review."""

    topic: ClassVar[str] = "review.published"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewReplied(ReviewChanged):
    """The provider replied, or changed the reply."""

    topic: ClassVar[str] = "review.replied"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewHidden(ReviewChanged):
    """An admin removed the review from public view."""

    topic: ClassVar[str] = "review.hidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRestored(ReviewChanged):
    """An admin published the review again."""

    topic: ClassVar[str] = "review.restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewWelcome(BookingReminder):
    """The customer can review the appointment."""

    topic: ClassVar[str] = "booking.review_reminder"


EVENTS: Final[tuple[type[ReviewChanged], ...]] = (
    ReviewPosted,
    ReviewWithheld,
    ReviewPublished,
    ReviewReplied,
    ReviewHidden,
    ReviewRestored,
)


def review_event(kind: type[ReviewChanged], review: Review, context: Context) -> ReviewChanged:
    """Return the event of a review that changes now."""
    return kind(id=EventId(context.entropy.new_id()), occurred_at=context.now, review_id=review.id)
