"""The definitions of the figures: what counts as what, and when."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BookingId, ProviderId, SalonId, UserId
from booking_domain.shared.time import time_zone
from booking_domain.statistics.definitions import (
    CLOSES_AFTER,
    Dates,
    bucket_start,
    buckets_of,
    days_of,
    is_late,
    midnight,
    revised,
    salon_at,
)
from booking_domain.statistics.model import BookingChannel, CountedBooking, Figures, Membership, Moved, Outcome

START: Final = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
MADE: Final = START - timedelta(hours=30)
SALON: Final = SalonId(UUID(int=9))
HOUR: Final = timedelta(hours=1)


def a_booking(**values: Any) -> CountedBooking:
    of = {
        "id": BookingId(UUID(int=1)),
        "provider_id": ProviderId(UUID(int=2)),
        "customer_id": UserId(UUID(int=3)),
        "channel": BookingChannel.ONLINE,
        "service_id": None,
        "outcome": Outcome.CONFIRMED,
        "made_at": MADE,
        "starts_at": START,
        "ends_at": START + HOUR,
        "blocked_minutes": 75,
        "time_zone": "Asia/Ulaanbaatar",
        "policy_start": START,
        "notice_hours": 24,
        "currency": "MNT",
        "price": 5_000,
    }
    return CountedBooking(**{**of, **values})


def total(booking: CountedBooking) -> Figures:
    return Figures.total(each.figures for each in buckets_of([booking], []))


@pytest.mark.parametrize(
    ("values", "at_start"),
    [
        ({"outcome": Outcome.REQUESTED}, {}),
        ({"outcome": Outcome.PENDING}, {}),
        ({"outcome": Outcome.EXPIRED}, {}),
        ({}, {"booked": 1, "booked_minutes": 60, "buffer_minutes": 15}),
        (
            {"ends_at": START + 33 * HOUR, "blocked_minutes": 33 * 60 + 15, "whole_days": True},
            {"booked": 1, "booked_minutes": 2 * 9 * 60, "buffer_minutes": 15},
        ),
        (
            {"ends_at": START + 48 * HOUR, "blocked_minutes": 48 * 60, "whole_days": True},
            {"booked": 1, "booked_minutes": 48 * 60},
        ),
        (
            {"outcome": Outcome.NO_SHOW, "tips": 5},
            {"booked": 1, "booked_minutes": 60, "buffer_minutes": 15, "no_shows": 1},
        ),
        (
            {"outcome": Outcome.COMPLETED, "tips": 5, "outstanding": 7},
            {
                "booked": 1,
                "booked_minutes": 60,
                "buffer_minutes": 15,
                "completed": 1,
                "earned": 5_000,
                "tips": 5,
                "outstanding": 7,
            },
        ),
        (
            {"outcome": Outcome.CANCELLED, "cancelled_by_customer": True, "cancelled_at": START - 2 * HOUR},
            {"cancelled": 1, "cancelled_late": 1},
        ),
        (
            {"outcome": Outcome.CANCELLED, "cancelled_by_customer": True, "cancelled_at": START - 25 * HOUR},
            {"cancelled": 1},
        ),
        ({"outcome": Outcome.CANCELLED, "cancelled_at": START - HOUR}, {"cancelled_by_provider": 1}),
        ({"outcome": Outcome.CANCELLED}, {"cancelled_by_provider": 1}),
    ],
)
def test_what_an_appointment_counts_as(values: dict[str, Any], at_start: dict[str, int]) -> None:
    made = {"made": 1, "lead_bookings": 1, "lead_minutes": 30 * 60}
    assert total(a_booking(**values)) == Figures(**made, **at_start)


def test_a_walk_in_has_no_lead_and_counts_apart() -> None:
    figures = total(a_booking(channel=BookingChannel.WALK_IN, outcome=Outcome.COMPLETED))
    assert (figures.made, figures.lead_bookings, figures.completed, figures.walk_ins) == (1, 0, 1, 1)


def test_money_counts_when_it_moves() -> None:
    moves = (Moved(MADE, received=2_000), Moved(START + 50 * HOUR, refunded=500))
    first, *_, last = buckets_of([a_booking(moves=moves)], [])
    assert (first.starts_at, first.figures.received) == (bucket_start(MADE), 2_000)
    assert (last.starts_at, last.figures) == (bucket_start(START + 50 * HOUR), Figures(refunded=500))
    assert days_of(a_booking(moves=moves)) == {date(2026, 11, 21), date(2026, 11, 23), date(2026, 11, 25)}


def test_a_cancellation_without_tiers_is_late_and_the_agreed_start_counts() -> None:
    of = {"outcome": Outcome.CANCELLED, "cancelled_by_customer": True, "cancelled_at": START - 30 * HOUR}
    assert is_late(a_booking(**of, notice_hours=None))
    assert is_late(a_booking(**of, policy_start=START - 10 * HOUR))
    assert not is_late(a_booking(**of))


def test_rates_and_means_are_absent_of_nothing() -> None:
    nothing = Figures()
    assert (nothing.no_show_rate, nothing.late_cancellation_rate) == (None, None)
    assert (nothing.average_bill, nothing.lead_hours) == (None, None)
    some = Figures(completed=3, no_shows=1, cancelled_late=1, earned=100, lead_bookings=2, lead_minutes=90)
    assert (some.no_show_rate, some.late_cancellation_rate) == (0.25, 0.2)
    assert (some.average_bill, some.lead_hours) == (33, 0.8)


def test_the_salon_is_that_of_the_time() -> None:
    provider = ProviderId(UUID(int=2))
    memberships = [
        Membership(provider_id=provider, since=START, salon_id=SALON),
        Membership(provider_id=provider, since=START + HOUR, salon_id=None),
    ]
    at = [START - HOUR, START, START + HOUR]
    assert [salon_at(memberships, each) for each in at] == [None, SALON, None]


@pytest.mark.parametrize("zone", ["Asia/Tehran", "Asia/Kathmandu", "Asia/Ulaanbaatar", "Australia/Lord_Howe"])
def test_the_days_of_every_zone_begin_with_a_bucket(zone: str) -> None:
    for month in range(1, 13):
        start = midnight(date(2026, month, 1), time_zone(zone))
        assert bucket_start(start) == start
        assert bucket_start(start - timedelta.resolution) == start - timedelta(minutes=15)


def test_only_what_was_closed_is_revised() -> None:
    before = buckets_of([a_booking()], [])
    after = buckets_of([a_booking(outcome=Outcome.COMPLETED)], [])
    start = bucket_start(START)
    assert revised(before, after, start + CLOSES_AFTER - timedelta.resolution) == {}
    assert revised(before, after, start + CLOSES_AFTER) == {start: None}
    assert revised(after, after, start + 9 * CLOSES_AFTER) == {}


def test_dates_are_in_order_and_not_too_many() -> None:
    dates = Dates(date(2026, 11, 10), date(2026, 11, 16))
    assert (dates.days, dates.before) == (7, Dates(date(2026, 11, 3), date(2026, 11, 9)))
    for first in (date(2026, 11, 17), date(2000, 1, 1)):
        with pytest.raises(InvalidValue):
            replace(dates, first=first)


@pytest.mark.parametrize("days", [(date.min, date.min), (date(9999, 12, 31), date(9999, 12, 31))])
def test_dates_of_which_the_neighbours_are_no_dates_are_refused(days: tuple[date, date]) -> None:
    with pytest.raises(InvalidValue, match="a date between"):
        Dates(*days)
