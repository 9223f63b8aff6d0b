"""The worker's record, as health and metrics read it."""

from collections.abc import Mapping
from typing import Protocol

from booking_domain.shared.heartbeats import Activity, Backlog, Heartbeat


class WorkerRecord(Protocol):
    """The worker's record in the database. Every call raises `StorageUnavailable` if the database does not answer."""

    async def heartbeats(self) -> Mapping[Activity, Heartbeat]:
        """Return when the worker last did each of its activities."""
        ...

    async def backlog(self) -> Backlog:
        """Return the backlog of the outbox."""
        ...
