"""Receipts in memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from booking_domain.payments.receipts import Receipt, ReceiptKind, ReceiptReads, Receipts
from booking_domain.shared.ids import BookingId, ProviderId, ReceiptId
from booking_domain.testing.bookings.memory.tables import require_booking
from booking_domain.testing.catalogue.memory.tables import PROFILES
from booking_domain.testing.kit.tables import State
from booking_domain.testing.payments.memory.tables import RECEIPT_NUMBERS, RECEIPTS


class MemoryReceipts(Receipts):
    """The receipts of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, receipt: Receipt) -> None:
        require_booking(self._state, receipt.booking_id)
        self._state[RECEIPTS][receipt.id] = receipt

    async def next_number(self, issuer_id: ProviderId, kind: ReceiptKind) -> int:
        self._state.require(PROFILES, issuer_id)
        numbers = self._state[RECEIPT_NUMBERS]
        numbers[issuer_id, kind] = taken = numbers.get((issuer_id, kind), 0) + 1
        return taken

    async def of_booking(self, booking_id: BookingId) -> Sequence[Receipt]:
        return _of_booking(self._state, booking_id)

    async def remove_customer(self, booking_ids: Sequence[BookingId]) -> None:
        rows = self._state[RECEIPTS]
        for key, receipt in rows.items():
            if receipt.booking_id in booking_ids:
                rows[key] = replace(receipt, customer_name=None, version=receipt.version + 1)


class MemoryReceiptReads(ReceiptReads):
    """Committed receipts."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, receipt_id: ReceiptId) -> Receipt | None:
        return self._committed()[RECEIPTS].get(receipt_id)

    async def of_booking(self, booking_id: BookingId) -> Sequence[Receipt]:
        return _of_booking(self._committed(), booking_id)

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[Receipt]]:
        return {booking_id: _of_booking(self._committed(), booking_id) for booking_id in booking_ids}


def _of_booking(state: State, booking_id: BookingId) -> list[Receipt]:
    found = (each for each in state[RECEIPTS].values() if each.booking_id == booking_id)
    return sorted(found, key=lambda each: (each.issued_at, each.id))
