"""Tiers of a loyalty programme: what a customer has by the points that they have earned in the last 12 months. Pure.

*Qualifying* points are those that appointments have earned, less what was taken back, whether they are spent or not. A
tier is kept for the programme's grace period after they fall below its threshold; without one, it ends at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from booking_domain.loyalty.lots import LoyaltyEntry
from booking_domain.shared.errors import InvalidValue

PERIOD: Final = timedelta(days=365)
"""For how long points qualify."""
MAX_TIERS: Final = 10
MAX_TIER_NAME: Final = 40
MAX_TIER_GRACE: Final = timedelta(days=365)
MAX_TIER_PERCENT: Final = 1_000
PLAIN: Final = 100
"""The percentage of points that customers without a tier earn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoyaltyTier:
    """A tier that customers have from so many qualifying points on."""

    name: str
    from_points: int
    percent: int = PLAIN
    """What they earn, in percent of the points of the programme."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.name) <= MAX_TIER_NAME:
            raise InvalidValue(field="name", problem=f"1 to {MAX_TIER_NAME} characters")
        if self.from_points <= 0:
            raise InvalidValue(field="from_points", problem="more than 0")
        if not PLAIN <= self.percent <= MAX_TIER_PERCENT:
            raise InvalidValue(field="percent", problem=f"{PLAIN} to {MAX_TIER_PERCENT}")


def qualifying_points(entries: Iterable[LoyaltyEntry], at: datetime) -> int:
    """The sum of the entries of the 12 months before, never below zero."""
    return max(0, sum(each.points for each in entries if at - PERIOD < each.at <= at))


def tier_at(
    tiers: Sequence[LoyaltyTier], entries: Sequence[LoyaltyEntry], at: datetime, grace: timedelta
) -> LoyaltyTier | None:
    """The tier of a customer with these entries of qualifying points: the highest within the grace period before."""
    moments = [at - grace, *(each.at for each in entries if at - grace < each.at <= at), at]
    most = max(qualifying_points(entries, moment) for moment in moments)
    return max((each for each in tiers if each.from_points <= most), key=lambda tier: tier.from_points, default=None)


def next_tier(tiers: Iterable[LoyaltyTier], points: int) -> LoyaltyTier | None:
    """The tier that a customer with so many qualifying points reaches next."""
    return min((each for each in tiers if points < each.from_points), key=lambda tier: tier.from_points, default=None)
