"""Sessions, the rotation of their refresh tokens, and the login history."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import DeviceId, LoginId, SessionId, UserId

REFRESH_TOKEN_LIFE: Final = timedelta(days=30)
"""How long a session lives after its last use."""
SESSION_LIFE: Final = timedelta(days=180)
"""How long a session lives at most, however often it is used."""
GRACE: Final = timedelta(seconds=10)
"""How long after its use a refresh token is accepted again, from a client that sent parallel requests."""
LOGINS_KEPT: Final = timedelta(days=180)
"""How long attempts to sign in are kept."""
MAX_USER_AGENT: Final = 200
_MAX_ADDRESS: Final = 64


class Platform(StrEnum):
    """What a client runs on, as it claims."""

    WEB = "web"
    """A browser, on any device."""
    IOS = "ios"
    """An app."""
    ANDROID = "android"
    """An app."""
    TELEGRAM = "telegram"
    """A mini-app."""
    OTHER = "other"

    @classmethod
    def of(cls, named: str, user_agent: str) -> "Platform":
        """The platform that the client names, else the one that its user agent suggests."""
        if named.lower() in {platform.value for platform in cls}:
            return cls(named.lower())
        return next((platform for platform, words in _PLATFORMS if words.search(user_agent)), cls.OTHER)


# In this order: browsers name the system that they run on too.
_PLATFORMS: Final = (
    (Platform.TELEGRAM, re.compile("telegram", re.IGNORECASE)),
    (Platform.WEB, re.compile(r"^(Mozilla|Opera)/")),
    (Platform.IOS, re.compile(r"CFNetwork|Darwin|iPhone|iPad|\biOS\b")),
    (Platform.ANDROID, re.compile(r"android|okhttp|dalvik", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True)
@checks_enums
class Client:
    """The origin of a request as the server sees it; user agent and platform are the client's claim."""

    address: str = ""
    user_agent: str = ""
    platform: Platform = Platform.OTHER

    @classmethod
    def seen(cls, address: str, user_agent: str, platform: str = "") -> Self:
        """Truncate to the stored lengths and drop characters that cannot be printed."""
        printable = _printable(user_agent)[:MAX_USER_AGENT]
        return cls(_printable(address)[:_MAX_ADDRESS], printable, Platform.of(platform, printable))


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """An opaque token: it names a session, its token family, and its position in the family."""

    text: str = field(repr=False)
    session_id: SessionId
    family_digest: bytes
    """The digest of the secret that all tokens of the session share."""
    digest: bytes
    """The digest of the whole token."""


class RefreshTokenUse(StrEnum):
    """What the use of a refresh token means."""

    NEXT = "next"
    """The token is the current one."""
    AGAIN = "again"
    """The token is the previous one, used within `GRACE`."""
    REUSED = "reused"
    """The token was replaced before: either this client or the one that replaced it has stolen it."""
    FORGED = "forged"
    """The token never belonged to this session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in device: a family of refresh tokens, each of which replaces the one before.

    **Rotation** (RFC 9700 §4.14.2). Exactly one token of the family is current. Its use creates the next one from the
    token and a `seed` that only the server knows; the next one is current from then on. The use of an older token ends
    the session: two clients have had it, and the server cannot tell which of them is the thief.

    **Grace.** A client that sends parallel requests, or has lost an answer, uses the previous token a moment late. For
    ten seconds after its first use, and only until its successor is used, the previous token is answered with *the
    same* successor, derived again from token and seed. So all parallel refreshes get the same token. The ten seconds
    are not extended by further uses. A thief who uses a stolen token within them gets the client's token; the second of
    the two to refresh after that uses an old token, and the session ends. Only digests are stored: neither a stolen
    token nor a copy of the database suffices to derive a successor.

    **Forgeries.** The id of a session is not secret. An attacker who knows it but never had a token of the family
    cannot end the session: all its tokens share a secret (`family_digest`), and a token without it is refused without
    effect.

    **Access tokens** are signed and name the session. An entry point accepts one only while its session has a `Holder`
    who is the actor of the token: live, with a usable account, in the same role. So they end with their session.
    """

    id: SessionId
    user_id: UserId
    family_digest: bytes
    token_digest: bytes
    """SHA-256 of the current refresh token."""
    previous_digest: bytes | None = None
    """SHA-256 of the previous token; None for the first one."""
    seed: bytes | None = field(default=None, repr=False)
    """The seed that the current token was derived with."""
    created_at: datetime
    last_used_at: datetime
    """When the current token was created."""
    expires_at: datetime
    ended_at: datetime | None = None
    client: Client = Client()
    """The client that got the current token."""
    second_factor: bool = False
    """Whether the session began with two factors, or a second factor was confirmed in it."""
    device_id: DeviceId | None = None
    """The remembered device whose token was the second factor."""

    @classmethod
    def begin(
        cls,
        token: RefreshToken,
        user_id: UserId,
        client: Client,
        now: datetime,
        *,
        life: timedelta = REFRESH_TOKEN_LIFE,
        second_factor: bool = False,
        device_id: DeviceId | None = None,
    ) -> Self:
        """A new session with its first token."""
        return cls(
            id=token.session_id,
            user_id=user_id,
            family_digest=token.family_digest,
            token_digest=token.digest,
            created_at=now,
            last_used_at=now,
            expires_at=now + life,
            client=client,
            second_factor=second_factor,
            device_id=device_id,
        )

    def live(self, now: datetime) -> bool:
        """Whether its tokens are accepted."""
        return self.ended_at is None and now < self.expires_at

    def use_of(self, token: RefreshToken, now: datetime) -> RefreshTokenUse:
        """Classify the use of a token."""
        if (token.session_id, token.family_digest) != (self.id, self.family_digest):
            return RefreshTokenUse.FORGED
        if token.digest == self.token_digest:
            return RefreshTokenUse.NEXT
        if token.digest == self.previous_digest and now < self.last_used_at + GRACE:
            return RefreshTokenUse.AGAIN
        return RefreshTokenUse.REUSED

    def rotated(
        self,
        token: RefreshToken,
        seed: bytes,
        client: Client,
        now: datetime,
        *,
        life: timedelta = REFRESH_TOKEN_LIFE,
        in_all: timedelta = SESSION_LIFE,
    ) -> Self:
        """The session with the next token; it lives on for `life`, and for `in_all` since it began."""
        return replace(
            self,
            previous_digest=self.token_digest,
            token_digest=token.digest,
            seed=seed,
            last_used_at=now,
            expires_at=min(now + life, self.created_at + in_all),
            client=client,
        )

    def ended(self, now: datetime) -> Self:
        """The ended session; a session that has ended before is unchanged."""
        return self if self.ended_at is not None else replace(self, ended_at=now)


class LoginMethod(StrEnum):
    """The first factor of an attempt to sign in."""

    REGISTRATION = "registration"
    PASSWORD = "password"  # noqa: S105 - a word
    CODE = "code"
    TELEGRAM = "telegram"
    GOOGLE = "google"
    APPLE = "apple"
    PASSKEY = "passkey"


class LoginOutcome(StrEnum):
    """The result of an attempt to sign in."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Login:
    """An attempt to sign in."""

    id: LoginId
    user_id: UserId | None
    """None if the login has no account: stored all the same, so that a failure takes as long in either case."""
    at: datetime
    client: Client
    method: LoginMethod
    outcome: LoginOutcome
