"""Nobody is asked again for money that a decision gave back: balance, actions, desk, invoices, reminders."""

from collections.abc import Sequence
from typing import Final

import pytest

from booking_domain.bookings.available_actions import AvailableAction, available_actions
from booking_domain.bookings.model import Booking
from booking_domain.bookings.policy import CancellationPolicy
from booking_domain.bookings.reminders import BalanceOpen, reminders_of
from booking_domain.bookings.transitions import Status
from booking_domain.disputes.model import FinalBookingStatus, Resolution
from booking_domain.payments.adjustments import Adjustment
from booking_domain.payments.desk import DeskMethod, MoreThanDue
from booking_domain.payments.errors import NothingDue
from booking_domain.payments.model import Purpose
from booking_domain.payments.refunds import RefundReason
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.money import Money
from booking_domain.testing.builders import DEPOSIT, PRICE, terms
from booking_domain.testing.studio import PAYMENT_WINDOW, Studio
from booking_domain.use_cases.payments.adjust_ledger import AdjustLedger, adjust_ledger
from booking_domain.use_cases.payments.desk_payments import RecordDeskPayment, record_desk_payment

REST: Final = PRICE - DEPOSIT
BACK: Final = PRICE.percent(30)
ZERO: Final = Money.zero("MNT")
KEEPS_HALF: Final = terms(cancellation=CancellationPolicy((), late_keeps=50, no_show_keeps=50))
ASKING: Final = {AvailableAction.PAY_DEPOSIT, AvailableAction.PAY_BALANCE, AvailableAction.RECORD_DESK_PAYMENT}


async def completed(studio: Studio, *, balance: bool = True) -> Booking:
    booking = await studio.book()
    await studio.paid(booking)
    if balance:
        await studio.paid(booking, purpose=Purpose.BALANCE)
    studio.clock.set(booking.span.end)
    return await studio.move(booking, Status.COMPLETED, by=studio.owner)


async def with_verdict(studio: Studio, *, balance: bool = True) -> Booking:
    """A completed booking after a dispute that gives 30 % of the price back."""
    booking = await completed(studio, balance=balance)
    dispute = await studio.dispute(booking)
    await studio.resolve(dispute, Resolution.REFUND_PARTIAL, FinalBookingStatus.COMPLETED, amount=BACK.amount)
    return await studio.seen(booking)


def asked(studio: Studio, booking: Booking) -> set[AvailableAction]:
    """What customer, provider and admin are offered that asks for money."""
    found: set[AvailableAction] = set()
    for actor in (studio.customer, studio.owner, studio.admin):
        party = booking.party(actor)
        assert party is not None
        found.update(available_actions(booking, party, actor, studio.clock.now()))
    return found & ASKING


async def take(studio: Studio, booking: Booking, amount: int | None = None) -> Money:
    command = RecordDeskPayment(booking_id=booking.id, method=DeskMethod.CASH, amount=amount)
    return (await studio.run(record_desk_payment, command, by=studio.owner)).payment.amount


async def adjust(studio: Studio, booking: Booking, amount: int) -> Adjustment:
    command = AdjustLedger(booking_id=booking.id, amount=amount, reason="Found")
    return await studio.run(adjust_ledger, command, by=studio.admin)


async def refunded(studio: Studio, booking: Booking) -> Sequence[tuple[RefundReason, Money]]:
    return [(each.reason, each.amount) for each in await studio.refunds(booking)]


@pytest.mark.parametrize("paid_out", [False, True])
async def test_what_a_verdict_gives_back_is_not_due_again(studio: Studio, *, paid_out: bool) -> None:
    booking = await with_verdict(studio)
    [refund] = await studio.refunds(booking)
    if paid_out:
        await studio.pay_out(refund)
        booking = await studio.seen(booking)
    assert (booking.quote.balance, booking.conceded, asked(studio, booking)) == (ZERO, BACK, set())
    with pytest.raises(NothingDue):
        await studio.bill(booking, Purpose.BALANCE)
    with pytest.raises(NothingDue):
        await take(studio, booking)
    with pytest.raises(MoreThanDue):
        await adjust(studio, booking, 1)
    reminders = reminders_of(booking, (), booking.updated_at)
    assert not any(isinstance(each, BalanceOpen) for each in reminders)
    assert await studio.violations() == []


async def test_after_a_verdict_the_unpaid_rest_stays_due(studio: Studio) -> None:
    booking = await completed(studio, balance=False)
    dispute = await studio.dispute(booking)
    await studio.resolve(dispute, Resolution.REFUND_FULL, FinalBookingStatus.COMPLETED)
    assert (await studio.seen(booking)).quote.balance == REST
    assert (await studio.bill(booking, Purpose.BALANCE)).amount == REST
    with pytest.raises(MoreThanDue):
        await take(studio, booking, REST.amount + 1)
    assert await take(studio, booking) == REST
    seen = await studio.seen(booking)
    assert (seen.quote.balance, asked(studio, seen)) == (ZERO, set())


