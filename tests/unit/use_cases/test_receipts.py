"""Receipts and credit notes: together they state exactly the money that came and went, in numbers without gaps."""

from contextlib import suppress
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples

from booking_domain.bookings.errors import AlreadyOver, BookingNotFound
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import InvalidBookingTransition, Status
from booking_domain.bookings.walk_ins import WalkIn
from booking_domain.payments.desk import (
    DeskMethod,
    DeskPayment,
    DeskPaymentInUse,
    DeskPaymentStatus,
    InvalidDeskPaymentTransition,
    LessThanDeposit,
    MoreThanDue,
)
from booking_domain.payments.errors import NothingDue
from booking_domain.payments.events import ReceiptIssued
from booking_domain.payments.model import Purpose
from booking_domain.payments.receipts import Receipt, ReceiptKind, ReceiptMethod
from booking_domain.payments.refunds import InvalidRefundTransition, Refund, RefundInProgress, RefundStatus
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BookingId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import DEPOSIT, HOUR, PRICE, TOMORROW
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.messages.notify import notify
from booking_domain.use_cases.payments.desk_payments import (
    RecordDeskPayment,
    VoidDeskPayment,
    record_desk_payment,
    void_desk_payment,
)
from booking_domain.use_cases.payments.make_refund import make_refund
from booking_domain.use_cases.payments.receipts import issue_receipts
from entrypoints.languages.notices import GettextTranslator

REST: Final = PRICE - DEPOSIT
REFUSALS: Final = (
    NothingDue,
    LessThanDeposit,
    MoreThanDue,
    InvalidValue,
    InvalidDeskPaymentTransition,
    InvalidBookingTransition,
    InvalidRefundTransition,
    RefundInProgress,
    DeskPaymentInUse,
    AlreadyOver,
)


async def issued(studio: Studio, booking: Booking) -> list[Receipt]:
    return list(await issue_receipts(booking.id, reads=studio.reads, executor=studio.executor))


async def take(studio: Studio, booking: Booking, amount: int | None = None) -> DeskPayment:
    command = RecordDeskPayment(booking_id=booking.id, method=DeskMethod.CASH, amount=amount)
    return (await studio.run(record_desk_payment, command, by=studio.owner)).payment


async def void(studio: Studio, payment: DeskPayment) -> None:
    command = VoidDeskPayment(booking_id=payment.booking_id, payment_id=payment.id, reason="Twice")
    await studio.run(void_desk_payment, command, by=studio.admin)


async def refund(studio: Studio, pending: Refund) -> None:
    await make_refund(pending.id, reads=studio.reads, executor=studio.executor, gateways=studio.gateways)


async def to_make(studio: Studio, booking: Booking) -> list[Refund]:
    return [each for each in await studio.refunds(booking) if each.status is RefundStatus.PENDING]


def stated(receipts: list[Receipt]) -> int:
    """The sum of the receipts less the sum of the credit notes."""
    signs = {ReceiptKind.RECEIPT: 1, ReceiptKind.CREDIT_NOTE: -1}
    return sum(signs[each.kind] * each.amount.amount for each in receipts)


async def moved(studio: Studio, booking: Booking) -> int:
    """What came from the customer less what was refunded."""
    payments, refunds = await studio.payments(booking), await studio.refunds(booking)
    desk = await studio.reads.desk_payments.of_booking(booking.id)
    return (
        sum(each.settled.amount for each in payments)
        + sum(each.amount.amount for each in desk if each.status is DeskPaymentStatus.RECORDED)
        - sum(each.amount.amount for each in refunds if each.status is RefundStatus.REFUNDED)
    )


