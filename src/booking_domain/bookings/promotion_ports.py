"""The ports of promotions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking_domain.bookings.promotions import Promotion, PromotionId, Redemption, Use
from booking_domain.shared.ids import BookingId, ProviderId, SalonId, UserId


class Promotions(Protocol):
    """Promotions and their redemptions inside a database transaction. Lock order: bookings before promotions."""

    async def add(self, promotion: Promotion) -> None:
        """Add a promotion.

        Raises:
            PromotionCodeTaken: its owner has one with its code.
        """
        ...

    async def save(self, promotion: Promotion, *, was: Promotion) -> None:
        """Replace `was` by `promotion`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def get(self, promotion_id: PromotionId) -> Promotion | None:
        """One promotion."""
        ...

    async def for_booking(self, provider_id: ProviderId, codes: Sequence[str], now: datetime) -> Sequence[Promotion]:
        """What runs now for bookings of the provider, by these codes or by itself, by id.

        It is the provider's own, its salon's or the platform's.
        """
        ...

    async def lock(self, promotion_ids: Sequence[PromotionId]) -> Sequence[Promotion]:
        """Lock promotions in the order of their ids until the database transaction ends, and return them."""
        ...

    async def use_of(self, promotion_id: PromotionId, customer_id: UserId) -> Use:
        """What is used of it; exact while it is locked."""
        ...

    async def is_new(self, customer_id: UserId, provider_id: ProviderId | None) -> bool:
        """Whether the customer has no booking with the provider (None: with anyone) that took place or may still."""
        ...

    async def redeem(self, redemption: Redemption) -> None:
        """Add a redemption."""
        ...

    async def count(self, booking_id: BookingId, *, live: bool) -> None:
        """Let the redemptions of a booking count, or no longer."""
        ...

    async def redemptions_of(self, booking_id: BookingId) -> Sequence[Redemption]:
        """The redemptions of a booking, by id."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionFilter:
    """Whose promotions to list; all None: all."""

    provider_id: ProviderId | None = None
    salon_ids: tuple[SalonId, ...] | None = None
    after: PromotionId | None = None
    """The last promotion of the previous page."""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionView:
    """A promotion and what of it is used."""

    promotion: Promotion
    redemptions: int
    redeemed_amount: int


class PromotionReads(Protocol):
    """Reads of promotions, outside any database transaction."""

    async def page(self, criteria: PromotionFilter) -> Sequence[PromotionView]:
        """The matching promotions, newest first."""
        ...
