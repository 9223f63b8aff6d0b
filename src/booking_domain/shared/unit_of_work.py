"""The unit of work: one transaction, and the repositories that work inside it."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

Tx = TypeVar("Tx", covariant=True)


class UnitOfWork(Protocol[Tx]):
    """Begins transactions."""

    def __call__(self) -> AbstractAsyncContextManager[Tx]:
        """Begin one; leaving normally commits, leaving by an exception rolls back and lets it through.

        Raises:
            ConcurrentChange: at any await or at the end: another transaction won; running all of it again is right.
            StorageUnavailable: nothing was kept, except when the connection died during the commit itself: then the
                outcome is unknown and only an idempotency key tells.
        """
        ...
