"""Domain events as rows of the outbox and as arguments of jobs.

The stored form is derived from the event's dataclass: a JSON object with the fields in camelCase (or under the name
given by `stored_as`), without those that are None. The subject has a column of its own; older rows do not repeat it in
the payload. Unknown keys are ignored, so a row that a newer version wrote can be read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from booking_domain.shared.events import Event
from booking_domain.use_cases.platform.ports import CONTEXTS

EVENTS: Final[Mapping[str, type[Event]]] = {event.topic: event for context in CONTEXTS for event in context.events}
"""Every event that can be stored, by topic."""
_COLUMNS: Final = frozenset({"id", "occurred_at"})


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


_KEYS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    topic: tuple(
        (field.name, field.metadata.get("stored_as") or _camel(field.name))
        for field in fields(event)
        if field.name not in _COLUMNS
    )
    for topic, event in EVENTS.items()
}
"""The fields of each topic's payload, and the key of each field."""


class UnreadableMessageError(Exception):
    """A stored message has an unknown topic, or a payload that does not fit its event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """An event in its stored form."""

    id: UUID
    topic: str
    subject: UUID
    payload: Mapping[str, Any]
    occurred_at: datetime


def encode(event: Event) -> OutboxMessage:
    """Return the stored form of an event."""
    values = msgspec.to_builtins(event)
    return OutboxMessage(
        id=event.id,
        topic=event.topic,
        subject=event.subject,
        payload={stored: values[name] for name, stored in _KEYS[event.topic] if values.get(name) is not None},
        occurred_at=event.occurred_at,
    )


def decode(message: OutboxMessage) -> Event:
    """Return the event of a stored message.

    Raises:
        UnreadableMessageError: the topic is unknown, or the payload does not fit.
    """
    kind = EVENTS.get(message.topic)
    if kind is None:
        raise UnreadableMessageError(f"unknown topic {message.topic!r}")
    values = {name: message.payload[stored] for name, stored in _KEYS[kind.topic] if stored in message.payload}
    values |= {"id": message.id, kind.subject_field: message.subject, "occurred_at": message.occurred_at}
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise UnreadableMessageError(f"{message.topic}: {error}") from error


def to_json(event: Event) -> str:
    """Return the event as the argument of a job."""
    message = encode(event)
    return msgspec.json.encode(
        {
            "id": message.id,
            "topic": message.topic,
            "subject": message.subject,
            "payload": message.payload,
            "occurredAt": message.occurred_at,
        }
    ).decode()


def from_json(text: str) -> Event:
    """Return the event of a job's argument.

    Raises:
        UnreadableMessageError: the topic is unknown, or the payload does not fit.
    """
    try:
        message = msgspec.json.decode(text, type=_JobArgument)
    except msgspec.DecodeError as error:
        raise UnreadableMessageError(str(error)) from error
    return decode(
        OutboxMessage(
            id=message.id,
            topic=message.topic,
            subject=message.subject,
            payload=message.payload,
            occurred_at=message.occurred_at,
        )
    )


class _JobArgument(msgspec.Struct, rename="camel"):
    id: UUID
    topic: str
    subject: UUID
    payload: dict[str, Any]
    occurred_at: datetime
