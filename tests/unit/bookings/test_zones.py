"""Where bookings move when the rules of their zone have changed, and which of them can move."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.bookings.zones import Shift, movable_shifts, moved_span, shift_of
from booking_domain.scheduling.claims import Claim
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BookingId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder
from booking_domain.use_cases.bookings.steps import booking_claim

BERLIN = "Europe/Berlin"


def agreed_on(wall: str, instant: str, zone: str = BERLIN, lasts: timedelta = HOUR) -> Booking:
    """A booking with this agreed local start, stored at this instant."""
    make = Builder()
    owner = make.user()
    start = datetime.fromisoformat(instant)
    span = TimeRange(start, start + lasts)
    return replace(
        make.booking(make.profile(owner), make.user()),
        span=span,
        blocked=TimeRange(span.start - HOUR / 4, span.end + HOUR / 2),
        time_zone=zone,
        local_start=datetime.fromisoformat(wall),
        status=Status.CONFIRMED,
        due_at=None,
    )


# Berlin: the hour from 02:00 is skipped on 28 March 2027 and repeated on 31 October 2027.
RIGHT = {
    "winter": ("2027-01-05T10:00", "2027-01-05T09:00Z"),
    "summer": ("2027-07-06T10:00", "2027-07-06T08:00Z"),
    "the first of two": ("2027-10-31T02:30", "2027-10-31T00:30Z"),
    "the second of two": ("2027-10-31T02:30", "2027-10-31T01:30Z"),
    "in a gap, with the offset before it": ("2027-03-28T02:30", "2027-03-28T01:30Z"),
    "right before a gap": ("2027-03-28T01:59", "2027-03-28T00:59Z"),
    "right after a gap": ("2027-03-28T03:00", "2027-03-28T01:00Z"),
    "a part of a second": ("2027-01-05T10:00:00.000001", "2027-01-05T09:00:00.000001Z"),
}
WRONG = {
    "summer time was thought of as winter's": ("2027-07-06T10:00", "2027-07-06T09:00Z", "2027-07-06T08:00Z"),
    "winter time was thought of as summer's": ("2027-01-05T10:00", "2027-01-05T08:00Z", "2027-01-05T09:00Z"),
    "into a gap": ("2027-03-28T02:30", "2027-03-28T00:30Z", "2027-03-28T01:30Z"),
    "into an hour that comes twice": ("2027-10-31T02:30", "2027-10-31T02:30Z", "2027-10-31T00:30Z"),
    "by a quarter of an hour": ("2027-01-05T10:00", "2027-01-05T09:15Z", "2027-01-05T09:00Z"),
}


@pytest.mark.parametrize("case", RIGHT)
def test_a_booking_with_the_right_instant_does_not_move(case: str) -> None:
    wall, instant = RIGHT[case]
    assert moved_span(agreed_on(wall, instant)) is None


@pytest.mark.parametrize("case", WRONG)
def test_a_booking_moves_to_the_instant_of_its_local_time(case: str) -> None:
    wall, instant, right = WRONG[case]
    booking = agreed_on(wall, instant, lasts=HOUR * 1.5)
    start = datetime.fromisoformat(right)
    assert moved_span(booking) == TimeRange(start, start + HOUR * 1.5)


@pytest.mark.parametrize("case", WRONG)
def test_a_moved_booking_does_not_move_again(case: str) -> None:
    wall, _, right = WRONG[case]
    assert moved_span(agreed_on(wall, right)) is None


def test_a_shift_keeps_the_buffers() -> None:
    shift = shift_of(agreed_on("2027-07-06T10:00", "2027-07-06T09:00Z"), NOW)
    assert shift is not None
    start = datetime(2027, 7, 6, 8, tzinfo=UTC)
    assert shift.span == TimeRange(start, start + HOUR)
    assert shift.blocked == TimeRange(start - HOUR / 4, start + HOUR * 1.5)


@pytest.mark.parametrize("status", Status)
def test_only_active_bookings_shift(status: Status) -> None:
    booking = replace(agreed_on("2027-07-06T10:00", "2027-07-06T09:00Z"), status=status)
    to_happen = {Status.REQUESTED, Status.PENDING, Status.CONFIRMED, Status.DISPUTED}
    assert (shift_of(booking, NOW) is not None) is (status in to_happen)


def test_a_booking_that_has_started_does_not_shift() -> None:
    booking = agreed_on("2027-07-06T10:00", "2027-07-06T09:00Z")
    assert shift_of(booking, booking.span.start) is None
    assert shift_of(booking, booking.span.start - timedelta(microseconds=1)) is not None


def test_an_unknown_zone_is_rejected() -> None:
    with pytest.raises(InvalidValue):
        moved_span(agreed_on("2027-07-06T10:00", "2027-07-06T09:00Z", zone="Atlantis/Capital"))


class Day:
    """A provider's day. Hours count from 10:00."""

    def __init__(self) -> None:
        self.make = Builder()
        self.profile, self.customer = self.make.profile(self.make.user()), self.make.user()

    def booked(self, hour: float, lasts: float = 1) -> Booking:
        start = TOMORROW + hour * HOUR
        span = TimeRange(start, start + lasts * HOUR)
        return replace(
            self.make.booking(self.profile, self.customer, status=Status.CONFIRMED),
            span=span,
            blocked=span,
            created_at=NOW,
        )


