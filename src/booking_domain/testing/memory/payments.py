"""Transactions in memory."""

from collections.abc import Sequence

from booking_domain.payments.model import Purpose, Transaction
from booking_domain.payments.ports import Transactions
from booking_domain.payments.transitions import TransactionStatus
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, TransactionId
from booking_domain.testing.memory.state import State


class MemoryTransactions(Transactions):
    """The movements of money of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, transaction: Transaction) -> None:
        self._state.require_booking(transaction.booking_id)
        self._state.require_user(transaction.customer_id)
        if (
            transaction.status is TransactionStatus.PENDING
            and await self.pending(transaction.booking_id, transaction.purpose) is not None
        ):
            raise ConcurrentChange(what="the payment")
        self._state.transactions[transaction.id] = transaction

    async def save(self, transaction: Transaction, *, was: Transaction) -> None:
        kept = self._state.transactions.get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="the payment")
        self._state.transactions[transaction.id] = transaction

    async def get(self, transaction_id: TransactionId) -> Transaction | None:
        return self._state.transactions.get(transaction_id)

    async def pending(self, booking_id: BookingId, purpose: Purpose) -> Transaction | None:
        for transaction in await self.of_booking(booking_id):
            if transaction.purpose is purpose and transaction.status is TransactionStatus.PENDING:
                return transaction
        return None

    async def of_booking(self, booking_id: BookingId) -> Sequence[Transaction]:
        return transactions_of(self._state, booking_id)


def transactions_of(state: State, booking_id: BookingId) -> list[Transaction]:
    """All of a booking, oldest first."""
    found = (each for each in state.transactions.values() if each.booking_id == booking_id)
    return sorted(found, key=lambda each: (each.created_at, each.id))
