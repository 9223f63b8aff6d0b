"""What the storage needs of whoever seals personal data before it goes to the database."""

from typing import Protocol
from uuid import UUID


class FieldCipher(Protocol):
    """Seals single fields of rows, and finds them by an index that tells nothing of them."""

    def seal(self, text: str, *, field: str, row: UUID) -> bytes:
        """Encrypt the text of a field, such as `users.phone`, of one row."""
        ...

    def open(self, sealed: bytes, *, field: str, row: UUID) -> str:
        """Decrypt what `seal` made for the same field and row."""
        ...

    def is_current(self, sealed: bytes) -> bool:
        """Whether it was sealed with the key that `seal` uses now."""
        ...

    def index(self, text: str, *, field: str) -> bytes:
        """Equal for equal texts of one field."""
        ...


def seal_if_any(cipher: FieldCipher, text: str | None, *, field: str, row: UUID) -> bytes | None:
    """Encrypt a text that there may be."""
    return None if text is None else cipher.seal(text, field=field, row=row)


def open_if_any(cipher: FieldCipher, sealed: bytes | None, *, field: str, row: UUID) -> str | None:
    """Decrypt what `seal_if_any` made."""
    return None if sealed is None else cipher.open(sealed, field=field, row=row)
