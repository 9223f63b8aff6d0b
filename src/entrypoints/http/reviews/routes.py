"""`/reviews`: post, read, edit, reply; for admins: list, hide and restore."""

from typing import Final
from uuid import UUID

from litestar import Response, Router, get, patch, post
from litestar.params import FromPath, JSONBody

from booking_domain.reviews import use_cases as queries
from booking_domain.reviews.model import ReviewId
from booking_domain.reviews.use_cases import edit_review, hide_review, post_review, reply_to_review, restore_review
from booking_domain.shared.actor import Actor
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import ProviderId
from booking_domain.workflows.ports import Reads, Repositories
from booking_domain.workflows.queries.providers import get_provider
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.exporting import exporting
from entrypoints.http.kit.idempotency import IdempotentRunner
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import OPTIONAL, PUBLIC
from entrypoints.http.reviews.schemas import (
    EDIT,
    HIDDEN,
    HIDE,
    OWN,
    PAGE,
    POST,
    REPLIED,
    REPLY,
    REVIEW,
    REVIEWS,
    EditReviewBody,
    HideReviewBody,
    OwnReviewsQuery,
    PostReviewBody,
    ProviderReviewsQuery,
    ReplyBody,
    ReviewJson,
    ReviewsJson,
    ReviewsQuery,
    review_json,
    reviews_json,
)


@post("/reviews", opt=documented(post_review, body=POST, answer=REVIEW))
async def create_review(
    data: JSONBody[PostReviewBody], actor: Injected[Actor], runner: Injected[IdempotentRunner]
) -> Response[ReviewJson]:
    """Review one of your completed bookings. A booking has one review."""
    return await runner.created(post_review, data.command(), answer=lambda view: review_json(view, actor))


@get("/reviews/me", opt=documented(queries.list_own_reviews, answer=OWN))
async def list_my_reviews(
    asked: Injected[OwnReviewsQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> ReviewsJson:
    """List your reviews, newest first, hidden ones included."""
    found = await queries.list_own_reviews(actor, asked.after, asked.limit + 1, reads.reviews)
    return reviews_json(found, asked.limit, actor)


@get("/reviews/{review_id:str}", opt=OPTIONAL | documented(queries.get_review, answer=REPLIED))
async def get_review(
    review_id: FromPath[UUID],
    actor: Injected[Actor | None],
    reads: Injected[Reads],
    if_none_match: IfNoneMatch = None,
) -> Response[ReviewJson]:
    """Get a review. A hidden one exists only for its author and admins."""
    view = await queries.get_review(actor, ReviewId(review_id), reads.reviews)
    shown = review_json(view, actor)
    inside = "inside" if shown.booking_id else "public"
    return unless_known(shown, etag(view.review.version, inside), if_none_match)


@patch("/reviews/{review_id:str}", opt=documented(edit_review, body=EDIT, answer=REVIEW))
async def change_review(
    review_id: FromPath[UUID],
    data: JSONBody[EditReviewBody],
    *,
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
    reads: Injected[Reads],
    if_match: IfMatch = None,
) -> Response[ReviewJson]:
    """Edit your review, within 14 days of posting it."""
    await executor.run(edit_review, data.command(review_id, expected_version(if_match)), actor=actor)
    return await _shown(review_id, actor, reads)


@post("/reviews/{review_id:str}/reply", status_code=200, opt=documented(reply_to_review, body=REPLY, answer=REPLIED))
async def reply_to_a_review(
    review_id: FromPath[UUID],
    data: JSONBody[ReplyBody],
    *,
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
    reads: Injected[Reads],
    if_match: IfMatch = None,
) -> Response[ReviewJson]:
    """Reply to a review of you, or replace your reply."""
    await executor.run(reply_to_review, data.command(review_id, expected_version(if_match)), actor=actor)
    return await _shown(review_id, actor, reads)


@get(
    "/providers/{provider_id:str}/reviews",
    opt=PUBLIC | documented(get_provider, queries.list_provider_reviews, answer=PAGE),
)
async def list_provider_reviews(
    provider_id: FromPath[UUID], asked: Injected[ProviderReviewsQuery], reads: Injected[Reads]
) -> ReviewsJson:
    """List the published reviews of a provider who can be booked.

    A review whose rating changes between two pages may be listed twice, or not at all.
    """
    provider = await get_provider(ProviderId(provider_id), reads.providers)
    found = await queries.list_provider_reviews(
        provider.profile.id, asked.sort, asked.after, asked.limit + 1, reads.reviews
    )
    return reviews_json(found, asked.limit, None)


@get("/admin/reviews", opt=documented(queries.list_reviews, answer=PAGE))
async def list_reviews(asked: Injected[ReviewsQuery], actor: Injected[Actor], reads: Injected[Reads]) -> ReviewsJson:
    """List reviews, newest first; for admins."""
    return reviews_json(await queries.list_reviews(actor, asked.chosen(), reads.reviews), asked.limit, actor)


@post("/admin/reviews/{review_id:str}/hide", status_code=200, opt=documented(hide_review, body=HIDE, answer=HIDDEN))
async def hide_a_review(
    review_id: FromPath[UUID],
    data: JSONBody[HideReviewBody],
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
    reads: Injected[Reads],
) -> Response[ReviewJson]:
    """Hide a review from the public; for admins. Its author is told the reason and the note."""
    await executor.run(hide_review, data.command(review_id), actor=actor)
    return await _shown(review_id, actor, reads)


@post("/admin/reviews/{review_id:str}/restore", status_code=200, opt=documented(restore_review, answer=REVIEW))
async def restore_a_review(
    review_id: FromPath[UUID],
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
    reads: Injected[Reads],
) -> Response[ReviewJson]:
    """Publish a hidden review again; for admins."""
    await executor.run(restore_review, ReviewId(review_id), actor=actor)
    return await _shown(review_id, actor, reads)


async def _shown(review_id: UUID, actor: Actor, reads: Reads) -> Response[ReviewJson]:
    view = await queries.get_review(actor, ReviewId(review_id), reads.reviews)
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
        hide_a_review,
        restore_a_review,
    ],
    opt=exporting(REVIEWS),
)
