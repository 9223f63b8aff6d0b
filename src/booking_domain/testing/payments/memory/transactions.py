"""Payments, refunds, desk payments and adjustments in one list, in memory."""

from uuid import UUID

from booking_domain.bookings.model import Booking
from booking_domain.payments.adjustments import Adjustment
from booking_domain.payments.desk import DeskPayment
from booking_domain.payments.model import Payment
from booking_domain.payments.refunds import Refund, RefundStatus
from booking_domain.shared.money import Money
from booking_domain.testing.bookings.memory.bookings import customer_id, customer_name, is_searched
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.catalogue.memory.tables import PROFILES
from booking_domain.testing.kit.listing import by_amount, is_amount_chosen, is_chosen, page_of
from booking_domain.testing.kit.tables import InMemory, State
from booking_domain.testing.payments.memory.tables import ADJUSTMENTS, DESK_PAYMENTS, PAYMENTS, REFUNDS
from booking_domain.use_cases.platform.listings import (
    Transaction,
    TransactionFilter,
    TransactionReads,
    TransactionStatus,
    TransactionType,
)


class MemoryTransactionReads(InMemory, TransactionReads):
    """Committed payments, refunds, desk payments and adjustments."""

    async def page(self, criteria: TransactionFilter) -> list[Transaction]:
        state = self._state
        stored: list[Payment | Refund] = [*state[PAYMENTS].values(), *state[REFUNDS].values()]
        moves = [_transaction(state, each) for each in stored]
        moves += [_desk_transaction(state, each) for each in state[DESK_PAYMENTS].values()]
        moves += [_adjustment_transaction(state, each) for each in state[ADJUSTMENTS].values()]
        return page_of(
            moves,
            criteria,
            criteria.order,
            matches=lambda move: (
                _matches(move, criteria, state[BOOKINGS][move.booking_id])
                and is_searched(state, state[BOOKINGS][move.booking_id], criteria.text, move.reference)
            ),
            id_of=_id,
            key=lambda move: by_amount(move.amount),
        )


def _id(move: Transaction) -> UUID:
    return move.id


def _matches(move: Transaction, criteria: TransactionFilter, booking: Booking) -> bool:
    return (
        (not criteria.statuses or move.status in criteria.statuses)
        and criteria.type in {None, move.type}
        and criteria.gateway in {None, move.gateway}
        and criteria.party_id in {None, booking.customer_id, booking.provider_user_id}
        and is_chosen(criteria, booking, move.created_at, move.customer_id)
        and is_amount_chosen(criteria, move.amount)
    )


def _transaction(state: State, each: Payment | Refund) -> Transaction:
    booking = state[BOOKINGS][each.booking_id]
    return Transaction(
        id=each.id,
        type=TransactionType.PAYMENT if isinstance(each, Payment) else TransactionType.REFUND,
        status=TransactionStatus(each.status.value),
        booking_id=booking.id,
        booking_reference=booking.reference,
        provider_id=booking.provider_id,
        provider_name=state[PROFILES][booking.provider_id].display_name,
        customer_id=customer_id(state, booking),
        customer_name=customer_name(state, booking),
        gateway=each.gateway,
        purpose=each.purpose if isinstance(each, Payment) else None,
        reason=None if isinstance(each, Payment) else each.reason,
        note=None,
        amount=each.amount,
        moved=_moved(each),
        tip=Money.zero(each.amount.currency),
        reference=_reference(each),
        created_at=each.created_at,
        processed_at=each.processed_at,
    )


def _desk_transaction(state: State, each: DeskPayment) -> Transaction:
    booking = state[BOOKINGS][each.booking_id]
    return Transaction(
        id=each.id,
        type=TransactionType.DESK_PAYMENT,
        status=TransactionStatus(each.status.value),
        booking_id=booking.id,
        booking_reference=booking.reference,
        provider_id=booking.provider_id,
        provider_name=state[PROFILES][booking.provider_id].display_name,
        customer_id=customer_id(state, booking),
        customer_name=customer_name(state, booking),
        gateway=each.method.value,
        purpose=None,
        reason=None,
        note=None,
        amount=each.amount,
        moved=each.counted,
        tip=each.tip,
        reference=None,
        created_at=each.created_at,
        processed_at=each.voided_at or each.created_at,
    )


def _adjustment_transaction(state: State, each: Adjustment) -> Transaction:
    booking = state[BOOKINGS][each.booking_id]
    return Transaction(
        id=each.id,
        type=TransactionType.ADDITION if each.amount > 0 else TransactionType.DEDUCTION,
        status=TransactionStatus.RECORDED,
        booking_id=booking.id,
        booking_reference=booking.reference,
        provider_id=booking.provider_id,
        provider_name=state[PROFILES][booking.provider_id].display_name,
        customer_id=customer_id(state, booking),
        customer_name=customer_name(state, booking),
        gateway="",
        purpose=None,
        reason=None,
        note=each.reason,
        amount=each.moved,
        moved=each.moved,
        tip=Money.zero(booking.price.currency),
        reference=None,
        created_at=each.created_at,
        processed_at=each.created_at,
    )


def _moved(each: Payment | Refund) -> Money:
    if isinstance(each, Payment):
        return each.settled
    return each.amount if each.status is RefundStatus.REFUNDED else Money.zero(each.amount.currency)


def _reference(each: Payment | Refund) -> str | None:
    if isinstance(each, Payment):
        return None if each.invoice is None else each.invoice.reference
    return each.bank_reference
