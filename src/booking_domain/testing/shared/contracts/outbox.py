"""The contract of `Outbox`."""

from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from enum import Enum
from types import NoneType
from typing import Any, Final, get_args, get_type_hints
from uuid import UUID

from booking_domain.shared.events import Event
from booking_domain.shared.ids import BookingId, EventId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import StorageContract
from booking_domain.use_cases.platform.ports import CONTEXTS


def sample(event: type[Event], number: int, *, sparse: bool = False) -> Event:
    """Return an event of this type. If it is sparse, its optional fields are None."""
    hints = get_type_hints(event)
    values: dict[str, Any] = {
        field.name: _value(hints[field.name], number, place, sparse=sparse) for place, field in enumerate(fields(event))
    }
    return event(**values)


def _value(hint: Any, number: int, place: int, *, sparse: bool) -> object:
    """Return a value of a field's type. The ids and instants of one event differ from each other."""
    if NoneType in get_args(hint):
        (required,) = (each for each in get_args(hint) if each is not NoneType)
        return None if sparse else _value(required, number, place, sparse=sparse)
    kind = getattr(hint, "__supertype__", hint)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return list(kind)[number % len(kind)]
    samples: dict[object, object] = {
        UUID: UUID(int=number * 100 + place),
        datetime: NOW + timedelta(microseconds=place),
        date: NOW.date(),
        str: f"Номад {number}",
        bool: not sparse,
    }
    return samples[kind]


_TYPES: Final = tuple(enumerate(event for context in CONTEXTS for event in context.events))
EVERY_EVENT: Final[tuple[Event, ...]] = tuple(sample(event, number) for number, event in _TYPES)
"""One event of each type, with all fields."""
SPARSE_EVENTS: Final[tuple[Event, ...]] = tuple(sample(event, number, sparse=True) for number, event in _TYPES)
"""One event of each type, without optional fields."""


class OutboxContract(StorageContract):
    """The outbox keeps the events of committed database transactions, in order."""

    async def test_every_type_of_event_comes_back_as_it_was_put(self) -> None:
        events = [replace(event, id=EventId(self.make.entropy.new_id())) for event in EVERY_EVENT + SPARSE_EVENTS]
        await self.alone.outbox.put(events)
        assert list(await self.backend.outbox_events()) == events

    async def test_events_keep_their_order(self) -> None:
        subject = BookingId(self.make.entropy.new_id())
        # Neither the ids nor the times are in the order of delivery.
        events = [
            replace(self.make.domain_event(subject), occurred_at=NOW - timedelta(seconds=number))
            for number in range(12)
        ][::-1]
        for number in range(0, 12, 3):
            async with self.begin() as tx:
                await tx.outbox.put(events[number : number + 1])
                await tx.outbox.put(events[number + 1 : number + 3])
        assert list(await self.backend.outbox_events()) == events

    async def test_putting_no_events_stores_nothing(self) -> None:
        event = self.make.domain_event(BookingId(self.make.entropy.new_id()))
        await self.alone.outbox.put([])
        assert list(await self.backend.outbox_events()) == []
        async with self.begin() as tx:
            await tx.outbox.put([event])
            await tx.outbox.put([])
        assert list(await self.backend.outbox_events()) == [event]
