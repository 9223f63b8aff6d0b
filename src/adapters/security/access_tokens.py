"""Access tokens as JSON Web Tokens (RFC 9068: `typ` is `at+jwt`), signed with HMAC-SHA256 and nothing else.

What is read is what is written here, to the letter: a header of `alg`, `typ` and `kid` and nothing more (so that no
`jku`, `jwk`, `x5u` or `crit` has a say), one algorithm, one issuer, one audience, the signature in its one form. Keys
come from the settings alone. `kid` only chooses among them; without one of theirs a token is refused.

A token of a session with two factors says so (`amr` is `["mfa"]`, RFC 8176); without the claim there was one.

A token is not looked up anywhere: it is good until it expires, half an hour at most, even if its session has ended.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import jwt

from adapters.security.keys import key_id
from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.ports import AccessToken, AccessTokens, Bearer
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import SessionId, UserId

LIFE: Final = timedelta(minutes=30)
_ALGORITHM: Final = "HS256"
_TYPE: Final = "at+jwt"
_ISSUER: Final = "booking"
_AUDIENCE: Final = "booking-api"
_CLAIMS: Final = ("iss", "aud", "sub", "sid", "role", "jti", "iat", "exp")
_TWO_FACTORS: Final = ["mfa"]
_ID_BYTES: Final = 16
_LONGEST: Final = 2_048
_REMEMBERED: Final = 4_096
"""Tokens whose signature has been checked; whether they have expired is asked each time."""


class JwtAccessTokens(AccessTokens):
    """Signs tokens with one key, and reads those of previous ones too, until these are taken away."""

    def __init__(self, key: bytes, *, previous: Sequence[bytes] = ()) -> None:
        self._key = key
        self._key_id = key_id(key)
        self._keys = {key_id(each): each for each in (*previous, key)}
        # The caller's clock decides on expiry, so the library's checks of time are off and done here.
        self._options: jwt.types.Options = {
            "require": list(_CLAIMS),
            "strict_aud": True,
            "verify_exp": False,
            "verify_iat": False,
            "verify_nbf": False,
        }
        self._jwt = jwt.PyJWT()
        self._verified = lru_cache(maxsize=_REMEMBERED)(self._verify)

    def issue(self, bearer: Bearer, now: datetime) -> AccessToken:
        issued = int(now.timestamp())
        claims: dict[str, Any] = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": str(bearer.actor.id),
            "sid": str(bearer.session_id),
            "role": bearer.actor.role.value,
            "jti": secrets.token_urlsafe(_ID_BYTES),
            "iat": issued,
            "exp": issued + int(LIFE.total_seconds()),
        }
        if bearer.second_factor:
            claims["amr"] = _TWO_FACTORS
        text = self._jwt.encode(claims, self._key, _ALGORITHM, {"typ": _TYPE, "kid": self._key_id})
        return AccessToken(text=text, expires_in=int(LIFE.total_seconds()))

    def read(self, text: str, now: datetime) -> Bearer:
        if len(text) > _LONGEST:
            raise InvalidToken
        bearer, good_from, good_until = self._verified(text)
        if not good_from <= now.timestamp() < good_until:
            raise InvalidToken
        return bearer

    def _verify(self, text: str) -> tuple[Bearer, int, int]:
        if "=" in text:  # RFC 7515 §2: no padding; the library would let some pass
            raise InvalidToken
        try:
            key = self._key_of(jwt.get_unverified_header(text))
            claims = self._jwt.decode(
                text, key, algorithms=[_ALGORITHM], options=self._options, audience=_AUDIENCE, issuer=_ISSUER
            )
            return _bearer(claims), _seconds(claims.get("nbf", 0)), _seconds(claims["exp"])
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError) as error:
            raise InvalidToken from error

    def _key_of(self, header: dict[str, Any]) -> bytes:
        """The key that the header names, if it says nothing else than it should."""
        named = header.get("kid", "")
        if header != {"alg": _ALGORITHM, "typ": _TYPE, "kid": named} or named not in self._keys:
            raise InvalidToken
        return self._keys[named]


def _bearer(claims: dict[str, Any]) -> Bearer:
    actor = Actor(UserId(UUID(claims["sub"])), Role(claims["role"]))
    if actor.role is Role.SYSTEM or claims.get("amr", _TWO_FACTORS) != _TWO_FACTORS:
        raise InvalidToken
    return Bearer(actor, SessionId(UUID(claims["sid"])), "amr" in claims)


def _seconds(claim: object) -> int:
    if type(claim) is not int:
        raise InvalidToken
    return claim
