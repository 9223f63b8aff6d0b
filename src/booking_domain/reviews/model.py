"""The review of a booking, its lifecycle and errors."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final, NewType, Self
from uuid import UUID

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, Forbidden, InvalidValue, NotFound
from booking_domain.shared.ids import BookingId, ProviderId, UserId
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move

ReviewId = NewType("ReviewId", UUID)

MIN_RATING: Final = 1
MAX_RATING: Final = 5
MAX_TEXT: Final = 2_000
MAX_REPLY: Final = 1_000
MAX_NOTE: Final = 500
EDITABLE_FOR: Final = timedelta(days=14)


class ReviewNotFound(NotFound):
    """The review does not exist."""

    code: ClassVar[str] = "review.not_found"


class NotReviewable(NotFound):
    """You have no completed booking with this id."""

    code: ClassVar[str] = "review.no_completed_booking"
    input_field: ClassVar[str | None] = "booking_id"


class ReviewExists(Conflict):
    """You have already reviewed this booking."""

    code: ClassVar[str] = "review.exists"
    input_field: ClassVar[str | None] = "booking_id"


class NotYourReview(Forbidden):
    """Only the author can edit a review, and only the reviewed provider can reply to it."""

    code: ClassVar[str] = "review.not_yours"


class TooLateToEdit(Conflict):
    """A review can be edited for 14 days."""

    code: ClassVar[str] = "review.too_late_to_edit"


class InvalidReviewTransition(InvalidTransition):
    """Cannot {action} a {thing} that is {status}."""

    code: ClassVar[str] = "review.invalid_transition"


class ReviewStatus(StrEnum):
    """The status of a review."""

    PUBLISHED = "published"
    HIDDEN = "hidden"
    """An admin has removed it from public view; it does not count towards the rating."""


class ReviewAction(StrEnum):
    """An action on a review."""

    EDIT = "edit"
    REPLY = "reply"
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
        An author edits a review within 14 days. A hidden review is not public and does not count towards the rating; it
        cannot be edited or replied to.
    """,
    refusal=InvalidReviewTransition,
    moves={
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
    reply: str | None = None
    replied_at: datetime | None = None
    hide_reason: HideReason | None = None
    """Why it is hidden; None while it is published."""
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

    def edit(self, *, rating: int | None, text: str | None, now: datetime) -> Self:
        """Change rating and text; None keeps the current value.

        Raises:
            TooLateToEdit: `EDITABLE_FOR` has passed since the review was posted.
            InvalidReviewTransition: the review is hidden.
        """
        after = self._moved(ReviewAction.EDIT, ReviewParty.AUTHOR)
        if now >= self.created_at + EDITABLE_FOR:
            raise TooLateToEdit
        return replace(
            after,
            rating=self.rating if rating is None else rating,
            text=self.text if text is None else text,
            edited_at=now,
        )

    def reply_with(self, text: str, *, now: datetime) -> Self:
        """Add the provider's reply, or replace it; raises `InvalidReviewTransition` for a hidden review."""
        if not text.strip():
            raise InvalidValue(field="text", problem="a reply is required")
        return replace(self._moved(ReviewAction.REPLY, ReviewParty.PROVIDER), reply=text, replied_at=now)

    def hide(self, reason: HideReason, note: str = "") -> Self:
        """Remove the review from public view; raises `InvalidReviewTransition` if it is hidden already."""
        return replace(self._moved(ReviewAction.HIDE, ReviewParty.ADMIN), hide_reason=reason, hide_note=note)

    def restore(self) -> Self:
        """Publish the review again; raises `InvalidReviewTransition` if it is published already."""
        return replace(self._moved(ReviewAction.RESTORE, ReviewParty.ADMIN), hide_reason=None, hide_note="")

    def _moved(self, action: ReviewAction, by: ReviewParty) -> Self:
        status = REVIEW_LIFECYCLE.advance(self.status, action, by)
        return replace(self, status=status, version=self.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingChange:
    """The difference that a change of a review makes to the provider's rating."""

    count: int
    """Of the published reviews."""
    total: int
    """Of the sum of their stars."""


def rating_change(before: Review | None, after: Review) -> RatingChange | None:
    """Return the difference that a change of a review makes to the provider's rating, if it makes any."""
    was, now = _counted(before), _counted(after)
    return None if was == now else RatingChange(count=now[0] - was[0], total=now[1] - was[1])


def _counted(review: Review | None) -> tuple[int, int]:
    return (0, 0) if review is None or review.status is not ReviewStatus.PUBLISHED else (1, review.rating)


def _require_at_most(field: str, text: str, most: int) -> None:
    if len(text) > most:
        raise InvalidValue(field=field, problem=f"at most {most} characters")
