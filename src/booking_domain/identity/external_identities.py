"""Identities of other services, by which accounts are signed in to.

An identity is a service and what that service calls the person; nothing of it is compared with anything of ours. A
subject that looks like somebody's phone number, e-mail address or id is nobody's but the account's it is linked to.

An assertion is what a service has signed about somebody who has just signed in there. It is good for a few minutes, and
for one use.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from booking_domain.shared.ids import UserId

CLOCKS_DIFFER: Final = timedelta(seconds=60)
"""How far the clocks of the service, of the API and of the worker may be apart."""
MAX_INIT_DATA: Final = 4_096
"""Characters."""


class IdentityProvider(StrEnum):
    """Whose word is taken for who somebody is."""

    TELEGRAM = "telegram"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalIdentity:
    """Somebody at another service, and whose account that is. An account has at most one at each service."""

    provider: IdentityProvider
    subject: str
    """What the service calls them, for ever: no name that can be given away."""
    user_id: UserId
    linked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """What a service has signed, once that was checked."""

    provider: IdentityProvider
    subject: str
    name: str
    given_name: str | None = None
    family_name: str | None = None
    locale: str
    digest: bytes
    """Of all that was signed: the same however it was written down on its way."""
    good_until: datetime


@dataclass(frozen=True, slots=True)
class InitData:
    """What Telegram gives to a mini-app: a query string."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WidgetLogin:
    """What Telegram's login widget gives to a web page."""

    fields: Mapping[str, str] = field(repr=False)


TelegramProof = InitData | WidgetLogin


class TelegramAssertions(Protocol):
    """Checks what Telegram is said to have signed."""

    def read(self, proof: TelegramProof, now: datetime) -> Assertion:
        """Read an assertion; whether it was used before is not known here.

        Raises:
            InvalidAssertion: it was not signed by Telegram for this platform, or is too old.
            TelegramNotConfigured: no bot token is set.
        """
        ...


class ExternalIdentities(Protocol):
    """The identities of a unit of work: a subject is one account's, and an account has one at each service."""

    async def lock(self, provider: IdentityProvider, subject: str) -> UserId | None:
        """Whose identity it is, kept to the end of this transaction from those who would remove it."""
        ...

    async def get(self, user_id: UserId, provider: IdentityProvider) -> ExternalIdentity | None:
        """An account's identity at a service."""
        ...

    async def add(self, identity: ExternalIdentity) -> None:
        """Link an identity, or raise `ConcurrentChange` if it is somebody's, or the account has one there."""
        ...

    async def remove(self, user_id: UserId, provider: IdentityProvider) -> None:
        """Remove an account's identity at a service, once nobody holds a lock of it; without one, nothing happens."""
        ...


class ExternalIdentityReads(Protocol):
    """Reads of identities, outside any unit of work."""

    async def user_of(self, provider: IdentityProvider, subject: str) -> UserId | None:
        """Whose identity it is."""
        ...

    async def of_user(self, user_id: UserId) -> Sequence[ExternalIdentity]:
        """The user's external identities, by service."""
        ...


class UsedAssertions(Protocol):
    """The assertions that were used, in a unit of work."""

    async def use(self, digest: bytes, good_until: datetime) -> bool:
        """Use an assertion up; False if it was before. Of those who do at once, one does, once it is committed."""
        ...

    async def give_back(self, digest: bytes) -> None:
        """Let an assertion that this transaction has used be good again."""
        ...

    async def forget(self, now: datetime) -> None:
        """Forget those that no clock would let through any longer, even one that is behind by `CLOCKS_DIFFER`."""
        ...
