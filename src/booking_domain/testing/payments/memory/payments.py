"""Payments in memory."""

from collections.abc import Callable, Sequence
from datetime import datetime

from booking_domain.payments.model import Payment, Purpose
from booking_domain.payments.ports import PaymentReads, Payments
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, PaymentId
from booking_domain.testing.kit.tables import VersionedRepository
from booking_domain.testing.payments.memory.of_bookings import OfBookings
from booking_domain.testing.payments.memory.tables import PAYMENTS


class MemoryPayments(VersionedRepository[PaymentId, Payment], OfBookings[PaymentId, Payment], Payments):
    """The payments of one database transaction."""

    table = PAYMENTS

    async def add(self, payment: Payment) -> None:
        pending = await self.pending(payment.booking_id, payment.purpose)
        if payment.status is PaymentStatus.PENDING and pending is not None:
            raise ConcurrentChange(what="the payment")
        await super().add(payment)

    async def pending(self, booking_id: BookingId, purpose: Purpose) -> Payment | None:
        for payment in await self.of_booking(booking_id):
            if payment.purpose is purpose and payment.status is PaymentStatus.PENDING:
                return payment
        return None


class MemoryPaymentReads(OfBookings[PaymentId, Payment], PaymentReads):
    """Committed payments."""

    table = PAYMENTS

    async def by_invoice(self, reference: str) -> Payment | None:
        found = self._rows.where(lambda each: each.invoice is not None and each.invoice.reference == reference)
        return next(iter(found), None)

    async def of_invoices(self, gateway: str, references: Sequence[str]) -> Sequence[Payment]:
        return self._of(gateway, lambda each: each.invoice is not None and each.invoice.reference in references)

    async def settled_between(self, gateway: str, start: datetime, end: datetime) -> Sequence[Payment]:
        def counted(each: Payment) -> bool:
            return each.processed_at is not None and start <= (each.authorised_at or each.processed_at) < end

        return self._of(gateway, counted)

    async def to_capture(self, now: datetime, limit: int) -> Sequence[BookingId]:
        due = [(each.capture_at, each.booking_id) for each in self._rows.values() if each.capture_at]
        found = {booking_id: None for at, booking_id in sorted(due) if at <= now}
        return [*found][:limit]

    def _of(self, gateway: str, matches: Callable[[Payment], bool]) -> list[Payment]:
        found = self._rows.where(lambda each: each.gateway == gateway and matches(each))
        return sorted(found, key=lambda each: (each.created_at, each.id))
