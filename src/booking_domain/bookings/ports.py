"""Ports of bookings."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from booking_domain.bookings import consents, ideas, reminders
from booking_domain.bookings.consents import CONSENT_LIFECYCLE, BookingConsentReads, BookingConsents
from booking_domain.bookings.events import EVENTS
from booking_domain.bookings.ideas import IdeaReads, Ideas
from booking_domain.bookings.model import Booking, BookingEvent, Terms
from booking_domain.bookings.promotion_ports import PromotionReads, Promotions
from booking_domain.bookings.reminders import BookingReminderReads, BookingReminders
from booking_domain.bookings.transitions import BOOKING_LIFECYCLE, Status
from booking_domain.bookings.upcoming import OpenBookings
from booking_domain.bookings.walk_ins import WalkInReads, WalkIns
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import BookingId, ProviderId, ServiceId, UserId
from booking_domain.shared.time import TimeRange


@dataclass(frozen=True, slots=True, kw_only=True)
class BookableProvider:
    """A provider's schedule and terms, read together."""

    schedule: ProviderSchedule
    terms: Terms
    manager_id: UserId | None = None
    """The manager of the provider's salon, where a use case has asked who that is."""
    promotes: bool = False
    """Whether a promotion that applies by itself may be for its bookings: of its own, its salon's, the platform's."""


class BookableProviders(Protocol):
    """Bookable providers inside a database transaction."""

    async def lock(
        self, provider_id: ProviderId, around: TimeRange, services: Sequence[ServiceId] = ()
    ) -> BookableProvider | None:
        """The same as `ProviderSchedules.lock`, with the terms; None if there is no such provider."""
        ...

    async def try_lock(
        self, provider_id: ProviderId, around: TimeRange, services: Sequence[ServiceId] = ()
    ) -> tuple[BookableProvider, bool] | None:
        """Read the provider, and lock it unless another database transaction holds it; return whether it is locked.

        Without the lock the result is the committed snapshot: callers may reject a request from it, but not accept one.
        """
        ...

    async def terms_of(self, provider_id: ProviderId) -> Terms | None:
        """The provider's terms."""
        ...

    async def save_terms(self, provider_id: ProviderId, terms: Terms) -> None:
        """Replace the terms. Existing bookings keep the terms they were made with."""
        ...


class Bookings(Protocol):
    """Bookings inside a database transaction."""

    async def add(self, booking: Booking, events: Sequence[BookingEvent]) -> None:
        """Add a new booking with its first events.

        Raises:
            ConcurrentChange: the reference is in use. The retry draws another one.
        """
        ...

    async def save(self, booking: Booking, *, was: Booking, events: Sequence[BookingEvent] = ()) -> None:
        """Replace `was` by `booking` and append the events.

        Raises:
            ConcurrentChange: the stored version is not `was.version`.
        """
        ...

    async def count_open(
        self, customer_id: UserId, provider_id: ProviderId, now: datetime
    ) -> Callable[[], Awaitable[OpenBookings | None]]:
        """Ask how many bookings the customer has placed and has open, overdue ones left out; see `OpenBookings`.

        None if the customer has no active account: placing a booking asks for both, and one read is one round trip.
        Transactions that count for one customer run one at a time. The returned function waits for the numbers, which
        the store may read together with the next statement; it is called once, before the transaction ends.
        """
        ...

    async def to_come(self, provider_id: ProviderId, now: datetime, limit: int) -> Sequence[Booking]:
        """The provider's bookings that are not over and may take place, the next one first; at most `limit`."""
        ...

    async def has_placed(self, customer_id: UserId, provider_id: ProviderId) -> bool:
        """Whether the customer has ever placed a booking with the provider, since the account last changed hands."""
        ...

    async def lock(self, booking_id: BookingId) -> Booking | None:
        """Lock the booking until the database transaction ends, and return it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class BookingFilter:
    """Which bookings to list. `after` is the last id of the previous page; None matches any value."""

    status: Status | None = None
    starts_from: datetime | None = None
    starts_before: datetime | None = None
    provider_id: ProviderId | None = None
    upcoming_at: datetime | None = None
    """Only those that are to come at this time, or over and under review (`Booking.undecided`)."""
    under_review: bool | None = None
    after: BookingId | None = None
    limit: int = 50


class BookingReads(Protocol):
    """Reads of bookings, outside any database transaction."""

    async def get(self, booking_id: BookingId) -> Booking | None:
        """One booking."""
        ...

    async def page(self, party_id: UserId | None, criteria: BookingFilter) -> Sequence[Booking]:
        """Bookings whose customer or provider is this user (None: all), newest first, at most `limit`."""
        ...

    async def events(self, booking_id: BookingId) -> Sequence[BookingEvent]:
        """The audit trail, in the order in which it was stored."""
        ...

    async def events_of_each(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[BookingEvent]]:
        """The audit trail of each booking, as `events` returns it."""
        ...

    async def overdue(self, now: datetime, limit: int) -> Sequence[BookingId]:
        """Bookings whose deposit or answer is overdue at `now`, longest overdue first."""
        ...

    async def upcoming(
        self, now: datetime, *, time_zone: str | None, after: Booking | None, limit: int
    ) -> Sequence[Booking]:
        """Bookings whose status claims time and that start after `now`, in one time zone or in all (None).

        Ordered by provider and id, those after `after` (the last booking of the previous page), at most `limit`. A
        booking that is rescheduled between pages keeps its place.
        """
        ...


class BookingRepositories(Protocol):
    """What this context adds to the repositories of a database transaction."""

    @property
    def bookable_providers(self) -> BookableProviders: ...
    @property
    def bookings(self) -> Bookings: ...
    @property
    def booking_consents(self) -> BookingConsents: ...
    @property
    def walk_ins(self) -> WalkIns: ...
    @property
    def ideas(self) -> Ideas: ...
    @property
    def booking_reminders(self) -> BookingReminders: ...
    @property
    def promotions(self) -> Promotions: ...


class BookingReadGroup(Protocol):
    """What this context adds to the reads outside any database transaction."""

    @property
    def bookings(self) -> BookingReads: ...
    @property
    def booking_consents(self) -> BookingConsentReads: ...
    @property
    def walk_ins(self) -> WalkInReads: ...
    @property
    def ideas(self) -> IdeaReads: ...
    @property
    def booking_reminders(self) -> BookingReminderReads: ...
    @property
    def promotions(self) -> PromotionReads: ...


CONTEXT: Final = DomainContext(
    events=(*EVENTS, *consents.EVENTS, *ideas.EVENTS, *reminders.EVENTS),
    lifecycles=(BOOKING_LIFECYCLE, CONSENT_LIFECYCLE),
    news=frozenset({"booking", "consent", "idea"}),
)
