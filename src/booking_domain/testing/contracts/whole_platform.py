"""Everything together: a Hypothesis machine that books, holds, pays, cancels and lets time pass, in any order.

Whatever it does, the books balance after each step (see `booking_domain.testing.invariants`); in the end, no money that
the gateway has is unknown to us, and nothing waits for ever. Inherit it and say which storage it runs on:

    class OnMyStorage(PlatformMachine):
        def open_backend(self) -> AbstractAsyncContextManager[Backend]: ...

    TestPlatform = OnMyStorage.TestCase
"""

import asyncio
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from datetime import datetime, timedelta
from typing import Final, TypeAlias, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, initialize, invariant, multiple, rule

from booking_domain.bookings.errors import AlreadyOver, BookingNotFound, DepositDue, TooEarly
from booking_domain.bookings.model import Booking, BookingMode, Terms
from booking_domain.bookings.policy import CancellationPolicy, tiers
from booking_domain.bookings.transitions import InvalidBookingTransition, Status
from booking_domain.payments.errors import GatewayUnavailable, NothingDue, PaymentInPreparation, WindowClosed
from booking_domain.payments.model import Purpose, Transaction
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.errors import HoldNotFound, SlotNotOffered, SlotTaken, TooManyHolds
from booking_domain.scheduling.placing import around
from booking_domain.scheduling.slots import is_offered, offered_slots
from booking_domain.scheduling.use_cases.holds import release_hold, sweep_holds
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import BookingId
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.backend import Backend
from booking_domain.testing.builders import HOUR, PRICE, TOMORROW, terms
from booking_domain.testing.contracts.storage import race
from booking_domain.testing.studio import Studio
from booking_domain.workflows.provider_profiles import SettingsChange, TermsChange, change_settings
from booking_domain.workflows.settle_payment import settle_when_asked

T = TypeVar("T")
Made: TypeAlias = T | MultipleResults[T]

_CUSTOMERS: Final = 3
_SLOTS: Final = st.sampled_from(
    [TOMORROW, TOMORROW, TOMORROW + HOUR / 2, *(TOMORROW + week * timedelta(days=7) + HOUR for week in (0, 1, 4))]
)
_SOMEBODY: Final = st.integers(0, _CUSTOMERS - 1)
_SOMETHING: Final = st.integers(0, 100)
_AMOUNTS: Final = st.sampled_from(
    [None, None, *(Money.of(amount, "MNT") for amount in (5_000, 15_000, 20_000, 60_000, 100_000))]
)
"""Nothing in particular is what was asked for."""
_PARTS: Final = st.sampled_from([None, *(Money.of(amount, "MNT") for amount in (5_000, 15_000, 19_999))])
_DEPOSIT: Final = Money.of(20_000, "MNT")
_DEPOSITS: Final = st.sampled_from([None, None, PRICE])
_PASSING: Final = st.sampled_from(
    [
        timedelta(seconds=1),
        *(timedelta(minutes=minutes) for minutes in (1, 4, 5, 5, 15, 15, 20, 60)),
        timedelta(hours=12),
    ]
)
_TERMS: Final = st.builds(
    terms,
    mode=st.sampled_from([*[BookingMode.INSTANT] * 4, BookingMode.REQUEST]),
    deposit=st.sampled_from([Money.of(amount, "MNT") for amount in (20_000, 20_000, 0)]),
    cancellation=st.sampled_from([CancellationPolicy(), CancellationPolicy(()), tiers([(12, 50), (24, 100)])]),
)
_NOT_NOW: Final = (
    AlreadyOver,
    BookingNotFound,
    DepositDue,
    InvalidBookingTransition,
    NotYourMove,
    TooEarly,
)


