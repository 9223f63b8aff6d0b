"""Strategies for payments and refunds."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from booking_domain.payments.model import Invoice, Payment, Purpose
from booking_domain.payments.refunds import Refund, RefundReason
from booking_domain.shared.ids import BookingId, PaymentId, RefundId, UserId
from booking_domain.shared.money import Money

NOW: Final = datetime(2026, 11, 23, tzinfo=UTC)
ASKED: Final = Money.of(20_000, "MNT")
NOTHING: Final = Money.zero("MNT")
INVOICE: Final = Invoice(reference="r", qr_text="q", qr_image="data:,", checkout_url="https://gateway.invalid/r")


def a_payment(amount: Money = ASKED, number: int = 1) -> Payment:
    """Pending payments."""
    return Payment.start(
        id=PaymentId(UUID(int=number)),
        booking_id=BookingId(UUID(int=2)),
        customer_id=UserId(UUID(int=3)),
        purpose=Purpose.DEPOSIT,
        gateway="qpay",
        amount=amount,
        expires_at=None,
        now=NOW,
    )


def a_refund(amount: Money = ASKED) -> Refund:
    """Pending refunds."""
    return Refund.schedule(
        id=RefundId(UUID(int=4)),
        booking_id=BookingId(UUID(int=2)),
        customer_id=UserId(UUID(int=3)),
        gateway="qpay",
        reason=RefundReason.CANCELLATION,
        amount=amount,
        now=NOW,
    )
