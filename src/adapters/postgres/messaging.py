"""Outbox and idempotency keys on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from psycopg import errors as pg
from psycopg.types.json import Jsonb
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.event_codec import Message, encode
from adapters.postgres.statements import Statement
from adapters.postgres.tables import idempotency_keys, outbox
from adapters.postgres.work import Row, Work
from booking_domain.shared.events import Event
from booking_domain.shared.idempotency import KEPT_FOR, IdempotencyKey, IdempotencyStore, KeyReused, RequestInFlight
from booking_domain.shared.outbox import Outbox

MESSAGE_COLUMNS: Final = (outbox.c.id, outbox.c.topic, outbox.c.subject, outbox.c.payload, outbox.c.occurred_at)
_PUT: Final = Statement(insert(outbox).values({column.name: bindparam(column.name) for column in MESSAGE_COLUMNS}))

_k: Final = idempotency_keys.c
_reserve = insert(idempotency_keys).values(
    {name: bindparam(name) for name in ("caller", "key", "fingerprint", "created_at")}
)
# Waits for a twin that is being worked on; gives a row for a new key and for one that is older than it is kept.
_RESERVE: Final = Statement(
    _reserve.on_conflict_do_update(
        index_elements=[_k.caller, _k.key],
        set_={
            "fingerprint": _reserve.excluded.fingerprint,
            "answer": None,
            "created_at": _reserve.excluded.created_at,
        },
        where=_k.created_at <= bindparam("forgotten", type_=_k.created_at.type),
    ).returning(_k.key)
)
_EARLIER: Final = Statement(
    select(_k.fingerprint, _k.answer).where(_k.caller == bindparam("caller"), _k.key == bindparam("key"))
)
_FINISH: Final = Statement(
    update(idempotency_keys)
    .where(_k.caller == bindparam("the_caller"), _k.key == bindparam("the_key"))
    .values(answer=bindparam("answer"))
)


_RELEASE: Final = Statement(
    delete(idempotency_keys).where(_k.caller == bindparam("caller"), _k.key == bindparam("key"))
)
_FORGET: Final = Statement(delete(idempotency_keys).where(_k.created_at <= bindparam("forgotten")))


def message_of(row: Row) -> Message:
    """Return the message of a row of `MESSAGE_COLUMNS`."""
    id_, topic, subject, payload, occurred_at = row
    return Message(id=id_, topic=topic, subject=subject, payload=payload, occurred_at=occurred_at)


class PostgresOutbox(Outbox):
    """`Outbox` in the table `outbox`, from which the relay takes."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def put(self, events: Sequence[Event]) -> None:
        for message in map(encode, events):
            await self._work.send(
                _PUT,
                id=message.id,
                topic=message.topic,
                subject=message.subject,
                payload=Jsonb(dict(message.payload)),
                occurred_at=message.occurred_at,
            )


class PostgresIdempotency(IdempotencyStore):
    """`IdempotencyStore` in the table `idempotency_keys`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def begin(self, key: IdempotencyKey, now: datetime) -> bytes | None:
        try:
            reserved = await self._work.one(
                _RESERVE,
                caller=key.caller,
                key=key.key,
                fingerprint=key.fingerprint,
                created_at=now,
                forgotten=now - KEPT_FOR,
            )
        except pg.LockNotAvailable as error:
            raise RequestInFlight from error
        if reserved is not None:
            return None
        earlier = await self._work.one(_EARLIER, caller=key.caller, key=key.key)
        if earlier is None or earlier[1] is None:  # pragma: no cover - a committed key always has its answer
            raise RequestInFlight
        if bytes(earlier[0]) != key.fingerprint:
            raise KeyReused
        return bytes(earlier[1])

    async def forget(self, now: datetime) -> None:
        """Remove the answers that are no longer kept."""
        await self._work.send(_FORGET, forgotten=now - KEPT_FOR)

    async def finish(self, key: IdempotencyKey, answer: bytes) -> None:
        await self._work.send(_FINISH, the_caller=key.caller, the_key=key.key, answer=answer)

    async def release(self, key: IdempotencyKey) -> None:
        await self._work.send(_RELEASE, caller=key.caller, key=key.key)
