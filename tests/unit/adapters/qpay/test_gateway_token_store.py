from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from tests.unit.adapters.qpay.token_store_contract import NEW, TokenStoreContract

from adapters.qpay.tokens import InProcessTokenStore, TokenStore


class TestInProcessTokenStore(TokenStoreContract):
    def two_stores(self) -> AbstractAsyncContextManager[tuple[TokenStore, TokenStore]]:
        return one_store_twice()


@asynccontextmanager
async def one_store_twice() -> AsyncIterator[tuple[TokenStore, TokenStore]]:
    store = InProcessTokenStore()
    yield store, store


def test_a_token_does_not_show_itself() -> None:
    assert NEW.access not in repr(NEW)
