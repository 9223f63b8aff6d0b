"""`POST /payment/check`, `GET /payment/{id}` and `POST /payment/list`."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from simulators.qpay import money
from simulators.qpay.api.auth import require_token
from simulators.qpay.api.errors import bad_request, not_found
from simulators.qpay.api.fields import Fields, document_of
from simulators.qpay.api.invoices import require_invoice
from simulators.qpay.api.payment_documents import check_row, list_row, payment_document
from simulators.qpay.api.refunds import cancel, refund
from simulators.qpay.api.responses import json_response
from simulators.qpay.simulation import AnyRequest, simulation_of
from simulators.qpay.state.payments import paid_total

MAX_PAGE_SIZE = 100


@post("/check", status_code=200)
async def check(request: AnyRequest) -> Response[bytes]:
    """Return the payments of an invoice; without payments, `paid_amount` is absent (seen on live traffic)."""
    simulation = simulation_of(request)
    document = document_of(await request.body())
    fields = Fields(document)
    object_type = fields.required_text("object_type", limit=45)
    object_id = fields.required_text("object_id", limit=50)
    fields.raise_errors()
    page = _page(document)
    _require_invoice_type(object_type)
    payments = simulation.payments.of_invoice(require_invoice(simulation, object_id).invoice_id)
    if not payments:
        return json_response({"count": 0, "rows": []})
    return json_response(
        {
            "count": len(payments),
            "paid_amount": money.as_number(paid_total(payments)),
            "rows": [check_row(payment) for payment in payments[page]],
        }
    )


@get("/{payment_id:str}")
async def read(request: AnyRequest, payment_id: FromPath[str]) -> Response[bytes]:
    payment = simulation_of(request).payments.get(payment_id)
    if payment is None:
        raise not_found("PAYMENT_NOTFOUND", "Payment is not found!")
    return json_response(payment_document(payment))


@post("/list", status_code=200)
async def list_all(request: AnyRequest) -> Response[bytes]:
    """Return the payments from `start_date` to `end_date`, inclusive; `object_id` is the invoice code."""
    simulation = simulation_of(request)
    document = document_of(await request.body())
    fields = Fields(document)
    object_type = fields.required_text("object_type", limit=45)
    object_id = fields.required_text("object_id", limit=50)
    start, end = fields.required_instant("start_date"), fields.required_instant("end_date")
    fields.raise_errors()
    page = _page(document)
    _require_invoice_type(object_type)
    if object_id != simulation.config.invoice_code:
        raise bad_request("INVOICE_CODE_INVALID", "Invoice code is invalid!")
    payments = simulation.payments.between(start, end)
    rows = [list_row(payment, require_invoice(simulation, payment.invoice_id)) for payment in payments[page]]
    return json_response({"count": len(payments), "rows": rows})


def _page(document: dict[str, Any]) -> slice:
    offset = document.get("offset")
    fields = Fields(offset if isinstance(offset, dict) else {})
    if offset is not None and not isinstance(offset, dict):
        fields.add_error("offset", "object.base", "must be an object")
    number = fields.whole("page_number", lowest=1, highest=None, default=1)
    limit = fields.whole("page_limit", lowest=1, highest=MAX_PAGE_SIZE, default=MAX_PAGE_SIZE)
    fields.raise_errors()
    return slice((number - 1) * limit, number * limit)


def _require_invoice_type(object_type: str) -> None:
    if object_type != "INVOICE":
        raise bad_request("INVALID_OBJECT_TYPE", "Object type is invalid!")


router = Router(path="/payment", route_handlers=[check, read, list_all, refund, cancel], guards=[require_token])
