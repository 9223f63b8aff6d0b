"""The contract of `TokenStore`; a subclass provides the store of two processes."""

import asyncio
import gc
from contextlib import AbstractAsyncContextManager

import pytest
from tests.gates import PATIENCE_SECONDS

from adapters.qpay.tokens import AccessToken, TokenStore

OLD = AccessToken(access="an-old-token", expires_at=1_800_000_000)
NEW = AccessToken(access="a-new-token", expires_at=1_900_000_000)


class TokenStoreContract:
    def two_stores(self) -> AbstractAsyncContextManager[tuple[TokenStore, TokenStore]]:
        """Yield the same empty store, opened by two processes."""
        raise NotImplementedError

    async def test_a_new_store_has_no_token(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self.two_stores() as stores:
            assert [await store.get() for store in stores] == [None, None]

    async def test_every_process_reads_the_latest_token(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self.two_stores() as (first, second):
            for store, token in ((first, OLD), (second, NEW), (first, OLD)):
                async with store.renewal_lock():
                    await store.put(token)
                assert [await first.get(), await second.get()] == [token, token]

    async def test_a_token_is_visible_before_the_lock_is_released(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self.two_stores() as (first, second):
            assert [await first.get(), await second.get()] == [None, None]
            async with first.renewal_lock():
                await first.put(NEW)
                assert [await first.get(), await second.get()] == [NEW, NEW]

    async def test_a_stored_token_survives_a_later_failure(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self.two_stores() as (first, second):

            async def log_in_and_fail() -> None:
                async with first.renewal_lock():
                    await first.put(NEW)
                    raise LookupError

            with pytest.raises(LookupError):
                await log_in_and_fail()
            assert await second.get() == NEW

    async def test_renewals_are_mutually_exclusive(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self.two_stores() as stores:
            inside: list[int] = []
            holders: list[int] = []

            async def renew(number: int) -> None:
                store = stores[number % 2]
                async with store.renewal_lock():
                    inside.append(number)
                    await store.get()
                    await store.put(AccessToken(access=str(number), expires_at=number))
                    holders.append(len(inside))
                    assert await store.get() == AccessToken(access=str(number), expires_at=number)
                    inside.remove(number)

            await asyncio.gather(*(renew(number) for number in range(12)))
            assert holders == [1] * 12

    async def test_a_failed_renewal_releases_the_lock(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self.two_stores() as (first, second):
            for store in (first, second, first):
                with pytest.raises(LookupError):
                    async with store.renewal_lock():
                        raise LookupError

    async def test_a_waiter_that_is_cancelled_leaves_no_lock(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self.two_stores() as (first, second):

            async def renew() -> None:
                async with second.renewal_lock():
                    raise AssertionError("two concurrent renewals")

            gc.freeze()  # what other tests have left takes a second to search
            async with first.renewal_lock():
                waiting = [asyncio.create_task(renew()) for _ in range(3)]
                await second.get()
                for task in waiting:
                    task.cancel()
                ended = [type(end) for end in await asyncio.gather(*waiting, return_exceptions=True)]
                assert ended == [asyncio.CancelledError] * 3
                # The traceback of a task cancelled in `connect` keeps its socket open, and PostgreSQL creates and drops
                # no database until that login has timed out, after a minute.
                del waiting, task
                gc.collect()
            for store in (second, first):
                async with store.renewal_lock():
                    await store.put(NEW)

    async def test_a_holder_that_is_cancelled_releases_the_lock(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self.two_stores() as (first, second):
            started = asyncio.Event()

            async def renew() -> None:
                async with first.renewal_lock():
                    started.set()
                    await asyncio.Event().wait()

            renewal_lock = asyncio.create_task(renew())
            await started.wait()
            renewal_lock.cancel()
            await asyncio.gather(renewal_lock, return_exceptions=True)
            async with second.renewal_lock():
                await second.put(NEW)
            assert await first.get() == NEW