async def test_money_that_arrives_after_a_verdict_goes_back(studio: Studio) -> None:
    """Nothing is due, so all of it is too much, although the kept money is less than the price."""
    booking = await with_verdict(studio)
    payment = (await studio.payments(booking))[-1]
    studio.pay(payment, BACK)
    await studio.settle(payment)
    assert await refunded(studio, booking) == [(RefundReason.DISPUTE, BACK), (RefundReason.OVERPAYMENT, BACK)]
    seen = await studio.seen(booking)
    assert (seen.quote.balance, seen.conceded, seen.received) == (ZERO, BACK, PRICE - BACK)
    assert await studio.violations() == []


@pytest.mark.terms(KEEPS_HALF)
@pytest.mark.parametrize("status", [Status.CANCELLED, Status.NO_SHOW])
async def test_what_the_policy_gave_back_is_not_due_again_if_a_verdict_restores_the_booking(
    studio: Studio, status: Status
) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    if status is Status.NO_SHOW:
        studio.clock.set(booking.span.end)
    await studio.move(booking, status, by=studio.owner if status is Status.NO_SHOW else studio.customer)
    back = sum((amount for _, amount in await refunded(studio, booking)), ZERO)
    assert back == DEPOSIT.percent(50)
    studio.clock.set(max(studio.clock.now(), booking.span.end))
    await studio.resolve(
        await studio.dispute(booking, by=studio.owner), Resolution.NO_REFUND, FinalBookingStatus.COMPLETED
    )
    assert (await studio.seen(booking)).quote.balance == REST
    assert await studio.violations() == []


async def test_what_was_paid_too_late_is_due_again(studio: Studio) -> None:
    """A part of the deposit is refunded as the booking expires; the later payment revives it at its whole price."""
    booking = await studio.book()
    payment = await studio.bill(booking)
    studio.pay(payment, DEPOSIT.percent(50))
    await studio.settle(payment)
    studio.clock.advance(PAYMENT_WINDOW)
    await studio.expire(booking)
    assert await refunded(studio, booking) == [(RefundReason.LATE_PAYMENT, DEPOSIT.percent(50))]
    studio.pay(payment, DEPOSIT)
    await studio.settle(payment)
    revived = await studio.seen(booking)
    assert (revived.status, revived.conceded, revived.quote.balance) == (Status.CONFIRMED, ZERO, REST)


async def test_what_was_paid_twice_is_not_conceded(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    balance = await studio.paid(booking, purpose=Purpose.BALANCE)
    studio.pay(balance, REST)
    await studio.settle(balance)
    assert await refunded(studio, booking) == [(RefundReason.OVERPAYMENT, REST)]
    seen = await studio.seen(booking)
    assert (seen.conceded, seen.quote.balance) == (ZERO, ZERO)
    await adjust(studio, booking, -REST.amount)
    assert (await studio.seen(booking)).quote.balance == REST, "money that was counted wrongly is due"


async def test_an_open_invoice_that_asks_for_more_than_is_due_is_cancelled(studio: Studio) -> None:
    """A customer pays an invoice that was replaced; the one that is open asks for too much now."""
    booking = await studio.book()
    await studio.paid(booking)
    replaced = await studio.bill(booking, Purpose.BALANCE)
    async with studio.backend.begin() as tx:
        await tx.payments.save(replaced.cancel(), was=replaced)
    still_open = await studio.bill(booking, Purpose.BALANCE)
    studio.pay(replaced, REST.percent(25))
    await studio.settle(replaced)
    closed = await studio.reads.payments.get(still_open.id)
    assert closed is not None
    assert closed.status is PaymentStatus.CANCELLED
    due = (await studio.seen(booking)).quote.balance
    assert (await studio.bill(booking, Purpose.BALANCE)).amount == due == REST - REST.percent(25)
    assert await studio.violations() == []


async def test_the_invoice_of_a_deposit_is_cancelled_once_the_whole_price_is_asked_for(studio: Studio) -> None:
    booking = await studio.book()
    deposit = await studio.bill(booking)
    await studio.move(booking, Status.CONFIRMED, by=studio.admin)
    assert (await studio.bill(booking, Purpose.BALANCE)).amount == PRICE
    closed = await studio.reads.payments.get(deposit.id)
    assert closed is not None
    assert closed.status is PaymentStatus.CANCELLED
