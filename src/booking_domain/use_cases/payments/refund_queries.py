"""The money of a booking, for its parties; and the queue of refund transfers, for admins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Party
from booking_domain.payments.adjustments import Adjustment
from booking_domain.payments.desk import DeskPayment
from booking_domain.payments.model import Payment
from booking_domain.payments.refunds import Refund, RefundNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import NotPermitted, required
from booking_domain.shared.ids import BookingId, RefundId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.use_cases.bookings.queries import find_visible_booking
from booking_domain.use_cases.platform.ports import Reads, RefundTransferFilter, RefundTransferReads
from booking_domain.use_cases.platform.views import RefundTransfer


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class BookingMoney:
    """All money of a booking, as a party sees it."""

    booking: Booking
    party: Party
    payments: Sequence[Payment]
    refunds: Sequence[Refund]
    desk_payments: Sequence[DeskPayment]
    adjustments: Sequence[Adjustment]
    has_bank_account: bool
    """Whether the customer has added a bank account."""


async def _list_booking_payments(actor: Actor, booking_id: BookingId, reads: Reads) -> BookingMoney:
    visible = required(await find_visible_booking(actor, booking_id, reads.bookings), BookingNotFound)
    return BookingMoney(
        booking=visible.booking,
        party=visible.party,
        payments=await reads.payments.of_booking(booking_id),
        refunds=await reads.refunds.of_booking(booking_id),
        desk_payments=await reads.desk_payments.of_booking(booking_id),
        adjustments=await reads.adjustments.of_booking(booking_id),
        has_bank_account=await reads.bank_accounts.get(visible.booking.customer_id) is not None,
    )


async def _list_refund_transfers(
    actor: Actor, criteria: RefundTransferFilter, transfers: RefundTransferReads
) -> Sequence[RefundTransfer]:
    """Refunds with what their transfer needs, oldest first; for admins."""
    authorise(actor, Permission.MANAGE_TRANSFERS)
    return await transfers.page(criteria)


async def _get_refund_transfer(actor: Actor, refund_id: RefundId, transfers: RefundTransferReads) -> RefundTransfer:
    """One refund with what its transfer needs; for admins."""
    authorise(actor, Permission.MANAGE_TRANSFERS)
    return required(await transfers.get(refund_id), RefundNotFound)


list_booking_payments: Final = Query(_list_booking_payments, (BookingNotFound,))
list_refund_transfers: Final = Query(_list_refund_transfers, (NotPermitted,))
get_refund_transfer: Final = Query(_get_refund_transfer, (NotPermitted, RefundNotFound))
