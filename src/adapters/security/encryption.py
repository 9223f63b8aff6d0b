"""Encryption of personal data at rest with AES-256-GCM, and a keyed hash (blind index) for equality searches."""

import hmac
import os
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.security.keys import derived_key

_FORMAT: Final = b"\x01"
_ID_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_HEADER_BYTES: Final = len(_FORMAT) + _ID_BYTES


class DecryptionError(RuntimeError):
    """The key is not configured, the ciphertext belongs to another row or field, or it was modified."""


class AesGcmFieldCipher:
    """Encrypts single fields of rows with the current key; decrypts with the current and previous keys.

    The ciphertext is a format byte, the id of its key (8 bytes), a random nonce (12 bytes), and the AES-GCM output
    (NIST SP 800-38D). Field name and row id are authenticated, so a value copied to another row or column cannot be
    decrypted there.
    """

    def __init__(self, secret: str, index_secret: str, *, previous: Iterable[str] = ()) -> None:
        keys = [derived_key(each, "data-at-rest") for each in (secret, *previous)]
        self._keys = {_key_id(key): AESGCM(key) for key in reversed(keys)}
        self._current = _key_id(keys[0])
        self._index_key = derived_key(index_secret, "blind-index")

    def encrypt(self, text: str, *, field: str, row: UUID) -> bytes:
        """Encrypt the text of a field, such as `users.phone`, of one row."""
        nonce = os.urandom(_NONCE_BYTES)
        ciphertext = self._keys[self._current].encrypt(nonce, text.encode(), _context(field, row))
        return _FORMAT + self._current + nonce + ciphertext

    def decrypt(self, ciphertext: bytes, *, field: str, row: UUID) -> str:
        """Decrypt a value that `encrypt` made for the same field and row, or raise `DecryptionError`."""
        key = self._keys.get(ciphertext[len(_FORMAT) : _HEADER_BYTES])
        if key is None or not ciphertext.startswith(_FORMAT):
            raise DecryptionError(f"{field} of {row} is encrypted with a key that is not configured")
        nonce, rest = (
            ciphertext[_HEADER_BYTES : _HEADER_BYTES + _NONCE_BYTES],
            ciphertext[_HEADER_BYTES + _NONCE_BYTES :],
        )
        try:
            return key.decrypt(nonce, rest, _context(field, row)).decode()
        except (InvalidTag, ValueError) as error:
            raise DecryptionError(f"{field} of {row} does not decrypt: it was modified or copied") from error

    def is_current(self, ciphertext: bytes) -> bool:
        """Whether the value is encrypted with the current key."""
        return ciphertext[:_HEADER_BYTES] == _FORMAT + self._current

    def index(self, text: str, *, field: str) -> bytes:
        """Return the blind index: equal for equal texts of one field; reveals nothing else without the key."""
        return hmac.digest(self._index_key, f"{field}:{text}".encode(), "sha256")


def _context(field: str, row: UUID) -> bytes:
    return field.encode() + b":" + row.bytes


def _key_id(key: bytes) -> bytes:
    return hmac.digest(key, b"key id", "sha256")[:_ID_BYTES]
