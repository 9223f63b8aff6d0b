"""The lifecycle of a payment, as data."""

from enum import StrEnum
from typing import Final

from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move


class PaymentStatus(StrEnum):
    """The status of a payment."""

    PENDING = "pending"
    AUTHORISED = "authorised"
    """The customer's bank has set the amount aside; the platform can capture it."""
    PAID = "paid"
    FAILED = "failed"
    """The gateway has closed the invoice before it was paid, or the authorisation has lapsed."""
    CANCELLED = "cancelled"
    RELEASED = "released"
    """What was authorised was not captured."""


class PaymentAction(StrEnum):
    """An action on a payment."""

    AUTHORISE = "authorise"
    SETTLE = "settle"
    RELEASE = "release"
    """The whole authorised amount is free again, as the platform decided."""
    LAPSE = "lapse"
    """The authorisation ended before it was captured, and the platform had not decided so."""
    FAIL = "fail"
    """The invoice was cancelled, or has expired, at the gateway."""
    CANCEL = "cancel"


class PaymentParty(StrEnum):
    """Who takes an action on a payment or refund."""

    GATEWAY = "gateway"
    PLATFORM = "platform"
    STAFF = "staff"
    """The provider's side, or an admin."""


class InvalidPaymentTransition(InvalidTransition, code="payment.invalid_transition"):
    """Cannot {action} the {thing}: it is {status}."""


_GATEWAY: Final = frozenset({PaymentParty.GATEWAY})
_PLATFORM: Final = frozenset({PaymentParty.PLATFORM})

PAYMENT_LIFECYCLE: Final[Lifecycle[PaymentStatus, PaymentAction, PaymentParty]] = Lifecycle(
    thing="payment",
    about="""
        Only a report of the gateway authorises or settles a payment. Money counts whatever the status was, so late
        money is never lost. A payment is authorised once at most.
    """,
    refusal=InvalidPaymentTransition,
    moves={
        # Money that arrives late still counts: it is kept or refunded, never lost.
        **{
            (status, PaymentAction.SETTLE): Move(PaymentStatus.PAID, _GATEWAY)
            for status in (
                PaymentStatus.PENDING,
                PaymentStatus.AUTHORISED,
                PaymentStatus.FAILED,
                PaymentStatus.CANCELLED,
                PaymentStatus.PAID,
                PaymentStatus.RELEASED,
            )
        },
        **{
            (status, PaymentAction.AUTHORISE): Move(PaymentStatus.AUTHORISED, _GATEWAY)
            for status in (PaymentStatus.PENDING, PaymentStatus.CANCELLED)
        },
        (PaymentStatus.AUTHORISED, PaymentAction.RELEASE): Move(PaymentStatus.RELEASED, _GATEWAY),
        (PaymentStatus.AUTHORISED, PaymentAction.LAPSE): Move(PaymentStatus.FAILED, _GATEWAY),
        (PaymentStatus.PENDING, PaymentAction.FAIL): Move(PaymentStatus.FAILED, _GATEWAY),
        (PaymentStatus.PENDING, PaymentAction.CANCEL): Move(PaymentStatus.CANCELLED, _PLATFORM),
    },
)
