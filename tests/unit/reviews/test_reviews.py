"""Reviews: their lifecycle, the rating that they add up to, and the use cases in memory."""

from datetime import timedelta
from itertools import product
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.workflows.test_remind import Desk

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import Rating
from booking_domain.reviews.model import (
    EDITABLE_FOR,
    MAX_REPLY,
    MAX_TEXT,
    REVIEW_LIFECYCLE,
    HideReason,
    InvalidReviewTransition,
    NotReviewable,
    NotYourReview,
    Review,
    ReviewAction,
    ReviewExists,
    ReviewId,
    ReviewNotFound,
    ReviewParty,
    ReviewStatus,
    TooLateToEdit,
    rating_change,
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
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion
from booking_domain.shared.ids import BookingId, ProviderId, UserId
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, terms
from booking_domain.testing.studio import Studio
from booking_domain.workflows.profile_publication import delete_own_profile
from booking_domain.workflows.provider_profiles import ProfileChange, TermsChange, edit_profile, open_profile

REVIEW: Final = Review(
    id=ReviewId(UUID(int=1)),
    booking_id=BookingId(UUID(int=2)),
    provider_id=ProviderId(UUID(int=3)),
    provider_user_id=UserId(UUID(int=4)),
    author_id=UserId(UUID(int=5)),
    rating=4,
    created_at=NOW,
)
MOVES: Final = {
    ("published", "edit", "author"): "published",
    ("published", "reply", "provider"): "published",
    ("published", "hide", "admin"): "hidden",
    ("hidden", "restore", "admin"): "published",
}
"""Written by hand."""
LAST_MOMENT: Final = NOW + EDITABLE_FOR - timedelta(microseconds=1)


@pytest.mark.parametrize(("status", "action", "party"), [*product(ReviewStatus, ReviewAction, ReviewParty)])
def test_the_lifecycle_is_the_table_written_by_hand(
    status: ReviewStatus, action: ReviewAction, party: ReviewParty
) -> None:
    to = MOVES.get((status, action, party))
    if to is not None:
        assert REVIEW_LIFECYCLE.advance(status, action, party) == to
        return
    exists = any(move[:2] == (status, action) for move in MOVES)
    with pytest.raises(NotYourMove if exists else InvalidReviewTransition):
        REVIEW_LIFECYCLE.advance(status, action, party)


def test_an_author_edits_until_14_days_have_passed() -> None:
    edited = REVIEW.edit(rating=2, text=None, now=LAST_MOMENT)
    assert (edited.rating, edited.text, edited.edited_at, edited.version) == (2, "", LAST_MOMENT, 2)
    assert REVIEW.edit(rating=None, text="Fine", now=NOW).text == "Fine"
    with pytest.raises(TooLateToEdit):
        REVIEW.edit(rating=2, text=None, now=NOW + EDITABLE_FOR)


def test_a_hidden_review_is_neither_edited_nor_replied_to() -> None:
    hidden = REVIEW.hide(HideReason.ABUSE, "Insults")
    assert (hidden.status, hidden.hide_reason, hidden.hide_note) == (
        ReviewStatus.HIDDEN,
        HideReason.ABUSE,
        "Insults",
    )
    with pytest.raises(InvalidReviewTransition):
        hidden.edit(rating=1, text=None, now=NOW)
    with pytest.raises(InvalidReviewTransition):
        hidden.reply_with("Thanks", now=NOW)
    with pytest.raises(InvalidReviewTransition):
        hidden.hide(HideReason.SPAM)
    restored = hidden.restore()
    assert (restored.status, restored.hide_reason, restored.hide_note) == (ReviewStatus.PUBLISHED, None, "")


@pytest.mark.parametrize(
    "values", [{"rating": 0}, {"rating": 6}, {"text": "x" * (MAX_TEXT + 1)}, {"reply": "x" * (MAX_REPLY + 1)}]
)
def test_stars_and_lengths_are_bounded(values: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        Review(**{**{name: getattr(REVIEW, name) for name in REVIEW.__slots__}, **values})


def test_an_empty_reply_is_refused() -> None:
    with pytest.raises(InvalidValue):
        REVIEW.reply_with("  ", now=NOW)


CHANGES: Final = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["edit", "hide", "restore"]), st.integers(1, 5)), max_size=30
)


def _changed(review: Review, action: str, stars: int) -> Review:
    match action:
        case "edit":
            return review.edit(rating=stars, text=None, now=NOW)
        case "hide":
            return review.hide(HideReason.SPAM)
        case _:
            return review.restore()


@given(changes=CHANGES)
def test_the_rating_is_that_of_the_published_reviews_after_any_history(changes: list[tuple[int, str, int]]) -> None:
    reviews: dict[int, Review] = {}
    count = total = 0
    for number, action, stars in changes:
        before = reviews.get(number)
        if before is None:
            after = Review(**{**{name: getattr(REVIEW, name) for name in REVIEW.__slots__}, "rating": stars})
        else:
            try:
                after = _changed(before, action, stars)
            except InvalidReviewTransition:
                continue
        change = rating_change(before, after)
        if change is not None:
            count, total = count + change.count, total + change.total
        reviews[number] = after
    published = [each.rating for each in reviews.values() if each.status is ReviewStatus.PUBLISHED]
    assert (count, total) == (len(published), sum(published))


@given(count=st.integers(1, 10_000), data=st.data())
def test_a_score_lies_between_the_prior_and_the_average(count: int, data: st.DataObject) -> None:
    total = data.draw(st.integers(count, 5 * count))
    rating = Rating(count=count, total=total)
    assert rating.average == round(total / count, 2)
    low, high = sorted((4_000_000, 1_000_000 * total // count))
    assert low <= rating.score <= high + 1
    assert Rating(count=count + 1, total=total + 5).score >= rating.score


def test_without_reviews_the_score_is_the_prior() -> None:
    assert (Rating().average, Rating().score) == (None, 4_000_000)


FREE: Final = Money.of(0, "MNT")


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


async def test_a_profile_keeps_its_rating_when_it_is_edited_or_deleted_and_opened_again() -> None:
    studio = await opened()
    await posted(studio, rating=3)
    edited = await studio.run(edit_profile, ProfileChange(bio="Ornament", terms=TermsChange()), by=studio.owner)
    assert edited.profile.rating.average == 3.0
    await studio.run(delete_own_profile, None, by=studio.owner)
    again = await studio.run(open_profile, ProfileChange(display_name="Ink", terms=TermsChange()), by=studio.owner)
    assert again.profile.rating.average == 3.0


async def test_a_review_is_asked_for_a_day_after_the_completion_unless_it_is_posted() -> None:
    desk = Desk(await opened())
    studio = desk.studio
    bookings = [await completed(studio, hour) for hour in range(3)]
    await studio.run(post_review, PostReview(booking_id=bookings[2].id, rating=5), by=studio.customer)
    at = studio.clock.now() + timedelta(days=1)
    subjects = [each.subject for each in await desk.at(at) if "how was it?" in each.subject]
    assert sorted(subjects) == sorted(f"Booking {each.reference}: how was it?" for each in bookings[:2])
    for days in (1, 2, 3, 4):
        assert await desk.at(at + timedelta(days=days)) == []
