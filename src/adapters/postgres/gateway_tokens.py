"""The payment gateway's token, shared by all processes in one row."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from psycopg import AsyncConnection
from sqlalchemy import Column, Table, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.kit.context import PostgresContext
from adapters.postgres.kit.errors import domain_errors
from adapters.postgres.kit.metadata import metadata
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Connections, Work
from adapters.qpay.tokens import AccessToken, TokenStore

# The gateway keeps one token per merchant valid, so all processes share it.
gateway_tokens: Final = Table(
    "gateway_tokens",
    metadata,
    Column("gateway", Text, primary_key=True),
    Column("token", Text, nullable=False),
)

_t: Final = gateway_tokens.c
_GET: Final = Statement(select(_t.token).where(_t.gateway == bindparam("gateway")))
_insert = insert(gateway_tokens)
_PUT: Final = Statement(
    _insert.on_conflict_do_update(index_elements=[_t.gateway], set_={"token": _insert.excluded.token})
)
_LOCK: Final = Statement(select(func.pg_advisory_lock(func.hashtextextended(bindparam("name"), 0))))
_PATIENCE: Final = "-c lock_timeout=30s"


class PostgresTokenStore(TokenStore):
    """`TokenStore` in the table `gateway_tokens`."""

    def __init__(self, database: Connections, gateway: str) -> None:
        self._database = database
        self._gateway = gateway

    async def get(self) -> AccessToken | None:
        async with self._database.work() as work:
            row = await work.one(_GET, gateway=self._gateway)
        if row is None:
            return None
        access, expires_at = json.loads(row[0])
        return AccessToken(access=access, expires_at=expires_at)

    async def put(self, token: AccessToken) -> None:
        async with self._database.work() as work:
            await work.execute(_PUT, gateway=self._gateway, token=json.dumps([token.access, token.expires_at]))

    @asynccontextmanager
    async def renewal_lock(self) -> AsyncIterator[None]:
        # A dedicated connection: closing it releases the lock, and no pooled connection is held for seconds.
        with domain_errors():
            async with await AsyncConnection.connect(
                self._database.conninfo, autocommit=True, options=_PATIENCE
            ) as connection:
                await Work(connection).execute(_LOCK, name=f"token of {self._gateway}")
                yield


CONTEXT: Final = PostgresContext(tables=(gateway_tokens,))
