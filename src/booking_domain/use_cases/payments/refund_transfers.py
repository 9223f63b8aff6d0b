"""Refunds by bank transfer; see `transfers`.

While a booking is in dispute, no transfer of its refunds is approved or settled.
"""

from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.payments.events import RefundMade, RefundReturned, refund_event
from booking_domain.payments.refunds import (
    BookingInDispute,
    InvalidRefundTransition,
    NoBankDetails,
    Refund,
    RefundInProgress,
    RefundNotApproved,
    RefundNotFound,
    RefundStatus,
)
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import RefundId, UserId
from booking_domain.use_cases.bookings.steps import lock_refund
from booking_domain.use_cases.payments.transfers import Locked, Refusals, transfer_use_cases
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True)
class _LockedRefund(Locked[Refund]):
    """A refund and its booking, which is locked."""

    booking: Booking

    def require_payable(self) -> None:
        """Raise `BookingInDispute` while a dispute is open, unless the refund was made already."""
        if self.transfer.status is RefundStatus.PENDING and self.booking.status is Status.DISPUTED:
            raise BookingInDispute

    async def payee(self, _: Repositories) -> UserId:
        return self.transfer.customer_id

    async def save(self, after: Refund, tx: Repositories) -> None:
        await tx.refunds.save(after, was=self.transfer)

    async def record_return(self, tx: Repositories, context: UseCaseContext) -> None:
        await tx.outbox.put([refund_event(RefundReturned, self.transfer, context)])

    async def record_settlement(self, tx: Repositories, context: UseCaseContext) -> None:
        after = self.booking.record_refund(self.transfer.amount, context.now)
        await tx.bookings.save(after, was=self.booking, events=())
        await tx.outbox.put([refund_event(RefundMade, self.transfer, context)])


async def _lock(refund_id: RefundId, tx: Repositories) -> _LockedRefund:
    return _LockedRefund(*await lock_refund(refund_id, tx))


_transfers: Final = transfer_use_cases(
    "refund_transfer",
    "refund",
    _lock,
    Refusals(
        common=(RefundNotFound, InvalidRefundTransition),
        not_approved=RefundNotApproved,
        no_account=NoBankDetails,
        paying=(BookingInDispute,),
        approving=(RefundInProgress,),
    ),
)
approve_refund_transfer: Final = _transfers.approve
return_refund_transfer: Final = _transfers.return_
settle_refund_transfer: Final = _transfers.settle
