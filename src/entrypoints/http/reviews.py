"""`/reviews`: post, read, edit, reply; for admins: list, publish, hide and restore."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, Router, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from booking_domain.reviews.model import (
    MAX_NOTE,
    MAX_RATING,
    MAX_REPLY,
    MAX_TEXT,
    MIN_RATING,
    HideReason,
    Review,
    ReviewId,
    ReviewStatus,
)
from booking_domain.reviews.ports import ReviewFilter, ReviewOrder, ReviewView
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import BookingId, ProviderId
from booking_domain.shared.permissions import Permission, may
from booking_domain.use_cases.catalogue.queries import get_provider
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.reviews import commands as queries
from booking_domain.use_cases.reviews.commands import (
    EditReview,
    HideReview,
    PostReview,
    ReplyToReview,
    edit_review,
    hide_review,
    post_review,
    publish_review,
    reply_to_review,
    restore_review,
)
from entrypoints.http.kit.cursors import PAGE_AND_ONE, Page, PageQuery
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.exporting import exporting, items
from entrypoints.http.kit.fields import Body, Json, one_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.kit.request_guard import OPTIONAL, PUBLIC
from entrypoints.http.kit.running import Run

Stars = Annotated[int, Meta(ge=MIN_RATING, le=MAX_RATING, description="Stars, 5 is best.")]
ReviewText = Annotated[str, Meta(max_length=MAX_TEXT)]


class PostReviewBody(Body, frozen=True, kw_only=True):
    """A review of one of the caller's completed bookings."""

    booking_id: BookingId
    rating: Stars
    text: ReviewText = ""


class EditReviewBody(Body, frozen=True, kw_only=True):
    """New values of a review; members that are left out keep theirs."""

    rating: Stars | UnsetType = UNSET
    text: ReviewText | UnsetType = UNSET


class ReplyBody(Body, frozen=True, kw_only=True):
    """The provider's reply; it replaces an earlier one."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_REPLY)]


class HideReviewBody(Body, frozen=True, kw_only=True):
    """Why a review is hidden. Its author sees both."""

    reason: HideReason
    note: Annotated[str, Meta(max_length=MAX_NOTE)] = ""


_post: Final = projection(PostReviewBody, PostReview)
_edit: Final = members(EditReviewBody, EditReview, given=("review_id", "expected_version"))


class ProviderReviewsQuery(PageQuery, frozen=True, kw_only=True):
    """A page of a provider's published reviews."""

    sort: ReviewOrder = ReviewOrder.NEWEST


class ReviewsQuery(PageQuery, frozen=True, kw_only=True):
    """A page of reviews, for admins."""

    status: ReviewStatus | None = None
    provider_id: ProviderId | None = None


_chosen: Final = projection(ReviewsQuery, ReviewFilter, default=("author_id",), **PAGE_AND_ONE)


class AuthorJson(Json, frozen=True, kw_only=True):
    """The author of a review, by the first word of their name."""

    display_name: str


class ReplyJson(Json, frozen=True, kw_only=True):
    """The provider's reply."""

    text: str
    at: datetime


class HiddenJson(Json, frozen=True, kw_only=True):
    """Why a review is hidden."""

    reason: str
    note: str


class ReviewJson(Json, frozen=True, kw_only=True):
    """A review; `bookingId` and `hidden` only for its two sides and admins."""

    id: UUID
    booking_id: UUID | None = None
    provider_id: UUID
    author: AuthorJson
    """Who wrote it."""
    rating: int
    text: str
    status: Annotated[str, one_of(ReviewStatus)]
    reply: ReplyJson | None = None
    hidden: HiddenJson | None = None
    """Whether an admin has hidden it."""
    created_at: datetime
    edited_at: datetime | None = None
    """When the author last changed it."""
    version: int


class ReviewsJson(Page[ReviewJson], frozen=True, kw_only=True):
    """A page of reviews."""


