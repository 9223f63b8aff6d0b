"""Giving money back: `DELETE /payment/refund/{id}` and `DELETE /payment/cancel/{id}`."""

from litestar import Response, delete
from litestar.params import FromPath

from adapters.qpay.simulator.api.answers import answer
from adapters.qpay.simulator.api.fields import Fields, document_of
from adapters.qpay.simulator.api.refusals import bad, not_found
from adapters.qpay.simulator.simulation import AnyRequest, simulation_of
from adapters.qpay.simulator.state.payments import BookingPaymentStatus, Method


@delete("/refund/{payment_id:str}", status_code=200)
async def refund(request: AnyRequest, payment_id: FromPath[str]) -> Response[bytes]:
    """Give a whole card payment back to the customer."""
    return await _give_back(request, payment_id)


@delete("/cancel/{payment_id:str}", status_code=200)
async def cancel(request: AnyRequest, payment_id: FromPath[str]) -> Response[bytes]:
    """Undo a whole card payment."""
    return await _give_back(request, payment_id)


async def _give_back(request: AnyRequest, payment_id: FromPath[str]) -> Response[bytes]:
    """Refund the whole amount of a card payment (QPay merchant API v2); `callback_url` is read and never called.

    Raises:
        Refusal: 422 PAYMENT_NOTFOUND; 400 PAYMENT_ALREADY_CANCELED, PAYMENT_NOT_PAID, and PAYMENT_SETTLED for every
            P2P payment, whose money has already left QPay.
    """
    simulation = simulation_of(request)
    fields = Fields(document_of(await request.body()))
    fields.text("note", limit=255)
    fields.url("callback_url", limit=255)
    fields.finish()
    payment = simulation.payments.get(payment_id)
    if payment is None:
        raise not_found("PAYMENT_NOTFOUND", "Payment is not found!")
    if payment.status is BookingPaymentStatus.REFUNDED:
        raise bad("PAYMENT_ALREADY_CANCELED", "Payment is already canceled!")
    if payment.status is not BookingPaymentStatus.PAID:
        raise bad("PAYMENT_NOT_PAID", "Payment is not paid!")
    if payment.method is Method.P2P:
        raise bad("PAYMENT_SETTLED", "Payment is settled!")
    simulation.payments.set_status(payment_id, BookingPaymentStatus.REFUNDED)
    return answer({})
