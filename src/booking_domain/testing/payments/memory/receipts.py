"""Receipts in memory."""

from collections.abc import Sequence
from dataclasses import replace

from booking_domain.payments.receipts import Receipt, ReceiptKind, ReceiptReads, Receipts
from booking_domain.shared.ids import BookingId, ProviderId, ReceiptId
from booking_domain.testing.catalogue.memory.tables import PROFILES
from booking_domain.testing.kit.tables import Repository
from booking_domain.testing.payments.memory.of_bookings import OfBookings
from booking_domain.testing.payments.memory.tables import RECEIPT_NUMBERS, RECEIPTS


class MemoryReceiptReads(OfBookings[ReceiptId, Receipt], ReceiptReads):
    """Committed receipts."""

    table = RECEIPTS
    time = "issued_at"


class MemoryReceipts(Repository[ReceiptId, Receipt], OfBookings[ReceiptId, Receipt], Receipts):
    """The receipts of one database transaction."""

    table = RECEIPTS
    time = "issued_at"

    async def next_number(self, issuer_id: ProviderId, kind: ReceiptKind) -> int:
        self._state.require(PROFILES, issuer_id)
        numbers = self._state[RECEIPT_NUMBERS]
        numbers[issuer_id, kind] = taken = numbers.get((issuer_id, kind), 0) + 1
        return taken

    async def remove_customer(self, booking_ids: Sequence[BookingId]) -> None:
        self._rows.change(
            lambda receipt: receipt.booking_id in booking_ids,
            lambda receipt: replace(receipt, customer_name=None, version=receipt.version + 1),
        )
