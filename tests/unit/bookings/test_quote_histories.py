"""Random histories of a booking: after each step the quote is what a plain count of its money says, for all who ask."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples

from booking_domain.bookings.available_actions import AvailableAction, available_actions
from booking_domain.bookings.due import DueReason
from booking_domain.bookings.model import Booking
from booking_domain.bookings.reminders import BalanceOpen, reminders_of
from booking_domain.bookings.transitions import Action, Party, Status
from booking_domain.payments.model import Purpose
from booking_domain.shared.errors import DomainError
from booking_domain.shared.money import Money
from booking_domain.testing.bookings.strategies import (
    ACTORS,
    EVENT,
    HOUR,
    MADE,
    NOON,
    a_booking,
)
from booking_domain.use_cases.bookings.steps import due_of
from entrypoints.http.bookings.schemas import booking_json

pytestmark = pytest.mark.no_cover
MOST: Final = 1_000
TIP: Final = 7
LATER: Final = NOON + HOUR
"""The appointment is over."""


class History:
    """A booking, and a plain count of its money: what came, what went back by a decision and what by mistake."""

    def __init__(self, booking: Booking) -> None:
        self.booking = booking
        self.paid = self.authorised = self.given_back = self.sent_back = 0
        self.slips: tuple[tuple[int, int], ...] = ()
        self.agreed, self.asked = booking.price.amount, 0

    def mnt(self, amount: int) -> Money:
        return Money(amount=amount, currency="MNT")

    def moved(self, action: Action, party: Party) -> None:
        before = self.booking
        now = LATER if action not in {Action.CANCEL, Action.ACCEPT, Action.CONFIRM} else MADE
        after = before.apply(action, party=party, by=ACTORS[party], now=now, event_id=EVENT, payment_window=HOUR).state
        self.booking, self.asked = after, 0
        if action is Action.CANCEL:
            self._give_back(before.refund_on_cancellation(party, now))
        elif action is Action.MARK_NO_SHOW:
            self._give_back(before.refund_on_no_show())
        elif action is Action.COMPLETE:
            self._capture(after.quote.to_capture)

    def _give_back(self, back: Money) -> None:
        released = self.booking.released_of(back)
        self.booking = self.booking.release(released, MADE)
        self.authorised -= released.amount
        self._capture(self.booking.authorised)
        self.refund(min(back - released, self.booking.totals.refundable).amount, conceded=True)

    def _capture(self, amount: Money) -> None:
        rest = self.booking.authorised - amount
        self.booking = self.booking.captured(amount, MADE).receive(amount, MADE).release(rest, MADE)
        self.paid, self.authorised = self.paid + amount.amount, 0

    def pay(self, amount: int) -> None:
        self.booking = self.booking.receive(self.mnt(amount), MADE)
        self.paid += amount
        self._confirm()

    def authorise(self, amount: int) -> None:
        self.booking = self.booking.authorise(self.mnt(amount), MADE)
        self.authorised += amount
        self._confirm()

    def lapse(self, _: int) -> None:
        self.booking, self.authorised = self.booking.lapse(self.booking.authorised, MADE), 0

    def pay_at_desk(self, amount: int) -> None:
        if self.booking.quote.at_desk:
            self._at_desk(min(self.mnt(amount), self.booking.quote.at_desk), extra=0)

    def pay_more_at_desk(self, amount: int) -> None:
        """The work was more than agreed: the customer pays what is due, and for the rest of the work."""
        if self.booking.begun(LATER):
            self._at_desk(self.booking.quote.at_desk + self.mnt(amount), extra=amount)

    def _at_desk(self, amount: Money, *, extra: int) -> None:
        self.booking = self.booking.add_desk_payment(amount, MADE, extra=self.mnt(extra), tip=self.mnt(TIP))
        self.slips = (*self.slips, (amount.amount, extra))
        self._confirm()

    def void(self, nth: int) -> None:
        if self.slips:
            amount, extra = self.slips[nth % len(self.slips)]
            self.slips = tuple(each for at, each in enumerate(self.slips) if at != nth % len(self.slips))
            self.booking = self.booking.subtract_desk_payment(
                self.mnt(amount), MADE, extra=self.mnt(extra), tip=self.mnt(TIP)
            )

    @property
    def desk(self) -> int:
        return sum(amount for amount, _ in self.slips)

    @property
    def extra(self) -> int:
        return sum(extra for _, extra in self.slips)

    def add(self, amount: int) -> None:
        self.booking = self.booking.adjust(amount, MADE)
        self.paid += amount

    def take(self, amount: int) -> None:
        self.booking = self.booking.adjust(-amount, MADE)
        self.paid -= amount

    def refund(self, amount: int, *, conceded: bool) -> None:
        self.booking = self.booking.schedule_refund(self.mnt(amount), MADE, conceded=conceded)
        if conceded:
            self.given_back += amount
        else:
            self.sent_back += amount

    def make_refund(self, amount: int) -> None:
        self.booking = self.booking.record_refund(min(self.mnt(amount), self.booking.refund_pending), MADE)

    def return_overpayment(self, _: int) -> None:
        over = min(self.booking.quote.overpaid, self.booking.totals.refundable)
        self.refund(over.amount, conceded=False)

    def change(self, price: int) -> None:
        """The provider sets another price: a lower one at once, a higher one once the customer agrees."""
        scope = self.booking.scope_with(price_amount=price)
        self.booking = self.booking.change_terms(
            scope, party=Party.PROVIDER, by=ACTORS[Party.PROVIDER], now=MADE, event_id=EVENT
        ).state
        self.agreed, self.asked = (self.agreed, price) if self.agreed < price else (price, 0)
        self._settle_terms()

    def answer(self, action: Action) -> None:
        """The customer agrees or declines; of a request, the acceptance is the provider's, who has asked."""
        if self.booking.status is Status.REQUESTED and action is Action.ACCEPT_TERMS and self.asked:
            self.booking, self.agreed = self.booking.agree(self.booking.offered_scope), self.asked
            return self.moved(Action.ACCEPT if self.booking.quote.deposit else Action.CONFIRM, Party.PROVIDER)
        self.booking = self.booking.answer_terms(
            action, party=Party.CUSTOMER, by=ACTORS[Party.CUSTOMER], now=MADE, event_id=EVENT
        ).state
        self.agreed, self.asked = self.asked if action is Action.ACCEPT_TERMS else self.agreed, 0
        return self._settle_terms()

    def _settle_terms(self) -> None:
        self.return_overpayment(0)
        if self.booking.quote.to_capture < self.booking.authorised:
            self._capture(self.booking.quote.to_capture)

    def _confirm(self) -> None:
        if self.booking.status is Status.PENDING and not self.booking.quote.deposit_asked:
            self.moved(Action.CONFIRM, Party.PAYMENT)

    def open_of(self, amount: Money) -> int:
        """What is open of an agreed amount: less all that ever came and did not go back by mistake."""
        return max(0, max(0, amount.amount - self.given_back) - self.came)

    @property
    def came(self) -> int:
        return self.paid + self.desk + self.authorised - self.given_back - self.sent_back


