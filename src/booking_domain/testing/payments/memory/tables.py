"""The tables of payments and refunds in memory."""

from dataclasses import replace
from typing import Final

from booking_domain.payments.model import Payment
from booking_domain.payments.refunds import Refund
from booking_domain.shared.ids import PaymentId, RefundId
from booking_domain.testing.kit.tables import Table, change_rows


def _without_payload(payment: Payment) -> Payment:
    return payment if payment.raw_payload is None else replace(payment, raw_payload=None, version=payment.version + 1)


PAYMENTS: Final = Table[PaymentId, Payment](
    "payments", erase=change_rows(lambda payment: payment.customer_id, _without_payload)
)


def _without_payee(refund: Refund) -> Refund:
    if refund.payee is None and refund.return_reason is None:
        return refund
    return replace(refund, payee=None, return_reason=None, version=refund.version + 1)


REFUNDS: Final = Table[RefundId, Refund](
    "refunds", erase=change_rows(lambda refund: refund.customer_id, _without_payee)
)

TABLES: Final = (PAYMENTS, REFUNDS)
