"""Payments in memory."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from booking_domain.payments.model import Payment, Purpose
from booking_domain.payments.ports import PaymentReads, Payments
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, PaymentId
from booking_domain.testing.bookings.memory.tables import require_booking
from booking_domain.testing.identity.memory.tables import require_user
from booking_domain.testing.kit.tables import State
from booking_domain.testing.payments.memory.tables import PAYMENTS


class MemoryPayments(Payments):
    """The payments of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, payment: Payment) -> None:
        require_booking(self._state, payment.booking_id)
        require_user(self._state, payment.customer_id)
        if (
            payment.status is PaymentStatus.PENDING
            and await self.pending(payment.booking_id, payment.purpose) is not None
        ):
            raise ConcurrentChange(what="the payment")
        self._state[PAYMENTS][payment.id] = payment

    async def save(self, payment: Payment, *, was: Payment) -> None:
        kept = self._state[PAYMENTS].get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="the payment")
        self._state[PAYMENTS][payment.id] = payment

    async def get(self, payment_id: PaymentId) -> Payment | None:
        return self._state[PAYMENTS].get(payment_id)

    async def pending(self, booking_id: BookingId, purpose: Purpose) -> Payment | None:
        for payment in await self.of_booking(booking_id):
            if payment.purpose is purpose and payment.status is PaymentStatus.PENDING:
                return payment
        return None

    async def of_booking(self, booking_id: BookingId) -> Sequence[Payment]:
        return payments_of(self._state, booking_id)


def payments_of(state: State, booking_id: BookingId) -> list[Payment]:
    """Return the payments of a booking, oldest first."""
    found = (each for each in state[PAYMENTS].values() if each.booking_id == booking_id)
    return sorted(found, key=lambda each: (each.created_at, each.id))


class MemoryPaymentReads(PaymentReads):
    """Committed payments."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, payment_id: PaymentId) -> Payment | None:
        return self._committed()[PAYMENTS].get(payment_id)

    async def by_invoice(self, reference: str) -> Payment | None:
        for payment in self._committed()[PAYMENTS].values():
            if payment.invoice is not None and payment.invoice.reference == reference:
                return payment
        return None

    async def of_booking(self, booking_id: BookingId) -> Sequence[Payment]:
        return payments_of(self._committed(), booking_id)

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[Payment]]:
        return {booking_id: payments_of(self._committed(), booking_id) for booking_id in booking_ids}

    async def of_invoices(self, gateway: str, references: Sequence[str]) -> Sequence[Payment]:
        return self._of(gateway, lambda each: each.invoice is not None and each.invoice.reference in references)

    async def settled_between(self, gateway: str, start: datetime, end: datetime) -> Sequence[Payment]:
        def counted(each: Payment) -> bool:
            return each.processed_at is not None and start <= (each.authorised_at or each.processed_at) < end

        return self._of(gateway, counted)

    async def to_capture(self, now: datetime, limit: int) -> Sequence[BookingId]:
        due = [(each.capture_at, each.booking_id) for each in self._committed()[PAYMENTS].values() if each.capture_at]
        found = {booking_id: None for at, booking_id in sorted(due) if at <= now}
        return [*found][:limit]

    def _of(self, gateway: str, matches: Callable[[Payment], bool]) -> list[Payment]:
        found = [each for each in self._committed()[PAYMENTS].values() if each.gateway == gateway and matches(each)]
        return sorted(found, key=lambda each: (each.created_at, each.id))
