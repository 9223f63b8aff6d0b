"""Live events, the live channels to which they belong, and who may follow them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import TooMany
from booking_domain.shared.ids import ProviderId, SessionId, UserId
from booking_domain.shared.permissions import Permission, Relation, managed, may, owned

KEPT_FOR: Final = timedelta(minutes=10)
"""How long live events are kept: as long, a client that lost its connection can resume where it was."""


class Channel(StrEnum):
    """What a client may follow."""

    BOOKINGS = "bookings"
    PAYMENTS = "payments"
    NOTIFICATIONS = "notifications"
    AVAILABILITY = "availability"
    """Which days of a provider have changed. Public: an event names no person and no booking."""
    SYSTEM = "system"
    """Announcements of the platform. Public, except of those that are for a role."""


CHANNEL_PERMISSIONS: Final[Mapping[Channel, Permission]] = {
    Channel.BOOKINGS: Permission.SEE_BOOKINGS,
    Channel.PAYMENTS: Permission.SEE_BOOKINGS,
    Channel.NOTIFICATIONS: Permission.READ_NOTIFICATIONS,
}
"""What an actor needs to receive an event of a channel, in its relation to the event. Other channels are public."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class NewLiveEvent:
    """What happened, and whom it concerns. `about` has ids, codes and dates only; clients fetch the rest."""

    channel: Channel
    type: str
    """The public type, e.g. `booking.confirmed`."""
    about: Mapping[str, Any] = field(default_factory=dict)
    parties: frozenset[UserId] = frozenset()
    """The parties to the booking, or the owner of the notification."""
    manager_id: UserId | None = None
    """The manager of the provider's salon."""
    provider_id: ProviderId | None = None
    """Whose availability has changed."""
    role: Role | None = None
    """Of the channel `system`: the role that it concerns; None: it concerns everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEvent:
    """An announced event. Ids follow the order of the commits, without gaps."""

    id: int
    at: datetime
    what: NewLiveEvent


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Follower:
    """Who follows which live channels. Without an actor only public ones are received."""

    channels: frozenset[Channel]
    providers: frozenset[ProviderId] = frozenset()
    """Whose availability is followed."""
    actor: Actor | None = None
    session_id: SessionId | None = None

    def receives(self, event: NewLiveEvent) -> bool:
        """Whether the follower has asked for the event, and may see it."""
        if event.channel not in self.channels:
            return False
        if event.channel is Channel.AVAILABILITY:
            return event.provider_id in self.providers
        if event.channel is Channel.SYSTEM:
            return event.role is None or (self.actor is not None and self.actor.role is event.role)
        permission = CHANNEL_PERMISSIONS.get(event.channel)
        return permission is None or any(may(self.actor, permission, each) for each in self._relations(event))

    @property
    def sees_all(self) -> bool:
        """Whether the follower may see events that do not concern it."""
        return any(may(self.actor, permission) for permission in set(CHANNEL_PERMISSIONS.values()))

    def _relations(self, event: NewLiveEvent) -> tuple[Relation | None, ...]:
        party = self.actor is not None and self.actor.id in event.parties
        if event.channel is Channel.NOTIFICATIONS:
            # Only the owner, whatever an admin may do elsewhere.
            return tuple(owned(self.actor, each) for each in event.parties if party)
        # The money of a booking is no matter of the salon's manager.
        of_member = managed(self.actor, event.manager_id) if event.channel is Channel.BOOKINGS else None
        return (Relation.PARTY if party else None, of_member)


class EndReason(StrEnum):
    """Why the platform ends a stream."""

    SESSION_ENDED = "session_ended"
    """The session is over, or the account has another role or is disabled. Sign in again."""
    PROVIDER_NOT_FOUND = "provider_not_found"
    """A provider whose availability is followed takes no bookings any more. Follow the others."""
    TOO_SLOW = "too_slow"
    """The client did not read for too long. It may resume."""
    TOO_OLD = "too_old"
    """The stream was open for its longest time. The client resumes."""
    SHUTDOWN = "shutdown"
    """This process stops. The client resumes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamLimits:
    """How many streams may be open at once in one process."""

    per_account: int = 10
    per_address: int = 20
    """Of clients without an access token."""


class TooManyStreams(TooMany, code="live.too_many_streams"):
    """You have {most} open streams; close one first."""

    most: int
    retry_after_seconds: int = 5
