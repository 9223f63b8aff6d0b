"""The relay: dispatches the messages of the outbox in order, and removes them in the same transaction."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import bindparam, delete, func, null, select, update

from adapters.kit.trace_parent import TRACE_KEY
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Connections, Work
from adapters.postgres.outbox.event_codec import EVENTS, OutboxMessage, UnreadableMessageError, decode
from adapters.postgres.outbox.messages import MESSAGE_COLUMNS, message_of
from adapters.postgres.outbox.tables import outbox
from booking_domain.shared.events import Event
from booking_domain.shared.heartbeats import Backlog

Dispatch = Callable[[AsyncConnection[Any], Sequence[Event], Mapping[UUID, str]], Awaitable[None]]
"""Stores the jobs that follow from events; called inside the relay's transaction, on its connection. The last argument
has the `traceparent` of each event that happened in a trace, by the event's id."""

_WAITING: Final = Statement(select(*MESSAGE_COLUMNS).where(outbox.c.parked_at.is_(None)).order_by(outbox.c.seq))
# One relay at a time across all processes: two relays would mix up the order.
_LOCK: Final = Statement(select(func.pg_try_advisory_xact_lock(func.hashtextextended("outbox relay", 0))))
_OLDEST: Final = Statement(
    select(outbox.c.seq, *MESSAGE_COLUMNS)
    .where(outbox.c.parked_at.is_(None))
    .order_by(outbox.c.seq)
    .limit(bindparam("most"))
)
_REMOVE: Final = Statement(delete(outbox).where(outbox.c.seq == func.any(bindparam("taken"))))
_PARK: Final = Statement(
    update(outbox).where(outbox.c.seq == func.any(bindparam("unreadable"))).values(parked_at=func.now())
)
_RELEASE: Final = Statement(
    update(outbox)
    .where(outbox.c.parked_at.is_not(None), outbox.c.topic == func.any(bindparam("topics")))
    .values(parked_at=null())
)
_BACKLOG: Final = Statement(
    select(
        func.count().filter(outbox.c.parked_at.is_(None)),
        func.count().filter(outbox.c.parked_at.is_not(None)),
        func.coalesce(
            func.extract(
                "epoch", func.clock_timestamp() - func.min(outbox.c.occurred_at).filter(outbox.c.parked_at.is_(None))
            ),
            0,
        ),
    )
)
_COUNT_PARKED: Final = Statement(select(func.count()).where(outbox.c.parked_at.is_not(None)))


@dataclass(frozen=True, slots=True)
class Parked:
    """A message that cannot be read. It stays in the outbox, marked, and does not block the others."""

    message: OutboxMessage
    reason: str


@dataclass(frozen=True, slots=True)
class Relayed:
    """What one call of `relay` did."""

    dispatched: int = 0
    parked: tuple[Parked, ...] = ()

    @property
    def total(self) -> int:
        """How many messages were taken; 0 if none waits, or if another relay is running."""
        return self.dispatched + len(self.parked)


async def waiting_events(work: Work) -> list[Event]:
    """Return the events that wait in the outbox, in order."""
    return await work.each(lambda row: decode(message_of(row)), _WAITING)


async def relay(database: Connections, dispatch: Dispatch, *, most: int = 100) -> Relayed:
    """Dispatch the oldest messages and remove them, in one transaction; park those that cannot be read.

    Messages of one subject keep their order: their writers hold the subject's row lock, so the sequence numbers of
    these messages follow the order of the commits.
    """
    async with database.connection() as connection, connection.transaction():
        work = Work(connection)
        locked = await work.one(_LOCK)
        if locked is None or not locked[0]:
            return Relayed()
        events: list[Event] = []
        readable: list[int] = []
        parked: dict[int, Parked] = {}
        traced: dict[UUID, str] = {}
        for seq, *columns in await work.all(_OLDEST, most=most):
            message = message_of(tuple(columns))
            try:
                events.append(decode(message))
                readable.append(seq)
                if TRACE_KEY in message.payload:
                    traced[message.id] = message.payload[TRACE_KEY]
            except UnreadableMessageError as error:
                parked[seq] = Parked(message, str(error))
        if events:
            await dispatch(connection, events, traced)
            await work.execute(_REMOVE, taken=readable)
        if parked:
            await work.execute(_PARK, unreadable=list(parked))
        return Relayed(len(events), tuple(parked.values()))


async def release_parked(database: Connections) -> int:
    """Return parked messages of known topics to the queue, and return how many there were.

    The worker does this once, at its start: a newer version may know a topic that an older one parked.
    """
    async with database.work() as work:
        return (await work.execute(_RELEASE, topics=list(EVENTS))).rowcount


async def count_parked(database: Connections) -> int:
    """Return how many messages are parked."""
    async with database.work() as work:
        row = await work.one(_COUNT_PARKED)
        return 0 if row is None else int(row[0])


async def read_backlog(work: Work) -> Backlog:
    """Count the messages of the outbox."""
    row = await work.one(_BACKLOG)
    assert row is not None  # noqa: S101 - an aggregate has one row
    return Backlog(waiting=row[0], parked=row[1], oldest_seconds=float(row[2]))
