from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.bookings.doing import do
from tests.unit.effort import examples

from booking_domain.bookings.errors import AlreadyOver, TooEarly
from booking_domain.bookings.model import MAX_NOTES, Booking, Terms
from booking_domain.bookings.policy import CancellationPolicy
from booking_domain.bookings.terms_errors import DepositDue, DepositOutOfRange, TimeNotAccepted
from booking_domain.bookings.transitions import Action, BookingPaymentStatus, InvalidBookingTransition, Party, Status
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.errors import DomainError, InvalidValue
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.bookings.strategies import (
    ACTORS,
    ADMIN,
    CUSTOMER,
    DEPOSIT,
    EVENT,
    HOUR,
    MADE,
    NOON,
    NOTHING,
    PRICE,
    PROVIDER,
    STRANGER,
    a_booking,
    moments,
    terms,
    usual_policies,
)

JUST = timedelta(microseconds=1)
END = NOON + HOUR


def take(booking: Booking, action: Action, party: Party, now: datetime = MADE + HOUR) -> Booking:
    return do(booking, action, party, now, payment_window=timedelta(minutes=15)).state


@pytest.mark.parametrize("action", [Action.COMPLETE, Action.MARK_NO_SHOW])
def test_a_booking_is_not_completed_or_no_show_before_its_start(action: Action) -> None:
    with pytest.raises(TooEarly):
        take(a_booking(Status.CONFIRMED), action, Party.PROVIDER, NOON - JUST)
    take(a_booking(Status.CONFIRMED), action, Party.PROVIDER, NOON)


def test_a_confirmed_booking_is_cancelled_before_its_end_and_not_after() -> None:
    take(a_booking(Status.CONFIRMED), Action.CANCEL, Party.CUSTOMER, END - JUST)
    with pytest.raises(AlreadyOver):
        take(a_booking(Status.CONFIRMED), Action.CANCEL, Party.CUSTOMER, END)


@pytest.mark.parametrize("status", [Status.REQUESTED, Status.PENDING])
def test_an_unsettled_booking_can_be_cancelled_at_any_time(status: Status) -> None:
    assert take(a_booking(status), Action.CANCEL, Party.PROVIDER, END + HOUR).status is Status.CANCELLED


@pytest.mark.parametrize("party", [Party.PAYMENT, Party.PROVIDER])
def test_a_booking_is_not_confirmed_before_its_deposit_is_paid(party: Party) -> None:
    almost = DEPOSIT - Money(amount=1, currency="MNT")
    with pytest.raises(DepositDue):
        take(a_booking(paid=almost), Action.CONFIRM, party)
    assert take(a_booking(paid=DEPOSIT), Action.CONFIRM, party).status is Status.CONFIRMED


def test_an_admin_confirms_a_booking_whose_deposit_is_not_paid() -> None:
    assert take(a_booking(), Action.CONFIRM, Party.ADMIN).status is Status.CONFIRMED


def test_a_provider_does_not_waive_the_deposit_of_a_request() -> None:
    with pytest.raises(DepositDue):
        take(a_booking(Status.REQUESTED), Action.CONFIRM, Party.PROVIDER)


def test_a_booking_is_not_revived_by_less_than_its_deposit() -> None:
    with pytest.raises(DepositDue):
        take(a_booking(Status.EXPIRED), Action.REVIVE, Party.PAYMENT)
    assert take(a_booking(Status.EXPIRED, paid=DEPOSIT), Action.REVIVE, Party.PAYMENT).status is Status.CONFIRMED


def test_accepting_a_request_gives_the_customer_the_payment_window() -> None:
    accepted = take(a_booking(Status.REQUESTED), Action.ACCEPT, Party.PROVIDER, MADE + HOUR)
    assert (accepted.status, accepted.due_at) == (Status.PENDING, MADE + HOUR + timedelta(minutes=15))


def test_a_request_without_a_deposit_is_confirmed_instead_of_accepted() -> None:
    free = replace(a_booking(Status.REQUESTED), deposit=NOTHING)
    with pytest.raises(InvalidBookingTransition) as refused:
        take(free, Action.ACCEPT, Party.PROVIDER)
    assert refused.value.code == "booking.invalid_transition"
    confirmed = take(free, Action.CONFIRM, Party.PROVIDER)
    assert (confirmed.status, confirmed.due_at) == (Status.CONFIRMED, None)


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED])
def test_a_booking_can_be_disputed_until_14_days_after_its_end(status: Status) -> None:
    last = END + timedelta(days=14)
    assert take(a_booking(status), Action.DISPUTE, Party.CUSTOMER, last - JUST).status is Status.DISPUTED
    with pytest.raises(InvalidBookingTransition) as refused:
        take(a_booking(status), Action.DISPUTE, Party.CUSTOMER, last)
    assert refused.value.code == "booking.invalid_transition"