async def step(studio: Studio, booking: Booking, at_desk: list[DeskPayment], what: str, number: int) -> None:
    match what, await to_make(studio, booking):
        case "issue", _:
            await issued(studio, booking)
        case "take", _:
            due = (await studio.seen(booking)).quote.balance
            at_desk.append(await take(studio, booking, due.amount * number // 8))
        case "void", _ if at_desk:
            await void(studio, at_desk[number % len(at_desk)])
        case "pay", _:
            purpose = Purpose.DEPOSIT if number < 5 else Purpose.BALANCE
            await studio.paid(booking, Money(amount=number * PRICE.amount // 9, currency="MNT"), purpose)
        case "cancel", _:
            await studio.move(booking, Status.CANCELLED)
        case "refund", [pending, *_]:
            await refund(studio, pending)
        case "pay out", [pending, *_]:
            await studio.pay_out(pending)
        case _:
            pass


async def test_each_payment_has_a_receipt_and_each_return_a_credit_note(studio: Studio) -> None:
    booking = await studio.book()
    assert await issued(studio, booking) == []
    payment = await studio.paid(booking)
    assert payment.invoice is not None
    at_desk = await take(studio, booking)
    [online, cash] = await issued(studio, booking)
    assert (online.number, online.amount, online.method) == ("R-000001", DEPOSIT, ReceiptMethod.ONLINE)
    assert (online.source, online.reference) == (payment.id, payment.invoice.reference)
    assert (cash.number, cash.amount, cash.method, cash.source) == ("R-000002", REST, ReceiptMethod.CASH, at_desk.id)
    assert (online.issuer_name, online.customer_name, online.language) == ("Ink", "User 3", "en")
    assert (online.booking_reference, online.span, online.price) == (booking.reference, booking.span, PRICE)
    await void(studio, at_desk)
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    [owed] = await studio.refunds(booking)
    assert len(await issued(studio, booking)) == 3, "a pending refund has moved no money"
    await studio.pay_out(owed)
    [_, _, voided, returned] = await issued(studio, booking)
    assert (voided.number, voided.amount, voided.corrects) == ("C-000001", REST, (2,))
    assert (returned.number, returned.amount, returned.corrects) == ("C-000002", DEPOSIT, (1,))
    assert (returned.method, returned.reference) == (ReceiptMethod.TRANSFER, f"FT{owed.id.hex}")
    assert await issued(studio, booking) == [online, cash, voided, returned]


async def test_the_receipt_of_the_desk_has_the_tip_and_what_is_above_the_price_and_so_has_its_credit_note(
    studio: Studio,
) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    studio.clock.set(TOMORROW)
    more, tip = Money.of(15_000, "MNT"), Money.of(5_000, "MNT")
    command = RecordDeskPayment(
        booking_id=booking.id,
        method=DeskMethod.CARD,
        amount=(REST + more).amount,
        tip_amount=tip.amount,
        reason="Two more hours.",
    )
    payment = (await studio.run(record_desk_payment, command, by=studio.owner)).payment
    await studio.run(
        void_desk_payment,
        VoidDeskPayment(booking_id=booking.id, payment_id=payment.id, reason="Twice"),
        by=studio.owner,
    )
    issued = await issue_receipts(booking.id, reads=studio.reads, executor=studio.executor)
    online, desk, note = issued
    assert (online.tip.amount, online.extra.amount, online.extra_reason) == (0, 0, "")
    for each, kind in ((desk, ReceiptKind.RECEIPT), (note, ReceiptKind.CREDIT_NOTE)):
        assert (each.kind, each.amount, each.price) == (kind, REST + more + tip, PRICE)
        assert (each.tip, each.extra, each.extra_reason) == (tip, more, "Two more hours.")


async def test_a_refund_by_the_gateway_corrects_the_receipt_of_its_payment(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.paid(booking)
    await studio.paid(booking, purpose=Purpose.BALANCE)
    await issued(studio, booking)
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    while pending := await to_make(studio, booking):
        await refund(studio, pending[0])
    notes = [each for each in await issued(studio, booking) if each.kind is ReceiptKind.CREDIT_NOTE]
    assert {each.method for each in notes} == {ReceiptMethod.ONLINE}
    assert sorted(each.corrects for each in notes) == [(1,), (2,)]
    assert payment.invoice is not None
    assert payment.invoice.reference in {each.reference for each in notes}


async def test_a_receipt_keeps_what_was_agreed_when_it_was_issued(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    before = await issued(studio, booking)
    await studio.reschedule(booking, TOMORROW + 3 * HOUR)
    assert await issued(studio, booking) == before
    assert before[0].span == booking.span


async def test_a_walk_in_is_named_as_the_provider_wrote_it(studio: Studio) -> None:
    booking = await studio.book(by=studio.owner, customer=studio.owner)
    async with studio.backend.begin() as tx:
        await tx.walk_ins.add(booking.id, WalkIn(name="Болд"))
    await take(studio, booking)
    [receipt] = await issued(studio, booking)
    assert receipt.customer_name == "Болд"


async def test_the_receipt_of_a_walk_in_without_a_name_does_not_name_the_provider_as_customer(studio: Studio) -> None:
    booking = await studio.book(by=studio.owner, customer=studio.owner)
    await take(studio, booking)
    [receipt] = await issued(studio, booking)
    assert receipt.customer_name is None


async def test_a_booking_that_does_not_exist_has_no_receipts(studio: Studio) -> None:
    with pytest.raises(BookingNotFound):
        await issue_receipts(BookingId(studio.entropy.new_id()), reads=studio.reads, executor=studio.executor)


@examples(60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["issue", "take", "void", "pay", "cancel", "refund", "pay out"]),
            st.integers(1, 9),
        ),
        max_size=12,
    )
)
async def test_receipts_less_credit_notes_equal_payments_less_refunds(steps: list[tuple[str, int]]) -> None:
    studio = await Studio.opened()
    bookings = [await studio.book(), await studio.book(TOMORROW + 2 * HOUR)]
    at_desk = list[DeskPayment]()
    for what, number in steps:
        with suppress(*REFUSALS):
            await step(studio, bookings[number % 2], at_desk, what, number)
    everything = list[Receipt]()
    for booking in bookings:
        receipts = await issued(studio, booking)
        assert stated(receipts) == await moved(studio, booking)
        assert len(await issued(studio, booking)) == len(receipts)
        everything += receipts
    for kind in ReceiptKind:
        numbers = sorted(each.sequence for each in everything if each.kind is kind)
        assert numbers == list(range(1, len(numbers) + 1))


async def test_the_customer_is_notified_of_each_receipt_number(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    await void(studio, await take(studio, booking))
    await issued(studio, booking)
    for language, title in (("en", "Receipt R-000001"), ("mn", "Төлбөрийн баримт R-000001"), ("fa", "رسید R-000001")):
        notifier = MemoryNotifier()
        for event in await studio.backend.outbox_events():
            if isinstance(event, ReceiptIssued):
                translator = GettextTranslator(language)
                await notify(event, reads=studio.reads, notifier=notifier, translator=translator)
        received = [each for each in notifier.delivered if each.user_id == studio.customer.id]
        assert len(received) == len(notifier.delivered) == 3
        assert language != "en" or received[0].subject == title


async def test_an_erasure_takes_the_name_and_keeps_the_amounts(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    [before] = await issued(studio, booking)
    async with studio.backend.begin() as tx:
        await tx.personal_data.clear(studio.customer.id)
    [after] = await studio.reads.receipts.of_booking(booking.id)
    assert (after.customer_name, after.issuer_name) == (None, before.issuer_name)
    assert (after.number, after.amount, after.version) == (before.number, before.amount, 2)
