"""The contract of `Promotions` and `PromotionReads`."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from booking_domain.bookings.promotion_ports import PromotionFilter, PromotionView
from booking_domain.bookings.promotions import (
    Promotion,
    PromotionCodeTaken,
    PromotionId,
    Redemption,
    RedemptionId,
    Use,
)
from booking_domain.bookings.transitions import Status
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, NOW, Builder
from booking_domain.testing.kit.storage import Cast, StorageContract


def promotion(make: Builder, **values: Any) -> Promotion:
    """A promotion of ten percent that runs now, of the platform unless it says otherwise."""
    made: dict[str, Any] = {"name": "Spring", "currency": "MNT", "percent": 10, "starts_at": NOW, "created_at": NOW}
    return Promotion(id=PromotionId(make.entropy.new_id()), **made | values)


def redemption(make: Builder, of: Promotion, booking: Any, amount: int = 5) -> Redemption:
    """What a booking got of a promotion."""
    return Redemption(
        id=RedemptionId(make.entropy.new_id()),
        promotion_id=of.id,
        booking_id=booking.id,
        customer_id=booking.customer_id,
        amount=Money(amount=amount, currency="MNT"),
        at=NOW,
    )


class PromotionsContract(StorageContract):
    """Promotions in a database transaction, and reads of them."""

    async def test_promotions_are_found_by_provider_code_and_time(self, cast: Cast) -> None:
        theirs = {"provider_id": cast.profile.id}
        by_itself, coded = promotion(self.make), promotion(self.make, promotion_code="SPRING", **theirs)
        other = promotion(self.make, promotion_code="OTHER", **theirs)
        past = promotion(self.make, starts_at=NOW - HOUR, ends_at=NOW)
        later = promotion(self.make, starts_at=NOW + HOUR)
        full = promotion(
            self.make,
            percent=None,
            amount=7,
            days=(0, 6),
            from_minute=60,
            until_minute=120,
            hours_before=3,
            most_redemptions=4,
            most_total_amount=2**53,
            most_per_customer=1,
            first_visit=True,
            combinable=True,
            ends_at=NOW + HOUR,
            **theirs,
        )
        async with self.begin() as tx:
            for each in (full, by_itself, coded, past, later, other):
                await tx.promotions.add(each)
        async with self.begin() as tx:
            found = await tx.promotions.for_booking(cast.profile.id, ["SPRING"], NOW)
            assert list(found) == [by_itself, coded, full]
            assert list(await tx.promotions.for_booking(cast.profile.id, [], NOW)) == [by_itself, full]
            assert await tx.promotions.get(full.id) == full
            bookable = await tx.bookable_providers.lock(
                cast.profile.id, self.make.claim(cast.profile, cast.customer).span
            )
            assert bookable is not None
            assert bookable.promotes
        views = await self.reads.promotions.page(PromotionFilter(provider_id=cast.profile.id, limit=2))
        assert [each.promotion for each in views] == [full, other]
        assert await self.reads.promotions.page(PromotionFilter(salon_ids=())) == []
        [first] = await self.reads.promotions.page(PromotionFilter(after=coded.id, provider_id=None, limit=1))
        assert first == PromotionView(promotion=by_itself, redemptions=0, redeemed_amount=0)

    async def test_an_owner_has_a_code_once(self, cast: Cast) -> None:
        async with self.begin() as tx:
            await tx.promotions.add(promotion(self.make, promotion_code="ONE"))
            await tx.promotions.add(promotion(self.make, promotion_code="ONE", provider_id=cast.profile.id))
        with pytest.raises(PromotionCodeTaken):
            await self.alone.promotions.add(promotion(self.make, promotion_code="ONE"))

    async def test_only_the_seen_version_is_saved(self) -> None:
        made = promotion(self.make)
        await self.alone.promotions.add(made)
        ended = made.end(NOW + HOUR)
        await self.alone.promotions.save(ended, was=made)
        other = promotion(self.make)
        await self.alone.promotions.add(other)
        both = sorted((ended, other), key=lambda each: each.id)
        assert list(await self.alone.promotions.lock([other.id, made.id])) == both
        await self.excludes(lambda tx: tx.promotions.lock([made.id]))
        with pytest.raises(ConcurrentChange):
            await self.alone.promotions.save(ended, was=made)

    async def test_redemptions_count_until_they_are_released(self, cast: Cast) -> None:
        made = promotion(self.make, provider_id=cast.profile.id)
        booking = self.make.booking(cast.profile, cast.customer)
        other = replace(self.make.booking(cast.profile, cast.owner), status=Status.CANCELLED)
        async with self.begin() as tx:
            assert await tx.promotions.is_new(cast.customer.id, None)
            await tx.promotions.add(made)
            for each in (booking, other):
                await tx.bookings.add(each, [self.make.event(each)])
                await tx.promotions.redeem(redemption(self.make, made, each))
        async with self.begin() as tx:
            assert not await tx.promotions.is_new(cast.customer.id, None)
            assert not await tx.promotions.is_new(cast.customer.id, cast.profile.id)
            assert await tx.promotions.is_new(cast.owner.id, cast.profile.id)
            assert await tx.promotions.use_of(made.id, cast.customer.id) == Use(count=2, amount=10, by_customer=1)
            await tx.promotions.count(booking.id, live=False)
            assert await tx.promotions.use_of(made.id, cast.customer.id) == Use(count=1, amount=5, by_customer=0)
            [released] = await tx.promotions.redemptions_of(booking.id)
            assert released.status.value == "released"
            another = promotion(self.make, provider_id=cast.profile.id, promotion_code="ANOTHER")
            await tx.promotions.add(another)
            more = replace(redemption(self.make, another, booking), id=RedemptionId(UUID(int=1)))
            await tx.promotions.redeem(more)
            assert [each.id for each in await tx.promotions.redemptions_of(booking.id)] == [more.id, released.id]
            await tx.promotions.count(booking.id, live=True)
        [_, view] = await self.reads.promotions.page(PromotionFilter())
        assert (view.redemptions, view.redeemed_amount) == (2, 10)
