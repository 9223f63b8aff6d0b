"""Codes derived from their ids, and a messenger that stores the codes it sends."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from booking_domain.identity.one_time_codes import CODE_DIGITS, CodePurpose, Contact, SecretCodes
from booking_domain.notifications.codes import CodeMessenger
from booking_domain.shared.errors import Unavailable
from booking_domain.shared.ids import CodeId, UserId

_ALL: Final = 10**CODE_DIGITS


class MemorySecretCodes(SecretCodes):
    """Derives codes from a key that is not secret."""

    def __init__(self, key: bytes = b"memory") -> None:
        self._key = key

    def contact(self, contact: Contact) -> bytes:
        return sha256(self._key + f"{contact.channel} {contact.address}".encode()).digest()

    def code(self, code_id: CodeId, purpose: CodePurpose) -> str:
        digest = sha256(self._key + purpose.encode() + code_id.bytes).digest()
        return f"{int.from_bytes(digest) % _ALL:0{CODE_DIGITS}}"

    def matches(self, code_id: CodeId, purpose: CodePurpose, guess: str) -> bool:
        right = self.code(code_id, purpose)
        return hmac.compare_digest(right.encode(), guess.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCode:
    """A code that was sent."""

    to: str
    code: str
    purpose: str
    locale: str


class MemoryCodeMessenger(CodeMessenger):
    """Appends to `delivered`. With `available = False` it raises `Unavailable`."""

    def __init__(self) -> None:
        self.delivered: list[SentCode] = []
        self.available = True

    async def send_code(
        self,
        *,
        to: str,
        code: str,
        purpose: str,
        locale: str,
        until: datetime,  # noqa: ARG002
        zone: str | None,  # noqa: ARG002
        user_id: UserId | None = None,  # noqa: ARG002 - nothing is kept here
    ) -> None:
        if not self.available:
            raise Unavailable
        self.delivered.append(SentCode(to=to, code=code, purpose=purpose, locale=locale))
