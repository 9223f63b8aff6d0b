"""When the reminders of a booking are due: a function of the booking, the provider's settings and the last news."""

from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.bookings.model import DEFAULT_REMINDERS, Booking
from booking_domain.bookings.reminders import (
    FOLLOWS_AFTER,
    AnswerNearlyDue,
    AppointmentNear,
    BalanceOpen,
    DepositNearlyDue,
    reminders_of,
)
from booking_domain.bookings.transitions import Status
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.reminders import BookingReminder
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, Builder, terms

MAKE = Builder()
MINUTE = timedelta(minutes=1)
CUSTOMER, OWNER = MAKE.user(), MAKE.user()
PROFILE = MAKE.profile(OWNER)
BOOKING = MAKE.booking(PROFILE, CUSTOMER, NOW + 72 * HOUR, status=Status.CONFIRMED)


class ReviewReminder(BookingReminder):
    """A follow-up of another context."""

    topic: ClassVar[str] = "booking.asked"


def of(booking: Booking, minutes: tuple[int, ...] = DEFAULT_REMINDERS) -> list[BookingReminder]:
    return list(reminders_of(booking, minutes, NOW, follow_ups=(ReviewReminder,)))


def test_an_appointment_has_a_reminder_a_day_and_two_hours_before() -> None:
    start = BOOKING.span.start
    assert [(type(each), each.occurred_at, each.until) for each in of(BOOKING)] == [
        (AppointmentNear, start - 24 * HOUR, start - 2 * HOUR),
        (AppointmentNear, start - 2 * HOUR, start),
    ]


def test_a_reminder_that_would_repeat_the_confirmation_is_left_out() -> None:
    start = NOW + 24 * HOUR
    tomorrow = replace(BOOKING, span=TimeRange(start, start + HOUR))
    assert [each.occurred_at for each in of(tomorrow)] == [start - 2 * HOUR]


def test_a_moved_booking_has_other_reminders_and_the_same_ones_again_once_it_is_back() -> None:
    later = replace(BOOKING, span=TimeRange(BOOKING.span.start + HOUR, BOOKING.span.end + HOUR))
    ids = {each.id for each in of(BOOKING)}
    assert ids.isdisjoint(each.id for each in of(later))
    assert ids == {each.id for each in of(replace(later, span=BOOKING.span, version=3))}


@pytest.mark.parametrize(
    ("booking", "kinds"),
    [
        (replace(BOOKING, under_review=True), []),
        (replace(BOOKING, customer_id=OWNER.id), []),
        (replace(BOOKING, status=Status.CANCELLED), []),
        (replace(BOOKING, status=Status.EXPIRED), []),
        (replace(BOOKING, status=Status.NO_SHOW), []),
        (replace(BOOKING, status=Status.DISPUTED), []),
        (replace(BOOKING, status=Status.COMPLETED), [ReviewReminder, BalanceOpen]),
        (replace(BOOKING, status=Status.COMPLETED, paid=BOOKING.price), [ReviewReminder]),
        (replace(BOOKING, status=Status.PENDING, due_at=NOW + HOUR), [DepositNearlyDue]),
        (replace(BOOKING, status=Status.REQUESTED, due_at=NOW + HOUR), [AnswerNearlyDue]),
    ],
)
def test_the_status_decides_which_reminders_are_due(booking: Booking, kinds: list[type[BookingReminder]]) -> None:
    assert [type(each) for each in of(booking)] == kinds


def test_a_deadline_is_recalled_when_a_third_of_the_time_is_left() -> None:
    [reminder] = of(replace(BOOKING, status=Status.PENDING, due_at=NOW + 15 * MINUTE))
    assert (reminder.occurred_at, reminder.until) == (NOW + 10 * MINUTE, NOW + 15 * MINUTE)


def test_a_follow_up_is_due_a_day_after_the_completion_and_once_only() -> None:
    completed = replace(BOOKING, status=Status.COMPLETED, paid=BOOKING.price)
    [first] = reminders_of(completed, (), NOW, follow_ups=(ReviewReminder,))
    [again] = reminders_of(completed, (), NOW + HOUR, follow_ups=(ReviewReminder,))
    assert (first.occurred_at, first.id) == (NOW + FOLLOWS_AFTER, again.id)


@given(
    minutes=st.lists(st.integers(1, 20_160), unique=True, max_size=5),
    ahead=st.integers(1, 30 * 1_440),
    now=st.integers(0, 31 * 1_440),
)
def test_at_any_time_before_the_start_at_most_one_reminder_is_due(minutes: list[int], ahead: int, now: int) -> None:
    start = NOW + ahead * MINUTE
    booking = replace(BOOKING, span=TimeRange(start, start + HOUR))
    reminders = of(booking, tuple(minutes))
    due = [each for each in reminders if each.occurred_at <= NOW + now * MINUTE < each.until]
    passed = [each for each in minutes if each < ahead and ahead - each <= now < ahead]
    assert len(due) == bool(passed) if not any(each >= ahead for each in minutes) else len(due) <= 1
    assert all(NOW < each.occurred_at < each.until <= start for each in reminders)
    assert [each.occurred_at for each in due] == [start - min(passed) * MINUTE for _ in due]


@pytest.mark.parametrize("minutes", [(0,), (20_161,), (60, 120), (60, 60), (6, 5, 4, 3, 2, 1)])
def test_settings_that_make_no_sense_are_refused(minutes: tuple[int, ...]) -> None:
    with pytest.raises(InvalidValue):
        replace(terms(), reminder_minutes=minutes)
