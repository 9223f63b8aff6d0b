"""The platform's client at a service: id, secret, and the peculiarities of the service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import jwt

from booking_domain.identity.external_identities import IdentityProvider

_SECRET_LIFE: Final = timedelta(minutes=5)
"""Apple accepts up to six months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleKey:
    """The key with which Apple's client secrets are signed."""

    team_id: str
    key_id: str
    private_key: str = field(repr=False)
    """In PEM, as Apple issues it (P-256)."""

    def secret(self, client_id: str, issuer: str, now: datetime) -> str:
        """A client secret: a JSON Web Token (ES256) about the client."""
        claims = {"iss": self.team_id, "sub": client_id, "aud": issuer, "iat": now, "exp": now + _SECRET_LIFE}
        return jwt.encode(claims, self.private_key, "ES256", {"kid": self.key_id})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdClient:
    """A client of a service."""

    issuer: str
    client_id: str
    secret: str | AppleKey = field(repr=False)
    scope: str = "openid email profile"
    form_post: bool = False
    """Whether the answer comes as a form: Apple demands it for the scopes `email` and `name`."""
    mail_domains: frozenset[str] = frozenset()
    """The domains whose mail the service runs."""

    def secret_at(self, now: datetime) -> str:
        """The client secret."""
        return self.secret if isinstance(self.secret, str) else self.secret.secret(self.client_id, self.issuer, now)


def google(issuer: str, client_id: str, secret: str) -> OpenIdClient:
    """A client of Google."""
    domains = frozenset({"gmail.com", "googlemail.com"})
    return OpenIdClient(issuer=issuer, client_id=client_id, secret=secret, mail_domains=domains)


def apple(issuer: str, client_id: str, key: AppleKey) -> OpenIdClient:
    """A client of Apple."""
    return OpenIdClient(
        issuer=issuer,
        client_id=client_id,
        secret=key,
        scope="openid email name",
        form_post=True,
        mail_domains=frozenset({"icloud.com", "me.com", "mac.com", "privaterelay.appleid.com"}),
    )


Clients = Mapping[IdentityProvider, OpenIdClient]
