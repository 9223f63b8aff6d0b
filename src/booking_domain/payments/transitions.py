"""The lifecycle of a payment, as data."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move


class PaymentStatus(StrEnum):
    """The status of a payment."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PaymentAction(StrEnum):
    """An action on a payment."""

    SETTLE = "settle"
    FAIL = "fail"
    CANCEL = "cancel"


class PaymentParty(StrEnum):
    """Who takes an action on a payment or refund."""

    GATEWAY = "gateway"
    PLATFORM = "platform"
    STAFF = "staff"
    """The provider's side, or an admin."""


@dataclass(eq=False, kw_only=True)
class InvalidPaymentTransition(InvalidTransition):
    """Cannot {action} a {thing} that is {status}."""

    code: ClassVar[str] = "payment.invalid_transition"


_GATEWAY: Final = frozenset({PaymentParty.GATEWAY})
_PLATFORM: Final = frozenset({PaymentParty.PLATFORM})

PAYMENT_LIFECYCLE: Final[Lifecycle[PaymentStatus, PaymentAction, PaymentParty]] = Lifecycle(
    thing="payment",
    about="""
        Only a report of the gateway settles a payment. Money counts whatever the status was, so late money is never
        lost.
    """,
    refusal=InvalidPaymentTransition,
    moves={
        # Money that arrives late still counts: it is kept or refunded, never lost.
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
    },
)
