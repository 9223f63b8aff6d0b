"""The unit of work: one transaction, and the repositories that work inside it."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

Tx = TypeVar("Tx", covariant=True)


class UnitOfWork(Protocol[Tx]):
    """Begins database transactions."""

    def __call__(self) -> AbstractAsyncContextManager[Tx]:
        """Begin a transaction. Leaving the block commits; an exception rolls back and propagates.

        Raises:
            ConcurrentChange: at any await, or at commit: another transaction won. Run the whole transaction again.
            StorageUnavailable: nothing was committed; but if the connection was lost during the commit, the outcome is
                unknown, and only an idempotency key tells.
        """
        ...