class PlatformMachine(RuleBasedStateMachine):
    """One studio, three customers who want the same few slots, and everything that can go wrong with their money."""

    bookings: Bundle[Booking] = Bundle("bookings")
    holds: Bundle[tuple[Actor, Claim]] = Bundle("holds")
    payments: Bundle[Transaction] = Bundle("payments")

    studio: Studio

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._open = AsyncExitStack()

    def open_backend(self) -> AbstractAsyncContextManager[Backend]:
        """An empty storage."""
        raise NotImplementedError

    @initialize(asks=_TERMS)
    def open_the_studio(self, asks: Terms) -> None:
        async def opened() -> tuple[Studio, list[Actor]]:
            backend = await self._open.enter_async_context(self.open_backend())
            studio = await Studio.opened(backend, asks=asks)
            return studio, [await studio.joined() for _ in range(_CUSTOMERS)]

        self.studio, self.customers = self._do(opened())

    @rule(by=_PASSING)
    def let_time_pass(self, by: timedelta) -> None:
        self.studio.clock.advance(by)
        self._have_trouble("none")

    @rule(target=bookings, who=_SOMEBODY, slot=_SLOTS, deposit=_DEPOSITS)
    def book(self, who: int, slot: datetime, deposit: Money | None) -> Made[Booking]:
        async def book() -> Booking | None:
            offered = await self._is_offered(slot, ())
            try:
                booking = await self.studio.book(slot, by=self.customers[who], deposit=deposit)
            except (SlotTaken, SlotNotOffered):
                assert not offered
                return None
            assert offered
            return booking

        booking = self._do(book())
        return multiple() if booking is None else booking

    @rule(target=bookings, hold=holds, slot=st.none() | _SLOTS)
    def book_what_was_held(self, hold: tuple[Actor, Claim], slot: datetime | None) -> Made[Booking]:
        customer, claim = hold
        start = slot or claim.span.start

        async def book() -> Booking | None:
            good = start == claim.span.start and await self._is_kept(claim) and await self._is_offered(start, (claim,))
            try:
                booking = await self.studio.book(start, by=customer, hold=claim.id)
            except (HoldNotFound, SlotNotOffered, SlotTaken):
                assert not good
                return None
            assert good
            return booking

        booking = self._do(book())
        return multiple() if booking is None else booking

    @rule(target=bookings, slot=_SLOTS)
    def book_all_at_once(self, slot: datetime) -> Made[Booking]:
        booked, refusals = self._do(race([self.studio.book(slot, by=customer) for customer in self.customers]))
        assert len(booked) <= 1
        assert {type(refusal) for refusal in refusals} <= {SlotTaken, SlotNotOffered}
        return multiple(*booked)

    @rule(target=holds, who=_SOMEBODY, slot=_SLOTS)
    def hold(self, who: int, slot: datetime) -> Made[tuple[Actor, Claim]]:
        try:
            return self.customers[who], self._do(self.studio.hold(slot, by=self.customers[who]))
        except (SlotTaken, SlotNotOffered, TooManyHolds):
            return multiple()

    @rule(hold=holds)
    def release(self, hold: tuple[Actor, Claim]) -> None:
        self._try(self.studio.run(release_hold, hold[1].id, by=hold[0]), HoldNotFound)

    @rule()
    def sweep(self) -> None:
        self._do(self.studio.run(sweep_holds, None, by=SYSTEM))

    @rule(
        target=payments, booking=bookings, purpose=st.sampled_from([Purpose.DEPOSIT, Purpose.DEPOSIT, Purpose.BALANCE])
    )
    def bill(self, booking: Booking, purpose: Purpose) -> Made[Transaction]:
        try:
            return self._do(self.studio.bill(booking, purpose, by=self._customer_of(booking)))
        except (GatewayUnavailable, NothingDue, PaymentInPreparation, WindowClosed):
            return multiple()

    @rule(payment=payments, amount=_AMOUNTS, noticed=st.booleans())
    def pay(self, payment: Transaction, amount: Money | None, *, noticed: bool) -> None:
        self.studio.pay(payment, amount)
        if noticed:
            self._try(self.studio.settle(payment), GatewayUnavailable)

    @rule(target=payments, who=_SOMEBODY, nth=_SOMETHING)
    def pay_in_time_and_be_noticed_at_the_last_moment(self, who: int, nth: int) -> Made[Transaction]:
        payment = self._new_bill(who, nth)
        if payment is None:
            return multiple()
        self.studio.pay(payment)
        booking = self._let_it_expire(payment)
        assert booking.status is Status.CONFIRMED, "a payment was lost with its callback"
        return payment

    @rule(target=payments, who=_SOMEBODY, nth=_SOMETHING, in_time=_PARTS, late=_AMOUNTS, other=st.none() | _SOMEBODY)
    def pay_when_it_is_too_late(
        self, who: int, nth: int, in_time: Money | None, late: Money | None, other: int | None
    ) -> Made[Transaction]:
        payment = self._new_bill(who, nth)
        if payment is None:
            return multiple()
        if in_time is not None:
            self.pay(payment, in_time, noticed=True)
        self._let_it_expire(payment)
        if other is not None:
            start = self._seen(payment.booking_id).span.start
            self._try(self.studio.book(start, by=self.customers[other]), SlotTaken, SlotNotOffered)
        self.pay(payment, late, noticed=True)
        return payment

    @rule(target=payments, who=_SOMEBODY, nth=_SOMETHING, amount=_AMOUNTS)
    def pay_and_cancel(self, who: int, nth: int, amount: Money | None) -> Made[Transaction]:
        payment = self._new_bill(who, nth)
        if payment is None:
            return multiple()
        self.pay(payment, amount, noticed=True)
        booking = self._seen(payment.booking_id)
        self._try(self.studio.move(booking, Status.CANCELLED, by=self._customer_of(booking)), *_NOT_NOW)
        return payment

    @rule(payment=payments, times=st.integers(1, 3))
    def call_back(self, payment: Transaction, times: int) -> None:
        self._do(race([self.studio.settle(payment) for _ in range(times)]))

    @rule(payment=payments)
    def ask(self, payment: Transaction) -> None:
        asked = settle_when_asked(payment, executor=self.studio.executor, gateway=self.studio.gateway)
        self._try(asked, GatewayUnavailable)

    @rule(booking=bookings)
    def look_whether_it_is_overdue(self, booking: Booking) -> None:
        self._try(self.studio.expire(booking), GatewayUnavailable)

    @rule(booking=bookings)
    def let_it_expire(self, booking: Booking) -> None:
        self._let_it_expire(booking)

    @rule(booking=bookings, to=st.sampled_from(Status), who=st.sampled_from(["customer", "owner", "admin", "stranger"]))
    def move(self, booking: Booking, to: Status, who: str) -> None:
        self._try(self.studio.move(booking, to, by=self._party(who, booking)), *_NOT_NOW)

    @rule(booking=bookings, who=st.sampled_from(["customer", "owner", "admin"]))
    def cancel(self, booking: Booking, who: str) -> None:
        self._try(self.studio.move(booking, Status.CANCELLED, by=self._party(who, booking)), *_NOT_NOW)

    @rule(booking=bookings)
    def accept(self, booking: Booking) -> None:
        self._try(self.studio.move(booking, Status.PENDING, by=self.studio.owner), *_NOT_NOW)

    @rule(payment=payments)
    def cancel_expire_and_call_back_at_once(self, payment: Transaction) -> None:
        booking = self._seen(payment.booking_id)

        async def everything() -> list[DomainError]:
            _, refusals = await race(
                [
                    _nothing(self.studio.settle(payment)),
                    _nothing(self.studio.move(booking, Status.CANCELLED, by=self._customer_of(booking))),
                    _nothing(self.studio.expire(booking)),
                    _nothing(self.studio.settle(payment)),
                ]
            )
            return refusals

        for refusal in self._do(everything()):
            assert isinstance(refusal, (GatewayUnavailable, *_NOT_NOW))

    @rule(trouble=st.sampled_from(["cut off", "answers are lost"]))
    def have_trouble_with_the_gateway(self, trouble: str) -> None:
        self._have_trouble(trouble)

    @rule(before=st.sampled_from([0, 15]), after=st.sampled_from([0, 30]), most=st.sampled_from([None, 2]), asks=_TERMS)
    def change_the_settings(self, before: int, after: int, most: int | None, asks: Terms) -> None:
        change = SettingsChange(
            buffer_before_minutes=before,
            buffer_after_minutes=after,
            max_per_day=most,
            unlimited_per_day=most is None,
            terms=TermsChange(mode=asks.mode, deposit_amount=asks.deposit.amount, cancellation=asks.cancellation),
        )
        self._do(self.studio.run(change_settings, change, by=self.studio.owner))

    @invariant()
    def the_books_balance(self) -> None:
        assert self._do(self.studio.violations()) == []

    def teardown(self) -> None:
        try:
            if hasattr(self, "studio"):
                self._do(self._in_the_end())
            self._runner.run(self._open.aclose())
        finally:
            self._runner.close()

    async def _in_the_end(self) -> None:
        """The gateway works, callbacks or the daily reconciliation arrive, and the timers have run."""
        studio = self.studio
        self._have_trouble("none")
        for reference, bill in studio.gateway.bills.items():
            transaction = await studio.reads.transaction_by_invoice(reference)
            if transaction is None:
                assert not bill.received, "somebody paid what nobody was shown"
                continue
            settled = await studio.settle(transaction)
            assert settled.settled == bill.received, "the gateway has money that we do not know of"
        studio.clock.advance(timedelta(days=3))
        for booking_id in await studio.reads.overdue(studio.clock.now(), 1_000):
            booking = await studio.reads.booking(booking_id)
            assert booking is not None
            await studio.expire(booking)
        assert list(await studio.reads.overdue(studio.clock.now(), 1_000)) == []
        assert await studio.violations() == []

    async def _is_offered(self, slot: datetime, own: tuple[Claim, ...]) -> bool:
        diary = await self.studio.reads.diary(self.studio.provider_id, around(slot))
        assert diary is not None
        in_the_way = [claim for claim in diary.claims if claim not in own and self._is_live(claim)]
        return is_offered(diary.calendar, in_the_way, slot, now=self.studio.clock.now())

    async def _is_kept(self, hold: Claim) -> bool:
        diary = await self.studio.reads.diary(self.studio.provider_id, around(hold.span.start))
        return diary is not None and hold in diary.claims and self._is_live(hold)

    def _is_live(self, claim: Claim) -> bool:
        return claim.expires_at is None or self.studio.clock.now() < claim.expires_at

    def _have_trouble(self, trouble: str) -> None:
        self.studio.gateway.available = trouble != "cut off"
        self.studio.gateway.lose_answers = trouble == "answers are lost"

    def _seen(self, booking_id: BookingId) -> Booking:
        booking = self._do(self.studio.reads.booking(booking_id))
        assert booking is not None
        return booking

    def _let_it_expire(self, booking_or_payment: Booking | Transaction) -> Booking:
        """Wait until it is due, and have a look at it then."""
        of = booking_or_payment
        booking = self._seen(of.id if isinstance(of, Booking) else of.booking_id)
        if booking.due_at is not None:
            self.studio.clock.set(max(self.studio.clock.now(), booking.due_at))
            self._try(self.studio.expire(booking), GatewayUnavailable)
        return self._seen(booking.id)

    def _new_bill(self, who: int, nth: int) -> Transaction | None:
        """A bill for the deposit of a booking that has just been made; None if nothing is offered any more."""
        self._have_trouble("none")

        async def book_and_bill() -> Transaction | None:
            now, customer = self.studio.clock.now(), self.customers[who]
            window = TimeRange(now, now + timedelta(days=60))
            diary = await self.studio.reads.diary(self.studio.provider_id, window)
            assert diary is not None
            offered = offered_slots(diary.calendar, diary.claims, window=window, now=now)
            if not offered:
                return None
            booking = await self.studio.book(offered[nth % len(offered)].start, by=customer, deposit=_DEPOSIT)
            if booking.status is Status.REQUESTED:
                booking = await self.studio.move(booking, Status.PENDING, by=self.studio.owner)
            return await self.studio.bill(booking, by=customer)

        return self._do(book_and_bill())

    def _customer_of(self, booking: Booking) -> Actor:
        return next(customer for customer in self.customers if customer.id == booking.customer_id)

    def _party(self, who: str, booking: Booking) -> Actor:
        match who:
            case "customer":
                return self._customer_of(booking)
            case "owner":
                return self.studio.owner
            case "admin":
                return self.studio.admin
            case _:
                return next(customer for customer in self.customers if customer.id != booking.customer_id)

    def _do(self, coroutine: Coroutine[object, object, T]) -> T:
        return self._runner.run(coroutine)

    def _try(self, coroutine: Coroutine[object, object, T], *refusals: type[DomainError]) -> None:
        with suppress(*refusals):
            self._do(coroutine)


async def _nothing(coroutine: Coroutine[object, object, object]) -> None:
    await coroutine
