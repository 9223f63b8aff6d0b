"""What payments need of the outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking_domain.payments.model import Invoice, Payment, Purpose
from booking_domain.shared.ids import BookingId, PaymentId
from booking_domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceOrder:
    """What the gateway is asked to collect."""

    payment_id: PaymentId
    order_number: str
    """Ours, never used before."""
    amount: Money
    description: str
    payable_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayReport:
    """What a gateway says of one invoice."""

    received: Money
    """The sum of the payments that the gateway itself calls paid, in the invoice's currency."""
    raw: str
    """Its answer, verbatim."""


class PaymentGateway(Protocol):
    """A payment gateway. Never called inside a transaction; only its own word about money counts."""

    @property
    def name(self) -> str:
        """How transactions name it, e.g. `qpay`."""
        ...

    async def create_invoice(self, order: InvoiceOrder) -> Invoice:
        """Ask for money. Not idempotent: an order number is used once, whatever came of it.

        Raises:
            GatewayUnavailable: no usable answer; whether the invoice exists is not known.
        """
        ...

    async def report(self, invoice_reference: str, currency: str) -> GatewayReport:
        """Ask what has been paid on an invoice.

        Raises:
            GatewayUnavailable: no usable answer; nothing follows from that.
        """
        ...

    async def cancel_invoice(self, invoice_reference: str) -> None:
        """Make the invoice unpayable; one that is paid, cancelled or unknown already is left as it is.

        Raises:
            GatewayUnavailable: no usable answer.
        """
        ...


class CallbackTokens(Protocol):
    """Unguessable tokens for callback addresses, one a transaction."""

    def issue(self, payment_id: PaymentId) -> str:
        """The token; always the same for the same transaction."""
        ...

    def verify(self, payment_id: PaymentId, token: str) -> bool:
        """Whether the token is this transaction's, in constant time."""
        ...


class Payments(Protocol):
    """The transactions of a unit of work."""

    async def add(self, payment: Payment) -> None:
        """Add a new one.

        Raises:
            ConcurrentChange: another pending one of the same booking and purpose has just been added.
        """
        ...

    async def save(self, payment: Payment, *, was: Payment) -> None:
        """Replace `was` by `transaction`, or raise `ConcurrentChange` if `was.version` is not what is there."""
        ...

    async def get(self, payment_id: PaymentId) -> Payment | None:
        """One of them."""
        ...

    async def pending(self, booking_id: BookingId, purpose: Purpose) -> Payment | None:
        """The one that is being collected for this purpose."""
        ...

    async def of_booking(self, booking_id: BookingId) -> Sequence[Payment]:
        """All of a booking, oldest first."""
        ...


class PaymentReads(Protocol):
    """Reads of transactions, outside any unit of work."""

    async def get(self, payment_id: PaymentId) -> Payment | None:
        """One of them."""
        ...

    async def by_invoice(self, reference: str) -> Payment | None:
        """The one with the gateway's id of its invoice."""
        ...

    async def of_booking(self, booking_id: BookingId) -> Sequence[Payment]:
        """All of a booking, oldest first."""
        ...

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[Payment]]:
        """All payments of each booking, oldest first."""
        ...
