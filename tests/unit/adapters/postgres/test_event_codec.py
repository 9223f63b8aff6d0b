"""The stored form of events: topics and keys never change, and old rows can be read."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from tests.unit.features.collected import FEATURES

from adapters.postgres.outbox.event_codec import (
    EVENTS,
    OutboxMessage,
    UnreadableMessageError,
    decode,
    encode,
    from_json,
    to_json,
)
from booking_domain.bookings.events import BookingCancelled
from booking_domain.bookings.transitions import Status
from booking_domain.shared.events import Event
from booking_domain.shared.ids import BookingId, EventId
from booking_domain.testing.shared.contracts.outbox import EVERY_EVENT, SPARSE_EVENTS

STORED = {topic: keys for feature in FEATURES for topic, keys in feature.events.items()}
ID = UUID("0192f0c1-2b3c-7d4e-8f50-123456789abc")
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
# Payloads as they were written before events were types.
EARLIER = {
    "account.deleted": {},
    "account.disabled": {},
    "account.enabled": {},
    "account.phone_changed": {},
    "booking.cancelled": {"bookingId": str(ID), "providerId": str(ID), "to": "cancelled"},
    "booking.placed": {
        "bookingId": str(ID),
        "providerId": str(ID),
        "to": "pending",
        "dueAt": "2026-11-22T10:00:00+00:00",
    },
    "booking.expired": {"bookingId": str(ID), "to": "expired"},
    "calendar.feed_added": {"feedId": str(ID)},
    "code.wanted": {
        "codeId": str(ID),
        "purpose": "change_phone",
        "channel": "phone",
        "until": "2026-11-22T09:35:00.000001+00:00",
    },
    "payment.hinted": {"transactionId": str(ID)},
    "payment.refund_owed": {"bookingId": str(ID), "transactionId": str(ID)},
    "waitlist.offered": {
        "waitingId": str(ID),
        "providerId": str(ID),
        "customerId": str(ID),
        "start": "2026-11-24T02:00:00+00:00",
        "until": "2026-11-22T10:00:00+00:00",
    },
}


def every_subclass(kind: type[Event]) -> set[type[Event]]:
    return {kind, *(each for child in kind.__subclasses__() for each in every_subclass(child))}


def test_every_declared_event_can_be_stored_under_a_topic_of_its_own() -> None:
    declared = {event for event in every_subclass(Event) if event.__module__.startswith("booking_domain.")}
    assert {event.topic for event in declared if "topic" in vars(event)} == set(EVENTS)
    assert len(EVENTS) == len({event.__name__ for event in EVENTS.values()})


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: event.topic)
def test_topics_and_keys_stay_as_they_are_stored(event: Event) -> None:
    message = encode(event)
    assert message.payload.keys() == STORED[message.topic]
    remedy = "declare the topic and its keys as `events` in tests/unit/features/<resource>.py"
    assert set(STORED) == set(EVENTS) == {each.topic for each in EVERY_EVENT}, remedy


@pytest.mark.parametrize("event", EVERY_EVENT + SPARSE_EVENTS, ids=lambda event: event.topic)
def test_an_event_survives_the_row_and_the_argument_of_a_job(event: Event) -> None:
    message = encode(event)
    assert decode(replace(message, payload=json.loads(json.dumps(message.payload)))) == event
    assert from_json(to_json(event)) == event


@pytest.mark.parametrize("topic", sorted(EARLIER))
def test_rows_written_before_events_were_types_can_be_read(topic: str) -> None:
    event = decode(OutboxMessage(id=ID, topic=topic, subject=ID, payload=EARLIER[topic], occurred_at=NOW))
    assert (event.id, event.topic, event.subject, event.occurred_at) == (ID, topic, ID, NOW)
    assert (
        encode(event).payload.items()
        >= {key: value.replace("+00:00", "Z") for key, value in EARLIER[topic].items()}.items()
    )


def test_a_job_queued_before_events_were_types_can_be_read() -> None:
    queued = json.dumps(
        {
            "id": str(ID),
            "topic": "booking.cancelled",
            "subject": str(ID),
            "payload": {"bookingId": str(ID), "to": "cancelled"},
            "occurredAt": "2026-11-22T09:30:00+00:00",
        }
    )
    assert from_json(queued) == BookingCancelled(
        id=EventId(ID), occurred_at=NOW, booking_id=BookingId(ID), to=Status.CANCELLED
    )


def test_keys_of_a_newer_version_are_ignored() -> None:
    payload = {"userId": str(ID), "addedLater": "value"}
    assert (
        decode(OutboxMessage(id=ID, topic="account.deleted", subject=ID, payload=payload, occurred_at=NOW)).subject
        == ID
    )


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("review.praised", {}),
        ("payment.hinted", {}),
        ("payment.hinted", {"transactionId": "no uuid"}),
        ("booking.placed", {"to": "unknown"}),
        ("waitlist.offered", {"providerId": str(ID), "customerId": str(ID), "start": "soon", "until": "later"}),
    ],
)
def test_an_unknown_topic_or_a_payload_that_does_not_fit_cannot_be_read(topic: str, payload: dict[str, str]) -> None:
    with pytest.raises(UnreadableMessageError):
        decode(OutboxMessage(id=ID, topic=topic, subject=ID, payload=payload, occurred_at=NOW))
    with pytest.raises(UnreadableMessageError):
        from_json("{}")
