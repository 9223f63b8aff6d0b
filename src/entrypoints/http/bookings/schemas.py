"""The JSON of bookings."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType, field

from booking_domain.bookings.model import MAX_NOTES, MAX_OFFERED_TIMES, Booking, BookingEvent
from booking_domain.bookings.transitions import Status
from booking_domain.scheduling.model import MAX_WEEKS_APART
from booking_domain.shared.ids import ClaimId, ProviderId, UserId
from booking_domain.workflows.place_booking import PlaceBooking
from booking_domain.workflows.place_series import MAX_SERIES_LENGTH, MIN_SERIES_LENGTH, PlaceSeries
from entrypoints.http.kit.cursors import DEFAULT_LIMIT
from entrypoints.http.kit.fields import (
    Amount,
    Body,
    Cursor,
    Instant,
    Json,
    Limit,
    Moment,
    Note,
    Query,
    SomeMinutes,
    Timestamp,
)


class PlaceBookingBody(Body, frozen=True, kw_only=True):
    """Book this slot."""

    provider_id: UUID
    slot: Instant
    duration_minutes: SomeMinutes | None = None
    notes: Annotated[str, Meta(max_length=MAX_NOTES)] | None = None
    deposit_amount: Amount | None = None
    """More than what is due, up to the price."""
    hold_id: UUID | None = None
    """A hold of one's own on this slot, which the booking takes over."""
    customer_id: UUID | None = None
    """Whom the provider or an admin books for; without it the provider enters somebody who has walked in."""

    def command(self, payment_window: timedelta) -> PlaceBooking:
        """The command."""
        return PlaceBooking(
            provider_id=ProviderId(self.provider_id),
            slot=self.slot,
            payment_window=payment_window,
            duration_minutes=self.duration_minutes,
            notes=self.notes or "",
            deposit_amount=self.deposit_amount,
            hold_id=None if self.hold_id is None else ClaimId(self.hold_id),
            customer_id=None if self.customer_id is None else UserId(self.customer_id),
        )


class PlaceSeriesBody(Body, frozen=True, kw_only=True):
    """Book this slot, and the same time on the wall again every so many weeks."""

    provider_id: UUID
    slot: Instant
    every_weeks: Annotated[int, Meta(ge=1, le=MAX_WEEKS_APART)] = 1
    times: Annotated[
        int, Meta(ge=MIN_SERIES_LENGTH, le=MAX_SERIES_LENGTH, description="How many bookings, the first included.")
    ]
    duration_minutes: SomeMinutes | None = None
    notes: Annotated[str, Meta(max_length=MAX_NOTES)] | None = None
    deposit_amount: Amount | None = None
    """Of each booking: more than what is due, up to the price."""
    customer_id: UUID | None = None
    """Whom the provider or an admin books for."""

    def command(self, payment_window: timedelta) -> PlaceSeries:
        """The command."""
        first = PlaceBooking(
            provider_id=ProviderId(self.provider_id),
            slot=self.slot,
            payment_window=payment_window,
            duration_minutes=self.duration_minutes,
            notes=self.notes or "",
            deposit_amount=self.deposit_amount,
            customer_id=None if self.customer_id is None else UserId(self.customer_id),
        )
        return PlaceSeries(first=first, every_weeks=self.every_weeks, times=self.times)


class RescheduleBody(Body, frozen=True, kw_only=True):
    """Where the booking should go; it stays as long as it is, if nothing else is said."""

    slot: Instant
    duration_minutes: SomeMinutes | None = None


class AcceptBody(Body, frozen=True, kw_only=True):
    """Nothing for the provider; for the customer the offered time to take."""

    slot: Instant | None = None


class ReasonBody(Body, frozen=True, kw_only=True):
    """Why."""

    reason: Note | None = None


class OfferTimesBody(Body, frozen=True, kw_only=True):
    """Other times that would suit the provider."""

    slots: Annotated[tuple[Instant, ...], Meta(min_length=1, max_length=MAX_OFFERED_TIMES)]


class MoveBookingBody(Body, frozen=True, kw_only=True):
    """The status that the booking should have, and why."""

    status: Status
    reason: Note | None = None


class BookingsQuery(Query, frozen=True, kw_only=True):
    """Which bookings: those that start in `[from, to)`; a date is its midnight in UTC."""

    status: Status | None = None
    from_: Moment | None = field(default=None, name="from")
    to: Moment | None = None
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None


class BookingJson(Json, frozen=True, kw_only=True):
    """A booking."""

    id: UUID
    reference: str
    status: str
    payment_status: str
    provider_id: UUID
    customer_id: UUID
    start: Timestamp
    end: Timestamp
    time_zone: str
    price_amount: int
    deposit_amount: int
    paid_amount: int
    refunded_amount: int
    currency: str
    notes: str
    version: int
    created_at: Timestamp
    updated_at: Timestamp
    due_at: Timestamp | UnsetType = UNSET
    """When it lapses by itself: the deposit, or the answer to a request, is due."""
    offered_times: tuple[Timestamp, ...] | UnsetType = UNSET
    """Other starts that the provider offers for a request; the customer accepts one of them."""
    series_id: UUID | UnsetType = UNSET


class BookingsJson(Json, frozen=True, kw_only=True):
    """A page of bookings."""

    items: tuple[BookingJson, ...]
    next_cursor: str | None


class SeriesJson(Json, frozen=True, kw_only=True):
    """The bookings of a series, in order."""

    id: UUID
    items: tuple[BookingJson, ...]


class ActorJson(Json, frozen=True, kw_only=True):
    """Who did it."""

    id: UUID
    role: str


class EventJson(Json, frozen=True, kw_only=True):
    """One entry of a booking's audit trail."""

    id: UUID
    type: str
    from_: str | None = field(name="from")
    to: str
    by: ActorJson
    reason: str | UnsetType = UNSET
    at: Timestamp


class EventsJson(Json, frozen=True, kw_only=True):
    """The audit trail, oldest first."""

    items: tuple[EventJson, ...]
    next_cursor: str | None = None


def booking_json(booking: Booking) -> BookingJson:
    """Show a booking to its parties."""
    return BookingJson(
        id=booking.id,
        reference=booking.reference,
        status=booking.status.value,
        payment_status=booking.payment_status.value,
        provider_id=booking.provider_id,
        customer_id=booking.customer_id,
        start=booking.span.start,
        end=booking.span.end,
        time_zone=booking.time_zone,
        price_amount=booking.price.amount,
        deposit_amount=booking.deposit.amount,
        paid_amount=booking.paid.amount,
        refunded_amount=booking.refunded.amount,
        currency=booking.price.currency,
        notes=booking.notes,
        version=booking.version,
        created_at=booking.created_at,
        updated_at=booking.updated_at,
        due_at=booking.due_at or UNSET,
        offered_times=booking.offered_times or UNSET,
        series_id=booking.series_id or UNSET,
    )


def series_json(bookings: Sequence[Booking]) -> SeriesJson:
    """Show a series that has just been made."""
    series_id = bookings[0].series_id
    assert series_id is not None  # noqa: S101 - it was made as a series
    return SeriesJson(id=series_id, items=tuple(booking_json(booking) for booking in bookings))


def event_json(event: BookingEvent) -> EventJson:
    """Show what happened."""
    return EventJson(
        id=event.id,
        type=event.type,
        from_=None if event.from_status is None else event.from_status.value,
        to=event.to_status.value,
        by=ActorJson(id=event.by.id, role=event.by.role.value),
        reason=event.reason or UNSET,
        at=event.at,
    )
