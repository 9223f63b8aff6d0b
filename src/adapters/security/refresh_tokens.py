"""Refresh tokens: a session's id and 32 bytes of chance; only their digest is kept."""

import base64
import binascii
import secrets
from hashlib import sha256
from typing import Final
from uuid import UUID

from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.ports import RefreshTokens
from booking_domain.shared.ids import SessionId

_ID_BYTES: Final = 16
_SECRET_BYTES: Final = 32
_LENGTH: Final = (_ID_BYTES + _SECRET_BYTES) * 4 // 3


class OpaqueRefreshTokens(RefreshTokens):
    """48 bytes in base64url. A digest without salt is enough: the secret is no password, it cannot be guessed."""

    def issue(self, session_id: SessionId) -> tuple[str, bytes]:
        raw = session_id.bytes + secrets.token_bytes(_SECRET_BYTES)
        return base64.urlsafe_b64encode(raw).decode(), sha256(raw).digest()

    def read(self, text: str) -> tuple[SessionId, bytes]:
        if len(text) != _LENGTH or not text.isascii():
            raise InvalidToken
        try:
            raw = base64.b64decode(text, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise InvalidToken from error
        if len(raw) != _ID_BYTES + _SECRET_BYTES:
            raise InvalidToken
        return SessionId(UUID(bytes=raw[:_ID_BYTES])), sha256(raw).digest()
