"""What is due: what was given back by a decision is not due again; what was refunded for another reason is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.bookings.due import quote_of
from booking_domain.bookings.transitions import Status
from booking_domain.payments.refunds import RefundReason
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money
from booking_domain.testing.bookings.strategies import MADE, NOTHING, PRICE, a_booking
from booking_domain.testing.shared.strategies import amounts

BY_MISTAKE = {RefundReason.LATE_PAYMENT, RefundReason.OVERPAYMENT}
MOST = 2 * PRICE.amount


@given(price=amounts(most=MOST), paid=amounts(most=MOST), parts=st.tuples(st.integers(0, MOST), st.integers(0, MOST)))
def test_no_more_is_due_than_the_price_less_what_was_paid_plus_what_went_back_by_mistake(
    price: Money, paid: Money, parts: tuple[int, int]
) -> None:
    conceded = min(parts[0], paid.amount)
    by_mistake = min(parts[1], paid.amount - conceded)
    received = Money(amount=paid.amount - conceded - by_mistake, currency="MNT")
    back = Money(amount=conceded, currency="MNT")
    quote = quote_of(
        Status.COMPLETED, price=price, deposit=NOTHING, received=received, authorised=NOTHING, conceded=back
    )
    due, over = quote.now, quote.overpaid
    assert due.amount == max(0, price.amount - paid.amount + by_mistake)
    assert not (due and over), "something is due and too much at once"
    assert received.amount + due.amount - over.amount == max(0, price.amount - conceded)


@pytest.mark.parametrize("reason", RefundReason)
@given(paid=amounts(least=1, most=PRICE.amount), back=st.integers(1, PRICE.amount))
def test_the_reason_of_a_refund_says_whether_its_money_is_due_again(
    reason: RefundReason, paid: Money, back: int
) -> None:
    amount = Money(amount=min(back, paid.amount), currency="MNT")
    before = a_booking(Status.COMPLETED, paid=paid)
    pending = before.schedule_refund(amount, MADE, conceded=reason.concedes)
    made = pending.record_refund(amount, MADE)
    again = amount if reason in BY_MISTAKE else NOTHING
    assert pending.quote.balance == made.quote.balance == before.quote.balance + again
    assert not pending.quote.overpaid


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.CONFIRMED, Status.COMPLETED}))
def test_no_balance_is_due_of_a_booking_that_is_neither_confirmed_nor_completed(status: Status) -> None:
    assert not a_booking(status).quote.balance


def test_what_is_authorised_is_captured_as_far_as_it_is_due() -> None:
    ten = PRICE.percent(10)
    booking = replace(a_booking(Status.CONFIRMED, paid=PRICE), authorised=ten)
    assert booking.quote.to_capture == NOTHING
    assert booking.schedule_refund(ten, MADE, conceded=True).quote.to_capture == NOTHING
    assert booking.schedule_refund(ten, MADE, conceded=False).quote.to_capture == ten


def test_no_more_is_conceded_than_is_refunded() -> None:
    with pytest.raises(InvalidValue):
        replace(a_booking(paid=PRICE), conceded=PRICE)
