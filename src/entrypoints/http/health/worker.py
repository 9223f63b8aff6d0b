"""What health and metrics read of the worker."""

from collections.abc import Mapping
from typing import Protocol

from booking_domain.shared.heartbeats import Activity, Backlog, Heartbeat


class WorkerRecord(Protocol):
    """What the database knows of the worker; every call raises `StorageUnavailable` if the database does not answer."""

    async def heartbeats(self) -> Mapping[Activity, Heartbeat]:
        """Return when the worker last did each of its activities."""
        ...

    async def backlog(self) -> Backlog:
        """Return what waits in the outbox."""
        ...
