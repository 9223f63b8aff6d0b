"""Shared by both transports of live events: the follower of a connection, and the JSON of an event."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from booking_domain.identity.errors import InvalidToken
from booking_domain.live.model import CHANNEL_PERMISSIONS, Channel, Follower, LiveEvent
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import ProviderId, SessionId
from entrypoints.http.kit.fields import Json, Timestamp
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.refusals import invalid_input

HEARTBEAT_SECONDS: Final = 15
MOST_CHANNELS: Final = 10
MOST_PROVIDERS: Final = 30
EVENT_ID: Final = "[0-9]{1,18}"


class LiveEventJson(Json, frozen=True, kw_only=True):
    """A live event."""

    type: str
    at: Timestamp
    about: dict[str, Any]


live_event_json: Final = projection(
    LiveEvent, LiveEventJson, type="what.type", about=lambda event: dict(event.what.about)
)
"""Show an event to an account that may receive it."""


def follower_of(
    channels: Collection[Channel],
    providers: Collection[UUID],
    actor: Actor | None,
    session_id: SessionId | None,
    *,
    named_at: str,
) -> Follower:
    """Return the follower: its actor, channels and providers.

    Raises:
        InvalidToken: a channel is not public, and there is no actor.
        Refusal: `availability` is followed without a provider, or a provider without `availability`.
    """
    followed = frozenset(channels)
    if actor is None and not followed.isdisjoint(CHANNEL_PERMISSIONS):
        raise InvalidToken
    if (Channel.AVAILABILITY in followed) != bool(providers):
        raise invalid_input(named_at, "Name a provider to follow the availability, and only then.")
    return Follower(
        channels=followed, providers=frozenset(map(ProviderId, providers)), actor=actor, session_id=session_id
    )
