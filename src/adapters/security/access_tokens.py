"""Access tokens as JSON Web Tokens (RFC 9068: `typ` is `at+jwt`), signed with HMAC-SHA256.

Only tokens of exactly the issued form are accepted: the header has `alg`, `typ` and `kid` and nothing else (so `jku`,
`jwk`, `x5u` and `crit` have no effect), with one algorithm, issuer, audience and signature encoding. Keys come from the
settings only; `kid` selects one of them. A header that is encoded in any other way is rejected.

`amr` is `["mfa"]` (RFC 8176) for a session with two factors, and absent otherwise. `pending` is true for an account
whose profile is not complete, and absent otherwise.

A token does not tell whether its session is still live: entry points read that.
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
from booking_domain.identity.lifetimes import Lifetimes
from booking_domain.identity.ports import AccessToken, AccessTokens, Bearer
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import SessionId, UserId

LIFE: Final = Lifetimes().access_token
_ALGORITHM: Final = "HS256"
_TYPE: Final = "at+jwt"
_ISSUER: Final = "booking"
_AUDIENCE: Final = "booking-api"
_CLAIMS: Final = ("iss", "aud", "sub", "sid", "role", "jti", "iat", "exp")
_TWO_FACTORS: Final = ["mfa"]
_ID_BYTES: Final = 16
_MAX_LENGTH: Final = 2_048
_CACHE_SIZE: Final = 10_000
"""Number of tokens whose verified signature is cached; the expiry is checked on every read."""


class JwtAccessTokens(AccessTokens):
    """Signs with the current key; also accepts tokens signed with a previous key."""

    def __init__(self, key: bytes, *, previous: Sequence[bytes] = (), life: timedelta = LIFE) -> None:
        self._life = int(life.total_seconds())
        self._key = key
        self._keys = {_encoded({}, each).partition(".")[0]: each for each in (*previous, key)}
        """By the encoded header of the tokens that they sign, so that only a header of the issued form is accepted."""
        # Expiry depends on the caller's clock, so the library's time checks are disabled and done in `read`.
        self._options: jwt.types.Options = {
            "require": list(_CLAIMS),
            "strict_aud": True,
            "verify_exp": False,
            "verify_iat": False,
            "verify_nbf": False,
        }
        self._jwt = jwt.PyJWT()
        self._verified = lru_cache(maxsize=_CACHE_SIZE)(self._verify)

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
            "exp": issued + self._life,
        }
        if bearer.second_factor:
            claims["amr"] = _TWO_FACTORS
        if bearer.pending:
            claims["pending"] = True
        return AccessToken(text=_encoded(claims, self._key), expires_in=self._life)

    def read(self, text: str, now: datetime) -> Bearer:
        if len(text) > _MAX_LENGTH:
            raise InvalidToken
        bearer, not_before, expires_at = self._verified(text)
        if not not_before <= now.timestamp() < expires_at:
            raise InvalidToken
        return bearer

    def _verify(self, text: str) -> tuple[Bearer, int, int]:
        if "=" in text:  # RFC 7515 §2 forbids padding; the library tolerates some
            raise InvalidToken
        try:
            claims = self._jwt.decode(
                text,
                self._key_of(text),
                algorithms=[_ALGORITHM],
                options=self._options,
                audience=_AUDIENCE,
                issuer=_ISSUER,
            )
            return _bearer(claims), _seconds(claims.get("nbf", 0)), _seconds(claims["exp"])
        except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise InvalidToken from error

    def _key_of(self, text: str) -> bytes:
        """Return the key that signs tokens with this header; `KeyError` if none does."""
        return self._keys[text.partition(".")[0]]


def _encoded(claims: dict[str, Any], key: bytes) -> str:
    return jwt.encode(claims, key, _ALGORITHM, {"typ": _TYPE, "kid": key_id(key)})


def _bearer(claims: dict[str, Any]) -> Bearer:
    actor = Actor(UserId(UUID(claims["sub"])), Role(claims["role"]))
    if actor.role is Role.SYSTEM or claims.get("amr", _TWO_FACTORS) != _TWO_FACTORS:
        raise InvalidToken
    if claims.get("pending", True) is not True:
        raise InvalidToken
    return Bearer(actor, SessionId(UUID(claims["sid"])), "amr" in claims, "pending" in claims)


def _seconds(claim: object) -> int:
    if type(claim) is not int:
        raise InvalidToken
    return claim
