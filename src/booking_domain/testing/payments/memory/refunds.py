"""Refunds in memory."""

from collections.abc import Sequence
from datetime import datetime

from booking_domain.payments.refunds import Refund, RefundReads, Refunds
from booking_domain.payments.transfers import BankReferenceUsed
from booking_domain.shared.ids import RefundId
from booking_domain.testing.kit.tables import VersionedRepository
from booking_domain.testing.payments.memory.of_bookings import OfBookings
from booking_domain.testing.payments.memory.tables import REFUNDS


class MemoryRefunds(VersionedRepository[RefundId, Refund], OfBookings[RefundId, Refund], Refunds):
    """The refunds of one database transaction."""

    table = REFUNDS

    async def save(self, refund: Refund, *, was: Refund) -> None:
        used = self._rows.where(lambda each: each.bank_reference == refund.bank_reference and each.id != refund.id)
        await super().save(refund, was=was)
        if refund.bank_reference is not None and used:
            raise BankReferenceUsed


class MemoryRefundReads(OfBookings[RefundId, Refund], RefundReads):
    """Committed refunds."""

    table = REFUNDS

    async def to_retry(self, now: datetime, limit: int) -> Sequence[RefundId]:
        return [refund.id for refund in self._rows.due(lambda refund: refund.retry_at, now, limit)]
