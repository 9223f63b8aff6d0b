"""Identity tokens (OpenID Connect Core 1.0 §3.1.3.7): signed claims of a service about a person for one sign-in."""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import jwt

from adapters.openid.clients import OpenIdClient
from adapters.visible_names import visible_name
from booking_domain.identity.errors import InvalidAssertion
from booking_domain.identity.external_identities import CLOCKS_DIFFER, Assertion, IdentityProvider
from booking_domain.identity.model import MAX_NAME, is_email, normal_email
from booking_domain.shared.languages import language_of

_ALGORITHMS: Final = ("RS256", "ES256")
_CLAIMS: Final = ("iss", "aud", "sub", "iat", "exp", "nonce")
_MAX_SUBJECT: Final = 255
# Expiry depends on the caller's clock, so the library's time checks are disabled and done in `verified`.
_OPTIONS: Final[jwt.types.Options] = {
    "require": list(_CLAIMS),
    "strict_aud": True,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


class UnknownKey(Exception):
    """The token names a key that is not among the known keys of the service."""


def key_of(text: str, keys: jwt.PyJWKSet) -> jwt.PyJWK:
    """The key that the token names.

    Raises:
        UnknownKey: the service may have a new key.
        InvalidAssertion: the token is malformed, or of another algorithm.
    """
    try:
        header = jwt.get_unverified_header(text)
    except jwt.InvalidTokenError:
        raise InvalidAssertion from None
    if header.get("alg") not in _ALGORITHMS:
        raise InvalidAssertion
    try:
        return keys[header.get("kid", "")]
    except KeyError:
        raise UnknownKey from None


def verified(text: str, key: jwt.PyJWK, client: OpenIdClient, *, nonce: str, now: datetime) -> dict[str, Any]:
    """The claims of a token that the service signed for this client and this flow, or raise `InvalidAssertion`."""
    try:
        claims = jwt.decode(
            text, key, list(_ALGORITHMS), options=_OPTIONS, audience=client.client_id, issuer=client.issuer
        )
        issued, expires = (datetime.fromtimestamp(int(claims[name]), UTC) for name in ("iat", "exp"))
    except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, OSError):
        raise InvalidAssertion from None
    if not issued - CLOCKS_DIFFER <= now < expires + CLOCKS_DIFFER:
        raise InvalidAssertion
    if claims.get("azp", client.client_id) != client.client_id:
        raise InvalidAssertion
    if not hmac.compare_digest(str(claims["nonce"]).encode("utf-8", "surrogatepass"), nonce.encode()):
        raise InvalidAssertion
    if not 1 <= len(str(claims["sub"])) <= _MAX_SUBJECT:
        raise InvalidAssertion
    return claims


def assertion_of(
    claims: Mapping[str, Any], provider: IdentityProvider, client: OpenIdClient, name: str | None, *, until: datetime
) -> Assertion:
    """The assertion of a token; `name` is used if the token has no name.

    Its digest is the nonce's, so a flow signs in only once, even with several codes. `until` is the expiry of the flow.
    """
    email = _verified_email(claims)
    local, _, domain = (email or "").partition("@")
    given_name, family_name = visible_name(claims.get("given_name")), visible_name(claims.get("family_name"))
    whole = " ".join(filter(None, (given_name, family_name)))
    return Assertion(
        provider=provider,
        subject=str(claims["sub"]),
        name=(visible_name(claims.get("name")) or whole or visible_name(name) or local or provider.title())[
            :MAX_NAME
        ].strip(),
        given_name=given_name,
        family_name=family_name,
        locale=language_of(str(claims.get("locale"))),
        email=email,
        email_of_service=domain in client.mail_domains or (email is not None and bool(claims.get("hd"))),
        digest=sha256(str(claims["nonce"]).encode()).digest(),
        good_until=until,
    )


def _verified_email(claims: Mapping[str, Any]) -> str | None:
    """The e-mail address, if the service has verified it. Apple writes `true` as a text."""
    email = claims.get("email")
    if claims.get("email_verified") not in (True, "true") or not isinstance(email, str):
        return None
    found = normal_email(email)
    return found if is_email(found) else None
