"""The JSON of sessions."""

from typing import Final
from uuid import UUID

import msgspec

from booking_domain.identity.sessions import Platform, Session
from booking_domain.shared.ids import SessionId
from entrypoints.http.kit.fields import Json, Timestamp
from entrypoints.http.kit.projection import projection


class DeviceJson(Json, frozen=True, kw_only=True):
    """A session: a device that is signed in."""

    id: UUID
    created_at: Timestamp
    last_used_at: Timestamp
    expires_at: Timestamp
    user_agent: str
    platform: Platform
    address: str
    """The network address of its last use."""


class SessionJson(DeviceJson, frozen=True, kw_only=True):
    """A session of the account of the access token."""

    current: bool
    """Whether this request belongs to the session."""


class DevicesJson(Json, frozen=True, kw_only=True):
    """The live sessions of an account, for admins."""

    items: tuple[DeviceJson, ...]


class SessionsJson(Json, frozen=True, kw_only=True):
    """The live sessions of the account of the access token."""

    items: tuple[SessionJson, ...]


device_json: Final = projection(
    Session, DeviceJson, user_agent="client.user_agent", platform="client.platform", address="client.address"
)
"""Show a session."""


def session_json(session: Session, *, current: SessionId) -> SessionJson:
    """Show a session to its user."""
    return SessionJson(**msgspec.structs.asdict(device_json(session)), current=session.id == current)
