"""Flows: tie a sign-in at a service to the client that began it.

The client keeps `flow`: a random value and the time at which it expires. State, nonce and PKCE verifier are HMACs of
it, so the server stores nothing, and only a client that has the flow can use the code that comes back with its state.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, Self

from booking_domain.identity.errors import InvalidAssertion
from booking_domain.identity.external_identities import IdentityProvider

LIFE: Final = timedelta(minutes=10)
"""How long a person may take to sign in at the service."""
_RANDOM_BYTES: Final = 32
_TIME_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in that has begun."""

    provider: IdentityProvider
    text: str = field(repr=False)
    key: bytes = field(repr=False)

    @classmethod
    def begin(cls, provider: IdentityProvider, key: bytes, now: datetime) -> Self:
        """A new flow."""
        until = int((now + LIFE).timestamp()).to_bytes(_TIME_BYTES)
        return cls(provider, _text(until + secrets.token_bytes(_RANDOM_BYTES)), key)

    @property
    def state(self) -> str:
        """The `state` of the authorisation request."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """The `nonce` of the identity token."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """The code verifier (RFC 7636)."""
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        """The code challenge, by the method S256."""
        return _text(sha256(self.verifier.encode()).digest())

    def require(self, state: str, now: datetime) -> None:
        """Raise `InvalidAssertion` unless the state is that of this flow, and the flow has not expired."""
        if not hmac.compare_digest(self.state.encode(), state.encode("utf-8", "surrogatepass")):
            raise InvalidAssertion
        if now >= self.until:
            raise InvalidAssertion

    @property
    def until(self) -> datetime:
        """When the flow expires. Valid only once the state has matched, which proves that the platform issued it."""
        return datetime.fromtimestamp(int.from_bytes(base64.urlsafe_b64decode(self.text + "==")[:_TIME_BYTES]), UTC)

    def _derived(self, purpose: str) -> str:
        material = f"{purpose}:{self.provider}:{self.text}".encode("utf-8", "surrogatepass")
        return _text(hmac.digest(self.key, material, "sha256"))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
