"""What holds on the nodes of Citus alone: `make test-citus`."""

import pytest
from tests.citus import PROGRAMS
from tests.contract.backends import PostgresBackend

from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import a_cast

pytestmark = pytest.mark.skipif(not PROGRAMS, reason="BOOKING_TEST_CITUS names no PostgreSQL with Citus")
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
