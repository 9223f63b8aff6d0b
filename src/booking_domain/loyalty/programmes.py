"""Loyalty programmes: how customers earn points with their visits, and what a point is worth. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NewType, Self
from uuid import UUID

from booking_domain.loyalty.lots import Issuer, LoyaltyEntry
from booking_domain.loyalty.rewards import MAX_REWARDS, Reward
from booking_domain.loyalty.tiers import MAX_TIER_GRACE, MAX_TIERS, PLAIN, LoyaltyTier, tier_at
from booking_domain.shared.errors import InvalidValue, NotFound
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId
from booking_domain.shared.money import Money
from booking_domain.shared.time import months_after

LoyaltyProgrammeId = NewType("LoyaltyProgrammeId", UUID)

MAX_LOYALTY_NAME: Final = 80
MAX_EXCLUDED_SERVICES: Final = 50
MAX_EXPIRY_MONTHS: Final = 120
MAX_ACTIVE_AFTER_DAYS: Final = 90
MAX_REFERRALS: Final = 1_000
MAX_LOYALTY_AMOUNT: Final = 10**12
"""The largest amount and number of points of a programme."""


class LoyaltyProgrammeNotFound(NotFound, code="loyalty.programme_not_found"):
    """There is no such loyalty programme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoyaltyProgramme:
    """A programme of a provider, of a salon for its members, or of the platform. Its rules never change.

    Who issues points has one programme that runs for each currency. Points are of the issuer, whatever the currency.
    """

    id: LoyaltyProgrammeId
    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    """None, and no provider: the platform's, which bears what its points take off."""
    name: str
    """What customers read."""
    currency: str
    points: int
    """What customers earn for each `per_amount` that they have paid for an appointment that took place."""
    per_amount: int
    """In minor units; parts of it earn nothing."""
    min_amount: int = 0
    """In minor units: who has paid less for a booking earns nothing of it."""
    most_points: int | None = None
    """The most that one booking earns."""
    excluded_service_ids: tuple[ServiceId, ...] = ()
    """Services whose part of the price earns nothing."""
    review_points: int = 0
    """What the first review of a booking earns once it is published."""
    point_value: int
    """What a point takes off a price, in minor units."""
    expires_after_months: int | None = None
    """None: points do not expire."""
    active_after_days: int = 0
    """How many days after the appointment points can be spent at the earliest."""
    referrer_points: int = 0
    """What a customer earns for another whom they have referred, after the first visit that is paid."""
    referred_points: int = 0
    """What that other customer earns."""
    most_referrals: int | None = None
    """For how many first visits in 30 days a customer earns points; None: for all."""
    tiers: tuple[LoyaltyTier, ...] = ()
    """The lowest first."""
    rewards: tuple[Reward, ...] = ()
    """Services that are redeemed for points."""
    tier_grace_days: int = 0
    """How long customers keep a tier once their qualifying points are too few; 0: it ends at once."""
    started_at: datetime
    ended_at: datetime | None = None
    version: int = 1

    def __post_init__(self) -> None:
        Money.zero(self.currency)
        if not 1 <= len(self.name) <= MAX_LOYALTY_NAME:
            raise InvalidValue(field="name", problem=f"1 to {MAX_LOYALTY_NAME} characters")
        for name, least in (
            ("points", 0),
            ("per_amount", 1),
            ("min_amount", 0),
            ("review_points", 0),
            ("referrer_points", 0),
            ("referred_points", 0),
        ):
            _require_between(name, getattr(self, name), least, MAX_LOYALTY_AMOUNT)
        _require_between("point_value", self.point_value, 1, MAX_LOYALTY_AMOUNT)
        _require_between("active_after_days", self.active_after_days, 0, MAX_ACTIVE_AFTER_DAYS)
        if self.most_points is not None:
            _require_between("most_points", self.most_points, 1, MAX_LOYALTY_AMOUNT)
        if self.most_referrals is not None:
            _require_between("most_referrals", self.most_referrals, 1, MAX_REFERRALS)
        if self.expires_after_months is not None:
            _require_between("expires_after_months", self.expires_after_months, 1, MAX_EXPIRY_MONTHS)
        _require_between("tier_grace_days", self.tier_grace_days, 0, MAX_TIER_GRACE.days)
        self._require_tiers_and_rewards()
        if len(self.excluded_service_ids) > MAX_EXCLUDED_SERVICES:
            raise InvalidValue(field="excluded_service_ids", problem=f"at most {MAX_EXCLUDED_SERVICES} services")
        soonest = timedelta(days=self.active_after_days)
        if self.expires_after_months is not None and months_after(self.started_at, self.expires_after_months) <= (
            self.started_at + soonest
        ):
            raise InvalidValue(field="active_after_days", problem="before the points expire")

    def _require_tiers_and_rewards(self) -> None:
        if len(self.tiers) > MAX_TIERS:
            raise InvalidValue(field="tiers", problem=f"at most {MAX_TIERS} tiers")
        thresholds = [each.from_points for each in self.tiers]
        if thresholds != sorted(set(thresholds)) or len({each.name for each in self.tiers}) < len(thresholds):
            raise InvalidValue(field="tiers", problem="the lowest first, each with a name of its own")
        if len(self.rewards) > MAX_REWARDS or len({each.name for each in self.rewards}) < len(self.rewards):
            raise InvalidValue(field="rewards", problem=f"at most {MAX_REWARDS} rewards, each with a name of its own")

    @property
    def issuer(self) -> Issuer:
        """Whose points they are."""
        return Issuer(provider_id=self.provider_id, salon_id=self.salon_id)

    @property
    def of_platform(self) -> bool:
        """Whether the platform issues the points, and bears what they take off."""
        return self.issuer == Issuer()

    def reward(self, name: str) -> Reward | None:
        """The reward with this name."""
        return next((each for each in self.rewards if each.name == name), None)

    def end(self, now: datetime) -> Self:
        """The programme without more earnings and redemptions. Customers keep their points."""
        return self if self.ended_at is not None else replace(self, ended_at=now, version=self.version + 1)

    def tier_at(self, entries: Sequence[LoyaltyEntry], at: datetime) -> LoyaltyTier | None:
        """The tier of a customer with these entries of qualifying points."""
        return tier_at(self.tiers, entries, at, timedelta(days=self.tier_grace_days))

    def earned_by(self, paid: int, services: Iterable[tuple[ServiceId, int]], tier: LoyaltyTier | None = None) -> int:
        """The points of a booking for which so much was paid, in minor units, of services at these prices."""
        prices = list(services)
        whole = sum(price for _, price in prices)
        if whole:
            counted = sum(price for service_id, price in prices if service_id not in self.excluded_service_ids)
            paid = paid * counted // whole
        points = self.points * (paid // self.per_amount) if paid >= max(1, self.min_amount) else 0
        points = points * (PLAIN if tier is None else tier.percent) // PLAIN
        return points if self.most_points is None else min(points, self.most_points)

    def active_from(self, earned_at: datetime) -> datetime:
        """When points can be spent that are earned at this time."""
        return earned_at + timedelta(days=self.active_after_days)

    def expires_at(self, earned_at: datetime) -> datetime | None:
        """When points expire that are earned at this time."""
        months = self.expires_after_months
        return None if months is None else months_after(earned_at, months)


def _require_between(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise InvalidValue(field=field, problem=f"{least} to {most}")
