"""The tables of bookings in memory."""

from dataclasses import replace
from typing import Final

from booking_domain.bookings.consents import BookingConsent, ConsentAction, ConsentCode, ConsentRevoked, ConsentStatus
from booking_domain.bookings.ideas import Idea
from booking_domain.bookings.model import Booking, BookingEvent, Terms
from booking_domain.bookings.promotions import Promotion, PromotionId, Redemption, RedemptionId
from booking_domain.bookings.walk_ins import WalkIn
from booking_domain.shared.ids import BookingId, CustomerId, EventId, IdeaId, ProviderId, UserId
from booking_domain.shared.reminders import BookingReminder
from booking_domain.testing.catalogue.memory.tables import PROFILES, delete_rows_of_providers
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import AccountHandover, Rows, State, Table, change_rows, delete_rows


def _without_notes(booking: Booking) -> Booking:
    return replace(booking, notes="", version=booking.version + 1) if booking.notes else booking


def _clear_reasons(state: State, events: dict[BookingId, tuple[BookingEvent, ...]], user_id: UserId) -> None:
    for booking in state[BOOKINGS].values():
        if user_id in {booking.customer_id, booking.provider_user_id}:
            events[booking.id] = tuple(
                replace(event, reason=None) if event.by.id == user_id else event for event in events.get(booking.id, ())
            )


def _delete_walk_ins(state: State, rows: Rows[BookingId, tuple[CustomerId, WalkIn]], user_id: UserId) -> None:
    rows.delete_keys(lambda booking_id: state[BOOKINGS][booking_id].customer_id == user_id)


def _revoke(_: State, consents: dict[tuple[UserId, ProviderId], BookingConsent], account: AccountHandover) -> None:
    for key, consent in tuple(consents.items()):
        if consent.customer_id == account.user_id and consent.status is ConsentStatus.GRANTED:
            consents[key] = consent.moved(ConsentAction.REVOKE, account.now)
            account.events.append(ConsentRevoked(id=account.event_id(), occurred_at=account.now, consent_id=consent.id))


TERMS: Final = Table[ProviderId, Terms]("terms")
BOOKINGS: Final = Table[BookingId, Booking](
    "bookings",
    refers=lambda row: ((PROFILES, row.provider_id), (USERS, row.customer_id)),
    what="the booking",
    erase=change_rows(lambda booking: booking.customer_id, _without_notes),
)
BOOKING_EVENTS: Final = Table[BookingId, tuple[BookingEvent, ...]]("booking_events", erase=_clear_reasons)

WALK_INS: Final = Table[BookingId, tuple[CustomerId, WalkIn]]("walk_ins", erase=_delete_walk_ins)
"""Each with the walk-in's id."""

REMINDERS: Final = Table[EventId, BookingReminder](
    "booking_reminders", refers=lambda row: ((BOOKINGS, row.booking_id),)
)

IDEAS: Final = Table[IdeaId, Idea](
    "ideas",
    refers=lambda row: ((BOOKINGS, row.booking_id), (USERS, row.author_id)),
    what="the idea",
    erase=delete_rows(lambda idea: idea.author_id),
)

CONSENTS: Final = Table[tuple[UserId, ProviderId], BookingConsent](
    "booking_consents",
    key=lambda row: (row.customer_id, row.provider_id),
    refers=lambda row: ((USERS, row.customer_id), (PROFILES, row.provider_id)),
    erase=delete_rows(lambda consent: consent.customer_id),
    handover=_revoke,
)
CONSENT_CODES: Final = Table[ProviderId, ConsentCode](
    "consent_codes",
    key=lambda row: row.provider_id,
    refers=lambda row: ((PROFILES, row.provider_id),),
    erase=delete_rows_of_providers(lambda row: row.provider_id),
    ends=True,
)

PROMOTIONS: Final = Table[PromotionId, Promotion](
    "promotions", refers=lambda row: ((PROFILES, row.provider_id),), what="the promotion"
)
REDEMPTIONS: Final = Table[RedemptionId, Redemption](
    "promotion_redemptions",
    refers=lambda row: ((PROMOTIONS, row.promotion_id), (BOOKINGS, row.booking_id), (USERS, row.customer_id)),
)

TABLES: Final = (
    TERMS,
    BOOKINGS,
    BOOKING_EVENTS,
    WALK_INS,
    IDEAS,
    REMINDERS,
    CONSENTS,
    CONSENT_CODES,
    PROMOTIONS,
    REDEMPTIONS,
)
