"""Tokens of links that unsubscribe: user, kind and channel, with an HMAC."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from adapters.security.signed_bytes import SignedBytes
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
        self._signed = SignedBytes(
            b"unsubscribe", key, previous=previous, size=_PLAIN_BYTES, signature_bytes=_SIGNATURE_BYTES
        )

    def issue(self, user_id: UserId, unsubscription: Unsubscription) -> str:
        place = bytes((_KINDS.index(unsubscription.kind), _CHANNELS.index(unsubscription.channel)))
        plain = user_id.bytes + place
        return self._signed.write(plain)

    def read(self, token: str) -> Unsubscribe | None:
        plain = self._signed.read(token)
        if plain is None:
            return None
        kind, channel = _KINDS[plain[-2]], _CHANNELS[plain[-1]]
        return Unsubscribe(
            user_id=UserId(UUID(bytes=plain[:-2])), unsubscription=Unsubscription(kind=kind, channel=channel)
        )
