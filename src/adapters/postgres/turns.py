"""Counting before something is added: whoever counts the same waits, so that no two add what only one may."""

from typing import Any, Final

from sqlalchemy import bindparam, func, select

from adapters.postgres.statements import Statement
from adapters.postgres.work import Work

_TURN: Final = Statement(select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("who"), 0))))


async def take_turn(work: Work, who: str) -> None:
    """Let transactions that name the same turn come one after the other."""
    await work.send(_TURN, who=who)


async def counted_in_turn(work: Work, who: str, count: Statement, **values: Any) -> int:
    """What the statement counts once it is this transaction's turn, which lasts to its end."""
    await take_turn(work, who)
    row = await work.one(count, **values)
    assert row is not None  # noqa: S101 - a count has one row, always
    return int(row[0])
