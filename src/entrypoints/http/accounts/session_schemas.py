"""The JSON of sessions."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from booking_domain.identity.sessions import Session
from booking_domain.shared.ids import SessionId
from entrypoints.http.kit.fields import Json

MOST_SESSIONS: Final = 100
"""So many of an account's are shown."""


class DeviceJson(Json, frozen=True, kw_only=True):
    """A signed-in device."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    user_agent: str
    address: str


class SessionJson(DeviceJson, frozen=True, kw_only=True):
    """A signed-in device of one's own."""

    current: bool
    """Whether it is the session of this very request."""


class DevicesJson(Json, frozen=True, kw_only=True):
    """Where somebody is signed in."""

    items: tuple[DeviceJson, ...]


class SessionsJson(Json, frozen=True, kw_only=True):
    """One's sessions."""

    items: tuple[SessionJson, ...]


def device_json(session: Session) -> DeviceJson:
    """Show a session to whoever may see it."""
    return DeviceJson(
        id=session.id,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        expires_at=session.expires_at,
        user_agent=session.client.user_agent,
        address=session.client.address,
    )


def session_json(session: Session, *, current: SessionId) -> SessionJson:
    """Show a session to its user."""
    return SessionJson(**msgspec.structs.asdict(device_json(session)), current=session.id == current)
