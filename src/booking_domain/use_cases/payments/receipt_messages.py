"""Tell the customer that a receipt or a credit note was issued."""

from collections.abc import AsyncIterator
from typing import Final

from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.payments.events import ReceiptIssued
from booking_domain.payments.receipts import ReceiptKind
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reach, Reader, Told
from booking_domain.use_cases.platform.ports import Reads

_ISSUED: Final = {
    ReceiptKind.RECEIPT: NoticeTemplate(
        subject="Receipt {number}",
        text="Receipt {number} over {amount} for booking {reference} with {provider}.",
    ),
    ReceiptKind.CREDIT_NOTE: NoticeTemplate(
        subject="Credit note {number}",
        text="Credit note {number} over {amount} for booking {reference} with {provider}.",
    ),
}


async def _notices(event: ReceiptIssued, reads: Reads) -> AsyncIterator[Addressed]:
    """Tell the customer; a walk-in has no account to tell."""
    booking, receipt = await reads.bookings.get(event.booking_id), await reads.receipts.get(event.receipt_id)
    if booking is None or receipt is None or booking.of_walk_in:
        return
    notice = _ISSUED[receipt.kind].fill(
        number=receipt.number,
        amount=receipt.amount,
        reference=receipt.booking_reference,
        provider=receipt.issuer_name or "",
    )
    yield Addressed(booking.customer_id, notice)


MESSAGES: Final = Messages(
    notices=(NoticesOf({ReceiptIssued: Told((Reader.CUSTOMER,))}, _notices, Reach.WRITTEN),),
    templates={f"receipt.{kind}": each for kind, each in _ISSUED.items()},
    fields={"number": NoticeField("The number of a receipt or credit note.", "R-2026-000123")},
)
