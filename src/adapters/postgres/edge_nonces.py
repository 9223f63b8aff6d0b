"""The nonces of signed notifications, shared by all processes in one table."""

from datetime import datetime
from typing import Final

from sqlalchemy import Column, Index, Table, Text, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.kit.context import PostgresContext
from adapters.postgres.kit.metadata import instant, metadata
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Connections
from adapters.qpay_edge.signatures import Nonces

edge_nonces: Final = Table(
    "edge_nonces",
    metadata,
    Column("nonce", Text, primary_key=True),
    instant("expires_at"),
    Index("edge_nonces_expires_at_idx", "expires_at"),
)

_n: Final = edge_nonces.c
_CLAIM: Final = Statement(insert(edge_nonces).on_conflict_do_nothing().returning(_n.nonce))
# Rows that another process is deleting are left to it: two deletions in different orders would deadlock.
_expired = select(_n.nonce).where(_n.expires_at < bindparam("now")).with_for_update(skip_locked=True)
_FORGET: Final = Statement(delete(edge_nonces).where(_n.nonce.in_(_expired)))


class PostgresNonces(Nonces):
    """`Nonces` in the table `edge_nonces`."""

    def __init__(self, database: Connections) -> None:
        self._database = database

    async def use(self, nonce: str, *, now: datetime, expires_at: datetime) -> bool:
        async with self._database.work() as work:
            await work.execute(_FORGET, now=now)
            return await work.one(_CLAIM, nonce=nonce, expires_at=expires_at) is not None


CONTEXT: Final = PostgresContext(tables=(edge_nonces,))
