"""Reviews in memory."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import Rating
from booking_domain.reviews.model import RatingChange, Review, ReviewExists, ReviewId, ReviewStatus
from booking_domain.reviews.ports import (
    ReviewableBooking,
    ReviewableBookings,
    ReviewFilter,
    ReviewOrder,
    ReviewReads,
    Reviews,
    ReviewView,
)
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, ProviderId, UserId
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.catalogue.memory.tables import PROFILES, require_provider
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import ReadGroup, RepositoryGroup, State, Table


def _erase_words(_: State, rows: dict[ReviewId, Review], user_id: UserId) -> None:
    for key, review in list(rows.items()):
        erased = review
        if review.author_id == user_id:
            erased = replace(erased, text="", hide_note="")
        if review.provider_user_id == user_id:
            erased = replace(erased, reply=None, replied_at=None)
        if erased != review:
            rows[key] = replace(erased, version=review.version + 1)


REVIEWS: Final = Table[ReviewId, Review]("reviews", erase=_erase_words)
TABLES: Final = (REVIEWS,)


class MemoryReviews(Reviews):
    """The reviews of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, review: Review) -> None:
        self._state.require(BOOKINGS, review.booking_id)
        require_provider(self._state, review.provider_id)
        if any(each.booking_id == review.booking_id for each in self._state[REVIEWS].values()):
            raise ReviewExists
        self._state[REVIEWS][review.id] = review

    async def lock(self, review_id: ReviewId) -> Review | None:
        return self._state[REVIEWS].get(review_id)

    async def save(self, review: Review, *, was: Review) -> None:
        kept = self._state[REVIEWS].get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="review")
        self._state[REVIEWS][review.id] = review

    async def change_rating(self, provider_id: ProviderId, change: RatingChange) -> None:
        profile = self._state[PROFILES][provider_id]
        rating = Rating(count=profile.rating.count + change.count, total=profile.rating.total + change.total)
        self._state[PROFILES][provider_id] = replace(profile, rating=rating, version=profile.version + 1)


class MemoryReviewableBookings(ReviewableBookings):
    """The bookings of one transaction, as far as reviews need them."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def get(self, booking_id: BookingId) -> ReviewableBooking | None:
        booking = self._state[BOOKINGS].get(booking_id)
        if booking is None:
            return None
        return ReviewableBooking(
            booking_id=booking.id,
            provider_id=booking.provider_id,
            provider_user_id=booking.provider_user_id,
            customer_id=booking.customer_id,
            customer_name=self._state[USERS][booking.customer_id].name,
            provider_name=self._state[PROFILES][booking.provider_id].display_name,
            completed=booking.status is Status.COMPLETED,
        )


class MemoryReviewReads(ReviewReads):
    """The committed reviews."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, review_id: ReviewId) -> ReviewView | None:
        review = self._committed()[REVIEWS].get(review_id)
        return None if review is None else self._view(review)

    async def page(self, chosen: ReviewFilter) -> Sequence[ReviewView]:
        found = [
            each
            for each in self._committed()[REVIEWS].values()
            if chosen.author_id in {None, each.author_id}
            and chosen.provider_id in {None, each.provider_id}
            and chosen.status in {None, each.status}
            and (chosen.after is None or each.id < chosen.after)
        ]
        found.sort(key=lambda each: each.id, reverse=True)
        return [self._view(each) for each in found[: chosen.limit]]

    async def of_provider(
        self, provider_id: ProviderId, order: ReviewOrder, after: ReviewId | None, limit: int
    ) -> Sequence[ReviewView]:
        def rank(review: Review) -> tuple[int, int]:
            stars = {ReviewOrder.NEWEST: 0, ReviewOrder.HIGHEST: -review.rating, ReviewOrder.LOWEST: review.rating}
            return stars[order], -review.id.int

        rows = self._committed()[REVIEWS]
        found = [
            each
            for each in rows.values()
            if each.provider_id == provider_id
            and each.status is ReviewStatus.PUBLISHED
            and (after is None or (after in rows and rank(each) > rank(rows[after])))
        ]
        return [self._view(each) for each in sorted(found, key=rank)[:limit]]

    async def written_for(self, user_id: UserId, after: ReviewId | None, limit: int) -> Sequence[Review]:
        found = [
            each
            for each in self._committed()[REVIEWS].values()
            if user_id in {each.author_id, each.provider_user_id} and (after is None or each.id > after)
        ]
        return sorted(found, key=lambda each: each.id)[:limit]

    def _view(self, review: Review) -> ReviewView:
        state = self._committed()
        return ReviewView(
            review=review,
            author_name=state[USERS][review.author_id].name,
            provider_name=state[PROFILES][review.provider_id].display_name,
        )


class ReviewRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.reviews = MemoryReviews(state)
        self.reviewable_bookings = MemoryReviewableBookings(state)


class ReviewReadGroup(ReadGroup):
    """The reads of this context."""

    def __init__(self, committed: Callable[[], State]) -> None:
        super().__init__(committed)
        self.reviews = MemoryReviewReads(committed)
