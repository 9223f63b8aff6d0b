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
REFUNDS: Final = Table[RefundId, Refund]("refunds")

TABLES: Final = (PAYMENTS, REFUNDS)