MONEY: Final[Mapping[str, Callable[[History, int], None]]] = {
    "pay": History.pay,
    "authorise": History.authorise,
    "lapse": History.lapse,
    "pay at the desk": History.pay_at_desk,
    "pay more at the desk": History.pay_more_at_desk,
    "void": History.void,
    "add": History.add,
    "take": History.take,
    "refund by mistake": lambda history, amount: history.refund(amount, conceded=False),
    "refund by a decision": lambda history, amount: history.refund(amount, conceded=True),
    "make a refund": History.make_refund,
    "return an overpayment": History.return_overpayment,
    "change": History.change,
    "agree": lambda history, _: history.answer(Action.ACCEPT_TERMS),
    "decline": lambda history, _: history.answer(Action.REFUSE_TERMS),
}
MOVES: Final = (
    (Action.ACCEPT, Party.PROVIDER),
    (Action.CONFIRM, Party.PROVIDER),
    (Action.CONFIRM, Party.ADMIN),
    (Action.WAIVE_DEPOSIT, Party.PROVIDER),
    (Action.CANCEL, Party.CUSTOMER),
    (Action.CANCEL, Party.PROVIDER),
    (Action.EXPIRE, Party.SYSTEM),
    (Action.COMPLETE, Party.PROVIDER),
    (Action.MARK_NO_SHOW, Party.PROVIDER),
    (Action.DISPUTE, Party.CUSTOMER),
    (Action.RESOLVE_CONFIRMED, Party.ADMIN),
    (Action.RESOLVE_COMPLETED, Party.ADMIN),
    (Action.RESOLVE_CANCELLED, Party.ADMIN),
    (Action.RESOLVE_NO_SHOW, Party.ADMIN),
)
STEPS: Final = st.one_of(
    st.tuples(st.sampled_from(sorted(MONEY)), st.integers(1, MOST)),
    st.tuples(st.sampled_from(MOVES), st.just(0)),
)
NOTHING_DUE: Final = {DueReason.PAID, DueReason.DISPUTE, DueReason.ENDED}
PLAYED: Final = {Status.REQUESTED, Status.PENDING, Status.CONFIRMED, Status.COMPLETED}


