"""Tokens of action links: the booking and the action, with an HMAC."""

import base64
import hmac
import struct
from binascii import Error
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from booking_domain.bookings.action_links import ADDRESS_BYTES, ActionLink, ActionLinkTokens, LinkAction
from booking_domain.shared.ids import BookingId, UserId

_ACTIONS: Final = tuple(LinkAction)
_PLAIN: Final = struct.Struct(f">B16s16sQ{ADDRESS_BYTES}s")
_SIGNATURE_BYTES: Final = 20


class HmacActionLinkTokens(ActionLinkTokens):
    """69 bytes in base64url: the members and a truncated HMAC-SHA256; also reads tokens of previous keys."""

    def __init__(self, key: bytes, *, previous: Sequence[bytes] = ()) -> None:
        self._key = key
        self._keys = (key, *previous)

    def issue(self, link: ActionLink) -> str:
        place, expires = _ACTIONS.index(link.action), int(link.expires_at.timestamp())
        plain = _PLAIN.pack(place, link.user_id.bytes, link.booking_id.bytes, expires, link.address)
        return base64.urlsafe_b64encode(plain + _signature(self._key, plain)).decode()

    def read(self, token: str) -> ActionLink | None:
        try:
            found = base64.urlsafe_b64decode(token.encode())
        except (Error, UnicodeEncodeError):
            return None
        if base64.urlsafe_b64encode(found).decode() != token:  # decoding skips and replaces characters
            return None
        plain, signature = found[: _PLAIN.size], found[_PLAIN.size :]
        if not any(hmac.compare_digest(_signature(key, plain), signature) for key in self._keys):
            return None
        place, user_id, booking_id, expires, address = _PLAIN.unpack(plain)
        return ActionLink(
            action=_ACTIONS[place],
            booking_id=BookingId(UUID(bytes=booking_id)),
            user_id=UserId(UUID(bytes=user_id)),
            expires_at=datetime.fromtimestamp(expires, UTC),
            address=address,
        )


def _signature(key: bytes, plain: bytes) -> bytes:
    return hmac.digest(key, b"action-link:" + plain, "sha256")[:_SIGNATURE_BYTES]
