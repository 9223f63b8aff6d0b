"""A Hypothesis state machine over the whole platform: bookings, holds, payments, cancellations and time in any order.

After each step the invariants hold (`booking_domain.testing.invariants`). At the end the platform knows of all money
that the gateway has received, and nothing is pending. Inherit it and open the storage under test:

    class OnMyStorage(PlatformMachine):
        def open_backend(self) -> AbstractAsyncContextManager[Backend]: ...

    TestPlatform = OnMyStorage.TestCase
"""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, initialize, invariant, multiple, rule

from booking_domain.bookings.errors import AlreadyOver, BookingNotFound, RescheduleTooLate, TooEarly, TooManyReschedules
from booking_domain.bookings.model import Booking, BookingMode, Terms
from booking_domain.bookings.placing_errors import SeriesNotPossible
from booking_domain.bookings.policy import CancellationPolicy, Tier, tiers
from booking_domain.bookings.ports import BookingFilter
from booking_domain.bookings.terms_errors import DepositDue, InThePast, NotATimeOffered, TimeChanged, TimeNotAccepted
from booking_domain.bookings.time_changes import OBJECTION_WINDOW
from booking_domain.bookings.transitions import (
    BOOKING_LIFECYCLE,
    Action,
    BookingPaymentStatus,
    InvalidBookingTransition,
    Party,
    Status,
)
from booking_domain.disputes.model import (
    AlreadyDecided,
    DisputeExists,
    FinalBookingStatus,
    NoOtherParty,
    RefundNotPossible,
    Resolution,
    Side,
    TooManyDisputes,
)
from booking_domain.payments.desk import (
    DeskMethod,
    DeskPaymentInUse,
    InvalidDeskPaymentTransition,
    LessThanDeposit,
    MoreThanDue,
)
from booking_domain.payments.errors import GatewayUnavailable, NothingDue, PaymentInPreparation, WindowClosed
from booking_domain.payments.model import Payment, Purpose
from booking_domain.payments.refunds import BookingInDispute, RefundStatus
from booking_domain.scheduling.calendar_errors import BlockNotFound
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.errors import (
    HoldNotFound,
    ProviderNotBookable,
    SlotNotOffered,
    SlotTaken,
    TimeNotAvailable,
    TimeOff,
    TooManyHolds,
)
from booking_domain.scheduling.model import Anchoring, Block
from booking_domain.scheduling.placing import is_before_today
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.slots import is_offered, offered_slots
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.errors import DomainError, InvalidValue, NotPermitted
from booking_domain.shared.ids import BookingId, ClaimId, ServiceId
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.backend import Backend
from booking_domain.testing.builders import HOUR, PRICE, TOMORROW, terms
from booking_domain.testing.kit.storage import present, race
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.waive_deposit import WaiveDeposit, waive_deposit
from booking_domain.use_cases.catalogue.profiles import CancellationChange, SettingsChange, TermsChange, change_settings
from booking_domain.use_cases.catalogue.services import AddService, ServiceChange, add_service
from booking_domain.use_cases.payments.desk_payments import (
    RecordDeskPayment,
    VoidDeskPayment,
    record_desk_payment,
    void_desk_payment,
)
from booking_domain.use_cases.payments.settle_payment import settle_on_request
from booking_domain.use_cases.scheduling.calendars import remove_block
from booking_domain.use_cases.scheduling.holds import release_hold, sweep_holds

T = TypeVar("T")
Made: TypeAlias = T | MultipleResults[T]

_CUSTOMERS: Final = 3
_SLOTS: Final = st.sampled_from(
    [TOMORROW, TOMORROW, TOMORROW + HOUR / 2, *(TOMORROW + week * timedelta(days=7) + HOUR for week in (0, 1, 4))]
)
_WEEK: Final = timedelta(days=7)
_MINUTES: Final = st.sampled_from([0, 0, 7, -30, 45]).map(lambda minutes: timedelta(minutes=minutes))
"""Offsets from the slot grid, which does not bind the provider."""
_STAFF: Final = st.sampled_from(["owner", "admin"])
_SOMEBODY: Final = st.integers(0, _CUSTOMERS - 1)
_SOMETHING: Final = st.integers(0, 100)
_AMOUNTS: Final = st.sampled_from(
    [None, None, *(Money.of(amount, "MNT") for amount in (5_000, 15_000, 20_000, 60_000, 100_000))]
)
"""The amount of the payment."""
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
    lambda claims, **others: replace(terms(**others), requests_claim_time=claims),
    claims=st.booleans(),
    mode=st.sampled_from(BookingMode),
    deposit=st.sampled_from([Money.of(amount, "MNT") for amount in (20_000, 20_000, 0)]),
    cancellation=st.sampled_from(
        [
            CancellationPolicy(),
            CancellationPolicy(()),
            tiers([(12, 50), (24, 100)]),
            CancellationPolicy((Tier(24, 100),), late_keeps=60, no_show_keeps=75, reschedule_notice_minutes=720),
            CancellationPolicy(max_reschedules=1),
        ]
    ),
)
_NOT_NOW: Final = (
    AlreadyOver,
    BookingNotFound,
    DepositDue,
    InvalidBookingTransition,
    NotYourMove,
    SlotTaken,
    TimeNotAccepted,
    TooEarly,
)