EARLIER = -HOUR


def able(shifts: list[Shift], *others: Claim) -> set[BookingId]:
    claims = [booking_claim(shift.booking) for shift in shifts if shift.booking.claims_time]
    return set(movable_shifts(shifts, [*claims, *others], NOW))


@pytest.mark.parametrize("by", [HOUR, -HOUR, HOUR / 2, -3 * HOUR])
def test_all_bookings_of_a_day_can_shift_through_each_other(by: timedelta) -> None:
    day = Day()
    shifts = [Shift(day.booked(hour), by) for hour in range(9)]
    assert able(shifts) == {shift.id for shift in shifts}


def test_two_bookings_can_swap_times() -> None:
    day = Day()
    shifts = [Shift(day.booked(0), HOUR), Shift(day.booked(1), -HOUR)]
    assert able(shifts) == {shift.id for shift in shifts}


def test_a_booking_that_cannot_move_blocks_those_that_need_its_time() -> None:
    day = Day()
    chain = [Shift(day.booked(hour), EARLIER) for hour in range(3)]
    free = [Shift(day.booked(hour), EARLIER) for hour in (4, 5)]
    fixed = booking_claim(day.booked(-1))
    assert able([*chain, *free], fixed) == {shift.id for shift in free}


def test_an_adjacent_claim_does_not_block() -> None:
    day = Day()
    shift = Shift(day.booked(2), EARLIER)
    assert able([shift], booking_claim(day.booked(0)), booking_claim(day.booked(3))) == {shift.id}


def test_a_long_claim_that_starts_much_earlier_blocks() -> None:
    day = Day()
    shift = Shift(day.booked(8), EARLIER)
    assert able([shift], booking_claim(day.booked(-3, lasts=10.5))) == set()


def test_a_live_hold_blocks_and_an_expired_one_does_not() -> None:
    day = Day()
    shift = Shift(day.booked(1), EARLIER)
    hold = day.make.hold(day.profile, day.customer, TOMORROW, expires_at=NOW + HOUR)
    assert able([shift], hold) == set()
    assert able([shift], replace(hold, expires_at=NOW)) == {shift.id}


def test_the_earlier_booking_gets_a_time_that_two_need() -> None:
    day = Day()
    first, second = day.booked(0), day.booked(2)
    for one, other in ((first, second), (second, first)):
        shifts = [
            Shift(replace(one, created_at=NOW), HOUR if one is first else -HOUR),
            Shift(replace(other, created_at=NOW + HOUR), HOUR if other is first else -HOUR),
        ]
        assert able(shifts) == able(shifts[::-1]) == {one.id}


