"""Refunds of bookings: the type, its lifecycle as data, and its ports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol, Self

from booking_domain.payments.transitions import PaymentParty
from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, InvalidValue, NotFound
from booking_domain.shared.ids import BankAccountId, BookingId, PaymentId, RefundId, UserId
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move
from booking_domain.shared.money import Money

MAX_BANK_REFERENCE: Final = 64
MAX_RETURN_REASON: Final = 500
FIRST_RETRY: Final = timedelta(minutes=1)
"""How long the first repetition of a refund waits that the gateway has not confirmed. Each wait doubles."""
LONGEST_RETRY: Final = timedelta(hours=6)


class RefundStatus(StrEnum):
    """The status of a refund."""

    PENDING = "refund_pending"
    """Scheduled, and not made yet."""
    REFUNDED = "refunded"


class RefundReason(StrEnum):
    """Why money is refunded."""

    CANCELLATION = "cancellation"
    """The booking was cancelled, and its policy gives money back."""
    NO_SHOW = "no_show"
    """The customer did not come, and the booking's policy does not keep everything."""
    LATE_PAYMENT = "late_payment"
    """The payment arrived when the booking could no longer be kept, or the deposit was not paid in full in time."""
    OVERPAYMENT = "overpayment"
    """More was paid than the price."""
    DISPUTE = "dispute"
    """An admin decided a dispute about the booking."""

    @property
    def concedes(self) -> bool:
        """Whether the money is given back by a decision, so that it is not due again; see `bookings.due`."""
        return self in _CONCEDING


_CONCEDING: Final = frozenset({RefundReason.CANCELLATION, RefundReason.NO_SHOW, RefundReason.DISPUTE})


class RefundMethod(StrEnum):
    """How money is refunded."""

    GATEWAY = "gateway"
    """By the payment gateway, which is asked until it answers."""
    TRANSFER = "transfer"
    """By a bank transfer, which an admin makes."""


class RefundAction(StrEnum):
    """An action on a refund."""

    ASK_GATEWAY = "ask_gateway"
    """The platform asks the payment gateway to pay the money back."""
    USE_TRANSFER = "use_transfer"
    """The gateway cannot pay the money back, so it goes by bank transfer."""

    APPROVE = "approve"
    """An admin approves the transfer to the customer's bank account."""
    RETURN = "return"
    """The transfer failed: the bank details are wrong, or the bank returned the money."""
    REFUND = "refund"


class RefundNotFound(NotFound, code="refund.not_found"):
    """There is no such refund."""


class NoBankDetails(Conflict, code="refund.no_bank_details"):
    """The customer has not added a bank account."""


class RefundInProgress(Conflict, code="refund.in_progress"):
    """The payment gateway is paying this refund back."""


class RefundNotApproved(Conflict, code="refund.not_approved"):
    """The transfer of this refund is not approved."""


class ApprovalOutdated(Conflict, code="payout.approval_outdated"):
    """The bank account has changed; approve the transfer again, or name the account number that the bank paid."""


class BookingInDispute(Conflict, code="refund.booking_in_dispute"):
    """The booking is in dispute; no refund of it is paid out until the dispute ends."""


class BankReferenceUsed(Conflict, code="refund.bank_reference_used", field="bank_reference"):
    """Another transfer has this bank reference."""


class InvalidRefundTransition(InvalidTransition, code="refund.invalid_transition"):
    """Cannot {action} a {thing} that is {status}."""


