"""Remembered devices: their token takes the place of the second factor for 30 days.

A device is remembered by a session that began with the second factor itself, within five minutes of the sign-in. Its
token is random, belongs to one account, and is stored as a digest only. It never takes the place of the first factor. A
session that began with the token of a device cannot remember another one, so the 30 days are not prolonged.

A device is forgotten by its user, with its sessions. All devices of an account are forgotten when its password is
changed or reset, its second factor replaced or removed, all other sessions ended, or the account disabled, deleted or
taken over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol, Self

from booking_domain.identity.sessions import Client
from booking_domain.shared.errors import NotFound
from booking_domain.shared.ids import DeviceId, Entropy, UserId

REMEMBERED_FOR: Final = timedelta(days=30)
MOST_DEVICES: Final = 20
"""The least recently used one is forgotten for another."""
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
TOKEN_LETTERS: Final = 43
"""Of 62: 256 bits."""


class DeviceNotFound(NotFound, code="auth.device_not_found"):
    """This device is not remembered, or not any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedDevice:
    """A device that signs in without the second factor."""

    id: DeviceId
    user_id: UserId
    token_digest: bytes = field(repr=False)
    """SHA-256, together with the account."""
    client: Client
    """The client that was remembered."""
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime

    @classmethod
    def make(
        cls,
        device_id: DeviceId,
        user_id: UserId,
        client: Client,
        entropy: Entropy,
        now: datetime,
        *,
        life: timedelta = REMEMBERED_FOR,
    ) -> tuple[Self, str]:
        """A new device, and its token, which is shown once."""
        token = entropy.pick(_ALPHABET, TOKEN_LETTERS)
        device = cls(
            id=device_id,
            user_id=user_id,
            token_digest=_digest(user_id, token),
            client=client,
            created_at=now,
            last_used_at=now,
            expires_at=now + life,
        )
        return device, token

    def used(self, now: datetime) -> Self:
        """The device after a sign-in."""
        return replace(self, last_used_at=now)


def find_device(text: str, devices: Sequence[RememberedDevice]) -> RememberedDevice | None:
    """The device of these, which belong to one account, whose token the text is."""
    return next((device for device in devices if device.token_digest == _digest(device.user_id, text)), None)


def _digest(user_id: UserId, token: str) -> bytes:
    """SHA-256 without stretching: a token cannot be guessed, unlike a password."""
    return sha256(user_id.bytes + token.encode("utf-8", "surrogatepass")).digest()


class RememberedDevices(Protocol):
    """The remembered devices of a database transaction; the caller has locked the account."""

    async def live(self, user_id: UserId, now: datetime) -> Sequence[RememberedDevice]:
        """An account's devices that have not expired, the last used first."""
        ...

    async def add(self, device: RememberedDevice) -> None:
        """Add a device."""
        ...

    async def save(self, device: RememberedDevice) -> None:
        """Replace a device."""
        ...

    async def remove(self, device_id: DeviceId) -> None:
        """Remove a device."""
        ...

    async def remove_all(self, user_id: UserId) -> None:
        """Remove all devices of an account."""
        ...

    async def remove_expired(self, now: datetime) -> None:
        """Remove the devices that have expired."""
        ...


class RememberedDeviceReads(Protocol):
    """Reads of remembered devices, outside any database transaction."""

    async def live(self, user_id: UserId, now: datetime) -> Sequence[RememberedDevice]:
        """An account's devices that have not expired, the last used first."""
        ...
