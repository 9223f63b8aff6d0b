"""The JSON of payments."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from booking_domain.payments.model import Payment, Purpose
from booking_domain.shared.ids import BookingId
from booking_domain.workflows.start_payment import StartPayment
from entrypoints.http.kit.fields import Body, Json, Timestamp


class PayBody(Body, frozen=True, kw_only=True):
    """The booking to pay for."""

    booking_id: UUID
    purpose: Literal["deposit", "balance"]
    gateway: Literal["qpay"] | None = None
    """The gateway; only `qpay` is supported."""

    def command(self, gateway: str) -> StartPayment:
        """Return the command for the configured gateway."""
        return StartPayment(booking_id=BookingId(self.booking_id), purpose=Purpose(self.purpose), gateway=gateway)


class CallbackQuery(Struct, frozen=True, kw_only=True):
    """The query of the gateway's callback; unknown parameters are ignored."""

    token: Annotated[str, Meta(max_length=200)] = ""
    qpay_payment_id: str | None = None
    """Not trusted: only the gateway's API is."""


class DeepLinkJson(Json, frozen=True, kw_only=True):
    """A link that opens a banking app."""

    name: str
    link: str


class PaymentJson(Json, frozen=True, kw_only=True):
    """A payment, and how to make it."""

    id: UUID
    booking_id: UUID
    purpose: str
    gateway: str
    status: str
    amount: int
    currency: str
    qpay_invoice_id: str | UnsetType = UNSET
    qr_text: str | UnsetType = UNSET
    qr_image: str | UnsetType = UNSET
    checkout_url: str | None
    deep_links: tuple[DeepLinkJson, ...]
    expires_at: Timestamp | None
    processed_at: Timestamp | UnsetType = UNSET


def payment_json(payment: Payment) -> PaymentJson:
    """Show a payment to a party of its booking."""
    invoice = payment.invoice
    links = () if invoice is None else invoice.deep_links
    return PaymentJson(
        id=payment.id,
        booking_id=payment.booking_id,
        purpose=payment.purpose.value,
        gateway=payment.gateway,
        status=payment.status.value,
        amount=payment.amount.amount,
        currency=payment.amount.currency,
        qpay_invoice_id=UNSET if invoice is None else invoice.reference,
        qr_text=UNSET if invoice is None else invoice.qr_text,
        qr_image=UNSET if invoice is None else invoice.qr_image,
        checkout_url=None if invoice is None else invoice.checkout_url,
        deep_links=tuple(DeepLinkJson(name=link.name, link=link.link) for link in links),
        expires_at=payment.expires_at,
        processed_at=payment.processed_at or UNSET,
    )
