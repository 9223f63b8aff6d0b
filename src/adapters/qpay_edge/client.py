"""HTTP client for the Worker: signed requests, bounded responses."""

import logging
from http import HTTPStatus
from typing import Any, Final

import httpx
import msgspec

from adapters.kit.http_responses import ACCEPT, HttpResponse, RefusedRequest, UnusableResponse, read_response
from adapters.qpay.client import MAX_RESPONSE_BYTES, QPayCalls, QPayResponse
from adapters.qpay.wire import CheckRequest, DocumentT, ListRequest, RefundRequest, decode, error_code
from adapters.qpay_edge.signatures import CallSigner

_LOG = logging.getLogger(__name__)
_MAX_BYTES: Final = 2 * MAX_RESPONSE_BYTES
"""QPay's response is a JSON string in the Worker's."""
_REFUSALS: Final = frozenset({HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY})
"""What the Worker answers to an order number that was used, an invalid field, and an invoice that QPay refuses."""
_HEADERS: Final = {**ACCEPT, "content-type": "application/json"}


class RelayedResponse(msgspec.Struct, frozen=True):
    """QPay's response, verbatim."""

    status: int
    body: str


class EdgeClient(QPayCalls):
    """Calls raise `RefusedRequest`, `UnusableResponse` or `httpx.HTTPError`."""

    def __init__(self, http: httpx.AsyncClient, signer: CallSigner) -> None:
        self._http = http
        self._signer = signer

    async def call(
        self, method: str, path: str, document: msgspec.Struct | None = None, *, repeatable: bool
    ) -> QPayResponse:
        """Have the Worker make one of its permitted calls; it adds token and invoice code."""
        operation, body = _relayed(method, path, document)
        relayed = await self.ask(operation, body, RelayedResponse, repeatable=repeatable)
        return QPayResponse(status=relayed.status, body=relayed.body.encode())

    async def ask(self, operation: str, body: dict[str, Any], kind: type[DocumentT], *, repeatable: bool) -> DocumentT:
        """Ask the Worker. If the connection breaks, only a `repeatable` request is sent again, once."""
        content = msgspec.json.encode(body)
        try:
            response = await self._send(operation, content)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            if not repeatable:
                raise
            response = await self._send(operation, content)
        if response.status == HTTPStatus.UNAUTHORIZED:
            _LOG.error("the Worker refused the signature: compare QPAY_EDGE_KEY with its EDGE_KEY, and the clocks")
        if not response.succeeded:
            problem = f"the Worker: {response.status} {error_code(response.body) or 'without a code'}"
            raise RefusedRequest(problem) if response.status in _REFUSALS else UnusableResponse(problem)
        return decode(response.body, kind)

    async def _send(self, operation: str, content: bytes) -> HttpResponse:
        request = self._http.build_request("POST", f"/worker/qpay/{operation}", content=content, headers=_HEADERS)
        request.headers.update(self._signer.headers("POST", request.url.raw_path.decode("ascii"), content))
        response = await self._http.send(request, stream=True)
        try:
            return await read_response(response, max_bytes=_MAX_BYTES)
        finally:
            await response.aclose()


def _relayed(method: str, path: str, document: msgspec.Struct | None) -> tuple[str, dict[str, Any]]:
    """The Worker's operation that makes this call to QPay, and its request."""
    last = path.rpartition("/")[2]
    match document:
        case CheckRequest():
            return "check", {"qpayInvoiceId": document.object_id, "page": document.offset.page_number}
        case ListRequest():
            page = document.offset.page_number
            return "payments", {"start": document.start_date, "end": document.end_date, "page": page}
        case RefundRequest():
            return "refund", {"qpayPaymentId": last, "note": document.note}
        case None if method == "DELETE":
            return "cancel", {"qpayInvoiceId": last}
        case None if method == "GET":
            return "lookup", {"qpayInvoiceId": last}
    raise ValueError(f"the Worker has no operation for {method} {path}")
