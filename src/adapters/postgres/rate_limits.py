"""Rate limits that all processes share, on PostgreSQL: each hit costs one statement."""

from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    Table,
    bindparam,
    case,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import array, insert

from adapters.postgres.kit.context import PostgresContext, RepositoryGroup, part
from adapters.postgres.kit.metadata import instant, metadata
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Connections, WithWork
from booking_domain.shared.rate_limits import Limit, LimitState, RateLimiter, limit_state

# Unlogged: no write-ahead log; a crash of the server empties the table, which resets the limits. No index besides the
# primary key, so every update is HOT.
rate_limits: Final = Table(
    "rate_limits",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("hits", ARRAY(DateTime(timezone=True)), nullable=False),
    Column("allowed", Boolean, nullable=False),
    instant("counts_until"),
    prefixes=["UNLOGGED"],
)

_r: Final = rate_limits.c
_MOMENT: Final = DateTime(timezone=True)
_now = bindparam("now", type_=_MOMENT)
_each = func.unnest(_r.hits).column_valued("each")
# In ON CONFLICT DO UPDATE this reads the locked row, with all committed hits of concurrent requests.
_recent = func.ARRAY(
    select(_each)
    .where(_each > bindparam("counts_after", type_=_MOMENT), _each <= bindparam("counts_until", type_=_MOMENT))
    .scalar_subquery()
)
_room = func.cardinality(_recent) < bindparam("quota", type_=Integer)
_first = insert(rate_limits).values(
    key=bindparam("key"), hits=array([_now]), allowed=True, counts_until=bindparam("counts_until", type_=_MOMENT)
)
_TAKE: Final = Statement(
    _first.on_conflict_do_update(
        index_elements=[_r.key],
        set_={
            "hits": case((_room, func.array_append(_recent, _now)), else_=_recent),
            "allowed": _room,
            "counts_until": _first.excluded.counts_until,
        },
    ).returning(_r.allowed, func.cardinality(_r.hits), _r.hits[1])
)
_numbered = func.unnest(_r.hits).table_valued("hit", with_ordinality="number", name="numbered").render_derived()
_GIVE_BACK: Final = Statement(
    update(rate_limits)
    .where(_r.key == bindparam("the_key"))
    .values(
        hits=func.ARRAY(
            select(_numbered.c.hit)
            .where(
                _numbered.c.number.is_distinct_from(func.array_position(_r.hits, bindparam("taken_at", type_=_MOMENT)))
            )
            .order_by(_numbered.c.number)
            .correlate(rate_limits)
            .scalar_subquery()
        )
    )
)
_FORGET: Final = Statement(delete(rate_limits).where(_r.counts_until <= bindparam("now")))


class PostgresTxRateLimiter(WithWork, RateLimiter):
    """`RateLimiter` in the table `rate_limits`, on one connection. Keys are stored as digests."""

    async def consume(self, key: str, limit: Limit, now: datetime) -> LimitState:
        row = await self._work.one(
            _TAKE,
            key=_digest(key),
            now=now,
            quota=limit.quota,
            counts_after=now - limit.window,
            counts_until=now + limit.window,
        )
        assert row is not None  # noqa: S101 - it is inserted or updated
        allowed, hits, oldest = row
        return limit_state(limit, allowed=allowed, hits=hits, oldest=oldest, now=now)

    async def remove_hit(self, key: str, taken_at: datetime) -> None:
        await self._work.execute(_GIVE_BACK, the_key=_digest(key), taken_at=taken_at)


class PostgresRateLimiter(RateLimiter):
    """`RateLimiter` outside of any transaction: a hit stays counted, whatever its request comes to."""

    def __init__(self, database: Connections) -> None:
        self._database = database

    async def consume(self, key: str, limit: Limit, now: datetime) -> LimitState:
        async with self._database.work() as work:
            return await PostgresTxRateLimiter(work).consume(key, limit, now)

    async def remove_hit(self, key: str, taken_at: datetime) -> None:
        async with self._database.work() as work:
            await PostgresTxRateLimiter(work).remove_hit(key, taken_at)

    async def remove_expired(self, now: datetime) -> None:
        """Delete the keys whose hits have all expired."""
        async with self._database.work() as work:
            await work.execute(_FORGET, now=now)


def _digest(key: str) -> bytes:
    return sha256(key.encode()).digest()


CONTEXT: Final = PostgresContext(tables=(rate_limits,))


class RateLimitRepositories(RepositoryGroup):
    """The repository of this context."""

    rate_limits = part(PostgresTxRateLimiter)
