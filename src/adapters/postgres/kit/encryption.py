"""Encrypted columns: what the storage needs of a cipher, and how a column declares that it is encrypted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol, Self
from uuid import UUID

from sqlalchemy import Column, LargeBinary
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.kit.work import WithWork, Work
from booking_domain.shared.phones import number_parts

_INFO: Final = "encrypted"
_PART_BYTES: Final = 8


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
    """A column with ciphertexts of one field, and the columns by which its values are found, if there are any.

    `index` names the column of its blind index; `parts`, of phone numbers, that of the digests of their parts.
    """

    name: str
    field: str
    index: str | None = None
    parts: str | None = None

    @classmethod
    def of(cls, column: Column[Any]) -> Self:
        """Return the column's own declaration."""
        declared: Self = column.info[_INFO]
        return declared

    @classmethod
    def is_declared_by(cls, column: Column[Any]) -> bool:
        """Whether the column is encrypted."""
        return _INFO in column.info


def encrypted(
    name: str, *, field: str, index: str | None = None, parts: str | None = None, **options: Any
) -> Column[Any]:
    """A column of ciphertexts. `field` (`table.field`) is authenticated data: it must never change."""
    return Column(name, LargeBinary, info={_INFO: EncryptedColumn(name, field, index, parts)}, **options)


def parts_column(name: str) -> Column[Any]:
    """The column of the digests of a phone number's parts."""
    return Column(name, ARRAY(LargeBinary))


def digests_of_number(phone: str, cipher: FieldCipher, *, field: str) -> list[bytes]:
    """What finds a phone number by each of its parts."""
    return digests_of_parts(number_parts(phone), cipher, field=field)


def digests_of_parts(parts: Iterable[str], cipher: FieldCipher, *, field: str) -> list[bytes]:
    """The keyed digests of parts of phone numbers, in an order that does not tell theirs."""
    return sorted(cipher.index(each, field=f"{field}#part")[:_PART_BYTES] for each in parts)
