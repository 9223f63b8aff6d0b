"""The tables of bookings in memory."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from booking_domain.bookings.consents import (
    BookingConsent,
    ConsentAction,
    ConsentCode,
    ConsentRevoked,
    ConsentStatus,
)
from booking_domain.bookings.ideas import Idea
from booking_domain.bookings.model import Booking, BookingEvent, Terms
from booking_domain.bookings.walk_ins import WalkIn
from booking_domain.shared.ids import BookingId, CustomerId, EventId, IdeaId, ProviderId, UserId
from booking_domain.shared.reminders import BookingReminder
from booking_domain.testing.catalogue.memory.tables import PROFILES
from booking_domain.testing.kit.tables import Handed, MissingRow, State, Table, change_rows, delete_rows, ended


def _without_notes(booking: Booking) -> Booking:
    return replace(booking, notes="", version=booking.version + 1) if booking.notes else booking


def _clear_reasons(state: State, events: dict[BookingId, tuple[BookingEvent, ...]], user_id: UserId) -> None:
    for booking in state[BOOKINGS].values():
        if user_id in {booking.customer_id, booking.provider_user_id}:
            events[booking.id] = tuple(
                replace(event, reason=None) if event.by.id == user_id else event for event in events.get(booking.id, ())
            )


def _delete_walk_ins(state: State, rows: dict[BookingId, tuple[CustomerId, WalkIn]], user_id: UserId) -> None:
    for booking_id in [each for each in rows if state[BOOKINGS][each].customer_id == user_id]:
        del rows[booking_id]


def _delete_code(state: State, codes: dict[ProviderId, ConsentCode], user_id: UserId) -> None:
    for provider_id in [each for each in codes if state[PROFILES][each].owner_id == user_id]:
        del codes[provider_id]


def _revoke(_: State, consents: dict[tuple[UserId, ProviderId], BookingConsent], handed: Handed) -> None:
    for key, consent in tuple(consents.items()):
        if consent.customer_id == handed.user_id and consent.status is ConsentStatus.GRANTED:
            consents[key] = consent.moved(ConsentAction.REVOKE, handed.now)
            handed.told.append(ConsentRevoked(id=handed.event_id(), occurred_at=handed.now, consent_id=consent.id))


TERMS: Final = Table[ProviderId, Terms]("terms")
BOOKINGS: Final = Table[BookingId, Booking](
    "bookings", erase=change_rows(lambda booking: booking.customer_id, _without_notes)
)
BOOKING_EVENTS: Final = Table[BookingId, tuple[BookingEvent, ...]]("booking_events", erase=_clear_reasons)

WALK_INS: Final = Table[BookingId, tuple[CustomerId, WalkIn]]("walk_ins", erase=_delete_walk_ins)
"""Each with the walk-in's id."""

REMINDERS: Final = Table[EventId, BookingReminder]("booking_reminders")

IDEAS: Final = Table[IdeaId, Idea]("ideas", erase=delete_rows(lambda idea: idea.author_id))

CONSENTS: Final = Table[tuple[UserId, ProviderId], BookingConsent](
    "booking_consents", erase=delete_rows(lambda consent: consent.customer_id), handover=_revoke
)
CONSENT_CODES: Final = Table[ProviderId, ConsentCode]("consent_codes", erase=_delete_code, handover=ended(_delete_code))

TABLES: Final = (TERMS, BOOKINGS, BOOKING_EVENTS, WALK_INS, IDEAS, REMINDERS, CONSENTS, CONSENT_CODES)


def require_booking(state: State, booking_id: UUID) -> None:
    """Check a reference to a booking.

    Raises:
        MissingRow: the booking does not exist.
    """
    if booking_id not in state[BOOKINGS]:
        raise MissingRow(f"there is no booking {booking_id}")
