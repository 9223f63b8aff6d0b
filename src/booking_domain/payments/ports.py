"""Ports of payments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from booking_domain.payments.adjustments import AdjustmentReads, Adjustments
from booking_domain.payments.chargeable import Chargeable
from booking_domain.payments.desk import DESK_PAYMENT_LIFECYCLE, DeskPaymentReads, DeskPayments
from booking_domain.payments.earnings import CommissionRates, CommissionReads, EarningReads, Earnings
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.events import EVENTS
from booking_domain.payments.model import Invoice, Payment, Purpose
from booking_domain.payments.orders import ORDER_LIFECYCLE, OrderReads, Orders
from booking_domain.payments.payer_cards import PayerCards
from booking_domain.payments.provider_payouts import PROVIDER_PAYOUT_LIFECYCLE, ProviderPayouts
from booking_domain.payments.receipts import ReceiptReads, Receipts
from booking_domain.payments.refunds import REFUND_LIFECYCLE, RefundReads, Refunds
from booking_domain.payments.transfers import BankReferences
from booking_domain.payments.transitions import PAYMENT_LIFECYCLE
from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.ids import BookingId, PaymentId, RefundId
from booking_domain.shared.kept_methods import KeptMethod
from booking_domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceOrder:
    """What the gateway is to collect."""

    payment_id: PaymentId
    booking_id: BookingId
    order_number: str
    """Our order number, never used before."""
    amount: Money
    description: str
    payable_until: datetime | None
    authorise: bool = False
    """Only authorise the amount; it is captured later. For gateways that can (`authorises`)."""
    keep_method: bool = False
    """Keep how it is paid, to charge later invoices to it. For gateways that can (`keeps_methods`)."""
    payer: str = ""
    """The gateway's id of the payer, if a method of theirs was kept before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodForm:
    """Where a payer enters a method to keep, without a payment."""

    reference: str
    """The gateway's id of the form."""
    client_secret: str = field(repr=False)
    """With it the front end shows the form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeOrder:
    """What the gateway is to charge to a kept method."""

    payment_id: PaymentId
    invoice_reference: str
    """An invoice of the method's payer that waits for its money."""
    method: KeptMethod
    attempt: int
    """The number of this try for the invoice. A try that is repeated charges once."""


class ChargeOutcome(StrEnum):
    """What the gateway said to a charge. Only its report says what was received."""

    TAKEN = "taken"
    """It charges, or has charged, the method."""
    DECLINED = "declined"
    AUTHENTICATION = "authentication"
    """The payer has to authenticate the payment, so they pay the invoice themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayReport:
    """The gateway's report on one invoice."""

    received: Money
    """The sum of the payments that the gateway reports as paid and not refunded, in the invoice's currency."""
    raw: str
    """The gateway's response, verbatim or without what is secret or personal in it."""
    authorised: Money | None = None
    """What is authorised and neither captured nor released; None: nothing."""
    authorised_at: datetime | None = None
    card_digest: bytes = field(default=b"", repr=False)
    """A keyed digest of the card that paid; empty: nothing was paid, not by a card, or the gateway tells none."""
    kept: KeptMethod | None = None
    """The method that the gateway keeps since the invoice was paid, if that was ordered."""
    closed: bool = False
    """Whether the invoice can no longer be paid, because it was cancelled or has expired at the gateway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureOrder:
    """What the gateway is to capture of an authorised amount."""

    payment_id: PaymentId
    invoice_reference: str
    amount: Money
    """More than zero, and at most what is authorised. The rest is released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """What the gateway is to pay back."""

    refund_id: RefundId
    """Identifies the refund to the gateway. An order that is repeated has the same id, invoice and amount."""
    payment_id: PaymentId
    invoice_reference: str
    amount: Money
    """At most what was received on the invoice and not refunded."""
    returned_before: Money
    """What the gateway had paid back of this invoice before. No other refund of the invoice is made meanwhile."""


class RefundOutcome(StrEnum):
    """What came of a refund that the gateway was asked for."""

    MADE = "made"
    PENDING = "pending"
    """The gateway works on it. Repeat the order later to learn more."""
    IMPOSSIBLE = "impossible"
    """The gateway cannot make this refund, now or later, and has moved no money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayPayment:
    """One payment in the gateway's own list."""

    reference: str
    """The gateway's id of the payment."""
    invoice_reference: str
    amount: Money
    """Of an authorised payment: what was captured."""
    refunded: bool
    """Whether the gateway paid the whole payment back. It is not received then."""
    paid_at: datetime | None
    """Of an authorised payment: when it was authorised."""