class ExportedReviewJson(Json, frozen=True, kw_only=True):
    """A review that the account wrote or received."""

    id: UUID
    booking_id: UUID
    rating: int
    text: str
    reply: str | None = None
    created_at: datetime


def _reply_json(review: Review) -> ReplyJson | None:
    if review.reply is None or review.replied_at is None:
        return None
    return ReplyJson(text=review.reply, at=review.replied_at)


_members: Final = members(
    ReviewView,
    ReviewJson,
    given=("booking_id", "hidden"),
    within="review",
    author=lambda view: AuthorJson(display_name=view.author_name.partition(" ")[0]),
    reply=("review", _reply_json),
)


def review_json(view: ReviewView, actor: Actor | None) -> ReviewJson:
    """Show a review; its booking, and why it is hidden, only to its two sides and to admins."""
    review = view.review
    inside = may(actor, Permission.MODERATE_REVIEWS) or (
        actor is not None and actor.id in {review.author_id, review.provider_user_id}
    )
    hidden: HiddenJson | None = None
    if inside and review.hide_reason is not None:
        hidden = HiddenJson(reason=review.hide_reason.value, note=review.hide_note)
    return ReviewJson(booking_id=review.booking_id if inside else None, hidden=hidden, **_members(view))


def reviews_json(found: Sequence[ReviewView], limit: int, actor: Actor | None) -> ReviewsJson:
    """A page of the `limit` + 1 reviews that were read."""
    return ReviewsJson.of(found, limit, lambda view: review_json(view, actor), lambda view: view.review.id)


exported_review: Final = projection(Review, ExportedReviewJson)
"""Show a review in the export of its author or provider."""


REVIEWS: Final = items(
    "reviews",
    ExportedReviewJson,
    lambda source, after: source.reads.reviews.written_for(source.user.id, after, source.page),
    exported_review,
    about="The reviews that the user wrote.",
)
"""The section of the export."""

# Examples for the API's documentation.
POST: Final[dict[str, Any]] = {
    "bookingId": "0199f3a4-7c52-7d0e-8b3f-2a9c6e5d4f10",
    "rating": 5,
    "text": "Clean lines, and no waiting.",
}
EDIT: Final[dict[str, Any]] = {"rating": 4, "text": "Clean lines. Ten minutes of waiting."}
REPLY: Final[dict[str, Any]] = {"text": "Thank you, Bold!"}
HIDE: Final[dict[str, Any]] = {"reason": "personal_data", "note": "It names a phone number."}


@post("/reviews", opt=documented(post_review, body=POST))
async def create_review(
    data: JSONBody[PostReviewBody], actor: Injected[Actor], run: Injected[Run]
) -> Response[ReviewJson]:
    """Review one of your completed bookings. A booking has one review.

    Of your reviews of one provider the newest counts towards the rating. A review that comes with many others is
    `held`: it is public once an admin has read it.
    """
    return await run(post_review, _post(data), answer=lambda view: review_json(view, actor))


@get("/reviews/me", opt=documented(queries.list_own_reviews))
async def list_my_reviews(params: Injected[PageQuery], actor: Injected[Actor], reads: Injected[Reads]) -> ReviewsJson:
    """List your reviews, newest first, held and hidden ones included."""
    found = await queries.list_own_reviews(actor, params.after(ReviewId), params.limit + 1, reads.reviews)
    return reviews_json(found, params.limit, actor)


@get("/reviews/{review_id:str}", opt=OPTIONAL | documented(queries.get_review))
async def get_review(
    review_id: FromPath[ReviewId],
    actor: Injected[Actor | None],
    reads: Injected[Reads],
    if_none_match: IfNoneMatch = None,
) -> Response[ReviewJson]:
    """Get a review. A held one exists only for its two sides and admins, a hidden one for its author and admins."""
    view = await queries.get_review(actor, review_id, reads.reviews)
    shown = review_json(view, actor)
    inside = "inside" if shown.booking_id else "public"
    return unless_known(shown, etag(view.review.version, inside), if_none_match)


