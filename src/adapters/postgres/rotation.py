"""Sealing anew, with the current key, what was sealed with earlier ones."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Integer, Table, bindparam, select, update

from adapters.postgres.database import Database
from adapters.postgres.identity.phone_changes import FORMER
from adapters.postgres.identity.phone_changes import PHONE as WANTED_PHONE
from adapters.postgres.identity.second_factors import NEW_SECRET, SECRET
from adapters.postgres.identity.tables import phone_changes, totp_factors, users
from adapters.postgres.identity.users import ADDRESS, BIRTH_DATE, PHONE
from adapters.postgres.kit.encryption import FieldCipher
from adapters.postgres.kit.pipelining import pipeline
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work

BATCH: Final = 500
_NOBODY: Final = UUID(int=0)


class SealedColumn:
    """A column with sealed fields, and the blind index of what is sealed in it, where there is one."""

    def __init__(self, table: Table, field: str, sealed: Column[Any], index: Column[Any] | None = None) -> None:
        self.field = field
        self.indexed = index is not None
        (row_id,) = table.primary_key.columns
        columns = [row_id, sealed] if index is None else [row_id, sealed, index]
        values: dict[str, Any] = {sealed.name: bindparam("new_seal")}
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


SEALED: Final = (
    SealedColumn(users, PHONE, users.c.phone_sealed, users.c.phone_index),
    SealedColumn(users, BIRTH_DATE, users.c.birth_date_sealed),
    SealedColumn(users, ADDRESS, users.c.address_sealed),
    SealedColumn(phone_changes, WANTED_PHONE, phone_changes.c.phone_sealed),
    SealedColumn(phone_changes, FORMER, phone_changes.c.former_sealed),
    SealedColumn(totp_factors, SECRET, totp_factors.c.secret_sealed),
    SealedColumn(totp_factors, NEW_SECRET, totp_factors.c.new_secret_sealed),
)


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
    for column in SEALED:
        after: UUID | None = _NOBODY
        while after is not None:
            async with database.connection() as connection, pipeline(connection, transaction=True) as work:
                after, looked_at, changed = await _one_batch(work, column, database.cipher, after, batch)
            seen, renewed = seen + looked_at, renewed + changed
    return Rotated(seen, renewed)


async def _one_batch(
    work: Work, column: SealedColumn, cipher: FieldCipher, after: UUID, most: int
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
        await work.update_one("sealed field", column.replace, row_id=row_id, new_seal=seal, **values)
        changed += 1
    await work.flush()
    return (rows[-1][0] if len(rows) == most else None), len(rows), changed
