"""The ports of the sign-in use cases in memory: fast and deterministic, for tests only."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from booking_domain.identity.errors import InvalidAssertion
from booking_domain.identity.external_identities import (
    Assertion,
    IdentityProvider,
    InitData,
    OpenIdProviders,
    OpenIdReturn,
    OpenIdStart,
    TelegramAssertions,
    TelegramProof,
)
from booking_domain.identity.login_quota import LoginQuota
from booking_domain.identity.passwords import KnownPasswords, PasswordPolicy
from booking_domain.identity.ports import IdentityTx, PhoneNumbers, SecurityLog
from booking_domain.identity.security import Identity, IdentityReads, SecurityPorts
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.shared.phones import phone_number
from booking_domain.shared.rate_limits import Limit
from booking_domain.testing.identity.memory.codes import MemorySecretCodes
from booking_domain.testing.identity.memory.passkeys import MemoryPasskeyCeremonies
from booking_domain.testing.identity.memory.passwords import MemoryPasswordHasher
from booking_domain.testing.identity.memory.second_factors import MemoryTimeCodes
from booking_domain.testing.identity.memory.tokens import MemoryAccessTokens, MemoryRefreshTokens
from booking_domain.testing.shared.memory.rate_limits import MemoryRateLimiter

LOGIN_QUOTAS: Final = {
    "login": Limit(10, timedelta(minutes=1)),
    "login-anywhere": Limit(100, timedelta(minutes=1)),
    "codes": Limit(5, timedelta(days=1)),
    "guesses": Limit(60, timedelta(minutes=15)),
    "guesses-hour": Limit(120, timedelta(hours=1)),
    "guesses-hours": Limit(240, timedelta(hours=4)),
    "guesses-day": Limit(600, timedelta(days=1)),
}


@dataclass(frozen=True)
class MemoryKnownPasswords(KnownPasswords):
    """A short list of known passwords."""

    passwords: frozenset[str] = frozenset({"password", "sunflower"})

    def contains(self, password: str) -> bool:
        return password.casefold() in self.passwords


class MemoryPhoneNumbers(PhoneNumbers):
    """Parses E.164 numbers with spaces and hyphens. Every number counts as reachable."""

    def parse(self, text: str) -> str:
        return phone_number(text.replace(" ", "").replace("-", ""))

    def parse_reachable(self, text: str) -> str:
        return self.parse(text)

    def country(self, phone: str) -> str | None:
        countries = {"+976": "MN", "+989": "IR"}
        return countries.get(phone[:4])


class MemoryTelegramAssertions(TelegramAssertions):
    """Accepts `InitData("<subject> <nonce>")` with a numeric subject, without a signature."""

    def read(self, proof: TelegramProof, now: datetime) -> Assertion:
        text = proof.text if isinstance(proof, InitData) else proof.fields.get("id", "")
        subject = text.partition(" ")[0]
        if not subject.isdecimal():
            raise InvalidAssertion
        return Assertion(
            provider=IdentityProvider.TELEGRAM,
            subject=subject,
            name=f"Telegram {subject}",
            locale="en",
            digest=sha256(text.encode()).digest(),
            good_until=now + timedelta(minutes=5),
        )


class MemoryOpenIdProviders(OpenIdProviders):
    """Every service is known; a code is `<subject> <e-mail> <nonce>`, and `-` is no verified address."""

    async def begin(self, provider: IdentityProvider, now: datetime) -> OpenIdStart:  # noqa: ARG002
        return OpenIdStart(authorization_url=f"https://{provider}.example.com/", flow=str(provider), expires_in=600)

    async def redeem(self, back: OpenIdReturn, now: datetime) -> Assertion:
        if back.flow != back.provider:
            raise InvalidAssertion
        subject, email, _ = back.code.split(" ")
        return Assertion(
            provider=back.provider,
            subject=subject,
            name=back.name or subject,
            locale="en",
            email=None if email == "-" else email,
            email_of_service=email.endswith("@gmail.com"),
            digest=sha256(back.code.encode()).digest(),
            good_until=now + timedelta(minutes=5),
        )


@dataclass
class MemorySecurityLog(SecurityLog):
    """Stores the reported events."""

    failed_logins: list[tuple[UserId | None, LoginMethod]] = field(default_factory=list)
    reused_tokens: list[SessionId] = field(default_factory=list)

    def login_failed(self, user_id: UserId | None, method: LoginMethod, client: Client) -> None:  # noqa: ARG002
        self.failed_logins.append((user_id, method))

    def token_reused(self, session_id: SessionId, client: Client) -> None:  # noqa: ARG002
        self.reused_tokens.append(session_id)


def memory_security_ports() -> SecurityPorts:
    """Return the pure ports for an `Executor`. No role requires a second factor."""
    return SecurityPorts(
        secret_codes=MemorySecretCodes(),
        time_codes=MemoryTimeCodes(),
        refresh_tokens=MemoryRefreshTokens(),
        password_policy=PasswordPolicy(known=MemoryKnownPasswords()),
        passkeys=MemoryPasskeyCeremonies(),
        phone_numbers=MemoryPhoneNumbers(),
        default_time_zone="Asia/Ulaanbaatar",
    )


def memory_identity(
    executor: Executor[IdentityTx],
    reads: IdentityReads,
    clock: Clock,
    security: SecurityPorts,
    *,
    log: SecurityLog,
) -> Identity:
    """Return the dependencies of the sign-in use cases, around an executor that has `security`."""
    return Identity(
        executor=executor,
        reads=reads,
        clock=clock,
        security=security,
        password_hasher=MemoryPasswordHasher(),
        access_tokens=MemoryAccessTokens(),
        telegram=MemoryTelegramAssertions(),
        openid=MemoryOpenIdProviders(),
        login_quota=LoginQuota(LOGIN_QUOTAS, limiter=MemoryRateLimiter(), clock=clock),
        log=log,
    )
