"""The public types of events: integrators depend on them, so a type that is here stays."""

from enum import StrEnum
from typing import Final


class WebhookType(StrEnum):
    """What an event is called outside. A new type needs a row in `use_cases.webhooks.events`, and nothing else."""

    PING = "webhook.ping"
    """Sent only on request, to test an endpoint."""
    BOOKING_PLACED = "booking.placed"
    BOOKING_PENDING = "booking.pending"
    BOOKING_CONFIRMED = "booking.confirmed"
    BOOKING_CANCELLED = "booking.cancelled"
    BOOKING_EXPIRED = "booking.expired"
    BOOKING_RESCHEDULED = "booking.rescheduled"
    BOOKING_TIME_ACCEPTED = "booking.time_accepted"
    BOOKING_TIMES_OFFERED = "booking.times_offered"
    BOOKING_TERMS_OFFERED = "booking.terms_offered"
    BOOKING_TERMS_CHANGED = "booking.terms_changed"
    BOOKING_TERMS_REFUSED = "booking.terms_refused"
    BOOKING_COMPLETED = "booking.completed"
    BOOKING_NO_SHOW = "booking.no_show"
    BOOKING_DISPUTED = "booking.disputed"
    BOOKING_DISPUTE_ENDED = "booking.dispute_ended"
    BOOKING_QUESTIONED = "booking.questioned"
    BOOKING_UPHELD = "booking.upheld"
    PAYMENT_RECEIVED = "payment.received"
    PAYMENT_FAILED = "payment.failed"
    PAYMENT_AUTHORISED = "payment.authorised"
    PAYMENT_CAPTURED = "payment.captured"
    PAYMENT_RELEASED = "payment.released"
    PAYMENT_DESK_RECORDED = "payment.desk_recorded"
    PAYMENT_DESK_VOIDED = "payment.desk_voided"
    REFUND_CREATED = "refund.created"
    REFUND_MADE = "refund.made"
    REFUND_RETURNED = "refund.returned"
    DISPUTE_OPENED = "dispute.opened"
    DISPUTE_STATEMENT_MADE = "dispute.statement_made"
    DISPUTE_WITHDRAWN = "dispute.withdrawn"
    DISPUTE_RESOLVED = "dispute.resolved"


EVENT_TYPES: Final = frozenset(each.value for each in WebhookType)
