"""Reviews: post, edit, reply, publish, hide, restore, and the queries.

Each change keeps the provider's rating up to date in its transaction. Published reviews are public; a held one is for
its two sides and admins, a hidden one for its author and admins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from booking_domain.reviews.events import (
    ReviewChanged,
    ReviewHidden,
    ReviewPosted,
    ReviewPublished,
    ReviewReplied,
    ReviewRestored,
    ReviewWithheld,
    review_event,
)
from booking_domain.reviews.model import (
    HideReason,
    InvalidReviewTransition,
    NotAVisit,
    NotImpartial,
    NotReviewable,
    NotYourReview,
    Review,
    ReviewExists,
    ReviewId,
    ReviewNotFound,
    ReviewStatus,
    TooLateToEdit,
)
from booking_domain.reviews.policy import BurstRule, is_impartial
from booking_domain.reviews.ports import (
    ReviewableBookings,
    ReviewFilter,
    ReviewOrder,
    ReviewReads,
    Reviews,
    ReviewView,
    Ties,
)
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, ProviderId
from booking_domain.shared.outbox import Outbox
from booking_domain.shared.permissions import Permission, authorise, may, owned
from booking_domain.shared.queries import Query
from booking_domain.shared.unset import UNSET, Unset
from booking_domain.shared.versions import ExpectedVersion, require_expected_version


class ReviewTx(Protocol):
    """The repositories that reviews need."""

    @property
    def reviews(self) -> Reviews: ...
    @property
    def reviewable_bookings(self) -> ReviewableBookings: ...
    @property
    def ties(self) -> Ties: ...
    @property
    def outbox(self) -> Outbox: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PostReview:
    """Review a booking.

    - The booking is completed, and the actor is its customer. A walk-in, whose customer is the provider, has no review.
    - A booking has one review. Of an author's reviews of one provider the newest counts.
    - An appointment that the provider's side could have invented has none (`Visit`).
    - People of the provider's business have none; the review of an author with a weaker tie does not count
      (`is_impartial`).
    - One of many within a short time is held for an admin (`BurstRule`).
    """

    booking_id: BookingId
    rating: int
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditReview:
    """Change rating or text.

    - Only the author edits, within `EDITABLE_FOR` of posting, while the review is published.
    """

    review_id: ReviewId
    rating: int | Unset = UNSET
    text: str | Unset = UNSET
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyToReview:
    """Reply to a review, or replace the reply.

    - Only the reviewed provider replies, while the review is published.
    """

    review_id: ReviewId
    text: str
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class HideReview:
    """Remove a review from public view. It no longer counts towards the rating; its author sees the reason."""

    review_id: ReviewId
    reason: HideReason
    note: str = ""


async def _post(command: PostReview, tx: ReviewTx, context: UseCaseContext) -> ReviewView:
    booking = await tx.reviewable_bookings.get(command.booking_id)
    if (
        booking is None
        or not may(context.actor, Permission.WRITE_REVIEWS, owned(context.actor, booking.customer_id))
        or booking.customer_id == booking.provider_user_id
        or not booking.completed
    ):
        raise NotReviewable
    booking.visit.require()
    impartial = is_impartial(await tx.ties.between(booking.customer_id, booking.provider_id))
    rule = context.configured(BurstRule)
    ages = await tx.reviews.ages_since(booking.provider_id, context.now - rule.window)
    held = rule.holds(context.now - booking.customer_since, ages)
    review = Review(
        id=ReviewId(context.entropy.new_id()),
        booking_id=booking.booking_id,
        provider_id=booking.provider_id,
        provider_user_id=booking.provider_user_id,
        author_id=booking.customer_id,
        rating=command.rating,
        text=command.text,
        status=ReviewStatus.HELD if held else ReviewStatus.PUBLISHED,
        impartial=impartial,
        created_at=context.now,
    )
    await tx.reviews.add(review)
    await _record(review, ReviewWithheld if held else ReviewPosted, tx, context)
    return ReviewView(review=review, author_name=booking.customer_name, provider_name=booking.provider_name)


async def _edit(command: EditReview, tx: ReviewTx, context: UseCaseContext) -> Review:
    before = await _visible(command.review_id, tx, context)
    if not may(context.actor, Permission.WRITE_REVIEWS, owned(context.actor, before.author_id)):
        raise NotYourReview
    require_expected_version(before.version, command.expected_version)
    after = before.edit(rating=command.rating, text=command.text, now=context.now)
    await _save(before, after, None, tx, context)
    return after


async def _reply(command: ReplyToReview, tx: ReviewTx, context: UseCaseContext) -> Review:
    before = await _visible(command.review_id, tx, context)
    if not may(context.actor, Permission.REPLY_TO_REVIEWS, owned(context.actor, before.provider_user_id)):
        raise NotYourReview
    require_expected_version(before.version, command.expected_version)
    after = before.reply_with(command.text, now=context.now)
    await _save(before, after, ReviewReplied, tx, context)
    return after


async def _hide(command: HideReview, tx: ReviewTx, context: UseCaseContext) -> Review:
    before = await _locked(command.review_id, tx)
    after = before.hide(command.reason, command.note)
    await _save(before, after, ReviewHidden, tx, context)
    return after


async def _publish(review_id: ReviewId, tx: ReviewTx, context: UseCaseContext) -> Review:
    before = await _locked(review_id, tx)
    after = before.publish()
    await _save(before, after, ReviewPublished, tx, context)
    return after


async def _restore(review_id: ReviewId, tx: ReviewTx, context: UseCaseContext) -> Review:
    before = await _locked(review_id, tx)
    after = before.restore()
    await _save(before, after, ReviewRestored, tx, context)
    return after


async def _locked(review_id: ReviewId, tx: ReviewTx) -> Review:
    return required(await tx.reviews.lock(review_id), ReviewNotFound)


async def _visible(review_id: ReviewId, tx: ReviewTx, context: UseCaseContext) -> Review:
    """A hidden review exists only for its author, a held one for both sides."""
    review = await _locked(review_id, tx)
    sees = {
        ReviewStatus.PUBLISHED: {context.actor.id},
        ReviewStatus.HELD: {review.author_id, review.provider_user_id},
        ReviewStatus.HIDDEN: {review.author_id},
    }
    if context.actor.id not in sees[review.status]:
        raise ReviewNotFound
    return review


async def _save(
    before: Review, after: Review, kind: type[ReviewChanged] | None, tx: ReviewTx, context: UseCaseContext
) -> None:
    await tx.reviews.save(after, was=before)
    await _record(after, kind, tx, context)


async def _record(review: Review, kind: type[ReviewChanged] | None, tx: ReviewTx, context: UseCaseContext) -> None:
    """Bring the provider's rating up to date, and announce the event if there is one."""
    await tx.reviews.recount(review.provider_id)
    if kind is not None:
        await tx.outbox.put([review_event(kind, review, context)])


