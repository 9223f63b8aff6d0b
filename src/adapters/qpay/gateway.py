"""The payment gateway port implemented with QPay's merchant API v2."""

import asyncio
import logging
import re
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final, Generic, TypeVar

import httpx

from adapters.kit.http_client import http_client
from adapters.kit.http_responses import UnusableResponse
from adapters.kit.opened import Opened
from adapters.qpay.client import QPayCalls, QPayClient
from adapters.qpay.invoices import invoice_from, invoice_request
from adapters.qpay.payment_checks import PAID, fetch_payments
from adapters.qpay.payment_lists import list_payments
from adapters.qpay.tokens import InProcessTokenStore, TokenStore
from adapters.qpay.wire import (
    CURRENCY,
    REFERENCE,
    ErrorResponse,
    InvoiceDocument,
    InvoiceResponse,
    RefundRequest,
    error_code,
    money,
)
from booking_domain.payments.chargeable import AmountRule, Chargeable
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.model import Invoice
from booking_domain.payments.ports import (
    GatewayPayment,
    GatewayReport,
    InvoiceOrder,
    PaymentGateway,
    RefundOrder,
    RefundOutcome,
)
from booking_domain.shared.errors import InvalidValue, Unavailable
from booking_domain.shared.ids import PaymentId

CallsT = TypeVar("CallsT", bound=QPayCalls)

_LOG = logging.getLogger(__name__)
_CARD: Final = "CARD"
_NOT_REFUNDABLE: Final = frozenset({"PAYMENT_SETTLED", "PAYMENT_NOT_PAID", "PAYMENT_NOTFOUND", "PERMISSION_DENIED"})
"""Errors after which the payment is as before. PAYMENT_SETTLED: the money has left QPay, as that of every bank app."""
_NOTHING_TO_CANCEL: Final = frozenset(
    {"INVOICE_ALREADY_CANCELED", "INVOICE_NOTFOUND", "INVOICE_PAID", "PAYMENT_SETTLED", "PAYMENT_ALREADY_CANCELED"}
)

_ENDED: Final = frozenset({"CANCELED", "CANCELLED", "EXPIRED"})
"""Statuses of invoices that can no longer be paid; `CLOSED` means paid."""

CHARGEABLE: Final = Chargeable(
    gateway="QPay", currencies={CURRENCY: AmountRule(step=100, least=100, most=9_999_999_999_00)}
)
"""Whole tögrög. An EMV QR code has at most 13 characters for the amount, with two decimals."""


async def _is_closed(client: QPayCalls, invoice_reference: str) -> bool:
    """Whether an invoice without money was cancelled or has expired. If QPay does not say so, it can still be paid."""
    response = await client.call("GET", f"/invoice/{invoice_reference}", repeatable=True)
    try:
        return response.read(InvoiceDocument).invoice_status in _ENDED
    except UnusableResponse:
        return False


