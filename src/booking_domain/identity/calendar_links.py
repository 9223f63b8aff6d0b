"""Secret links to one's calendar: whoever knows the secret reads the calendar of its user, and nothing else."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from string import ascii_letters, digits
from typing import ClassVar, Final, Protocol

from booking_domain.shared.errors import NotFound
from booking_domain.shared.ids import Entropy, UserId

_ALPHABET: Final = ascii_letters + digits + "-_"
_LENGTH: Final = 43
"""Letters that are worth six bits each: 258."""


class CalendarLinkNotFound(NotFound):
    """There is no such calendar; its address may have been changed."""

    code: ClassVar[str] = "calendar.link_not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarLink:
    """A user's link. Of its secret only the digest is known."""

    user_id: UserId
    secret_digest: bytes
    created_at: datetime

    @classmethod
    def make(cls, user_id: UserId, *, entropy: Entropy, now: datetime) -> tuple["CalendarLink", str]:
        """A new link, and its secret, which is told once."""
        secret = entropy.pick(_ALPHABET, _LENGTH)
        return cls(user_id=user_id, secret_digest=digest_of(secret), created_at=now), secret


def digest_of(secret: str) -> bytes:
    """SHA-256, without salt: the secret is no password, it cannot be guessed.

    Links are looked up by it. How long that takes says something of digests at most, of which no secret can be made.
    """
    return sha256(secret.encode()).digest()


class CalendarLinks(Protocol):
    """The links of a unit of work, at most one a user."""

    async def save(self, link: CalendarLink) -> None:
        """Keep a link, in place of the one that its user had."""
        ...

    async def remove(self, user_id: UserId) -> None:
        """Let a user have no link; none there, no effect."""
        ...


class CalendarLinkReads(Protocol):
    """Reads of links, outside any unit of work."""

    async def user_of(self, secret_digest: bytes) -> UserId | None:
        """Whose link has the secret with this digest."""
        ...