class PaymentGateway(Protocol):
    """A payment gateway. Never called inside a database transaction. Only its own reports about money count."""

    @property
    def name(self) -> str:
        """The name under which payments store it, e.g. `qpay`."""
        ...

    @property
    def chargeable(self) -> Chargeable:
        """The amounts that it can charge. Prices and deposits outside of them are refused when they are set."""
        ...

    @property
    def refunds_parts(self) -> bool:
        """Whether it can pay back a part of a payment; else it pays back all or nothing."""
        ...

    @property
    def authorises(self) -> bool:
        """Whether it can authorise an amount now and capture it later."""
        return False

    @property
    def keeps_methods(self) -> bool:
        """Whether it can keep how an invoice is paid, and charge later ones while the payer is away."""
        return False

    @property
    def day_zone(self) -> str:
        """The IANA time zone of the days of its books."""
        return "UTC"

    async def open(self) -> None:
        """Open its connections. No other method is called before."""
        ...

    async def close(self) -> None:
        """Close its connections. Closing twice is allowed."""
        ...

    async def create_invoice(self, order: InvoiceOrder) -> Invoice:
        """Create an invoice. Not idempotent: use an order number once, whatever the result.

        Raises:
            NotChargeable: the gateway refuses the amount.
            GatewayUnavailable: no usable response; the invoice may or may not exist.
        """
        ...

    async def report(self, invoice_reference: str, currency: str) -> GatewayReport:
        """Report what was paid on an invoice.

        Raises:
            GatewayUnavailable: no usable response; the payments are unknown.
        """
        ...

    async def cancel_invoice(self, invoice_reference: str) -> None:
        """Cancel the invoice, and release what is authorised. One that is paid, cancelled or unknown stays as it is.

        Raises:
            GatewayUnavailable: no usable response.
        """
        ...

    async def capture(self, order: CaptureOrder) -> None:  # noqa: ARG002
        """Capture an authorised amount or a part of it, and release the rest. `report` says what came of it.

        An invoice is captured once, however often; one of which nothing is authorised stays as it is.

        Raises:
            GatewayUnavailable: no usable response, or the gateway does not capture now.
        """
        raise GatewayUnavailable(gateway=self.name)

    async def charge(self, order: ChargeOrder) -> ChargeOutcome:  # noqa: ARG002
        """Charge an invoice to a kept method. `report` says what came of it.

        Raises:
            GatewayUnavailable: no usable response, or the gateway keeps no methods; it may have been charged.
        """
        raise GatewayUnavailable(gateway=self.name)

    async def open_method_form(self, payer: str) -> MethodForm:  # noqa: ARG002
        """Let a payer enter another method to keep.

        Raises:
            GatewayUnavailable: no usable response, or the gateway keeps no methods.
        """
        raise GatewayUnavailable(gateway=self.name)

    async def entered_method(self, form_reference: str) -> KeptMethod | None:  # noqa: ARG002
        """The method that was entered in a form; None: none yet.

        Raises:
            GatewayUnavailable: no usable response, or the gateway keeps no methods.
        """
        raise GatewayUnavailable(gateway=self.name)

    async def forget_method(self, method: KeptMethod) -> None:  # noqa: ARG002
        """Keep a method no longer; one that is not kept stays so.

        Raises:
            GatewayUnavailable: no usable response, or the gateway keeps no methods.
        """
        raise GatewayUnavailable(gateway=self.name)

    async def refund(self, order: RefundOrder) -> RefundOutcome:
        """Pay money back to the customer. Repeating an order pays once, and returns what came of it.

        Raises:
            GatewayUnavailable: no usable response; the refund may or may not have been made. Repeat the order.
        """
        ...

    async def payments_between(self, start: datetime, end: datetime) -> Sequence[GatewayPayment]:
        """All payments that were made at or after `start` and before `end`, in the gateway's own list.

        A payment that was only authorised is not among them.

        Raises:
            GatewayUnavailable: no usable response, or the list is incomplete.
        """
        ...

    async def order_number(self, invoice_reference: str) -> str | None:  # noqa: ARG002
        """Our order number of an invoice; None if there is no such invoice, or the gateway does not know it.

        Raises:
            GatewayUnavailable: no usable response.
        """
        return None


class CallbackTokens(Protocol):
    """Unguessable tokens for callback addresses, one per payment."""

    def issue(self, payment_id: PaymentId) -> str:
        """The payment's token. Deterministic."""
        ...

    def verify(self, payment_id: PaymentId, token: str) -> bool:
        """Whether the token is this payment's, compared in constant time."""
        ...


