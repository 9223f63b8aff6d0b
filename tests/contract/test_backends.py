"""The database of a test is as new, though its connections are those of the test before."""

import pytest
from tests.contract.backends import PostgresBackend, Storages

from booking_domain.shared.heartbeats import Activity

pytestmark = pytest.mark.anyio

ENDING_THE_OTHERS = b"""
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def processes(backend: PostgresBackend) -> set[int]:
    """The processes of PostgreSQL that serve two connections."""
    async with backend.connection() as one, backend.connection() as other:
        return {one.info.backend_pid, other.info.backend_pid}


async def test_the_next_test_has_the_same_connections_and_no_rows(storages: Storages) -> None:
    async with storages.opened() as backend:
        before = await processes(backend)
        await backend.beat(Activity)
        assert await backend.heartbeats()
    async with storages.opened() as backend:
        async with backend.connection() as connection:
            rows = await (await connection.execute(b"SELECT pid FROM pg_stat_activity")).fetchall()
        assert before <= {process for (process,) in rows}
        assert await backend.heartbeats() == {}


@pytest.mark.parametrize(
    "done",
    [
        b"CREATE TABLE left_over ()",
        b"SELECT pg_advisory_lock(1)",
        ENDING_THE_OTHERS,
    ],
)
async def test_the_next_test_has_other_connections_after_what_changes_more_than_rows(
    storages: Storages, done: bytes
) -> None:
    async with storages.opened() as backend:
        before = await processes(backend)
        async with backend.connection() as connection:
            await connection.execute(done)
    async with storages.opened() as backend:
        assert not before & await processes(backend)