@pytest.mark.parametrize("begins", [Status.REQUESTED, Status.PENDING, Status.CONFIRMED], ids=str)
@examples(40, nightly=10_000)
@given(price=st.integers(0, MOST), deposit=st.integers(0, MOST), steps=st.lists(STEPS, min_size=1, max_size=20))
def test_all_ask_for_what_a_plain_count_says_is_due(
    begins: Status, price: int, deposit: int, steps: list[tuple[str | tuple[Action, Party], int]]
) -> None:
    agreed = Money(amount=price, currency="MNT")
    first = replace(
        a_booking(begins), price=agreed, deposit=min(agreed, Money(amount=deposit, currency="MNT")), due_at=None
    )
    history = History(first)
    check(history)
    for what, amount in steps:
        before = vars(history).copy()
        try:
            if isinstance(what, str):
                MONEY[what](history, amount)
            else:
                history.moved(*what)
        except DomainError:
            vars(history).update(before)  # refused: nothing has changed
        check(history)


def check(history: History) -> None:
    booking, quote = history.booking, history.booking.quote
    status, rest = booking.status, history.open_of(booking.final_price)
    first = min(rest, history.open_of(booking.deposit))
    now = first if status is Status.PENDING else rest if status is Status.COMPLETED else 0
    later = rest - now if status in PLAYED else 0
    assert (quote.now.amount, quote.later.amount, quote.deposit.amount) == (now, later, first)
    assert (booking.price.amount, booking.offered_price_amount) == (history.agreed, history.asked or None)
    assert booking.final_price.amount == history.agreed + history.extra
    assert booking.tips.amount == TIP * len(history.slips), "tips count towards nothing"
    assert quote.now.amount + quote.later.amount <= history.agreed + history.extra, "no one is asked for more"
    assert not (quote.overpaid and rest), "too much and not enough at once"
    owed = max(0, booking.final_price.amount - history.given_back)
    assert quote.overpaid.amount == max(0, history.came - history.authorised - owed)
    assert bool(quote.now or quote.later) is (quote.reason in {*DueReason} - NOTHING_DUE)

    # everyone who asks for money
    customer, provider = (
        available_actions(booking, party, ACTORS[party], MADE) for party in (Party.CUSTOMER, Party.PROVIDER)
    )
    shown = booking_json(booking)
    payable = rest if status in {Status.CONFIRMED, Status.COMPLETED} else 0
    assert (shown.due_now_amount, shown.due_later_amount, shown.balance_due_amount) == (now, later, payable)
    assert due_of(booking, Purpose.BALANCE).amount == payable
    assert due_of(booking, Purpose.DEPOSIT).amount == (first if status is Status.PENDING else 0)
    assert (AvailableAction.PAY_DEPOSIT in customer) is bool(due_of(booking, Purpose.DEPOSIT))
    assert (AvailableAction.PAY_BALANCE in customer) is bool(payable)
    assert (AvailableAction.RECORD_DESK_PAYMENT in provider) is bool(quote.at_desk)
    assert quote.at_desk.amount == (payable or (rest if status is Status.PENDING else 0))
    asked = any(isinstance(each, BalanceOpen) for each in reminders_of(booking, (), LATER))
    assert asked is (status is Status.COMPLETED and bool(now))
