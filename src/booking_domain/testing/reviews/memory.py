"""Reviews in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import Rating
from booking_domain.reviews.model import Review, ReviewExists, ReviewId, ReviewStatus
from booking_domain.reviews.policy import Tie, Visit, counted, ties_of
from booking_domain.reviews.ports import (
    ReviewableBooking,
    ReviewableBookings,
    ReviewFilter,
    ReviewOrder,
    ReviewReads,
    Reviews,
    ReviewView,
    Ties,
)
from booking_domain.shared.ids import BookingId, ProviderId, SalonId, UserId
from booking_domain.testing.bookings.memory.tables import BOOKINGS, TERMS
from booking_domain.testing.catalogue.memory.tables import PROFILES, SALON_MEMBERS, SALONS
from booking_domain.testing.identity.memory.tables import BANK_ACCOUNTS, SESSIONS, USERS
from booking_domain.testing.kit.tables import Group, InMemory, Part, Rows, State, Table, VersionedRepository
from booking_domain.testing.notifications.memory.tables import SMS_MESSAGES
from booking_domain.testing.payments.memory.tables import PAYER_CARDS
from booking_domain.testing.scheduling.memory.services import offered_by
from booking_domain.testing.scheduling.memory.tables import CALENDARS


def _erase_words(_: State, rows: Rows[ReviewId, Review], user_id: UserId) -> None:
    for key, review in list(rows.items()):
        erased = review
        if review.author_id == user_id:
            erased = replace(erased, text="", hide_note="")
        if review.provider_user_id == user_id:
            erased = replace(erased, reply=None, replied_at=None)
        if erased != review:
            rows[key] = replace(erased, version=review.version + 1)


REVIEWS: Final = Table[ReviewId, Review](
    "reviews",
    refers=lambda row: ((BOOKINGS, row.booking_id), (PROFILES, row.provider_id)),
    what="review",
    erase=_erase_words,
)
TABLES: Final = (REVIEWS,)


class MemoryReviews(VersionedRepository[ReviewId, Review], Reviews):
    """The reviews of one transaction."""

    table = REVIEWS

    async def add(self, review: Review) -> None:

        if any(each.booking_id == review.booking_id for each in self._rows.values()):
            raise ReviewExists
        await super().add(review)

    async def ages_since(self, provider_id: ProviderId, since: datetime) -> Sequence[timedelta]:
        self._state.lock()
        return [
            review.created_at - self._state[USERS][review.author_id].created_at
            for review in self._rows.values()
            if review.provider_id == provider_id and review.created_at > since
        ]

    async def recount(self, provider_id: ProviderId) -> None:
        self._state.lock()
        stars = [
            each.rating for each in counted(each for each in self._rows.values() if each.provider_id == provider_id)
        ]
        profile, rating = self._state[PROFILES][provider_id], Rating(count=len(stars), total=sum(stars))
        if rating != profile.rating:
            self._state[PROFILES][provider_id] = replace(profile, rating=rating, version=profile.version + 1)


class MemoryTies(InMemory, Ties):
    """The ties of one transaction."""

    async def between(self, author_id: UserId, provider_id: ProviderId) -> frozenset[Tie]:
        state, profile = self._state, self._state[PROFILES].get(provider_id)
        if profile is None:
            return frozenset()
        salon = state[SALONS].get(state[SALON_MEMBERS].get(provider_id, SalonId(UUID(int=0))))
        business = {profile.owner_id} if salon is None else {profile.owner_id, salon.manager_id}
        author = state[USERS].get(author_id)
        number = author is not None and author.phone and salon is not None and author.phone == salon.phone
        return ties_of(
            manages=salon is not None and salon.manager_id == author_id,
            texts=bool(number) or self._texts(author_id, business),
            bank_account=self._bank_account(author_id, business),
            device=self._device(author_id, business),
        )

    async def of_accounts(self, one: UserId, other: UserId) -> frozenset[Tie]:
        def cards(user_id: UserId) -> set[bytes]:
            return {each.card_digest for each in self._state[PAYER_CARDS].values() if each.user_id == user_id}

        return ties_of(
            texts=self._texts(one, {other}),
            bank_account=self._bank_account(one, {other}),
            device=self._device(one, {other}),
            card=bool(cards(one) & cards(other)),
        )

    def _texts(self, author_id: UserId, business: Collection[UserId]) -> bool:
        def numbers(people: Collection[UserId]) -> set[bytes]:
            texts = self._state[SMS_MESSAGES].values()
            return {each.to_digest for each in texts if each.user_id in people and each.to_verified} - {b""}

        return bool(numbers({author_id}) & numbers(business))

    def _bank_account(self, author_id: UserId, business: Collection[UserId]) -> bool:
        def numbers(people: Collection[UserId]) -> set[str]:
            accounts = [self._state[BANK_ACCOUNTS].get(each) for each in people]
            return {each.details.account_number for each in accounts if each is not None}

        return bool(numbers({author_id}) & numbers(business))

    def _device(self, author_id: UserId, business: Collection[UserId]) -> bool:
        def devices(people: Collection[UserId]) -> set[tuple[str, str]]:
            clients = [each.client for each in self._state[SESSIONS].values() if each.user_id in people]
            return {(each.address, each.user_agent) for each in clients if each.address and each.user_agent}

        return bool(devices({author_id}) & devices(business))


class MemoryReviewableBookings(InMemory, ReviewableBookings):
    """The bookings of one transaction, as far as reviews need them."""

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
            customer_since=self._state[USERS][booking.customer_id].created_at,
            provider_name=self._state[PROFILES][booking.provider_id].display_name,
            completed=booking.status is Status.COMPLETED,
            visit=Visit(
                placed_by_staff=booking.placed_by_staff,
                entered_late=booking.span.start < booking.created_at,
                minutes=booking.minutes,
                shortest_minutes=_shortest_minutes(self._state, booking.provider_id),
                has_price=booking.price.amount > 0,
            ),
        )


def _shortest_minutes(state: State, provider_id: ProviderId) -> int:
    offered = [
        service.offered(offer).minutes
        for service, offer, bookable in offered_by(state, provider_id)
        if bookable and not service.add_on
    ]
    lengths = [state[CALENDARS][provider_id].settings.duration_minutes]
    lengths += [each.minutes for each in state[TERMS][provider_id].durations] if provider_id in state[TERMS] else []
    return min(offered or lengths)


class MemoryReviewReads(InMemory, ReviewReads):
    """The committed reviews."""

    async def get(self, review_id: ReviewId) -> ReviewView | None:
        review = self._state[REVIEWS].get(review_id)
        return None if review is None else self._view(review)

    async def page(self, chosen: ReviewFilter) -> Sequence[ReviewView]:
        found = self._state[REVIEWS].page(
            lambda each: (
                chosen.author_id in {None, each.author_id}
                and chosen.provider_id in {None, each.provider_id}
                and chosen.status in {None, each.status}
            ),
            chosen.after,
            chosen.limit,
            newest_first=True,
        )
        return [self._view(each) for each in found]

    async def of_provider(
        self, provider_id: ProviderId, order: ReviewOrder, after: ReviewId | None, limit: int
    ) -> Sequence[ReviewView]:
        def rank(review: Review) -> tuple[int, int]:
            stars = {ReviewOrder.NEWEST: 0, ReviewOrder.HIGHEST: -review.rating, ReviewOrder.LOWEST: review.rating}
            return stars[order], -review.id.int

        rows = self._state[REVIEWS]
        found = [
            each
            for each in rows.values()
            if each.provider_id == provider_id
            and each.status is ReviewStatus.PUBLISHED
            and (after is None or (after in rows and rank(each) > rank(rows[after])))
        ]
        return [self._view(each) for each in sorted(found, key=rank)[:limit]]

    async def written_for(self, user_id: UserId, after: ReviewId | None, limit: int) -> Sequence[Review]:
        return self._state[REVIEWS].page(lambda each: user_id in {each.author_id, each.provider_user_id}, after, limit)

    def _view(self, review: Review) -> ReviewView:
        state = self._state
        return ReviewView(
            review=review,
            author_name=state[USERS][review.author_id].name,
            provider_name=state[PROFILES][review.provider_id].display_name,
        )


class ReviewRepositories(Group):
    """The repositories of this context."""

    reviews: Final = Part(MemoryReviews)
    reviewable_bookings: Final = Part(MemoryReviewableBookings)
    ties: Final = Part(MemoryTies)


class ReviewReadGroup(Group):
    """The reads of this context."""

    reviews: Final = Part(MemoryReviewReads)
