"""One-time codes as HMACs: nothing that is kept of a code or a contact tells it without the key."""

import hmac
from typing import Final

from booking_domain.identity.one_time_codes import CODE_DIGITS, CodePurpose, Contact, SecretCodes
from booking_domain.shared.ids import CodeId

_ALL: Final = 10**CODE_DIGITS


class HmacSecretCodes(SecretCodes):
    """HMAC-SHA256, for a code modulo a million: all 256 bits of it, so that no code is likelier than another."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def contact(self, contact: Contact) -> bytes:
        return self._digest(f"contact:{contact.channel}:{contact.address}".encode())

    def code(self, code_id: CodeId, purpose: CodePurpose) -> str:
        digest = self._digest(f"code:{purpose}:".encode() + code_id.bytes)
        return f"{int.from_bytes(digest) % _ALL:0{CODE_DIGITS}}"

    def matches(self, code_id: CodeId, purpose: CodePurpose, guess: str) -> bool:
        right = self.code(code_id, purpose)
        return hmac.compare_digest(right.encode(), guess.encode("utf-8", "surrogatepass"))

    def _digest(self, text: bytes) -> bytes:
        return hmac.digest(self._key, text, "sha256")