def _subject(_: object, review: Review) -> Subject:
    return Subject("review", review.id)


post_review: Final = UseCase(
    Permission.WRITE_REVIEWS,
    _post,
    lambda _, view: Subject("review", view.review.id),
    raises=(NotReviewable, NotAVisit, NotImpartial, ReviewExists, InvalidValue),
)
edit_review: Final = UseCase(
    Permission.WRITE_REVIEWS,
    _edit,
    _subject,
    raises=(ReviewNotFound, NotYourReview, TooLateToEdit, InvalidReviewTransition, StaleVersion, InvalidValue),
)
reply_to_review: Final = UseCase(
    Permission.REPLY_TO_REVIEWS,
    _reply,
    _subject,
    raises=(ReviewNotFound, NotYourReview, InvalidReviewTransition, StaleVersion, InvalidValue),
)
hide_review: Final = UseCase(
    Permission.MODERATE_REVIEWS,
    _hide,
    _subject,
    audited_as="review.hide",
    raises=(ReviewNotFound, InvalidReviewTransition, InvalidValue),
)
publish_review: Final = UseCase(
    Permission.MODERATE_REVIEWS,
    _publish,
    _subject,
    audited_as="review.publish",
    raises=(ReviewNotFound, InvalidReviewTransition),
)
restore_review: Final = UseCase(
    Permission.MODERATE_REVIEWS,
    _restore,
    _subject,
    audited_as="review.restore",
    raises=(ReviewNotFound, InvalidReviewTransition),
)


async def _get_review(actor: Actor | None, review_id: ReviewId, reviews: ReviewReads) -> ReviewView:
    view = required(await reviews.get(review_id), ReviewNotFound)
    review = view.review
    seen = (
        review.status is ReviewStatus.PUBLISHED
        or may(actor, Permission.MODERATE_REVIEWS)
        or may(actor, Permission.WRITE_REVIEWS, owned(actor, review.author_id))
        or (
            review.status is ReviewStatus.HELD
            and may(actor, Permission.REPLY_TO_REVIEWS, owned(actor, review.provider_user_id))
        )
    )
    if not seen:
        raise ReviewNotFound
    return view


async def _list_provider_reviews(
    provider_id: ProviderId, order: ReviewOrder, after: ReviewId | None, limit: int, reviews: ReviewReads
) -> Sequence[ReviewView]:
    """The provider's published reviews; none if the provider does not exist."""
    return await reviews.of_provider(provider_id, order, after, limit)


async def _list_own_reviews(
    actor: Actor, after: ReviewId | None, limit: int, reviews: ReviewReads
) -> Sequence[ReviewView]:
    """The actor's reviews of any status, newest first."""
    return await reviews.page(ReviewFilter(author_id=actor.id, after=after, limit=limit))


async def _list_reviews(actor: Actor, chosen: ReviewFilter, reviews: ReviewReads) -> Sequence[ReviewView]:
    """All reviews that match, newest first, for moderators."""
    authorise(actor, Permission.MODERATE_REVIEWS)
    return await reviews.page(chosen)


get_review: Final = Query(_get_review, (ReviewNotFound,))
list_provider_reviews: Final = Query(_list_provider_reviews)
list_own_reviews: Final = Query(_list_own_reviews)
list_reviews: Final = Query(_list_reviews, (NotPermitted,))
