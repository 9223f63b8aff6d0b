from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from tests.unit.adapters.qpay.token_store_contract import NEW, TokenStoreContract

from adapters.qpay.tokens import InProcessTokenStore, TokenStore


class TestInProcessTokenStore(TokenStoreContract):
    def two_stores(self) -> AbstractAsyncContextManager[tuple[TokenStore, TokenStore]]:
        return same_store_twice()


@asynccontextmanager
async def same_store_twice() -> AsyncIterator[tuple[TokenStore, TokenStore]]:
    store = InProcessTokenStore()
    yield store, store


def test_the_repr_of_a_token_hides_it() -> None:
    assert NEW.access not in repr(NEW)
