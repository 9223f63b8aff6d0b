"""The unit of work: one database transaction, and the repositories that work inside it."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

Tx = TypeVar("Tx", covariant=True)


class UnitOfWork(Protocol[Tx]):
    """Begins database transactions."""

    def __call__(self) -> AbstractAsyncContextManager[Tx]:
        """Begin a database transaction. Leaving the block commits; an exception rolls back and propagates.

        Raises:
            ConcurrentChange: at any await, or at commit: another database transaction won. Run it all again.
            StorageUnavailable: nothing was committed; but if the connection was lost during the commit, the outcome is
                unknown, and only an idempotency key tells.
        """
        ...
