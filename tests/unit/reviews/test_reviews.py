"""Post, edit, reply, hide and restore reviews, in memory."""

import pytest

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.reviews.model import (
    HideReason,
    NotReviewable,
    NotYourReview,
    Review,
    ReviewExists,
    ReviewNotFound,
    ReviewStatus,
)
from booking_domain.reviews.ports import ReviewFilter, ReviewOrder
from booking_domain.reviews.use_cases import (
    EditReview,
    HideReview,
    PostReview,
    ReplyToReview,
    edit_review,
    get_review,
    hide_review,
    list_own_reviews,
    list_provider_reviews,
    list_reviews,
    post_review,
    reply_to_review,
    restore_review,
)
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import NotPermitted, StaleVersion
from booking_domain.shared.money import Money
from booking_domain.shared.rating import Rating
from booking_domain.testing.builders import HOUR, TOMORROW, terms
from booking_domain.testing.studio import Studio
from booking_domain.workflows.provider_profiles import ProfileChange, TermsChange, edit_profile

FREE = Money.of(0, "MNT")


async def opened() -> Studio:
    """A studio that asks for no deposit."""
    return await Studio.opened(asks=terms(deposit=FREE))


async def completed(studio: Studio, hour: int = 0) -> Booking:
    """A booking of the customer that took place; the clock is after its start."""
    slot = TOMORROW + hour * HOUR
    booking = await studio.book(slot)
    studio.clock.set(slot + HOUR)
    return await studio.move(booking, Status.COMPLETED, by=studio.owner)


async def posted(studio: Studio, rating: int = 5) -> Review:
    """A review of a new booking."""
    booking = await completed(studio)
    command = PostReview(booking_id=booking.id, rating=rating, text="Fine lines")
    return (await studio.run(post_review, command, by=studio.customer)).review


async def rating(studio: Studio) -> Rating:
    """The rating on the provider's profile."""
    view = await studio.reads.providers.get(studio.provider_id)
    assert view is not None
    return view.profile.rating


async def topics(studio: Studio) -> list[str]:
    """The topics of the events of reviews."""
    return [each.topic for each in await studio.backend.outbox_events() if each.topic.startswith("review.")]


async def test_a_customer_reviews_a_completed_booking_once() -> None:
    studio = await opened()
    review = await posted(studio, rating=4)
    assert await rating(studio) == Rating(count=1, total=4)
    assert await topics(studio) == ["review.posted"]
    with pytest.raises(ReviewExists):
        await studio.run(post_review, PostReview(booking_id=review.booking_id, rating=1), by=studio.customer)
    assert await rating(studio) == Rating(count=1, total=4)


async def test_only_the_customer_of_a_completed_booking_can_review_it() -> None:
    studio = await opened()
    pending = await studio.book(TOMORROW + 4 * HOUR)
    stranger = await studio.joined()
    done = await completed(studio)
    for booking, actor in (
        (pending, studio.customer),
        (done, stranger),
        (done, studio.owner),
        (done, studio.admin),
    ):
        with pytest.raises(NotReviewable):
            await studio.run(post_review, PostReview(booking_id=booking.id, rating=5), by=actor)


async def test_a_walk_in_has_no_review() -> None:
    studio = await opened()
    booking = await studio.book(by=studio.owner)
    studio.clock.set(TOMORROW + HOUR)
    await studio.move(booking, Status.COMPLETED, by=studio.owner)
    with pytest.raises(NotReviewable):
        await studio.run(post_review, PostReview(booking_id=booking.id, rating=5), by=studio.owner)


async def test_an_edit_changes_the_rating() -> None:
    studio = await opened()
    review = await posted(studio)
    edited = await studio.run(edit_review, EditReview(review_id=review.id, rating=2), by=studio.customer)
    assert (edited.rating, edited.text) == (2, "Fine lines")
    assert await rating(studio) == Rating(count=1, total=2)
    assert await topics(studio) == ["review.posted"]
    with pytest.raises(StaleVersion):
        stale = EditReview(review_id=review.id, rating=1, expected_version=review.version)
        await studio.run(edit_review, stale, by=studio.customer)
    with pytest.raises(NotYourReview):
        await studio.run(edit_review, EditReview(review_id=review.id, rating=1), by=await studio.joined())


async def test_only_the_reviewed_provider_replies() -> None:
    studio = await opened()
    review = await posted(studio)
    reply = ReplyToReview(review_id=review.id, text="Thank you")
    other = await studio.joined(Role.PROVIDER)
    with pytest.raises(NotYourReview):
        await studio.run(reply_to_review, reply, by=other)
    with pytest.raises(NotPermitted):
        await studio.run(reply_to_review, reply, by=studio.customer)
    assert (await studio.run(reply_to_review, reply, by=studio.owner)).reply == "Thank you"
    assert await topics(studio) == ["review.posted", "review.replied"]


async def test_a_hidden_review_is_for_its_author_and_admins_and_does_not_count() -> None:
    studio = await opened()
    review = await posted(studio)
    hide = HideReview(review_id=review.id, reason=HideReason.FAKE, note="Another studio")
    with pytest.raises(NotPermitted):
        await studio.run(hide_review, hide, by=studio.owner)
    hidden = await studio.run(hide_review, hide, by=studio.admin)
    assert hidden.status is ReviewStatus.HIDDEN
    assert await rating(studio) == Rating()
    reads = studio.reads.reviews
    for actor in (studio.customer, studio.admin):
        assert (await get_review(actor, review.id, reads)).review == hidden
    for unseen in (None, studio.owner, await studio.joined()):
        with pytest.raises(ReviewNotFound):
            await get_review(unseen, review.id, reads)
    with pytest.raises(ReviewNotFound):
        await studio.run(reply_to_review, ReplyToReview(review_id=review.id, text="No"), by=studio.owner)
    assert await list_provider_reviews(studio.provider_id, ReviewOrder.NEWEST, None, 10, reads) == []
    assert [view.review for view in await list_own_reviews(studio.customer, None, 10, reads)] == [hidden]

    restored = await studio.run(restore_review, review.id, by=studio.admin)
    assert restored.status is ReviewStatus.PUBLISHED
    assert await rating(studio) == Rating(count=1, total=5)
    assert await topics(studio) == ["review.posted", "review.hidden", "review.restored"]
    assert (await get_review(None, review.id, reads)).review == restored


async def test_only_moderators_list_all_reviews() -> None:
    studio = await opened()
    review = await posted(studio)
    reads = studio.reads.reviews
    assert [view.review for view in await list_reviews(studio.admin, ReviewFilter(), reads)] == [review]
    with pytest.raises(NotPermitted):
        await list_reviews(studio.owner, ReviewFilter(), reads)


async def test_a_profile_keeps_its_rating_when_it_is_edited() -> None:
    studio = await opened()
    await posted(studio, rating=3)
    edited = await studio.run(edit_profile, ProfileChange(bio="Ornament", terms=TermsChange()), by=studio.owner)
    assert edited.profile.rating.average == 3.0
