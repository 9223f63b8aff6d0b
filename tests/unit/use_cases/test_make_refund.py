"""Refunds by the payment gateway."""

from datetime import datetime

import pytest
from tests.unit.use_cases.scenes import MINUTE, tugriks

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import BookingPaymentStatus, Status
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.events import PaymentHinted, RefundByTransfer, RefundMade
from booking_domain.payments.model import Purpose
from booking_domain.payments.refunds import (
    FIRST_RETRY,
    LONGEST_RETRY,
    Refund,
    RefundInProgress,
    RefundMethod,
    RefundStatus,
)
from booking_domain.shared.money import Money
from booking_domain.testing.builders import DEPOSIT, NOW, PRICE, Builder
from booking_domain.testing.memory import MemoryGateway
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.payments.make_refund import make_refund
from booking_domain.use_cases.payments.refund_transfers import approve_refund_transfer
from booking_domain.use_cases.payments.transfers import ApproveTransfer


async def _cancelled(studio: Studio) -> tuple[Booking, Refund]:
    """A booking that was paid and then cancelled with a full refund, and its refund."""
    booking = await studio.book()
    await studio.paid(booking)
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    return booking, await _only(studio, booking)


async def _only(studio: Studio, booking: Booking) -> Refund:
    [refund] = await studio.reads.refunds.of_booking(booking.id)
    return refund


async def _make(studio: Studio, refund: Refund) -> None:
    await make_refund(refund.id, reads=studio.reads, executor=studio.executor, gateways=studio.gateways)


def _held(studio: Studio) -> Money:
    return sum((bill.held for bill in studio.gateway.bills.values()), tugriks(0))


async def test_the_gateway_pays_a_refund_back(studio: Studio) -> None:
    booking, refund = await _cancelled(studio)
    await _make(studio, refund)
    made = await _only(studio, booking)
    assert (made.status, made.method, made.processed_at) == (
        RefundStatus.REFUNDED,
        RefundMethod.GATEWAY,
        studio.clock.now(),
    )
    assert not _held(studio)
    after = await studio.seen(booking)
    assert (after.refunded, after.payment_status) == (DEPOSIT, BookingPaymentStatus.REFUNDED)
    [payment] = await studio.payments(booking)
    assert (payment.settled, payment.returned, payment.held) == (DEPOSIT, DEPOSIT, tugriks(0))
    assert (await studio.topics(booking))[-1] == RefundMade.topic


async def test_a_refund_is_made_once_however_often_it_is_asked_for(studio: Studio) -> None:
    booking, refund = await _cancelled(studio)
    for _ in range(3):
        await _make(studio, refund)
        studio.clock.advance(LONGEST_RETRY)
    assert (await studio.seen(booking)).refunded == DEPOSIT
    assert (await studio.topics(booking)).count(RefundMade.topic) == 1


async def test_a_refund_that_the_gateway_cannot_make_goes_by_transfer(studio: Studio) -> None:
    booking, refund = await _cancelled(studio)
    studio.gateway.refundable = False
    await _make(studio, refund)
    after = await _only(studio, booking)
    assert (after.status, after.method, after.retry_at) == (RefundStatus.PENDING, RefundMethod.TRANSFER, None)
    assert (await studio.topics(booking))[-1] == RefundByTransfer.topic
    studio.gateway.refundable = True
    await _make(studio, refund)
    assert _held(studio) == DEPOSIT


async def test_an_unavailable_gateway_is_asked_again_with_growing_delays(studio: Studio) -> None:
    booking, refund = await _cancelled(studio)
    studio.gateway.available = False
    waits = []
    for attempt in range(1, 13):
        with pytest.raises(GatewayUnavailable):
            await _make(studio, refund)
        after = await _only(studio, booking)
        assert after.attempts == attempt
        assert after.retry_at is not None
        assert await studio.reads.refunds.to_retry(_before(after.retry_at), 10) == []
        assert list(await studio.reads.refunds.to_retry(after.retry_at, 10)) == [refund.id]
        waits.append(after.retry_at - studio.clock.now())
        studio.clock.advance(waits[-1])
    assert waits[:3] == [FIRST_RETRY, 2 * FIRST_RETRY, 4 * FIRST_RETRY]
    assert waits[-1] == LONGEST_RETRY
    studio.gateway.available = True
    await _make(studio, refund)
    assert (await _only(studio, booking)).status is RefundStatus.REFUNDED


async def test_a_lost_answer_pays_back_once(studio: Studio) -> None:
    booking, refund = await _cancelled(studio)
    studio.gateway.lose_answers = True
    with pytest.raises(GatewayUnavailable):
        await _make(studio, refund)
    assert not _held(studio)
    assert (await _only(studio, booking)).status is RefundStatus.PENDING
    studio.gateway.lose_answers = False
    await _make(studio, refund)
    assert (await _only(studio, booking)).status is RefundStatus.PENDING, "asked before the retry was due"
    studio.clock.advance(FIRST_RETRY)
    await _make(studio, refund)
    after = await studio.seen(booking)
    assert (after.refunded, _held(studio)) == (DEPOSIT, tugriks(0))
    [payment] = await studio.payments(booking)
    await studio.settle(payment)
    assert (await studio.seen(booking)).paid == DEPOSIT, "the gateway's smaller total changed what was paid"


async def test_no_transfer_is_approved_while_the_gateway_may_have_paid(studio: Studio) -> None:
    booking, refund = await _cancelled(studio)
    async with studio.backend.begin() as tx:
        await tx.bank_accounts.save(Builder(77).bank_account(booking.customer_id))
    studio.gateway.lose_answers = True
    with pytest.raises(GatewayUnavailable):
        await _make(studio, refund)
    with pytest.raises(RefundInProgress):
        await studio.executor.run(approve_refund_transfer, ApproveTransfer(transfer_id=refund.id), actor=studio.admin)


