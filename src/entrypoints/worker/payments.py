"""Payments in the worker: late settlement, withdrawn invoices, and news of refunds."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Final
from uuid import UUID

from booking_domain.bookings.events import (
    BookingCancelled,
    BookingChanged,
    BookingCompleted,
    BookingDepositWaived,
    BookingDisputed,
    BookingDisputeEnded,
    BookingExpired,
    BookingMissed,
)
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.events import (
    DESK_EVENTS,
    DeskPaymentChanged,
    DeskPaymentRecorded,
    LedgerAdjusted,
    PaymentAuthorised,
    PaymentHinted,
    PaymentReceived,
    RefundMade,
    RefundScheduled,
    RefundSplit,
)
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import BookingId, PaymentId, RefundId
from booking_domain.use_cases.payments.capture_payments import capture_payments
from booking_domain.use_cases.payments.earnings import update_earnings
from booking_domain.use_cases.payments.make_refund import make_refund
from booking_domain.use_cases.payments.payer_cards import forget_payer_cards
from booking_domain.use_cases.payments.receipts import issue_receipts
from booking_domain.use_cases.payments.settle_payment import settle_payment
from entrypoints.container import Container
from entrypoints.worker.declarations import Enqueue, Job, JobRequest, Subscription, Sweep, WorkerContext

LATE_PAYMENTS: Final = timedelta(minutes=10)
"""How long the invoice of an expired booking can still be paid. A payment revives the booking if its time is free."""
_RETRIES_PER_SWEEP: Final = 200
_EARNINGS_PER_SWEEP: Final = 1_000


async def _settle(container: Container, *, payment_id: str) -> None:
    """Ask the gateway about a payment whose callback arrived while the gateway was unavailable."""
    payment = await container.reads().payments.get(PaymentId(UUID(payment_id)))
    if payment is not None:
        await settle_payment(payment, executor=container.executor(), gateways=container.gateways())


async def _cancel_invoices(container: Container, *, booking_id: str) -> None:
    """Withdraw the cancelled invoices of a booking, so that they cannot be paid.

    Afterwards, ask the gateway about each once more: an invoice that was paid just before is not withdrawn, and its
    money counts. The same applies to one that was authorised just before.
    """
    gateways = container.gateways()
    executor = container.executor()
    for each in await container.reads().payments.of_booking(BookingId(UUID(booking_id))):
        payment = each
        if payment.status is PaymentStatus.CANCELLED and payment.authorise:  # withdrawing it would release the money
            payment = await settle_payment(payment, executor=executor, gateways=gateways)
        if payment.status is PaymentStatus.CANCELLED and payment.invoice is not None:
            await gateways.named(payment.gateway).cancel_invoice(payment.invoice.reference)
            await settle_payment(payment, executor=executor, gateways=gateways)


async def _make_refund(container: Container, *, refund_id: str) -> None:
    """Have the gateway make a refund. If it is unavailable, the sweep tries again when the refund is due."""
    with suppress(GatewayUnavailable):
        await make_refund(
            RefundId(UUID(refund_id)),
            reads=container.reads(),
            executor=container.executor(),
            gateways=container.gateways(),
        )


async def _make_refunds(container: Container, *, booking_id: str) -> None:
    """Have the gateway make the refunds that waited for the end of a dispute."""
    for refund in await container.reads().refunds.of_booking(BookingId(UUID(booking_id))):
        await _make_refund(container, refund_id=str(refund.id))


async def _capture(container: Container, *, booking_id: str) -> None:
    """Have the gateway make the captures and releases that are due. If it is unavailable, the sweep tries again."""
    with suppress(GatewayUnavailable):
        await capture_payments(
            BookingId(UUID(booking_id)),
            reads=container.reads(),
            executor=container.executor(),
            gateways=container.gateways(),
        )


async def _find_captures(container: Container, enqueue: Enqueue) -> None:
    for booking_id in await container.reads().payments.to_capture(container.clock().now(), _RETRIES_PER_SWEEP):
        await enqueue(CAPTURE.request(once=f"capture {booking_id}", booking_id=str(booking_id)))


async def _retry_refunds(container: Container, enqueue: Enqueue) -> None:
    for refund_id in await container.reads().refunds.to_retry(container.clock().now(), _RETRIES_PER_SWEEP):
        await enqueue(MAKE_REFUND.request(once=f"refund {refund_id}", refund_id=str(refund_id)))


async def _issue_receipts(container: Container, *, booking_id: str) -> None:
    """Issue receipts for a booking's payments and refunds since the last receipts."""
    await issue_receipts(BookingId(UUID(booking_id)), reads=container.reads(), executor=container.executor())


