"""Handles a hint that a payment changed: the server asks the gateway."""

from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import Payment
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor
from booking_domain.use_cases.payments.record_hint import RecordPaymentHint, record_payment_hint
from booking_domain.use_cases.payments.settle_payment import settle_payment
from booking_domain.use_cases.platform.ports import Repositories


async def settle_hinted(payment: Payment, executor: Executor[Repositories], gateways: Gateways) -> None:
    """Settle the payment; if the gateway is unavailable, enqueue a job that asks later, and raise."""
    try:
        await settle_payment(payment, executor=executor, gateways=gateways)
    except GatewayUnavailable:
        hint = RecordPaymentHint(payment_id=payment.id, booking_id=payment.booking_id)
        await executor.run(record_payment_hint, hint, actor=SYSTEM)
        raise