def test_a_booking_moves_after_all_if_its_rival_cannot() -> None:
    day = Day()
    # The second needs part of the first one's new time, and the third part of the second one's.
    first, second, third = day.booked(0), day.booked(4, lasts=2), day.booked(8, lasts=1)
    shifts = [
        Shift(replace(first, created_at=NOW), 2 * HOUR),
        Shift(replace(second, created_at=NOW + HOUR), -2.5 * HOUR),
        Shift(replace(third, created_at=NOW + 2 * HOUR), -5 * HOUR),
    ]
    assert able(shifts) == {first.id, third.id}


def test_a_request_without_a_claim_always_moves() -> None:
    day = Day()
    request = replace(day.booked(1), status=Status.REQUESTED, requests_claim_time=False)
    assert able([Shift(request, EARLIER)], booking_claim(day.booked(0))) == {request.id}


def test_a_request_without_a_claim_blocks_no_booking() -> None:
    day = Day()
    request = replace(day.booked(1), status=Status.REQUESTED, requests_claim_time=False)
    booking = replace(day.booked(2), created_at=NOW + HOUR)
    assert able([Shift(request, EARLIER), Shift(booking, 2 * EARLIER)]) == {request.id, booking.id}


@st.composite
def days(draw: st.DrawFn) -> tuple[list[Shift], list[Claim]]:
    """Bookings that do not overlap, each with a possible shift, in half hours."""
    day, at = Day(), 0
    shifts, others = [], []
    for _ in range(draw(st.integers(1, 7))):
        at += draw(st.integers(0, 2))
        lasts = draw(st.integers(1, 3))
        booking = replace(day.booked(at / 2, lasts / 2), created_at=NOW + draw(st.integers(0, 3)) * HOUR)
        at += lasts
        by = draw(st.sampled_from([0, 0, -2, -2, -1, 1, 2, 3]))
        if by:
            shifts.append(Shift(booking, by * HOUR / 2))
        else:
            others.append(booking_claim(booking))
    return draw(st.permutations(shifts)), others


def _fits(going: set[BookingId], shifts: list[Shift], others: list[Claim]) -> bool:
    taken = [claim.blocked for claim in others]
    taken += [shift.blocked if shift.id in going else shift.booking.blocked for shift in shifts]
    return not any(one.overlaps(other) for one, other in combinations(taken, 2))


def _one_more(going: set[BookingId], shifts: list[Shift]) -> Iterator[set[BookingId]]:
    yield from (going | {shift.id} for shift in shifts if shift.id not in going)


@given(days())
def test_the_moved_set_fits_is_maximal_and_ignores_order(day: tuple[list[Shift], list[Claim]]) -> None:
    shifts, others = day
    going = able(shifts, *others)
    assert _fits(going, shifts, others)
    assert not any(_fits(more, shifts, others) for more in _one_more(going, shifts))
    assert able(shifts[::-1], *others) == going


def test_what_is_overbooked_moves_with_what_is_below_and_is_in_the_way_if_it_stays() -> None:
    below, over, settled = (
        replace(agreed_on(wall, instant), id=BookingId(UUID(int=number)), overbooked=number > 1)
        for number, (wall, instant) in enumerate(
            (
                ("2027-07-06T10:00", "2027-07-06T09:00Z"),
                ("2027-07-06T10:30", "2027-07-06T09:30Z"),
                ("2027-07-06T10:15", "2027-07-06T08:15Z"),
            ),
            1,
        )
    )
    shifts = [shift for each in (below, over) if (shift := shift_of(each, NOW)) is not None]
    claims = [booking_claim(each) for each in (below, over)]
    assert movable_shifts(shifts, claims, NOW) == {below.id, over.id}
    assert movable_shifts(shifts, [*claims, booking_claim(settled)], NOW) == frozenset()