class MerchantGateway(Opened, PaymentGateway, Generic[CallsT]):
    """QPay as a payment gateway, independent of the transport. Opened and closed with `async with`.

    Payments store `name`. `timeout_seconds` bounds a whole port call.
    """

    def __init__(self, *, name: str, base_url: str, invoice_code: str, timeout_seconds: float) -> None:
        self._name = name
        self._base_url = base_url
        self._invoice_code = invoice_code
        self._timeout_seconds = timeout_seconds
        self._http: httpx.AsyncClient | None = None
        self._client: CallsT | None = None

    @abstractmethod
    def _connected(self, http: httpx.AsyncClient) -> CallsT:
        """Return the object that calls QPay over this client."""

    @property
    def name(self) -> str:
        return self._name

    @property
    def chargeable(self) -> Chargeable:
        return CHARGEABLE

    @property
    def refunds_parts(self) -> bool:
        return False

    @property
    def day_zone(self) -> str:
        return "Asia/Ulaanbaatar"

    async def open(self) -> None:
        self._http = http_client(base_url=self._base_url, timeout=self._timeout_seconds)
        self._client = self._connected(self._http)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
        self._http = self._client = None

    async def report(self, invoice_reference: str, currency: str) -> GatewayReport:
        if currency != CURRENCY:
            raise GatewayUnavailable(gateway=self.name)
        async with self._client_call("payment check") as client:
            payments = await fetch_payments(client, invoice_reference)
            closed = not payments.received and await _is_closed(client, invoice_reference)
            return GatewayReport(received=payments.received, raw=payments.raw, closed=closed)

    async def cancel_invoice(self, invoice_reference: str) -> None:
        if re.match(REFERENCE, invoice_reference) is None:
            return  # not a QPay invoice id
        async with self._client_call("cancel invoice") as client:
            response = await client.call("DELETE", f"/invoice/{invoice_reference}", repeatable=True)
            if error_code(response.body) in _NOTHING_TO_CANCEL or (response.succeeded and not response.body):
                return
            if response.read(ErrorResponse).error is not None:
                raise UnusableResponse(response.error_summary)

    async def refund(self, order: RefundOrder) -> RefundOutcome:
        """As in the port. QPay pays back whole card payments only (merchant API v2)."""
        async with self._client_call("refund") as client:
            payments = await fetch_payments(client, order.invoice_reference)
            if order.returned_before + order.amount <= payments.refunded:
                return RefundOutcome.MADE
            paid = [each for each in payments.rows if each.payment_status == PAID]
            whole = [each for each in paid if money(each.payment_amount) == order.amount]
            if not whole:
                return RefundOutcome.IMPOSSIBLE
            row = min(whole, key=lambda each: (each.payment_type != _CARD, str(each.payment_id)))
            request = RefundRequest(note=order.refund_id.hex)
            # Repeatable: QPay answers a repetition with PAYMENT_ALREADY_CANCELED.
            response = await client.call("DELETE", f"/payment/refund/{row.payment_id}", request, repeatable=True)
            code = error_code(response.body)
            if response.succeeded or code == "PAYMENT_ALREADY_CANCELED":
                return RefundOutcome.MADE
            if code in _NOT_REFUNDABLE:
                return RefundOutcome.IMPOSSIBLE
            raise UnusableResponse(response.error_summary)

    async def payments_between(self, start: datetime, end: datetime) -> Sequence[GatewayPayment]:
        async with self._client_call("list payments") as client:
            return await list_payments(client, self._invoice_code, start, end)

    async def order_number(self, invoice_reference: str) -> str | None:
        if re.match(REFERENCE, invoice_reference) is None:
            return None  # not a QPay invoice id
        async with self._client_call("read invoice") as client:
            response = await client.call("GET", f"/invoice/{invoice_reference}", repeatable=True)
            if error_code(response.body) == "INVOICE_NOTFOUND":
                return None
            return response.read(InvoiceDocument).sender_invoice_no

    @asynccontextmanager
    async def _client_call(self, operation: str) -> AsyncIterator[CallsT]:
        """Yield the client; enforce the deadline and map errors to `GatewayUnavailable`; log no response content."""
        if self._client is None:
            raise RuntimeError("the gateway is not open")
        try:
            async with asyncio.timeout(self._timeout_seconds):
                yield self._client
        except (UnusableResponse, httpx.HTTPError, httpx.StreamError, Unavailable, TimeoutError) as error:
            reason = str(error) if isinstance(error, UnusableResponse) else type(error).__name__
            _LOG.warning("QPay: no usable response to %s: %s", operation, reason)
            raise GatewayUnavailable(gateway=self.name) from error


class QPayGateway(MerchantGateway[QPayClient]):
    """Calls QPay directly. `base_url` ends in `/v2`.

    `callback_url` returns the URL (at most 255 characters) that QPay calls after a payment.
    """

    def __init__(
        self,
        *,
        base_url: str,
        username: str,
        password: str,
        invoice_code: str,
        callback_url: Callable[[PaymentId], str],
        token_store: TokenStore | None = None,
        timeout_seconds: float = 10.0,
        name: str = "qpay",
    ) -> None:
        super().__init__(name=name, base_url=base_url, invoice_code=invoice_code, timeout_seconds=timeout_seconds)
        self._credentials = httpx.BasicAuth(username, password)
        self._callback_url = callback_url
        self._token_store = InProcessTokenStore() if token_store is None else token_store

    def _connected(self, http: httpx.AsyncClient) -> QPayClient:
        return QPayClient(http, self._credentials, self._token_store)

    async def create_invoice(self, order: InvoiceOrder) -> Invoice:
        """As in the port; raises `InvalidValue` for a currency other than MNT.

        `payable_until` is not sent to QPay: a late payment can still be handled, a rejected one is lost.
        """
        if order.amount.currency != CURRENCY:
            raise InvalidValue(field="currency", problem=f"QPay takes {CURRENCY}, not {order.amount.currency}")
        callback_url = self._callback_url(order.payment_id)
        request = invoice_request(order, invoice_code=self._invoice_code, callback_url=callback_url)
        async with self._client_call("create invoice") as client:
            # Not repeatable: QPay would create a second payable invoice with the same number.
            response = await client.call("POST", "/invoice", request, repeatable=False)
            return invoice_from(response.read(InvoiceResponse))
