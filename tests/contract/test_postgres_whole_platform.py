"""The machine that does anything in any order, on PostgreSQL: nobody is double-booked and no money is lost."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.contract.test_postgres_storage import PostgresBackend
from tests.databases import CIPHER, TestServer
from tests.unit.effort import examples

from booking_domain.testing.backend import Backend
from booking_domain.testing.contracts.whole_platform import PlatformMachine


def test_whatever_happens_in_whatever_order(postgres: TestServer) -> None:
    class OnPostgres(PlatformMachine):
        def open_backend(self) -> AbstractAsyncContextManager[Backend]:
            return opened()

    @asynccontextmanager
    async def opened() -> AsyncIterator[Backend]:
        with postgres.database() as url:
            backend = PostgresBackend(url, cipher=CIPHER, pool_size=5)
            await backend.open()
            try:
                yield backend
            finally:
                await backend.close()

    effort = settings(examples(10), stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    run_state_machine_as_test(OnPostgres, settings=effort)
