"""Tell the customer that a receipt or a credit note was issued. May run any number of times."""

from typing import Final

from booking_domain.notifications.notices import NoticeTemplate, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.payments.events import ReceiptIssued
from booking_domain.payments.receipts import ReceiptKind
from booking_domain.use_cases.notices.parties import notify_user
from booking_domain.use_cases.platform.ports import Reads

ISSUED: Final = {
    ReceiptKind.RECEIPT: NoticeTemplate(
        subject="Receipt {number}",
        text="Receipt {number} over {amount} for booking {reference} with {provider}.",
    ),
    ReceiptKind.CREDIT_NOTE: NoticeTemplate(
        subject="Credit note {number}",
        text="Credit note {number} over {amount} for booking {reference} with {provider}.",
    ),
}


async def notify_of_receipt(
    event: ReceiptIssued, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Tell the customer; a walk-in has no account to tell.

    Raises:
        Unavailable: the notification was not sent; the caller may retry.
    """
    booking, receipt = await reads.bookings.get(event.booking_id), await reads.receipts.get(event.receipt_id)
    if booking is None or receipt is None or booking.customer_id == booking.provider_user_id:
        return
    customer = await reads.users.get(booking.customer_id)
    if customer is None:
        return
    notice = ISSUED[receipt.kind].fill(
        number=receipt.number,
        amount=receipt.amount,
        reference=receipt.booking_reference,
        provider=receipt.issuer_name or "",
    )
    await notify_user(customer, event, notice, notifier=notifier, translator=translator)
