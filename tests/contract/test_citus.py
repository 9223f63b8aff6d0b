"""What holds on the nodes of Citus alone: `make test-citus`."""

import pytest
from tests.citus import PROGRAMS
from tests.contract.backends import PostgresBackend
from tests.unit.use_cases.scenes import FREE

from booking_domain.bookings.transitions import Status
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder
from booking_domain.testing.identity.memory.security import memory_security_ports
from booking_domain.testing.kit.storage import a_cast
from booking_domain.testing.studio import Studio

pytestmark = pytest.mark.skipif(not PROGRAMS, reason="BOOKING_TEST_CITUS names no PostgreSQL with Citus")
_MANY_SHARDS = b"SELECT query_execution_multi_shard FROM citus_stat_counters WHERE name = current_database()"
_PREPARED = b"SELECT gid FROM pg_dist_transaction"


async def test_claims_are_committed_in_two_phases_with_what_the_coordinator_keeps(
    postgres_backend: PostgresBackend,
) -> None:
    """Otherwise the node of a claim commits first, and a crash of the coordinator would part it from its booking."""
    make = Builder()
    cast = await a_cast(postgres_backend, make)
    claim = make.claim(cast.profile, cast.customer)

    async def prepared() -> set[str]:
        async with postgres_backend.connection() as connection:
            return {gid for (gid,) in await (await connection.execute(_PREPARED)).fetchall()}

    async def added() -> set[str]:
        before = await prepared()
        async with postgres_backend.begin() as tx:
            await tx.claims.acquire(claim, NOW)
        return await prepared() - before

    async def deleted() -> set[str]:
        before = await prepared()
        async with postgres_backend.begin() as tx:
            await tx.claims.release(claim.provider_id, claim.id)
        return await prepared() - before

    # Twice, because Citus deletes the records of what is over once a minute.
    first, second = [(await added(), await deleted()) for _ in range(2)]
    for once, again in zip(first, second, strict=True):
        assert once | again


async def test_booking_moving_cancelling_and_reading_free_times_ask_one_shard(
    postgres_backend: PostgresBackend,
) -> None:
    """Otherwise each booking would cost all nodes as much as one."""
    studio = await Studio.opened(postgres_backend, terms=FREE, ports=(memory_security_ports(),))

    async def asked() -> int:
        async with postgres_backend.connection() as connection:
            [[number]] = await (await connection.execute(_MANY_SHARDS)).fetchall()
        return int(number)

    before = await asked()
    booking = await studio.book()
    with pytest.raises(SlotTaken):
        await studio.book(TOMORROW + HOUR / 2, by=studio.owner)
    moved = await studio.reschedule(booking, TOMORROW + 3 * HOUR)
    await studio.move(moved, Status.CANCELLED)
    assert await studio.is_free(TOMORROW)
    assert await asked() == before
    await studio.hold()
    assert await asked() > before, "a hold counts those of its customer on all"
