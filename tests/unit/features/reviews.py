"""Reviews of completed bookings, replies to them and their moderation."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st
from tests.unit.entrypoints.api import Api
from tests.unit.features.bookings import completed, completed_booking
from tests.unit.features.declarations import (
    CANARY,
    PUBLIC,
    SIGNED_IN,
    Edit,
    Feature,
    Ids,
    Kind,
    Request,
    Row,
    World,
    asked,
)
from tests.unit.features.providers import PROVIDER

from booking_domain.bookings.transitions import Status
from booking_domain.reviews.model import MAX_RATING, MIN_RATING, HideReason, Review, ReviewId, ReviewStatus
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories


async def visited(world: World, who: str, provider: str = "clinic") -> Ids:
    booking = await completed(world, who, provider)
    await world.api.place_by_customer(booking["booking_id"])
    return booking


async def visit(api: Api) -> tuple[str, str, dict[str, Any]]:
    """Customer, provider and booking: placed by the customer, and completed."""
    customer, owner, booking = await completed_booking(api)
    await api.place_by_customer(booking["id"])
    return customer, owner, booking


async def review(world: World, who: str, provider: str = "clinic") -> Ids:
    booking = await visited(world, who, provider)
    made = await world.done("POST", "/reviews", who, bookingId=booking["booking_id"], rating=5)
    return await in_status(ReviewStatus.PUBLISHED, world, {"review_id": made["id"]})


async def held(world: World, who: str) -> Ids:
    """A review that an admin is to read."""
    return await in_status(ReviewStatus.HELD, world, await review(world, who))


async def in_status(status: ReviewStatus, world: World, made: Ids) -> Ids:
    """Give a review this status, whatever the burst rule says of a world in which everybody is new."""
    async with world.api.container.database().begin() as tx:
        before = await tx.reviews.lock(ReviewId(UUID(made["review_id"])))
        assert before is not None
        if before.status is not status:
            await tx.reviews.save(replace(before, status=status), was=before)
    return made


async def hidden(world: World, who: str) -> Ids:
    made = await review(world, who)
    await world.done("POST", f"/admin/reviews/{made['review_id']}/hide", "admin", reason="spam")
    return made


async def received_review(world: World, who: str) -> Ids:
    return await review(world, "other customer", who)


async def reviewed(api: Api, rating: int = 5) -> tuple[str, str, dict[str, Any]]:
    """Author, provider and review."""
    customer, owner, booking = await visit(api)
    wish = {"bookingId": booking["id"], "rating": rating, "text": "Clean lines"}
    answer = await api.post("/reviews", customer, json=wish)
    assert answer.status_code == 201, answer.text
    return customer, owner, answer.json()


async def new_review(api: Api) -> Request:
    customer, _, booking = await visit(api)
    return customer, "/reviews", {"bookingId": booking["id"], "rating": 5}


def edit(step: str, body: dict[str, Any], *, by_author: bool) -> Callable[[Api], Awaitable[Edit]]:
    async def request(api: Api) -> Edit:
        author, provider, made = await reviewed(api)
        path = f"/reviews/{made['id']}"
        return Edit(author if by_author else provider, f"{path}{step}", body, path, author, tag='"1-inside"')

    return request


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A review of a completed booking, with a reply, and hidden with a note."""
    booking = replace(make.booking(cast.profile, cast.customer), status=Status.COMPLETED)
    await tx.bookings.add(booking, [make.event(booking)])
    written = Review(
        id=ReviewId(make.entropy.new_id()),
        booking_id=booking.id,
        provider_id=booking.provider_id,
        provider_user_id=booking.provider_user_id,
        author_id=booking.customer_id,
        rating=4,
        text=f"{CANARY} text",
        created_at=NOW,
    )
    await tx.reviews.add(written)
    replied = written.reply_with(f"{CANARY} reply", now=NOW)
    await tx.reviews.save(replied.hide(HideReason.OTHER, f"{CANARY} note"), was=written)


REVIEW: Final = Kind(review)

FEATURE: Final = Feature(
    routes={
        "POST /reviews": Row(Permission.WRITE_REVIEWS, Kind(visited), once=new_review),
        "GET /reviews/me": Row(SIGNED_IN),
        "GET /reviews/{review_id}": Row(PUBLIC, REVIEW, tagged=True),
        "PATCH /reviews/{review_id}": Row(
            Permission.WRITE_REVIEWS, REVIEW, foreign=403, edit=edit("", {"rating": 2}, by_author=True)
        ),
        "POST /reviews/{review_id}/reply": Row(
            Permission.REPLY_TO_REVIEWS,
            Kind(received_review, ("provider",)),
            foreign=403,
            edit=edit("/reply", {"text": "Thank you"}, by_author=False),
        ),
        "GET /providers/{provider_id}/reviews": Row(PUBLIC, PROVIDER),
        "GET /admin/reviews": Row(Permission.MODERATE_REVIEWS),
        "POST /admin/reviews/{review_id}/hide": Row(
            Permission.MODERATE_REVIEWS,
            REVIEW,
            once=asked("admin", "/admin/reviews/{review_id}/hide", review, "customer", reason="spam"),
        ),
        "POST /admin/reviews/{review_id}/publish": Row(
            Permission.MODERATE_REVIEWS,
            REVIEW,
            example_refused=True,
            once=asked("admin", "/admin/reviews/{review_id}/publish", held, "customer"),
        ),
        "POST /admin/reviews/{review_id}/restore": Row(
            Permission.MODERATE_REVIEWS,
            REVIEW,
            example_refused=True,
            once=asked("admin", "/admin/reviews/{review_id}/restore", hidden, "customer"),
        ),
    },
    permissions="""
        review.write         customer:own provider:own manager:own admin:own
        review.reply         provider:own
        review.moderate      admin:any
    """,
    events={
        **{f"review.{past}": {"reviewId"} for past in ("posted", "held", "published", "replied", "hidden", "restored")},
        "booking.review_reminder": {"bookingId", "until"},
    },
    samples={(Review, "rating"): st.integers(MIN_RATING, MAX_RATING)},
    personal_data=personal_data,
    seeded={"reviews": 8},
)
