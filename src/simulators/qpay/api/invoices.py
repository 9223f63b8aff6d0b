"""`POST /invoice`, `GET /invoice/{id}`, `DELETE /invoice/{id}`."""

import uuid
from http import HTTPStatus

from litestar import Response, Router, delete, get, post
from litestar.params import FromPath

from simulators.qpay.api.auth import require_token
from simulators.qpay.api.errors import ApiError, bad_request, not_found
from simulators.qpay.api.fields import document_of
from simulators.qpay.api.invoice_document import invoice_document
from simulators.qpay.api.invoice_request import InvoiceRequest, invoice_request
from simulators.qpay.api.responses import encode, json_response
from simulators.qpay.qr.emv import qr_text
from simulators.qpay.qr.image import png_base64
from simulators.qpay.qr.links import urls
from simulators.qpay.simulation import AnyRequest, Simulation, simulation_of
from simulators.qpay.state.invoices import Invoice, InvoiceStatus


@post("/", status_code=200)
async def create(request: AnyRequest) -> Response[bytes]:
    """Create an invoice; a repeated `sender_invoice_no` creates another payable one (seen on live traffic)."""
    simulation = simulation_of(request)
    switches = simulation.switches.get()
    document = document_of(await request.body())
    requested = invoice_request(document, invoice_code=simulation.config.invoice_code)
    if switches.duplicate_invoices == "refuse" and simulation.invoices.of_sender(requested.sender_invoice_no):
        raise ApiError(HTTPStatus.CONFLICT, "SENDER_INVOICE_NO_DUPLICATED", "sender_invoice_no must be unique")
    invoice = _invoice(simulation, requested, encode(document).decode())
    simulation.invoices.add(invoice)
    return json_response(
        {
            "invoice_id": invoice.invoice_id,
            "qr_text": invoice.qr_text,
            "qr_image": "" if switches.empty_qr_image else png_base64(invoice.qr_text),
            "qPay_shortUrl": simulation.config.checkout_url(invoice.invoice_id),
            "urls": urls(invoice.qr_text, link_field=switches.deeplink_field),
        }
    )


@get("/{invoice_id:str}")
async def read(request: AnyRequest, invoice_id: FromPath[str]) -> Response[bytes]:
    """Return an invoice in any status."""
    invoice = require_invoice(simulation_of(request), invoice_id)
    return json_response(invoice_document(invoice, document_of(invoice.request.encode())))


@delete("/{invoice_id:str}", status_code=200)
async def cancel(request: AnyRequest, invoice_id: FromPath[str]) -> Response[bytes]:
    """Cancel an OPEN invoice, so that it cannot be paid; responds `{}`."""
    simulation = simulation_of(request)
    invoice = require_invoice(simulation, invoice_id)
    if invoice.status is InvoiceStatus.CANCELED:
        raise bad_request("INVOICE_ALREADY_CANCELED", "Invoice is already canceled!")
    if invoice.status is InvoiceStatus.CLOSED:
        raise bad_request("INVOICE_PAID", "Invoice is paid!")
    simulation.invoices.set_status(invoice_id, InvoiceStatus.CANCELED)
    return json_response({})


def require_invoice(simulation: Simulation, invoice_id: str) -> Invoice:
    """Find an invoice.

    Raises:
        Refusal: 422 INVOICE_NOTFOUND.
    """
    invoice = simulation.invoices.get(invoice_id)
    if invoice is None:
        raise not_found("INVOICE_NOTFOUND", "Invoice is not found!")
    return invoice


def _invoice(simulation: Simulation, requested: InvoiceRequest, document: str) -> Invoice:
    invoice_id = str(uuid.uuid4())
    return Invoice(
        invoice_id=invoice_id,
        sender_invoice_no=requested.sender_invoice_no,
        description=requested.description,
        amount=requested.amount,
        callback_url=requested.callback_url,
        expires_at=requested.expires_at,
        created_at=simulation.now(),
        request=document,
        qr_text=qr_text(
            invoice_id=invoice_id, merchant_name=simulation.config.merchant_name, amount_mongo=requested.amount
        ),
    )


router = Router(path="/invoice", route_handlers=[create, read, cancel], guards=[require_token])
