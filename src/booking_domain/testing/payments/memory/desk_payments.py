"""Desk payments in memory."""

from collections.abc import Callable, Mapping, Sequence

from booking_domain.payments.desk import DeskPayment, DeskPaymentReads, DeskPayments
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, DeskPaymentId
from booking_domain.testing.bookings.memory.tables import require_booking
from booking_domain.testing.kit.tables import State
from booking_domain.testing.payments.memory.tables import DESK_PAYMENTS


class MemoryDeskPayments(DeskPayments):
    """The desk payments of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, payment: DeskPayment) -> None:
        require_booking(self._state, payment.booking_id)
        self._state[DESK_PAYMENTS][payment.id] = payment

    async def save(self, payment: DeskPayment, *, was: DeskPayment) -> None:
        kept = self._state[DESK_PAYMENTS].get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="the desk payment")
        self._state[DESK_PAYMENTS][payment.id] = payment

    async def get(self, payment_id: DeskPaymentId) -> DeskPayment | None:
        return self._state[DESK_PAYMENTS].get(payment_id)

    async def of_booking(self, booking_id: BookingId) -> Sequence[DeskPayment]:
        return _of_booking(self._state, booking_id)


class MemoryDeskPaymentReads(DeskPaymentReads):
    """Committed desk payments."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, payment_id: DeskPaymentId) -> DeskPayment | None:
        return self._committed()[DESK_PAYMENTS].get(payment_id)

    async def of_booking(self, booking_id: BookingId) -> Sequence[DeskPayment]:
        return _of_booking(self._committed(), booking_id)

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[DeskPayment]]:
        return {booking_id: _of_booking(self._committed(), booking_id) for booking_id in booking_ids}


def _of_booking(state: State, booking_id: BookingId) -> list[DeskPayment]:
    found = (each for each in state[DESK_PAYMENTS].values() if each.booking_id == booking_id)
    return sorted(found, key=lambda each: (each.created_at, each.id))
