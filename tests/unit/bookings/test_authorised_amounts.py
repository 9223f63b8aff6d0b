"""What a cancellation does with money that is paid and money that is only authorised: arithmetic, to the unit."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.payments.examples import NOW, a_payment

from booking_domain.bookings.transitions import BookingPaymentStatus
from booking_domain.payments.ledger import Ledger
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money
from booking_domain.testing.bookings.strategies import a_booking

_AMOUNTS = st.integers(0, 10**9)


def mnt(amount: int) -> Money:
    return Money(amount=amount, currency="MNT")


@given(paid=_AMOUNTS, authorised=_AMOUNTS, percent=st.integers(0, 100))
def test_what_goes_back_is_released_before_anything_is_refunded(paid: int, authorised: int, percent: int) -> None:
    booking = replace(a_booking(), paid=mnt(paid)).authorise(mnt(authorised), NOW)
    back = booking.secured.percent(percent)
    kept, released = booking.secured - back, booking.released_of(back)
    captured = booking.authorised - released
    assert released == min(booking.authorised, back)
    after = (
        booking.release(released, NOW)
        .captured(captured, NOW)
        .receive(captured, NOW)
        .schedule_refund(back - released, NOW, conceded=True)
    )
    assert after.totals.refundable == kept
    assert (after.authorised, after.released) == (mnt(0), released)
    with pytest.raises(InvalidValue):
        booking.release(mnt(authorised + 1), NOW)


@given(amount=st.integers(1, 10**9), data=st.data())
def test_an_authorised_payment_is_no_entry_of_the_ledger_until_it_is_captured(amount: int, data: st.DataObject) -> None:
    part = mnt(data.draw(st.integers(0, amount)))
    payment = a_payment(mnt(amount)).authorised_for(mnt(amount), NOW, raw="")
    assert Ledger.of("MNT", [payment], []).balance == 0
    decided = payment.decide(part, NOW)
    assert (payment.capturable, decided.capturable) == (mnt(amount), part)
    if part:
        captured, new = decided.settle(part, raw_payload="", now=NOW)
        assert (captured.status, new, captured.expected) == (PaymentStatus.PAID, part, part)
        assert Ledger.of("MNT", [captured], []).balance == part.amount
        assert not captured.capturable
    else:
        assert decided.end_authorisation(raw="").status is PaymentStatus.RELEASED
    assert payment.end_authorisation(raw="").status is PaymentStatus.FAILED


@given(data=st.data(), deposit=st.integers(1, 10**9))
def test_the_payment_status_follows_what_is_authorised_captured_and_released(data: st.DataObject, deposit: int) -> None:
    some = data.draw(st.integers(0, deposit - 1))
    plain = replace(a_booking(), price=mnt(deposit), deposit=mnt(deposit), paid=mnt(0))
    booking = plain.authorise(mnt(deposit), NOW)
    assert (booking.payment_status, booking.quote.deposit) == (BookingPaymentStatus.AUTHORISED, mnt(0))
    released = booking.release(mnt(deposit), NOW)
    assert released.payment_status is BookingPaymentStatus.RELEASED
    part = booking.release(mnt(some), NOW).captured(mnt(deposit - some), NOW).receive(mnt(deposit - some), NOW)
    assert part.payment_status is BookingPaymentStatus.PAID
    lapsed = booking.lapse(mnt(deposit), NOW)
    assert (lapsed.payment_status, lapsed.quote.deposit) == (BookingPaymentStatus.FAILED, mnt(deposit))
