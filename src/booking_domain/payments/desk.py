"""Money that the customer paid at the provider's desk: the type, its lifecycle as data, and its ports.

The platform never has this money. So a desk payment is no entry of a booking's ledger: it is not refunded by the
platform and not owed to the provider. It only counts towards what is still due. One that covers the deposit confirms
the booking. From the start of the appointment on it may exceed the price, for a reason. A tip counts towards nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol, Self

from booking_domain.payments.transitions import PaymentParty
from booking_domain.shared.actor import Actor
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, InvalidValue, NotFound
from booking_domain.shared.ids import BookingId, DeskPaymentId
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move
from booking_domain.shared.money import Money

MAX_VOID_REASON: Final = 500
MAX_EXTRA_REASON: Final = 500


class DeskMethod(StrEnum):
    """How the customer paid."""

    CASH = "cash"
    CARD = "card"
    """By the provider's own card terminal."""


class DeskPaymentStatus(StrEnum):
    """The status of a desk payment."""

    RECORDED = "recorded"
    VOIDED = "voided"
    """It was recorded by mistake, or the provider gave the money back."""


class DeskPaymentAction(StrEnum):
    """An action on a desk payment."""

    VOID = "void"


class DeskPaymentNotFound(NotFound, code="desk.not_found"):
    """There is no such desk payment."""


class MoreThanDue(Conflict, code="desk.more_than_due", field="amount"):
    """Only {due} is due for this booking. From its start on, more can be recorded with a reason."""

    due: Money


class LessThanDeposit(Conflict, code="desk.less_than_deposit", field="amount"):
    """The booking waits for its deposit: record at least {due}."""

    due: Money


class DeskPaymentInUse(Conflict, code="desk.in_use"):
    """The booking is in dispute, or the customer got an overpayment back because of this payment."""


class InvalidDeskPaymentTransition(InvalidTransition, code="desk.invalid_transition"):
    """Cannot {action} the {thing}: it is {status}."""


DESK_PAYMENT_LIFECYCLE: Final[Lifecycle[DeskPaymentStatus, DeskPaymentAction, PaymentParty]] = Lifecycle(
    thing="desk payment",
    about="Cash or a card payment at the provider's desk. It counts until it is voided.",
    refusal=InvalidDeskPaymentTransition,
    moves={
        (DeskPaymentStatus.RECORDED, DeskPaymentAction.VOID): Move(
            DeskPaymentStatus.VOIDED, frozenset({PaymentParty.STAFF})
        ),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class DeskPayment:
    """A part of the price that the customer paid at the desk, perhaps with a tip."""

    id: DeskPaymentId
    booking_id: BookingId
    method: DeskMethod
    amount: Money
    """What counts towards the price."""
    extra: Money
    """What of the amount is above the agreed price."""
    extra_reason: str | None = None
    """Why the final amount is higher; the customer sees it."""
    tip: Money
    """Given besides the amount."""
    status: DeskPaymentStatus
    recorded_by: Actor
    voided_by: Actor | None = None
    voided_at: datetime | None = None
    void_reason: str | None = None
    """Why it was voided; the customer sees it."""
    version: int = 1
    created_at: datetime

    @classmethod
    def record(
        cls,
        *,
        id: DeskPaymentId,  # noqa: A002
        booking_id: BookingId,
        method: DeskMethod,
        amount: Money,
        by: Actor,
        now: datetime,
        extra: Money | None = None,
        extra_reason: str | None = None,
        tip: Money | None = None,
    ) -> Self:
        """A new desk payment.

        Raises:
            InvalidValue: amount and tip are zero; or there is a reason for nothing above the price, none for what is
                above it, or one that is empty or too long.
        """
        zero = Money.zero(amount.currency)
        extra, tip = extra or zero, tip or zero
        if not amount + tip:
            raise InvalidValue(field="amount", problem="more than 0")
        reason = None if extra_reason is None else extra_reason.strip()
        if reason is not None and not extra:
            raise InvalidValue(field="reason", problem="only for more than is due")
        if extra and not 1 <= len(reason or "") <= MAX_EXTRA_REASON:
            raise InvalidValue(field="reason", problem=f"1 to {MAX_EXTRA_REASON} characters")
        return cls(
            id=id,
            booking_id=booking_id,
            method=method,
            amount=amount,
            extra=extra,
            extra_reason=reason,
            tip=tip,
            status=DeskPaymentStatus.RECORDED,
            recorded_by=by,
            created_at=now,
        )

    @property
    def handed_over(self) -> Money:
        """All that the customer handed over."""
        return self.amount + self.tip

    @property
    def counted(self) -> Money:
        """What it counts towards the price."""
        return self.amount if self.status is DeskPaymentStatus.RECORDED else Money.zero(self.amount.currency)

    def void(self, reason: str, *, by: Actor, now: datetime) -> "DeskPayment":
        """Record that the payment does not count any more.

        Raises:
            InvalidDeskPaymentTransition: it was voided already.
            InvalidValue: the reason is empty or too long.
        """
        status = DESK_PAYMENT_LIFECYCLE.advance(self.status, DeskPaymentAction.VOID, PaymentParty.STAFF)
        text = reason.strip()
        if not 1 <= len(text) <= MAX_VOID_REASON:
            raise InvalidValue(field="reason", problem=f"1 to {MAX_VOID_REASON} characters")
        return replace(self, status=status, voided_by=by, voided_at=now, void_reason=text, version=self.version + 1)


class DeskPayments(Protocol):
    """Desk payments inside a database transaction. They change only while their booking is locked."""

    async def add(self, payment: DeskPayment) -> None:
        """Add a desk payment."""
        ...

    async def save(self, payment: DeskPayment, *, was: DeskPayment) -> None:
        """Replace `was` by `payment`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def get(self, payment_id: DeskPaymentId) -> DeskPayment | None:
        """One desk payment."""
        ...

    async def of_booking(self, booking_id: BookingId) -> Sequence[DeskPayment]:
        """All desk payments of a booking, oldest first."""
        ...


class DeskPaymentReads(Protocol):
    """Reads of desk payments, outside any database transaction."""

    async def get(self, payment_id: DeskPaymentId) -> DeskPayment | None:
        """One desk payment."""
        ...

    async def of_booking(self, booking_id: BookingId) -> Sequence[DeskPayment]:
        """All desk payments of a booking, oldest first."""
        ...

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[DeskPayment]]:
        """All desk payments of each booking, oldest first."""
        ...
