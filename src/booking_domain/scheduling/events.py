"""Domain events of the waiting list and of external calendars."""

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - a field is named `date`
from datetime import datetime
from typing import ClassVar, Final

from booking_domain.shared.events import Event
from booking_domain.shared.ids import FeedId, ProviderId, SalonId, ServiceId, UserId, WaitingId


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitlistOffered(Event):
    """A slot is held for a waiting-list entry."""

    topic: ClassVar[str] = "waitlist.offered"
    subject_field: ClassVar[str] = "waiting_id"

    waiting_id: WaitingId
    provider_id: ProviderId
    customer_id: UserId
    start: datetime
    """The start of the slot."""
    until: datetime
    """When the offer lapses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAdded(Event):
    """A provider added an external calendar."""

    topic: ClassVar[str] = "calendar.feed_added"
    subject_field: ClassVar[str] = "provider_id"

    provider_id: ProviderId
    feed_id: FeedId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedServiceChanged(Event):
    """What a member of a salon offers of the salon's services has changed; one event for each member."""

    topic: ClassVar[str] = "service.changed"
    subject_field: ClassVar[str] = "provider_id"

    provider_id: ProviderId
    salon_id: SalonId
    service_id: ServiceId
    service_name: str
    """As it was before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedServiceEnded(OfferedServiceChanged):
    """The salon's service was deleted, or can no longer be booked."""

    topic: ClassVar[str] = "service.ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChanged(Event):
    """A provider has changed rules, exceptions or blocks of the calendar."""

    topic: ClassVar[str] = "calendar.changed"
    subject_field: ClassVar[str] = "provider_id"

    provider_id: ProviderId
    date: Date | None = None
    """The only local date that has changed; None: any may have."""


SERVICE_EVENTS: Final[tuple[type[OfferedServiceChanged], ...]] = (OfferedServiceChanged, OfferedServiceEnded)
EVENTS: Final[tuple[type[Event], ...]] = (WaitlistOffered, FeedAdded, CalendarChanged, *SERVICE_EVENTS)
