"""The reconciliation of a gateway's books with the platform's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.use_cases.scenes import MINUTE, tugriks

from booking_domain.bookings.model import Booking
from booking_domain.bookings.policy import tiers
from booking_domain.bookings.transitions import Status
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import Payment, Purpose
from booking_domain.payments.ports import InvoiceOrder
from booking_domain.payments.refunds import Refund, RefundReason, RefundStatus
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.reconciliation.events import FindingsReported, RunDelayed, RunRequested
from booking_domain.reconciliation.model import (
    DELAYED_AFTER,
    FIRST_RETRY,
    Finding,
    FindingKind,
    FindingStatus,
    Run,
    RunStatus,
    day_of,
)
from booking_domain.reconciliation.ports import FindingFilter, FindingOrder, RunFilter
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import BookingId, PaymentId, RefundId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import DEPOSIT, HOUR, TOMORROW, terms
from booking_domain.testing.memory import MemoryGateway
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.payments.make_refund import make_refund
from booking_domain.use_cases.reconciliation.reconcile import reconcile
from booking_domain.use_cases.reconciliation.runs import (
    CloseFinding,
    RequestRun,
    close_finding,
    request_run,
    schedule_runs,
)

DAY = timedelta(days=1)


async def _invoiced(studio: Studio) -> tuple[Booking, Payment]:
    """A booking whose deposit is asked for, and its payment."""
    booking = await studio.book()
    return booking, await studio.bill(booking)


def _pay(studio: Studio, payment: Payment, amount: Money = DEPOSIT) -> None:
    """Pay at the gateway. Its callback is lost."""
    assert payment.invoice is not None
    assert studio.gateway.pay(payment.invoice.reference, amount, studio.clock.now())


async def _run_of_today(studio: Studio) -> Run:
    """A run of the day that is now, which is over."""
    day = day_of(studio.clock.now(), "UTC")
    studio.clock.advance(DAY)
    command = RequestRun.of(studio.gateways, None, day)
    return await studio.run(request_run, command, by=studio.admin)


async def _carry_out(studio: Studio, run: Run) -> Run:
    await reconcile(run.id, reads=studio.reads, executor=studio.executor, gateways=studio.gateways)
    after = await studio.reads.reconciliation.run(run.id)
    assert after is not None
    return after


async def _reconciled(studio: Studio) -> Run:
    return await _carry_out(studio, await _run_of_today(studio))


async def _make(studio: Studio, refund: Refund) -> None:
    await make_refund(refund.id, reads=studio.reads, executor=studio.executor, gateways=studio.gateways)


async def _topics(studio: Studio, run: Run) -> list[str]:
    return [event.topic for event in await studio.backend.outbox_events() if event.subject == run.id]


async def _findings(studio: Studio) -> list[Finding]:
    return list(await studio.reads.reconciliation.page(FindingFilter(order=FindingOrder.OLDEST)))


async def _kinds(studio: Studio) -> list[tuple[FindingKind, FindingStatus]]:
    return [(each.kind, each.status) for each in await _findings(studio)]


async def test_equal_books_produce_no_finding(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    asked = studio.gateway.reports
    run = await _reconciled(studio)
    assert (run.status, run.listed, run.repaired, run.open) == (RunStatus.FINISHED, 1, 0, 0)
    assert await _findings(studio) == []
    assert studio.gateway.reports == asked, "the list is enough where the books agree"


async def test_a_payment_whose_callbacks_were_all_lost_is_settled(studio: Studio) -> None:
    booking, payment = await _invoiced(studio)
    _pay(studio, payment)
    run = await _reconciled(studio)
    [after] = await studio.payments(booking)
    assert (after.status, after.settled) == (PaymentStatus.PAID, DEPOSIT)
    assert (await studio.seen(booking)).status is Status.CONFIRMED
    [finding] = await _findings(studio)
    assert (finding.kind, finding.status) == (FindingKind.LOST_CALLBACK, FindingStatus.REPAIRED)
    assert (finding.reported, finding.counted, finding.payment_id) == (DEPOSIT, tugriks(0), payment.id)
    assert finding.booking_id == booking.id
    assert (run.repaired, run.open) == (1, 0)


async def test_an_invoice_that_was_paid_twice_gives_the_excess_back(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    await studio.paid(booking, purpose=Purpose.BALANCE)
    payment = (await studio.payments(booking))[-1]
    _pay(studio, payment, payment.amount)
    await _reconciled(studio)
    [refund] = await studio.reads.refunds.of_booking(booking.id)
    assert (refund.amount, refund.reason) == (payment.amount, RefundReason.OVERPAYMENT)
    assert await _kinds(studio) == [(FindingKind.PAID_TWICE, FindingStatus.REPAIRED)]


async def test_late_money_of_an_ended_booking_becomes_a_refund(studio: Studio) -> None:
    booking, payment = await _invoiced(studio)
    _pay(studio, payment)
    await studio.move(booking, Status.CANCELLED, by=studio.customer)
    await _reconciled(studio)
    [refund] = await studio.reads.refunds.of_booking(booking.id)
    assert (refund.amount, refund.reason) == (DEPOSIT, RefundReason.LATE_PAYMENT)
    assert await _kinds(studio) == [(FindingKind.LOST_CALLBACK, FindingStatus.REPAIRED)]


async def _reconciled_the_other_way(studio: Studio) -> Run:
    """A run of yesterday, after the deployment has changed to another way to the same merchant, with another name."""
    other = MemoryGateway("edge")
    vars(other).update({**vars(studio.gateway), "_name": "edge"})
    gateways = Gateways(other, aliases={studio.gateway.name: "edge"})
    command = RequestRun.of(gateways, studio.gateway.name, day_of(studio.clock.now() - DAY, "UTC"))
    assert (command.gateway, command.zone) == ("edge", "UTC")
    run = await studio.run(request_run, command, by=studio.admin)
    await reconcile(run.id, reads=studio.reads, executor=studio.executor, gateways=gateways)
    after = await studio.reads.reconciliation.run(run.id)
    assert after is not None
    return after


async def test_another_way_to_the_same_merchant_reconciles_the_payments_of_both(studio: Studio) -> None:
    await studio.paid(await studio.book())
    [(reference, bill)] = studio.gateway.bills.items()
    studio.gateway.forget_payments()
    studio.gateway.bills[reference] = replace(bill, received=tugriks(0))
    payment = await studio.bill(await studio.book(TOMORROW + HOUR))
    _pay(studio, payment)
    studio.clock.advance(DAY)
    run = await _reconciled_the_other_way(studio)
    assert (run.gateway, run.repaired, run.open) == ("edge", 1, 1)
    assert {(each.kind, each.status, each.payment_id == payment.id) for each in await _findings(studio)} == {
        (FindingKind.LOST_CALLBACK, FindingStatus.REPAIRED, True),
        (FindingKind.NOT_AT_GATEWAY, FindingStatus.OPEN, False),
    }


async def test_another_way_to_the_same_merchant_finds_no_difference_again(studio: Studio) -> None:
    _, payment = await _invoiced(studio)
    _pay(studio, payment, DEPOSIT.percent(40))
    await _reconciled(studio)
    await _reconciled_the_other_way(studio)
    assert await _kinds(studio) == [(FindingKind.AMOUNT_DIFFERS, FindingStatus.OPEN)]


async def test_another_way_to_the_same_merchant_sees_that_a_difference_is_gone(studio: Studio) -> None:
    _, payment = await _invoiced(studio)
    _pay(studio, payment)
    run = await _run_of_today(studio)
    studio.gateway.reports_until_down = 1
    with pytest.raises(GatewayUnavailable):
        await _carry_out(studio, run)
    assert await _kinds(studio) == [(FindingKind.LOST_CALLBACK, FindingStatus.OPEN)]
    studio.gateway.reports_until_down = None
    await studio.settle(payment)
    await _reconciled_the_other_way(studio)
    assert await _kinds(studio) == [(FindingKind.LOST_CALLBACK, FindingStatus.REPAIRED)]


async def test_an_amount_below_the_invoice_stays_open(studio: Studio) -> None:
    booking, payment = await _invoiced(studio)
    _pay(studio, payment, DEPOSIT.percent(40))
    run = await _reconciled(studio)
    [after] = await studio.payments(booking)
    assert (after.status, after.settled) == (PaymentStatus.PENDING, DEPOSIT.percent(40))
    assert await _kinds(studio) == [(FindingKind.AMOUNT_DIFFERS, FindingStatus.OPEN)]
    assert (run.repaired, run.open) == (0, 1)


async def test_an_amount_above_the_invoice_is_counted(studio: Studio) -> None:
    booking, payment = await _invoiced(studio)
    _pay(studio, payment, DEPOSIT.percent(140))
    await _reconciled(studio)
    assert (await studio.seen(booking)).paid == DEPOSIT.percent(140)
    assert await _kinds(studio) == [(FindingKind.AMOUNT_DIFFERS, FindingStatus.REPAIRED)]


async def test_a_payment_of_an_invoice_that_nobody_knows_stays_open(studio: Studio) -> None:
    order = InvoiceOrder(
        payment_id=PaymentId(studio.entropy.new_id()),
        booking_id=BookingId(studio.entropy.new_id()),
        order_number="another-system-1",
        amount=DEPOSIT,
        description="?",
        payable_until=None,
    )
    invoice = await studio.gateway.create_invoice(order)
    studio.gateway.pay(invoice.reference, DEPOSIT, studio.clock.now())
    await _reconciled(studio)
    [finding] = await _findings(studio)
    assert (finding.kind, finding.status) == (FindingKind.UNKNOWN_INVOICE, FindingStatus.OPEN)
    assert (finding.reported, finding.payment_id, finding.booking_id) == (DEPOSIT, None, None)


async def test_a_payment_of_a_stray_invoice_names_the_payment_that_ordered_it(studio: Studio) -> None:
    booking = await studio.book()
    studio.gateway.lose_answers = True
    with pytest.raises(GatewayUnavailable):
        await studio.bill(booking)
    studio.gateway.lose_answers = False
    [stray] = studio.gateway.bills
    payment = await studio.bill(booking)
    assert payment.invoice is not None
    assert payment.invoice.reference != stray
    assert studio.gateway.pay(stray, DEPOSIT, studio.clock.now())
    await _reconciled(studio)
    [finding] = await _findings(studio)
    assert (finding.kind, finding.status) == (FindingKind.STRAY_INVOICE, FindingStatus.OPEN)
    assert (finding.payment_id, finding.booking_id) == (payment.id, booking.id)


async def test_money_that_the_gateway_does_not_report_stays_open(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    [(reference, bill)] = studio.gateway.bills.items()
    studio.gateway.forget_payments()
    studio.gateway.bills[reference] = replace(bill, received=tugriks(0))
    await _reconciled(studio)
    [finding] = await _findings(studio)
    assert (finding.kind, finding.status) == (FindingKind.NOT_AT_GATEWAY, FindingStatus.OPEN)
    assert (finding.reported, finding.counted, finding.reference) == (tugriks(0), DEPOSIT, reference)
    assert (await studio.seen(booking)).paid == DEPOSIT


async def test_a_refund_that_the_gateway_made_by_itself_stays_open(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    [(reference, bill)] = studio.gateway.bills.items()
    studio.gateway.bills[reference] = replace(bill, refunds={RefundId(studio.entropy.new_id()): DEPOSIT})
    await _reconciled(studio)
    assert await _kinds(studio) == [(FindingKind.UNRECORDED_REFUND, FindingStatus.OPEN)]


async def test_a_refund_whose_answer_was_lost_produces_no_finding(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    [refund] = await studio.reads.refunds.of_booking(booking.id)
    studio.gateway.lose_answers = True
    with pytest.raises(GatewayUnavailable):
        await _make(studio, refund)
    studio.gateway.lose_answers = False
    await _reconciled(studio)
    assert await _findings(studio) == []


async def test_a_recorded_refund_is_no_finding(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    [refund] = await studio.reads.refunds.of_booking(booking.id)
    await _make(studio, refund)
    [refund] = await studio.reads.refunds.of_booking(booking.id)
    assert refund.status is RefundStatus.REFUNDED
    await _reconciled(studio)
    assert await _findings(studio) == []


@pytest.mark.terms(terms(cancellation=tiers([(0, 30)])))
async def test_a_recorded_refund_of_a_part_is_no_finding(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    await studio.move(booking, Status.CANCELLED)
    [refund] = await studio.refunds(booking)
    await _make(studio, refund)
    [payment] = await studio.payments(booking)
    assert payment.returned == DEPOSIT.percent(30)
    await _reconciled(studio)
    assert await _findings(studio) == []


async def test_a_second_payment_on_another_day_is_found(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    [payment] = await studio.payments(booking)
    studio.clock.advance(2 * DAY)
    _pay(studio, payment)
    await _reconciled(studio)
    assert await _kinds(studio) == [(FindingKind.PAID_TWICE, FindingStatus.REPAIRED)]
    [after] = await studio.payments(booking)
    assert after.settled == DEPOSIT + DEPOSIT


async def test_a_run_may_be_repeated_and_a_difference_is_found_once(studio: Studio) -> None:
    _, payment = await _invoiced(studio)
    _pay(studio, payment, DEPOSIT.percent(40))
    first = await _reconciled(studio)
    again = await studio.run(request_run, RequestRun.of(studio.gateways, None, first.day), by=studio.admin)
    after = await _carry_out(studio, again)
    assert len(await _findings(studio)) == 1
    assert (after.repaired, after.open) == (0, 0), "the finding belongs to the run that found it"
    assert (await _carry_out(studio, after)).version == after.version, "a finished run is not started again"


async def test_a_crash_between_finding_and_repair_loses_neither(studio: Studio) -> None:
    """The gateway fails after the finding is stored; the next run repairs the payment and the finding."""
    booking, payment = await _invoiced(studio)
    _pay(studio, payment)
    run = await _run_of_today(studio)
    studio.gateway.reports_until_down = 1
    with pytest.raises(GatewayUnavailable):
        await _carry_out(studio, run)
    assert await _kinds(studio) == [(FindingKind.LOST_CALLBACK, FindingStatus.OPEN)]
    studio.gateway.reports_until_down = None
    await studio.settle(payment)  # a callback that is very late
    assert (await studio.seen(booking)).paid == DEPOSIT
    after = await _carry_out(studio, run)
    assert await _kinds(studio) == [(FindingKind.LOST_CALLBACK, FindingStatus.REPAIRED)]
    assert (after.status, after.attempts, after.repaired) == (RunStatus.FINISHED, 2, 1)


async def test_a_difference_that_comes_back_is_open_again(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    [(reference, bill)] = studio.gateway.bills.items()
    studio.gateway.forget_payments()
    states = []
    run = await _run_of_today(studio)
    for received in (tugriks(0), DEPOSIT, tugriks(0)):
        studio.gateway.bills[reference] = replace(bill, received=received)
        run = await studio.run(request_run, RequestRun.of(studio.gateways, None, run.day), by=studio.admin)
        done = await _carry_out(studio, run)
        states.append((await _kinds(studio), done.open))
    opened = [(FindingKind.NOT_AT_GATEWAY, FindingStatus.OPEN)]
    assert states == [(opened, 1), ([(FindingKind.NOT_AT_GATEWAY, FindingStatus.REPAIRED)], 0), (opened, 1)]


async def test_a_run_is_started_again_until_it_finishes_and_admins_are_told_of_the_delay(studio: Studio) -> None:
    run = await _run_of_today(studio)
    studio.gateway.available = False
    waits = []
    for attempt in range(1, DELAYED_AFTER + 1):
        with pytest.raises(GatewayUnavailable):
            await _carry_out(studio, run)
        [after] = await studio.reads.reconciliation.to_retry(studio.clock.now() + DAY, 10)
        assert (after.status, after.attempts) == (RunStatus.RUNNING, attempt)
        assert after.retry_at is not None
        waits.append(after.retry_at - studio.clock.now())
        studio.clock.advance(waits[-1])
    assert waits[:3] == [FIRST_RETRY, 2 * FIRST_RETRY, 4 * FIRST_RETRY]
    assert await _topics(studio, run) == [RunRequested.topic, RunDelayed.topic]
    studio.gateway.available = True
    assert (await _carry_out(studio, run)).status is RunStatus.FINISHED
    assert await studio.reads.reconciliation.to_retry(studio.clock.now() + DAY, 10) == []


async def test_admins_are_told_of_a_run_that_leaves_findings(studio: Studio) -> None:
    _, payment = await _invoiced(studio)
    _pay(studio, payment, DEPOSIT.percent(40))
    run = await _reconciled(studio)
    assert await _topics(studio, run) == [RunRequested.topic, FindingsReported.topic]


async def test_each_day_is_scheduled_once_and_again_a_week_later(studio: Studio) -> None:
    zones = [("memory", "UTC"), ("other", "Asia/Ulaanbaatar")]
    added = [await studio.run(schedule_runs, zones, by=SYSTEM) for _ in range(2)]
    assert added == [2 * 3 * 2, 0]
    studio.clock.advance(DAY)
    assert await studio.run(schedule_runs, zones, by=SYSTEM) == 2 * 2
    runs = await studio.reads.reconciliation.runs(RunFilter(gateway="memory", limit=100))
    today = day_of(studio.clock.now(), "UTC")
    ages = {(each.scheduled_on - each.day).days for each in runs if each.scheduled_on is not None}
    assert ages == {1, 8}
    assert max(each.day for each in runs) == today - DAY


async def test_a_payment_at_midnight_is_found_by_the_runs_of_both_days_and_recorded_once(studio: Studio) -> None:
    now = studio.clock.now()
    studio.clock.advance(now.replace(hour=23, minute=50) - now)
    _, payment = await _invoiced(studio)
    studio.clock.advance(10 * MINUTE)
    _pay(studio, payment, DEPOSIT.percent(40))
    day = day_of(studio.clock.now(), "UTC")
    studio.clock.advance(DAY + HOUR)
    for each in (day - DAY, day):
        run = await studio.run(request_run, RequestRun.of(studio.gateways, None, each), by=studio.admin)
        assert (await _carry_out(studio, run)).listed == 1
    assert len(await _findings(studio)) == 1


async def test_an_admin_closes_a_finding_and_a_later_run_leaves_it_closed(studio: Studio) -> None:
    _, payment = await _invoiced(studio)
    _pay(studio, payment, DEPOSIT.percent(40))
    run = await _reconciled(studio)
    [finding] = await _findings(studio)
    command = CloseFinding(finding_id=finding.id, note=" Agreed with the customer. ")
    closed = await studio.run(close_finding, command, by=studio.admin)
    assert (closed.status, closed.note) == (FindingStatus.CLOSED, "Agreed with the customer.")
    assert await studio.run(close_finding, command, by=studio.admin) == closed
    again = await studio.run(request_run, RequestRun.of(studio.gateways, None, run.day), by=studio.admin)
    await _carry_out(studio, again)
    assert await _findings(studio) == [closed]
