"""The ports of identity besides its repositories.

`SecurityPorts` is pure and fast: use cases find it in their context, inside a database transaction. `Identity` adds
what is slow or has effects; the functions of `sign_in` and `own_account` run on it. The composition root makes one of
each.
"""

from dataclasses import dataclass, field
from typing import Protocol

from booking_domain.identity.external_identities import ExternalIdentityReads, OpenIdProviders, TelegramAssertions
from booking_domain.identity.known_clients import KnownClientReads
from booking_domain.identity.lifetimes import Lifetimes
from booking_domain.identity.login_quota import LoginQuota
from booking_domain.identity.one_time_codes import ContactChannel, SecretCodes
from booking_domain.identity.passkeys import PasskeyCeremonies, PasskeyReads
from booking_domain.identity.passwords import PasswordPolicy
from booking_domain.identity.ports import (
    AccessTokens,
    IdentityTx,
    PasswordHasher,
    PhoneNumbers,
    RefreshTokens,
    SecurityLog,
    UserReads,
)
from booking_domain.identity.second_factor import TimeCodes
from booking_domain.shared.actor import Role
from booking_domain.shared.clock import Clock
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.executor import Executor


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SecurityPorts:
    """What the use cases of identity find in their context: `context.get(SecurityPorts)`."""

    secret_codes: SecretCodes
    time_codes: TimeCodes
    refresh_tokens: RefreshTokens
    password_policy: PasswordPolicy
    passkeys: PasskeyCeremonies
    phone_numbers: PhoneNumbers
    default_time_zone: str
    """The time zone of new accounts whose client names none."""
    lifetimes: Lifetimes = field(default_factory=Lifetimes)
    second_factor_roles: frozenset[Role] = frozenset()
    """The roles that need a second factor."""


class IdentityReads(Protocol):
    """Reads outside any database transaction."""

    @property
    def users(self) -> UserReads: ...
    @property
    def external_identities(self) -> ExternalIdentityReads: ...
    @property
    def passkeys(self) -> PasskeyReads: ...
    @property
    def known_clients(self) -> KnownClientReads: ...


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Identity:
    """What signing in runs on. Its executor gives `security` to the use cases."""

    executor: Executor[IdentityTx]
    reads: IdentityReads
    clock: Clock
    security: SecurityPorts
    password_hasher: PasswordHasher
    access_tokens: AccessTokens
    telegram: TelegramAssertions
    openid: OpenIdProviders
    login_quota: LoginQuota
    log: SecurityLog
    phone_codes: bool = True
    """Whether one-time codes can be sent to phones."""
    codes_first: frozenset[ContactChannel] = frozenset({ContactChannel.PHONE})
    """The contacts with which an account begins only once a code that was sent there has come back."""

    @property
    def phone_numbers(self) -> PhoneNumbers:
        """What parses the numbers of contacts."""
        return self.security.phone_numbers
