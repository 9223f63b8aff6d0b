"""Domain events: typed facts that a database transaction announces through the outbox."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, cast, dataclass_transform
from uuid import UUID

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import EventId


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
@dataclass(frozen=True, kw_only=True)
class Event:
    """The base of every domain event. Its subclasses are frozen dataclasses.

    A context declares its events in its `events.py`, each with its `topic` and the field that is its `subject`, and
    lists them in `EVENTS` there:

    class RefundMade(RefundChanged, topic="refund.made"): ...

    Topics and field names are stored, so renaming one needs a migration of the outbox (or `stored_as`).
    """

    topic: ClassVar[str]
    """`context.what_happened`, e.g. `booking.confirmed`; unique."""
    subject_field: ClassVar[str]
    """The name of the field that identifies what the event is about."""

    id: EventId
    occurred_at: datetime

    def __init_subclass__(cls, *, topic: str | None = None, subject: str | None = None) -> None:
        super().__init_subclass__()
        if topic is not None:
            cls.topic = topic
        if subject is not None:
            cls.subject_field = subject
        dataclass(frozen=True, kw_only=True)(checks_enums(cls))

    @property
    def subject(self) -> UUID:
        """What the event is about; events of one subject are delivered in order."""
        return cast("UUID", getattr(self, self.subject_field))


def stored_as(name: str) -> dict[str, str]:
    """Return the metadata of a field that keeps an earlier name in storage."""
    return {"stored_as": name}
