"""The store of gateway tokens on PostgreSQL keeps its contract."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.databases import CIPHER, TestServer
from tests.unit.adapters.qpay.token_store_contract import TokenStoreContract

from adapters.postgres.database import Database
from adapters.postgres.gateway_tokens import PostgresTokenStore
from adapters.qpay.tokens import TokenStore


class TestPostgresTokenStore(TokenStoreContract):
    @pytest.fixture(autouse=True)
    def _server(self, postgres: TestServer) -> None:
        self.postgres = postgres

    @asynccontextmanager
    async def two_stores(self) -> AsyncIterator[tuple[TokenStore, TokenStore]]:
        with self.postgres.database() as url:
            ours, theirs = Database(url, cipher=CIPHER), Database(url, cipher=CIPHER)
            await ours.open()
            await theirs.open()
            try:
                yield PostgresTokenStore(ours, "qpay"), PostgresTokenStore(theirs, "qpay")
            finally:
                await ours.close()
                await theirs.close()
