from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples

from booking_domain.bookings.transitions import (
    BOOKING_PAYMENT_LIFECYCLE,
    BookingPaymentAction,
    BookingPaymentStatus,
    Party,
    Status,
)
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.lifecycle import InvalidTransition, NotYourMove
from booking_domain.shared.money import Money
from booking_domain.testing.bookings.strategies import DEPOSIT, MADE, NOTHING, a_booking
from booking_domain.testing.shared.strategies import amounts

LATER = MADE + timedelta(minutes=1)
# unpaid → pending → paid → partially_refunded → refunded, and failed back to pending on retry. A payment may also be
# started twice, arrive unexpectedly or late, and be followed by another one.
AGREED = """
    unpaid              start        pending
    pending             start        pending
    failed              start        pending
    unpaid              cover        paid
    pending             cover        paid
    failed              cover        paid
    paid                cover        paid
    pending             fail         failed
    unpaid              refund_part  partially_refunded
    pending             refund_part  partially_refunded
    failed              refund_part  partially_refunded
    paid                refund_part  partially_refunded
    partially_refunded  refund_part  partially_refunded
    refunded            refund_part  partially_refunded
    unpaid              refund_all   refunded
    pending             refund_all   refunded
    failed              refund_all   refunded
    paid                refund_all   refunded
    partially_refunded  refund_all   refunded
    refunded            refund_all   refunded
"""
MOVES = {(status, action): to for status, action, to in map(str.split, AGREED.strip().splitlines())}


@pytest.mark.parametrize("status", BookingPaymentStatus)
@pytest.mark.parametrize("action", BookingPaymentAction)
@pytest.mark.parametrize("party", Party)
def test_payment_status_moves_as_expected_and_only_on_gateway_reports(
    status: BookingPaymentStatus, action: BookingPaymentAction, party: Party
) -> None:
    if (status, action) not in MOVES:
        with pytest.raises(InvalidTransition):
            BOOKING_PAYMENT_LIFECYCLE.advance(status, action, party)
    elif party is not Party.PAYMENT:
        with pytest.raises(NotYourMove):
            BOOKING_PAYMENT_LIFECYCLE.advance(status, action, party)
    else:
        assert BOOKING_PAYMENT_LIFECYCLE.advance(status, action, party) == MOVES[status, action]


@examples(300)
@given(st.lists(amounts(most=2 * DEPOSIT.amount), max_size=6))
def test_paid_is_the_sum_of_received_amounts(received: list[Money]) -> None:
    booking = a_booking()
    total = NOTHING
    for amount in received:
        booking = booking.receive(amount, LATER)
        total += amount
        assert booking.paid == total
        assert booking.deposit_due == DEPOSIT.beyond(total)
        assert (booking.payment_status is BookingPaymentStatus.PAID) == (total >= DEPOSIT)
        assert booking.status is Status.PENDING
        assert booking.updated_at == LATER
    assert booking.version == 1 + len(received)


def test_the_deposit_is_covered_only_when_paid_in_full() -> None:
    mongo = Money(amount=1, currency="MNT")
    almost = a_booking().receive(DEPOSIT - mongo, LATER)
    assert (almost.payment_status, almost.deposit_due) == (BookingPaymentStatus.UNPAID, mongo)
    assert almost.receive(mongo, LATER).payment_status is BookingPaymentStatus.PAID


@pytest.mark.parametrize("status", [BookingPaymentStatus.PARTIALLY_REFUNDED, BookingPaymentStatus.REFUNDED])
def test_money_received_after_a_refund_leaves_the_booking_partially_refunded(status: BookingPaymentStatus) -> None:
    refunded = replace(a_booking(Status.CANCELLED, paid=DEPOSIT, refunded=DEPOSIT), payment_status=status)
    after = refunded.receive(DEPOSIT, LATER)
    assert (after.paid, after.payment_status) == (DEPOSIT + DEPOSIT, BookingPaymentStatus.PARTIALLY_REFUNDED)


def test_money_received_after_a_failure_counts() -> None:
    failed = replace(a_booking(Status.EXPIRED), payment_status=BookingPaymentStatus.FAILED)
    assert failed.receive(DEPOSIT, LATER).payment_status is BookingPaymentStatus.PAID


def test_money_of_another_currency_is_refused() -> None:
    with pytest.raises(InvalidValue):
        a_booking().receive(Money.of(1, "JPY"), LATER)


def test_starting_to_pay_twice_is_recorded_once() -> None:
    begun = a_booking().await_payment(LATER)
    assert (begun.payment_status, begun.version, begun.updated_at) == (BookingPaymentStatus.PENDING, 2, LATER)
    assert begun.await_payment(LATER + timedelta(minutes=1)) is begun


def test_a_paid_booking_does_not_start_a_payment() -> None:
    with pytest.raises(InvalidTransition):
        a_booking(paid=DEPOSIT).await_payment(LATER)


@given(st.lists(amounts(most=DEPOSIT.amount), min_size=1, max_size=5))
def test_the_payment_status_says_whether_all_money_went_back(parts: list[Money]) -> None:
    total = sum(parts, Money.zero("MNT"))
    booking = a_booking(Status.CANCELLED, paid=total)
    for part in parts:
        booking = booking.give_back(part, LATER)
        whole = booking.refunded == booking.paid
        assert booking.payment_status is (
            BookingPaymentStatus.REFUNDED if whole else BookingPaymentStatus.PARTIALLY_REFUNDED
        )
    assert booking.refunded == total


def test_more_than_was_paid_cannot_be_given_back() -> None:
    with pytest.raises(InvalidValue):
        a_booking(Status.CANCELLED, paid=DEPOSIT).give_back(DEPOSIT + Money(amount=1, currency="MNT"), LATER)
