"""The transactional outbox on PostgreSQL."""

from collections.abc import Sequence
from typing import Final

from psycopg.types.json import Jsonb
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from adapters.kit.trace_parent import TRACE_KEY, TRACE_PARENT
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row, WithWork
from adapters.postgres.outbox.event_codec import OutboxMessage, encode
from adapters.postgres.outbox.tables import outbox
from booking_domain.shared.events import Event
from booking_domain.shared.outbox import Outbox

MESSAGE_COLUMNS: Final = (outbox.c.id, outbox.c.topic, outbox.c.subject, outbox.c.payload, outbox.c.occurred_at)
_PUT: Final = Statement(insert(outbox).values({column.name: bindparam(column.name) for column in MESSAGE_COLUMNS}))


def message_of(row: Row) -> OutboxMessage:
    """Return the message of a row of `MESSAGE_COLUMNS`."""
    id_, topic, subject, payload, occurred_at = row
    return OutboxMessage(id=id_, topic=topic, subject=subject, payload=payload, occurred_at=occurred_at)


class PostgresOutbox(WithWork, Outbox):
    """`Outbox` in the table `outbox`, from which the relay takes."""

    async def put(self, events: Sequence[Event]) -> None:
        trace_parent = TRACE_PARENT.get()
        traced = {} if trace_parent is None else {TRACE_KEY: trace_parent}
        for message in map(encode, events):
            await self._work.execute(
                _PUT,
                id=message.id,
                topic=message.topic,
                subject=message.subject,
                payload=Jsonb({**message.payload, **traced}),
                occurred_at=message.occurred_at,
            )
