"""Tokens of links that report a change of the bank account: user and time, with an HMAC."""

import base64
import hmac
import struct
from binascii import Error
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from booking_domain.shared.ids import UserId
from booking_domain.use_cases.identity.not_me_links import NotMeLink, NotMeTokens

_PLAIN: Final = struct.Struct(">16sQ")
_SIGNATURE_BYTES: Final = 18


class HmacNotMeTokens(NotMeTokens):
    """42 bytes in base64url: the members and a truncated HMAC-SHA256; also reads tokens of previous keys."""

    def __init__(self, key: bytes, *, previous: Sequence[bytes] = ()) -> None:
        self._key = key
        self._keys = (key, *previous)

    def issue(self, link: NotMeLink) -> str:
        plain = _PLAIN.pack(link.user_id.bytes, int(link.changed_at.timestamp()))
        return base64.urlsafe_b64encode(plain + _signature(self._key, plain)).decode()

    def read(self, token: str) -> NotMeLink | None:
        try:
            found = base64.urlsafe_b64decode(token.encode())
        except (Error, UnicodeEncodeError):
            return None
        if base64.urlsafe_b64encode(found).decode() != token:  # decoding skips and replaces characters
            return None
        plain, signature = found[: _PLAIN.size], found[_PLAIN.size :]
        if not any(hmac.compare_digest(_signature(key, plain), signature) for key in self._keys):
            return None
        user_id, changed_at = _PLAIN.unpack(plain)
        return NotMeLink(user_id=UserId(UUID(bytes=user_id)), changed_at=datetime.fromtimestamp(changed_at, UTC))


def _signature(key: bytes, plain: bytes) -> bytes:
    return hmac.digest(key, b"not-me:" + plain, "sha256")[:_SIGNATURE_BYTES]
