"""Customers over time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.unit.statistics.test_definitions import SALON, START, a_booking

from booking_domain.shared.ids import BookingId, ProviderId, UserId
from booking_domain.statistics.customers import (
    FEWEST,
    CustomerFigures,
    CustomerVisits,
    customer_figures,
    cycle_of,
    for_others,
    merged,
    visits_of,
)
from booking_domain.statistics.definitions import Dates
from booking_domain.statistics.model import BookingChannel, CountedBooking, Membership, Outcome

NOVEMBER = Dates(date(2026, 11, 1), date(2026, 11, 30))
TODAY = date(2026, 11, 26)


def came(number: int, *days: str, rebooked: tuple[str, ...] = ()) -> CustomerVisits:
    ordinals = tuple(date.fromisoformat(f"2026-{each}").toordinal() for each in days)
    return CustomerVisits(
        customer_id=UserId(UUID(int=number)),
        salon_id=None,
        days=ordinals,
        rebooked=tuple(date.fromisoformat(f"2026-{each}").toordinal() for each in rebooked),
        cycle=cycle_of(ordinals),
        earned={"MNT": 1_000 * len(days)},
    )


def figures(*rows: CustomerVisits) -> CustomerFigures:
    return customer_figures(rows, NOVEMBER, TODAY)


def a_visit(number: int, starts_at: datetime, **values: Any) -> CountedBooking:
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1), "policy_start": starts_at}
    booking = a_booking(id=BookingId(UUID(int=number)), outcome=Outcome.COMPLETED, **times)
    return replace(booking, **values)


def test_new_and_returning_customers_rebook_and_stay() -> None:
    found = figures(
        came(1, "11-03", "11-20", rebooked=("11-03",)),
        came(2, "10-10", "11-04"),
        came(3, "10-12"),
        came(4, "01-01", "12-05"),
    )
    assert (found.visits, found.new, found.returning) == (3, 1, 1)
    assert (found.new_before, found.returning_before) == (2, 0)
    assert (found.rebooking_rate, found.retention_rate) == (0.3333, 0.5)
    assert found.lifetime_value == {"MNT": 7_000 // 4}


def test_a_customer_is_lost_after_two_of_their_own_cycles() -> None:
    weekly = came(1, "10-05", "10-12", "10-19", "10-26")  # lost on 10 November
    monthly = came(2, "08-20", "09-20", "10-20")  # patience until 21 December
    once = came(3, "10-20")  # with the median cycle of the others, 7 days, on 4 November
    gone = came(4, "01-01", "01-08")
    found = figures(weekly, monthly, once, gone)
    assert (found.churned, found.churn_rate) == (2, 0.6667)
    assert cycle_of([1, 1]) is None
    assert cycle_of([1, 8, 8, 20]) == 9.5


def test_cohorts_are_by_the_month_of_the_first_visit() -> None:
    rows = [came(1, "09-03", "10-20", "11-01"), came(2, "09-30", "11-05"), came(3, "11-05")]
    dates = Dates(date(2026, 9, 15), date(2026, 12, 31))
    september, november = customer_figures(rows, dates, TODAY).cohorts
    assert (september.month, september.customers, september.active) == (date(2026, 9, 1), 2, (1, 2))
    assert (november.month, november.customers, november.active) == (date(2026, 11, 1), 1, ())


def test_others_are_shown_nothing_about_few_people() -> None:
    few = [came(number, "11-03") for number in range(1, FEWEST)]
    enough = [*few, came(FEWEST, "11-04")]
    hidden = for_others(figures(*few), few)
    assert (hidden.new, hidden.rebooking_rate, hidden.churned, hidden.lifetime_value, hidden.cohorts) == (
        *(4, None, None, {}, ()),
    )
    assert for_others(figures(*enough), enough) == figures(*enough)


def test_visits_are_completed_appointments_of_accounts_by_salon() -> None:
    member = Membership(provider_id=ProviderId(UUID(int=2)), since=START + timedelta(days=1), salon_id=SALON)
    later = START + timedelta(days=2)
    bookings = [
        a_visit(1, START),
        a_visit(2, later, currency="USD", price=7),
        a_visit(3, later, channel=BookingChannel.WALK_IN),
        a_visit(4, later, outcome=Outcome.NO_SHOW),
        a_visit(5, later + timedelta(days=9), outcome=Outcome.CONFIRMED, made_at=START + timedelta(hours=3)),
    ]
    alone, in_salon = sorted(visits_of(bookings, [member]), key=lambda each: each.days)
    assert (alone.salon_id, alone.earned, alone.rebooked) == (None, {"MNT": 5_000}, alone.days)
    assert (in_salon.salon_id, in_salon.earned, in_salon.rebooked) == (SALON, {"USD": 7}, ())
    (both,) = merged([alone, in_salon])
    assert (both.days, dict(both.earned)) == ((*alone.days, *in_salon.days), {"MNT": 5_000, "USD": 7})


@pytest.mark.parametrize(("hour", "day"), [(15, "2026-11-23"), (16, "2026-11-24")])
def test_the_day_is_that_of_the_appointment(hour: int, day: str) -> None:
    (found,) = visits_of([a_visit(1, datetime(2026, 11, 23, hour, tzinfo=UTC))], [])
    assert found.days == (date.fromisoformat(day).toordinal(),)
