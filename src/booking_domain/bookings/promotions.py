"""Promotions: what lowers the price of bookings, by a code or by itself, within a budget. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType, Self
from uuid import UUID

from booking_domain.bookings.pricing import WHOLE, Discount, DiscountKind, Funding, discounts_of, price_after
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, InvalidValue, NotFound, RuleViolated
from booking_domain.shared.ids import BookingId, ProviderId, SalonId, ServiceId, UserId
from booking_domain.shared.money import Money
from booking_domain.shared.time import MINUTES_A_DAY

PromotionId = NewType("PromotionId", UUID)
RedemptionId = NewType("RedemptionId", UUID)

MAX_PROMOTION_NAME: Final = 80
MAX_PROMOTION_CODES: Final = 5
"""How many codes one booking may name."""
CODE_PATTERN: Final = "^[A-Za-z0-9_-]{3,30}$"
MAX_PROMOTION_SERVICES: Final = 50
DAYS: Final = 7
MAX_HOURS_BEFORE: Final = 24 * 14


class PromotionNotFound(NotFound, code="promotion.not_found"):
    """There is no such promotion."""


class UnknownPromotionCode(RuleViolated, code="promotion.unknown_code", field="promotion_codes"):
    """The provider has no promotion with the code {promotion_code}, or it has ended."""

    promotion_code: str


class PromotionNotApplicable(Conflict, code="promotion.not_applicable", field="promotion_codes"):
    """The promotion {name} is not for this booking: not for its time, its services or this customer."""

    name: str


class PromotionUsedUp(Conflict, code="promotion.used_up", field="promotion_codes"):
    """The promotion {name} is used up."""

    name: str


class PromotionCodeTaken(Conflict, code="promotion.code_taken", field="promotion_code"):
    """There is a promotion with this code already."""


class RedemptionStatus(StrEnum):
    """Whether a redemption counts against the budget."""

    LIVE = "live"
    RELEASED = "released"
    """Its booking does not take place, so it does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What of a promotion is used, by redemptions that count."""

    count: int = 0
    amount: int = 0
    """In minor units."""
    by_customer: int = 0
    """How often the customer of the booking has used it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """The booking that a promotion is for."""

    list_price: Money
    local_start: datetime
    """The start by the provider's clock."""
    until_start: timedelta
    service_ids: tuple[ServiceId, ...]
    is_new: bool
    """Whether the customer has no other booking there that took place or may still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """A promotion of a provider, of a salon for its members, or of the platform. Its conditions never change."""

    id: PromotionId
    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    """None, and no provider: the platform's, which bears it."""
    name: str
    """What customers read."""
    promotion_code: str | None = None
    """In capitals; None: it applies by itself."""
    currency: str
    percent: int | None = None
    amount: int | None = None
    """What it takes off, in minor units; exactly one of it and the percentage is set."""
    most_amount: int | None = None
    """The most that a percentage takes off one booking."""
    first_visit: bool = False
    """Only for customers who are new to the owner: of the platform's, to the platform."""
    days: tuple[int, ...] = ()
    """Only on these days of the week, from 0 (Monday); empty: on all."""
    from_minute: int = 0
    until_minute: int = MINUTES_A_DAY
    """Only for starts from and before these minutes of the provider's day: off-peak hours."""
    hours_before: int | None = None
    """Only within so many hours before the start: last minute."""
    service_ids: tuple[ServiceId, ...] = ()
    """Only if one of these is booked; empty: for all bookings."""
    most_redemptions: int | None = None
    most_total_amount: int | None = None
    """The budget, in minor units."""
    most_per_customer: int | None = None
    combinable: bool = False
    """Whether others that are combinable count besides."""
    starts_at: datetime
    ends_at: datetime | None = None
    version: int = 1
    created_at: datetime

    def __post_init__(self) -> None:
        Money.zero(self.currency)
        if not 1 <= len(self.name) <= MAX_PROMOTION_NAME:
            raise InvalidValue(field="name", problem=f"1 to {MAX_PROMOTION_NAME} characters")
        if self.promotion_code is not None and not re.match(CODE_PATTERN, self.promotion_code):
            raise InvalidValue(field="promotion_code", problem="3 to 30 letters, digits, hyphens and underscores")
        if (self.percent is None) == (self.amount is None):
            raise InvalidValue(field="percent", problem="either a percentage or an amount", besides=("amount",))
        if self.percent is not None and not 1 <= self.percent <= WHOLE:
            raise InvalidValue(field="percent", problem="1 to 100 percent")
        self._require_limits()

    def _require_limits(self) -> None:
        for name in ("amount", "most_amount", "most_redemptions", "most_total_amount", "most_per_customer"):
            limit = getattr(self, name)
            if limit is not None and limit <= 0:
                raise InvalidValue(field=name, problem="more than 0")
        if self.hours_before is not None and not 1 <= self.hours_before <= MAX_HOURS_BEFORE:
            raise InvalidValue(field="hours_before", problem=f"1 to {MAX_HOURS_BEFORE} hours")
        if not 0 <= self.from_minute < self.until_minute <= MINUTES_A_DAY:
            raise InvalidValue(field="until_minute", problem="after the first minute", besides=("from_minute",))
        if not set(self.days) <= set(range(DAYS)):
            raise InvalidValue(field="days", problem="days from 0 (Monday) to 6 (Sunday)")
        if self.ends_at is not None and self.ends_at < self.starts_at:
            raise InvalidValue(field="ends_at", problem="after its start")

    @property
    def funded_by(self) -> Funding:
        """Who bears it: its owner."""
        return Funding.PLATFORM if self.provider_id is None and self.salon_id is None else Funding.PROVIDER

    @property
    def limited(self) -> bool:
        """Whether it depends on what of it is used."""
        limits = (self.most_redemptions, self.most_total_amount, self.most_per_customer)
        return any(each is not None for each in limits)

    def running(self, now: datetime) -> bool:
        """Whether bookings that are made now get it."""
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)

    def end(self, now: datetime) -> Self:
        """The promotion without more bookings. Those that have it keep it."""
        if self.ends_at is not None and self.ends_at <= now:
            return self
        ends_at = max(now, self.starts_at)
        return replace(self, ends_at=ends_at, version=self.version + 1)

    def is_for(self, occasion: Occasion) -> bool:
        """Whether the booking fulfils its conditions."""
        start, hours = occasion.local_start, self.hours_before
        minute = start.hour * 60 + start.minute
        return (
            self.currency == occasion.list_price.currency
            and (occasion.is_new or not self.first_visit)
            and (not self.days or start.weekday() in self.days)
            and self.from_minute <= minute < self.until_minute
            and (hours is None or occasion.until_start <= timedelta(hours=hours))
            and (not self.service_ids or not set(self.service_ids).isdisjoint(occasion.service_ids))
        )

    def discount(self, occasion: Occasion, use: Use, step: int) -> Discount:
        """What it takes off a booking, within what is left of its budget.

        Raises:
            PromotionNotApplicable: it is not for this booking.
            PromotionUsedUp: the budget, or the customer's share of it, is used.
        """
        if not self.is_for(occasion):
            raise PromotionNotApplicable(name=self.name)
        price = occasion.list_price
        most = price.amount if self.amount is None else self.amount
        if self.most_amount is not None:
            most = min(most, self.most_amount)
        if self.most_total_amount is not None:
            most = min(most, self.most_total_amount - use.amount)
        most = min(most, price.amount)
        most -= most % step
        full = self.most_redemptions is not None and use.count >= self.most_redemptions
        had = self.most_per_customer is not None and use.by_customer >= self.most_per_customer
        if full or had or (most <= 0 and price):
            raise PromotionUsedUp(name=self.name)
        return Discount(
            kind=DiscountKind.PROMOTION,
            source_id=self.id,
            label=self.name,
            amount=Money.zero(price.currency),
            most=Money(amount=most, currency=price.currency),
            percent=self.percent,
            step=step,
            funded_by=self.funded_by,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Redemption:
    """A promotion that a booking got."""

    id: RedemptionId
    promotion_id: PromotionId
    booking_id: BookingId
    customer_id: UserId
    amount: Money
    """What it took off, and counts against the budget."""
    status: RedemptionStatus = RedemptionStatus.LIVE
    at: datetime


def best_of(list_price: Money, found: Iterable[tuple[Promotion, Discount]]) -> Sequence[tuple[Promotion, Discount]]:
    """The promotions that together take off most: all that are combinable, or one that is not."""
    each = list(found)
    choices = [[pair] for pair in each if not pair[0].combinable]
    choices.append([pair for pair in each if pair[0].combinable])

    def price(chosen: list[tuple[Promotion, Discount]]) -> int:
        return price_after(list_price, discounts_of(list_price, [discount for _, discount in chosen])).amount

    return min(choices, key=price)
