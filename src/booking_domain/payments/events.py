"""Domain events of payments."""

from dataclasses import dataclass, field
from typing import ClassVar, Final

from booking_domain.payments.model import Payment
from booking_domain.payments.refunds import Refund
from booking_domain.shared.events import Event, stored_as
from booking_domain.shared.executor import Context
from booking_domain.shared.ids import (
    AdjustmentId,
    BookingId,
    DeskPaymentId,
    EarningId,
    EventId,
    PaymentId,
    ProviderId,
    ProviderPayoutId,
    ReceiptId,
    RefundId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundChanged(Event):
    """The base of the events of a refund."""

    subject_field: ClassVar[str] = "booking_id"

    booking_id: BookingId
    refund_id: RefundId


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundScheduled(RefundChanged):
    """A refund is pending."""

    topic: ClassVar[str] = "payment.refund_owed"

    refund_id: RefundId = field(metadata=stored_as("transactionId"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSplit(RefundChanged):
    """A refund was split over two payments; the event names the new part."""

    topic: ClassVar[str] = "refund.split"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundByTransfer(RefundChanged):
    """The payment gateway cannot pay a refund back; it goes to the customer's bank account."""

    topic: ClassVar[str] = "refund.by_transfer"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundMade(RefundChanged):
    """The money of a refund was sent to the customer."""

    topic: ClassVar[str] = "refund.made"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundReturned(RefundChanged):
    """The transfer of a refund failed, and the customer has to check their bank account."""

    topic: ClassVar[str] = "refund.returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReceived(Event):
    """The gateway has received money for a payment: all of it, a part, or more."""

    topic: ClassVar[str] = "payment.received"
    subject_field: ClassVar[str] = "booking_id"

    booking_id: BookingId
    payment_id: PaymentId


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisationChanged(Event):
    """The base of the events of an authorised payment."""

    subject_field: ClassVar[str] = "booking_id"

    booking_id: BookingId
    payment_id: PaymentId


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAuthorised(AuthorisationChanged):
    """The gateway has authorised a payment."""

    topic: ClassVar[str] = "payment.authorised"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCaptured(AuthorisationChanged):
    """The gateway has captured an authorised payment, in full or in part."""

    topic: ClassVar[str] = "payment.captured"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReleased(AuthorisationChanged):
    """The gateway has released an authorised payment, or the part that was not captured."""

    topic: ClassVar[str] = "payment.released"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLapsed(AuthorisationChanged):
    """An authorisation ended before it was captured: the money cannot be captured any more."""

    topic: ClassVar[str] = "payment.lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureDelayed(AuthorisationChanged):
    """The gateway has not captured a payment for hours."""

    topic: ClassVar[str] = "payment.capture_delayed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentHinted(Event):
    """A callback says that an invoice was paid; the gateway could not be asked at that time."""

    topic: ClassVar[str] = "payment.hinted"
    subject_field: ClassVar[str] = "booking_id"

    booking_id: BookingId
    payment_id: PaymentId = field(metadata=stored_as("transactionId"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPaymentChanged(Event):
    """The base of the events of a desk payment."""

    subject_field: ClassVar[str] = "booking_id"

    booking_id: BookingId
    desk_payment_id: DeskPaymentId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPaymentRecorded(DeskPaymentChanged):
    """The customer paid at the desk."""

    topic: ClassVar[str] = "desk_payment.recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPaymentVoided(DeskPaymentChanged):
    """A payment at the desk does not count any more."""

    topic: ClassVar[str] = "desk_payment.voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderPayoutChanged(Event):
    """The base of the events of a payout to a provider."""

    subject_field: ClassVar[str] = "payout_id"

    payout_id: ProviderPayoutId


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderPaid(ProviderPayoutChanged):
    """The money of a payout was sent to the provider."""

    topic: ClassVar[str] = "provider_payout.paid"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderPayoutReturned(ProviderPayoutChanged):
    """The transfer of a payout failed, and the provider has to check their bank account."""

    topic: ClassVar[str] = "provider_payout.returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningsAdjusted(Event):
    """An admin adjusted the account of a provider."""

    topic: ClassVar[str] = "earnings.adjusted"
    subject_field: ClassVar[str] = "provider_id"

    provider_id: ProviderId
    earning_id: EarningId


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAdjusted(Event):
    """An admin adjusted the ledger of a booking."""

    topic: ClassVar[str] = "ledger.adjusted"
    subject_field: ClassVar[str] = "booking_id"

    booking_id: BookingId
    adjustment_id: AdjustmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptIssued(Event):
    """A receipt or a credit note was issued to the customer."""

    topic: ClassVar[str] = "receipt.issued"
    subject_field: ClassVar[str] = "booking_id"

    booking_id: BookingId
    receipt_id: ReceiptId


DESK_EVENTS: Final[tuple[type[DeskPaymentChanged], ...]] = (DeskPaymentRecorded, DeskPaymentVoided)
AUTHORISATION_EVENTS: Final[tuple[type[AuthorisationChanged], ...]] = (
    PaymentAuthorised,
    PaymentCaptured,
    PaymentReleased,
    PaymentLapsed,
    CaptureDelayed,
)
PAYOUT_EVENTS: Final[tuple[type[ProviderPayoutChanged], ...]] = (ProviderPaid, ProviderPayoutReturned)
EVENTS: Final[tuple[type[Event], ...]] = (
    RefundScheduled,
    RefundSplit,
    RefundByTransfer,
    RefundMade,
    RefundReturned,
    PaymentReceived,
    PaymentHinted,
    *AUTHORISATION_EVENTS,
    *DESK_EVENTS,
    *PAYOUT_EVENTS,
    ReceiptIssued,
    EarningsAdjusted,
    LedgerAdjusted,
)


def payment_event(
    kind: type[PaymentReceived] | type[AuthorisationChanged], payment: Payment, context: Context
) -> PaymentReceived | AuthorisationChanged:
    """Return the event of a payment that changes now."""
    return kind(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        booking_id=payment.booking_id,
        payment_id=payment.id,
    )


def refund_event(kind: type[RefundChanged], refund: Refund, context: Context) -> RefundChanged:
    """Return the event of a refund that changes now."""
    return kind(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        booking_id=refund.booking_id,
        refund_id=refund.id,
    )
