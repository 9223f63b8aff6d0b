"""Payments in the worker: late settlement, withdrawn invoices, and news of refunds."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from booking_domain.bookings.events import BookingCancelled
from booking_domain.payments.events import (
    PaymentHinted,
    RefundMade,
    RefundReturned,
    RefundScheduled,
)
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.ids import BookingId, PaymentId
from booking_domain.workflows.notify_parties import notify_parties
from booking_domain.workflows.settle_payment import settle_payment
from entrypoints.container import Container
from entrypoints.worker.declarations import Job, JobRequest, Notice, Subscription, WorkerContext


async def _settle(container: Container, *, payment_id: str) -> None:
    """Ask the gateway about a payment that a callback announced while the gateway could not be asked."""
    payment = await container.reads().payments.get(PaymentId(UUID(payment_id)))
    if payment is not None:
        await settle_payment(payment, executor=container.executor(), gateway=container.gateway())


async def _cancel_invoices(container: Container, *, booking_id: str) -> None:
    """Withdraw the open invoices of a cancelled booking, so that they cannot be paid."""
    for payment in await container.reads().payments.of_booking(BookingId(UUID(booking_id))):
        if payment.status is PaymentStatus.CANCELLED and payment.invoice is not None:
            await container.gateway().cancel_invoice(payment.invoice.reference)


SETTLE: Final = Job(name="settle", run=_settle)
CANCEL_INVOICES: Final = Job(name="cancel_invoices", run=_cancel_invoices)


def _settle_hinted(event: PaymentHinted) -> Iterator[JobRequest]:
    yield SETTLE.request(payment_id=str(event.payment_id))


def _withdraw_invoices(event: BookingCancelled) -> Iterator[JobRequest]:
    yield CANCEL_INVOICES.request(booking_id=str(event.booking_id))


CONTEXT: Final = WorkerContext(
    jobs=(SETTLE, CANCEL_INVOICES),
    subscriptions=(
        Subscription((PaymentHinted,), _settle_hinted),
        Subscription((BookingCancelled,), _withdraw_invoices),
    ),
    notices=(Notice((RefundScheduled, RefundMade, RefundReturned), notify_parties),),
)
