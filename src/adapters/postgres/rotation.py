"""Key rotation: encrypts stored fields with the current key."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Integer, Table, bindparam, select, update

from adapters.postgres.contexts import metadata
from adapters.postgres.database import Database
from adapters.postgres.kit.encryption import EncryptedColumn, FieldCipher, digests_of_number
from adapters.postgres.kit.pipelining import pipeline
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work

BATCH: Final = 500
_BEFORE_ALL: Final = UUID(int=0)


class RotatedColumn:
    """The statements that read and replace the ciphertexts, and the blind indexes, of one column."""

    def __init__(self, table: Table, sealed: Column[Any]) -> None:
        declared = EncryptedColumn.of(sealed)
        indexes = [table.c[name] for name in (declared.index, declared.parts) if name is not None]
        self.field = declared.field
        self.indexed, self.in_parts = declared.index is not None, declared.parts is not None
        (row_id,) = table.primary_key.columns
        values: dict[str, Any] = {sealed.name: bindparam("new_ciphertext")}
        values |= {index.name: bindparam(f"new_{at}") for at, index in enumerate(indexes)}
        self.batch = Statement(
            select(row_id, sealed, *indexes)
            .where(sealed.is_not(None), row_id > bindparam("after"))
            .order_by(row_id)
            .limit(bindparam("most", type_=Integer))
            .with_for_update(key_share=True)
        )
        self.replace = Statement(update(table).where(row_id == bindparam("row_id")).values(values))

    def indexes(self, text: str, cipher: FieldCipher) -> list[bytes | list[bytes]]:
        """What the columns beside the ciphertext hold, to find it."""
        found: list[bytes | list[bytes]] = [cipher.index(text, field=self.field)] if self.indexed else []
        return [*found, digests_of_number(text, cipher, field=self.field)] if self.in_parts else found


ROTATED: Final = tuple(
    RotatedColumn(table, column)
    for table in metadata.sorted_tables
    for column in table.columns
    if EncryptedColumn.is_declared_by(column)
)
"""Every column that is declared encrypted."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many fields were read, and how many of them were encrypted or indexed again."""

    seen: int
    renewed: int


async def rotate(database: Database, *, batch: int = BATCH) -> Rotated:
    """Encrypt every field with the current key and update the blind indexes. Idempotent.

    Each batch of rows is one transaction, so the API can keep running, and an interrupted rotation can be repeated. If
    the index key changes, stop the API: during the rotation, accounts are not found by their phone number.

    A field that was encrypted with a key that is not configured raises the cipher's own error.
    """
    seen = renewed = 0
    for column in ROTATED:
        after: UUID | None = _BEFORE_ALL
        while after is not None:
            async with database.connection() as connection, pipeline(connection, transaction=True) as work:
                after, looked_at, changed = await _one_batch(work, column, database.cipher, after, batch)
            seen, renewed = seen + looked_at, renewed + changed
    return Rotated(seen, renewed)


async def _one_batch(
    work: Work, column: RotatedColumn, cipher: FieldCipher, after: UUID, most: int
) -> tuple[UUID | None, int, int]:
    rows = await work.all(column.batch, after=after, most=most)
    changed = 0
    for row_id, stored, *kept in rows:
        text = cipher.decrypt(stored, field=column.field, row=row_id)
        indexes = column.indexes(text, cipher)
        if cipher.is_current(stored) and indexes == kept:
            continue
        values = {f"new_{at}": index for at, index in enumerate(indexes)}
        renewed = stored if cipher.is_current(stored) else cipher.encrypt(text, field=column.field, row=row_id)
        await work.update_one("encrypted field", column.replace, row_id=row_id, new_ciphertext=renewed, **values)
        changed += 1
    await work.flush()
    return (rows[-1][0] if len(rows) == most else None), len(rows), changed
