"""Domain events of payments."""

from dataclasses import field
from typing import Final

from booking_domain.payments.model import Payment
from booking_domain.payments.orders import OrderId
from booking_domain.payments.refunds import Refund
from booking_domain.shared.events import Event, stored_as
from booking_domain.shared.executor import UseCaseContext
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


class RefundChanged(Event, subject="booking_id"):
    """The base of the events of a refund."""

    booking_id: BookingId
    refund_id: RefundId


class RefundScheduled(RefundChanged, topic="payment.refund_owed"):
    """A refund is pending."""

    refund_id: RefundId = field(metadata=stored_as("transactionId"))


class RefundSplit(RefundChanged, topic="refund.split"):
    """A refund was split over two payments; the event names the new part."""


class RefundByTransfer(RefundChanged, topic="refund.by_transfer"):
    """The payment gateway cannot pay a refund back; it goes to the customer's bank account."""


class RefundMade(RefundChanged, topic="refund.made"):
    """The money of a refund was sent to the customer."""


class RefundReturned(RefundChanged, topic="refund.returned"):
    """The transfer of a refund failed, and the customer has to check their bank account."""


class PaymentReceived(Event, topic="payment.received", subject="booking_id"):
    """The gateway has received money for a payment: all of it, a part, or more."""

    booking_id: BookingId
    payment_id: PaymentId


class PaymentFailed(Event, topic="payment.failed", subject="booking_id"):
    """The gateway has closed the invoice before it was paid: the payment failed, or was cancelled there."""

    booking_id: BookingId
    payment_id: PaymentId


class AuthorisationChanged(Event, subject="booking_id"):
    """The base of the events of an authorised payment."""

    booking_id: BookingId
    payment_id: PaymentId


class PaymentAuthorised(AuthorisationChanged, topic="payment.authorised"):
    """The gateway has authorised a payment."""


class PaymentCaptured(AuthorisationChanged, topic="payment.captured"):
    """The gateway has captured an authorised payment, in full or in part."""


class PaymentReleased(AuthorisationChanged, topic="payment.released"):
    """The gateway has released an authorised payment, or the part that was not captured."""


class PaymentLapsed(AuthorisationChanged, topic="payment.lapsed"):
    """An authorisation ended before it was captured: the money cannot be captured any more."""


class CaptureDelayed(AuthorisationChanged, topic="payment.capture_delayed"):
    """The gateway has not captured a payment for hours."""


class PaymentHinted(Event, topic="payment.hinted", subject="booking_id"):
    """A callback says that an invoice was paid; the gateway could not be asked at that time."""

    booking_id: BookingId
    payment_id: PaymentId = field(metadata=stored_as("transactionId"))


class DeskPaymentChanged(Event, subject="booking_id"):
    """The base of the events of a desk payment."""

    booking_id: BookingId
    desk_payment_id: DeskPaymentId


class DeskPaymentRecorded(DeskPaymentChanged, topic="desk_payment.recorded"):
    """The customer paid at the desk."""


class DeskPaymentVoided(DeskPaymentChanged, topic="desk_payment.voided"):
    """A payment at the desk does not count any more."""


class ProviderPayoutChanged(Event, subject="payout_id"):
    """The base of the events of a payout to a provider."""

    payout_id: ProviderPayoutId


class ProviderPaid(ProviderPayoutChanged, topic="provider_payout.paid"):
    """The money of a payout was sent to the provider."""


class ProviderPayoutReturned(ProviderPayoutChanged, topic="provider_payout.returned"):
    """The transfer of a payout failed, and the provider has to check their bank account."""


class EarningsAdjusted(Event, topic="earnings.adjusted", subject="provider_id"):
    """An admin adjusted the account of a provider."""

    provider_id: ProviderId
    earning_id: EarningId


class LedgerAdjusted(Event, topic="ledger.adjusted", subject="booking_id"):
    """An admin adjusted the ledger of a booking."""

    booking_id: BookingId
    adjustment_id: AdjustmentId


class ReceiptIssued(Event, topic="receipt.issued", subject="booking_id"):
    """A receipt or a credit note was issued to the customer."""

    booking_id: BookingId
    receipt_id: ReceiptId


class OrderChanged(Event, subject="order_id"):
    """The base of the events of an order."""

    order_id: OrderId


class OrderHinted(OrderChanged, topic="order.hinted"):
    """A callback told of an order while the gateway was unavailable."""


class OrderPaid(OrderChanged, topic="order.paid"):
    """An order was paid in full."""


class OrderRefundScheduled(OrderChanged, topic="order.refund_owed"):
    """Money of an order is to be given back."""


class OrderRefundByTransfer(OrderChanged, topic="order.refund_by_transfer"):
    """The payment gateway cannot refund an order; an admin transfers the money."""


class OrderRefunded(OrderChanged, topic="order.refunded"):
    """The money of an order was sent to its customer."""


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
    PaymentFailed,
    PaymentHinted,
    *AUTHORISATION_EVENTS,
    *DESK_EVENTS,
    *PAYOUT_EVENTS,
    ReceiptIssued,
    EarningsAdjusted,
    LedgerAdjusted,
    OrderHinted,
    OrderPaid,
    OrderRefundScheduled,
    OrderRefundByTransfer,
    OrderRefunded,
)


def payment_event(
    kind: type[PaymentReceived] | type[PaymentFailed] | type[AuthorisationChanged],
    payment: Payment,
    context: UseCaseContext,
) -> PaymentReceived | PaymentFailed | AuthorisationChanged:
    """Return the event of a payment that changes now."""
    return kind(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        booking_id=payment.booking_id,
        payment_id=payment.id,
    )


def refund_event(kind: type[RefundChanged], refund: Refund, context: UseCaseContext) -> RefundChanged:
    """Return the event of a refund that changes now."""
    return kind(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        booking_id=refund.booking_id,
        refund_id=refund.id,
    )
