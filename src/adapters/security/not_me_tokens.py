"""Tokens of links that report a change of the bank account or a contact: user and time, with an HMAC."""

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from adapters.security.signed_bytes import SignedBytes
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.identity.not_me_links import NotMeLink, NotMeTokens

_PLAIN: Final = struct.Struct(">16sQ")
_SIGNATURE_BYTES: Final = 18
_CONTACTS: Final = 1 << 63
"""A bit that no time has: the link is about a contact."""


class HmacNotMeTokens(NotMeTokens):
    """42 bytes in base64url: the members and a truncated HMAC-SHA256; also reads tokens of previous keys."""

    def __init__(self, key: bytes, *, previous: Sequence[bytes] = ()) -> None:
        self._signed = SignedBytes(
            b"not-me", key, previous=previous, size=_PLAIN.size, signature_bytes=_SIGNATURE_BYTES
        )

    def issue(self, link: NotMeLink) -> str:
        about = _CONTACTS if link.restores_contacts else 0
        plain = _PLAIN.pack(link.user_id.bytes, about | int(link.changed_at.timestamp()))
        return self._signed.write(plain)

    def read(self, token: str) -> NotMeLink | None:
        plain = self._signed.read(token)
        if plain is None:
            return None
        user_id, changed_at = _PLAIN.unpack(plain)
        return NotMeLink(
            user_id=UserId(UUID(bytes=user_id)),
            changed_at=datetime.fromtimestamp(changed_at & ~_CONTACTS, UTC),
            restores_contacts=bool(changed_at & _CONTACTS),
        )