_NO_DISPUTE: Final = (
    AlreadyDecided,
    DisputeExists,
    InvalidBookingTransition,
    NoOtherParty,
    TooManyDisputes,
)
_NO_DECISION: Final = (
    InvalidValue,
    ProviderNotBookable,
    RefundNotPossible,
    SlotTaken,
    TimeNotAvailable,
    TooEarly,
)


class PlatformMachine(RuleBasedStateMachine):
    """One provider, three customers who compete for few slots, and failures of the payment gateway.

    The provider is booked by length, or by a service, which may be a class.
    """

    bookings: Bundle[Booking] = Bundle("bookings")
    holds: Bundle[tuple[Actor, Claim]] = Bundle("holds")
    payments: Bundle[Payment] = Bundle("payments")
    requests: Bundle[Booking] = Bundle("requests")
    blocks: Bundle[Block] = Bundle("blocks")

    studio: Studio
    customers: list[Actor]
    places: int
    """How many customers can book one appointment."""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._open = AsyncExitStack()

    def open_backend(self) -> AbstractAsyncContextManager[Backend]:
        """Open an empty storage."""
        raise NotImplementedError

    @initialize(terms=_TERMS, capacity=st.sampled_from([None, None, 1, 2]))
    def open_the_studio(self, terms: Terms, capacity: int | None) -> None:
        async def opened() -> tuple[Studio, list[Actor]]:
            backend = await self._open.enter_async_context(self.open_backend())
            studio = await Studio.opened(backend, terms=terms)
            customers = [await studio.joined() for _ in range(_CUSTOMERS)]
            for customer in customers:
                await studio.consent(customer)
            if capacity is not None:
                rest = ServiceChange(deposit_amount=terms.deposit.amount, capacity=capacity)
                command = AddService(name="Yoga", minutes=60, price_amount=terms.price.amount, rest=rest)
                added = await studio.run(add_service, command, by=studio.owner)
                studio.service_ids = (added.service.id,)
            return studio, customers

        self.places = capacity or 1
        self.studio, self.customers = self._do(opened())

    @rule(by=_PASSING)
    def let_time_pass(self, by: timedelta) -> None:
        self.studio.clock.advance(by)
        self._have_trouble("none")

    @rule(target=bookings, who=_SOMEBODY, slot=_SLOTS, deposit=_DEPOSITS)
    def book(self, who: int, slot: datetime, deposit: Money | None) -> Made[Booking]:
        async def book() -> Booking | None:
            offered = await self._is_offered(slot)
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
            good = (
                start == claim.span.start and await self._is_kept(claim) and await self._is_offered(start, own=claim.id)
            )
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
        assert len(booked) <= self.places or not any(booking.claims_time for booking in booked)
        assert {type(refusal) for refusal in refusals} <= {SlotTaken, SlotNotOffered}
        return multiple(*booked)

    @rule(
        target=bookings,
        by=_STAFF,
        who=st.none() | _SOMEBODY,
        slot=_SLOTS,
        off=_MINUTES,
        override=st.booleans(),
        by_length=st.booleans(),
    )
    def enter(
        self, by: str, who: int | None, slot: datetime, off: timedelta, *, override: bool, by_length: bool
    ) -> Made[Booking]:
        """Book as the provider or an admin, for a customer or for a walk-in."""
        services = () if by_length else self.studio.service_ids

        async def enter() -> Booking | None:
            start = slot + off
            free = await self._is_free_for_staff(start, services=services, override=override)
            default_customer = self.studio.owner if by == "admin" else None
            customer = default_customer if who is None else self.customers[who]
            try:
                booking = await self.studio.book(
                    start, by=self._staff(by), customer=customer, services=services, override_time_off=override
                )
            except (SlotTaken, TimeOff, InvalidValue):
                assert not free
                return None
            assert free
            assert booking.status in {Status.PENDING, Status.CONFIRMED}
            return booking

        booking = self._do(enter())
        return multiple() if booking is None else booking

    @rule(target=bookings, who=_SOMEBODY, slot=_SLOTS, times=st.integers(2, 3), by=st.sampled_from(["", "owner"]))
    def book_a_series(self, who: int, slot: datetime, times: int, by: str) -> Made[Booking]:
        """Place a series: all bookings with one series id if each slot is available, otherwise none."""

        async def book() -> Sequence[Booking]:
            starts = [slot + number * _WEEK for number in range(times)]
            look = self._is_free_for_staff if by else self._is_offered
            possible = [await look(start) for start in starts]
            actor = self._staff(by) if by else self.customers[who]
            made, failures = await self._series(slot, times, actor)
            assert len(failures) == possible.count(False)
            if failures:
                return ()
            assert [booking.span.start for booking in made] == starts
            assert len({booking.series_id for booking in made}) == 1
            return made

        return multiple(*self._do(book()))

    @rule(
        booking=bookings,
        who=st.sampled_from(["customer", "owner", "admin"]),
        slot=_SLOTS,
        off=_MINUTES,
        override=st.booleans(),
    )
    def reschedule(self, booking: Booking, who: str, slot: datetime, off: timedelta, *, override: bool) -> None:
        """Reschedule: succeeds exactly if the actor may book the new time, and keeps payments and terms.

        A reschedule to the same time changes nothing.
        """

        async def move() -> None:
            before, actor, now = await self.studio.seen(booking), self._party(who, booking), self.studio.clock.now()
            party = present(before.party(actor))
            start = slot if party is Party.CUSTOMER else slot + off
            by_staff = party is not Party.CUSTOMER
            overridden = override and by_staff
            length = before.span.end - before.span.start
            open_change = before.unaccepted(now)
            times = [before.span] if open_change is None else [before.span, open_change.agreed]
            begins, ends = max(time.start for time in times), max(time.end for time in times)
            if open_change is not None:
                ends = max(ends, open_change.objection_deadline)
            over = now >= (begins if party is Party.CUSTOMER else ends)
            movable = (before.status, Action.RESCHEDULE) in BOOKING_LIFECYCLE.moves
            lapsed = before.status is Status.REQUESTED and before.overdue(now)
            counts = party is Party.CUSTOMER and before.agreed(now)
            deadline = before.cancellation.reschedule_deadline(before.span.start) if counts else None
            late = over or lapsed or (deadline is not None and deadline < now)
            most = before.cancellation.max_reschedules if counts else None
            good = (
                movable
                and not late
                and (most is None or before.reschedules < most)
                and start >= now
                and await (
                    self._is_free_for_staff(start, of=before, override=override)
                    if by_staff
                    else self._is_offered(start, of=before)
                )
            )
            try:
                after = await self.studio.reschedule(before, start, by=actor, override_time_off=overridden)
            except (*_NOT_NOW, SlotNotOffered, TimeOff, InThePast, RescheduleTooLate, TooManyReschedules, InvalidValue):
                assert not good
                assert await self.studio.seen(booking) == before
                return
            assert good
            assert (after.span.start, after.span.end - after.span.start) == (start, length)
            if (after.span, after.blocked) == (before.span, before.blocked):
                assert after == before, "a reschedule to the same time changed the booking"
                return
            assert after == replace(
                before,
                span=after.span,
                blocked=after.blocked,
                local_start=after.local_start,
                offered_times=(),
                time_change=after.time_change,
                cancellation_start=after.cancellation_start,
                reschedules=before.reschedules + counts,
                due_at=after.due_at,
                version=before.version + 1,
                updated_at=now,
            )
            if party is Party.CUSTOMER or before.customer_id == before.provider_user_id:
                assert after.time_change is None
            elif start != before.span.start:
                assert after.time_change is not None
                assert after.time_change.objection_deadline == now + OBJECTION_WINDOW
            if party is Party.CUSTOMER and before.status is not Status.REQUESTED:
                refunds = [each.refund_on_cancellation(Party.CUSTOMER, now) for each in (before, after)]
                assert refunds[1] <= refunds[0], "rescheduling increased the refund"
            elif party is not Party.CUSTOMER and before.customer_id != before.provider_user_id:
                assert start == before.span.start or after.refund_on_cancellation(Party.CUSTOMER, now) == after.paid

        self._do(move())

    @rule(booking=bookings, who=st.sampled_from(["customer", "customer", "owner", "admin"]), stale=st.booleans())
    def accept_the_time(self, booking: Booking, who: str, *, stale: bool) -> None:
        """Accept the time: succeeds exactly for the customer of a booking to come, who has seen its time."""

        async def accept() -> None:
            before, actor, now = await self.studio.seen(booking), self._party(who, booking), self.studio.clock.now()
            seen = booking if stale else before
            good = (
                before.party(actor) is Party.CUSTOMER
                and (before.status, Action.ACCEPT_TIME) in BOOKING_LIFECYCLE.moves
                and seen.span == before.span
            )
            try:
                after = await self.studio.accept_time(seen, by=actor)
            except (*_NOT_NOW, TimeChanged):
                assert not good
                assert await self.studio.seen(booking) == before
                return
            assert good
            assert after.unaccepted(now) is None
            assert (after.span, after.policy_start) == (
                before.span,
                before.policy_start if before.time_change is None else before.span.start,
            )

        self._do(accept())

    @rule(bookings=st.lists(bookings, min_size=2, max_size=3), slot=_SLOTS)
    def reschedule_all_at_once(self, bookings: list[Booking], slot: datetime) -> None:
        moves = [self.studio.reschedule(booking, slot, by=self.studio.owner) for booking in bookings]
        _, refusals = self._do(race(moves))
        for refusal in refusals:
            assert isinstance(refusal, (*_NOT_NOW, TimeOff, InThePast, InvalidValue))

    @rule(
        target=requests,
        nth=_SOMETHING,
        slots=st.lists(_SLOTS, min_size=1, max_size=3),
        off=_MINUTES,
        taken=st.booleans(),
    )
    def offer_times(self, nth: int, slots: list[datetime], off: timedelta, *, taken: bool) -> Made[Booking]:
        request, times = self._request(nth), [slot + off for slot in slots]
        if request is None:
            return multiple()
        try:
            offered = self._do(self.studio.offer_times(request, *times, by=self.studio.owner))
        except (*_NOT_NOW, InvalidValue, TimeNotAvailable):
            return multiple()
        assert offered.offered_times == tuple(sorted(set(times)))
        if taken:
            self.take_an_offered_time(offered, nth)
        return offered

    @rule(request=requests, nth=_SOMETHING)
    def take_an_offered_time(self, request: Booking, nth: int) -> None:
        start = request.offered_times[nth % len(request.offered_times)]

        async def take() -> None:
            before, now = await self.studio.seen(request), self.studio.clock.now()
            good = (
                start in before.offered_times
                and start > now
                and not before.overdue(now)
                and await self._is_free_for_staff(start, of=before, override=True)
            )
            try:
                after = await self.studio.accept(before, slot=start, by=self._customer_of(before))
            except TimeNotAvailable:  # the provider has taken time off since
                assert await self.studio.seen(request) == before
                return
            except (*_NOT_NOW, NotATimeOffered, InvalidValue):
                assert not good
                assert await self.studio.seen(request) == before
                return
            assert good
            assert (after.span.start, after.offered_times) == (start, ())
            assert after.status is (Status.PENDING if after.quote.deposit else Status.CONFIRMED)

        self._do(take())

    @rule(nth=_SOMETHING, who=st.sampled_from(["owner", "owner", "customer", "stranger"]), declined=st.booleans())
    def answer(self, nth: int, who: str, *, declined: bool) -> None:
        request = self._request(nth)
        if request is not None:
            actor = self._party(who, request)
            answer = self.studio.decline(request, by=actor) if declined else self.studio.accept(request, by=actor)
            self._try(answer, *_NOT_NOW)

    @rule(target=blocks, slot=_SLOTS, minutes=st.sampled_from([1, 60]))
    def take_time_off(self, slot: datetime, minutes: int) -> Block:
        return self._do(self.studio.take_off(slot, slot + timedelta(minutes=minutes)))

    @rule(block=blocks)
    def work_after_all(self, block: Block) -> None:
        self._try(self.studio.run(remove_block, block.id, by=self.studio.owner), BlockNotFound)

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
    def bill(self, booking: Booking, purpose: Purpose) -> Made[Payment]:
        try:
            return self._do(self.studio.bill(booking, purpose, by=self._customer_of(booking)))
        except (GatewayUnavailable, NothingDue, PaymentInPreparation, WindowClosed):
            return multiple()
        except NotPermitted:
            assert booking.customer_id == self.studio.owner.id, "a walk-in customer pays on site"
            return multiple()

    @rule(payment=payments, amount=_AMOUNTS, noticed=st.booleans())
    def pay(self, payment: Payment, amount: Money | None, *, noticed: bool) -> None:
        self.studio.pay(payment, amount)
        if noticed:
            self._try(self.studio.settle(payment), GatewayUnavailable)

    @rule(target=payments, who=_SOMEBODY, nth=_SOMETHING)
    def pay_in_time_and_reconcile_at_the_deadline(self, who: int, nth: int) -> Made[Payment]:
        payment = self._new_bill(who, nth)
        if payment is None:
            return multiple()
        self.studio.pay(payment)
        booking = self._let_it_expire(payment)
        assert booking.status is Status.CONFIRMED, "a payment without a callback was lost"
        return payment

    @rule(target=payments, who=_SOMEBODY, nth=_SOMETHING, in_time=_PARTS, late=_AMOUNTS, other=st.none() | _SOMEBODY)
    def pay_after_the_deadline(
        self, who: int, nth: int, in_time: Money | None, late: Money | None, other: int | None
    ) -> Made[Payment]:
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
    def pay_and_cancel(self, who: int, nth: int, amount: Money | None) -> Made[Payment]:
        payment = self._new_bill(who, nth)
        if payment is None:
            return multiple()
        self.pay(payment, amount, noticed=True)
        booking = self._seen(payment.booking_id)
        self._try(self.studio.move(booking, Status.CANCELLED, by=self._customer_of(booking)), *_NOT_NOW)
        return payment

    @rule(payment=payments, times=st.integers(1, 3))
    def call_back(self, payment: Payment, times: int) -> None:
        self._do(race([self.studio.settle(payment) for _ in range(times)]))

    @rule(payment=payments)
    def ask(self, payment: Payment) -> None:
        settling = settle_on_request(payment, executor=self.studio.executor, gateways=self.studio.gateways)
        self._try(settling, GatewayUnavailable)

    @rule(booking=bookings)
    def expire_if_overdue(self, booking: Booking) -> None:
        self._try(self.studio.expire(booking), GatewayUnavailable)

    @rule(booking=bookings)
    def let_it_expire(self, booking: Booking) -> None:
        self._let_it_expire(booking)

    @rule(booking=bookings, to=st.sampled_from(Status), who=st.sampled_from(["customer", "owner", "admin", "stranger"]))
    def move(self, booking: Booking, to: Status, who: str) -> None:
        before = self._seen(booking.id)
        self._try(self.studio.move(booking, to, by=self._party(who, booking)), *_NOT_NOW)
        change, now = before.unaccepted(self.studio.clock.now()), self.studio.clock.now()
        if change is not None and before.status is Status.CONFIRMED:
            after = self._seen(booking.id).status
            assert after is not Status.NO_SHOW, "a no-show at a time that the customer did not agree to"
            if change.may_object(now) or now < change.agreed.start:
                assert after is not Status.COMPLETED, "completed before the time that the customer agreed to"

    @rule(booking=bookings, who=st.sampled_from(["customer", "owner", "admin"]))
    def cancel(self, booking: Booking, who: str) -> None:
        self._try(self.studio.move(booking, Status.CANCELLED, by=self._party(who, booking)), *_NOT_NOW)

    @rule(payment=payments)
    def cancel_expire_and_call_back_at_once(self, payment: Payment) -> None:
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

    @rule(booking=bookings, again=st.booleans())
    def pay_out(self, booking: Booking, *, again: bool) -> None:
        """Transfer every pending refund of a booking; concurrent and repeated requests pay each of them once."""
        refunds = self._do(self.studio.refunds(booking))
        pending = [refund for refund in refunds if refund.status is RefundStatus.PENDING]
        disputed = self._seen(booking.id).status is Status.DISPUTED
        for refund in pending:
            paid, refusals = self._do(race([self.studio.pay_out(refund) for _ in range(2 if again else 1)]))
            if disputed:
                assert not paid, "money was paid out while the booking was in dispute"
                assert {type(refusal) for refusal in refusals} == {BookingInDispute}
        if pending and not disputed:
            after = self._seen(booking.id)
            assert after.payment_status in {BookingPaymentStatus.REFUNDED, BookingPaymentStatus.PARTIALLY_REFUNDED}

    @rule(booking=bookings, who=st.sampled_from(["customer", "customer", "owner", "admin", "stranger"]))
    def dispute(self, booking: Booking, who: str) -> None:
        """Dispute a booking: succeeds exactly for a party, or an admin, if its lifecycle has the move."""

        async def dispute() -> None:
            before, actor = await self.studio.seen(booking), self._party(who, booking)
            has_move = (before.status, Action.DISPUTE) in BOOKING_LIFECYCLE.moves
            good = has_move and before.party(actor) is not None and before.customer_id != before.provider_user_id
            disputed, refusals = await race([self.studio.dispute(before, by=actor)])
            for refusal in refusals:
                final = isinstance(refusal, (AlreadyDecided, InvalidBookingTransition, TooManyDisputes))
                assert final or not good
                assert isinstance(refusal, (BookingNotFound, *_NO_DISPUTE))
                assert await self.studio.seen(booking) == before
            if refusals:
                return
            [opened] = disputed
            assert good
            after = await self.studio.seen(booking)
            assert Status(opened.booking_was) is before.status
            assert (after.status, after.disputed_from) == (Status.DISPUTED, before.status)
            assert (after.claims_time, after.span) == (before.claims_time, before.span)

        self._do(dispute())

    @rule(booking=bookings)
    def withdraw_the_dispute(self, booking: Booking) -> None:
        async def withdraw() -> None:
            before, dispute = await self.studio.seen(booking), await self.studio.open_dispute_of(booking)
            if dispute is None:
                assert before.status is not Status.DISPUTED
                return
            owed = await self.studio.owed(booking)
            initiator = self.studio.owner if dispute.opened_by is Side.PROVIDER else self._customer_of(booking)
            await self.studio.withdraw(dispute, by=initiator)
            after = await self.studio.seen(booking)
            assert after.status is Status(dispute.booking_was)
            assert (after.claims_time, await self.studio.owed(booking)) == (before.claims_time, owed)

        self._do(withdraw())

    @rule(
        booking=bookings,
        resolution=st.sampled_from(Resolution),
        share=st.sampled_from([0, 1, 40, 100, 101]),
        to=st.sampled_from(FinalBookingStatus),
        paid=st.none() | payments,
    )
    def resolve_the_dispute(
        self, booking: Booking, resolution: Resolution, share: int, to: FinalBookingStatus, paid: Payment | None
    ) -> None:
        """Decide a dispute, perhaps while a payment arrives: what is refunded never exceeds what was paid."""

        async def resolve() -> None:
            before, dispute = await self.studio.seen(booking), await self.studio.open_dispute_of(booking)
            if dispute is None:
                assert before.status is not Status.DISPUTED
                return
            refundable = before.totals.refundable
            partial = resolution is Resolution.REFUND_PARTIAL
            amount = (refundable.amount * share + 99) // 100 if partial else None
            deciding = self.studio.resolve(dispute, resolution, to, amount=amount)
            if paid is None:
                decided, refusals = await race([deciding])
            else:
                attempts = [_nothing(deciding), _nothing(self.studio.settle(paid))]
                _, refusals = await race(attempts)
                decided = []
            for refusal in refusals:
                assert isinstance(refusal, (GatewayUnavailable, *_NO_DECISION))
            for each in decided:
                assert each.verdict is not None
                expected = {Resolution.REFUND_FULL: refundable.amount, Resolution.NO_REFUND: 0}
                assert each.verdict.refund.amount == expected.get(resolution, amount)
                assert (await self.studio.seen(booking)).status is Status(to)

        self._do(resolve())

    @rule(booking=bookings, by=_STAFF, share=st.sampled_from([None, 0, 1, 40, 100, 101]))
    def take_at_the_desk(self, booking: Booking, by: str, share: int | None) -> None:
        """Record a payment at the desk: a deposit confirms, and no more than the price or less than it is taken."""

        async def take() -> None:
            before = await self.studio.seen(booking)
            due, least = before.quote.at_desk, before.quote.deposit_asked
            amount = None if share is None else (due.amount * share + 99) // 100
            good = bool(due) and (amount is None or max(1, least.amount) <= amount <= due.amount)
            command = RecordDeskPayment(booking_id=booking.id, method=DeskMethod.CASH, amount=amount)
            try:
                done = await self.studio.run(record_desk_payment, command, by=self._staff(by))
            except (NothingDue, MoreThanDue, LessThanDeposit, InvalidValue):
                assert not good
                assert await self.studio.seen(booking) == before
                return
            assert good
            assert done.booking.status is (Status.CONFIRMED if before.status is Status.PENDING else before.status)
            assert done.booking.desk_paid == before.desk_paid + done.payment.amount

        self._do(take())

    @rule(booking=bookings)
    def void_at_the_desk(self, booking: Booking) -> None:
        """Void what was recorded at the desk: the booking keeps its status."""

        async def void() -> None:
            before = await self.studio.seen(booking)
            for payment in await self.studio.reads.desk_payments.of_booking(booking.id):
                command = VoidDeskPayment(booking_id=booking.id, payment_id=payment.id, reason="?")
                with suppress(InvalidDeskPaymentTransition, DeskPaymentInUse):
                    await self.studio.run(void_desk_payment, command, by=self.studio.admin)
            after = await self.studio.seen(booking)
            assert after.status is before.status
            assert not after.desk_paid or before.status is Status.DISPUTED

        self._do(void())

    @rule(booking=bookings, who=st.sampled_from(["customer", "owner", "admin"]))
    def waive_the_deposit(self, booking: Booking, who: str) -> None:
        """Waive: succeeds exactly for the provider's side, while the booking waits for its deposit."""

        async def waive() -> None:
            before, actor = await self.studio.seen(booking), self._party(who, booking)
            good = before.status is Status.PENDING and before.party(actor) is not Party.CUSTOMER
            command = WaiveDeposit(booking_id=booking.id, reason="?")
            try:
                after = await self.studio.run(waive_deposit, command, by=actor)
            except (InvalidBookingTransition, NotYourMove):
                assert not good
                return
            assert good
            assert (after.status, after.due_at, after.totals) == (Status.CONFIRMED, None, before.totals)

        self._do(waive())

    @rule(trouble=st.sampled_from(["cut off", "answers are lost"]))
    def have_trouble_with_the_gateway(self, trouble: str) -> None:
        self._have_trouble(trouble)

    @rule(
        before=st.sampled_from([0, 15, 30]),
        after=st.sampled_from([0, 30]),
        most=st.sampled_from([None, None, (2, None), (None, 2)]),
        anchoring=st.sampled_from(Anchoring),
        terms=_TERMS,
    )
    def change_the_settings(
        self, before: int, after: int, most: tuple[int | None, int | None] | None, anchoring: Anchoring, terms: Terms
    ) -> None:
        a_day, a_week = most or (None, None)
        change = SettingsChange(
            buffer_before_minutes=before,
            buffer_after_minutes=after,
            max_per_day=a_day,
            max_per_week=a_week,
            anchoring=anchoring,
            terms=TermsChange(
                mode=terms.mode,
                deposit_amount=terms.deposit.amount,
                cancellation=CancellationChange.to(terms.cancellation),
                requests_claim_time=terms.requests_claim_time,
            ),
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
        """At the end the gateway recovers, every payment is reconciled and every deadline is processed."""
        studio = self.studio
        self._have_trouble("none")
        for reference, bill in studio.gateway.bills.items():
            payment = await studio.reads.payments.by_invoice(reference)
            if payment is None:
                assert not bill.received, "an invoice was paid that no customer has seen"
                continue
            settled = await studio.settle(payment)
            assert settled.settled == bill.received, "the gateway has received money that the platform does not know of"
        studio.clock.advance(timedelta(days=3))
        for booking_id in await studio.reads.bookings.overdue(studio.clock.now(), 1_000):
            booking = present(await studio.reads.bookings.get(booking_id))
            await studio.expire(booking)
        assert list(await studio.reads.bookings.overdue(studio.clock.now(), 1_000)) == []
        assert await studio.violations() == []

    async def _is_offered(self, slot: datetime, *, own: ClaimId | None = None, of: Booking | None = None) -> bool:
        """Return whether a customer can book this time, or move the booking there, ignoring the claim `own`."""
        schedule, others = await self._others(slot, self.studio.service_ids, own=own, of=of)
        minutes = None if of is None else (of.span.end - of.span.start) // timedelta(minutes=1)
        now = self.studio.clock.now()
        return is_offered(schedule.calendar, others, slot, now=now, duration_minutes=minutes)

    async def _is_free_for_staff(
        self,
        start: datetime,
        *,
        services: tuple[ServiceId, ...] | None = None,
        of: Booking | None = None,
        override: bool = False,
    ) -> bool:
        """Return whether the time is neither claimed nor time off, and the provider's local date has not passed.

        Live claims of the same class at the same time leave it free as long as there are places.
        """
        chosen = self.studio.service_ids if services is None else services
        schedule, others = await self._others(start, chosen, of=of)
        settings = schedule.calendar.settings
        length = timedelta(minutes=settings.duration_minutes) if of is None else of.span.end - of.span.start
        span = TimeRange(start, start + length)
        blocked = schedule.blocked(span)
        past = is_before_today(schedule, start, self.studio.clock.now())
        off = not override and any(block.range.overlaps(span) for block in schedule.calendar.blocks)
        near = [claim for claim in others if claim.blocked.overlaps(blocked)]
        shared = [claim for claim in near if claim.class_id is not None and claim.class_id == settings.class_id]
        places = [claim for claim in shared if claim.span == span]
        return not past and not off and near == places and (not near or len(places) < settings.capacity)

    async def _others(
        self, start: datetime, services: tuple[ServiceId, ...], *, own: ClaimId | None = None, of: Booking | None = None
    ) -> tuple[ProviderSchedule, list[Claim]]:
        """The schedule for these services, or for those of a booking, and the live claims that are not its own."""
        read = await self.studio.reads.schedules.get(self.studio.provider_id, slot_window(start), services)
        schedule = present(read)
        schedule = schedule.for_services(schedule.services if of is None else of.services)
        own = own if of is None else ClaimId(of.id)
        return schedule, [claim for claim in schedule.claims if claim.id != own and self._is_live(claim)]

    async def _is_kept(self, hold: Claim) -> bool:
        schedule = await self.studio.reads.schedules.get(self.studio.provider_id, slot_window(hold.span.start))
        return schedule is not None and hold in schedule.claims and self._is_live(hold)

    def _is_live(self, claim: Claim) -> bool:
        return claim.expires_at is None or self.studio.clock.now() < claim.expires_at

    def _have_trouble(self, trouble: str) -> None:
        self.studio.gateway.available = trouble != "cut off"
        self.studio.gateway.lose_answers = trouble == "answers are lost"

    def _seen(self, booking_id: BookingId) -> Booking:
        return present(self._do(self.studio.reads.bookings.get(booking_id)))

    def _let_it_expire(self, booking_or_payment: Booking | Payment) -> Booking:
        """Advance the clock to the deadline and process it."""
        of = booking_or_payment
        booking = self._seen(of.id if isinstance(of, Booking) else of.booking_id)
        if booking.due_at is not None:
            self.studio.clock.set(max(self.studio.clock.now(), booking.due_at))
            self._try(self.studio.expire(booking), GatewayUnavailable)
        return self._seen(booking.id)

    def _new_bill(self, who: int, nth: int) -> Payment | None:
        """Book a slot and start the payment of its deposit; None if no slot is offered."""
        self._have_trouble("none")

        async def book_and_bill() -> Payment | None:
            now, customer = self.studio.clock.now(), self.customers[who]
            window = TimeRange(now, now + timedelta(days=60))
            read = await self.studio.reads.schedules.get(self.studio.provider_id, window, self.studio.service_ids)
            schedule = present(read)
            schedule = schedule.for_services(schedule.services)
            offered = offered_slots(schedule.calendar, schedule.claims, window=window, now=now)
            if not offered:
                return None
            booking = await self.studio.book(offered[nth % len(offered)].start, by=customer, deposit=_DEPOSIT)
            if booking.status is Status.REQUESTED:
                booking = await self.studio.move(booking, Status.PENDING, by=self.studio.owner)
            return await self.studio.bill(booking, by=customer)

        return self._do(book_and_bill())

    async def _series(
        self, slot: datetime, times: int, actor: Actor
    ) -> tuple[Sequence[Booking], Sequence[DomainError]]:
        try:
            return await self.studio.book_series(slot, times=times, by=actor), ()
        except SeriesNotPossible as refusal:
            return (), refusal.failures

    def _request(self, nth: int) -> Booking | None:
        """Return a request that is still unanswered."""
        waiting = BookingFilter(status=Status.REQUESTED)
        requests = self._do(self.studio.reads.bookings.page(None, waiting))
        return requests[nth % len(requests)] if requests else None

    def _customer_of(self, booking: Booking) -> Actor:
        users = (*self.customers, self.studio.owner, self.studio.admin)
        return next(actor for actor in users if actor.id == booking.customer_id)

    def _staff(self, who: str) -> Actor:
        return self.studio.owner if who == "owner" else self.studio.admin

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
