"""Promotions and their redemptions in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from booking_domain.bookings.promotion_ports import PromotionFilter, PromotionReads, Promotions, PromotionView
from booking_domain.bookings.promotions import (
    Promotion,
    PromotionCodeTaken,
    PromotionId,
    Redemption,
    RedemptionStatus,
    Use,
)
from booking_domain.bookings.transitions import Status
from booking_domain.shared.ids import BookingId, ProviderId, UserId
from booking_domain.testing.bookings.memory.tables import BOOKINGS, PROMOTIONS, REDEMPTIONS
from booking_domain.testing.catalogue.memory.tables import SALON_MEMBERS
from booking_domain.testing.kit.tables import InMemory, State, VersionedRepository


def promotions_for(state: State, provider_id: ProviderId) -> list[Promotion]:
    """The promotions for bookings of a provider, whenever they run."""
    salon_id = state[SALON_MEMBERS].get(provider_id)
    return [
        each
        for each in sorted(state[PROMOTIONS].values(), key=lambda one: one.id)
        if each.provider_id == provider_id or (each.provider_id is None and each.salon_id in {None, salon_id})
    ]


def _live(state: State, promotion_id: PromotionId) -> list[Redemption]:
    return state[REDEMPTIONS].where(
        lambda row: row.promotion_id == promotion_id and row.status is RedemptionStatus.LIVE
    )


class MemoryPromotions(VersionedRepository[PromotionId, Promotion], Promotions):
    """The promotions of one database transaction."""

    table = PROMOTIONS

    async def add(self, promotion: Promotion) -> None:
        owner = (promotion.provider_id, promotion.salon_id, promotion.promotion_code)
        taken = self._rows.where(lambda row: (row.provider_id, row.salon_id, row.promotion_code) == owner)
        if promotion.promotion_code is not None and taken:
            raise PromotionCodeTaken
        self._rows.put(promotion)

    async def get(self, promotion_id: PromotionId) -> Promotion | None:
        return self._rows.get(promotion_id)

    async def for_booking(self, provider_id: ProviderId, codes: Sequence[str], now: datetime) -> Sequence[Promotion]:
        found = promotions_for(self._state, provider_id)
        return [each for each in found if each.running(now) and each.promotion_code in {None, *codes}]

    async def lock(self, promotion_ids: Sequence[PromotionId]) -> Sequence[Promotion]:  # type: ignore[override]
        self._state.lock()
        return [self._rows[each] for each in sorted(promotion_ids) if each in self._rows]

    async def use_of(self, promotion_id: PromotionId, customer_id: UserId) -> Use:
        live = _live(self._state, promotion_id)
        return Use(
            count=len(live),
            amount=sum(each.amount.amount for each in live),
            by_customer=sum(each.customer_id == customer_id for each in live),
        )

    async def is_new(self, customer_id: UserId, provider_id: ProviderId | None) -> bool:
        return not any(
            each.customer_id == customer_id
            and provider_id in {None, each.provider_id}
            and each.status not in {Status.CANCELLED, Status.EXPIRED}
            for each in self._state[BOOKINGS].values()
        )

    async def redeem(self, redemption: Redemption) -> None:
        self._state[REDEMPTIONS].put(redemption)

    async def count(self, booking_id: BookingId, *, live: bool) -> None:
        becomes = RedemptionStatus.LIVE if live else RedemptionStatus.RELEASED
        self._state[REDEMPTIONS].change(
            lambda row: row.booking_id == booking_id, lambda row: replace(row, status=becomes)
        )

    async def redemptions_of(self, booking_id: BookingId) -> Sequence[Redemption]:
        found = self._state[REDEMPTIONS].where(lambda row: row.booking_id == booking_id)
        return sorted(found, key=lambda row: row.id)


class MemoryPromotionReads(InMemory, PromotionReads):
    """Committed promotions."""

    async def page(self, criteria: PromotionFilter) -> Sequence[PromotionView]:
        state = self._state
        found = state[PROMOTIONS].page(
            lambda row: (
                criteria.provider_id in {None, row.provider_id}
                and (criteria.salon_ids is None or row.salon_id in criteria.salon_ids)
            ),
            criteria.after,
            criteria.limit,
            newest_first=True,
        )
        return [
            PromotionView(
                promotion=each,
                redemptions=len(_live(state, each.id)),
                redeemed_amount=sum(one.amount.amount for one in _live(state, each.id)),
            )
            for each in found
        ]
