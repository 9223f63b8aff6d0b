"""Domain events of the waiting list and of external calendars."""

from datetime import date as Date  # noqa: N812 - a field is named `date`
from datetime import datetime
from typing import Final

from booking_domain.shared.events import Event
from booking_domain.shared.ids import FeedId, ProviderId, SalonId, ServiceId, UserId, WaitingId


class WaitlistOffered(Event, topic="waitlist.offered", subject="waiting_id"):
    """A slot is held for a waiting-list entry."""

    waiting_id: WaitingId
    provider_id: ProviderId
    customer_id: UserId
    start: datetime
    """The start of the slot."""
    until: datetime
    """When the offer lapses."""


class FeedAdded(Event, topic="calendar.feed_added", subject="provider_id"):
    """A provider added an external calendar."""

    provider_id: ProviderId
    feed_id: FeedId


class OfferedServiceChanged(Event, topic="service.changed", subject="provider_id"):
    """What a member of a salon offers of the salon's services has changed; one event for each member."""

    provider_id: ProviderId
    salon_id: SalonId
    service_id: ServiceId
    service_name: str
    """As it was before."""


class OfferedServiceEnded(OfferedServiceChanged, topic="service.ended"):
    """The salon's service was deleted, or can no longer be booked."""


class MemberServiceAdded(OfferedServiceChanged, topic="service.member_added"):
    """The manager of the salon has added a service of a member, or an offer of a service of the salon."""


class MemberServiceChanged(OfferedServiceChanged, topic="service.member_changed"):
    """The manager of the salon has changed a service or an offer of a member."""


class MemberServiceRemoved(OfferedServiceChanged, topic="service.member_removed"):
    """The manager of the salon has removed a service or an offer of a member."""


class CalendarChanged(Event, topic="calendar.changed", subject="provider_id"):
    """A provider has changed rules, exceptions or blocks of the calendar."""

    provider_id: ProviderId
    date: Date | None = None
    """The only local date that has changed; None: any may have."""


SERVICE_EVENTS: Final[tuple[type[OfferedServiceChanged], ...]] = (
    OfferedServiceChanged,
    OfferedServiceEnded,
    MemberServiceAdded,
    MemberServiceChanged,
    MemberServiceRemoved,
)
EVENTS: Final[tuple[type[Event], ...]] = (WaitlistOffered, FeedAdded, CalendarChanged, *SERVICE_EVENTS)
