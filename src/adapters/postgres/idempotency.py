"""Idempotency keys on PostgreSQL."""

from datetime import datetime
from typing import Final

from sqlalchemy import Column, Index, LargeBinary, Table, Text, Uuid, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.kit.context import PostgresContext, RepositoryGroup, part
from adapters.postgres.kit.metadata import instant, metadata
from adapters.postgres.kit.personal_data import DELETE, ENDED, NotExported, personal_data
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.shared.idempotency import (
    KEPT_FOR,
    IdempotencyKey,
    IdempotencyStore,
    KeyInUse,
    KeyReused,
    RequestInFlight,
)

idempotency_keys: Final = Table(
    "idempotency_keys",
    metadata,
    Column("caller", Uuid, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("answer", LargeBinary),
    instant("created_at"),
    Index("idempotency_keys_created_at_idx", "created_at"),
    info=personal_data(
        "caller",
        erase=DELETE,
        handover=ENDED,
        export=NotExported("responses that the client has received, kept for a day"),
    ),
)

_k: Final = idempotency_keys.c
_reserve = insert(idempotency_keys).values(
    {name: bindparam(name) for name in ("caller", "key", "fingerprint", "created_at")}
)
# Waits for a concurrent request with the same key. Returns a row if the key is new or has expired.
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


class PostgresIdempotency(WithWork, IdempotencyStore):
    """`IdempotencyStore` in the table `idempotency_keys`."""

    async def begin(self, key: IdempotencyKey, now: datetime) -> bytes | None:
        try:
            await self.reserve(key, now)
            await self.confirm()
        except KeyInUse as used:
            if used.in_flight:
                raise RequestInFlight from used
            return await self._earlier(key)
        return None

    async def reserve(self, key: IdempotencyKey, now: datetime) -> None:
        await self._work.expect_one(
            KeyInUse(),
            _RESERVE,
            timed_out=KeyInUse(in_flight=True),
            caller=key.caller,
            key=key.key,
            fingerprint=key.fingerprint,
            created_at=now,
            forgotten=now - KEPT_FOR,
        )

    async def confirm(self) -> None:
        await self._work.flush()

    async def _earlier(self, key: IdempotencyKey) -> bytes:
        earlier = await self._work.one(_EARLIER, caller=key.caller, key=key.key)
        if earlier is None or earlier[1] is None:  # pragma: no cover - a committed key always has its answer
            raise RequestInFlight
        if bytes(earlier[0]) != key.fingerprint:
            raise KeyReused
        return bytes(earlier[1])

    async def forget(self, now: datetime) -> None:
        """Delete expired keys and their responses."""
        await self._work.execute(_FORGET, forgotten=now - KEPT_FOR)

    async def finish(self, key: IdempotencyKey, answer: bytes) -> None:
        await self._work.execute(_FINISH, the_caller=key.caller, the_key=key.key, answer=answer)

    async def release(self, key: IdempotencyKey) -> None:
        await self._work.execute(_RELEASE, caller=key.caller, key=key.key)


CONTEXT: Final = PostgresContext(tables=(idempotency_keys,))


class IdempotencyRepositories(RepositoryGroup):
    """The repository of this context."""

    idempotency = part(PostgresIdempotency)
