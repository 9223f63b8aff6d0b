"""What contracts and scenes ask of a storage."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from booking_domain.shared.events import Event
from booking_domain.shared.unit_of_work import UnitOfWork
from booking_domain.workflows.ports import Reads, Repositories


class Backend(Protocol):
    """A storage under test."""

    @property
    def begin(self) -> UnitOfWork[Repositories]:
        """Begins transactions."""
        ...

    @property
    def reads(self) -> Reads:
        """Reads what is committed."""
        ...

    async def outbox_events(self) -> Sequence[Event]:
        """The events of committed transactions, in the order of delivery."""
        ...


OpenBackend = Callable[[], AbstractAsyncContextManager[Backend]]
"""Opens an empty one inside of the running event loop."""
