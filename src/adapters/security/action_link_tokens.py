"""Tokens of action links: the booking and the action, with an HMAC."""

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from adapters.security.signed_bytes import SignedBytes
from booking_domain.bookings.action_links import (
    ADDRESS_BYTES,
    PHONE_BYTES,
    ActionLink,
    ActionLinkTokens,
    LinkAction,
    ShortLink,
)
from booking_domain.shared.ids import BookingId, UserId

_ACTIONS: Final = tuple(LinkAction)
_PLAIN: Final = struct.Struct(f">B16s16sQ{ADDRESS_BYTES}s")
_SIGNATURE_BYTES: Final = 20
_SHORT: Final = struct.Struct(f">16s{PHONE_BYTES}s")
_SHORT_SIGNATURE_BYTES: Final = 8
"""Who guesses has to ask the API, whose rate limits leave no chance against 64 bits."""


class HmacActionLinkTokens(ActionLinkTokens):
    """69 bytes in base64url: the members and a truncated HMAC-SHA256; also reads tokens of previous keys.

    Tokens of text messages have 27 bytes.
    """

    def __init__(self, key: bytes, *, previous: Sequence[bytes] = ()) -> None:
        self._signed = SignedBytes(
            b"action-link", key, previous=previous, size=_PLAIN.size, signature_bytes=_SIGNATURE_BYTES
        )
        self._short = SignedBytes(
            b"short-link", key, previous=previous, size=_SHORT.size, signature_bytes=_SHORT_SIGNATURE_BYTES
        )

    def issue(self, link: ActionLink) -> str:
        place, expires = _ACTIONS.index(link.action), int(link.expires_at.timestamp())
        plain = _PLAIN.pack(place, link.user_id.bytes, link.booking_id.bytes, expires, link.address)
        return self._signed.write(plain)

    def read(self, token: str) -> ActionLink | None:
        plain = self._signed.read(token)
        if plain is None:
            return None
        place, user_id, booking_id, expires, address = _PLAIN.unpack(plain)
        return ActionLink(
            action=_ACTIONS[place],
            booking_id=BookingId(UUID(bytes=booking_id)),
            user_id=UserId(UUID(bytes=user_id)),
            expires_at=datetime.fromtimestamp(expires, UTC),
            address=address,
        )

    def issue_short(self, link: ShortLink) -> str:
        return self._short.write(_SHORT.pack(link.booking_id.bytes, link.phone))

    def read_short(self, token: str) -> ShortLink | None:
        plain = self._short.read(token)
        if plain is None:
            return None
        booking_id, phone = _SHORT.unpack(plain)
        return ShortLink(booking_id=BookingId(UUID(bytes=booking_id)), phone=phone)
