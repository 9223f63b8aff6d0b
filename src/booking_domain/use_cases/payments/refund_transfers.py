"""Refunds by bank transfer: admins approve a transfer to the customer's bank account, and close or return it.

The money itself is moved by hand at the bank. A refund becomes `refunded` only by the bank's reference of the transfer,
which belongs to one transfer, so that no refund is paid twice and no transfer counts twice. An approval names the bank
account; once the customer has another one, it waits for a new approval. While a booking is in
dispute, no transfer of its refunds is approved or closed.
"""

from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.identity.bank_accounts import BankAccountFrozen, BankAccountTooNew
from booking_domain.payments.events import RefundMade, RefundReturned, refund_event
from booking_domain.payments.refunds import (
    ApprovalOutdated,
    BankReferenceUsed,
    BookingInDispute,
    InvalidRefundTransition,
    NoBankDetails,
    Refund,
    RefundInProgress,
    RefundNotApproved,
    RefundNotFound,
    RefundStatus,
    require_current_approval,
)
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import RefundId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.bookings.steps import lock_refund
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveRefundTransfer:
    """Approve the transfer of a refund to the customer's bank account as it is now."""

    refund_id: RefundId
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRefundTransfer:
    """Record that an approved transfer failed. The customer is notified of the reason and checks the bank account."""

    refund_id: RefundId
    reason: str
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleRefundTransfer:
    """Record that the bank made an approved transfer, under the bank's reference."""

    refund_id: RefundId
    bank_reference: str
    paid_to: str | None = None
    """The account number that the bank paid; needed if the bank account has changed since the approval."""
    expected_version: ExpectedVersion = None


async def _approve(command: ApproveRefundTransfer, tx: Repositories, context: UseCaseContext) -> Refund:
    refund, booking = await _locked(command.refund_id, command.expected_version, tx)
    _require_undisputed(refund, booking)
    account = await tx.bank_accounts.get(refund.customer_id)
    if account is None:
        raise NoBankDetails
    account.require_usable(context.now)
    return await _saved(refund.approve(account.details, context.now, account_id=account.id), refund, tx)


async def _return(command: ReturnRefundTransfer, tx: Repositories, context: UseCaseContext) -> Refund:
    refund, _ = await _locked(command.refund_id, command.expected_version, tx)
    after = await _saved(refund.return_transfer(command.reason), refund, tx)
    await tx.outbox.put([refund_event(RefundReturned, after, context)])
    return after


async def _settle(command: SettleRefundTransfer, tx: Repositories, context: UseCaseContext) -> Refund:
    refund, booking = await _locked(command.refund_id, command.expected_version, tx)
    _require_undisputed(refund, booking)
    after = refund.settle(command.bank_reference, context.now)
    if after is refund:
        return refund
    account = await tx.bank_accounts.get(refund.customer_id)
    current = account is not None and account.frozen_at is None and refund.is_approved_for(account.id)
    require_current_approval(refund.payee, command.paid_to, current=current)
    await tx.bank_references.use(after.bank_reference or "", refund.id)
    await _saved(after, refund, tx)
    await tx.bookings.save(booking.record_refund(refund.amount, context.now), was=booking, events=())
    await tx.outbox.put([refund_event(RefundMade, after, context)])
    return after


async def _locked(refund_id: RefundId, expected: ExpectedVersion, tx: Repositories) -> tuple[Refund, Booking]:
    refund, booking = await lock_refund(refund_id, tx)
    require_expected_version(refund.version, expected)
    return refund, booking


def _require_undisputed(refund: Refund, booking: Booking) -> None:
    """Raise `BookingInDispute` while a dispute is open, unless the refund was made already."""
    if refund.status is RefundStatus.PENDING and booking.status is Status.DISPUTED:
        raise BookingInDispute


async def _saved(after: Refund, before: Refund, tx: Repositories) -> Refund:
    if after is not before:
        await tx.refunds.save(after, was=before)
    return after


def _subject(_: object, refund: Refund) -> Subject:
    return Subject("refund", refund.id)


approve_refund_transfer: Final = UseCase(
    Permission.MANAGE_TRANSFERS,
    _approve,
    _subject,
    audited_as="refund_transfer.approve",
    raises=(
        RefundNotFound,
        BookingInDispute,
        NoBankDetails,
        BankAccountTooNew,
        BankAccountFrozen,
        InvalidRefundTransition,
        RefundInProgress,
        StaleVersion,
    ),
)
return_refund_transfer: Final = UseCase(
    Permission.MANAGE_TRANSFERS,
    _return,
    _subject,
    audited_as="refund_transfer.return",
    raises=(RefundNotFound, RefundNotApproved, InvalidRefundTransition, InvalidValue, StaleVersion),
)
settle_refund_transfer: Final = UseCase(
    Permission.MANAGE_TRANSFERS,
    _settle,
    _subject,
    audited_as="refund_transfer.settle",
    raises=(
        RefundNotFound,
        BookingInDispute,
        RefundNotApproved,
        ApprovalOutdated,
        InvalidRefundTransition,
        BankReferenceUsed,
        InvalidValue,
        StaleVersion,
    ),
)
