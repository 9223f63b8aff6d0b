import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples
from tests.unit.payments.examples import ASKED, INVOICE, NOTHING, NOW, a_payment

from booking_domain.payments.model import PREPARATION_LEASE
from booking_domain.payments.transitions import InvalidPaymentTransition, PaymentStatus
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money
from booking_domain.testing.shared.strategies import amounts

LATER = NOW + timedelta(minutes=1)
REPORTS = st.lists(amounts(most=2 * ASKED.amount) | st.just(ASKED), max_size=8)


def test_a_new_payment_has_received_nothing_and_prepares_its_invoice() -> None:
    payment = a_payment()
    assert (payment.status, payment.amount, payment.settled) == (PaymentStatus.PENDING, ASKED, NOTHING)
    assert (payment.version, payment.attempt, payment.invoice) == (1, 1, None)
    assert payment.being_prepared(NOW)


def test_a_payment_is_paid_once_its_amount_is_received() -> None:
    payment, new = a_payment().settle(ASKED, raw_payload="{}", now=LATER)
    assert (payment.status, payment.settled, new) == (PaymentStatus.PAID, ASKED, ASKED)
    assert (payment.raw_payload, payment.processed_at) == ("{}", LATER)


def test_an_underpayment_counts_and_leaves_the_payment_pending() -> None:
    part = ASKED.percent(99)
    payment, new = a_payment().settle(part, raw_payload="{}", now=LATER)
    assert (payment.status, payment.settled, new) == (PaymentStatus.PENDING, part, part)
    payment, new = payment.settle(ASKED, raw_payload="{}", now=LATER)
    assert (payment.status, payment.settled, new) == (PaymentStatus.PAID, ASKED, ASKED - part)


def test_an_overpayment_counts_in_full() -> None:
    payment, new = a_payment().settle(ASKED + ASKED, raw_payload="{}", now=LATER)
    assert (payment.status, payment.settled, new) == (PaymentStatus.PAID, ASKED + ASKED, ASKED + ASKED)


@examples(300)
@given(REPORTS)
def test_a_repeated_report_changes_nothing(reports: list[Money]) -> None:
    payment = a_payment()
    for received in reports:
        payment, _ = payment.settle(received, raw_payload="first", now=NOW)
        again, new = payment.settle(received, raw_payload="second", now=LATER)
        assert again is payment
        assert not new


@examples(300)
@given(REPORTS)
def test_new_amounts_add_up_to_the_largest_report(reports: list[Money]) -> None:
    payment, total = a_payment(), NOTHING
    for index, received in enumerate(reports):
        before = payment
        payment, new = payment.settle(received, raw_payload=str(index), now=LATER)
        total += new
        assert payment.settled == total == max(reports[: index + 1])
        assert before.settled <= payment.settled
        assert (payment.status is PaymentStatus.PAID) == (total >= ASKED)
        assert payment.version == before.version + bool(new)


@examples(300)
@given(REPORTS.flatmap(lambda reports: st.tuples(st.just(reports), st.permutations(reports))))
def test_the_order_of_reports_does_not_matter(orders: tuple[list[Money], list[Money]]) -> None:
    ends = []
    for order in orders:
        payment = a_payment()
        for received in order:
            payment, _ = payment.settle(received, raw_payload="{}", now=LATER)
        ends.append((payment.settled, payment.status))
    assert ends[0] == ends[1]


def test_money_for_a_cancelled_payment_still_counts() -> None:
    cancelled = a_payment().cancel()
    assert (cancelled.status, cancelled.version) == (PaymentStatus.CANCELLED, 2)
    paid, new = cancelled.settle(ASKED, raw_payload="{}", now=LATER)
    assert (paid.status, new) == (PaymentStatus.PAID, ASKED)


def test_partial_money_for_a_cancelled_payment_counts_and_leaves_it_cancelled() -> None:
    part = ASKED.percent(50)
    after, new = a_payment().cancel().settle(part, raw_payload="{}", now=LATER)
    assert (after.status, after.settled, new) == (PaymentStatus.CANCELLED, part, part)


def test_a_paid_payment_cannot_be_cancelled() -> None:
    paid, _ = a_payment().settle(ASKED, raw_payload="{}", now=LATER)
    for payment in (paid, a_payment().cancel()):
        with pytest.raises(InvalidPaymentTransition):
            payment.cancel()


def test_money_of_another_currency_is_refused() -> None:
    with pytest.raises(InvalidValue):
        a_payment().settle(Money.of(1, "JPY"), raw_payload="{}", now=LATER)


def test_an_invoice_is_prepared_by_one_request_at_a_time() -> None:
    payment = a_payment()
    until = NOW + PREPARATION_LEASE
    assert payment.being_prepared(until - timedelta(microseconds=1))
    assert not payment.being_prepared(until)
    assert payment.prepare_again(until).being_prepared(until)
    assert not payment.abandon_preparation().being_prepared(NOW)


def test_a_payment_with_an_invoice_is_not_in_preparation() -> None:
    payment = a_payment().invoiced(INVOICE)
    assert (payment.invoice, payment.version) == (INVOICE, 2)
    assert not payment.being_prepared(NOW)


def test_a_gateway_request_is_recorded() -> None:
    asked = a_payment().checked(LATER)
    assert (asked.checked_at, asked.version) == (LATER, 2)


@given(st.integers(0, 2**128 - 1), st.integers(1, 10**6))
def test_an_order_number_has_at_most_45_letters_and_digits(number: int, attempt: int) -> None:
    payment = replace(a_payment(number=number), attempt=attempt)
    assert re.fullmatch(r"[0-9A-Za-z]{1,45}", payment.order_number)


def test_an_order_number_is_used_for_one_attempt_of_one_payment() -> None:
    attempts = []
    for number in (1, 11, 0x1000):
        payment = a_payment(number=number)
        for _ in range(1_100):
            attempts.append(payment)
            payment = payment.prepare_again(LATER)
    assert len({payment.order_number for payment in attempts}) == len(attempts)
    assert all(len(payment.order_number) <= 45 for payment in attempts)
    assert all(later.version > earlier.version for earlier, later in pairwise(attempts[:1_100]))
