"""Encrypted columns: what the storage needs of a cipher, and how a column declares that it is encrypted."""

from dataclasses import dataclass
from typing import Any, Final, Protocol, Self
from uuid import UUID

from sqlalchemy import Column, LargeBinary

from adapters.postgres.kit.work import WithWork, Work

_INFO: Final = "encrypted"


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


class WithCipher(WithWork):
    """Base of repositories and reads with encrypted columns: `self._cipher` encrypts and decrypts them."""

    def __init__(self, work: Work, cipher: FieldCipher) -> None:
        super().__init__(work)
        self._cipher = cipher
        self._with = (cipher,)


@dataclass(frozen=True, slots=True)
class EncryptedColumn:
    """A column with ciphertexts of one field; `index` names the column of its blind index, if there is one."""

    name: str
    field: str
    index: str | None = None

    @classmethod
    def of(cls, column: Column[Any]) -> Self:
        """Return the column's own declaration."""
        declared: Self = column.info[_INFO]
        return declared

    @classmethod
    def is_declared_by(cls, column: Column[Any]) -> bool:
        """Whether the column is encrypted."""
        return _INFO in column.info


def encrypted(name: str, *, field: str, index: str | None = None, **options: Any) -> Column[Any]:
    """A column of ciphertexts. `field` (`table.field`) is authenticated data: it must never change."""
    return Column(name, LargeBinary, info={_INFO: EncryptedColumn(name, field, index)}, **options)
