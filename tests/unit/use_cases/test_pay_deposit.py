"""Paying the deposit and the balance of a booking."""

import asyncio
from dataclasses import dataclass, replace

import pytest
from tests.unit.use_cases.scenes import FREE, MINUTE, ON_REQUEST, SECOND, expired, tugriks

from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import BookingPaymentStatus, Status
from booking_domain.payments.chargeable import Chargeable
from booking_domain.payments.errors import GatewayUnavailable, NothingDue, PaymentInPreparation, WindowClosed
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import PREPARATION_LEASE, Invoice, Payment, Purpose
from booking_domain.payments.ports import InvoiceOrder
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.ids import BookingId
from booking_domain.shared.processes import Process
from booking_domain.testing.builders import DEPOSIT, HOUR, PRICE, TOMORROW
from booking_domain.testing.kit.storage import race
from booking_domain.testing.memory import MemoryGateway
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.payments.settle_payment import settle_on_request, settle_payment
from booking_domain.use_cases.payments.start_payment import StartPayment, start_payment


async def test_a_payment_has_the_amount_due_and_the_due_time(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    assert await studio.payments(booking) == [payment]
    assert (payment.purpose, payment.amount) == (Purpose.DEPOSIT, DEPOSIT)
    assert (payment.status, payment.settled) == (PaymentStatus.PENDING, tugriks(0))
    assert payment.expires_at == booking.due_at
    assert (await studio.seen(booking)).payment_status is BookingPaymentStatus.PENDING
    [bill] = studio.gateway.bills.values()
    assert (bill.order.amount, bill.order.order_number) == (DEPOSIT, payment.order_number)
    assert bill.order.payable_until == booking.due_at
    assert booking.reference in bill.order.description


async def test_starting_a_payment_twice_returns_the_same_payment(studio: Studio) -> None:
    booking = await studio.book()
    assert await studio.bill(booking) == await studio.bill(booking)
    assert len(studio.gateway.bills) == 1


async def test_a_paid_deposit_confirms_the_booking(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.paid(booking)
    after = await studio.seen(booking)
    assert (after.status, after.payment_status, after.paid) == (Status.CONFIRMED, BookingPaymentStatus.PAID, DEPOSIT)
    assert after.due_at is None
    assert (payment.status, payment.settled) == (PaymentStatus.PAID, DEPOSIT)
    assert payment.processed_at == studio.clock.now()
    assert payment.raw_payload == '{"received": 2000000}'
    [_, event] = await studio.reads.bookings.events(booking.id)
    assert (event.type, event.by, event.reason) == ("confirmed", SYSTEM, "paid")
    assert await studio.topics(booking) == ["booking.placed", "booking.confirmed"]


async def test_a_callback_without_money_changes_nothing(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    before = await studio.seen(booking)
    assert await studio.settle(payment) == payment
    assert await studio.seen(booking) == before


@pytest.mark.parametrize("by", [settle_payment, settle_on_request])
async def test_a_payment_whose_invoice_the_gateway_has_closed_fails_and_another_can_be_started(
    studio: Studio, by: Process[..., Payment]
) -> None:
    booking = await studio.book()
    dead = await studio.bill(booking)
    assert dead.invoice is not None
    await studio.gateway.cancel_invoice(dead.invoice.reference)
    failed = await by(dead, executor=studio.executor, gateways=studio.gateways)
    assert failed.status is PaymentStatus.FAILED
    assert await studio.settle(dead) == failed
    assert await studio.topics(booking) == ["booking.placed", "payment.failed"], "told once"
    after = await studio.seen(booking)
    assert (after.status, after.payment_status) == (Status.PENDING, BookingPaymentStatus.FAILED)
    assert (after.paid, after.due_at) == (tugriks(0), booking.due_at)
    again = await studio.bill(booking)
    assert (again.status, again.amount) == (PaymentStatus.PENDING, DEPOSIT)
    assert (await studio.seen(booking)).payment_status is BookingPaymentStatus.PENDING
    await studio.paid(booking)
    assert [each.status for each in await studio.payments(booking)] == [PaymentStatus.FAILED, PaymentStatus.PAID]
    assert (await studio.seen(booking)).status is Status.CONFIRMED


async def test_a_closed_invoice_of_a_balance_leaves_the_payment_of_the_deposit_as_it_is(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    balance = await studio.bill(booking, Purpose.BALANCE)
    assert balance.invoice is not None
    before = await studio.seen(booking)
    await studio.gateway.cancel_invoice(balance.invoice.reference)
    assert (await studio.settle(balance)).status is PaymentStatus.FAILED
    assert await studio.seen(booking) == before


async def test_money_that_arrived_before_the_gateway_closed_the_invoice_counts(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    assert payment.invoice is not None
    studio.pay(payment)
    reference = payment.invoice.reference
    studio.gateway.bills[reference] = replace(studio.gateway.bills[reference], cancelled=True)
    assert (await studio.settle(payment)).status is PaymentStatus.PAID
    assert (await studio.seen(booking)).status is Status.CONFIRMED


async def test_ten_callbacks_count_once(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.paid(booking)
    once = await studio.seen(booking)
    for _ in range(9):
        assert await studio.settle(payment) == payment
    assert await studio.seen(booking) == once
    assert await studio.topics(booking) == ["booking.placed", "booking.confirmed"]


async def test_ten_callbacks_at_once_count_once(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    studio.pay(payment)
    _, refusals = await race([studio.settle(payment) for _ in range(10)])
    assert refusals == []
    after = await studio.seen(booking)
    assert after.paid == DEPOSIT
    assert await studio.topics(booking) == ["booking.placed", "booking.confirmed"]
    paid_once = await studio.book(TOMORROW + HOUR)
    await studio.paid(paid_once)
    assert after.version == (await studio.seen(paid_once)).version


async def test_an_underpayment_confirms_only_once_the_rest_is_paid(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.paid(booking, tugriks(12_000))
    after = await studio.seen(booking)
    assert (after.status, after.paid, after.quote.deposit) == (Status.PENDING, tugriks(12_000), tugriks(8_000))
    assert (payment.status, payment.settled) == (PaymentStatus.PENDING, tugriks(12_000))
    studio.pay(payment, tugriks(8_000))
    assert (await studio.settle(payment)).status is PaymentStatus.PAID
    assert (await studio.seen(booking)).status is Status.CONFIRMED
    assert await studio.owed(booking) == []


async def test_who_has_paid_a_part_and_starts_again_is_asked_for_the_rest(studio: Studio) -> None:
    booking = await studio.book()
    first = await studio.paid(booking, tugriks(12_000))
    rest = await studio.bill(booking)
    assert (rest.amount, await studio.bill(booking)) == (tugriks(8_000), rest)
    assert [each.status for each in await studio.payments(booking)] == [PaymentStatus.CANCELLED, PaymentStatus.PENDING]
    studio.pay(rest)
    await studio.settle(rest)
    assert (await studio.seen(booking)).status is Status.CONFIRMED
    studio.pay(first, tugriks(8_000))
    await studio.settle(first)
    assert (await studio.seen(booking)).paid == tugriks(28_000), "money that still arrives for the first one counts"
    assert await studio.violations() == []


async def test_an_amount_above_the_deposit_counts_towards_the_price(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.paid(booking)
    studio.pay(payment)
    await studio.settle(payment)
    assert (await studio.seen(booking)).paid == tugriks(40_000)
    assert await studio.owed(booking) == []
    balance = await studio.bill(booking, Purpose.BALANCE)
    assert balance.amount == tugriks(40_000)


async def test_an_amount_above_the_price_is_refunded_once(studio: Studio) -> None:
    booking = await studio.book(deposit=PRICE)
    payment = await studio.paid(booking)
    for _ in range(2):
        studio.pay(payment, tugriks(5_000))
        for _ in range(3):
            await studio.settle(payment)
    after = await studio.seen(booking)
    assert (after.status, after.paid) == (Status.CONFIRMED, tugriks(90_000))
    assert await studio.owed(booking) == [tugriks(5_000), tugriks(5_000)]
    assert (await studio.topics(booking)).count("payment.refund_owed") == 2


async def test_a_deposit_paid_twice_is_refunded_above_the_price(studio: Studio) -> None:
    booking = await studio.book(deposit=tugriks(50_000))
    await studio.paid(booking, tugriks(100_000))
    after = await studio.seen(booking)
    assert (after.status, after.payment_status) == (Status.CONFIRMED, BookingPaymentStatus.PAID)
    assert await studio.owed(booking) == [tugriks(20_000)]


async def test_the_balance_can_be_paid_once_the_booking_is_confirmed(studio: Studio) -> None:
    booking = await studio.book()
    with pytest.raises(NothingDue):
        await studio.bill(booking, Purpose.BALANCE)
    await studio.paid(booking)
    with pytest.raises(NothingDue):
        await studio.bill(booking, Purpose.DEPOSIT)
    await studio.paid(booking, purpose=Purpose.BALANCE)
    assert (await studio.seen(booking)).paid == PRICE
    with pytest.raises(NothingDue):
        await studio.bill(booking, Purpose.BALANCE)
    assert [each.purpose for each in await studio.payments(booking)] == [Purpose.DEPOSIT, Purpose.BALANCE]


async def test_money_for_a_missed_appointment_goes_back(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    balance = await studio.bill(booking, Purpose.BALANCE)
    studio.clock.set(booking.span.start)
    await studio.move(booking, Status.NO_SHOW, by=studio.owner)
    assert [each.status for each in await studio.payments(booking)] == [PaymentStatus.PAID, PaymentStatus.CANCELLED]
    studio.pay(balance)
    await studio.settle(balance)
    assert await studio.owed(booking) == [balance.amount]
    assert await studio.violations() == []


async def test_money_that_goes_back_does_not_count_towards_the_balance(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    studio.pay(payment, tugriks(5_000))
    await studio.settle(payment)
    await expired(studio, booking)
    assert await studio.owed(booking) == [tugriks(5_000)]
    studio.pay(payment, DEPOSIT)
    await studio.settle(payment)
    revived = await studio.seen(booking)
    assert revived.status is Status.CONFIRMED
    assert (await studio.bill(revived, Purpose.BALANCE)).amount == PRICE - DEPOSIT


@pytest.mark.terms(FREE)
async def test_without_a_deposit_only_the_balance_can_be_paid(studio: Studio) -> None:
    booking = await studio.book()
    with pytest.raises(NothingDue):
        await studio.bill(booking)
    await studio.paid(booking, purpose=Purpose.BALANCE)
    assert (await studio.seen(booking)).paid == PRICE


@pytest.mark.terms(ON_REQUEST)
async def test_a_request_cannot_be_paid_before_it_is_accepted(studio: Studio) -> None:
    with pytest.raises(NothingDue):
        await studio.bill(await studio.book())


async def test_only_the_customer_pays_and_the_booking_is_hidden_from_strangers(studio: Studio) -> None:
    booking = await studio.book()
    with pytest.raises(BookingNotFound):
        await studio.bill(booking, by=await studio.joined())
    for party in (studio.owner, studio.admin):
        with pytest.raises(NotPermitted):
            await studio.bill(booking, by=party)
    command = StartPayment(booking_id=BookingId(studio.entropy.new_id()), purpose=Purpose.DEPOSIT)
    with pytest.raises(BookingNotFound):
        await start_payment(command, actor=studio.customer, executor=studio.executor, gateways=studio.gateways)
    assert studio.gateway.bills == {}


async def test_after_the_payment_window_no_payment_starts_even_before_the_sweep(studio: Studio) -> None:
    booking = await studio.book()
    studio.clock.advance(15 * MINUTE)
    with pytest.raises(WindowClosed):
        await studio.bill(booking)
    await studio.expire(booking)
    with pytest.raises(NothingDue):
        await studio.bill(booking)


async def test_a_payment_can_start_until_the_last_second_of_the_window(studio: Studio) -> None:
    booking = await studio.book()
    studio.clock.advance(15 * MINUTE - SECOND)
    await studio.paid(booking)
    assert (await studio.seen(booking)).status is Status.CONFIRMED


async def test_a_payment_found_after_the_window_but_before_the_sweep_confirms(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    studio.clock.advance(16 * MINUTE)
    studio.pay(payment)
    await studio.settle(payment)
    assert (await studio.seen(booking)).status is Status.CONFIRMED
    assert await studio.expire(booking) is None


async def test_after_a_gateway_failure_the_payment_can_be_retried_at_once(studio: Studio) -> None:
    booking = await studio.book()
    studio.gateway.available = False
    with pytest.raises(GatewayUnavailable):
        await studio.bill(booking)
    studio.gateway.available = True
    payment = await studio.bill(booking)
    assert payment.attempt == 2
    assert payment.invoice is not None
    assert len(await studio.payments(booking)) == 1


async def test_a_lost_invoice_is_requested_again_under_a_new_order_number(studio: Studio) -> None:
    booking = await studio.book()
    studio.gateway.lose_answers = True
    with pytest.raises(GatewayUnavailable):
        await studio.bill(booking)
    studio.gateway.lose_answers = False
    await studio.paid(booking)
    numbers = [bill.order.order_number for bill in studio.gateway.bills.values()]
    assert len(set(numbers)) == len(numbers) == 2
    assert (await studio.seen(booking)).status is Status.CONFIRMED


class _PowerCutError(BaseException):
    """The process dies: no handler catches this, and no cleanup runs."""


@dataclass
class _CrashingGateway(MemoryGateway):
    """A gateway that creates the invoice and then crashes the process."""

    inner: MemoryGateway

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def chargeable(self) -> Chargeable:
        return self.inner.chargeable

    @property
    def authorises(self) -> bool:
        return self.inner.authorises

    async def create_invoice(self, order: InvoiceOrder) -> Invoice:
        await self.inner.create_invoice(order)
        raise _PowerCutError


async def _crash_before_the_invoice_is_kept(studio: Studio, booking: Booking) -> None:
    command = StartPayment(booking_id=booking.id, purpose=Purpose.DEPOSIT)
    with pytest.raises(_PowerCutError):
        await start_payment(
            command,
            actor=studio.customer,
            executor=studio.executor,
            gateways=Gateways(_CrashingGateway(studio.gateway)),
        )


async def test_after_a_crash_another_request_takes_over_when_the_lease_expires(studio: Studio) -> None:
    booking = await studio.book()
    await _crash_before_the_invoice_is_kept(studio, booking)
    studio.clock.advance(PREPARATION_LEASE - SECOND)
    with pytest.raises(PaymentInPreparation):
        await studio.bill(booking)
    studio.clock.advance(SECOND)
    payment = await studio.bill(booking)
    assert payment.attempt == 2
    assert len(studio.gateway.bills) == 2
    studio.pay(payment)
    await studio.settle(payment)
    assert (await studio.seen(booking)).status is Status.CONFIRMED


async def test_a_booking_whose_invoice_was_lost_in_a_crash_expires_in_time(studio: Studio) -> None:
    booking = await studio.book()
    await _crash_before_the_invoice_is_kept(studio, booking)
    assert (await expired(studio, booking)).status is Status.EXPIRED
    assert [each.status for each in await studio.payments(booking)] == [PaymentStatus.CANCELLED]


class _SlowGateway(MemoryGateway):
    """A gateway during whose first invoice another step runs."""

    def __init__(self, studio: Studio, booking: Booking) -> None:
        super().__init__(studio.gateway.name)
        self.bills = studio.gateway.bills
        self.studio = studio
        self.booking = booking
        self.meanwhile: Payment | None = None

    async def create_invoice(self, order: InvoiceOrder) -> Invoice:
        invoice = await super().create_invoice(order)
        self.studio.clock.advance(PREPARATION_LEASE)
        self.meanwhile = await self.studio.bill(self.booking)
        return invoice


async def test_the_slower_request_returns_the_first_invoice_and_cancels_its_own(studio: Studio) -> None:
    booking = await studio.book()
    slow = _SlowGateway(studio, booking)
    command = StartPayment(booking_id=booking.id, purpose=Purpose.DEPOSIT)
    payment = await start_payment(command, actor=studio.customer, executor=studio.executor, gateways=Gateways(slow))
    assert payment == slow.meanwhile
    first, second = studio.gateway.bills.values()
    assert first.cancelled
    assert not second.cancelled
    assert studio.pay(payment)


class _TwoAtOnceGateway(MemoryGateway):
    """A gateway that creates the first invoice after the second is requested, and the second when released."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.first_asked, self.second_asked, self.go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def create_invoice(self, order: InvoiceOrder) -> Invoice:
        if not self.first_asked.is_set():
            self.first_asked.set()
            await self.second_asked.wait()
        else:
            self.second_asked.set()
            await self.go_on.wait()
        return await super().create_invoice(order)


async def test_a_slower_request_does_not_disturb_the_faster_one(studio: Studio) -> None:
    booking = await studio.book()
    gateway = _TwoAtOnceGateway(studio.gateway.name)
    command = StartPayment(booking_id=booking.id, purpose=Purpose.DEPOSIT)

    async def bill() -> Payment:
        return await start_payment(command, actor=studio.customer, executor=studio.executor, gateways=Gateways(gateway))

    slow = asyncio.create_task(bill())
    await gateway.first_asked.wait()
    studio.clock.advance(PREPARATION_LEASE)
    fast = asyncio.create_task(bill())
    with pytest.raises(PaymentInPreparation):
        await slow
    gateway.go_on.set()
    payment = await fast
    assert payment.attempt == 2
    assert payment.invoice is not None
    assert gateway.bills[payment.invoice.reference].order.order_number == payment.order_number


async def test_concurrent_requests_get_one_payment(studio: Studio) -> None:
    booking = await studio.book()
    billed, refusals = await race([studio.bill(booking) for _ in range(5)])
    assert len({payment.id for payment in billed}) == 1
    assert {type(refusal) for refusal in refusals} <= {PaymentInPreparation}
    assert len(studio.gateway.bills) == 1
    assert len(await studio.payments(booking)) == 1


async def test_customer_requests_ask_the_gateway_at_most_once_a_second(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)

    async def ask() -> Payment:
        return await settle_on_request(payment, executor=studio.executor, gateways=studio.gateways)

    await ask()
    await ask()
    assert studio.gateway.reports == 1
    studio.clock.advance(SECOND)
    studio.pay(payment)
    assert (await ask()).status is PaymentStatus.PAID
    assert studio.gateway.reports == 2
    assert (await studio.seen(booking)).status is Status.CONFIRMED
    studio.clock.advance(SECOND)
    await ask()
    assert studio.gateway.reports == 2


async def test_an_unavailable_gateway_changes_nothing(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    studio.pay(payment)
    before = await studio.seen(booking)
    studio.gateway.available = False
    with pytest.raises(GatewayUnavailable):
        await studio.settle(payment)
    assert await studio.seen(booking) == before
    studio.gateway.available = True
    await studio.settle(payment)
    assert (await studio.seen(booking)).status is Status.CONFIRMED


class _HesitatingGateway(_CrashingGateway):
    """A gateway during whose invoice the customer cancels the booking."""

    def __init__(self, studio: Studio, booking: Booking) -> None:
        super().__init__(studio.gateway)
        self.studio = studio
        self.booking = booking

    async def create_invoice(self, order: InvoiceOrder) -> Invoice:
        await self.studio.move(self.booking, Status.CANCELLED)
        return await self.inner.create_invoice(order)

    async def cancel_invoice(self, invoice_reference: str) -> None:
        await self.inner.cancel_invoice(invoice_reference)


async def test_an_invoice_of_an_ended_booking_is_cancelled(studio: Studio) -> None:
    booking = await studio.book()
    command = StartPayment(booking_id=booking.id, purpose=Purpose.DEPOSIT)
    gateway = _HesitatingGateway(studio, booking)
    with pytest.raises(NothingDue):
        await start_payment(command, actor=studio.customer, executor=studio.executor, gateways=Gateways(gateway))
    assert [bill.cancelled for bill in studio.gateway.bills.values()] == [True]
    assert [each.invoice for each in await studio.payments(booking)] == [None]
    assert (await studio.seen(booking)).payment_status is BookingPaymentStatus.FAILED


async def test_nobody_is_told_of_a_failed_payment_that_could_not_be_made_again(studio: Studio) -> None:
    booking = await studio.book()
    dead = await studio.bill(booking)
    assert dead.invoice is not None
    await studio.gateway.cancel_invoice(dead.invoice.reference)
    over = await expired(studio, booking)
    assert over.status is Status.EXPIRED
    assert await studio.topics(booking) == ["booking.placed", "booking.expired"]
