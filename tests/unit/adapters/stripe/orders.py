"""Orders with random ids."""

import uuid

from booking_domain.payments.ports import InvoiceOrder, RefundOrder
from booking_domain.shared.ids import BookingId, PaymentId, RefundId
from booking_domain.shared.money import Money

TWENTY = Money.of(20, "USD")


def order(amount: Money = TWENTY) -> InvoiceOrder:
    payment_id = PaymentId(uuid.uuid4())
    return InvoiceOrder(
        payment_id=payment_id,
        booking_id=BookingId(uuid.uuid4()),
        order_number=f"{payment_id.hex}001",
        amount=amount,
        description="Deposit for booking BK-7F3K9Q",
        payable_until=None,
    )


def refund(reference: str, amount: Money = TWENTY, returned_before: Money | None = None) -> RefundOrder:
    return RefundOrder(
        refund_id=RefundId(uuid.uuid4()),
        payment_id=PaymentId(uuid.uuid4()),
        invoice_reference=reference,
        amount=amount,
        returned_before=returned_before or Money.zero(amount.currency),
    )
