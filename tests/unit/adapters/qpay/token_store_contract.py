"""What every `TokenStore` must do; a subclass says how two processes open theirs."""

import asyncio
from contextlib import AbstractAsyncContextManager

import pytest

from adapters.qpay.tokens import AccessToken, TokenStore

OLD = AccessToken(access="an-old-token", expires_at=1_800_000_000)
NEW = AccessToken(access="a-new-token", expires_at=1_900_000_000)
DEADLINE_SECONDS = 20.0


class TokenStoreContract:
    def two_stores(self) -> AbstractAsyncContextManager[tuple[TokenStore, TokenStore]]:
        """An empty store as two processes have it open."""
        raise NotImplementedError

    def test_at_first_there_is_no_token(self) -> None:
        async def play() -> None:
            async with asyncio.timeout(DEADLINE_SECONDS), self.two_stores() as stores:
                assert [await store.get() for store in stores] == [None, None]

        asyncio.run(play())

    def test_everybody_gets_the_token_that_was_put_last(self) -> None:
        async def play() -> None:
            async with asyncio.timeout(DEADLINE_SECONDS), self.two_stores() as (ours, theirs):
                for store, token in ((ours, OLD), (theirs, NEW), (ours, OLD)):
                    async with store.renewing():
                        await store.put(token)
                    assert [await ours.get(), await theirs.get()] == [token, token]

        asyncio.run(play())

    def test_a_token_is_there_for_everybody_before_its_renewal_ends(self) -> None:
        async def play() -> None:
            async with asyncio.timeout(DEADLINE_SECONDS), self.two_stores() as (ours, theirs):
                assert [await ours.get(), await theirs.get()] == [None, None]
                async with ours.renewing():
                    await ours.put(NEW)
                    assert [await ours.get(), await theirs.get()] == [NEW, NEW]

        asyncio.run(play())

    def test_a_token_stays_when_its_renewal_fails_afterwards(self) -> None:
        async def play() -> None:
            async with asyncio.timeout(DEADLINE_SECONDS), self.two_stores() as (ours, theirs):

                async def log_in_and_fail() -> None:
                    async with ours.renewing():
                        await ours.put(NEW)
                        raise LookupError

                with pytest.raises(LookupError):
                    await log_in_and_fail()
                assert await theirs.get() == NEW

        asyncio.run(play())

    def test_one_renews_at_a_time(self) -> None:
        async def play() -> None:
            async with asyncio.timeout(DEADLINE_SECONDS), self.two_stores() as stores:
                inside: list[int] = []
                most: list[int] = []

                async def renew(number: int) -> None:
                    store = stores[number % 2]
                    async with store.renewing():
                        inside.append(number)
                        await store.get()
                        await store.put(AccessToken(access=str(number), expires_at=number))
                        most.append(len(inside))
                        assert await store.get() == AccessToken(access=str(number), expires_at=number)
                        inside.remove(number)

                await asyncio.gather(*(renew(number) for number in range(12)))
                assert most == [1] * 12

        asyncio.run(play())

    def test_a_renewal_that_fails_lets_the_next_one_in(self) -> None:
        async def play() -> None:
            async with asyncio.timeout(DEADLINE_SECONDS), self.two_stores() as (ours, theirs):
                for store in (ours, theirs, ours):
                    with pytest.raises(LookupError):
                        async with store.renewing():
                            raise LookupError

        asyncio.run(play())

    def test_whoever_is_cancelled_while_waiting_stands_in_nobodys_way(self) -> None:
        async def play() -> None:
            async with asyncio.timeout(DEADLINE_SECONDS), self.two_stores() as (ours, theirs):

                async def renew() -> None:
                    async with theirs.renewing():
                        raise AssertionError("two renew at a time")

                async with ours.renewing():
                    waiting = [asyncio.create_task(renew()) for _ in range(3)]
                    await theirs.get()
                    for task in waiting:
                        task.cancel()
                    ended = await asyncio.gather(*waiting, return_exceptions=True)
                    assert [type(end) for end in ended] == [asyncio.CancelledError] * 3
                for store in (theirs, ours):
                    async with store.renewing():
                        await store.put(NEW)

        asyncio.run(play())

    def test_whoever_is_cancelled_while_renewing_stands_in_nobodys_way(self) -> None:
        async def play() -> None:
            async with asyncio.timeout(DEADLINE_SECONDS), self.two_stores() as (ours, theirs):
                begun = asyncio.Event()

                async def renew() -> None:
                    async with ours.renewing():
                        begun.set()
                        await asyncio.Event().wait()

                renewing = asyncio.create_task(renew())
                await begun.wait()
                renewing.cancel()
                await asyncio.gather(renewing, return_exceptions=True)
                async with theirs.renewing():
                    await theirs.put(NEW)
                assert await ours.get() == NEW

        asyncio.run(play())
