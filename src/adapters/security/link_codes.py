"""Codes that link a Telegram account: user, session and expiry, with an HMAC."""

import base64
import hmac
from binascii import Error
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from booking_domain.identity.telegram_links import LinkCode, LinkCodes
from booking_domain.shared.ids import SessionId, UserId

_ID_BYTES: Final = 16
_PLAIN_BYTES: Final = 2 * _ID_BYTES + 4
_SIGNATURE_BYTES: Final = 12


class HmacLinkCodes(LinkCodes):
    """48 bytes in base64url (64 characters): ids, seconds and a truncated HMAC-SHA256; reads those of previous keys."""

    def __init__(self, key: bytes, *, previous: Sequence[bytes] = ()) -> None:
        self._keys = (key, *previous)

    def issue(self, user_id: UserId, session_id: SessionId, good_until: datetime) -> str:
        plain = user_id.bytes + session_id.bytes + int(good_until.timestamp()).to_bytes(4, "big")
        return base64.urlsafe_b64encode(plain + _signature(self._keys[0], plain)).decode()

    def read(self, text: str) -> LinkCode | None:
        try:
            found = base64.urlsafe_b64decode(text.encode())
        except (Error, UnicodeEncodeError):
            return None
        if base64.urlsafe_b64encode(found).decode() != text:  # decoding skips and replaces characters
            return None
        plain, signature = found[:_PLAIN_BYTES], found[_PLAIN_BYTES:]
        if not any(hmac.compare_digest(_signature(key, plain), signature) for key in self._keys):
            return None
        return LinkCode(
            user_id=UserId(UUID(bytes=plain[:_ID_BYTES])),
            session_id=SessionId(UUID(bytes=plain[_ID_BYTES : 2 * _ID_BYTES])),
            good_until=datetime.fromtimestamp(int.from_bytes(plain[2 * _ID_BYTES :], "big"), UTC),
            digest=sha256(found).digest(),
        )


def _signature(key: bytes, plain: bytes) -> bytes:
    return hmac.digest(key, b"telegram-link:" + plain, "sha256")[:_SIGNATURE_BYTES]
