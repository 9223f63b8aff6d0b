"""Domain events of payments."""

from dataclasses import dataclass, field
from typing import ClassVar, Final

from booking_domain.shared.events import Event, stored_as
from booking_domain.shared.ids import BookingId, PaymentId, RefundId


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundScheduled(Event):
    """A refund is pending."""

    topic: ClassVar[str] = "payment.refund_owed"
    subject_field: ClassVar[str] = "booking_id"

    booking_id: BookingId
    refund_id: RefundId = field(metadata=stored_as("transactionId"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentHinted(Event):
    """A callback says that an invoice was paid; the gateway could not be asked at that time."""

    topic: ClassVar[str] = "payment.hinted"
    subject_field: ClassVar[str] = "booking_id"

    booking_id: BookingId
    payment_id: PaymentId = field(metadata=stored_as("transactionId"))


EVENTS: Final[tuple[type[Event], ...]] = (RefundScheduled, PaymentHinted)