REFUND_LIFECYCLE: Final[Lifecycle[RefundStatus, RefundAction, PaymentParty]] = Lifecycle(
    thing="refund",
    about="Money of a booking that is given back to the customer. It is scheduled as `refund_pending`.",
    refusal=InvalidRefundTransition,
    moves={
        (RefundStatus.PENDING, RefundAction.ASK_GATEWAY): Move(
            RefundStatus.PENDING, frozenset({PaymentParty.PLATFORM})
        ),
        (RefundStatus.PENDING, RefundAction.USE_TRANSFER): Move(
            RefundStatus.PENDING, frozenset({PaymentParty.GATEWAY, PaymentParty.PLATFORM})
        ),
        (RefundStatus.PENDING, RefundAction.APPROVE): Move(RefundStatus.PENDING, frozenset({PaymentParty.PLATFORM})),
        (RefundStatus.PENDING, RefundAction.RETURN): Move(RefundStatus.PENDING, frozenset({PaymentParty.PLATFORM})),
        (RefundStatus.PENDING, RefundAction.REFUND): Move(
            RefundStatus.REFUNDED, frozenset({PaymentParty.GATEWAY, PaymentParty.PLATFORM})
        ),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Refund:
    """Money of a booking that is given back to the customer."""

    id: RefundId
    booking_id: BookingId
    customer_id: UserId
    gateway: str
    """The gateway of the payment that is refunded."""
    status: RefundStatus
    reason: RefundReason
    amount: Money
    method: RefundMethod | None = None
    """How the money is refunded; None: not decided yet."""
    payment_id: PaymentId | None = None
    """The payment that the gateway pays back."""
    attempts: int = 0
    """How often the gateway was asked."""
    retry_at: datetime | None = None
    """When the gateway is asked again; None unless the method is `gateway`."""
    payee: BankDetails | None = None
    """Where the approved transfer goes. After a change of the customer's bank account it waits for a new approval."""
    payee_id: BankAccountId | None = None
    """The bank account that the transfer was approved for."""
    approved_at: datetime | None = None
    return_reason: str | None = None
    """Why the last transfer failed; the customer sees it."""
    bank_reference: str | None = None
    """The bank's reference of the transfer."""
    processed_at: datetime | None = None
    """When the refund was made; None while it is pending."""
    version: int = 1
    created_at: datetime

    @classmethod
    def schedule(
        cls,
        *,
        id: RefundId,  # noqa: A002
        booking_id: BookingId,
        customer_id: UserId,
        gateway: str,
        reason: RefundReason,
        amount: Money,
        now: datetime,
    ) -> Self:
        """A new refund; it stays pending until it is made."""
        return cls(
            id=id,
            booking_id=booking_id,
            customer_id=customer_id,
            gateway=gateway,
            status=RefundStatus.PENDING,
            reason=reason,
            amount=amount,
            created_at=now,
        )

    def ask_gateway(self, payment_id: PaymentId, gateway: str, now: datetime) -> "Refund":
        """Record that this gateway is asked now to pay the payment back; until `retry_at` it is not asked again.

        Raises:
            InvalidRefundTransition: the refund was made already.
        """
        REFUND_LIFECYCLE.advance(self.status, RefundAction.ASK_GATEWAY, PaymentParty.PLATFORM)
        wait = min(FIRST_RETRY * 2 ** min(self.attempts, 30), LONGEST_RETRY)
        return replace(
            self,
            gateway=gateway,
            method=RefundMethod.GATEWAY,
            payment_id=payment_id,
            attempts=self.attempts + 1,
            retry_at=now + wait,
            version=self.version + 1,
        )

    def wait_for_gateway(self, now: datetime) -> "Refund":
        """Wait, because the gateway is paying another refund back from the same payment."""
        return replace(self, method=RefundMethod.GATEWAY, retry_at=now + FIRST_RETRY, version=self.version + 1)

    def wait_for_dispute(self) -> "Refund":
        """Wait until the dispute about the booking ends; the gateway is not asked before."""
        return replace(self, retry_at=None, version=self.version + 1)

    def use_transfer(self) -> "Refund":
        """Send the money by bank transfer, because the gateway cannot pay it back.

        Raises:
            InvalidRefundTransition: the refund was made already.
        """
        REFUND_LIFECYCLE.advance(self.status, RefundAction.USE_TRANSFER, PaymentParty.GATEWAY)
        return replace(self, method=RefundMethod.TRANSFER, payment_id=None, retry_at=None, version=self.version + 1)

    def split(self, amount: Money, new_id: RefundId, now: datetime) -> tuple["Refund", "Refund"]:
        """This refund with a smaller amount, and a new refund of the rest, for which the gateway is asked next."""
        rest = replace(
            self, id=new_id, amount=self.amount - amount, method=RefundMethod.GATEWAY, retry_at=now, version=1
        )
        return replace(self, amount=amount, version=self.version + 1), rest

    def approve(self, payee: BankDetails, now: datetime, *, account_id: BankAccountId) -> "Refund":
        """Approve the transfer to this bank account. A second approval of the same account keeps the first.

        Raises:
            InvalidRefundTransition: the refund was made already.
            RefundInProgress: the gateway may have paid it back already.
        """
        REFUND_LIFECYCLE.advance(self.status, RefundAction.APPROVE, PaymentParty.PLATFORM)
        if self.method is RefundMethod.GATEWAY:
            raise RefundInProgress
        if self.is_approved_for(account_id):
            return self
        return replace(
            self,
            method=RefundMethod.TRANSFER,
            payee=payee,
            payee_id=account_id,
            approved_at=now,
            return_reason=None,
            version=self.version + 1,
        )

    def is_approved_for(self, account_id: BankAccountId | None) -> bool:
        """Whether the transfer to this bank account is approved."""
        return self.approved_at is not None and account_id is not None and self.payee_id == account_id

    def return_transfer(self, reason: str) -> "Refund":
        """Record that the approved transfer failed; it needs a new approval.

        Raises:
            InvalidRefundTransition: the refund was made already.
            RefundNotApproved: no transfer was approved.
            InvalidValue: the reason is empty or too long.
        """
        REFUND_LIFECYCLE.advance(self.status, RefundAction.RETURN, PaymentParty.PLATFORM)
        if self.approved_at is None:
            raise RefundNotApproved
        return replace(
            self,
            payee=None,
            payee_id=None,
            approved_at=None,
            return_reason=return_reason_of(reason),
            version=self.version + 1,
        )

    def settle(self, bank_reference: str, now: datetime) -> "Refund":
        """Record that the bank made the approved transfer. The same reference again changes nothing.

        Raises:
            InvalidRefundTransition: the refund was made already, with another reference.
            RefundNotApproved: no transfer was approved.
            InvalidValue: the reference is empty or too long.
        """
        reference = bank_reference_of(bank_reference)
        if self.status is RefundStatus.REFUNDED and self.bank_reference == reference:
            return self
        if self.status is RefundStatus.PENDING and self.approved_at is None:
            raise RefundNotApproved
        return replace(self.mark_refunded(PaymentParty.PLATFORM, now), bank_reference=reference)

    def mark_refunded(self, party: PaymentParty, now: datetime) -> "Refund":
        """Record that the refund was made, as the gateway or the platform reports.

        Raises:
            InvalidRefundTransition: it was made already.
        """
        status = REFUND_LIFECYCLE.advance(self.status, RefundAction.REFUND, party)
        return replace(self, status=status, retry_at=None, processed_at=now, version=self.version + 1)


def bank_reference_of(text: str) -> str:
    """The bank's reference as it is stored, or `InvalidValue` if it is empty or too long."""
    reference = " ".join(text.split())
    if not 1 <= len(reference) <= MAX_BANK_REFERENCE or not reference.isprintable():
        raise InvalidValue(field="bank_reference", problem=f"1 to {MAX_BANK_REFERENCE} printable characters")
    return reference


def return_reason_of(text: str) -> str:
    """The reason why a transfer failed as it is stored, or `InvalidValue` if it is empty or too long."""
    reason = text.strip()
    if not 1 <= len(reason) <= MAX_RETURN_REASON:
        raise InvalidValue(field="reason", problem=f"1 to {MAX_RETURN_REASON} characters")
    return reason


def require_current_approval(payee: BankDetails | None, paid_to: str | None, *, current: bool) -> None:
    """Raise `ApprovalOutdated` if the payee's account has changed, unless the bank has paid the approved one before."""
    if not current and (payee is None or paid_to is None or paid_to != payee.account_number):
        raise ApprovalOutdated


class Refunds(Protocol):
    """Refunds inside a database transaction."""

    async def add(self, refund: Refund) -> None:
        """Add a refund. A booking may have any number."""
        ...

    async def save(self, refund: Refund, *, was: Refund) -> None:
        """Replace `was` by `refund`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def get(self, refund_id: RefundId) -> Refund | None:
        """One refund. It changes only while its booking is locked."""
        ...

    async def of_booking(self, booking_id: BookingId) -> Sequence[Refund]:
        """All refunds of a booking, oldest first."""
        ...


class RefundReads(Protocol):
    """Reads of refunds, outside any database transaction."""

    async def get(self, refund_id: RefundId) -> Refund | None:
        """One refund."""
        ...

    async def of_booking(self, booking_id: BookingId) -> Sequence[Refund]:
        """All refunds of a booking, oldest first."""
        ...

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[Refund]]:
        """All refunds of each booking, oldest first."""
        ...

    async def to_retry(self, now: datetime, limit: int) -> Sequence[RefundId]:
        """Refunds that the gateway is to be asked for again at `now`, the longest overdue first."""
        ...
