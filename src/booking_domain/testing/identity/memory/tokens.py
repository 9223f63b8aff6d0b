"""Signed tokens that need no library. Only for tests."""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Final
from uuid import UUID

from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.ports import AccessToken, AccessTokens, Bearer, RefreshTokens
from booking_domain.identity.sessions import RefreshToken
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import SessionId, UserId

ACCESS_TOKEN_LIFE: Final = timedelta(minutes=30)


class MemoryAccessTokens(AccessTokens):
    """`<user>.<role>.<session>.<factors>.<pending>.<expiry>.<signature>`."""

    def __init__(self, key: bytes = b"memory") -> None:
        self._key = key

    def issue(self, bearer: Bearer, now: datetime) -> AccessToken:
        expires = int((now + ACCESS_TOKEN_LIFE).timestamp())
        factors = 2 if bearer.second_factor else 1
        claims = f"{bearer.actor.id}.{bearer.actor.role}.{bearer.session_id}.{factors}.{int(bearer.pending)}.{expires}"
        return AccessToken(
            text=f"{claims}.{_signature(self._key, claims)}", expires_in=int(ACCESS_TOKEN_LIFE.total_seconds())
        )

    def read(self, text: str, now: datetime) -> Bearer:
        claims, _, signature = text.rpartition(".")
        if not hmac.compare_digest(_signature(self._key, claims).encode(), signature.encode("utf-8", "surrogatepass")):
            raise InvalidToken
        user, role, session, factors, pending, expires = claims.split(".")
        if now >= datetime.fromtimestamp(int(expires), UTC):
            raise InvalidToken
        return Bearer(Actor(UserId(UUID(user)), Role(role)), SessionId(UUID(session)), factors == "2", pending == "1")


class MemoryRefreshTokens(RefreshTokens):
    """`<session>.<family number>.<number or digest>`: unique but guessable."""

    def __init__(self) -> None:
        self._serials = count(1)

    def first(self, session_id: SessionId) -> RefreshToken:
        return self.read(f"{session_id}.{next(self._serials)}.0")

    def seed(self) -> bytes:
        return str(next(self._serials)).encode()

    def following(self, token: RefreshToken, seed: bytes) -> RefreshToken:
        kept, _, _ = token.text.rpartition(".")
        return self.read(f"{kept}.{sha256(seed + token.text.encode()).hexdigest()}")

    def read(self, text: str) -> RefreshToken:
        session, family, number = (*text.split("."), "", "")[:3]
        try:
            session_id = SessionId(UUID(session))
        except ValueError as error:
            raise InvalidToken from error
        if (
            text != f"{session_id}.{family}.{number}"
            or not (family + number).isascii()
            or not (family + number).isalnum()
        ):
            raise InvalidToken
        return RefreshToken(
            text=text,
            session_id=session_id,
            family_digest=sha256(family.encode()).digest(),
            digest=sha256(text.encode()).digest(),
        )


def _signature(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()
