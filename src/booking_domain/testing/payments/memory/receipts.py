"""Receipts in memory."""

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

from booking_domain.payments.receipts import Receipt, ReceiptFilter, ReceiptKind, ReceiptReads, Receipts
from booking_domain.shared.ids import BookingId, ProviderId, ReceiptId, UserId
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.catalogue.memory.tables import PROFILES
from booking_domain.testing.kit.listing import page_of
from booking_domain.testing.kit.tables import Repository
from booking_domain.testing.payments.memory.of_bookings import OfBookings
from booking_domain.testing.payments.memory.tables import RECEIPT_NUMBERS, RECEIPTS
from booking_domain.use_cases.platform.listings import MoneyOrder


class MemoryReceiptReads(OfBookings[ReceiptId, Receipt], ReceiptReads):
    """Committed receipts."""

    table = RECEIPTS
    time = "issued_at"

    async def page(self, party_id: UserId, criteria: ReceiptFilter) -> list[Receipt]:
        bookings = self._state[BOOKINGS]

        def matches(each: Receipt) -> bool:
            booking = bookings[each.booking_id]
            return party_id in {booking.customer_id, booking.provider_user_id} and _matches(each, criteria)

        return page_of(
            self._state[RECEIPTS].values(),
            criteria,
            MoneyOrder.NEWEST,
            matches=matches,
            id_of=attrgetter("id"),
            key=attrgetter("id"),
        )


class MemoryReceipts(Repository[ReceiptId, Receipt], OfBookings[ReceiptId, Receipt], Receipts):
    """The receipts of one database transaction."""

    table = RECEIPTS
    time = "issued_at"

    async def next_number(self, issuer_id: ProviderId, kind: ReceiptKind) -> int:
        self._state.lock()
        self._state.require(PROFILES, issuer_id)
        numbers = self._state[RECEIPT_NUMBERS]
        numbers[issuer_id, kind] = taken = numbers.get((issuer_id, kind), 0) + 1
        return taken

    async def remove_customer(self, booking_ids: Sequence[BookingId]) -> None:
        self._rows.change(
            lambda receipt: receipt.booking_id in booking_ids,
            lambda receipt: replace(receipt, customer_name=None, version=receipt.version + 1),
        )


def _matches(receipt: Receipt, criteria: ReceiptFilter) -> bool:
    return (
        criteria.issuer_id in {None, receipt.issuer_id}
        and criteria.kind in {None, receipt.kind}
        and (criteria.at_from is None or criteria.at_from <= receipt.issued_at)
        and (criteria.at_before is None or receipt.issued_at < criteria.at_before)
    )