def test_a_pending_payment_status_fails_when_the_booking_expires() -> None:
    begun = a_booking().await_payment(MADE)
    assert take(begun, Action.EXPIRE, Party.SYSTEM).payment_status is BookingPaymentStatus.FAILED
    assert take(a_booking(), Action.EXPIRE, Party.SYSTEM).payment_status is BookingPaymentStatus.UNPAID


@examples(500)
@given(
    st.sampled_from(Status),
    st.sampled_from(Action),
    st.sampled_from(Party),
    st.sampled_from([NOTHING, DEPOSIT, PRICE]),
    moments(),
)
def test_every_action_is_refused_or_increments_the_version(
    status: Status, action: Action, party: Party, paid: Money, now: datetime
) -> None:
    before = a_booking(status, paid=paid)
    again = a_booking(status, paid=paid)
    try:
        after = take(before, action, party, now)
    except DomainError:
        assert before == again
        return
    assert before == again
    if after is before:
        assert action is Action.ACCEPT_TIME, "which the customer has agreed to already"
        return
    assert after.version == before.version + 1
    assert (after.due_at is not None) == (after.status in {Status.PENDING, Status.REQUESTED})
    unmoved = replace(
        after,
        status=before.status,
        payment_attempt=before.payment_attempt,
        due_at=before.due_at,
        span=before.span,
        blocked=before.blocked,
        local_start=before.local_start,
        offered_times=before.offered_times,
        time_change=before.time_change,
        cancellation_start=before.cancellation_start,
        under_review=before.under_review,
        review_began_at=before.review_began_at,
        disputed_from=before.disputed_from,
        version=before.version,
        updated_at=before.updated_at,
    )
    assert unmoved == before


def test_a_booking_is_overdue_from_its_due_time() -> None:
    due = MADE + HOUR / 4
    assert not a_booking().overdue(due - JUST)
    assert a_booking().overdue(due)
    assert not a_booking(Status.CONFIRMED).overdue(END)


def test_the_party_of_an_actor_depends_on_the_booking() -> None:
    booking = a_booking()
    assert booking.party(CUSTOMER) is Party.CUSTOMER
    assert booking.party(PROVIDER) is Party.PROVIDER
    assert booking.party(ADMIN) is Party.ADMIN
    assert booking.party(SYSTEM) is Party.SYSTEM
    assert booking.party(STRANGER) is None
    assert booking.party(Actor(STRANGER.id, Role.CUSTOMER)) is None
    assert booking.party(Actor(STRANGER.id, Role.PROVIDER)) is None


def test_the_customer_of_a_booking_may_have_any_role() -> None:
    for role in (Role.PROVIDER, Role.MANAGER, Role.ADMIN):
        assert a_booking().party(Actor(CUSTOMER.id, role)) is Party.CUSTOMER


def test_a_requested_status_maps_to_an_action() -> None:
    booking = a_booking(Status.CONFIRMED)
    wishes = {
        Status.PENDING: Action.ACCEPT,
        Status.CONFIRMED: Action.CONFIRM,
        Status.COMPLETED: Action.COMPLETE,
        Status.CANCELLED: Action.CANCEL,
        Status.NO_SHOW: Action.MARK_NO_SHOW,
    }
    assert {status: booking.action_towards(status) for status in wishes} == wishes
    for status in set(Status) - set(wishes):
        with pytest.raises(InvalidBookingTransition) as refused:
            booking.action_towards(status)
        assert refused.value.code == "booking.invalid_transition"


def test_notes_have_a_maximum_length() -> None:
    assert replace(a_booking(), notes="я" * MAX_NOTES).notes
    with pytest.raises(InvalidValue) as refused:
        replace(a_booking(), notes="я" * (MAX_NOTES + 1))
    assert refused.value.field_path == ("notes",)


