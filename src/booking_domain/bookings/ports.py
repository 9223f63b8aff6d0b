"""What bookings need of the outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking_domain.bookings.model import Booking, BookingEvent, Terms
from booking_domain.bookings.transitions import Status
from booking_domain.scheduling.model import ProviderSchedule
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import BookingId, ProviderId, UserId
from booking_domain.shared.time import TimeRange


@dataclass(frozen=True, slots=True, kw_only=True)
class BookableProvider:
    """Where a booking is made: the provider's diary and terms."""

    schedule: ProviderSchedule
    terms: Terms


class BookableProviders(Protocol):
    """Opens desks."""

    async def lock(self, provider_id: ProviderId, around: TimeRange) -> BookableProvider | None:
        """As `ProviderSchedules.lock`, with the terms; None if there is no such provider."""
        ...

    async def try_lock(self, provider_id: ProviderId, around: TimeRange) -> tuple[BookableProvider, bool] | None:
        """The desk, and whether it is locked now as by `lock`: only if no other transaction has it locked.

        Without the lock it is what is committed: enough to refuse, and not enough to promise anything.
        """
        ...

    async def terms_of(self, provider_id: ProviderId) -> Terms | None:
        """The terms alone."""
        ...

    async def save_terms(self, provider_id: ProviderId, terms: Terms) -> None:
        """Replace the terms; bookings made earlier keep theirs."""
        ...


class Bookings(Protocol):
    """The bookings of a transaction."""

    async def add(self, booking: Booking, events: Sequence[BookingEvent]) -> None:
        """Add a new booking with its first events.

        Raises:
            ConcurrentChange: its reference is in use; another attempt draws another one.
        """
        ...

    async def save(self, booking: Booking, *, was: Booking, events: Sequence[BookingEvent] = ()) -> None:
        """Replace `was` by `booking` and append the events.

        Raises:
            ConcurrentChange: `was.version` is not what is there.
        """
        ...

    async def count_unsettled(self, customer_id: UserId, now: datetime) -> int:
        """How many of a customer's wait for a deposit or an answer, and may yet get it.

        Whoever else counts those of the same customer waits until this transaction ends.
        """
        ...

    async def lock(self, booking_id: BookingId) -> Booking | None:
        """The booking, kept from every other transaction to the end of this one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFilter:
    """Which bookings to list; `after` is the last id of the page before."""

    status: Status | None = None
    starts_from: datetime | None = None
    starts_before: datetime | None = None
    after: BookingId | None = None
    limit: int = 50


class BookingReads(Protocol):
    """Reads of bookings, outside any transaction."""

    async def get(self, booking_id: BookingId) -> Booking | None:
        """One booking."""
        ...

    async def page(self, actor: Actor, chosen: BookingFilter) -> Sequence[Booking]:
        """The bookings the actor is a party to (an admin: all), newest first, at most `limit` of them."""
        ...

    async def events(self, booking_id: BookingId) -> Sequence[BookingEvent]:
        """The audit trail, oldest first."""
        ...

    async def events_of_each(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[BookingEvent]]:
        """The audit trail of each booking, oldest first."""
        ...

    async def overdue(self, now: datetime, limit: int) -> Sequence[BookingId]:
        """Bookings that wait for something that is past due at `now`, the longest overdue first."""
        ...

    async def upcoming(
        self, now: datetime, *, time_zone: str | None, after: Booking | None, limit: int
    ) -> Sequence[Booking]:
        """Bookings whose status claims time and that start after `now`, of one time zone or of all (None).

        By provider and id, those after `after` (the last one of the page before, of which only its provider and id
        count), at most `limit`. A booking that is moved in the meantime keeps its place.
        """
        ...
