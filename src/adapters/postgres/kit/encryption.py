"""Encryption of personal data before it is stored."""

from typing import Protocol
from uuid import UUID


class FieldCipher(Protocol):
    """Encrypts single fields of rows, and computes blind indexes for equality searches."""

    def encrypt(self, text: str, *, field: str, row: UUID) -> bytes:
        """Encrypt the text of a field, such as `users.phone`, of one row."""
        ...

    def decrypt(self, ciphertext: bytes, *, field: str, row: UUID) -> str:
        """Decrypt a value that `encrypt` made for the same field and row."""
        ...

    def is_current(self, ciphertext: bytes) -> bool:
        """Whether the value is encrypted with the current key."""
        ...

    def index(self, text: str, *, field: str) -> bytes:
        """Equal for equal texts of one field."""
        ...


def encrypt_optional(cipher: FieldCipher, text: str | None, *, field: str, row: UUID) -> bytes | None:
    """Encrypt a text that there may be."""
    return None if text is None else cipher.encrypt(text, field=field, row=row)


def decrypt_optional(cipher: FieldCipher, ciphertext: bytes | None, *, field: str, row: UUID) -> str | None:
    """Decrypt what `encrypt_optional` made."""
    return None if ciphertext is None else cipher.decrypt(ciphertext, field=field, row=row)
