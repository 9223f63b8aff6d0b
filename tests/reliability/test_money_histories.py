"""Row 8: random histories of bookings, their money and what lowers or pays a price, with faults in between.

Each history books, pays or authorises (late, twice, too little, too much), pays at the desk, waives deposits, cancels
by quote, captures, releases, refunds, transfers, adjusts ledgers, reschedules, misses appointments, disputes bookings,
withdraws or decides the disputes, and reconciles days, while the gateway is cut off, loses answers, lets authorisations
lapse or makes no refunds, and callbacks are lost. No callback comes later: the reconciliation finds the rest. It sells
packages and gift cards, starts promotions, gives points, books and pays with all of them, takes them back and lets them
expire (`programmes`). Customers take plans, which the worker renews (`plan_books`).
After each step no customer is asked for more than the price, less what was ever paid, plus what was refunded because it
was paid by mistake. In the end our ledgers equal the books of the gateway and the bank to the unit, no difference is
open, nothing is pending that nobody was notified of, and price, receipts and balance due agree. The ledgers of cards,
packages, points and promotions agree with the bookings, and statistics are the raw sums.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.reliability import plan_books, scale
from tests.reliability.conftest import Report
from tests.reliability.plan_books import PlanBooks
from tests.reliability.programmes import REFUSED, RULES, Programmes

from booking_domain.bookings.available_actions import AvailableAction, available_actions
from booking_domain.bookings.errors import AlreadyOver, BookingNotFound, RescheduleTooLate, TooEarly
from booking_domain.bookings.model import Booking, BookingMode
from booking_domain.bookings.placing_errors import TooManyUnsettled, TooManyUpcoming
from booking_domain.bookings.policy import PRESETS, CancellationPolicy, Tier
from booking_domain.bookings.reminders import BalanceOpen, reminders_of
from booking_domain.bookings.terms_errors import DepositDue, InThePast, RefundDiffers, TimeNotAccepted
from booking_domain.bookings.transitions import BookingPaymentStatus, InvalidBookingTransition, Status
from booking_domain.disputes.model import (
    AlreadyDecided,
    Dispute,
    DisputeExists,
    FinalBookingStatus,
    NoOtherParty,
    RefundNotPossible,
    Resolution,
)
from booking_domain.payments.adjustments import LedgerNotAdjustable
from booking_domain.payments.desk import (
    DeskMethod,
    DeskPaymentInUse,
    InvalidDeskPaymentTransition,
    LessThanDeposit,
    MoreThanDue,
)
from booking_domain.payments.errors import (
    CaptureInProgress,
    GatewayUnavailable,
    NothingDue,
    PaymentInPreparation,
    WindowClosed,
)
from booking_domain.payments.events import PaymentHinted, RefundByTransfer
from booking_domain.payments.ledger import Ledger
from booking_domain.payments.model import AUTHORISED_FOR, Payment, Purpose
from booking_domain.payments.ports import ChargeOutcome
from booking_domain.payments.receipts import ReceiptKind
from booking_domain.payments.refunds import (
    LONGEST_RETRY,
    BookingInDispute,
    Refund,
    RefundMethod,
    RefundStatus,
)
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.reconciliation.model import FindingKind, FindingStatus, day_of
from booking_domain.reconciliation.ports import FindingFilter
from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue, NotPermitted
from booking_domain.shared.ids import BookingId, RefundId
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, TOMORROW, terms
from booking_domain.testing.invariants import most_due
from booking_domain.testing.kit.storage import race
from booking_domain.testing.memory import MemoryGateway
from booking_domain.testing.studio import PAYMENT_WINDOW, Studio
from booking_domain.use_cases.bookings.change_status import ChangeBookingStatus, change_booking_status
from booking_domain.use_cases.bookings.queries import get_cancellation_quote
from booking_domain.use_cases.bookings.waive_deposit import WaiveDeposit, waive_deposit
from booking_domain.use_cases.payments.adjust_ledger import AdjustLedger, adjust_ledger
from booking_domain.use_cases.payments.capture_payments import capture_payments
from booking_domain.use_cases.payments.desk_payments import (
    RecordDeskPayment,
    VoidDeskPayment,
    record_desk_payment,
    void_desk_payment,
)
from booking_domain.use_cases.payments.make_refund import make_refund
from booking_domain.use_cases.payments.receipts import issue_receipts
from booking_domain.use_cases.payments.refund_transfers import return_refund_transfer
from booking_domain.use_cases.payments.transfers import ReturnTransfer
from booking_domain.use_cases.reconciliation.reconcile import reconcile
from booking_domain.use_cases.reconciliation.runs import RequestRun, request_run

HISTORIES: Final = scale.of(10_000, less=60)
STEPS: Final = 30
_NOT_NOW: Final = (
    *REFUSED,
    *plan_books.REFUSED,
    AlreadyDecided,
    AlreadyOver,
    BookingInDispute,
    BookingNotFound,
    CaptureInProgress,
    DepositDue,
    DeskPaymentInUse,
    DisputeExists,
    GatewayUnavailable,
    InThePast,
    InvalidDeskPaymentTransition,
    InvalidBookingTransition,
    InvalidValue,
    LedgerNotAdjustable,
    LessThanDeposit,
    MoreThanDue,
    NoOtherParty,
    NotPermitted,
    NothingDue,
    NotYourMove,
    PaymentInPreparation,
    RefundNotPossible,
    RescheduleTooLate,
    SlotNotOffered,
    SlotTaken,
    TimeNotAccepted,
    TooEarly,
    TooManyUnsettled,
    TooManyUpcoming,
    WindowClosed,
)
_POLICIES: Final = [
    *(CancellationPolicy(tiers) for tiers in PRESETS.values()),
    CancellationPolicy((Tier(24, 67),), late_keeps=67, no_show_keeps=83, reschedule_notice_minutes=360),
]
_PASSING: Final = [timedelta(minutes=1), PAYMENT_WINDOW, 6 * HOUR, timedelta(days=1), timedelta(days=3)]
_KINDS: Final = (
    *("book", "book", "pay", "pay", "pay", "deposit", "deposit", "bill", "call_back", "call_back"),
    *(
        "cancel",
        "cancel",
        "reschedule",
        "attend",
        "visit",
        "reopen",
        "expire",
        "work",
        "work",
        "transfer",
        "time",
        "time",
        "trouble",
    ),
    *("dispute", "dispute", "withdraw", "resolve", "resolve", "reconcile", "lapse", "adjust", "adjust"),
    *("deposit", "deposit", "deposit", "desk", "desk", "desk_deposit", "waive", "void", "verdict", "verdict"),
    *("change", "change"),
    *("promote", "package", "give_points", "discounted", "discounted", "discounted", "redeem"),
    *("gift_card", "pay_by_card", "pay_by_card", "follow", "sweep"),
    *("plan", "plan", "renew", "renew"),
)
_STEP: Final = st.tuples(st.sampled_from(_KINDS), st.integers(0, 11), st.integers(0, 5))
_ASK_FOR_MONEY: Final = {AvailableAction.PAY_DEPOSIT, AvailableAction.PAY_BALANCE, AvailableAction.RECORD_DESK_PAYMENT}
_EVER: Final = (TOMORROW - timedelta(days=3_650), TOMORROW + timedelta(days=3_650))
_CURRENCIES: Final = ["MNT", "JPY", "KWD"]
_DONE: Final[Counter[str]] = Counter()
_LEAST: Final = {
    "paid": 1,
    "refunds by gateway": 1 / 10,
    "captures": 1 / 20,
    "releases": 1 / 50,
    "disputes decided": 1 / 50,
    "adjustments": 1 / 50,
    "desk payments": 1 / 20,
    "deposits at the desk": 1 / 20,
    "deposits waived": 1 / 50,
    "prices agreed anew": 1 / 50,
    "times asked after a concession": 1 / 50,
    "findings repaired": 1 / 10,
    "promotions redeemed": 1 / 50,
    "visits of packages": 1 / 20,
    "visits missed": 1 / 50,
    "visits made": 1 / 50,
    "visits to come again": 1 / 50,
    "points redeemed": 1,
    "rewards redeemed": 1 / 50,
    "payments by gift card": 1 / 20,
    "periods paid": 1 / 20,
    "plans renewed": 1 / 50,
}
"""How often each is done at least, on average of a history."""
"""What all histories did, for the report."""


@dataclass
class History:
    """A studio, the objects that it made, and the bank's book of transfers."""

    studio: Studio
    currency: str
    programmes: Programmes
    plans: PlanBooks
    bookings: list[Booking] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    transfers: dict[RefundId, Money] = field(default_factory=dict)
    adjustments: Counter[BookingId] = field(default_factory=Counter)
    """What admins have added to the ledgers, in minor units."""

    async def step(self, kind: str, nth: int, how: int) -> None:
        """Do one step; an impossible step does nothing."""
        with suppress(*_NOT_NOW):
            await getattr(self, f"do_{kind}")(nth, how)
            _DONE[kind] += 1
        for booking in await self._seen():
            await self.nobody_is_asked_for_too_much(booking)

    async def do_book(self, nth: int, how: int) -> None:
        slot = TOMORROW + nth // 4 * timedelta(days=7) + nth % 4 * HOUR
        by = self.studio.owner if how == 5 else self.studio.customer
        customer = self.studio.customer if how == 5 else None
        self.bookings.append(await self.studio.book(slot, by=by, customer=customer))

    async def do_promote(self, nth: int, how: int) -> None:
        await self.programmes.promote(nth, how)

    async def do_package(self, nth: int, how: int) -> None:
        await self.programmes.sell_package(nth, how)

    async def do_give_points(self, nth: int, how: int) -> None:
        await self.programmes.adjust_points(nth, how)

    async def do_discounted(self, nth: int, how: int) -> None:
        self.bookings.append(await self.programmes.book(nth, how))

    async def do_redeem(self, nth: int, _: int) -> None:
        booking = self._nth(nth)
        if booking is not None:
            await self.programmes.redeem(booking, nth)

    async def do_gift_card(self, nth: int, how: int) -> None:
        await self.programmes.sell_card(nth, how)

    async def do_pay_by_card(self, nth: int, how: int) -> None:
        booking = self._nth(nth)
        if booking is not None:
            most = await self._most_due(booking)
            before = await self._paid_by_card(booking)
            await self.programmes.pay_by_card(booking, nth, how)
            assert await self._paid_by_card(booking) - before <= most, "gift cards paid too much"

    async def _paid_by_card(self, booking: Booking) -> Money:
        payments = await self.studio.payments(booking)
        return sum((each.settled for each in payments if each.of_gift_card), Money.zero(self.currency))

    async def do_plan(self, nth: int, how: int) -> None:
        await self.plans.step(nth, how)

    async def do_renew(self, nth: int, how: int) -> None:
        await self.plans.renew(nth, how)

    async def do_follow(self, nth: int, how: int) -> None:
        await self.programmes.follow(nth, how)

    async def do_sweep(self, _nth: int, _how: int) -> None:
        await self.programmes.sweep()

    async def do_bill(self, nth: int, how: int) -> None:
        booking = self._nth(nth)
        if booking is not None:
            purpose = Purpose.BALANCE if how % 2 else Purpose.DEPOSIT
            payment = await self.studio.bill(booking, purpose)
            assert payment.amount <= await self._most_due(booking), "the invoice asks for too much"
            self.payments.append(payment)

    async def do_pay(self, nth: int, how: int) -> None:
        """Pay exactly, twice, too little or too much, perhaps late; the callback comes or not."""
        if not self.payments:
            return
        payment = self.payments[nth % len(self.payments)]
        amount = [1, 1, 2, 3, 7, 1][how] * payment.amount.amount // [1, 1, 1, 1, 10, 3][how]
        paid = self.studio.pay(payment, Money(amount=max(1, amount), currency=self.currency))
        _DONE["paid"] += paid
        if how % 3:
            await self.studio.settle(payment)

    async def do_deposit(self, nth: int, how: int) -> None:
        """Book, and pay the deposit at once."""
        await self.do_book(nth, how)
        booking = self.bookings[-1]
        if booking.status is Status.REQUESTED:
            booking = await self.studio.accept(booking)
        payment = await self.studio.bill(booking)
        self.payments.append(payment)
        _DONE["paid"] += self.studio.pay(payment)
        await self.studio.settle(payment)

    async def do_call_back(self, nth: int, how: int) -> None:
        if self.payments:
            payment = self.payments[nth % len(self.payments)]
            await race([self.studio.settle(payment) for _ in range(1 + how // 2)])

    async def do_cancel(self, nth: int, how: int) -> None:
        """Cancel by a quote: exactly its amount is refunded, or nothing happens."""
        booking, by = self._nth(nth), self._somebody(how)
        if booking is None:
            return
        quote = await get_cancellation_quote(
            by, booking.id, self.studio.reads.appointments, now=self.studio.clock.now()
        )
        if how >= 3:
            self.studio.clock.set(quote.valid_until - (timedelta.resolution if how == 3 else timedelta(0)))
        before = await self.studio.seen(booking)
        command = ChangeBookingStatus(
            booking_id=booking.id,
            to=Status.CANCELLED,
            expected_refund=quote.refund.amount,
        )
        try:
            after = await self.studio.run(change_booking_status, command, by=by)
        except RefundDiffers:
            assert how > 3, "a valid quote was refused"
            assert await self.studio.seen(booking) == before
            return
        assert after.refund_pending + after.released == before.refund_pending + before.released + quote.refund
        assert after.released == before.released + quote.released

    async def do_reschedule(self, nth: int, how: int) -> None:
        booking = self._nth(nth)
        if booking is not None:
            await self.studio.reschedule(booking, booking.span.start + how * 7 * 24 * HOUR, by=self._somebody(how))

    async def do_attend(self, nth: int, how: int) -> None:
        """Come, or not; an admin confirms without a deposit, and a provider answers a request."""
        booking = self._nth(nth)
        if booking is None:
            return
        to = [Status.COMPLETED, Status.NO_SHOW, Status.CONFIRMED, Status.PENDING, Status.CONFIRMED, Status.NO_SHOW][how]
        by = self.studio.admin if how == 4 else self.studio.owner
        if how in {0, 1}:
            over = (await self.studio.seen(booking)).span.end
            self.studio.clock.set(max(self.studio.clock.now(), over))
        await self.studio.move(booking, to, by=by)

    async def do_visit(self, nth: int, how: int) -> None:
        """The customer books a visit of a package that is sold now, and comes, or not."""
        await self.do_discounted(2 * (nth // 2) + 1, 1)
        await self.do_attend(len(self.bookings) - 1, how % 2)
        _DONE["visits missed" if how % 2 else "visits made"] += 1

    async def do_reopen(self, nth: int, how: int) -> None:
        """A visit that was paid with points is still to come by a verdict; then it takes place, or not."""
        await self.do_discounted(3 * (nth // 3), 2 + how % 2 * 3)
        last = len(self.bookings) - 1
        booking = self.bookings[last]
        if booking.status is Status.REQUESTED:
            await self.studio.accept(booking)
        await self.do_desk(last, 0)
        await self.do_attend(last, how % 2)
        dispute = await self.studio.dispute(booking)
        await self.studio.resolve(dispute, Resolution.NO_REFUND, FinalBookingStatus.CONFIRMED)
        _DONE["visits to come again"] += 1
        if how > 2:
            await self.do_attend(last, how - 3)

    async def do_expire(self, nth: int, _: int) -> None:
        booking = self._nth(nth)
        if booking is not None:
            await self.studio.expire(booking)

    async def do_work(self, _nth: int, _how: int) -> None:
        """The worker has the gateway make the refunds and captures that are due."""
        await self._capture()
        await self.plans.work()
        for refund in await self._pending():
            with suppress(GatewayUnavailable):
                await self._make(refund)

    async def do_lapse(self, nth: int, how: int) -> None:
        """An authorisation lapses too early, for example because the customer's bank ends it."""
        if how == 0 and self.payments:
            invoice = self.payments[nth % len(self.payments)].invoice
            if invoice is not None:
                self.studio.gateway.lapse(invoice.reference)

    async def do_transfer(self, nth: int, how: int) -> None:
        """An admin has the bank transfer a refund, twice at once, or the bank returns the transfer first."""
        pending = [each for each in await self._pending() if each.method is RefundMethod.TRANSFER]
        if not pending:
            return
        refund = pending[nth % len(pending)]
        if how == 0 and refund.approved_at is not None:
            await self.studio.run(
                return_refund_transfer, ReturnTransfer(transfer_id=refund.id, reason="?"), by=self.studio.admin
            )
            return
        await self.transfer(refund, times=1 + how % 2)

    async def do_adjust(self, nth: int, how: int) -> None:
        """An admin adjusts the paid amount: by a part of it, or by all kept money."""
        booking = self._nth(nth)
        if booking is None:
            return
        kept = (await self.studio.seen(booking)).totals.refundable.amount
        amount = [1, 4_001, -1, -4_001, -kept, kept][how]
        command = AdjustLedger(booking_id=booking.id, amount=amount, reason="?")
        await self.studio.run(adjust_ledger, command, by=self.studio.admin)
        self.adjustments[booking.id] += amount
        _DONE["adjustments"] += 1

    async def do_desk(self, nth: int, how: int) -> None:
        """The customer pays at the desk: all that is due, a part, or more once the work has begun; and leaves a tip."""
        booking = self._nth(nth)
        if booking is None:
            return
        amount = None if how < 3 else 1 + 4_001 * how
        most = await self._most_due(booking)
        more = amount is not None and most.amount < amount
        command = RecordDeskPayment(
            booking_id=booking.id,
            method=DeskMethod.CASH,
            amount=amount,
            tip_amount=how,
            reason="More work" if more else None,
        )
        done = await self.studio.run(record_desk_payment, command, by=self.studio.owner)
        assert done.payment.amount <= most + done.payment.extra, "the desk took too much"
        assert not done.payment.extra or done.booking.begun(self.studio.clock.now())
        _DONE["desk payments"] += 1

    async def do_desk_deposit(self, nth: int, how: int) -> None:
        """Book, perhaps open an invoice, and pay the deposit at the desk; the invoice may be paid nevertheless."""
        await self.do_book(nth, how)
        booking = self.bookings[-1]
        if booking.status is Status.REQUESTED:
            booking = await self.studio.accept(booking)
        if how % 2:
            self.payments.append(await self.studio.bill(booking))
        command = RecordDeskPayment(booking_id=booking.id, method=DeskMethod.CARD)
        done = await self.studio.run(record_desk_payment, command, by=self.studio.owner)
        assert (done.booking.status, done.payment.amount) == (Status.CONFIRMED, booking.deposit)
        _DONE["deposits at the desk"] += 1

    async def do_waive(self, nth: int, _: int) -> None:
        """The deposit of a booking that waits for it is waived."""
        waiting = [each for each in await self._seen() if each.quote.deposit_asked]
        if waiting:
            command = WaiveDeposit(booking_id=waiting[nth % len(waiting)].id, reason="?")
            await self.studio.run(waive_deposit, command, by=self.studio.owner)
            _DONE["deposits waived"] += 1

    async def do_change(self, nth: int, how: int) -> None:
        """The provider changes the price; the customer agrees to a higher one, declines it, or moves the booking."""
        standing = [each for each in await self._seen() if each.status in {Status.REQUESTED, Status.CONFIRMED}]
        if not standing:
            return
        before = standing[nth % len(standing)]
        price = Money(amount=before.list_price.amount * (1 + nth % 7) // 4, currency=self.currency)
        changed = await self.studio.change_terms(before, price=price)
        declined = changed.offered_until is not None and how in {2, 4}
        if changed.offered_until is not None and how % 2:
            changed = await self.studio.accept(changed, by=self.studio.customer, price=changed.offered_scope.price)
        elif declined:
            changed = await self.studio.decline(changed, by=self.studio.customer)
        agreed = changed.offered_until is None and not declined
        assert changed.list_price == (price if agreed else before.list_price)
        _DONE["prices agreed anew"] += changed.list_price != before.list_price

    async def do_void(self, nth: int, how: int) -> None:
        """What was recorded at the desk is voided."""
        booking = self._nth(nth)
        if booking is None:
            return
        for payment in await self.studio.reads.desk_payments.of_booking(booking.id):
            command = VoidDeskPayment(booking_id=booking.id, payment_id=payment.id, reason="?")
            await self.studio.run(void_desk_payment, command, by=self.studio.admin if how else self.studio.owner)

    async def do_dispute(self, nth: int, how: int) -> None:
        """Dispute a booking that may be disputed."""
        standing = [each for each in await self._seen() if each.status.value in {*FinalBookingStatus}]
        if standing:
            await self.studio.dispute(standing[nth % len(standing)], by=self._somebody(how))
            _DONE["disputes"] += 1

    async def do_verdict(self, nth: int, how: int) -> None:
        """Dispute a booking, and decide the dispute at once."""
        await self.do_dispute(nth, how)
        await self.do_resolve(nth, how)

    async def do_withdraw(self, nth: int, _: int) -> None:
        dispute = await self._nth_dispute(nth)
        if dispute is not None:
            by = {each.id: each for each in (self.studio.customer, self.studio.owner)}[dispute.initiator_id]
            await self.studio.withdraw(dispute, by=by)
            _DONE["disputes withdrawn"] += 1

    async def do_resolve(self, nth: int, how: int) -> None:
        """Decide a dispute: with any refund and any status of the booking, or twice at once."""
        dispute = await self._nth_dispute(nth)
        if dispute is None:
            return
        resolution = [Resolution.REFUND_FULL, Resolution.REFUND_PARTIAL, Resolution.NO_REFUND][how % 3]
        to = list(FinalBookingStatus)[nth % len(FinalBookingStatus)]
        amount = 1 + 4_001 * nth if resolution is Resolution.REFUND_PARTIAL else None
        before = await self.studio.reads.bookings.get(dispute.booking_id)
        assert before is not None
        done, refusals = await race(
            [self.studio.resolve(dispute, resolution, to, amount=amount) for _ in range(1 + how // 3)]
        )
        for refusal in refusals:
            raise refusal
        after = await self.studio.seen(before)
        owed = after.refund_pending - before.refund_pending
        assert done
        _DONE["disputes decided"] += 1
        if resolution is Resolution.REFUND_PARTIAL:
            assert owed.amount == amount
        if resolution is Resolution.REFUND_FULL:
            assert not after.totals.refundable
        if resolution is Resolution.NO_REFUND:
            assert not owed

    async def do_reconcile(self, nth: int, _: int) -> None:
        """Reconcile one of the last days."""
        await self.reconcile(1 + nth % 3)

    async def reconcile(self, days_ago: int) -> None:
        studio, gateways = self.studio, self.studio.gateways
        day = day_of(studio.clock.now(), gateways.default.day_zone) - timedelta(days=days_ago)
        run = await studio.run(request_run, RequestRun.of(gateways, None, day), by=studio.admin)
        await reconcile(run.id, reads=studio.reads, executor=studio.executor, gateways=gateways)

    async def do_time(self, _: int, how: int) -> None:
        self.studio.clock.advance(_PASSING[how % len(_PASSING)])

    async def do_trouble(self, _: int, how: int) -> None:
        gateway = self.studio.gateway
        gateway.available, gateway.lose_answers = how != 0, how == 1
        gateway.refundable = how != 2
        gateway.charge_outcome = {3: ChargeOutcome.DECLINED, 4: ChargeOutcome.AUTHENTICATION}.get(
            how, ChargeOutcome.TAKEN
        )

    async def transfer(self, refund: Refund, *, times: int = 1) -> None:
        """Transfer a refund; the bank books it once, because its reference belongs to one refund."""
        _, refusals = await race([self.studio.pay_out(refund) for _ in range(times)])
        for refusal in refusals:
            raise refusal
        self.transfers[refund.id] = refund.amount
        _DONE["transfers"] += 1

    async def end(self) -> None:
        """The gateway recovers, all disputes end, and the worker runs until it is done; no callback comes any more."""
        studio, gateway = self.studio, self.studio.gateway
        gateway.available, gateway.lose_answers = True, False
        studio.clock.advance(AUTHORISED_FOR)
        await self._capture()
        for nth in range(len(self.bookings)):
            dispute = await studio.open_dispute_of(self.bookings[nth])
            if dispute is not None:
                await studio.resolve(dispute)
        studio.clock.advance(timedelta(days=4))
        await self.plans.finish()
        await self._lapse_unheard()
        await self._reconcile_all()
        for booking_id in await studio.reads.bookings.overdue(studio.clock.now(), 1_000):
            booking = await studio.reads.bookings.get(booking_id)
            assert booking is not None
            await studio.expire(booking)
        while any(each.method is not RefundMethod.TRANSFER for each in await self._pending()) or await self.plans.due():
            await self.do_work(0, 0)
            await self._settle_hinted()
            studio.clock.advance(LONGEST_RETRY)
        await self._capture()
        await self._reconcile_all()  # again: refunds that were in the air are in the gateway's list now
        await self.do_work(0, 0)
        await self.plans.transfer()

    async def _capture(self) -> None:
        for booking_id in await self.studio.reads.payments.to_capture(self.studio.clock.now(), 1_000):
            with suppress(GatewayUnavailable):
                await capture_payments(
                    booking_id,
                    reads=self.studio.reads,
                    executor=self.studio.executor,
                    gateways=self.studio.gateways,
                )

    async def _lapse_unheard(self) -> None:
        """An authorisation that the platform never heard of lapses after seven days: nobody captures it."""
        for booking in self.bookings:
            for payment in await self.studio.payments(booking):
                if payment.status is PaymentStatus.CANCELLED and payment.invoice is not None:
                    self.studio.gateway.lapse(payment.invoice.reference)

    async def _reconcile_all(self) -> None:
        """Reconcile each day with a payment, as its run would have done by now."""
        today = day_of(self.studio.clock.now(), self.studio.gateways.default.day_zone)
        paid = await self.studio.gateway.payments_between(*_EVER)
        for day in {day_of(each.paid_at, self.studio.gateways.default.day_zone) for each in paid if each.paid_at}:
            await self.reconcile((today - day).days)

    async def _settle_hinted(self) -> None:
        """Handle the events that ask for a payment to be settled, as the worker does."""
        for event in await self.studio.backend.outbox_events():
            if isinstance(event, PaymentHinted):
                payment = await self.studio.reads.payments.get(event.payment_id)
                assert payment is not None
                await self.studio.settle(payment)

    async def nobody_is_asked_for_too_much(self, booking: Booking) -> None:
        """Compare what is asked for, wherever it is, with the payments and refunds themselves."""
        most, now = await self._most_due(booking), self.studio.clock.now()
        assert booking.quote.balance <= most, "the balance"
        for payment in await self.studio.payments(booking):
            assert payment.status is not PaymentStatus.PENDING or payment.unpaid <= most, "an invoice"
        offered = {each for by in self._people() for each in _offered(booking, by, now)}
        assert most or not offered & _ASK_FOR_MONEY, "an action"
        reminders = reminders_of(booking, (), booking.updated_at)
        assert most or not any(isinstance(each, BalanceOpen) for each in reminders), "a reminder"
        _DONE["times asked after a concession"] += bool(booking.conceded and booking.quote.balance)

    async def _most_due(self, booking: Booking) -> Money:
        studio = self.studio
        return most_due(
            await studio.seen(booking),
            await studio.payments(booking),
            await studio.refunds(booking),
            await studio.reads.adjustments.of_booking(booking.id),
            await studio.reads.desk_payments.of_booking(booking.id),
        )

    async def receipts_and_balance_make_the_price(self, booking: Booking) -> None:
        """What the receipts state, less the credit notes, and what is still due add up to what was agreed."""
        stated = self.adjustments[booking.id]
        for receipt in await issue_receipts(booking.id, reads=self.studio.reads, executor=self.studio.executor):
            counted = (receipt.amount - receipt.tip).amount
            stated += counted if receipt.kind is ReceiptKind.RECEIPT else -counted
        assert not booking.quote.balance or stated + booking.quote.balance.amount == (
            booking.final_price.amount - booking.conceded.amount
        )

    async def check(self) -> None:
        """Compare our books with those of the gateway and the bank."""
        studio = self.studio
        assert await studio.violations() == []
        of_orders, zero = await self.plans.check(), Money.zero(self.currency)
        gateway = [bill for reference, bill in studio.gateway.bills.items() if reference not in of_orders]
        payments = [each for booking in self.bookings for each in await studio.payments(booking)]
        refunds = [each for booking in self.bookings for each in await studio.refunds(booking)]
        for payment in payments:
            if payment.invoice is not None and not payment.of_gift_card:
                bill = studio.gateway.bills[payment.invoice.reference]
                assert (payment.settled, payment.held) == (bill.received, bill.held), "a payment differs"
                assert payment.status is not PaymentStatus.AUTHORISED, "a payment is neither captured nor released"
                assert not bill.authorised, "an authorisation is forgotten"
        by_card = {each.id: each for each in payments if each.of_gift_card}
        billed = [each.settled for each in payments if each.id not in by_card]
        assert sum(billed, zero) == sum((bill.received for bill in gateway), zero)
        made = [each for each in refunds if each.status is RefundStatus.REFUNDED and each.payment_id not in by_card]
        ours = {each.id: each.amount for each in made}
        theirs = {refund_id: amount for bill in gateway for refund_id, amount in bill.refunds.items()}
        assert ours == {**theirs, **self.transfers}, "a refund differs"
        assert not theirs.keys() & self.transfers.keys(), "a refund was made by gateway and bank"
        kept = sum((booking.totals.kept for booking in await self._seen()), zero)
        banked = sum(self.transfers.values(), zero)
        held = sum((bill.held for bill in gateway), zero) + sum((each.held for each in by_card.values()), zero)
        assert (kept + banked).amount == held.amount + self.adjustments.total()
        for booking in await self._seen():
            adjustments = await studio.reads.adjustments.of_booking(booking.id)
            ledger = Ledger.of(
                self.currency, await studio.payments(booking), await studio.refunds(booking), adjustments
            )
            assert ledger.totals == booking.totals
            assert ledger.balance == booking.totals.kept.amount >= 0
            may_still_pay = booking.status in {Status.CONFIRMED, Status.COMPLETED}
            assert booking.payment_status is not BookingPaymentStatus.PENDING or may_still_pay
        await self.programmes.check(payments, refunds)
        found = await studio.reads.reconciliation.page(FindingFilter(limit=10_000))
        underpaid = {each.id for each in payments if each.settled < each.amount}
        for finding in found:
            is_known = finding.kind is FindingKind.AMOUNT_DIFFERS and finding.payment_id in underpaid
            assert is_known or finding.status is FindingStatus.REPAIRED, "a finding is open"
        _DONE["findings repaired"] += len(found)
        _DONE["refunds by gateway"] += len(theirs)
        _DONE["captures"] += len(studio.gateway.captures)
        _DONE["releases"] += sum(each.status is PaymentStatus.RELEASED for each in payments)
        _DONE["lapses"] += sum(each.status is PaymentStatus.FAILED for each in payments)
        _DONE["bookings"] += len(self.bookings)
        _DONE["payments"] += len(payments)

    async def nothing_is_forgotten(self) -> None:
        """What is still pending waits for the bank, in the queue of the admins, and its customer was notified."""
        events = await self.studio.backend.outbox_events()
        notified = {event.refund_id for event in events if isinstance(event, RefundByTransfer)}
        for refund in await self._pending():
            assert refund.method is RefundMethod.TRANSFER
            assert refund.id in notified, "nobody was notified of a pending refund"
            await self.transfer(refund)
        assert await self._pending() == []
        for booking in await self._seen():
            assert not booking.refund_pending
            await self.receipts_and_balance_make_the_price(booking)

    async def _seen(self) -> list[Booking]:
        return [await self.studio.seen(booking) for booking in self.bookings]

    async def _pending(self) -> list[Refund]:
        refunds = [each for booking in self.bookings for each in await self.studio.refunds(booking)]
        return [each for each in refunds if each.status is RefundStatus.PENDING]

    def _make(self, refund: Refund) -> Awaitable[None]:
        studio = self.studio
        return make_refund(refund.id, reads=studio.reads, executor=studio.executor, gateways=studio.gateways)

    async def _nth_dispute(self, nth: int) -> Dispute | None:
        disputes = [await self.studio.open_dispute_of(booking) for booking in self.bookings]
        still_open = [each for each in disputes if each is not None]
        return still_open[nth % len(still_open)] if still_open else None

    def _nth(self, nth: int) -> Booking | None:
        return self.bookings[nth % len(self.bookings)] if self.bookings else None

    def _somebody(self, how: int) -> Actor:
        return self._people()[how % 3]

    def _people(self) -> list[Actor]:
        return [self.studio.customer, self.studio.owner, self.studio.admin]


def _offered(booking: Booking, actor: Actor, now: datetime) -> tuple[AvailableAction, ...]:
    party = booking.party(actor)
    assert party is not None
    return available_actions(booking, party, actor, now)


async def live(
    steps: list[tuple[str, int, int]],
    *,
    currency: str,
    policy: CancellationPolicy,
    mode: BookingMode,
    parts: bool,
    keeps: bool,
    authorised: frozenset[Purpose],
) -> None:
    provider_terms = terms(
        mode=mode,
        price=Money(amount=100_003, currency=currency),
        deposit=Money(amount=20_001, currency=currency),
        cancellation=policy,
    )
    gateway = MemoryGateway(refunds_parts=parts, authorises=bool(authorised), keeps_methods=keeps)
    studio = await Studio.opened(terms=provider_terms, gateway=gateway, authorised=authorised, ports=(RULES,))
    plans = PlanBooks(studio, currency, _DONE)
    history = History(studio, currency, await Programmes.opened(studio, currency, _DONE), plans)
    for step in steps:
        await history.step(*step)
    await history.end()
    await history.check()
    await history.nothing_is_forgotten()
    await history.check()
    _DONE["histories"] += 1


_RUNNER: Final = asyncio.Runner()


_PART_OF_A_PERIOD: Final = (
    ("plan", 4, 0),
    ("renew", 0, 0),
    ("plan", 11, 1),
)
"""A customer with a card pays a third of the next period: the card cannot be charged for the rest."""


@example(
    [*_PART_OF_A_PERIOD],
    {
        "currency": "MNT",
        "policy": _POLICIES[0],
        "mode": BookingMode.INSTANT,
        "parts": False,
        "keeps": True,
        "authorised": frozenset(),
    },
)
@settings(max_examples=HISTORIES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(_STEP, min_size=8, max_size=STEPS),
    st.fixed_dictionaries(
        {
            "currency": st.sampled_from(_CURRENCIES),
            "policy": st.sampled_from(_POLICIES),
            "mode": st.sampled_from([BookingMode.INSTANT, BookingMode.INSTANT, BookingMode.REQUEST]),
            "parts": st.booleans(),
            "keeps": st.booleans(),
            "authorised": st.frozensets(st.sampled_from(Purpose)),
        }
    ),
)
def _histories(steps: list[tuple[str, int, int]], arguments: dict[str, object]) -> None:
    _RUNNER.run(live(steps, **arguments))  # type: ignore[arg-type]


def test_our_ledgers_equal_the_books_of_gateway_and_bank_after_any_history(report: Report) -> None:
    _DONE.clear()
    _histories()
    if scale.FULL:  # a few drawn histories may lack one of these
        assert [what for what, part in _LEAST.items() if _DONE[what] <= HISTORIES * part] == []
    figures = ", ".join(f"{count:,} {what}" for what, count in sorted(_DONE.items()))
    report(8, f"differences 0 after {figures}")
