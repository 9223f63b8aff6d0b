"""Receipts and credit notes, for the parties of the booking and admins."""

from collections.abc import Sequence
from typing import Final

from booking_domain.bookings.errors import BookingNotFound
from booking_domain.payments.receipts import Receipt, ReceiptFilter, ReceiptNotFound, ReceiptReads
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import BookingId, ReceiptId
from booking_domain.shared.queries import Query
from booking_domain.use_cases.bookings.queries import find_visible_booking
from booking_domain.use_cases.platform.ports import Reads


async def _list_receipts(actor: Actor, booking_id: BookingId, reads: Reads) -> Sequence[Receipt]:
    """The receipts and credit notes of a booking, oldest first."""
    if await find_visible_booking(actor, booking_id, reads.bookings) is None:
        raise BookingNotFound
    return await reads.receipts.of_booking(booking_id)


async def _list_own_receipts(actor: Actor, criteria: ReceiptFilter, receipts: ReceiptReads) -> Sequence[Receipt]:
    """The receipts of all bookings to which the actor is a party, newest first."""
    return await receipts.page(actor.id, criteria)


async def _get_receipt(actor: Actor, receipt_id: ReceiptId, reads: Reads) -> Receipt:
    receipt = await reads.receipts.get(receipt_id)
    if receipt is None or await find_visible_booking(actor, receipt.booking_id, reads.bookings) is None:
        raise ReceiptNotFound
    return receipt


list_receipts: Final = Query(_list_receipts, (BookingNotFound,))
list_own_receipts: Final = Query(_list_own_receipts)
get_receipt: Final = Query(_get_receipt, (ReceiptNotFound,))
