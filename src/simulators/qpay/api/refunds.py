"""`DELETE /payment/refund/{id}` and `DELETE /payment/cancel/{id}`."""

from litestar import Response, delete
from litestar.params import FromPath

from simulators.qpay.api.errors import bad_request, not_found
from simulators.qpay.api.fields import Fields, document_of
from simulators.qpay.api.responses import json_response
from simulators.qpay.simulation import AnyRequest, simulation_of
from simulators.qpay.state.payments import Method, PaymentStatus


@delete("/refund/{payment_id:str}", status_code=200)
async def refund(request: AnyRequest, payment_id: FromPath[str]) -> Response[bytes]:
    """Refund a card payment in full."""
    return await _refund_card_payment(request, payment_id)


@delete("/cancel/{payment_id:str}", status_code=200)
async def cancel(request: AnyRequest, payment_id: FromPath[str]) -> Response[bytes]:
    """Cancel a card payment in full."""
    return await _refund_card_payment(request, payment_id)


async def _refund_card_payment(request: AnyRequest, payment_id: FromPath[str]) -> Response[bytes]:
    """Refund a card payment in full (QPay merchant API v2); `callback_url` is validated but never called.

    Raises:
        ApiError: 422 PAYMENT_NOTFOUND; 400 PAYMENT_ALREADY_CANCELED, PAYMENT_NOT_PAID, and PAYMENT_SETTLED for every
            P2P payment, whose money has already left QPay.
    """
    simulation = simulation_of(request)
    fields = Fields(document_of(await request.body()))
    fields.text("note", limit=255)
    fields.url("callback_url", limit=255)
    fields.raise_errors()
    payment = simulation.payments.get(payment_id)
    if payment is None:
        raise not_found("PAYMENT_NOTFOUND", "Payment is not found!")
    if payment.status is PaymentStatus.REFUNDED:
        raise bad_request("PAYMENT_ALREADY_CANCELED", "Payment is already canceled!")
    if payment.status is not PaymentStatus.PAID:
        raise bad_request("PAYMENT_NOT_PAID", "Payment is not paid!")
    if payment.method is Method.P2P:
        raise bad_request("PAYMENT_SETTLED", "Payment is settled!")
    simulation.payments.set_status(payment_id, PaymentStatus.REFUNDED)
    return json_response({})
