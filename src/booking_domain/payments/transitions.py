"""The lifecycle of a transaction, as data."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move


class PaymentStatus(StrEnum):
    """Where a movement of money stands."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUND_PENDING = "refund_pending"
    """A refund that still has to be made."""
    REFUNDED = "refunded"


class PaymentAction(StrEnum):
    """What moves a transaction."""

    SETTLE = "settle"
    FAIL = "fail"
    CANCEL = "cancel"
    REFUND = "refund"


class PaymentParty(StrEnum):
    """Who moves it."""

    GATEWAY = "gateway"
    PLATFORM = "platform"


@dataclass(eq=False, kw_only=True)
class InvalidPaymentTransition(InvalidTransition):
    """Cannot {action} a {thing} that is {status}."""

    code: ClassVar[str] = "payment.invalid_transition"


_GATEWAY: Final = frozenset({PaymentParty.GATEWAY})
_PLATFORM: Final = frozenset({PaymentParty.PLATFORM})

PAYMENT_LIFECYCLE: Final[Lifecycle[PaymentStatus, PaymentAction, PaymentParty]] = Lifecycle(
    thing="transaction",
    refusal=InvalidPaymentTransition,
    moves={
        # Money that arrives late counts all the same: it is kept or given back, never overlooked.
        **{
            (status, PaymentAction.SETTLE): Move(PaymentStatus.PAID, _GATEWAY)
            for status in (
                PaymentStatus.PENDING,
                PaymentStatus.FAILED,
                PaymentStatus.CANCELLED,
                PaymentStatus.PAID,
            )
        },
        (PaymentStatus.PENDING, PaymentAction.FAIL): Move(PaymentStatus.FAILED, _GATEWAY),
        (PaymentStatus.PENDING, PaymentAction.CANCEL): Move(PaymentStatus.CANCELLED, _PLATFORM),
        (PaymentStatus.REFUND_PENDING, PaymentAction.REFUND): Move(PaymentStatus.REFUNDED, _GATEWAY | _PLATFORM),
    },
)
