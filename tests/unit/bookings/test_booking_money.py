from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples

from booking_domain.bookings.transitions import BookingPaymentStatus, PaymentAttempt, Status
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money
from booking_domain.testing.bookings.strategies import DEPOSIT, MADE, NOTHING, a_booking
from booking_domain.testing.shared.strategies import amounts

LATER = MADE + timedelta(minutes=1)
MONGO = Money(amount=1, currency="MNT")
# The status that follows from paid, refunded and pending refunds (in quarters of the deposit) and from the attempt.
AGREED = """
    paid  refunded  pending  none                started             failed
    0     0         0        unpaid              pending             failed
    1     0         0        unpaid              pending             failed
    3     0         3        unpaid              pending             failed
    4     0         0        paid                paid                paid
    4     0         4        paid                paid                paid
    5     0         0        paid                paid                paid
    1     1         0        refunded            refunded            refunded
    4     4         0        refunded            refunded            refunded
    4     1         0        partially_refunded  partially_refunded  partially_refunded
    4     1         3        partially_refunded  partially_refunded  partially_refunded
    8     4         0        partially_refunded  partially_refunded  partially_refunded
"""
_HEAD, *_ROWS = map(str.split, AGREED.strip().splitlines())
FOLLOWS = [
    (*map(int, row[:3]), PaymentAttempt(attempt), BookingPaymentStatus(status))
    for row in _ROWS
    for attempt, status in zip(_HEAD[3:], row[3:], strict=True)
]


@pytest.mark.parametrize(("paid", "refunded", "pending", "attempt", "status"), FOLLOWS)
def test_the_payment_status_follows_from_the_totals_and_the_attempt(
    paid: int, refunded: int, pending: int, attempt: PaymentAttempt, status: BookingPaymentStatus
) -> None:
    money = [Money(amount=quarters * DEPOSIT.amount // 4, currency="MNT") for quarters in (paid, refunded, pending)]
    booking = replace(a_booking(), paid=money[0], refunded=money[1], refund_pending=money[2], payment_attempt=attempt)
    assert booking.payment_status is status


def test_a_booking_without_deposit_is_paid_once_money_came() -> None:
    free = replace(a_booking(), deposit=NOTHING)
    assert free.payment_status is BookingPaymentStatus.UNPAID
    assert free.receive(MONGO, LATER).payment_status is BookingPaymentStatus.PAID


@examples(300)
@given(st.lists(amounts(most=2 * DEPOSIT.amount), max_size=6))
def test_paid_is_the_sum_of_received_amounts(received: list[Money]) -> None:
    booking = a_booking()
    total = NOTHING
    for amount in received:
        booking = booking.receive(amount, LATER)
        total += amount
        assert booking.paid == total
        assert booking.quote.deposit == DEPOSIT.excess_over(total)
        assert (booking.payment_status is BookingPaymentStatus.PAID) == (total >= DEPOSIT)
        assert booking.status is Status.PENDING
        assert booking.updated_at == LATER
    assert booking.version == 1 + len(received)


def test_the_deposit_is_covered_only_when_paid_in_full() -> None:
    almost = a_booking().receive(DEPOSIT - MONGO, LATER)
    assert (almost.payment_status, almost.quote.deposit) == (BookingPaymentStatus.UNPAID, MONGO)
    assert almost.receive(MONGO, LATER).payment_status is BookingPaymentStatus.PAID


def test_money_received_after_a_failure_counts() -> None:
    failed = replace(a_booking(Status.EXPIRED), payment_attempt=PaymentAttempt.FAILED)
    assert failed.receive(DEPOSIT, LATER).payment_status is BookingPaymentStatus.PAID


def test_money_of_another_currency_is_refused() -> None:
    with pytest.raises(InvalidValue):
        a_booking().receive(Money.of(1, "JPY"), LATER)


def test_starting_to_pay_twice_is_recorded_once() -> None:
    begun = a_booking().await_payment(LATER)
    assert (begun.payment_status, begun.version, begun.updated_at) == (BookingPaymentStatus.PENDING, 2, LATER)
    assert begun.await_payment(LATER + timedelta(minutes=1)) is begun


@given(st.lists(amounts(least=1, most=DEPOSIT.amount), min_size=1, max_size=5))
def test_the_payment_status_says_whether_all_money_went_back(parts: list[Money]) -> None:
    total = sum(parts, NOTHING)
    booking = a_booking(Status.CANCELLED, paid=total)
    for part in parts:
        scheduled = booking.schedule_refund(part, LATER, conceded=True)
        assert (scheduled.refund_pending, scheduled.payment_status) == (part, booking.payment_status)
        booking = scheduled.record_refund(part, LATER)
        whole = booking.refunded == booking.paid
        assert booking.payment_status is (
            BookingPaymentStatus.REFUNDED if whole else BookingPaymentStatus.PARTIALLY_REFUNDED
        )
    assert (booking.refunded, booking.refund_pending) == (total, NOTHING)


def test_more_than_was_paid_cannot_be_owed() -> None:
    scheduled = a_booking(Status.CANCELLED, paid=DEPOSIT).schedule_refund(DEPOSIT, LATER, conceded=True)
    with pytest.raises(InvalidValue):
        scheduled.schedule_refund(MONGO, LATER, conceded=True)
    with pytest.raises(InvalidValue):
        scheduled.record_refund(DEPOSIT, LATER).schedule_refund(MONGO, LATER, conceded=True)


def test_only_a_refund_that_was_scheduled_is_made() -> None:
    scheduled = a_booking(Status.CANCELLED, paid=DEPOSIT).schedule_refund(MONGO, LATER, conceded=True)
    with pytest.raises(InvalidValue):
        scheduled.record_refund(DEPOSIT, LATER)
