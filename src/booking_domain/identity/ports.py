"""What identity needs of the outside."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking_domain.identity.model import Session, User
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import SessionId, UserId


class Users(Protocol):
    """The accounts of a unit of work."""

    async def add(self, user: User) -> None:
        """Add an account, or raise `EmailTaken` or `PhoneTaken`."""
        ...

    async def get(self, user_id: UserId) -> User | None:
        """One account."""
        ...


class UserReads(Protocol):
    """Reads of accounts, outside any unit of work."""

    async def user(self, user_id: UserId) -> User | None:
        """One account."""
        ...

    async def user_by_login(self, login: str) -> User | None:
        """The account with this e-mail address (in its normal form) or phone number."""
        ...


class Sessions(Protocol):
    """The sessions of a unit of work."""

    async def add(self, session: Session) -> None:
        """Add a session."""
        ...

    async def lock(self, session_id: SessionId) -> Session | None:
        """One session, kept from other transactions to the end of this one."""
        ...

    async def save(self, session: Session) -> None:
        """Replace a session."""
        ...

    async def end_all(self, user_id: UserId, now: datetime, but: SessionId | None = None) -> None:
        """End all sessions of an account that have not ended yet, except `but`."""
        ...


class PasswordHasher(Protocol):
    """Slow on purpose, and never in the way of other requests."""

    async def hash(self, password: str) -> str:
        """A salted hash in a form that names its own parameters."""
        ...

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password is the one; without a hash it takes as long and says no."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A token for the API, and for how many seconds it is good."""

    text: str
    expires_in: int


class AccessTokens(Protocol):
    """Signed tokens that say who asks."""

    def issue(self, actor: Actor, now: datetime) -> AccessToken:
        """A token for this actor."""
        ...

    def read(self, text: str, now: datetime) -> Actor:
        """Who the token says it is, or raise `InvalidToken`."""
        ...


class RefreshTokens(Protocol):
    """Opaque tokens that name a session and prove that it is one's own."""

    def issue(self, session_id: SessionId) -> tuple[str, bytes]:
        """A fresh token and the digest to keep of it."""
        ...

    def read(self, text: str) -> tuple[SessionId, bytes]:
        """The session it names and its digest, or raise `InvalidToken`."""
        ...
