"""Access tokens as JSON Web Tokens (RFC 9068: `typ` is `at+jwt`), signed with HMAC-SHA256.

Only tokens of exactly the issued form are accepted: the header has `alg`, `typ` and `kid` and nothing else (so `jku`,
`jwk`, `x5u` and `crit` have no effect), with one algorithm, issuer, audience and signature encoding. Keys come from the
settings only; `kid` selects one of them. A header that is encoded in any other way is rejected.

So nothing of a token is read before its signature has been compared with the one that the key makes. PyJWT's `decode`,
which allows for other forms, takes sixteen times as long: a process sees each token of a crowd for the first time.

`amr` is `["mfa"]` (RFC 8176) for a session with two factors, and absent otherwise. `pending` is true for an account
whose profile is not complete, and absent otherwise.

A token does not tell whether its session is still live: entry points read that.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from hmac import compare_digest
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import jwt
import msgspec
from msgspec import UNSET, Meta, UnsetType

from adapters.security.keys import key_id
from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.lifetimes import Lifetimes
from booking_domain.identity.ports import AccessToken, AccessTokens, Bearer
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import SessionId, UserId

LIFE: Final = Lifetimes().access_token
_ALGORITHM: Final = "HS256"
_SIGNING: Final = jwt.get_algorithm_by_name(_ALGORITHM)
_TYPE: Final = "at+jwt"
_ISSUER: Final = "booking"
_AUDIENCE: Final = "booking-api"
_ID_BYTES: Final = 16
_MAX_LENGTH: Final = 2_048
_CACHE_SIZE: Final = 10_000
"""Number of tokens whose verified signature is cached; the expiry is checked on every read."""


class Claims(msgspec.Struct):
    """What a token must say, and what it may."""

    iss: Literal["booking"]
    aud: Literal["booking-api"]
    sub: UUID
    sid: UUID
    role: Role
    jti: str
    iat: int
    exp: int
    nbf: int = 0
    amr: Annotated[list[Literal["mfa"]], Meta(min_length=1, max_length=1)] | UnsetType = UNSET
    pending: bool | UnsetType = UNSET


class JwtAccessTokens(AccessTokens):
    """Signs with the current key; also accepts tokens signed with a previous key."""

    claims = msgspec.json.Decoder(Claims)

    def __init__(self, key: bytes, *, previous: Sequence[bytes] = (), life: timedelta = LIFE) -> None:
        self._life = int(life.total_seconds())
        self._key = key
        self._keys = {_encoded({}, each).partition(".")[0].encode(): each for each in (*previous, key)}
        """By the encoded header of the tokens that they sign, so that only a header of the issued form is accepted."""
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
            claims["amr"] = ["mfa"]
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
        """Compare the signature with the one that the key makes, as text: so there is one encoding of it."""
        if "=" in text:  # RFC 7515 §2 forbids padding
            raise InvalidToken
        try:
            header, payload, signature = text.encode("ascii").split(b".")
            made = _SIGNING.sign(header + b"." + payload, self._key_of(header))
            if not compare_digest(signature, urlsafe_b64encode(made).rstrip(b"=")):
                raise InvalidToken
            claims = self.claims.decode(urlsafe_b64decode(payload + b"=="))
        except (KeyError, ValueError, msgspec.DecodeError) as error:
            raise InvalidToken from error
        if claims.role is Role.SYSTEM or claims.pending is False:
            raise InvalidToken
        actor = Actor(UserId(claims.sub), claims.role)
        bearer = Bearer(actor, SessionId(claims.sid), claims.amr is not UNSET, claims.pending is not UNSET)
        return bearer, claims.nbf, claims.exp

    def _key_of(self, header: bytes) -> bytes:
        """Return the key that signs tokens with this header; `KeyError` if none does."""
        return self._keys[header]


def _encoded(claims: dict[str, Any], key: bytes) -> str:
    return jwt.encode(claims, key, _ALGORITHM, {"typ": _TYPE, "kid": key_id(key)})