def test_refunds_never_exceed_payments() -> None:
    assert a_booking(paid=DEPOSIT, refunded=DEPOSIT).refunded == DEPOSIT
    with pytest.raises(InvalidValue) as refused:
        a_booking(paid=DEPOSIT, refunded=PRICE)
    assert refused.value.field_path == ("refunded_amount",)


def test_a_deposit_is_at_most_the_price() -> None:
    assert Terms(price=PRICE, deposit=PRICE).deposit == PRICE
    with pytest.raises(InvalidValue) as refused:
        Terms(price=DEPOSIT, deposit=PRICE)
    assert refused.value.field_path == ("deposit_amount",)


def test_price_and_deposit_are_in_one_currency() -> None:
    with pytest.raises(InvalidValue) as refused:
        Terms(price=PRICE, deposit=Money.zero("JPY"))
    assert refused.value.field_path == ("currency",)


@examples(300)
@given(terms(), st.none() | st.integers(-5, 10**12 + 5), st.sampled_from([None, -1, 0, 1]))
def test_a_customer_may_raise_the_deposit_up_to_the_price_and_never_lower_it(
    agreed: Terms, asked: int | None, beside: int | None
) -> None:
    if beside is not None:  # exactly at a bound
        asked = (agreed.deposit.amount if beside <= 0 else agreed.price.amount) + beside
    if asked is None:
        assert agreed.deposit_of(None) == agreed.deposit
    elif agreed.deposit.amount <= asked <= agreed.price.amount:
        assert agreed.deposit_of(asked) == Money(amount=asked, currency="MNT")
    else:
        with pytest.raises(DepositOutOfRange) as refused:
            agreed.deposit_of(asked)
        assert refused.value.parameters == {"due": agreed.deposit, "price": agreed.price}


@pytest.mark.parametrize("moved", [False, True])
def test_new_zone_data_asks_nobody_to_agree_and_keeps_what_was_agreed(*, moved: bool) -> None:
    before = a_booking(Status.CONFIRMED, paid=DEPOSIT)
    if moved:
        before = take(before, Action.RESCHEDULE, Party.PROVIDER)
    after = take(before, Action.FOLLOW_CLOCK, Party.SYSTEM)
    assert (after.time_change, after.cancellation_start) == (before.time_change, before.cancellation_start)
    assert (after.time_change is not None) is moved


MOVES = st.lists(
    st.tuples(
        st.sampled_from([Party.CUSTOMER, Party.CUSTOMER, Party.PROVIDER, Party.ADMIN]),
        st.integers(0, 60),
        st.integers(1, 400),
        st.booleans(),
    ),
    max_size=6,
)
"""Who reschedules, how many hours after the last step, to how many hours ahead, and whether the customer accepts."""


@examples(500)
@given(usual_policies(), MOVES, st.integers(0, 100))
def test_customers_neither_gain_by_rescheduling_nor_lose_by_unaccepted_times(
    policy: CancellationPolicy, moves: list[tuple[Party, int, int, bool]], later: int
) -> None:
    booking = replace(a_booking(Status.CONFIRMED, paid=DEPOSIT), cancellation=policy)
    now = MADE

    def refund(of: Booking, at: datetime) -> Money:
        return of.refund_on_cancellation(Party.CUSTOMER, at)

    for party, after, ahead, accepts in moves:
        now += after * HOUR
        span = TimeRange(now + ahead * HOUR, now + (ahead + 1) * HOUR)
        try:
            moved = booking.reschedule(span, span, party=party, by=ACTORS[party], now=now, event_id=EVENT).state
        except AlreadyOver:
            return
        for at in (now, now + 24 * HOUR, now + later * HOUR):
            if party is Party.CUSTOMER:
                assert refund(moved, at) <= refund(booking, now)
            else:
                assert refund(moved, at) >= refund(booking, at), "they did not accept it"
                assert at >= now + 24 * HOUR or span == booking.span or refund(moved, at) == DEPOSIT
        booking = moved
        if accepts:
            booking = booking.accept_time(span, party=Party.CUSTOMER, by=CUSTOMER, now=now, event_id=EVENT).state
            assert booking.policy_start == span.start or party is Party.CUSTOMER
        unaccepted = booking.unaccepted(now + later * HOUR)
        if unaccepted is not None:
            with pytest.raises((TimeNotAccepted, TooEarly)):
                take(booking, Action.MARK_NO_SHOW, Party.PROVIDER, now + later * HOUR)
