"""Access tokens as JSON Web Tokens (RFC 9068: `typ` is `at+jwt`), signed with HMAC-SHA256 and nothing else."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

import jwt

from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.ports import AccessToken, AccessTokens
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import UserId

LIFE: Final = timedelta(minutes=30)
_ALGORITHM: Final = "HS256"
_TYPE: Final = "at+jwt"
_ISSUER: Final = "booking"
_AUDIENCE: Final = "booking-api"
_CLAIMS: Final = ("iss", "aud", "sub", "role", "iat", "exp")
_LONGEST: Final = 2_048
_REMEMBERED: Final = 4_096
"""Tokens whose signature has been checked; whether they have expired is asked each time."""


class JwtAccessTokens(AccessTokens):
    """Signs and reads tokens with one key; `key_id` names it, so that a token of another key is known at sight."""

    def __init__(self, key: bytes, *, key_id: str = "1") -> None:
        self._key = key
        self._key_id = key_id
        # The caller's clock decides on expiry, so the library's checks of time are off and done here.
        options: jwt.types.Options = {
            "require": list(_CLAIMS),
            "verify_exp": False,
            "verify_iat": False,
            "verify_nbf": False,
        }
        self._options = options
        self._jwt = jwt.PyJWT()
        self._verified = lru_cache(maxsize=_REMEMBERED)(self._verify)

    def issue(self, actor: Actor, now: datetime) -> AccessToken:
        issued = int(now.timestamp())
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": str(actor.id),
            "role": actor.role.value,
            "iat": issued,
            "exp": issued + int(LIFE.total_seconds()),
        }
        text = self._jwt.encode(claims, self._key, _ALGORITHM, {"typ": _TYPE, "kid": self._key_id})
        return AccessToken(text=text, expires_in=int(LIFE.total_seconds()))

    def read(self, text: str, now: datetime) -> Actor:
        if len(text) > _LONGEST:
            raise InvalidToken
        actor, good_until = self._verified(text)
        if now.timestamp() >= good_until:
            raise InvalidToken
        return actor

    def _verify(self, text: str) -> tuple[Actor, int]:
        try:
            token = self._jwt.decode_complete(
                text, self._key, algorithms=[_ALGORITHM], options=self._options, audience=_AUDIENCE, issuer=_ISSUER
            )
            header, claims = token["header"], token["payload"]
            actor = Actor(UserId(UUID(claims["sub"])), Role(claims["role"]))
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError) as error:
            raise InvalidToken from error
        good_until = claims["exp"]
        if (header.get("typ"), header.get("kid")) != (_TYPE, self._key_id):
            raise InvalidToken
        if type(good_until) is not int or actor.role is Role.SYSTEM:
            raise InvalidToken
        return actor, good_until
