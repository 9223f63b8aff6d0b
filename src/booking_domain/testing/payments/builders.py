"""Builders of payments and refunds."""

from booking_domain.bookings.model import Booking
from booking_domain.payments.adjustments import Adjustment
from booking_domain.payments.desk import DeskMethod, DeskPayment
from booking_domain.payments.model import DeepLink, Invoice, Payment, Purpose
from booking_domain.payments.receipts import Receipt, ReceiptKind, ReceiptLine, ReceiptMethod
from booking_domain.payments.refunds import Refund, RefundReason
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import AdjustmentId, DeskPaymentId, PaymentId, ReceiptId, RefundId, UserId
from booking_domain.shared.money import Money
from booking_domain.testing.kit.builders import DEPOSIT, NOW, BaseBuilder


class PaymentsBuilder(BaseBuilder):
    """Builds payments and refunds."""

    def invoice(self) -> Invoice:
        """An invoice of a gateway."""
        reference = str(self.entropy.new_id())
        return Invoice(
            reference=reference,
            qr_text=f"0002010102121531{reference}",
            qr_image="data:image/png;base64,iVBORw0KGgo=",
            checkout_url=f"https://gateway.invalid/{reference}",
            deep_links=(
                DeepLink(name="Хаан банк", link="khanbank://q?qPay_QRcode=1"),
                DeepLink(name="Most money", link="most://q?qPay_QRcode=1"),
            ),
        )

    def payment(self, booking: Booking, purpose: Purpose = Purpose.DEPOSIT) -> Payment:
        """A pending payment."""
        return Payment.start(
            id=PaymentId(self.entropy.new_id()),
            booking_id=booking.id,
            customer_id=booking.customer_id,
            purpose=purpose,
            gateway="memory",
            amount=booking.deposit,
            expires_at=booking.due_at,
            now=NOW,
        )

    def refund(self, booking: Booking, amount: Money = DEPOSIT) -> Refund:
        """A pending refund."""
        return Refund.schedule(
            id=RefundId(self.entropy.new_id()),
            booking_id=booking.id,
            customer_id=booking.customer_id,
            gateway="memory",
            reason=RefundReason.CANCELLATION,
            amount=amount,
            now=NOW,
        )

    def adjustment(self, booking: Booking, amount: int = -1) -> Adjustment:
        """An adjustment by an admin."""
        return Adjustment.make(
            id=AdjustmentId(self.entropy.new_id()),
            booking_id=booking.id,
            currency=booking.price.currency,
            amount=amount,
            reason="Порталаар буцаасан",
            by=Actor(UserId(self.entropy.new_id()), Role.ADMIN),
            now=NOW,
        )

    def desk_payment(self, booking: Booking, amount: Money = DEPOSIT) -> DeskPayment:
        """A desk payment that the provider has recorded."""
        return DeskPayment.record(
            id=DeskPaymentId(self.entropy.new_id()),
            booking_id=booking.id,
            method=DeskMethod.CASH,
            amount=amount,
            by=Actor(booking.provider_user_id, Role.PROVIDER),
            now=NOW,
        )

    def receipt(self, booking: Booking, kind: ReceiptKind = ReceiptKind.RECEIPT, sequence: int = 1) -> Receipt:
        """A receipt for cash."""
        return Receipt(
            id=ReceiptId(self.entropy.new_id()),
            booking_id=booking.id,
            issuer_id=booking.provider_id,
            kind=kind,
            sequence=sequence,
            source=self.entropy.new_id(),
            method=ReceiptMethod.CASH,
            issuer_name="Ink",
            issuer_address="Peace Avenue 1",
            customer_name="Bold",
            language="mn",
            booking_reference=booking.reference,
            span=booking.span,
            time_zone=booking.time_zone,
            lines=(ReceiptLine(name="Small tattoo", price=booking.price),),
            price=booking.price,
            amount=DEPOSIT,
            tip=Money.zero(DEPOSIT.currency),
            extra=Money.zero(DEPOSIT.currency),
            issued_at=NOW,
        )
