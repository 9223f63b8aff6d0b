"""Tokens of links that unsubscribe: user, kind and channel, with an HMAC."""

import base64
import hmac
from binascii import Error
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from booking_domain.identity.preferences import NewsChannel, NewsKind, Unsubscription
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.identity.unsubscribe import Unsubscribe, UnsubscribeTokens

_KINDS: Final = tuple(NewsKind)
_CHANNELS: Final = tuple(NewsChannel)
_PLAIN_BYTES: Final = 18
_SIGNATURE_BYTES: Final = 18


class HmacUnsubscribeTokens(UnsubscribeTokens):
    """36 bytes in base64url: user, kind, channel and a truncated HMAC-SHA256; also reads tokens of previous keys."""

    def __init__(self, key: bytes, *, previous: Sequence[bytes] = ()) -> None:
        self._key = key
        self._keys = (key, *previous)

    def issue(self, user_id: UserId, unsubscription: Unsubscription) -> str:
        place = bytes((_KINDS.index(unsubscription.kind), _CHANNELS.index(unsubscription.channel)))
        plain = user_id.bytes + place
        return base64.urlsafe_b64encode(plain + _signature(self._key, plain)).decode()

    def read(self, token: str) -> Unsubscribe | None:
        try:
            found = base64.urlsafe_b64decode(token.encode())
        except (Error, UnicodeEncodeError):
            return None
        if base64.urlsafe_b64encode(found).decode() != token:  # decoding skips and replaces characters
            return None
        plain, signature = found[:_PLAIN_BYTES], found[_PLAIN_BYTES:]
        if not any(hmac.compare_digest(_signature(key, plain), signature) for key in self._keys):
            return None
        kind, channel = _KINDS[plain[-2]], _CHANNELS[plain[-1]]
        return Unsubscribe(
            user_id=UserId(UUID(bytes=plain[:-2])), unsubscription=Unsubscription(kind=kind, channel=channel)
        )


def _signature(key: bytes, plain: bytes) -> bytes:
    return hmac.digest(key, b"unsubscribe:" + plain, "sha256")[:_SIGNATURE_BYTES]
