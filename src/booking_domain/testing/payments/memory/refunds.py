"""Refunds in memory."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from booking_domain.payments.refunds import BankReferenceUsed, Refund, RefundReads, Refunds
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, RefundId
from booking_domain.testing.bookings.memory.tables import require_booking
from booking_domain.testing.identity.memory.tables import require_user
from booking_domain.testing.kit.tables import State
from booking_domain.testing.payments.memory.tables import REFUNDS


class MemoryRefunds(Refunds):
    """The refunds of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, refund: Refund) -> None:
        require_booking(self._state, refund.booking_id)
        require_user(self._state, refund.customer_id)
        self._state[REFUNDS][refund.id] = refund

    async def save(self, refund: Refund, *, was: Refund) -> None:
        kept = self._state[REFUNDS].get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="the refund")
        if refund.bank_reference is not None and any(
            each.bank_reference == refund.bank_reference and each.id != refund.id
            for each in self._state[REFUNDS].values()
        ):
            raise BankReferenceUsed
        self._state[REFUNDS][refund.id] = refund

    async def get(self, refund_id: RefundId) -> Refund | None:
        return self._state[REFUNDS].get(refund_id)

    async def of_booking(self, booking_id: BookingId) -> Sequence[Refund]:
        return _refunds_of(self._state, booking_id)


class MemoryRefundReads(RefundReads):
    """Committed refunds."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, refund_id: RefundId) -> Refund | None:
        return self._committed()[REFUNDS].get(refund_id)

    async def of_booking(self, booking_id: BookingId) -> Sequence[Refund]:
        return _refunds_of(self._committed(), booking_id)

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[Refund]]:
        return {booking_id: _refunds_of(self._committed(), booking_id) for booking_id in booking_ids}

    async def to_retry(self, now: datetime, limit: int) -> Sequence[RefundId]:
        due = [
            (each.retry_at, each.id)
            for each in self._committed()[REFUNDS].values()
            if each.retry_at is not None and each.retry_at <= now
        ]
        return [refund_id for _, refund_id in sorted(due)[:limit]]


def _refunds_of(state: State, booking_id: BookingId) -> list[Refund]:
    found = (each for each in state[REFUNDS].values() if each.booking_id == booking_id)
    return sorted(found, key=lambda each: (each.created_at, each.id))
