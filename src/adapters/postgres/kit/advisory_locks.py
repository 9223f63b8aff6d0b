"""Advisory locks: counting before an insert, so that no two transactions both insert what only one may."""

from typing import Any, Final

from sqlalchemy import bindparam, func, select

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work

_LOCK: Final = Statement(select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("lock_key"), 0))))


async def lock_key(work: Work, key: str) -> None:
    """Take the advisory lock of a key until the transaction ends; wait while another transaction holds it."""
    await work.execute(_LOCK, lock_key=key)


async def count_under_lock(work: Work, key: str, count: Statement, **values: Any) -> int:
    """Take the advisory lock of a key, then count: rows that an earlier holder committed are included."""
    await lock_key(work, key)
    row = await work.one(count, **values)
    assert row is not None  # noqa: S101 - count(*) always returns a row
    return int(row[0])
