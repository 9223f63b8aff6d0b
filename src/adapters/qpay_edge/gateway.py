"""The payment gateway port implemented with the Worker."""

from typing import Annotated

import httpx
import msgspec

from adapters.qpay.gateway import MerchantGateway
from adapters.qpay.invoices import invoice_from, truncated
from adapters.qpay.wire import CURRENCY, REFERENCE, InvoiceResponse, Link
from adapters.qpay_edge.client import EdgeClient
from adapters.qpay_edge.signatures import CallSigner
from booking_domain.payments.model import Invoice
from booking_domain.payments.ports import InvoiceOrder
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue


class EdgeLink(msgspec.Struct, frozen=True):
    name: str | None = None
    link: str | None = None


class EdgeInvoice(msgspec.Struct, frozen=True, rename="camel"):
    """The Worker's response to `POST /worker/qpay/invoice`."""

    qpay_invoice_id: Annotated[str, msgspec.Meta(pattern=REFERENCE)]
    qr_text: Annotated[str, msgspec.Meta(min_length=1)]
    qr_url: str | None = None
    checkout_url: str | None = None
    deep_links: list[EdgeLink] | None = None

    def as_qpay_response(self) -> InvoiceResponse:
        """Return the response in QPay's own form."""
        return InvoiceResponse(
            invoice_id=self.qpay_invoice_id,
            qr_text=self.qr_text,
            qr_image=self.qr_url,
            short_url=self.checkout_url,
            urls=[Link(name=each.name, link=each.link) for each in self.deep_links or ()],
        )


class QPayEdgeGateway(MerchantGateway[EdgeClient]):
    """Calls QPay through the Worker at `base_url`, which calls `notify_url` after a payment."""

    def __init__(
        self,
        *,
        base_url: str,
        key: str,
        clock: Clock,
        return_url: str,
        notify_url: str,
        timeout_seconds: float = 10.0,
        name: str = "qpay-edge",
    ) -> None:
        super().__init__(name=name, base_url=base_url, invoice_code="", timeout_seconds=timeout_seconds)
        self._signer = CallSigner(key, clock)
        self._return_url = return_url
        self._notify_url = notify_url

    def _connected(self, http: httpx.AsyncClient) -> EdgeClient:
        return EdgeClient(http, self._signer)

    async def create_invoice(self, order: InvoiceOrder) -> Invoice:
        """As in the port; raises `InvalidValue` for a currency other than MNT."""
        if order.amount.currency != CURRENCY:
            raise InvalidValue(field="currency", problem=f"QPay takes {CURRENCY}, not {order.amount.currency}")
        request = {
            "bookingId": str(order.booking_id),
            "amount": order.amount.amount,
            "returnUrl": self._return_url,
            "notifyUrl": self._notify_url,
            "orderNumber": order.order_number,
            "description": truncated(order.description),
            "expiresAt": None if order.payable_until is None else order.payable_until.isoformat(),
        }
        async with self._client_call("create invoice") as client:
            # Not repeatable: the Worker would answer 409 while the first request still runs.
            created = await client.ask("invoice", request, EdgeInvoice, repeatable=False)
            return invoice_from(created.as_qpay_response())
