"""Domain events of bookings, one for each type of entry in a booking's audit trail."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from booking_domain.bookings.model import Booking, BookingEvent
from booking_domain.bookings.transitions import LatePayment, Status
from booking_domain.shared.events import Event
from booking_domain.shared.ids import BookingId, ProviderId


class BookingChanged(Event, subject="booking_id"):
    """The common fields of all events of a booking."""

    booking_id: BookingId
    provider_id: ProviderId | None = None
    """None in messages that were stored before the field existed."""
    to: Status
    """The booking's status after the event."""
    due_at: datetime | None = None
    """When the booking expires unless it is answered or paid, or what is offered for it lapses."""


class BookingPlaced(BookingChanged, topic="booking.placed"):
    """A booking was made: `to` is requested, pending or confirmed."""


class BookingPending(BookingChanged, topic="booking.pending"):
    """The provider accepted a request, and the deposit is due."""


class BookingConfirmed(BookingChanged, topic="booking.confirmed"):
    """The booking was confirmed."""


class BookingDepositWaived(BookingChanged, topic="booking.deposit_waived"):
    """The booking was confirmed without its deposit."""


class BookingRevived(BookingChanged, topic="booking.revived"):
    """A late payment confirmed an expired booking whose time could still be booked."""


class BookingNotRevived(BookingChanged, topic="booking.not_revived"):
    """A late payment did not revive an expired booking; the money is refunded."""

    why: LatePayment


class BookingCancelled(BookingChanged, topic="booking.cancelled"):
    """The booking was cancelled; its time is free."""


class BookingExpired(BookingChanged, topic="booking.expired"):
    """The booking was not answered or paid in time; its time is free."""


class BookingRescheduled(BookingChanged, topic="booking.rescheduled"):
    """The booking was moved to another time."""


class BookingTimeAccepted(BookingChanged, topic="booking.time_accepted"):
    """The customer has accepted the time that the provider's side had set."""


class BookingClockChanged(BookingChanged, topic="booking.clock_changed"):
    """The rules of the booking's time zone changed: its local time is now another instant."""


class BookingTimesOffered(BookingChanged, topic="booking.times_offered"):
    """The provider proposed other times for a request."""


class BookingTermsChanged(BookingChanged, topic="booking.terms_changed"):
    """The provider's side changed price, deposit or length, to no more than was agreed."""


class BookingTermsOffered(BookingChanged, topic="booking.terms_offered"):
    """The provider's side asks for another price, deposit or length: the customer agrees or refuses."""


class BookingTermsAccepted(BookingChanged, topic="booking.terms_accepted"):
    """The customer has agreed to the price, deposit and length that were offered for a confirmed booking."""


class BookingTermsRefused(BookingChanged, topic="booking.terms_refused"):
    """The customer has refused them: the booking stays as it was."""


class BookingTermsLapsed(BookingChanged, topic="booking.terms_lapsed"):
    """The customer has not answered in time: the booking stays as it was."""


class BookingCompleted(BookingChanged, topic="booking.completed"):
    """The appointment took place."""


class BookingMissed(BookingChanged, topic="booking.no_show"):
    """The customer did not come."""


class BookingPutUnderReview(BookingChanged, topic="booking.questioned"):
    """The provider was suspended: an admin reviews the booking."""


class BookingConfirmedAfterReview(BookingChanged, topic="booking.upheld"):
    """The review of a booking ended, and it is confirmed."""


class BookingDisputed(BookingChanged, topic="booking.disputed"):
    """A party disputes the booking."""


class BookingDisputeEnded(BookingChanged, topic="booking.dispute_ended"):
    """The dispute was resolved or withdrawn; `to` is the status that follows."""


EVENTS: Final[tuple[type[BookingChanged], ...]] = (
    BookingPlaced,
    BookingPending,
    BookingConfirmed,
    BookingDepositWaived,
    BookingRevived,
    BookingNotRevived,
    BookingCancelled,
    BookingExpired,
    BookingRescheduled,
    BookingTimeAccepted,
    BookingClockChanged,
    BookingTimesOffered,
    BookingTermsChanged,
    BookingTermsOffered,
    BookingTermsAccepted,
    BookingTermsRefused,
    BookingTermsLapsed,
    BookingCompleted,
    BookingMissed,
    BookingDisputed,
    BookingDisputeEnded,
    BookingPutUnderReview,
    BookingConfirmedAfterReview,
)
TAKES_TIME: Final[tuple[type[BookingChanged], ...]] = (
    BookingPlaced,
    BookingPending,
    BookingConfirmed,
    BookingDepositWaived,
    BookingRevived,
)
"""Events after which the provider may have less free time; those of `FREES_TIME` leave more."""
FREES_TIME: Final[tuple[type[BookingChanged], ...]] = (
    BookingCancelled,
    BookingExpired,
    BookingRescheduled,
    BookingClockChanged,
    BookingTermsChanged,
    BookingDisputeEnded,
)
"""Events after which the provider may have free time again."""
_BY_TYPE: Final = {event.topic.partition(".")[2]: event for event in EVENTS}


def booking_events(booking: Booking, trail: Iterable[BookingEvent]) -> list[BookingChanged]:
    """Return one event for each entry of the audit trail, with the entry's id."""
    return [
        _BY_TYPE[entry.type](
            id=entry.id,
            occurred_at=entry.at,
            booking_id=booking.id,
            provider_id=booking.provider_id,
            to=entry.to_status,
            due_at=booking.due_at or booking.offered_until,
            **_more(entry),
        )
        for entry in trail
    ]


def _more(entry: BookingEvent) -> dict[str, LatePayment]:
    """The fields that only the event of this entry has."""
    return {"why": LatePayment(entry.reason)} if entry.type == "not_revived" and entry.reason is not None else {}
