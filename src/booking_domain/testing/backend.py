"""The interface of a storage under test."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from booking_domain.shared.events import Event
from booking_domain.shared.ids import UserId
from booking_domain.shared.signals import Signals
from booking_domain.shared.unit_of_work import UnitOfWork
from booking_domain.use_cases.platform.ports import Reads, Repositories


class Backend(Protocol):
    """A storage under test."""

    @property
    def begin(self) -> UnitOfWork[Repositories]:
        """Begin a database transaction."""
        ...

    @property
    def reads(self) -> Reads:
        """Reads of committed data."""
        ...

    def signals(self) -> Signals:
        """Listen to what any process commits."""
        ...

    def when_access_is_reduced(self, tell: Callable[[UserId], None]) -> None:
        """Call this after each database transaction begun here that may have reduced the access of an account.

        It is called before `begin` returns to its caller: a request that comes after that finds nothing outdated.
        """
        ...

    def when_public_versions_change(self, tell: Callable[[frozenset[UUID] | None], None]) -> None:
        """Call this after each database transaction begun here that has changed public versions; None: any of them.

        It is called before `begin` returns to its caller.
        """
        ...

    async def outbox_events(self) -> Sequence[Event]:
        """Return the events of committed database transactions, in the order of delivery."""
        ...


OpenBackend = Callable[[], AbstractAsyncContextManager[Backend]]
"""Opens an empty backend in the running event loop."""
