"""References that e-mails carry, so that a bounce names the message that it is about: its id, with an HMAC."""

import base64
import hmac
import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from booking_domain.notifications.model import MessageId

_ID_BYTES: Final = 16
_SIGNATURE_BYTES: Final = 16
REFERENCE_LENGTH: Final = 52
REFERENCE: Final = re.compile(rf"(?<![a-z2-7])[a-z2-7]{{{REFERENCE_LENGTH}}}(?![a-z2-7])", re.IGNORECASE)


class HmacDeliveryReferences:
    """32 bytes in base32, because servers change the case of addresses: the id and a truncated HMAC-SHA256."""

    def __init__(self, key: bytes, *, previous: Sequence[bytes] = ()) -> None:
        self._key = key
        self._keys = (key, *previous)

    def issue(self, message_id: UUID) -> str:
        """The reference of a message; always the same."""
        plain = message_id.bytes
        return base64.b32encode(plain + _signature(self._key, plain)).decode().rstrip("=").lower()

    def read(self, text: str) -> MessageId | None:
        """The first message that the text refers to; a reference that was not issued here is none."""
        for found in REFERENCE.findall(text):
            sealed = base64.b32decode(f"{found.upper()}====")
            plain, signature = sealed[:_ID_BYTES], sealed[_ID_BYTES:]
            if any(hmac.compare_digest(_signature(key, plain), signature) for key in self._keys):
                return MessageId(UUID(bytes=plain))
        return None


def _signature(key: bytes, plain: bytes) -> bytes:
    return hmac.digest(key, b"delivery:" + plain, "sha256")[:_SIGNATURE_BYTES]
