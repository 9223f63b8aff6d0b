"""Refresh tokens: session id, family secret and token secret; only digests are stored."""

import base64
import binascii
import hmac
import secrets
from hashlib import sha256
from typing import Final
from uuid import UUID

from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.ports import RefreshTokens
from booking_domain.identity.sessions import RefreshToken
from booking_domain.shared.ids import SessionId

_ID_BYTES: Final = 16
_FAMILY_BYTES: Final = 24
_SECRET_BYTES: Final = 32
_BYTES: Final = _ID_BYTES + _FAMILY_BYTES + _SECRET_BYTES
_LENGTH: Final = _BYTES * 4 // 3


class OpaqueRefreshTokens(RefreshTokens):
    """72 bytes in base64url. An unsalted digest suffices, because the secrets are random and cannot be guessed."""

    def first(self, session_id: SessionId) -> RefreshToken:
        return _token(session_id.bytes + secrets.token_bytes(_FAMILY_BYTES + _SECRET_BYTES))

    def seed(self) -> bytes:
        return secrets.token_bytes(_SECRET_BYTES)

    def following(self, token: RefreshToken, seed: bytes) -> RefreshToken:
        raw = _raw(token.text)
        return _token(raw[:-_SECRET_BYTES] + hmac.digest(seed, raw, "sha256"))

    def read(self, text: str) -> RefreshToken:
        return _token(_raw(text))


def _raw(text: str) -> bytes:
    if len(text) != _LENGTH or not text.isascii():
        raise InvalidToken
    try:
        raw = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidToken from error
    if len(raw) != _BYTES:
        raise InvalidToken
    return raw


def _token(raw: bytes) -> RefreshToken:
    return RefreshToken(
        text=base64.urlsafe_b64encode(raw).decode(),
        session_id=SessionId(UUID(bytes=raw[:_ID_BYTES])),
        family_digest=sha256(raw[:-_SECRET_BYTES]).digest(),
        digest=sha256(raw).digest(),
    )
