"""`/webhooks/qpay`: callbacks of the gateway. A callback only prompts the server to ask the gateway."""

from typing import Final
from uuid import UUID

from litestar import HttpMethod, MediaType, Router, route
from litestar.params import FromPath

from booking_domain.payments.gateways import Gateways
from booking_domain.payments.ports import CallbackTokens
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import PaymentId
from booking_domain.use_cases.payments.queries import get_payment_of_callback
from booking_domain.use_cases.payments.record_hint import record_payment_hint
from booking_domain.use_cases.payments.settle_payment import settle_payment
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.idempotency import REPEATED
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import limited_as
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.payments.hints import settle_hinted
from entrypoints.http.payments.schemas import CallbackQuery

_OF_CALLBACK: Final = documented(
    get_payment_of_callback, settle_payment, record_payment_hint, answer="SUCCESS", no_idempotency_key=REPEATED
)


@route(
    "/{transaction_id:str}",
    http_method=[HttpMethod.GET, HttpMethod.POST],
    status_code=200,
    media_type=MediaType.TEXT,
    opt=PUBLIC | limited_as("webhook") | _OF_CALLBACK,
)
async def take_qpay_callback(
    transaction_id: FromPath[UUID],
    *,
    params: Injected[CallbackQuery],
    callback_tokens: Injected[CallbackTokens],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
) -> str:
    """Receive a callback of QPay. The body is ignored.

    The token in the URL proves that this server issued the URL. If QPay is unavailable, the answer is 503, so that it
    calls again; the payment is checked later in any case.
    """
    payment = await get_payment_of_callback(PaymentId(transaction_id), params.token, callback_tokens, reads.payments)
    await settle_hinted(payment, executor, gateways)
    return "SUCCESS"


routes: Final = Router("/webhooks/qpay", route_handlers=[take_qpay_callback])