async def test_the_gateway_is_not_asked_after_a_transfer_was_approved(studio: Studio) -> None:
    booking, refund = await _cancelled(studio)
    async with studio.backend.begin() as tx:
        await tx.bank_accounts.save(Builder(77).bank_account(booking.customer_id))
    await studio.executor.run(approve_refund_transfer, ApproveTransfer(transfer_id=refund.id), actor=studio.admin)
    await _make(studio, refund)
    assert _held(studio) == DEPOSIT


async def test_a_refund_of_two_payments_is_split(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    balance = await studio.bill(booking, Purpose.BALANCE)
    studio.pay(balance)
    await studio.settle(balance)
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    await _make(studio, await _only(studio, booking))
    for _ in range(2):
        studio.clock.advance(MINUTE)
        for refund_id in await studio.reads.refunds.to_retry(studio.clock.now(), 10):
            refund = await studio.reads.refunds.get(refund_id)
            assert refund is not None
            await _make(studio, refund)
    refunds = await studio.reads.refunds.of_booking(booking.id)
    assert {refund.status for refund in refunds} == {RefundStatus.REFUNDED}
    assert sum((refund.amount for refund in refunds), tugriks(0)) == PRICE
    assert (await studio.seen(booking)).refunded == PRICE
    assert not _held(studio)


async def test_a_gateway_without_partial_refunds_is_asked_for_whole_payments_only() -> None:
    studio = await Studio.opened(gateway=MemoryGateway(refunds_parts=False))
    booking = await studio.book()
    await studio.paid(booking)
    studio.clock.set(booking.span.start - (MINUTE * 60 * 12))
    await studio.move(booking, Status.CANCELLED)
    for refund in await studio.reads.refunds.of_booking(booking.id):
        await _make(studio, refund)
        after = await studio.reads.refunds.get(refund.id)
        assert after is not None
        assert after.method is (RefundMethod.GATEWAY if refund.amount == DEPOSIT else RefundMethod.TRANSFER)


async def test_a_payment_pays_one_refund_back_at_a_time(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.paid(booking)
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    first = await _only(studio, booking)
    studio.gateway.lose_answers = True
    with pytest.raises(GatewayUnavailable):
        await _make(studio, first)
    studio.gateway.lose_answers = False
    studio.gateway.pay(payment.invoice.reference, DEPOSIT)  # type: ignore[union-attr]
    studio.gateway.pay(payment.invoice.reference, DEPOSIT)  # type: ignore[union-attr]
    await studio.settle(payment)
    [_, second] = await studio.reads.refunds.of_booking(booking.id)
    await _make(studio, second)
    assert (await studio.reads.refunds.get(second.id)) == second.wait_for_gateway(studio.clock.now())
    studio.clock.advance(FIRST_RETRY)
    await _make(studio, first)
    await _make(studio, second)
    assert _held(studio) == DEPOSIT, "the payment that the first refund had hidden"
    await studio.settle(payment)
    [*_, third] = await studio.reads.refunds.of_booking(booking.id)
    await _make(studio, third)
    assert not _held(studio)


def _before(moment: datetime) -> datetime:
    assert moment > NOW
    return moment - MINUTE / 1_000


async def test_money_that_came_while_the_result_of_a_refund_was_unknown_is_found(studio: Studio) -> None:
    booking, refund = await _cancelled(studio)
    [payment] = await studio.payments(booking)
    studio.gateway.lose_answers = True
    with pytest.raises(GatewayUnavailable):
        await _make(studio, refund)
    studio.gateway.lose_answers = False
    studio.pay(payment)
    assert (await studio.settle(payment)).settled == DEPOSIT, "the gateway holds what it held before the refund"
    studio.clock.advance(FIRST_RETRY)
    await _make(studio, refund)
    hints = [event for event in await studio.backend.outbox_events() if isinstance(event, PaymentHinted)]
    assert [(hint.payment_id, hint.booking_id) for hint in hints] == [(payment.id, booking.id)]
    await studio.settle(payment)
    seen = await studio.seen(booking)
    assert (seen.paid, seen.refunded, seen.refund_pending) == (DEPOSIT + DEPOSIT, DEPOSIT, DEPOSIT)
    assert await studio.violations() == []


async def test_the_gateway_is_asked_for_nothing_new_while_the_booking_is_in_dispute(studio: Studio) -> None:
    booking, refund = await _cancelled(studio)
    dispute = await studio.dispute(booking)
    await _make(studio, refund)
    assert await _only(studio, booking) == refund
    await studio.withdraw(dispute)
    await _make(studio, refund)
    assert (await _only(studio, booking)).status is RefundStatus.REFUNDED


async def test_an_ordered_refund_continues_during_the_dispute_and_a_retry_waits_for_its_end(
    studio: Studio,
) -> None:
    booking, refund = await _cancelled(studio)
    waiting = refund.wait_for_gateway(studio.clock.now())
    async with studio.backend.begin() as tx:
        await tx.refunds.save(waiting, was=refund)
    dispute = await studio.dispute(booking)
    studio.clock.advance(FIRST_RETRY)
    await _make(studio, refund)
    assert await studio.reads.refunds.to_retry(studio.clock.now() + LONGEST_RETRY, 10) == []
    await studio.withdraw(dispute)
    studio.gateway.available = False
    with pytest.raises(GatewayUnavailable):
        await _make(studio, refund)
    await studio.dispute(booking)
    studio.gateway.available = True
    studio.clock.advance(FIRST_RETRY)
    await _make(studio, refund)
    assert (await _only(studio, booking)).status is RefundStatus.REFUNDED
