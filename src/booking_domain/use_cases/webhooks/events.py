"""Which events of the domain integrators receive, under which public type: a table, and nothing else.

An event without a row stays inside. A new type is a row here, and a name in `WebhookType`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from booking_domain.bookings import events as bookings
from booking_domain.disputes import events as disputes
from booking_domain.payments import events as payments
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.events import Event
from booking_domain.shared.ids import BookingId
from booking_domain.webhooks.types import WebhookType


class PayloadData(StrEnum):
    """What `data` of a payload shows besides the booking, as the API shows it to the endpoint's owner."""

    PAYMENT = "payment"
    REFUND = "refund"
    DESK_PAYMENT = "desk_payment"


@dataclass(frozen=True, slots=True)
@checks_enums
class PublicEvent:
    """An event of the domain, as it is seen outside."""

    type: WebhookType
    booking_of: Callable[[Any], BookingId] = attrgetter("booking_id")
    """The booking that the event is about: it says who receives the event, and in which order."""
    shows: PayloadData | None = None
    id_of: Callable[[Any], UUID] = attrgetter("booking_id")
    """The id of what is shown."""


def _payment(public: WebhookType) -> PublicEvent:
    return PublicEvent(public, shows=PayloadData.PAYMENT, id_of=attrgetter("payment_id"))


def _refund(public: WebhookType) -> PublicEvent:
    return PublicEvent(public, shows=PayloadData.REFUND, id_of=attrgetter("refund_id"))


def _desk(public: WebhookType) -> PublicEvent:
    return PublicEvent(public, shows=PayloadData.DESK_PAYMENT, id_of=attrgetter("desk_payment_id"))


PUBLIC_EVENTS: Final[Mapping[type[Event], PublicEvent]] = {
    bookings.BookingPlaced: PublicEvent(WebhookType.BOOKING_PLACED),
    bookings.BookingPending: PublicEvent(WebhookType.BOOKING_PENDING),
    bookings.BookingConfirmed: PublicEvent(WebhookType.BOOKING_CONFIRMED),
    bookings.BookingDepositWaived: PublicEvent(WebhookType.BOOKING_CONFIRMED),
    bookings.BookingRevived: PublicEvent(WebhookType.BOOKING_CONFIRMED),
    bookings.BookingCancelled: PublicEvent(WebhookType.BOOKING_CANCELLED),
    bookings.BookingExpired: PublicEvent(WebhookType.BOOKING_EXPIRED),
    bookings.BookingRescheduled: PublicEvent(WebhookType.BOOKING_RESCHEDULED),
    bookings.BookingClockChanged: PublicEvent(WebhookType.BOOKING_RESCHEDULED),
    bookings.BookingTimeAccepted: PublicEvent(WebhookType.BOOKING_TIME_ACCEPTED),
    bookings.BookingTimesOffered: PublicEvent(WebhookType.BOOKING_TIMES_OFFERED),
    bookings.BookingTermsOffered: PublicEvent(WebhookType.BOOKING_TERMS_OFFERED),
    bookings.BookingTermsChanged: PublicEvent(WebhookType.BOOKING_TERMS_CHANGED),
    bookings.BookingTermsAccepted: PublicEvent(WebhookType.BOOKING_TERMS_CHANGED),
    bookings.BookingTermsRefused: PublicEvent(WebhookType.BOOKING_TERMS_REFUSED),
    bookings.BookingTermsLapsed: PublicEvent(WebhookType.BOOKING_TERMS_REFUSED),
    bookings.BookingCompleted: PublicEvent(WebhookType.BOOKING_COMPLETED),
    bookings.BookingMissed: PublicEvent(WebhookType.BOOKING_NO_SHOW),
    bookings.BookingDisputed: PublicEvent(WebhookType.BOOKING_DISPUTED),
    bookings.BookingDisputeEnded: PublicEvent(WebhookType.BOOKING_DISPUTE_ENDED),
    bookings.BookingPutUnderReview: PublicEvent(WebhookType.BOOKING_QUESTIONED),
    bookings.BookingConfirmedAfterReview: PublicEvent(WebhookType.BOOKING_UPHELD),
    payments.PaymentReceived: _payment(WebhookType.PAYMENT_RECEIVED),
    payments.PaymentFailed: _payment(WebhookType.PAYMENT_FAILED),
    payments.PaymentAuthorised: _payment(WebhookType.PAYMENT_AUTHORISED),
    payments.PaymentCaptured: _payment(WebhookType.PAYMENT_CAPTURED),
    payments.PaymentReleased: _payment(WebhookType.PAYMENT_RELEASED),
    payments.PaymentLapsed: _payment(WebhookType.PAYMENT_RELEASED),
    payments.DeskPaymentRecorded: _desk(WebhookType.PAYMENT_DESK_RECORDED),
    payments.DeskPaymentVoided: _desk(WebhookType.PAYMENT_DESK_VOIDED),
    payments.RefundScheduled: _refund(WebhookType.REFUND_CREATED),
    payments.RefundMade: _refund(WebhookType.REFUND_MADE),
    payments.RefundReturned: _refund(WebhookType.REFUND_RETURNED),
    disputes.DisputeOpened: PublicEvent(WebhookType.DISPUTE_OPENED),
    disputes.DisputeStatementMade: PublicEvent(WebhookType.DISPUTE_STATEMENT_MADE),
    disputes.DisputeWithdrawn: PublicEvent(WebhookType.DISPUTE_WITHDRAWN),
    disputes.DisputeResolved: PublicEvent(WebhookType.DISPUTE_RESOLVED),
}
