from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.bookings.placing import PAYMENT_WINDOW, place
from tests.unit.effort import examples

from booking_domain.bookings.model import ANSWER_DUE, BookingMode, Terms
from booking_domain.bookings.transitions import BookingPaymentStatus, Status
from booking_domain.testing.bookings.strategies import CUSTOMER, DEPOSIT, EVENT, MADE, NOTHING, PRICE, terms


def test_an_instant_booking_waits_for_its_deposit() -> None:
    booking = place(Terms(price=PRICE, deposit=DEPOSIT)).state
    assert (booking.status, booking.due_at) == (Status.PENDING, MADE + PAYMENT_WINDOW)
    assert booking.quote.deposit == DEPOSIT


def test_an_instant_booking_without_a_deposit_is_confirmed_at_once() -> None:
    booking = place(Terms(price=PRICE, deposit=NOTHING)).state
    assert (booking.status, booking.due_at) == (Status.CONFIRMED, None)
    assert not booking.quote.deposit


def test_a_voluntary_deposit_is_paid_before_confirmation() -> None:
    booking = place(Terms(price=PRICE, deposit=NOTHING), deposit=DEPOSIT).state
    assert (booking.status, booking.deposit) == (Status.PENDING, DEPOSIT)


def test_a_request_waits_for_an_answer_with_or_without_a_deposit() -> None:
    for deposit in (DEPOSIT, NOTHING):
        booking = place(Terms(mode=BookingMode.REQUEST, price=PRICE, deposit=deposit)).state
        assert (booking.status, booking.due_at) == (Status.REQUESTED, MADE + ANSWER_DUE)
    assert timedelta(hours=48) == ANSWER_DUE


@examples(200)
@given(terms(), st.data())
def test_a_new_booking_has_the_agreed_terms_and_nothing_paid(agreed: Terms, data: st.DataObject) -> None:
    asked = data.draw(st.none() | st.integers(agreed.deposit.amount, agreed.price.amount))
    deposit = agreed.deposit_of(asked)
    decision = place(agreed, deposit)
    booking = decision.state
    assert (booking.price, booking.deposit, booking.cancellation) == (agreed.price, deposit, agreed.cancellation)
    assert (booking.paid, booking.refunded, booking.payment_status) == (NOTHING, NOTHING, BookingPaymentStatus.UNPAID)
    assert (booking.version, booking.created_at, booking.updated_at, booking.notes) == (1, MADE, MADE, "a dragon")
    assert booking.claims_time
    assert (booking.due_at is None) == (booking.status is Status.CONFIRMED)
    (event,) = decision.events
    assert (event.type, event.from_status, event.to_status, event.by) == ("placed", None, booking.status, CUSTOMER)
    assert (event.id, event.booking_id, event.at, event.reason) == (EVENT, booking.id, MADE, None)
