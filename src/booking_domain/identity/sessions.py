"""Sessions, the refresh tokens that follow one another in each, and who has tried to sign in."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from booking_domain.shared.ids import LoginId, SessionId, UserId

REFRESH_TOKEN_LIFE: Final = timedelta(days=30)
"""From its last use a session lasts so long."""
SESSION_LIFE: Final = timedelta(days=180)
"""From its beginning a session lasts no longer than this, however often it is used."""
GRACE: Final = timedelta(seconds=10)
"""For so long after its use a refresh token may be used again, by a client that has asked twice at once."""
LOGINS_KEPT: Final = timedelta(days=180)
"""For so long the login history goes back."""
MAX_USER_AGENT: Final = 200
_MAX_ADDRESS: Final = 64


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from, as far as can be seen: its words are not proof of anything."""

    address: str = ""
    user_agent: str = ""

    @classmethod
    def seen(cls, address: str, user_agent: str) -> Self:
        """Cut to what is kept; what cannot be printed is left out."""
        return cls(_printable(address)[:_MAX_ADDRESS], _printable(user_agent)[:MAX_USER_AGENT])


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """An opaque token: it names a session, and proves which family and which turn in it is meant."""

    text: str = field(repr=False)
    session_id: SessionId
    family_digest: bytes
    """Of what all tokens of the session have in common, and nobody knows who never had one of them."""
    digest: bytes
    """Of the token as a whole."""


class Use(StrEnum):
    """What it means that a refresh token is used."""

    NEXT = "next"
    """It is the current one: its turn."""
    AGAIN = "again"
    """It is the one before, within the grace."""
    REUSED = "reused"
    """It was good once: either this is a thief, or the one who has used it since was."""
    FORGED = "forged"
    """It never was a token of this session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in device: the family of refresh tokens that follow one another.

    **Rotation** (RFC 9700 §4.14.2). Exactly one token of the family is current. Using it makes the next one, from the
    token itself and a `seed` that only the server knows, and that one is current from then on. Using any older token
    ends the session: two parties have had it, and who of them is the thief cannot be known.

    **Grace.** A client that asks twice at once, or has lost the first answer, uses the token before the current one a
    moment late. For ten seconds after its use, and only as long as its successor has not been used itself, this token
    is answered with *the same* successor, which token and seed make again. So of any number of parallel refreshes all
    get one and the same token: there is never a second one that could live on, nor one that died unnoticed in the hands
    of the client. The ten seconds begin with the first use and are not prolonged. Whoever steals a token and uses it
    within them has what the client has: the second of the two to go on from there after the grace uses an old token,
    and the session ends. No successor is kept, only digests; neither a stolen token nor a copied database is enough to
    make one.

    **Forgeries.** An id of a session is no secret. Who knows it but never had a token of the family cannot end it: all
    its tokens share a secret (`family_digest`), without which a token is refused and nothing else happens.

    **Access tokens** are not looked up. They name their session and live on to their end, half an hour at most, after
    it has ended, but open nothing by which the account itself is changed: that asks whether the session is live.
    """

    id: SessionId
    user_id: UserId
    family_digest: bytes
    token_digest: bytes
    """SHA-256 of the refresh token that is good now."""
    previous_digest: bytes | None = None
    """That of the token before; None until there has been one."""
    seed: bytes | None = field(default=None, repr=False)
    """What the current token was made of besides the one before."""
    created_at: datetime
    last_used_at: datetime
    """When the current token was made."""
    expires_at: datetime
    ended_at: datetime | None = None
    client: Client = Client()
    """Who was last given a new token."""
    second_factor: bool = False
    """Whether it began with two factors, or one was confirmed in it."""

    @classmethod
    def begun(
        cls, token: RefreshToken, user_id: UserId, client: Client, now: datetime, *, second_factor: bool = False
    ) -> Self:
        """A new session, whose first token this is."""
        return cls(
            id=token.session_id,
            user_id=user_id,
            family_digest=token.family_digest,
            token_digest=token.digest,
            created_at=now,
            last_used_at=now,
            expires_at=now + REFRESH_TOKEN_LIFE,
            client=client,
            second_factor=second_factor,
        )

    def live(self, now: datetime) -> bool:
        """Whether its token may still be used."""
        return self.ended_at is None and now < self.expires_at

    def use_of(self, token: RefreshToken, now: datetime) -> Use:
        """What it means that this token is used now."""
        if (token.session_id, token.family_digest) != (self.id, self.family_digest):
            return Use.FORGED
        if token.digest == self.token_digest:
            return Use.NEXT
        if token.digest == self.previous_digest and now < self.last_used_at + GRACE:
            return Use.AGAIN
        return Use.REUSED

    def rotated(self, token: RefreshToken, seed: bytes, client: Client, now: datetime) -> Self:
        """The session with the next token."""
        return replace(
            self,
            previous_digest=self.token_digest,
            token_digest=token.digest,
            seed=seed,
            last_used_at=now,
            expires_at=min(now + REFRESH_TOKEN_LIFE, self.created_at + SESSION_LIFE),
            client=client,
        )

    def ended(self, now: datetime) -> Self:
        """The session at its end; one that has ended stays as it is."""
        return self if self.ended_at is not None else replace(self, ended_at=now)


class LoginMethod(StrEnum):
    """How somebody proved, or tried to prove, who they are."""

    REGISTRATION = "registration"
    PASSWORD = "password"  # noqa: S105 - a word
    CODE = "code"
    TELEGRAM = "telegram"


class LoginOutcome(StrEnum):
    """Whether it succeeded."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """An attempt to sign in."""

    id: LoginId
    user_id: UserId | None
    """None where there is no such account: kept all the same, so that a failure takes as long in either case."""
    at: datetime
    client: Client
    method: LoginMethod
    outcome: LoginOutcome
