"""Domain events of bookings, one for each type of entry in a booking's audit trail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from booking_domain.bookings.model import Booking, BookingEvent
from booking_domain.bookings.transitions import LatePayment, Status
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.events import Event
from booking_domain.shared.ids import BookingId, ProviderId


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class BookingChanged(Event):
    """The common fields of all events of a booking."""

    subject_field: ClassVar[str] = "booking_id"

    booking_id: BookingId
    provider_id: ProviderId | None = None
    """None in messages that were stored before the field existed."""
    to: Status
    """The booking's status after the event."""
    due_at: datetime | None = None
    """When the booking expires unless it is answered or paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingPlaced(BookingChanged):
    """A booking was made: `to` is requested, pending or confirmed."""

    topic: ClassVar[str] = "booking.placed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingPending(BookingChanged):
    """The provider accepted a request, and the deposit is due."""

    topic: ClassVar[str] = "booking.pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingConfirmed(BookingChanged):
    """The booking was confirmed."""

    topic: ClassVar[str] = "booking.confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRevived(BookingChanged):
    """A late payment confirmed an expired booking whose time could still be booked."""

    topic: ClassVar[str] = "booking.revived"


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class BookingNotRevived(BookingChanged):
    """A late payment did not revive an expired booking; the money goes back."""

    topic: ClassVar[str] = "booking.not_revived"

    why: LatePayment


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingCancelled(BookingChanged):
    """The booking was cancelled; its time is free."""

    topic: ClassVar[str] = "booking.cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingExpired(BookingChanged):
    """The booking was not answered or paid in time; its time is free."""

    topic: ClassVar[str] = "booking.expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRescheduled(BookingChanged):
    """The booking was moved to another time."""

    topic: ClassVar[str] = "booking.rescheduled"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingTimeAccepted(BookingChanged):
    """The customer has accepted the time that the provider's side had set."""

    topic: ClassVar[str] = "booking.time_accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingClockChanged(BookingChanged):
    """The rules of the booking's time zone changed: its local time is now another instant."""

    topic: ClassVar[str] = "booking.clock_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingTimesOffered(BookingChanged):
    """The provider proposed other times for a request."""

    topic: ClassVar[str] = "booking.times_offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingCompleted(BookingChanged):
    """The appointment took place."""

    topic: ClassVar[str] = "booking.completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingMissed(BookingChanged):
    """The customer did not come."""

    topic: ClassVar[str] = "booking.no_show"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingQuestioned(BookingChanged):
    """The provider was suspended: an admin decides whether the booking stands."""

    topic: ClassVar[str] = "booking.questioned"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingUpheld(BookingChanged):
    """A booking in question stands."""

    topic: ClassVar[str] = "booking.upheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingDisputed(BookingChanged):
    """A party disputes the booking."""

    topic: ClassVar[str] = "booking.disputed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingDisputeEnded(BookingChanged):
    """The dispute was resolved or withdrawn; `to` is the status that follows."""

    topic: ClassVar[str] = "booking.dispute_ended"


EVENTS: Final[tuple[type[BookingChanged], ...]] = (
    BookingPlaced,
    BookingPending,
    BookingConfirmed,
    BookingRevived,
    BookingNotRevived,
    BookingCancelled,
    BookingExpired,
    BookingRescheduled,
    BookingTimeAccepted,
    BookingClockChanged,
    BookingTimesOffered,
    BookingCompleted,
    BookingMissed,
    BookingDisputed,
    BookingDisputeEnded,
    BookingQuestioned,
    BookingUpheld,
)
FREES_TIME: Final[tuple[type[BookingChanged], ...]] = (
    BookingCancelled,
    BookingExpired,
    BookingRescheduled,
    BookingClockChanged,
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
            due_at=booking.due_at,
            **_more(entry),
        )
        for entry in trail
    ]


def _more(entry: BookingEvent) -> dict[str, LatePayment]:
    """The fields that only the event of this entry has."""
    return {"why": LatePayment(entry.reason)} if entry.type == "not_revived" and entry.reason is not None else {}
