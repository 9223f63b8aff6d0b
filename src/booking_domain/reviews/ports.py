"""Ports of reviews."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from booking_domain.reviews.events import EVENTS, ReviewRequested
from booking_domain.reviews.model import REVIEW_LIFECYCLE, Review, ReviewId, ReviewStatus
from booking_domain.reviews.policy import Tie, Visit
from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import BookingId, ProviderId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewableBooking:
    """What a review needs to know of a booking."""

    booking_id: BookingId
    provider_id: ProviderId
    provider_user_id: UserId
    customer_id: UserId
    """The provider's own account for a walk-in."""
    customer_name: str
    customer_since: datetime
    """When the customer's account was created."""
    provider_name: str
    completed: bool
    visit: Visit


class ReviewableBookings(Protocol):
    """The bookings of a transaction, as far as reviews need them."""

    async def get(self, booking_id: BookingId) -> ReviewableBooking | None:
        """One booking."""
        ...


class Ties(Protocol):
    """What authors have in common with providers, and accounts with each other."""

    async def between(self, author_id: UserId, provider_id: ProviderId) -> frozenset[Tie]:
        """The ties between an account and a provider with its account and its salon, as far as they are stored now.

        Addresses of sessions count only together with the same user agent. What is compared is not stored again.
        """
        ...

    async def of_accounts(self, one: UserId, other: UserId) -> frozenset[Tie]:
        """The same between two accounts, with the cards that have paid."""
        ...


class Reviews(Protocol):
    """The reviews of a transaction."""

    async def ages_since(self, provider_id: ProviderId, since: datetime) -> Sequence[timedelta]:
        """Of each review of the provider after an instant, whatever its status, the age of its author's account then.

        Transactions that ask for one provider run one at a time.
        """
        ...

    async def add(self, review: Review) -> None:
        """Add a review.

        Raises:
            ReviewExists: the booking has a review. Raised at this call or at the next wait.
        """
        ...

    async def lock(self, review_id: ReviewId) -> Review | None:
        """One review, locked until the transaction ends."""
        ...

    async def save(self, review: Review, *, was: Review) -> None:
        """Replace a review that this transaction has locked.

        Raises:
            ConcurrentChange: it is no longer the version `was`. Raised at this call or at the next wait.
        """
        ...

    async def recount(self, provider_id: ProviderId) -> None:
        """Set the provider's rating to that of the reviews that count; see `counted`.

        Transactions that recount for one provider run one at a time.
        """
        ...


class ReviewOrder(StrEnum):
    """How a provider's reviews are sorted; reviews of equal rating are newest first."""

    NEWEST = "newest"
    HIGHEST = "highest"
    LOWEST = "lowest"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    """A review with the names of both sides."""

    review: Review
    author_name: str
    provider_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class ReviewFilter:
    """Which reviews to list, newest first; None matches any value. `after` is the last id of the previous page."""

    author_id: UserId | None = None
    provider_id: ProviderId | None = None
    status: ReviewStatus | None = None
    after: ReviewId | None = None
    limit: int = 50


class ReviewReads(Protocol):
    """Reads of reviews, outside any transaction."""

    async def get(self, review_id: ReviewId) -> ReviewView | None:
        """One review, whatever its status."""
        ...

    async def page(self, chosen: ReviewFilter) -> Sequence[ReviewView]:
        """The reviews that match, newest first, at most `limit`."""
        ...

    async def of_provider(
        self, provider_id: ProviderId, order: ReviewOrder, after: ReviewId | None, limit: int
    ) -> Sequence[ReviewView]:
        """The provider's published reviews: those that follow `after` in this order, at most `limit`."""
        ...

    async def written_for(self, user_id: UserId, after: ReviewId | None, limit: int) -> Sequence[Review]:
        """The reviews that the user wrote or, as the provider, received, by id: those after `after`."""
        ...


class ReviewRepositories(Protocol):
    """The repositories of this context."""

    @property
    def reviews(self) -> Reviews: ...
    @property
    def reviewable_bookings(self) -> ReviewableBookings: ...
    @property
    def ties(self) -> Ties: ...


class ReviewReadGroup(Protocol):
    """The reads of this context."""

    @property
    def reviews(self) -> ReviewReads: ...


CONTEXT: Final = DomainContext(
    events=(*EVENTS, ReviewRequested),
    lifecycles=(REVIEW_LIFECYCLE,),
    follow_ups=(ReviewRequested,),
    news=frozenset({"review"}),
)
