"""Refund transfers in memory."""

from booking_domain.bookings.transitions import Status
from booking_domain.payments.refunds import Refund
from booking_domain.shared.ids import RefundId
from booking_domain.testing.bookings.memory.bookings import customer_id, customer_name, is_searched
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.catalogue.memory.tables import PROFILES
from booking_domain.testing.identity.memory.tables import BANK_ACCOUNTS
from booking_domain.testing.kit.listing import by_amount, is_amount_chosen, is_chosen, page_of
from booking_domain.testing.kit.tables import InMemory, State
from booking_domain.testing.payments.memory.tables import REFUNDS
from booking_domain.use_cases.platform.ports import RefundTransferFilter, RefundTransferReads
from booking_domain.use_cases.platform.views import RefundTransfer


class MemoryRefundTransferReads(InMemory, RefundTransferReads):
    """Committed refunds with what their transfers need."""

    async def get(self, refund_id: RefundId) -> RefundTransfer | None:
        state = self._state
        refund = state[REFUNDS].get(refund_id)
        return None if refund is None else _transfer(state, refund)

    async def page(self, criteria: RefundTransferFilter) -> list[RefundTransfer]:
        state = self._state
        return page_of(
            [_transfer(state, refund) for refund in state[REFUNDS].values()],
            criteria,
            criteria.order,
            matches=lambda transfer: _matches(state, transfer, criteria),
            id_of=lambda transfer: transfer.id,
            key=lambda transfer: by_amount(transfer.transfer.amount),
        )


def _matches(state: State, transfer: RefundTransfer, criteria: RefundTransferFilter) -> bool:
    booking = state[BOOKINGS][transfer.transfer.booking_id]
    refund = transfer.transfer
    return (
        criteria.waits_for in {None, transfer.waits_for}
        and criteria.status in {None, refund.status}
        and criteria.booking_id in {None, refund.booking_id}
        and is_chosen(criteria, booking, refund.created_at, customer_id(state, booking))
        and is_searched(state, booking, criteria.text, refund.bank_reference)
        and is_amount_chosen(criteria, refund.amount)
    )


def _transfer(state: State, refund: Refund) -> RefundTransfer:
    booking = state[BOOKINGS][refund.booking_id]
    account = state[BANK_ACCOUNTS].get(refund.customer_id)
    return RefundTransfer(
        transfer=refund,
        booking_reference=booking.reference,
        provider_id=booking.provider_id,
        provider_name=state[PROFILES][booking.provider_id].display_name,
        customer_name=customer_name(state, booking),
        bank_account=account,
        in_dispute=booking.status is Status.DISPUTED,
    )
