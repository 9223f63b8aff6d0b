"""Passkeys (WebAuthn): keys on a user's devices that sign in without a password, and take the place of a second factor.

Rules:

- A challenge is random, good for five minutes and for one response, whether or not the response is accepted. One for
  adding a passkey belongs to the account that asked for it.
- The device verifies its user (a fingerprint, a face, a PIN), so a sign-in with a passkey has two factors.
- The signature counter of a device never goes back: a response that is not newer than the last one is refused.
- The account that the device names must be the one that the passkey belongs to.
- With a passkey that is a *second factor*, every sign-in of the account by another way needs a second factor. Any
  passkey of the account can be it. Passkeys of roles that need a second factor always are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NewType, Protocol, Self
from uuid import UUID

from booking_domain.shared.errors import Conflict, InvalidValue, NotFound, RuleViolated, Unauthenticated
from booking_domain.shared.ids import Entropy, UserId

PasskeyId = NewType("PasskeyId", UUID)

CHALLENGE_LIFE: Final = timedelta(minutes=5)
MAX_PASSKEY_NAME: Final = 60
MOST_PASSKEYS: Final = 20
MAX_RESPONSE: Final = 16_384
"""Characters of a response."""
MAX_CREDENTIAL_ID: Final = 1_023
"""Bytes (WebAuthn §5.8.3)."""
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_CHALLENGE_LETTERS: Final = 43
"""Of 62: 256 bits."""


class InvalidPasskey(Unauthenticated, code="auth.invalid_passkey", commits=True):
    """The response of the passkey is not valid, was used before or came too late; please try again."""


class PasskeyRefused(RuleViolated, code="auth.passkey_refused", commits=True, field="response"):
    """The response of the passkey is not valid, was used before or came too late; please add it again."""

    # `InvalidPasskey` would say to a signed-in user that their token is not valid.


class PasskeyNotFound(NotFound, code="auth.passkey_not_found"):
    """Your account has no such passkey."""


class PasskeyTaken(Conflict, code="auth.passkey_taken"):
    """This passkey was added before."""


class TooManyPasskeys(Conflict, code="auth.too_many_passkeys"):
    """Your account has as many passkeys as it may have; remove one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey of an account."""

    id: PasskeyId
    user_id: UserId
    credential_id: bytes
    """How the device names it; unique."""
    public_key: bytes
    """COSE."""
    counter: int
    """The last value of the device's signature counter; 0 if it does not count."""
    name: str
    """What its user calls it."""
    second_factor: bool = False
    created_at: datetime
    last_used_at: datetime | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.name.strip()) <= MAX_PASSKEY_NAME:
            raise InvalidValue(field="name", problem=f"1 to {MAX_PASSKEY_NAME} characters")

    def used(self, counter: int, now: datetime) -> Self:
        """The passkey after a sign-in."""
        return replace(self, counter=counter, last_used_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyChallenge:
    """A challenge that waits for its response."""

    digest: bytes
    user_id: UserId | None
    """Who adds a passkey; None: for signing in."""
    expires_at: datetime

    @classmethod
    def make(cls, user_id: UserId | None, entropy: Entropy, now: datetime) -> tuple[Self, bytes]:
        """A new challenge, and its bytes."""
        challenge = entropy.pick(_ALPHABET, _CHALLENGE_LETTERS).encode()
        return cls(digest=digest_of(challenge), user_id=user_id, expires_at=now + CHALLENGE_LIFE), challenge


def digest_of(challenge: bytes) -> bytes:
    """How a challenge is stored."""
    return sha256(challenge).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyResponse:
    """A response to a challenge, not verified yet."""

    challenge: bytes
    credential_id: bytes
    user_handle: bytes | None = None
    """The account that the device names."""
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCredential:
    """The key of a response that adds a passkey, verified."""

    credential_id: bytes
    public_key: bytes
    counter: int


class PasskeyCeremonies(Protocol):
    """What browsers are asked for, and the verification of what they respond; pure and fast."""

    def creation_options(
        self, challenge: bytes, user_id: UserId, name: str, existing: Sequence[Passkey]
    ) -> dict[str, Any]:
        """The options for a new passkey, as JSON for `PublicKeyCredential.parseCreationOptionsFromJSON`."""
        ...

    def request_options(self, challenge: bytes) -> dict[str, Any]:
        """The options for signing in, as JSON for `PublicKeyCredential.parseRequestOptionsFromJSON`."""
        ...

    def read(self, response: str) -> PasskeyResponse:
        """Parse a response, or raise `InvalidPasskey`."""
        ...

    def verify_new(self, answer: PasskeyResponse) -> NewCredential:
        """Verify the response that adds a passkey, or raise `InvalidPasskey`."""
        ...

    def verify(self, answer: PasskeyResponse, passkey: Passkey) -> int:
        """Verify the response of a passkey and return its new counter, or raise `InvalidPasskey`."""
        ...


class Passkeys(Protocol):
    """The passkeys of a database transaction."""

    async def add(self, passkey: Passkey) -> None:
        """Add a passkey, or raise `PasskeyTaken`."""
        ...

    async def owner(self, credential_id: bytes) -> UserId | None:
        """Whose passkey this is; without a lock."""
        ...

    async def of_user(self, user_id: UserId) -> Sequence[Passkey]:
        """The passkeys of an account, oldest first; the caller has locked the account."""
        ...

    async def save(self, passkey: Passkey) -> None:
        """Replace a passkey of an account that is locked."""
        ...

    async def remove(self, passkey_id: PasskeyId) -> None:
        """Remove a passkey of an account that is locked."""
        ...

    async def remove_all(self, user_id: UserId) -> None:
        """Remove all passkeys of an account that is locked."""
        ...

    async def add_challenge(self, challenge: PasskeyChallenge) -> None:
        """Add a challenge."""
        ...

    async def use_challenge(self, digest: bytes) -> PasskeyChallenge | None:
        """Remove a challenge and return it; of concurrent database transactions, one succeeds."""
        ...

    async def remove_expired(self, now: datetime) -> None:
        """Remove the challenges that have expired."""
        ...


class PasskeyReads(Protocol):
    """Reads of passkeys, outside any database transaction."""

    async def owner(self, credential_id: bytes) -> UserId | None:
        """Whose passkey this is."""
        ...

    async def of_user(self, user_id: UserId) -> Sequence[Passkey]:
        """The passkeys of an account, oldest first."""
        ...
