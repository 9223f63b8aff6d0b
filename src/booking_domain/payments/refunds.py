"""Refunds of bookings: the type, its lifecycle as data, and its ports."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, Protocol, Self

from booking_domain.payments.transitions import PaymentParty
from booking_domain.shared.ids import BookingId, RefundId, UserId
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move
from booking_domain.shared.money import Money


class RefundStatus(StrEnum):
    """The status of a refund."""

    PENDING = "refund_pending"
    """Scheduled, and not made yet."""
    REFUNDED = "refunded"


class RefundAction(StrEnum):
    """An action on a refund."""

    REFUND = "refund"


@dataclass(eq=False, kw_only=True)
class InvalidRefundTransition(InvalidTransition):
    """Cannot {action} a {thing} that is {status}."""

    code: ClassVar[str] = "refund.invalid_transition"


REFUND_LIFECYCLE: Final[Lifecycle[RefundStatus, RefundAction, PaymentParty]] = Lifecycle(
    thing="refund",
    about="Money of a booking that goes back to the customer. It is scheduled as `refund_pending`.",
    refusal=InvalidRefundTransition,
    moves={
        (RefundStatus.PENDING, RefundAction.REFUND): Move(
            RefundStatus.REFUNDED, frozenset({PaymentParty.GATEWAY, PaymentParty.PLATFORM})
        ),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money of a booking that goes back to the customer."""

    id: RefundId
    booking_id: BookingId
    customer_id: UserId
    gateway: str
    """The gateway of the payment that is refunded."""
    status: RefundStatus
    amount: Money
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
            amount=amount,
            created_at=now,
        )

    def mark_refunded(self, party: PaymentParty, now: datetime) -> "Refund":
        """Record that the refund was made, as the gateway or the platform reports.

        Raises:
            InvalidRefundTransition: it was made already.
        """
        status = REFUND_LIFECYCLE.advance(self.status, RefundAction.REFUND, party)
        return replace(self, status=status, processed_at=now, version=self.version + 1)


def pending_total(refunds: Iterable[Refund], currency: str) -> Money:
    """The sum of the refunds that are pending."""
    pending = (refund.amount for refund in refunds if refund.status is RefundStatus.PENDING)
    return sum(pending, Money.zero(currency))


class Refunds(Protocol):
    """Refunds inside a transaction."""

    async def add(self, refund: Refund) -> None:
        """Add a refund. A booking may have any number."""
        ...

    async def save(self, refund: Refund, *, was: Refund) -> None:
        """Replace `was` by `refund`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def of_booking(self, booking_id: BookingId) -> Sequence[Refund]:
        """All refunds of a booking, oldest first."""
        ...


class RefundReads(Protocol):
    """Reads of refunds, outside any transaction."""

    async def get(self, refund_id: RefundId) -> Refund | None:
        """One refund."""
        ...

    async def of_booking(self, booking_id: BookingId) -> Sequence[Refund]:
        """All refunds of a booking, oldest first."""
        ...

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[Refund]]:
        """All refunds of each booking, oldest first."""
        ...
