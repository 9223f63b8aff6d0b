"""From the outbox to jobs and their effects, over the real queue on PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from psycopg import AsyncConnection
from tests.gates import PATIENCE_SECONDS
from tests.unit.entrypoints.worker.workshop import Workshop, fetch_job

from booking_domain.bookings.model import DepositMode
from booking_domain.bookings.transitions import Status
from booking_domain.payments.ports import InvoiceOrder
from booking_domain.payments.refunds import FIRST_RETRY as FIRST_REFUND_RETRY
from booking_domain.payments.refunds import RefundStatus
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.reconciliation.model import FIRST_RETRY, FindingKind, FindingStatus, RunStatus
from booking_domain.reconciliation.ports import FindingFilter, RunFilter
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import BookingId, PaymentId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, TOMORROW
from booking_domain.testing.studio import PAYMENT_WINDOW
from booking_domain.use_cases.bookings.waive_deposit import WaiveDeposit, waive_deposit
from booking_domain.use_cases.catalogue.profiles import SettingsChange, TermsChange, change_settings
from booking_domain.use_cases.catalogue.publication import (
    ReinstateProfile,
    SuspendProfile,
    reinstate_profile,
    suspend_profile,
)
from booking_domain.use_cases.payments.record_hint import RecordPaymentHint, record_payment_hint
from entrypoints.worker.bookings import EXPIRE
from entrypoints.worker.main import STALLED_SECONDS, work
from entrypoints.worker.payments import CANCEL_INVOICES, LATE_PAYMENTS, UPDATE_EARNINGS
from entrypoints.worker.results import PersistentResults

ORDER = InvoiceOrder(
    payment_id=PaymentId(uuid4()),
    booking_id=BookingId(uuid4()),
    order_number="another-system-1",
    amount=Money.of(1, "MNT"),
    description="?",
    payable_until=None,
)

_KILLED: Final = (
    "WITH dead AS"
    " (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id)"
    " UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM dead)"
)
"""Jobs are as a worker leaves them that is killed during them; its last heartbeat was a minute ago."""


async def test_the_parties_are_notified_of_each_event_in_order(shop: Workshop) -> None:
    booking = await shop.studio.book()
    payment = await shop.studio.bill(booking)
    shop.studio.pay(payment)
    await shop.studio.settle(payment)
    await shop.relay()
    await shop.run_due_jobs()
    assert shop.subjects() == ["please pay the deposit", "confirmed", "confirmed"]
    texts = [notification.text for notification in shop.sender.delivered]
    assert all("Ink" in text or "User" in text for text in texts)
    assert {notification.channel for notification in shop.sender.delivered} == {"email"}


async def test_an_unpaid_booking_gets_an_expiry_job_at_its_due_time(shop: Workshop) -> None:
    booking = await shop.studio.book()
    await shop.relay()
    expiries = [(args, at) for task, args, at, _ in await shop.waiting_jobs() if task == "expire"]
    assert expiries == [({"booking_id": str(booking.id)}, booking.due_at)]


async def test_the_expiry_job_expires_only_an_overdue_booking(shop: Workshop) -> None:
    booking = await shop.studio.book()
    await shop.run(EXPIRE, booking_id=str(booking.id))
    assert (await shop.studio.seen(booking)).status is Status.PENDING
    shop.studio.clock.advance(PAYMENT_WINDOW)
    await shop.run(EXPIRE, booking_id=str(booking.id))
    await shop.run(EXPIRE, booking_id=str(booking.id))
    assert (await shop.studio.seen(booking)).status is Status.EXPIRED


async def test_the_sweep_recovers_a_lost_expiry_job(shop: Workshop) -> None:
    booking = await shop.studio.book()
    shop.studio.clock.advance(PAYMENT_WINDOW + timedelta(seconds=1))
    await shop.run_periodic("sweep")
    await shop.run_periodic("sweep")  # the job for this booking already waits
    assert len([job for job in await shop.waiting_jobs() if job[0] == "expire"]) == 1
    await shop.run_due_jobs()
    assert (await shop.studio.seen(booking)).status is Status.EXPIRED


async def test_a_payment_hint_is_settled_by_a_job(shop: Workshop) -> None:
    booking = await shop.studio.book()
    payment = await shop.studio.bill(booking)
    assert payment.invoice is not None
    shop.studio.gateway.pay(payment.invoice.reference, payment.amount)
    hint = RecordPaymentHint(payment_id=payment.id, booking_id=payment.booking_id)
    await shop.studio.run(record_payment_hint, hint, by=SYSTEM)
    await shop.relay()
    await shop.run_due_jobs()
    assert (await shop.studio.seen(booking)).status is Status.CONFIRMED


async def test_the_invoice_of_a_cancelled_booking_is_withdrawn(shop: Workshop) -> None:
    booking = await shop.studio.book()
    payment = await shop.studio.bill(booking)
    assert payment.invoice is not None
    await shop.studio.move(booking, Status.CANCELLED)
    await shop.relay()
    await shop.run_due_jobs()
    assert shop.studio.gateway.bills[payment.invoice.reference].cancelled
    kept = await shop.studio.reads.payments.get(payment.id)
    assert kept is not None
    assert kept.status is PaymentStatus.CANCELLED


async def test_the_invoice_of_a_waived_deposit_is_withdrawn(shop: Workshop) -> None:
    booking = await shop.studio.book()
    payment = await shop.studio.bill(booking)
    assert payment.invoice is not None
    await shop.studio.run(waive_deposit, WaiveDeposit(booking_id=booking.id, reason="A regular"), by=shop.studio.owner)
    await shop.relay()
    await shop.run_due_jobs()
    assert shop.studio.gateway.bills[payment.invoice.reference].cancelled


async def test_the_invoice_of_an_expired_booking_is_withdrawn_after_a_while(shop: Workshop) -> None:
    booking = await shop.studio.book()
    payment = await shop.studio.bill(booking)
    shop.studio.clock.advance(PAYMENT_WINDOW)
    await shop.studio.expire(booking)
    await shop.relay()
    [(args, at)] = [(args, at) for task, args, at, _ in await shop.waiting_jobs() if task == "cancel_invoices"]
    assert at == shop.studio.clock.now() + LATE_PAYMENTS
    assert payment.invoice is not None
    assert not shop.studio.gateway.bills[payment.invoice.reference].cancelled
    await shop.run(CANCEL_INVOICES, **args)
    assert shop.studio.gateway.bills[payment.invoice.reference].cancelled


async def test_a_payment_just_before_the_invoice_is_withdrawn_counts(shop: Workshop) -> None:
    booking = await shop.studio.book()
    payment = await shop.studio.bill(booking)
    shop.studio.clock.advance(PAYMENT_WINDOW)
    await shop.studio.expire(booking)
    assert shop.studio.pay(payment)
    await shop.run(CANCEL_INVOICES, booking_id=str(booking.id))
    after = await shop.studio.seen(booking)
    assert (after.status, after.paid) == (Status.CONFIRMED, payment.amount)


async def test_a_day_is_reconciled_by_the_worker_and_admins_are_told_what_is_left(shop: Workshop) -> None:
    booking = await shop.studio.book()
    payment = await shop.studio.bill(booking)
    stray = await shop.studio.gateway.create_invoice(replace(ORDER, amount=payment.amount))
    for reference in (payment.invoice.reference if payment.invoice else "", stray.reference):
        assert shop.studio.gateway.pay(reference, payment.amount, shop.studio.clock.now())
    shop.studio.clock.advance(timedelta(days=1))
    for _ in range(2):
        await shop.run_periodic("schedule_reconciliation")
    await shop.relay()
    await shop.run_due_jobs()
    await shop.relay()
    await shop.run_due_jobs()
    assert (await shop.studio.payments(booking))[0].status is PaymentStatus.PAID
    found = await shop.studio.reads.reconciliation.page(FindingFilter())
    assert {(each.kind, each.status) for each in found} == {
        (FindingKind.LOST_CALLBACK, FindingStatus.REPAIRED),
        (FindingKind.UNKNOWN_INVOICE, FindingStatus.OPEN),
    }
    texts = [each.text for each in shop.sender.delivered if "do not agree" in each.subject]
    assert len(texts) == 1
    assert "settle: 1." in texts[0]


async def test_the_sweep_starts_a_run_again_that_did_not_finish(shop: Workshop) -> None:
    shop.studio.gateway.available = False
    await shop.run_periodic("schedule_reconciliation")
    await shop.relay()
    await shop.run_due_jobs()
    assert await shop.studio.reads.reconciliation.runs(RunFilter(status=RunStatus.FINISHED)) == []
    shop.studio.gateway.available = True
    shop.studio.clock.advance(FIRST_RETRY)
    await shop.run_periodic("sweep")
    await shop.run_due_jobs()
    runs = await shop.studio.reads.reconciliation.runs(RunFilter())
    assert {(each.status, each.attempts) for each in runs} == {(RunStatus.FINISHED, 2)}


async def test_a_message_is_retried_while_the_mail_server_is_down(shop: Workshop) -> None:
    await shop.studio.book()
    shop.sender.available = False
    await shop.relay()
    await shop.run_due_jobs()
    assert [task for task, *_ in await shop.waiting_jobs() if task == "send_messages_again"] == ["send_messages_again"]
    for _ in range(60):  # the server is down for an hour
        shop.studio.clock.advance(timedelta(minutes=1))
        await shop.run_periodic("sweep")
        await shop.run_due_jobs()
    shop.sender.available = True
    shop.studio.clock.advance(timedelta(minutes=10))
    await shop.run_periodic("sweep")
    await shop.run_due_jobs()
    assert shop.subjects() == ["please pay the deposit"]


async def test_the_worker_relays_and_runs_jobs_until_it_is_stopped(shop: Workshop) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        stop = asyncio.Event()
        worker = asyncio.create_task(work(shop.container, stop))
        await shop.studio.book()
        await shop.sender.has_delivered.wait()
        stop.set()
        await worker
        assert shop.subjects() == ["please pay the deposit"]


async def test_fetching_a_job_reads_few_rows_however_many_wait(shop: Workshop) -> None:
    """Also with the statistics of an empty table."""
    jobs = (
        "INSERT INTO procrastinate_jobs (queue_name, task_name, lock)"
        " SELECT 'default', 'notify', 'notify ' || number FROM generate_series(1, 5000) AS number"
    )
    async with shop.database.connection() as connection, connection.transaction():
        await connection.execute(jobs)
        before = await rows_read(connection)
        await fetch_job(connection)
        assert await rows_read(connection) - before < 50


async def rows_read(connection: AsyncConnection[Any]) -> int:
    """The rows of the queue that this transaction has read."""
    cursor = await connection.execute(
        "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'procrastinate_jobs'"
    )
    [(rows,)] = await cursor.fetchall()
    return int(rows)


async def test_the_job_of_a_killed_worker_is_requeued(shop: Workshop) -> None:
    await shop.studio.book()
    await shop.relay()
    async with shop.database.connection() as connection:
        await connection.execute(f"{_KILLED} WHERE task_name = 'notify'")
    await shop.run_due_jobs()
    assert shop.subjects() == []
    await shop.jobs.reclaim(STALLED_SECONDS)
    await shop.run_due_jobs()
    assert shop.subjects() == ["please pay the deposit"]


@pytest.mark.parametrize("queued_meanwhile", [False, True])
async def test_when_two_workers_reclaim_a_job_exactly_one_runs_it(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, *, queued_meanwhile: bool
) -> None:
    """Both have found it stalled. When the second requeues it, it runs already."""
    once = UPDATE_EARNINGS.request(once="earnings", booking_id=str(uuid4()))
    await shop.jobs.enqueue(once)
    async with shop.database.connection() as connection:
        await connection.execute(_KILLED)
        find, overtaken = shop.jobs.app.job_manager.get_stalled_jobs, False

        async def find_as_another_does(**criteria: Any) -> Any:
            nonlocal overtaken
            found = await find(**criteria)
            if not overtaken:
                overtaken = True
                await shop.jobs.reclaim(STALLED_SECONDS)
                await fetch_job(connection)
                if queued_meanwhile:
                    await shop.jobs.enqueue(once)
            return found

        monkeypatch.setattr(shop.jobs.app.job_manager, "get_stalled_jobs", find_as_another_does)
        await shop.jobs.reclaim(STALLED_SECONDS)
        cursor = await connection.execute("SELECT status::text FROM procrastinate_jobs ORDER BY id")
        assert await cursor.fetchall() == [("doing",), ("todo",)][: 1 + queued_meanwhile]


async def test_a_killed_job_gives_way_to_an_equal_one_that_was_queued_meanwhile(shop: Workshop) -> None:
    shop.jobs.app.job_manager = PersistentResults(shop.jobs.app.connector)
    once = UPDATE_EARNINGS.request(once="earnings", booking_id=str(uuid4()))
    await shop.jobs.enqueue(once)
    async with shop.database.connection() as connection:
        await connection.execute(_KILLED)
    await shop.jobs.enqueue(once)
    await shop.jobs.reclaim(STALLED_SECONDS)
    async with shop.database.connection() as connection:
        cursor = await connection.execute("SELECT status::text FROM procrastinate_jobs")
        assert await cursor.fetchall() == [("todo",)]


async def test_the_bookings_of_a_suspended_provider_are_under_review_until_it_is_reinstated(shop: Workshop) -> None:
    studio = shop.studio
    booking = await studio.book()
    await shop.relay()
    await shop.run_due_jobs()
    before = len(shop.subjects())
    suspension = SuspendProfile(provider_id=studio.provider_id, reason="Why")
    await studio.run(suspend_profile, suspension, by=studio.admin)
    for _ in range(2):
        await shop.relay()
        await shop.run_due_jobs()
    assert (await studio.seen(booking)).under_review
    assert sorted(shop.subjects()[before:]) == ["", "under review"]
    before = len(shop.subjects())
    await studio.run(reinstate_profile, ReinstateProfile(provider_id=studio.provider_id), by=studio.admin)
    for _ in range(2):
        await shop.relay()
        await shop.run_due_jobs()
    assert not (await studio.seen(booking)).under_review
    assert sorted(shop.subjects()[before:]) == ["", "review ended"]


async def test_a_refund_is_made_by_the_gateway_also_after_an_outage(shop: Workshop) -> None:
    booking = await shop.studio.book()
    await shop.studio.paid(booking)
    await shop.studio.move(booking, Status.CANCELLED, by=shop.studio.owner)
    shop.studio.gateway.available = False
    await shop.relay()
    await shop.run_due_jobs()
    [refund] = await shop.studio.reads.refunds.of_booking(booking.id)
    assert (refund.status, refund.attempts) == (RefundStatus.PENDING, 1)
    shop.studio.gateway.available = True
    shop.studio.clock.advance(FIRST_REFUND_RETRY)
    await shop.run_periodic("sweep")
    await shop.run_due_jobs()
    await shop.relay()
    await shop.run_due_jobs()
    [refund] = await shop.studio.reads.refunds.of_booking(booking.id)
    assert refund.status is RefundStatus.REFUNDED
    assert shop.subjects().count("refund sent") == 2, "to the customer and to the provider"


async def test_an_authorised_deposit_is_captured_after_the_appointment_and_a_lost_job_made_up_for(
    shop: Workshop,
) -> None:
    authorised = SettingsChange(terms=TermsChange(deposit_mode=DepositMode.AUTHORISED))
    await shop.studio.run(change_settings, authorised, by=shop.studio.owner)
    first, second = await shop.studio.book(), await shop.studio.book(TOMORROW + 2 * HOUR)
    for booking in (first, second):
        assert (await shop.studio.paid(booking)).status is PaymentStatus.AUTHORISED
    await shop.relay()
    await shop.run_due_jobs()
    assert "amount reserved on your card" in shop.subjects()
    shop.studio.clock.set(second.span.end)
    await shop.studio.move(first, Status.COMPLETED, by=shop.studio.owner)
    await shop.relay()
    await shop.run_due_jobs()
    assert (await shop.studio.seen(first)).paid == first.deposit
    await shop.studio.move(second, Status.NO_SHOW, by=shop.studio.owner)
    for _ in range(2):
        await shop.run_periodic("sweep")
    captures = [job for job in await shop.waiting_jobs() if job[0] == "capture_payments"]
    assert [args for _, args, _, _ in captures] == [{"booking_id": str(second.id)}]
    await shop.run_due_jobs()
    assert [each.status for each in await shop.studio.payments(second)] == [PaymentStatus.PAID]


async def test_an_authorisation_just_before_its_invoice_is_withdrawn_counts(shop: Workshop) -> None:
    authorised = SettingsChange(terms=TermsChange(deposit_mode=DepositMode.AUTHORISED))
    await shop.studio.run(change_settings, authorised, by=shop.studio.owner)
    booking = await shop.studio.book()
    payment = await shop.studio.bill(booking)
    shop.studio.clock.advance(PAYMENT_WINDOW)
    await shop.studio.expire(booking)
    shop.studio.pay(payment)
    await shop.run(CANCEL_INVOICES, booking_id=str(booking.id))
    seen = await shop.studio.seen(booking)
    assert (seen.status, seen.authorised) == (Status.CONFIRMED, seen.deposit)
