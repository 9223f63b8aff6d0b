"""From the events of an aggregate to messages in the outbox."""

from collections.abc import Iterable
from typing import Final

from booking_domain.bookings.model import Booking, BookingEvent
from booking_domain.payments.model import Payment
from booking_domain.shared.ids import EventId
from booking_domain.shared.outbox import Message

BOOKING_PLACED = "booking.placed"
BOOKING_CANCELLED = "booking.cancelled"
FREES_TIME: Final = frozenset({BOOKING_CANCELLED, "booking.expired", "booking.rescheduled", "booking.clock_changed"})
"""What happened to a booking of which its provider may have more time than before."""
TIMES_OFFERED = "booking.times_offered"
REFUND_OWED = "payment.refund_owed"
PAYMENT_HINTED = "payment.hinted"


def booking_messages(booking: Booking, events: Iterable[BookingEvent]) -> list[Message]:
    """One message an event, on the topic `booking.<type>`."""
    return [
        Message(
            id=event.id,
            topic=f"booking.{event.type}",
            subject=booking.id,
            payload={
                "bookingId": str(booking.id),
                "providerId": str(booking.provider_id),
                "to": event.to_status.value,
                **({"dueAt": booking.due_at.isoformat()} if booking.due_at is not None else {}),
            },
            occurred_at=event.at,
        )
        for event in events
    ]


def refund_message(refund: Payment, event_id: EventId) -> Message:
    """Somebody has to give money back."""
    return Message(
        id=event_id,
        topic=REFUND_OWED,
        subject=refund.booking_id,
        payload={"bookingId": str(refund.booking_id), "transactionId": str(refund.id)},
        occurred_at=refund.created_at,
    )
