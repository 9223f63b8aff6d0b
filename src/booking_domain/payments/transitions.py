"""The lifecycle of a transaction, as data."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move


class TransactionStatus(StrEnum):
    """Where a movement of money stands."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUND_PENDING = "refund_pending"
    """A refund that still has to be made."""
    REFUNDED = "refunded"


class TransactionAction(StrEnum):
    """What moves a transaction."""

    SETTLE = "settle"
    FAIL = "fail"
    CANCEL = "cancel"
    REFUND = "refund"


class TransactionParty(StrEnum):
    """Who moves it."""

    GATEWAY = "gateway"
    PLATFORM = "platform"


@dataclass(eq=False, kw_only=True)
class InvalidPaymentTransition(InvalidTransition):
    """A {thing} that is {status} does not {action}."""

    code: ClassVar[str] = "payment.invalid_transition"


_GATEWAY: Final = frozenset({TransactionParty.GATEWAY})
_PLATFORM: Final = frozenset({TransactionParty.PLATFORM})

TRANSACTION_LIFECYCLE: Final[Lifecycle[TransactionStatus, TransactionAction, TransactionParty]] = Lifecycle(
    thing="transaction",
    refusal=InvalidPaymentTransition,
    moves={
        # Money that arrives late counts all the same: it is kept or given back, never overlooked.
        **{
            (status, TransactionAction.SETTLE): Move(TransactionStatus.PAID, _GATEWAY)
            for status in (
                TransactionStatus.PENDING,
                TransactionStatus.FAILED,
                TransactionStatus.CANCELLED,
                TransactionStatus.PAID,
            )
        },
        (TransactionStatus.PENDING, TransactionAction.FAIL): Move(TransactionStatus.FAILED, _GATEWAY),
        (TransactionStatus.PENDING, TransactionAction.CANCEL): Move(TransactionStatus.CANCELLED, _PLATFORM),
        (TransactionStatus.REFUND_PENDING, TransactionAction.REFUND): Move(
            TransactionStatus.REFUNDED, _GATEWAY | _PLATFORM
        ),
    },
)
