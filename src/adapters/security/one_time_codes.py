"""One-time codes derived with HMAC, so that stored data reveals neither codes nor contacts without the key."""

import hmac
from typing import Final

from booking_domain.identity.one_time_codes import CODE_DIGITS, CodePurpose, Contact, SecretCodes
from booking_domain.shared.ids import CodeId

_CODE_COUNT: Final = 10**CODE_DIGITS


class HmacSecretCodes(SecretCodes):
    """HMAC-SHA256; a code is all 256 bits modulo a million, so that the codes are uniformly distributed."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def contact(self, contact: Contact) -> bytes:
        return self._digest(f"contact:{contact.channel}:{contact.address}".encode())

    def code(self, code_id: CodeId, purpose: CodePurpose) -> str:
        digest = self._digest(f"code:{purpose}:".encode() + code_id.bytes)
        return f"{int.from_bytes(digest) % _CODE_COUNT:0{CODE_DIGITS}}"

    def matches(self, code_id: CodeId, purpose: CodePurpose, guess: str) -> bool:
        right = self.code(code_id, purpose)
        return hmac.compare_digest(right.encode(), guess.encode("utf-8", "surrogatepass"))

    def _digest(self, text: bytes) -> bytes:
        return hmac.digest(self._key, text, "sha256")
