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
