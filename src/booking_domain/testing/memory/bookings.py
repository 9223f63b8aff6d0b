"""Bookings and the desks where they are made, in memory."""

from collections.abc import Sequence
from datetime import datetime

from booking_domain.bookings.model import Booking, BookingEvent, Terms
from booking_domain.bookings.ports import BookableProvider, BookableProviders, Bookings
from booking_domain.bookings.transitions import UNSETTLED
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, ProviderId, UserId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.memory.calendars import MemoryProviderSchedules
from booking_domain.testing.memory.state import State


class MemoryBookableProviders(BookableProviders):
    """The desks of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def lock(self, provider_id: ProviderId, around: TimeRange) -> BookableProvider | None:
        schedule = await MemoryProviderSchedules(self._state).lock(provider_id, around)
        terms = await self.terms_of(provider_id)
        return None if schedule is None or terms is None else BookableProvider(schedule=schedule, terms=terms)

    async def try_lock(self, provider_id: ProviderId, around: TimeRange) -> tuple[BookableProvider, bool] | None:
        bookable = await self.lock(provider_id, around)
        return None if bookable is None else (bookable, True)

    async def terms_of(self, provider_id: ProviderId) -> Terms | None:
        return self._state.terms.get(provider_id)

    async def save_terms(self, provider_id: ProviderId, terms: Terms) -> None:
        self._state.require_provider(provider_id)
        self._state.terms[provider_id] = terms


class MemoryBookings(Bookings):
    """The bookings of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, booking: Booking, events: Sequence[BookingEvent]) -> None:
        self._state.require_provider(booking.provider_id)
        self._state.require_user(booking.customer_id)
        if any(other.reference == booking.reference for other in self._state.bookings.values()):
            raise ConcurrentChange(what="the booking's reference")
        self._state.bookings[booking.id] = booking
        self._state.events[booking.id] = tuple(events)

    async def save(self, booking: Booking, *, was: Booking, events: Sequence[BookingEvent] = ()) -> None:
        kept = self._state.bookings.get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="the booking")
        self._state.bookings[booking.id] = booking
        self._state.events[booking.id] += tuple(events)

    async def count_unsettled(self, customer_id: UserId, now: datetime) -> int:
        return sum(
            booking.customer_id == customer_id
            and booking.status in UNSETTLED
            and booking.due_at is not None
            and booking.due_at > now
            for booking in self._state.bookings.values()
        )

    async def lock(self, booking_id: BookingId) -> Booking | None:
        return self._state.bookings.get(booking_id)
