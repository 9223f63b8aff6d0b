"""Secret links to a user's calendar: the secret gives read access to that calendar and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from string import ascii_letters, digits
from typing import Final, Protocol

from booking_domain.shared.errors import NotFound
from booking_domain.shared.ids import Entropy, UserId

_ALPHABET: Final = ascii_letters + digits + "-_"
_LENGTH: Final = 43
"""43 characters of six bits each: 258 bits."""
_KIND: Final = b"\x02"
"""Begins a digest. Secrets of the earlier kind had 128 random bits, and their digests have no such byte."""
DIGEST_BYTES: Final = len(_KIND) + sha256().digest_size


class CalendarLinkNotFound(NotFound, code="calendar.link_not_found"):
    """This calendar does not exist; its address may have changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarLink:
    """A user's link. Only the digest of its secret is stored."""

    user_id: UserId
    secret_digest: bytes
    created_at: datetime

    @classmethod
    def make(cls, user_id: UserId, *, entropy: Entropy, now: datetime) -> tuple["CalendarLink", str]:
        """A new link and its secret, which is shown once."""
        secret = entropy.pick(_ALPHABET, _LENGTH)
        return cls(user_id=user_id, secret_digest=digest_of(secret), created_at=now), secret


def digest_of(secret: str) -> bytes:
    """SHA-256 without salt: the secret cannot be guessed, unlike a password.

    Links are looked up by the digest. The timing of a lookup reveals digests at most, which do not lead to a secret.
    """
    return _KIND + sha256(secret.encode()).digest()


class CalendarLinks(Protocol):
    """The links of a database transaction, at most one for each user."""

    async def save(self, link: CalendarLink) -> None:
        """Store a link in place of the user's former one."""
        ...

    async def remove(self, user_id: UserId) -> bool:
        """Remove a user's link; False if there is none."""
        ...

    async def remove_legacy(self, limit: int) -> Sequence[UserId]:
        """Remove at most `limit` links whose digest is shorter than `DIGEST_BYTES`; return their users, by id.

        Links that another database transaction has locked are left out.
        """
        ...


class CalendarLinkReads(Protocol):
    """Reads of links, outside any database transaction."""

    async def of_user(self, user_id: UserId) -> CalendarLink | None:
        """The user's link."""
        ...

    async def user_of(self, secret_digest: bytes) -> UserId | None:
        """The user whose link has a secret with this digest."""
        ...
