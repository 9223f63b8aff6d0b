"""QPay as a payment gateway of the domain (merchant API v2)."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, Self

import httpx

from adapters.http_responses import UnusableResponse
from adapters.qpay.checks import ask_for_payments
from adapters.qpay.client import QPayClient
from adapters.qpay.invoices import invoice_from, invoice_request
from adapters.qpay.tokens import InProcessTokenStore, TokenStore
from adapters.qpay.wire import (
    CURRENCY,
    REFERENCE,
    ErrorAnswer,
    InvoiceAnswer,
    error_code,
)
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.model import Invoice
from booking_domain.payments.ports import GatewayReport, InvoiceOrder, PaymentGateway
from booking_domain.shared.errors import InvalidValue, Unavailable
from booking_domain.shared.ids import PaymentId

_LOG = logging.getLogger(__name__)
_NOTHING_TO_CANCEL: Final = frozenset(
    {"INVOICE_ALREADY_CANCELED", "INVOICE_NOTFOUND", "INVOICE_PAID", "PAYMENT_SETTLED", "PAYMENT_ALREADY_CANCELED"}
)


class QPayGateway(PaymentGateway):
    """An `async with` opens and closes it; `base_url` ends in `/v2`, `timeout_seconds` bounds a whole call of ours.

    `callback_url` makes the address, of at most 255 characters, at which QPay says that something was paid.
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
    ) -> None:
        self._base_url = base_url
        self._credentials = httpx.BasicAuth(username, password)
        self._invoice_code = invoice_code
        self._callback_url = callback_url
        self._token_store = InProcessTokenStore() if token_store is None else token_store
        self._timeout_seconds = timeout_seconds
        self._http: httpx.AsyncClient | None = None
        self._client: QPayClient | None = None

    @property
    def name(self) -> str:
        return "qpay"

    async def open(self) -> None:
        """Be ready to call; nothing is sent yet."""
        # No settings of the environment: neither a proxy nor a .netrc gets between us and the money.
        self._http = httpx.AsyncClient(
            base_url=self._base_url, timeout=self._timeout_seconds, follow_redirects=False, trust_env=False
        )
        self._client = QPayClient(self._http, self._credentials, self._token_store)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
        self._http = self._client = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def create_invoice(self, order: InvoiceOrder) -> Invoice:
        """As the port says; an amount in another currency than MNT is refused with `InvalidValue`.

        `payable_until` is not told to QPay: money that comes too late is handled, money that cannot come is lost.
        """
        if order.amount.currency != CURRENCY:
            raise InvalidValue(field="currency", problem=f"QPay takes {CURRENCY}, not {order.amount.currency}")
        callback_url = self._callback_url(order.payment_id)
        request = invoice_request(order, invoice_code=self._invoice_code, callback_url=callback_url)
        async with self._conversation("an invoice") as client:
            # Not repeatable: QPay would make another payable invoice of the same number.
            answer = await client.call("POST", "/invoice", request, repeatable=False)
            return invoice_from(answer.read(InvoiceAnswer))

    async def report(self, invoice_reference: str, currency: str) -> GatewayReport:
        if currency != CURRENCY:
            raise GatewayUnavailable(gateway=self.name)
        async with self._conversation("a check") as client:
            payments = await ask_for_payments(client, invoice_reference)
            return GatewayReport(received=payments.received, raw=payments.raw)

    async def cancel_invoice(self, invoice_reference: str) -> None:
        if re.match(REFERENCE, invoice_reference) is None:
            return  # never QPay's
        async with self._conversation("a cancellation") as client:
            answer = await client.call("DELETE", f"/invoice/{invoice_reference}", repeatable=True)
            if error_code(answer.body) in _NOTHING_TO_CANCEL or (answer.succeeded and not answer.body):
                return
            if answer.read(ErrorAnswer).error is not None:
                raise UnusableResponse(answer.refusal)

    @asynccontextmanager
    async def _conversation(self, what: str) -> AsyncIterator[QPayClient]:
        """Turn whatever goes wrong into the one error of the port, and keep what was said out of the log."""
        if self._client is None:
            raise RuntimeError("the gateway is not open")
        try:
            async with asyncio.timeout(self._timeout_seconds):
                yield self._client
        except (UnusableResponse, httpx.HTTPError, httpx.StreamError, Unavailable, TimeoutError) as error:
            reason = str(error) if isinstance(error, UnusableResponse) else type(error).__name__
            _LOG.warning("QPay gave no usable answer to %s: %s", what, reason)
            raise GatewayUnavailable(gateway=self.name) from error
