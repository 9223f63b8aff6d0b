"""Domain events: typed facts that a database transaction announces through the outbox."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, cast
from uuid import UUID

from booking_domain.shared.ids import EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The base of every domain event.

    A context declares its events in its `events.py`, each with its `topic`, and lists them in `EVENTS` there.
    Topics and field names are stored, so renaming one needs a migration of the outbox (or `stored_as`).
    """

    topic: ClassVar[str]
    """`context.what_happened`, e.g. `booking.confirmed`; unique."""
    subject_field: ClassVar[str]
    """The name of the field that identifies what the event is about."""

    id: EventId
    occurred_at: datetime

    @property
    def subject(self) -> UUID:
        """What the event is about; events of one subject are delivered in order."""
        return cast("UUID", getattr(self, self.subject_field))


def stored_as(name: str) -> dict[str, str]:
    """Return the metadata of a field that keeps an earlier name in storage."""
    return {"stored_as": name}