async def _update_earnings(container: Container, *, booking_id: str) -> None:
    """Update a provider's account after a change of a booking or its money."""
    await container.executor().run(update_earnings, BookingId(UUID(booking_id)), actor=SYSTEM)


async def _find_earnings(container: Container, enqueue: Enqueue) -> None:
    for booking_id in await container.reads().earnings.outdated(_EARNINGS_PER_SWEEP):
        await enqueue(UPDATE_EARNINGS.request(once=f"earnings {booking_id}", booking_id=str(booking_id)))


async def _forget_cards(container: Container, _: Enqueue) -> None:
    await container.executor().run(forget_payer_cards, None, actor=SYSTEM)


MAKE_REFUND: Final = Job(name="make_refund", run=_make_refund)
MAKE_REFUNDS: Final = Job(name="make_refunds_of_booking", run=_make_refunds)
CAPTURE: Final = Job(name="capture_payments", run=_capture)
SETTLE: Final = Job(name="settle", run=_settle)
CANCEL_INVOICES: Final = Job(name="cancel_invoices", run=_cancel_invoices)
UPDATE_EARNINGS: Final = Job(name="update_earnings", run=_update_earnings)
ISSUE_RECEIPTS: Final = Job(name="issue_receipts", run=_issue_receipts)


def _settle_hinted(event: PaymentHinted) -> Iterator[JobRequest]:
    yield SETTLE.request(payment_id=str(event.payment_id))


def _withdraw_invoices(event: BookingChanged | DeskPaymentRecorded) -> Iterator[JobRequest]:
    at = event.occurred_at + LATE_PAYMENTS if isinstance(event, BookingExpired) else None
    yield CANCEL_INVOICES.request(at=at, booking_id=str(event.booking_id))


def _ask_for_refund(event: RefundScheduled | RefundSplit) -> Iterator[JobRequest]:
    yield MAKE_REFUND.request(refund_id=str(event.refund_id))


def _capture_or_release(event: BookingChanged | PaymentAuthorised) -> Iterator[JobRequest]:
    yield CAPTURE.request(booking_id=str(event.booking_id))


def _resume_refunds(event: BookingDisputeEnded) -> Iterator[JobRequest]:
    yield MAKE_REFUNDS.request(booking_id=str(event.booking_id))


def _record_money(event: PaymentReceived | RefundMade | DeskPaymentChanged) -> Iterator[JobRequest]:
    yield ISSUE_RECEIPTS.request(booking_id=str(event.booking_id))


CONTEXT: Final = WorkerContext(
    jobs=(SETTLE, CANCEL_INVOICES, CAPTURE, MAKE_REFUND, MAKE_REFUNDS, UPDATE_EARNINGS, ISSUE_RECEIPTS),
    subscriptions=(
        Subscription((PaymentHinted,), _settle_hinted),
        Subscription(
            (
                BookingDepositWaived,
                BookingCancelled,
                BookingExpired,
                BookingMissed,
                BookingDisputeEnded,
                DeskPaymentRecorded,
                LedgerAdjusted,
            ),
            _withdraw_invoices,
        ),
        Subscription(
            (BookingCompleted, BookingCancelled, BookingExpired, BookingMissed, BookingDisputed, PaymentAuthorised),
            _capture_or_release,
        ),
        Subscription((RefundScheduled, RefundSplit), _ask_for_refund),
        Subscription((BookingDisputeEnded,), _resume_refunds),
        Subscription((PaymentReceived, RefundMade, *DESK_EVENTS), _record_money),
    ),
    sweeps=(
        Sweep("payments to capture", _find_captures),
        Sweep("refunds to repeat", _retry_refunds),
        Sweep("earnings", _find_earnings),
        Sweep("cards of payers", _forget_cards),
    ),
)
