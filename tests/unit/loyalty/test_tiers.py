"""Tiers by qualifying points: reached at once, lost at once or after the grace period."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from tests.unit.loyalty.test_programmes import programme

from booking_domain.loyalty.lots import LoyaltyAccountId, LoyaltyEntry, LoyaltyEntryId, LoyaltyEntryKind
from booking_domain.loyalty.tiers import LoyaltyTier, next_tier, qualifying_points, tier_at
from booking_domain.shared.errors import InvalidValue
from booking_domain.testing.builders import NOW

SILVER, GOLD = LoyaltyTier(name="Silver", from_points=100), LoyaltyTier(name="Gold", from_points=300, percent=150)
TIERS = (SILVER, GOLD)
DAY = timedelta(days=1)


def entry(points: int, day: int) -> LoyaltyEntry:
    kind = LoyaltyEntryKind.EARNED if points > 0 else LoyaltyEntryKind.RECLAIMED
    return LoyaltyEntry(
        id=LoyaltyEntryId(UUID(int=1)),
        account_id=LoyaltyAccountId(UUID(int=2)),
        kind=kind,
        cause="earned:booking",
        points=points,
        balance=0,
        at=NOW + day * DAY,
    )


@pytest.mark.parametrize(
    ("day", "grace", "tier"),
    [
        (-1, 0, None),
        (0, 0, SILVER),
        (10, 0, GOLD),
        (364, 0, GOLD),
        (365, 0, SILVER),
        (380, 0, None),
        (365, 1, GOLD),
        (366, 1, SILVER),
        (375, 10, SILVER),
        (385, 10, None),
    ],
)
def test_a_tier_lasts_as_long_as_its_points_qualify_and_the_grace_period(
    day: int, grace: int, tier: LoyaltyTier | None
) -> None:
    entries = [entry(150, 0), entry(160, 10)]
    assert tier_at(TIERS, entries, NOW + day * DAY, grace * DAY) == tier


def test_what_is_taken_back_ends_a_tier_at_once_or_after_the_grace_period() -> None:
    entries = [entry(300, 0), entry(-250, 5)]
    assert tier_at(TIERS, entries, NOW + 5 * DAY, timedelta()) is None
    assert tier_at(TIERS, entries, NOW + 14 * DAY, 10 * DAY) == GOLD
    assert tier_at(TIERS, entries, NOW + 15 * DAY, 10 * DAY) is None
    assert qualifying_points([entry(-250, 0)], NOW) == 0


def test_the_next_tier_is_the_lowest_that_is_not_reached() -> None:
    assert [next_tier(TIERS, points) for points in (0, 99, 100, 300)] == [SILVER, SILVER, GOLD, None]


def test_a_tier_earns_its_percentage_up_to_the_most() -> None:
    assert programme().earned_by(1_000, [], GOLD) == 45
    assert programme(most_points=40).earned_by(1_000, [], GOLD) == 40


@pytest.mark.parametrize("tiers", [(GOLD, SILVER), (SILVER, replace(GOLD, name="Silver")), (SILVER,) * 2])
def test_tiers_are_in_order_and_have_names_of_their_own(tiers: tuple[LoyaltyTier, ...]) -> None:
    with pytest.raises(InvalidValue):
        programme(tiers=tiers)
    for wrong in ({"name": ""}, {"from_points": 0}, {"percent": 99}):
        with pytest.raises(InvalidValue):
            replace(SILVER, **wrong)
