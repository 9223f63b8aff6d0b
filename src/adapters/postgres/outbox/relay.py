"""Taking messages out of the outbox, in order, and handing them on in the same transaction."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from psycopg import AsyncConnection
from sqlalchemy import bindparam, delete, func, select

from adapters.postgres.database import Database
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work
from adapters.postgres.outbox.event_codec import decode
from adapters.postgres.outbox.messages import message_of
from adapters.postgres.outbox.tables import outbox
from booking_domain.shared.events import Event

HandOn = Callable[[AsyncConnection[Any], Sequence[Event]], Awaitable[None]]

_COLUMNS: Final = tuple(column for column in outbox.columns if column.name != "seq")
_WAITING: Final = Statement(select(*_COLUMNS).order_by(outbox.c.seq))
# One relay at a time, whichever process it is in: two of them would mix up the order.
_TURN: Final = Statement(select(func.pg_try_advisory_xact_lock(func.hashtextextended("outbox relay", 0))))
_OLDEST: Final = Statement(select(outbox.c.seq, *_COLUMNS).order_by(outbox.c.seq).limit(bindparam("most")))
_REMOVE: Final = Statement(delete(outbox).where(outbox.c.seq == func.any(bindparam("taken"))))


async def waiting_events(work: Work) -> list[Event]:
    """What is in the outbox, in order."""
    return [decode(message_of(row)) for row in await work.all(_WAITING)]


async def relay(database: Database, dispatch: HandOn, *, most: int = 100) -> int:
    """Hand on the oldest messages and take them out, both or neither; return how many there were.

    Messages of one subject keep their order: whoever writes them holds the subject's row, so they get their numbers in
    the order of their commits.
    """
    async with database.connection() as connection, connection.transaction():
        work = Work(connection)
        turn = await work.one(_TURN)
        if turn is None or not turn[0]:
            return 0
        rows = await work.all(_OLDEST, most=most)
        if rows:
            await dispatch(connection, [decode(message_of(row[1:])) for row in rows])
            await work.execute(_REMOVE, taken=[row[0] for row in rows])
        return len(rows)