@patch("/reviews/{review_id:str}", opt=documented(edit_review, body=EDIT))
async def change_review(
    review_id: FromPath[ReviewId],
    data: JSONBody[EditReviewBody],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    if_match: IfMatch = None,
) -> Response[ReviewJson]:
    """Edit your review, within 14 days of posting it."""
    await run(edit_review, EditReview(review_id=review_id, expected_version=expected_version(if_match), **_edit(data)))
    return await _shown(review_id, actor, reads)


@post("/reviews/{review_id:str}/reply", status_code=200, opt=documented(reply_to_review, body=REPLY))
async def reply_to_a_review(
    review_id: FromPath[ReviewId],
    data: JSONBody[ReplyBody],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    if_match: IfMatch = None,
) -> Response[ReviewJson]:
    """Reply to a review of you, or replace your reply."""
    return await run(
        reply_to_review,
        ReplyToReview(review_id=review_id, text=data.text, expected_version=expected_version(if_match)),
        then=lambda: _shown(review_id, actor, reads),
    )


@get(
    "/providers/{provider_id:str}/reviews",
    opt=PUBLIC | documented(get_provider, queries.list_provider_reviews),
)
async def list_provider_reviews(
    provider_id: FromPath[ProviderId], params: Injected[ProviderReviewsQuery], reads: Injected[Reads]
) -> ReviewsJson:
    """List the published reviews of a provider who can be booked.

    A review whose rating changes between two pages may be listed twice, or not at all.
    """
    provider = await get_provider(provider_id, reads.providers)
    found = await queries.list_provider_reviews(
        provider.profile.id, params.sort, params.after(ReviewId), params.limit + 1, reads.reviews
    )
    return reviews_json(found, params.limit, None)


@get("/admin/reviews", opt=documented(queries.list_reviews))
async def list_reviews(params: Injected[ReviewsQuery], actor: Injected[Actor], reads: Injected[Reads]) -> ReviewsJson:
    """List reviews, newest first; for admins."""
    return reviews_json(await queries.list_reviews(actor, _chosen(params), reads.reviews), params.limit, actor)


@post("/admin/reviews/{review_id:str}/publish", status_code=200, opt=documented(publish_review))
async def publish_a_review(
    review_id: FromPath[ReviewId],
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
) -> Response[ReviewJson]:
    """Publish a held review; for admins. Both sides are notified."""
    return await run(publish_review, review_id, then=lambda: _shown(review_id, actor, reads))


@post("/admin/reviews/{review_id:str}/hide", status_code=200, opt=documented(hide_review, body=HIDE))
async def hide_a_review(
    review_id: FromPath[ReviewId],
    data: JSONBody[HideReviewBody],
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
) -> Response[ReviewJson]:
    """Hide a review from the public; for admins. Its author is notified of the reason and the note."""
    return await run(
        hide_review,
        HideReview(review_id=review_id, reason=data.reason, note=data.note),
        then=lambda: _shown(review_id, actor, reads),
    )


@post("/admin/reviews/{review_id:str}/restore", status_code=200, opt=documented(restore_review))
async def restore_a_review(
    review_id: FromPath[ReviewId],
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
) -> Response[ReviewJson]:
    """Publish a hidden review again; for admins."""
    return await run(restore_review, review_id, then=lambda: _shown(review_id, actor, reads))


async def _shown(review_id: ReviewId, actor: Actor, reads: Reads) -> Response[ReviewJson]:
    view = await queries.get_review(actor, review_id, reads.reviews)
    return Response(review_json(view, actor), status_code=200, headers=etag(view.review.version, "inside"))


routes: Final = Router(
    "/",
    route_handlers=[
        create_review,
        list_my_reviews,
        get_review,
        change_review,
        reply_to_a_review,
        list_provider_reviews,
        list_reviews,
        publish_a_review,
        hide_a_review,
        restore_a_review,
    ],
    opt=about("reviews", "Reviews of completed bookings.") | exporting(REVIEWS),
)
