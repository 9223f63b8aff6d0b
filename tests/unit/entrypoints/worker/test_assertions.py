"""The worker deletes used assertions that can no longer be replayed."""

from datetime import timedelta

from tests.unit.entrypoints.worker.workshop import Workshop

from booking_domain.identity.external_identities import CLOCKS_DIFFER


async def test_the_sweep_deletes_assertions_that_can_no_longer_be_replayed(shop: Workshop) -> None:
    now = shop.container.clock().now()
    young = now - CLOCKS_DIFFER
    old = young - timedelta(microseconds=1)

    async def use(digest: bytes) -> bool:
        async with shop.database.begin() as tx:
            return await tx.used_assertions.use(digest, old if digest == b"old" else young)

    assert [await use(digest) for digest in (b"old", b"young")] == [True, True]
    await shop.run_periodic("sweep")
    assert [await use(digest) for digest in (b"old", b"young")] == [True, False]
