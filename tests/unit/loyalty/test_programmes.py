"""Loyalty programmes: what a booking earns, from when and until when points can be spent."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.loyalty.programmes import LoyaltyProgramme, LoyaltyProgrammeId
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ServiceId
from booking_domain.shared.time import months_after
from booking_domain.testing.builders import NOW

CUT, COLOUR = ServiceId(UUID(int=1)), ServiceId(UUID(int=2))


def programme(**values: Any) -> LoyaltyProgramme:
    made: dict[str, Any] = {"name": "Points", "currency": "MNT", "points": 3, "per_amount": 100, "point_value": 5}
    return LoyaltyProgramme(id=LoyaltyProgrammeId(UUID(int=9)), **{**made, "started_at": NOW, **values})


@pytest.mark.parametrize(
    ("paid", "rules", "points"),
    [
        (0, {}, 0),
        (99, {}, 0),
        (250, {}, 6),
        (250, {"min_amount": 251}, 0),
        (250, {"min_amount": 250, "most_points": 5}, 5),
        (250, {"points": 0}, 0),
        (400, {"excluded_service_ids": (COLOUR,)}, 3),
        (400, {"excluded_service_ids": (COLOUR, CUT)}, 0),
    ],
)
def test_a_booking_earns_by_what_was_paid_for_services_that_count(
    paid: int, rules: dict[str, Any], points: int
) -> None:
    assert programme(**rules).earned_by(paid, [(CUT, 200), (COLOUR, 600)]) == points


def test_a_booking_without_services_earns_by_what_was_paid() -> None:
    assert programme(excluded_service_ids=(CUT,)).earned_by(250, []) == 6


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 999))
def test_who_pays_more_never_earns_less_and_nobody_more_than_the_most(paid: int, more: int, most: int) -> None:
    rules = programme(min_amount=1_000, most_points=most)
    assert rules.earned_by(paid, []) <= rules.earned_by(paid + more, []) <= most


def test_points_are_active_after_a_delay_and_expire_after_months() -> None:
    made = programme(active_after_days=2, expires_after_months=1)
    january = datetime(2027, 1, 31, 9, tzinfo=UTC)
    assert made.active_from(january) == datetime(2027, 2, 2, 9, tzinfo=UTC)
    assert made.expires_at(january) == datetime(2027, 2, 28, 9, tzinfo=UTC)
    assert programme().expires_at(january) is None
    assert months_after(january, 23) == datetime(2028, 12, 31, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"points": -1},
        {"per_amount": 0},
        {"point_value": 0},
        {"most_points": 0},
        {"expires_after_months": 121},
        {"expires_after_months": 1, "active_after_days": 40},
        {"excluded_service_ids": (CUT,) * 51},
    ],
)
def test_rules_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        programme(**wrong)


def test_a_programme_ends_once() -> None:
    ended = programme().end(NOW)
    assert (ended.ended_at, ended.version, ended.end(NOW)) == (NOW, 2, ended)
