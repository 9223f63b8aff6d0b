"""Personal data at rest: sealed with AES-256-GCM, and found by a keyed hash where it is searched for equality."""

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
_HEAD: Final = len(_FORMAT) + _ID_BYTES


class CannotOpen(RuntimeError):
    """What was sealed cannot be opened: its key is not configured, it is another row's, or it was changed."""


class AesGcmFieldCipher:
    """Seals single fields of rows with the current key; opens what was sealed with it or with an earlier one.

    A sealed field is a format byte, the id of its key (8 bytes), a random nonce (12 bytes), and the ciphertext with
    its tag (NIST SP 800-38D). The name of the field and the id of its row are authenticated with it: a value that is
    copied to another row or column does not open there.
    """

    def __init__(self, secret: str, index_secret: str, *, previous: Iterable[str] = ()) -> None:
        keys = [derived_key(each, "data-at-rest") for each in (secret, *previous)]
        self._keys = {_key_id(key): AESGCM(key) for key in reversed(keys)}
        self._current = _key_id(keys[0])
        self._index_key = derived_key(index_secret, "blind-index")

    def seal(self, text: str, *, field: str, row: UUID) -> bytes:
        """Encrypt the text of a field, such as `users.phone`, of one row."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._keys[self._current].encrypt(nonce, text.encode(), _context(field, row))
        return _FORMAT + self._current + nonce + sealed

    def open(self, sealed: bytes, *, field: str, row: UUID) -> str:
        """Decrypt what `seal` made for the same field and row, or raise `CannotOpen`."""
        key = self._keys.get(sealed[len(_FORMAT) : _HEAD])
        if key is None or not sealed.startswith(_FORMAT):
            raise CannotOpen(f"{field} of {row} was sealed with a key that is not configured")
        nonce, rest = sealed[_HEAD : _HEAD + _NONCE_BYTES], sealed[_HEAD + _NONCE_BYTES :]
        try:
            return key.decrypt(nonce, rest, _context(field, row)).decode()
        except (InvalidTag, ValueError) as error:
            raise CannotOpen(f"{field} of {row} is not what was sealed there") from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether it was sealed with the current key."""
        return sealed[:_HEAD] == _FORMAT + self._current

    def index(self, text: str, *, field: str) -> bytes:
        """Return the blind index of a text: equal for equal texts of one field, and it tells nothing else."""
        return hmac.digest(self._index_key, f"{field}:{text}".encode(), "sha256")


def _context(field: str, row: UUID) -> bytes:
    return field.encode() + b":" + row.bytes


def _key_id(key: bytes) -> bytes:
    return hmac.digest(key, b"key id", "sha256")[:_ID_BYTES]
