"""Identity tokens (OpenID Connect Core 1.0 §3.1.3.7): signed claims of a service about a person for one sign-in."""

from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

import jwt
import msgspec

from adapters.kit.signatures import matches
from adapters.kit.visible_names import visible_name
from adapters.openid.clients import OpenIdClient
from booking_domain.identity.errors import InvalidAssertion
from booking_domain.identity.external_identities import CLOCKS_DIFFER, Assertion, IdentityProvider
from booking_domain.identity.model import is_email, normal_email
from booking_domain.identity.names import MAX_NAME
from booking_domain.shared.languages import language_of

_ALGORITHMS: Final = ("RS256", "ES256")
_CLAIMS: Final = ("iss", "aud", "sub", "iat", "exp", "nonce")
_UNTIL_9999: Final = msgspec.Meta(ge=0, le=253_402_300_799)
_Seconds = Annotated[int, _UNTIL_9999] | Annotated[float, _UNTIL_9999]
"""Since 1970."""
# Expiry depends on the caller's clock, so the library's time checks are disabled and done in `verified`.
_OPTIONS: Final[jwt.types.Options] = {
    "require": list(_CLAIMS),
    "strict_aud": True,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """The claims that are read. One of another type makes the token invalid, except those that are only shown."""

    sub: Annotated[str, msgspec.Meta(pattern=r"\A[\x21-\x7e]{1,255}\Z")]
    """ASCII (§2), and no space."""
    iat: _Seconds
    exp: _Seconds
    nonce: str
    azp: str | None = None
    email: str | None = None
    email_verified: bool | Literal["true", "false"] | None = None
    """Apple writes a text."""
    hd: str | None = None
    """The domain of Google Workspace."""
    name: Any = None
    given_name: Any = None
    family_name: Any = None
    locale: Any = None


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
    except (jwt.InvalidTokenError, RecursionError):
        raise InvalidAssertion from None
    if header.get("alg") not in _ALGORITHMS:
        raise InvalidAssertion
    try:
        return keys[header.get("kid", "")]
    except KeyError:
        raise UnknownKey from None


def verified(text: str, key: jwt.PyJWK, client: OpenIdClient, *, nonce: str, now: datetime) -> Claims:
    """The claims of a token that the service signed for this client and this flow, or raise `InvalidAssertion`."""
    try:
        claims = msgspec.convert(
            jwt.decode(text, key, list(_ALGORITHMS), options=_OPTIONS, audience=client.client_id, issuer=client.issuer),
            type=Claims,
        )
    except (jwt.InvalidTokenError, msgspec.ValidationError, RecursionError):
        raise InvalidAssertion from None
    differ = CLOCKS_DIFFER.total_seconds()
    if not claims.iat - differ <= now.timestamp() < claims.exp + differ:
        raise InvalidAssertion
    if claims.azp not in (None, client.client_id):
        raise InvalidAssertion
    if not matches(claims.nonce, [nonce.encode()]):
        raise InvalidAssertion
    return claims


def assertion_of(
    claims: Claims, provider: IdentityProvider, client: OpenIdClient, name: str | None, *, until: datetime
) -> Assertion:
    """The assertion of a token; `name` is used if the token has no name.

    Its digest is the nonce's, so a flow signs in only once, even with several codes. `until` is the expiry of the flow.
    """
    email = _verified_email(claims)
    local, _, domain = (email or "").partition("@")
    given_name, family_name = visible_name(claims.given_name), visible_name(claims.family_name)
    whole = " ".join(filter(None, (given_name, family_name)))
    found = visible_name(claims.name) or whole or visible_name(name) or visible_name(local) or provider.title()
    return Assertion(
        provider=provider,
        subject=claims.sub,
        name=found[:MAX_NAME].strip(),
        given_name=given_name,
        family_name=family_name,
        locale=language_of(str(claims.locale), None),
        email=email,
        email_of_service=domain in client.mail_domains or (email is not None and bool(claims.hd)),
        digest=sha256(claims.nonce.encode()).digest(),
        good_until=until,
    )


def _verified_email(claims: Claims) -> str | None:
    """The e-mail address, if the service has verified it."""
    if claims.email is None or claims.email_verified not in (True, "true"):
        return None
    found = normal_email(claims.email)
    return found if is_email(found) else None
