"""Sealing anew, with the current key, what was sealed with earlier ones."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Integer, Table, bindparam, select, update

from adapters.postgres.contexts import metadata
from adapters.postgres.database import Database
from adapters.postgres.kit.encryption import EncryptedColumn, FieldCipher
from adapters.postgres.kit.pipelining import pipeline
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work

BATCH: Final = 500
_NOBODY: Final = UUID(int=0)


class RotatedColumn:
    """The statements that read and replace the ciphertexts, and the blind indexes, of one column."""

    def __init__(self, table: Table, sealed: Column[Any]) -> None:
        declared = EncryptedColumn.of(sealed)
        index = None if declared.index is None else table.c[declared.index]
        self.field = declared.field
        self.indexed = index is not None
        (row_id,) = table.primary_key.columns
        columns = [row_id, sealed] if index is None else [row_id, sealed, index]
        values: dict[str, Any] = {sealed.name: bindparam("new_ciphertext")}
        if index is not None:
            values[index.name] = bindparam("new_index")
        self.batch = Statement(
            select(*columns)
            .where(sealed.is_not(None), row_id > bindparam("after"))
            .order_by(row_id)
            .limit(bindparam("most", type_=Integer))
            .with_for_update(key_share=True)
        )
        self.replace = Statement(update(table).where(row_id == bindparam("row_id")).values(values))


ROTATED: Final = tuple(
    RotatedColumn(table, column)
    for table in metadata.sorted_tables
    for column in table.columns
    if EncryptedColumn.is_declared_by(column)
)
"""Every column that is declared encrypted."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many fields were looked at, and how many of them sealed or indexed anew."""

    seen: int
    renewed: int


async def rotate(database: Database, *, batch: int = BATCH) -> Rotated:
    """Seal with the current key all that is not, and correct blind indexes; done again it finds nothing to do.

    It goes by batches of rows, each in a transaction of its own: the API can run meanwhile, and if it is cut off
    it is run again. While blind indexes change, accounts are not found by their number: for that, stop the API.

    What was sealed with a key that is not configured ends it with the cipher's own error.
    """
    seen = renewed = 0
    for column in ROTATED:
        after: UUID | None = _NOBODY
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
    for row_id, sealed, *kept in rows:
        text = cipher.decrypt(sealed, field=column.field, row=row_id)
        index = [cipher.index(text, field=column.field)] if column.indexed else []
        if cipher.is_current(sealed) and index == kept:
            continue
        values = {"new_index": index[0]} if index else {}
        seal = sealed if cipher.is_current(sealed) else cipher.encrypt(text, field=column.field, row=row_id)
        await work.update_one("encrypted field", column.replace, row_id=row_id, new_ciphertext=seal, **values)
        changed += 1
    await work.flush()
    return (rows[-1][0] if len(rows) == most else None), len(rows), changed