class GatewayEvents(Protocol):
    """Verifies and decodes the signed events of a gateway. An event is a hint to ask, never proof."""

    def read(self, body: bytes, signature: str, now: datetime) -> str | None:
        """The gateway's id of the invoice that an event is about, or None if it is about no invoice.

        Raises:
            InvalidGatewaySignature: the event is not from the gateway, or its signature is not recent.
        """
        ...


class GatewayNotifications(Protocol):
    """Verifies and decodes the signed notifications of a gateway."""

    async def read(self, *, method: str, target: str, headers: Mapping[str, str], body: bytes) -> str | None:
        """Return the reference of the invoice that a notification is about, or None if it names none.

        `target` is path and query of the address that was called. A notification is accepted once.

        Raises:
            InvalidGatewaySignature: the notification is not from the gateway, is not recent, or was accepted before.
        """
        ...


class Payments(Protocol):
    """Payments inside a database transaction."""

    async def add(self, payment: Payment) -> None:
        """Add a payment.

        Raises:
            ConcurrentChange: another database transaction has added a pending payment of the same booking and purpose.
        """
        ...

    async def save(self, payment: Payment, *, was: Payment) -> None:
        """Replace `was` by `payment`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def get(self, payment_id: PaymentId) -> Payment | None:
        """One payment."""
        ...

    async def pending(self, booking_id: BookingId, purpose: Purpose) -> Payment | None:
        """The pending payment for this purpose."""
        ...

    async def of_booking(self, booking_id: BookingId) -> Sequence[Payment]:
        """All payments of a booking, oldest first."""
        ...


class PaymentReads(Protocol):
    """Reads of payments, outside any database transaction."""

    async def get(self, payment_id: PaymentId) -> Payment | None:
        """One payment."""
        ...

    async def by_invoice(self, reference: str) -> Payment | None:
        """The payment whose invoice has this id at the gateway."""
        ...

    async def of_booking(self, booking_id: BookingId) -> Sequence[Payment]:
        """All payments of a booking, oldest first."""
        ...

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[Payment]]:
        """All payments of each booking, oldest first."""
        ...

    async def of_invoices(self, gateway: str, references: Sequence[str]) -> Sequence[Payment]:
        """The payments of this gateway whose invoices have these ids, oldest first."""
        ...

    async def settled_between(self, gateway: str, start: datetime, end: datetime) -> Sequence[Payment]:
        """The payments of this gateway with money, of which the last was counted at or after `start` and before `end`.

        An authorised payment has the time of its authorisation instead.
        """
        ...

    async def to_capture(self, now: datetime, limit: int) -> Sequence[BookingId]:
        """Bookings with payments that the gateway is to be asked to capture or release at `now`, each once."""
        ...


class PaymentRepositories(Protocol):
    """What this context adds to the repositories of a database transaction."""

    @property
    def payments(self) -> Payments: ...
    @property
    def refunds(self) -> Refunds: ...
    @property
    def desk_payments(self) -> DeskPayments: ...
    @property
    def adjustments(self) -> Adjustments: ...
    @property
    def commission_rates(self) -> CommissionRates: ...
    @property
    def earnings(self) -> Earnings: ...
    @property
    def provider_payouts(self) -> ProviderPayouts: ...
    @property
    def orders(self) -> Orders: ...
    @property
    def bank_references(self) -> BankReferences: ...
    @property
    def receipts(self) -> Receipts: ...
    @property
    def payer_cards(self) -> PayerCards: ...


class PaymentReadGroup(Protocol):
    """What this context adds to the reads outside any database transaction."""

    @property
    def payments(self) -> PaymentReads: ...
    @property
    def refunds(self) -> RefundReads: ...
    @property
    def desk_payments(self) -> DeskPaymentReads: ...
    @property
    def adjustments(self) -> AdjustmentReads: ...
    @property
    def commission_rates(self) -> CommissionReads: ...
    @property
    def earnings(self) -> EarningReads: ...
    @property
    def receipts(self) -> ReceiptReads: ...
    @property
    def orders(self) -> OrderReads: ...


CONTEXT: Final = DomainContext(
    events=EVENTS,
    lifecycles=(
        PAYMENT_LIFECYCLE,
        DESK_PAYMENT_LIFECYCLE,
        REFUND_LIFECYCLE,
        PROVIDER_PAYOUT_LIFECYCLE,
        ORDER_LIFECYCLE,
    ),
    news=frozenset({"desk_payment", "earnings", "ledger", "order", "payment", "provider_payout", "receipt", "refund"}),
)
