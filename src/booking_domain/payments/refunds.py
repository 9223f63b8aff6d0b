"""Refunds of bookings: the type, its lifecycle as data, and its ports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final, Protocol, Self

from booking_domain.payments.transfers import BankTransfer, TransferAction, transfer_moves
from booking_domain.payments.transitions import PaymentParty
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, NotFound
from booking_domain.shared.ids import BookingId, PaymentId, RefundId, UserId
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move
from booking_domain.shared.money import Money

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


class RefundNotFound(NotFound, code="refund.not_found"):
    """There is no such refund."""


class NoBankDetails(Conflict, code="refund.no_bank_details"):
    """The customer has not added a bank account."""


class RefundInProgress(Conflict, code="refund.in_progress"):
    """The payment gateway is paying this refund back."""


class RefundNotApproved(Conflict, code="refund.not_approved"):
    """The transfer of this refund is not approved."""


class BookingInDispute(Conflict, code="refund.booking_in_dispute"):
    """The booking is in dispute; no refund of it is paid out until the dispute ends."""


class InvalidRefundTransition(InvalidTransition, code="refund.invalid_transition"):
    """Cannot {action} the {thing}: it is {status}."""


_PLATFORM: Final = frozenset({PaymentParty.PLATFORM})
_GATEWAY: Final = frozenset({PaymentParty.GATEWAY})

REFUND_LIFECYCLE: Final[Lifecycle[RefundStatus, TransferAction, PaymentParty]] = Lifecycle(
    thing="refund",
    about="Money of a booking that is given back to the customer. It is scheduled as `refund_pending`.",
    refusal=InvalidRefundTransition,
    moves={
        (RefundStatus.PENDING, TransferAction.ASK_GATEWAY): Move(RefundStatus.PENDING, _PLATFORM),
        (RefundStatus.PENDING, TransferAction.USE_TRANSFER): Move(RefundStatus.PENDING, _GATEWAY | _PLATFORM),
        **transfer_moves(RefundStatus.PENDING, RefundStatus.REFUNDED),
        (RefundStatus.PENDING, TransferAction.REFUND): Move(RefundStatus.REFUNDED, _GATEWAY),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Refund(BankTransfer):
    """Money of a booking that is given back to the customer."""

    not_approved: ClassVar[type[Conflict]] = RefundNotApproved

    id: RefundId
    booking_id: BookingId
    customer_id: UserId
    gateway: str
    """The gateway of the payment that is refunded."""
    status: RefundStatus
    reason: RefundReason
    method: RefundMethod | None = None
    """How the money is refunded; None: not decided yet."""
    payment_id: PaymentId | None = None
    """The payment that the gateway pays back."""
    attempts: int = 0
    """How often the gateway was asked."""
    retry_at: datetime | None = None
    """When the gateway is asked again; None unless the method is `gateway`."""

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
        REFUND_LIFECYCLE.advance(self.status, TransferAction.ASK_GATEWAY, PaymentParty.PLATFORM)
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
        REFUND_LIFECYCLE.advance(self.status, TransferAction.USE_TRANSFER, PaymentParty.GATEWAY)
        return replace(self, method=RefundMethod.TRANSFER, payment_id=None, retry_at=None, version=self.version + 1)

    def split(self, amount: Money, new_id: RefundId, now: datetime) -> tuple["Refund", "Refund"]:
        """This refund with a smaller amount, and a new refund of the rest, for which the gateway is asked next."""
        rest = replace(
            self, id=new_id, amount=self.amount - amount, method=RefundMethod.GATEWAY, retry_at=now, version=1
        )
        return replace(self, amount=amount, version=self.version + 1), rest

    def mark_refunded(self, now: datetime) -> "Refund":
        """Record that the gateway has made the refund.

        Raises:
            InvalidRefundTransition: it was made already.
        """
        status = REFUND_LIFECYCLE.advance(self.status, TransferAction.REFUND, PaymentParty.GATEWAY)
        return replace(self, status=status, retry_at=None, processed_at=now, version=self.version + 1)

    def _after(self, action: TransferAction) -> Self:
        status = REFUND_LIFECYCLE.advance(self.status, action, PaymentParty.PLATFORM)
        if action == TransferAction.APPROVE and self.method is RefundMethod.GATEWAY:
            raise RefundInProgress
        return replace(self, status=status, method=RefundMethod.TRANSFER, retry_at=None)


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
