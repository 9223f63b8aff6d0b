"""A state machine that applies any actions to one booking, in any order and at any time."""

from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.unit.bookings.agreed import MOVES
from tests.unit.bookings.doing import LATER, LONGER, do
from tests.unit.bookings.placing import PAYMENT_WINDOW, place
from tests.unit.effort import examples

from booking_domain.bookings.model import BookingEvent, BookingMode, Terms
from booking_domain.bookings.transitions import Action, BookingPaymentStatus, Party, Status
from booking_domain.shared.errors import DomainError
from booking_domain.shared.lifecycle import InvalidTransition
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.bookings.strategies import A_BOOKING, DEPOSIT, MADE, NOTHING, PRICE, WAITING
from booking_domain.testing.shared.strategies import amounts


class LifeOfABooking(RuleBasedStateMachine):
    """The expected history, time and money, beside the booking that they are compared with."""

    @initialize(mode=st.sampled_from(BookingMode), deposit=st.sampled_from([DEPOSIT, NOTHING]))
    def placed(self, mode: BookingMode, deposit: Money) -> None:
        decision = place(Terms(mode=mode, price=PRICE, deposit=deposit))
        self.booking = decision.state
        self.trail: list[BookingEvent] = list(decision.events)
        self.now: datetime = MADE
        self.received = NOTHING
        self.changes = 0
        self.span, self.blocked = A_BOOKING.span, A_BOOKING.blocked
        self.expected = self.booking.status

    @rule(by=st.sampled_from([timedelta(minutes=10), timedelta(hours=47), timedelta(days=7), timedelta(days=15)]))
    def time_passes(self, by: timedelta) -> None:
        self.now += by

    @rule(action=st.sampled_from(Action), party=st.sampled_from(Party))
    def anybody_tries_anything(self, action: Action, party: Party) -> None:
        before = self.booking
        to, by = MOVES.get((before.status, action), (None, frozenset()))
        try:
            decision = do(before, action, party, self.now, payment_window=PAYMENT_WINDOW)
        except DomainError:
            return
        assert party in by
        assert decision.state.status == to
        self.booking = decision.state
        self.expected = self.expected if to == Status.DISPUTED else self.booking.status
        self.trail += decision.events
        self.changes += decision.state is not before
        if action in {Action.RESCHEDULE, Action.FOLLOW_CLOCK}:
            self.span = self.blocked = LATER
        if action is Action.ACCEPT_TERMS:
            more = timedelta(minutes=LONGER - before.minutes)
            self.span, self.blocked = (TimeRange(each.start, each.end + more) for each in (self.span, self.blocked))

    @precondition(lambda self: any(status == self.booking.status for status, _ in MOVES))
    @rule(data=st.data())
    def somebody_tries_what_is_theirs_to_do(self, data: st.DataObject) -> None:
        moves = [(action, by) for (status, action), (_, by) in MOVES.items() if status == self.booking.status]
        action, by = data.draw(st.sampled_from(moves))
        self.anybody_tries_anything(Action(action), Party(data.draw(st.sampled_from(sorted(by)))))

    @rule(party=st.sampled_from([Party.PROVIDER, Party.CUSTOMER, Party.ADMIN]), wish=st.sampled_from(Status))
    def somebody_wishes_for_a_status(self, party: Party, wish: Status) -> None:
        try:
            action = self.booking.action_towards(wish)
        except InvalidTransition:
            assert wish in {Status.REQUESTED, Status.EXPIRED, Status.DISPUTED}
            return
        self.anybody_tries_anything(action, party)

    @rule(amount=amounts(least=1, most=DEPOSIT.amount * 2) | st.just(DEPOSIT))
    def money_comes(self, amount: Money) -> None:
        self.booking = self.booking.receive(amount, self.now)
        self.received += amount
        self.changes += 1

    @precondition(lambda self: self.booking.payment_status is not BookingPaymentStatus.PAID)
    @rule()
    def the_customer_begins_to_pay(self) -> None:
        before = self.booking
        self.booking = before.await_payment(self.now)
        self.changes += self.booking is not before

    @invariant()
    def it_knows_all_the_money(self) -> None:
        assert self.booking.paid == self.received
        assert self.booking.refund_on_cancellation(Party.PROVIDER, self.now) == self.received
        assert self.booking.refund_on_cancellation(Party.CUSTOMER, self.now) <= self.received
        covered = bool(self.received) and self.booking.deposit <= self.received
        assert (self.booking.payment_status is BookingPaymentStatus.PAID) == covered

    @invariant()
    def its_trail_leads_from_the_beginning_to_where_it_stands(self) -> None:
        assert [event.from_status for event in self.trail] == [None, *(event.to_status for event in self.trail[:-1])]
        assert self.trail[-1].to_status is self.booking.status
        assert [event.at for event in self.trail] == sorted(event.at for event in self.trail)

    @invariant()
    def its_version_counts_its_changes(self) -> None:
        assert self.booking.version == 1 + self.changes

    @invariant()
    def only_what_waits_is_due(self) -> None:
        assert (self.booking.due_at is not None) == (self.booking.status in WAITING)

    @invariant()
    def it_claims_its_time_until_it_ends(self) -> None:
        assert self.booking.claims_time == (self.expected not in {Status.CANCELLED, Status.EXPIRED})
        assert self.booking.undisputed_status is self.expected

    @invariant()
    def what_was_agreed_on_stays(self) -> None:
        assert (self.booking.price, self.booking.span, self.booking.blocked, self.booking.created_at) == (
            PRICE,
            self.span,
            self.blocked,
            MADE,
        )


TestLifeOfABooking = LifeOfABooking.TestCase
TestLifeOfABooking.settings = examples(150)
