"""Identities of other services, with which users sign in.

An identity is a service and the subject that the service uses for a person. A subject is compared with subjects only:
one that looks like a phone number, an e-mail address or an id gives access to nothing but the account that it is linked
to.

An assertion is a statement, signed by a service, that a person has just signed in there. It is valid for a few minutes
and one use; Telegram's can be used again by the client that has signed in with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import UserId

CLOCKS_DIFFER: Final = timedelta(seconds=60)
"""The maximum difference between the clocks of the service, the API and the worker."""
MAX_INIT_DATA: Final = 4_096
"""Characters."""


class IdentityProvider(StrEnum):
    """Services whose assertions are accepted."""

    TELEGRAM = "telegram"
    GOOGLE = "google"
    APPLE = "apple"


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class ExternalIdentity:
    """An identity and the account that it is linked to. An account has at most one at each service."""

    provider: IdentityProvider
    subject: str
    """A permanent id, not a user name that can pass to another person."""
    user_id: UserId
    linked_at: datetime
    unreachable_since: datetime | None = None
    """Since when its chat takes no messages; until the person writes again."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Assertion:
    """What a service has signed, verified."""

    provider: IdentityProvider
    subject: str
    name: str
    given_name: str | None = None
    family_name: str | None = None
    locale: str | None
    """The person's language, if messages are written in it."""
    email: str | None = None
    """An address that the service has verified."""
    email_of_service: bool = False
    """Whether the service runs the address, so that it has no other owner by now."""
    digest: bytes
    """Of what is good once: all that was signed, independent of its encoding on the way, or a flow's nonce."""
    good_until: datetime


@dataclass(frozen=True, slots=True)
class InitData:
    """What Telegram passes to a mini-app: a query string."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WidgetLogin:
    """What Telegram's login widget passes to a web page."""

    fields: Mapping[str, str] = field(repr=False)


TelegramProof = InitData | WidgetLogin


class TelegramAssertions(Protocol):
    """Verifies what Telegram has signed."""

    def read(self, proof: TelegramProof, now: datetime) -> Assertion:
        """Read an assertion; whether it was used before is not known here.

        Raises:
            InvalidAssertion: it was not signed by Telegram for this platform, or is too old.
            TelegramNotConfigured: no bot token is set.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdStart:
    """Where a person signs in at a service, and what their client keeps until they are back."""

    authorization_url: str
    flow: str = field(repr=False)
    expires_in: int
    """Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class OpenIdReturn:
    """What a person brings back from a service."""

    provider: IdentityProvider
    code: str = field(repr=False)
    state: str = field(repr=False)
    issuer: str | None = None
    """The issuer that the service names (RFC 9207)."""
    flow: str = field(repr=False)
    """What their client kept: of another client, the code is refused."""
    name: str | None = None
    """The name that their client knows, for a new account, if the service does not tell."""


class OpenIdProviders(Protocol):
    """Signs people in at services by OpenID Connect: authorisation code, PKCE, state and nonce."""

    async def begin(self, provider: IdentityProvider, now: datetime) -> OpenIdStart:
        """Begin to sign in.

        Raises:
            IdentityProviderNotConfigured: the service is not one of the settings.
            IdentityProviderUnavailable: it does not answer.
        """
        ...

    async def redeem(self, back: OpenIdReturn, now: datetime) -> Assertion:
        """Trade the code for what the service says of the person; whether that was used before is not known here.

        Raises:
            InvalidAssertion: code, state, flow or the signed statement is wrong, used or too old.
            IdentityProviderNotConfigured, IdentityProviderUnavailable: as `begin`.
        """
        ...


class ExternalIdentities(Protocol):
    """The identities of a database transaction: a subject has one account, an account one identity per service."""

    async def lock(self, provider: IdentityProvider, subject: str) -> UserId | None:
        """The account of the identity; until the end of the database transaction no other removes the identity."""
        ...

    async def get(self, user_id: UserId, provider: IdentityProvider) -> ExternalIdentity | None:
        """An account's identity at a service."""
        ...

    async def add(self, identity: ExternalIdentity) -> None:
        """Link an identity, or raise `ConcurrentChange` if it is linked, or the account has one at the service."""
        ...

    async def save(self, identity: ExternalIdentity) -> None:
        """Store `unreachable_since`, unless the subject is not linked to this account any more."""
        ...

    async def remove(self, user_id: UserId, provider: IdentityProvider) -> None:
        """Remove an account's identity at a service, if any; waits for database transactions that hold its lock."""
        ...


class ExternalIdentityReads(Protocol):
    """Reads of identities, outside any database transaction."""

    async def user_of(self, provider: IdentityProvider, subject: str) -> UserId | None:
        """The account of the identity."""
        ...

    async def of_user(self, user_id: UserId) -> Sequence[ExternalIdentity]:
        """The user's external identities, by service."""
        ...


class UsedAssertions(Protocol):
    """The used assertions, in a database transaction."""

    async def use(self, digest: bytes, good_until: datetime) -> bool:
        """Use up an assertion; False if it was used before. Of concurrent database transactions, one succeeds."""
        ...

    async def undo_use(self, digest: bytes) -> None:
        """Undo `use` of this database transaction."""
        ...

    async def remove_expired(self, now: datetime) -> None:
        """Remove assertions that have expired for every clock, also one that is behind by `CLOCKS_DIFFER`."""
        ...
