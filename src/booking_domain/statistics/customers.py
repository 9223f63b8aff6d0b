"""Customers over time: new and returning ones, retention, cohorts, churn and value. Pure functions over their visits.

A visit is a completed appointment of a customer with an account. Days are local dates of the appointments.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from statistics import median
from typing import Final

from booking_domain.shared.ids import SalonId, UserId
from booking_domain.shared.time import local_time
from booking_domain.statistics.definitions import Dates, salon_at
from booking_domain.statistics.model import BookingChannel, CountedBooking, Membership, Outcome, rate

CYCLES: Final = 2
"""A customer who stays away for more than so many of their cycles has churned."""
USUAL_CYCLE: Final = 90
"""The cycle in days where nobody has come twice."""
FEWEST: Final = 5
"""Figures of fewer people are not shown to others than whom they come to."""
COHORTS: Final = 24
"""How many cohorts are shown at most: the newest."""
COHORT_MONTHS: Final = 12
"""How many months after the first visit are shown."""
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerVisits:
    """The visits of a customer to a provider, while the provider was a member of one salon or of none."""

    customer_id: UserId
    salon_id: SalonId | None
    days: tuple[int, ...]
    """The date of each visit, as a proleptic ordinal, in order."""
    rebooked: tuple[int, ...] = ()
    """Those of `days` on which the customer made an appointment to come."""
    cycle: float | None = None
    """`cycle_of` the days."""
    earned: Mapping[str, int]
    """The final prices by currency, in minor units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The customers whose first visit was in one month."""

    month: date
    """Its first day."""
    customers: int
    active: tuple[int, ...]
    """How many of them came in each of the months after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFigures:
    """Customers of a time."""

    visits: int
    new: int
    returning: int
    rebooking_rate: float | None
    retention_rate: float | None
    churned: int | None
    churn_rate: float | None
    lifetime_value: Mapping[str, int]
    """What a customer has brought in on average so far, by currency."""
    cohorts: tuple[Cohort, ...]
    new_before: int
    """Customers whose first visit was in the time before."""
    returning_before: int
    """Those who came in the time before, and had come earlier."""


def visits_of(bookings: Iterable[CountedBooking], memberships: Sequence[Membership]) -> list[CustomerVisits]:
    """The visits of all customers with an account, by customer and salon."""
    by_customer: dict[UserId, list[CountedBooking]] = defaultdict(list)
    for booking in bookings:
        if booking.channel is not BookingChannel.WALK_IN:
            by_customer[booking.customer_id].append(booking)
    found = (each for theirs in by_customer.values() for each in _of_customer(theirs, memberships))
    return sorted(found, key=visits_order)


def visits_order(visits: CustomerVisits) -> tuple[str, str]:
    """Sorts the visits to a provider."""
    return str(visits.customer_id), str(visits.salon_id)


def _of_customer(bookings: Sequence[CountedBooking], memberships: Sequence[Membership]) -> Iterable[CustomerVisits]:
    by_salon: dict[SalonId | None, list[CountedBooking]] = defaultdict(list)
    for booking in bookings:
        if booking.outcome is Outcome.COMPLETED:
            by_salon[salon_at(memberships, booking.starts_at)].append(booking)
    latest: dict[int, datetime] = {}
    for booking in bookings:
        made = _day(booking.made_at, booking)
        latest[made] = max(latest.get(made, booking.starts_at), booking.starts_at)
    for salon_id, visits in by_salon.items():
        earned: Counter[str] = Counter()
        days, rebooked = [], []
        for visit in visits:
            earned[visit.currency] += visit.price
            day = _day(visit.starts_at, visit)
            days.append(day)
            if day in latest and latest[day] >= visit.ends_at:
                rebooked.append(day)
        yield CustomerVisits(
            customer_id=visits[0].customer_id,
            salon_id=salon_id,
            days=tuple(sorted(days)),
            rebooked=tuple(sorted(rebooked)),
            cycle=cycle_of(sorted(days)),
            earned=dict(sorted(earned.items())),
        )


def _day(at: datetime, booking: CountedBooking) -> int:
    """The local date, as a proleptic ordinal."""
    return local_time(at, booking.time_zone).toordinal()


def merged(rows: Iterable[CustomerVisits]) -> list[CustomerVisits]:
    """One row for each customer, whatever the salon or provider."""
    found: dict[UserId, CustomerVisits] = {}
    for row in rows:
        other = found.get(row.customer_id)
        found[row.customer_id] = row if other is None else _both(other, row)
    return list(found.values())


def _both(one: CustomerVisits, other: CustomerVisits) -> CustomerVisits:
    days = tuple(sorted(one.days + other.days))
    return CustomerVisits(
        customer_id=one.customer_id,
        salon_id=one.salon_id,
        days=days,
        rebooked=tuple(sorted(one.rebooked + other.rebooked)),
        cycle=cycle_of(days),
        earned=Counter(one.earned) + Counter(other.earned),
    )


