"""What the tokens of all links have in common: bytes and a truncated HMAC-SHA256 of them, in base64url."""

import base64
import hmac
from binascii import Error
from collections.abc import Sequence


class SignedBytes:
    """Signs `size` bytes for one `purpose`; reads what it signed with the key or a previous one."""

    def __init__(
        self, purpose: bytes, key: bytes, *, previous: Sequence[bytes], size: int, signature_bytes: int
    ) -> None:
        self._purpose = purpose
        self._keys = (key, *previous)
        self._size = size
        self._signature_bytes = signature_bytes

    def write(self, plain: bytes) -> str:
        """The token of these bytes."""
        return base64.urlsafe_b64encode(plain + self._signature(self._keys[0], plain)).decode()

    def read(self, token: str) -> bytes | None:
        """The bytes of a token; None if it was not signed here."""
        try:
            found = base64.urlsafe_b64decode(token.encode())
        except (Error, UnicodeEncodeError):
            return None
        if base64.urlsafe_b64encode(found).decode() != token:  # decoding skips and replaces characters
            return None
        plain, signature = found[: self._size], found[self._size :]
        signed = any(hmac.compare_digest(self._signature(key, plain), signature) for key in self._keys)
        return plain if signed else None

    def _signature(self, key: bytes, plain: bytes) -> bytes:
        return hmac.digest(key, self._purpose + b":" + plain, "sha256")[: self._signature_bytes]
