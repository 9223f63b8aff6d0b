"""A review, its lifecycle, and the rating that reviews add up to."""

from datetime import timedelta
from itertools import product
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.reviews.model import (
    EDITABLE_FOR,
    MAX_REPLY,
    MAX_TEXT,
    REVIEW_LIFECYCLE,
    HideReason,
    InvalidReviewTransition,
    Review,
    ReviewAction,
    ReviewId,
    ReviewParty,
    ReviewStatus,
    TooLateToEdit,
    rating_change,
)
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BookingId, ProviderId, UserId
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.shared.rating import NO_REVIEWS, Rating
from booking_domain.testing.builders import NOW

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
    assert (NO_REVIEWS.average, NO_REVIEWS.score) == (None, 4_000_000)
