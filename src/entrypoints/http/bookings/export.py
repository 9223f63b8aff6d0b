"""The bookings of an exported account, with their events, payments, refunds, desk payments and receipts."""

from collections.abc import AsyncIterator, Sequence
from typing import Final
from uuid import UUID

from booking_domain.bookings.model import Booking, BookingEvent
from booking_domain.bookings.ports import BookingFilter
from booking_domain.bookings.walk_ins import WalkIn
from booking_domain.payments.adjustments import Adjustment
from booking_domain.payments.desk import DeskPayment
from booking_domain.payments.model import Payment
from booking_domain.payments.receipts import Receipt
from booking_domain.payments.refunds import Refund
from entrypoints.http.adjustments import LedgerAdjustmentJson, ledger_adjustment_json
from entrypoints.http.bookings.schemas import BookingJson, EventJson, booking_json, event_json
from entrypoints.http.desk_payments import DeskPaymentJson, desk_payment_json
from entrypoints.http.kit.exporting import ExportSource, pages
from entrypoints.http.kit.fields import Json, Timestamp
from entrypoints.http.payments.schemas import REFUND, PaymentPurpose, PaymentState
from entrypoints.http.receipts import ReceiptJson, receipt_json


class ExportedPaymentJson(Json, frozen=True, kw_only=True):
    """A payment, or a refund, whose purpose is `refund`."""

    id: UUID
    purpose: PaymentPurpose
    gateway: str
    status: PaymentState
    amount: int
    currency: str
    gateway_reference: str | None = None
    """The gateway's id of the payment."""
    created_at: Timestamp
    processed_at: Timestamp | None = None


class WalkInJson(Json, frozen=True, kw_only=True):
    """A customer without an account."""

    name: str
    phone: str | None = None


class ExportedBookingJson(BookingJson, frozen=True, kw_only=True):
    """A booking with its events, payments, refunds, desk payments, corrections and receipts, oldest first."""

    events: tuple[EventJson, ...]
    """The steps of the booking."""
    payments: tuple[ExportedPaymentJson, ...]
    desk_payments: tuple[DeskPaymentJson, ...]
    adjustments: tuple[LedgerAdjustmentJson, ...]
    """What admins added to the ledger or took from it."""
    receipts: tuple[ReceiptJson, ...]
    """The receipts."""
    walk_in: WalkInJson | None = None
    """A customer without an account."""


def _booking(
    booking: Booking,
    events: Sequence[BookingEvent],
    *,
    payments: Sequence[Payment],
    refunds: Sequence[Refund],
    at_desk: Sequence[DeskPayment],
    adjustments: Sequence[Adjustment],
    receipts: Sequence[Receipt],
    walk_in: WalkIn | None,
) -> ExportedBookingJson:
    """Show a booking to one of its parties."""
    moved: list[Payment | Refund] = [*payments, *refunds]
    moved.sort(key=lambda each: (each.created_at, each.id))
    return ExportedBookingJson(
        **booking_json.members(booking),
        events=tuple(event_json(event) for event in events),
        payments=tuple(_payment(each) for each in moved),
        desk_payments=tuple(map(desk_payment_json, at_desk)),
        adjustments=tuple(map(ledger_adjustment_json, adjustments)),
        receipts=tuple(map(receipt_json, receipts)),
        walk_in=None if walk_in is None else WalkInJson(name=walk_in.name, phone=walk_in.phone or None),
    )


def _payment(payment: Payment | Refund) -> ExportedPaymentJson:
    invoice = None if isinstance(payment, Refund) else payment.invoice
    return ExportedPaymentJson(
        id=payment.id,
        purpose=REFUND if isinstance(payment, Refund) else payment.purpose.value,
        gateway=payment.gateway,
        status=payment.status.value,
        amount=payment.amount.amount,
        currency=payment.amount.currency,
        gateway_reference=None if invoice is None else invoice.reference,
        created_at=payment.created_at,
        processed_at=payment.processed_at,
    )


async def _bookings(source: ExportSource) -> AsyncIterator[Sequence[ExportedBookingJson]]:
    """The bookings to which the user is a party; for an admin too, only these."""
    reads = source.reads
    after = None
    while found := await reads.bookings.page(source.user.id, BookingFilter(after=after, limit=source.page)):
        ids = [booking.id for booking in found]
        events = await reads.bookings.events_of_each(ids)
        payments, refunds = await reads.payments.of_each_booking(ids), await reads.refunds.of_each_booking(ids)
        at_desk, walk_ins = await reads.desk_payments.of_each_booking(ids), await reads.walk_ins.of_each(ids)
        receipts, adjusted = await reads.receipts.of_each_booking(ids), await reads.adjustments.of_each_booking(ids)
        yield [
            _booking(
                each,
                events[each.id],
                payments=payments[each.id],
                refunds=refunds[each.id],
                at_desk=at_desk[each.id],
                adjustments=adjusted[each.id],
                receipts=receipts[each.id],
                walk_in=walk_ins.get(each.id),
            )
            for each in found
        ]
        after = found[-1].id


BOOKINGS: Final = pages(
    "bookings", ExportedBookingJson, _bookings, about="The bookings of the user, as a customer and as a provider."
)