def customer_figures(rows: Sequence[CustomerVisits], dates: Dates, today: date) -> CustomerFigures:
    """The figures of these dates; `rows` has one for each customer, and knows the future as well as the past."""
    first, last = dates.first.toordinal(), dates.last.toordinal()
    before = dates.before.first.toordinal()
    visits = rebooked = former = stayed = new = returning = new_before = returning_before = 0
    for row in rows:
        earlier, now, later = (bisect_left(row.days, day) for day in (before, first, last + 1))
        came, was = now < later, earlier < now
        visits += later - now
        former += was
        new_before += was and not earlier
        returning_before += was and earlier > 0
        if came:
            rebooked += bisect_right(row.rebooked, last) - bisect_left(row.rebooked, first)
            stayed += was
            new += not now
            returning += now > 0
    churned, churn_rate = _churn(rows, first, min(last, today.toordinal()))
    return CustomerFigures(
        visits=visits,
        new=new,
        returning=returning,
        rebooking_rate=rate(rebooked, visits),
        retention_rate=rate(stayed, former),
        churned=churned,
        churn_rate=churn_rate,
        lifetime_value=_lifetime_value(rows, last),
        cohorts=_cohorts(rows, first, last, today),
        new_before=new_before,
        returning_before=returning_before,
    )


def cycle_of(days: Sequence[int]) -> float | None:
    """The median of the days from one visit to the next; None if all were on one day. The days are in order."""
    gaps = [later - day for day, later in pairwise(days) if later != day]
    return median(gaps) if gaps else None


def _churn(rows: Sequence[CustomerVisits], first: int, last: int) -> tuple[int, float | None]:
    """How many customers were lost from `first` to `last`, and the part of those who were there at `first`.

    A customer is lost on the day on which more than `CYCLES` of their own cycles have passed since the last visit. Who
    has come on one day only has the median of the cycles of the others.
    """
    known = []
    for row in rows:
        if row.days[0] <= last:
            days = row.days if row.days[-1] <= last else row.days[: bisect_right(row.days, last)]
            known.append((days, row.cycle if days is row.days else cycle_of(days)))
    usual = median([cycle for _, cycle in known if cycle is not None] or [USUAL_CYCLE])
    churned = there = 0
    for days, cycle in known:
        earlier = bisect_left(days, first)
        patience = int(CYCLES * (usual if cycle is None else cycle)) + 1
        if earlier and days[earlier - 1] + patience >= first:
            there += 1
            churned += first <= days[-1] + patience <= last
    return churned, rate(churned, there)


def _lifetime_value(rows: Sequence[CustomerVisits], last: int) -> dict[str, int]:
    """The mean of what the customers who have come by then have brought in; each customer counts in each currency."""
    known = [row.earned for row in rows if row.days[0] <= last]
    earned: dict[str, int] = defaultdict(int)
    for of_customer in known:
        for currency, amount in of_customer.items():
            earned[currency] += amount
    return {currency: amount // len(known) for currency, amount in sorted(earned.items())}


def _cohorts(rows: Iterable[CustomerVisits], first: int, last: int, today: date) -> tuple[Cohort, ...]:
    """The cohorts whose month begins within the dates, or is that of the first date."""
    from_, until = _month(first), min(_month(last), _month(today.toordinal()))
    sizes: Counter[int] = Counter()
    active: dict[int, Counter[int]] = defaultdict(Counter)
    now = _month(today.toordinal())
    for row in rows:
        month = _month(row.days[0])
        if max(from_, until - COHORTS + 1) <= month <= until:
            sizes[month] += 1
            active[month].update({_month(day) - month for day in row.days} - {0})
    return tuple(
        Cohort(
            month=date(month // _MONTHS, month % _MONTHS + 1, 1),
            customers=sizes[month],
            active=tuple(active[month][after] for after in range(1, min(COHORT_MONTHS, now - month) + 1)),
        )
        for month in sorted(sizes)
    )


def _month(day: int) -> int:
    at = date.fromordinal(day)
    return at.year * _MONTHS + at.month - 1


def for_others(figures: CustomerFigures, rows: Sequence[CustomerVisits]) -> CustomerFigures:
    """What may be shown to others than whom the customers come to: nothing about fewer than `FEWEST` people."""
    shown = replace(
        figures,
        lifetime_value=figures.lifetime_value if len(rows) >= FEWEST else {},
        cohorts=tuple(each for each in figures.cohorts if each.customers >= FEWEST),
    )
    if figures.new + figures.returning >= FEWEST:
        return shown
    return replace(shown, rebooking_rate=None, retention_rate=None, churned=None, churn_rate=None)
