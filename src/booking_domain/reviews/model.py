"""The review of a booking, its lifecycle and errors."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType, Self
from uuid import UUID

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, Forbidden, InvalidValue, NotFound, RuleViolated
from booking_domain.shared.ids import BookingId, ProviderId, UserId
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move
from booking_domain.shared.unset import UNSET, Unset, given_or

ReviewId = NewType("ReviewId", UUID)

MIN_RATING: Final = 1
MAX_RATING: Final = 5
MAX_TEXT: Final = 2_000
MAX_REPLY: Final = 1_000
MAX_NOTE: Final = 500
EDITABLE_FOR: Final = timedelta(days=14)


class ReviewNotFound(NotFound, code="review.not_found"):
    """The review does not exist."""


class NotReviewable(NotFound, code="review.no_completed_booking", field="booking_id"):
    """You have no completed booking with this id."""


class ReviewExists(Conflict, code="review.exists", field="booking_id"):
    """You have already reviewed this booking."""


class NotAVisit(RuleViolated, code="review.not_a_visit", field="booking_id"):
    """The provider's side entered this appointment too late, too short or without a price: it has no review."""


class NotImpartial(Forbidden, code="review.not_impartial", field="booking_id"):
    """Your account seems to belong to the provider's business, so you cannot review this booking."""


class NotYourReview(Forbidden, code="review.not_yours"):
    """Only the author can edit a review, and only the reviewed provider can reply to it."""


class TooLateToEdit(Conflict, code="review.too_late_to_edit"):
    """A review can be edited for 14 days."""


class InvalidReviewTransition(InvalidTransition, code="review.invalid_transition"):
    """Cannot {action} the {thing}: it is {status}."""


class ReviewStatus(StrEnum):
    """The status of a review."""

    HELD = "held"
    """One of many within a short time: it is public once an admin has read it. Both sides see it."""
    PUBLISHED = "published"
    HIDDEN = "hidden"
    """An admin has removed it from public view; it does not count towards the rating."""


class ReviewAction(StrEnum):
    """An action on a review."""

    EDIT = "edit"
    REPLY = "reply"
    PUBLISH = "publish"
    HIDE = "hide"
    RESTORE = "restore"


class ReviewParty(StrEnum):
    """Who acts on a review."""

    AUTHOR = "author"
    PROVIDER = "provider"
    ADMIN = "admin"


_AUTHOR: Final = frozenset({ReviewParty.AUTHOR})
_PROVIDER: Final = frozenset({ReviewParty.PROVIDER})
_ADMIN: Final = frozenset({ReviewParty.ADMIN})

REVIEW_LIFECYCLE: Final[Lifecycle[ReviewStatus, ReviewAction, ReviewParty]] = Lifecycle(
    thing="review",
    about="""
        An author edits a review within 14 days. One of many reviews of a provider within a short time is held, until an
        admin publishes or hides it. A held or hidden review is not public and does not count towards the rating; it
        cannot be replied to, and a hidden one cannot be edited.
    """,
    refusal=InvalidReviewTransition,
    moves={
        (ReviewStatus.HELD, ReviewAction.EDIT): Move(ReviewStatus.HELD, _AUTHOR),
        (ReviewStatus.HELD, ReviewAction.PUBLISH): Move(ReviewStatus.PUBLISHED, _ADMIN),
        (ReviewStatus.HELD, ReviewAction.HIDE): Move(ReviewStatus.HIDDEN, _ADMIN),
        (ReviewStatus.PUBLISHED, ReviewAction.EDIT): Move(ReviewStatus.PUBLISHED, _AUTHOR),
        (ReviewStatus.PUBLISHED, ReviewAction.REPLY): Move(ReviewStatus.PUBLISHED, _PROVIDER),
        (ReviewStatus.PUBLISHED, ReviewAction.HIDE): Move(ReviewStatus.HIDDEN, _ADMIN),
        (ReviewStatus.HIDDEN, ReviewAction.RESTORE): Move(ReviewStatus.PUBLISHED, _ADMIN),
    },
)


class HideReason(StrEnum):
    """Why an admin hides a review."""

    SPAM = "spam"
    ABUSE = "abuse"
    PERSONAL_DATA = "personal_data"
    FAKE = "fake"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Review:
    """A customer's review of a booking."""

    id: ReviewId
    booking_id: BookingId
    provider_id: ProviderId
    provider_user_id: UserId
    """The provider's account, which may reply."""
    author_id: UserId
    rating: int
    """`MIN_RATING` to `MAX_RATING` stars."""
    text: str = ""
    status: ReviewStatus = ReviewStatus.PUBLISHED
    impartial: bool = True
    """Whether nothing is known that ties the author to the provider; else the review does not count."""
    reply: str | None = None
    replied_at: datetime | None = None
    hide_reason: HideReason | None = None
    """Why it is hidden; None unless it is."""
    hide_note: str = ""
    """The admin's note to the author."""
    created_at: datetime
    edited_at: datetime | None = None
    version: int = 1

    def __post_init__(self) -> None:
        if not MIN_RATING <= self.rating <= MAX_RATING:
            raise InvalidValue(field="rating", problem=f"{MIN_RATING} to {MAX_RATING} stars")
        _require_at_most("text", self.text, MAX_TEXT)
        _require_at_most("reply", self.reply or "", MAX_REPLY)
        _require_at_most("note", self.hide_note, MAX_NOTE)

    def edit(self, *, rating: int | Unset = UNSET, text: str | Unset = UNSET, now: datetime) -> Self:
        """Change rating and text.

        Raises:
            TooLateToEdit: `EDITABLE_FOR` has passed since the review was posted.
            InvalidReviewTransition: the review is hidden.
        """
        after = self._moved(ReviewAction.EDIT, ReviewParty.AUTHOR)
        if now >= self.created_at + EDITABLE_FOR:
            raise TooLateToEdit
        return replace(after, rating=given_or(rating, self.rating), text=given_or(text, self.text), edited_at=now)

    def reply_with(self, text: str, *, now: datetime) -> Self:
        """Add the provider's reply, or replace it; raises `InvalidReviewTransition` for a hidden review."""
        if not text.strip():
            raise InvalidValue(field="text", problem="a reply is required")
        return replace(self._moved(ReviewAction.REPLY, ReviewParty.PROVIDER), reply=text, replied_at=now)

    def publish(self) -> Self:
        """Make a held review public; raises `InvalidReviewTransition` unless it is held."""
        return self._moved(ReviewAction.PUBLISH, ReviewParty.ADMIN)

    def hide(self, reason: HideReason, note: str = "") -> Self:
        """Remove the review from public view; raises `InvalidReviewTransition` if it is hidden already."""
        return replace(self._moved(ReviewAction.HIDE, ReviewParty.ADMIN), hide_reason=reason, hide_note=note)

    def restore(self) -> Self:
        """Publish the review again; raises `InvalidReviewTransition` if it is published already."""
        return replace(self._moved(ReviewAction.RESTORE, ReviewParty.ADMIN), hide_reason=None, hide_note="")

    def _moved(self, action: ReviewAction, by: ReviewParty) -> Self:
        status = REVIEW_LIFECYCLE.advance(self.status, action, by)
        return replace(self, status=status, version=self.version + 1)


def _require_at_most(field: str, text: str, most: int) -> None:
    if len(text) > most:
        raise InvalidValue(field=field, problem=f"at most {most} characters")
