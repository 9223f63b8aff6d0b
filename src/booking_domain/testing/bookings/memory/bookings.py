"""Bookings and bookable providers in memory."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from booking_domain.bookings.model import Booking, BookingEvent, Terms
from booking_domain.bookings.ports import BookableProvider, BookableProviders, BookingFilter, BookingReads, Bookings
from booking_domain.bookings.transitions import CLAIMS_TIME, TO_COME, UNSETTLED, Party
from booking_domain.bookings.upcoming import OpenBookings
from booking_domain.identity.model import UserStatus
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.folding import folded
from booking_domain.shared.ids import BookingId, CustomerId, ProviderId, ServiceId, UserId
from booking_domain.shared.phones import is_found_by_part
from booking_domain.shared.time import TimeRange
from booking_domain.testing.bookings.memory.promotions import promotions_for
from booking_domain.testing.bookings.memory.tables import BOOKING_EVENTS, BOOKINGS, TERMS, WALK_INS
from booking_domain.testing.catalogue.memory.tables import PROFILES, SALON_MEMBERS, SALONS, VENUES
from booking_domain.testing.identity.memory.tables import EXTERNAL_IDENTITIES, USERS
from booking_domain.testing.kit.listing import is_chosen, page_of
from booking_domain.testing.kit.tables import InMemory, Lookup, State
from booking_domain.testing.scheduling.memory.calendars import MemoryScheduleReads
from booking_domain.testing.scheduling.memory.tables import CALENDARS
from booking_domain.use_cases.platform.listings import BookingListFilter
from booking_domain.use_cases.platform.ports import AppointmentReads
from booking_domain.use_cases.platform.views import Appointment, SalonName


class MemoryBookableProviders(InMemory, BookableProviders):
    """The bookable providers of one database transaction."""

    async def lock(
        self, provider_id: ProviderId, around: TimeRange, services: Sequence[ServiceId] = ()
    ) -> BookableProvider | None:
        self._state.lock()
        return await self._bookable(provider_id, around, services)

    async def _bookable(
        self, provider_id: ProviderId, around: TimeRange, services: Sequence[ServiceId]
    ) -> BookableProvider | None:
        schedule = await MemoryScheduleReads(self._current).get(provider_id, around, services)
        terms = await self.terms_of(provider_id)
        if schedule is None or terms is None:
            return None
        state = self._state
        promotes = any(each.promotion_code is None for each in promotions_for(state, provider_id))
        return BookableProvider(schedule=schedule, terms=terms, promotes=promotes)

    async def try_lock(
        self, provider_id: ProviderId, around: TimeRange, services: Sequence[ServiceId] = ()
    ) -> tuple[BookableProvider, bool] | None:
        locked = self._state.try_lock()
        bookable = await self._bookable(provider_id, around, services)
        return None if bookable is None else (bookable, locked)

    async def terms_of(self, provider_id: ProviderId) -> Terms | None:
        return self._state[TERMS].get(provider_id)

    async def save_terms(self, provider_id: ProviderId, terms: Terms) -> None:
        self._state.require(PROFILES, provider_id)
        self._state[TERMS][provider_id] = terms


class MemoryBookings(Lookup[BookingId, Booking], Bookings):
    """The bookings of one database transaction."""

    table = BOOKINGS

    async def add(self, booking: Booking, events: Sequence[BookingEvent]) -> None:
        if self._rows.where(lambda other: other.reference == booking.reference):
            raise ConcurrentChange(what="the booking's reference")
        self._rows.put(booking)
        self._state[BOOKING_EVENTS][booking.id] = tuple(events)

    async def save(self, booking: Booking, *, was: Booking, events: Sequence[BookingEvent] = ()) -> None:
        self._rows.save(booking, was=was)
        self._state[BOOKING_EVENTS][booking.id] += tuple(events)

    async def count_open(
        self, customer_id: UserId, provider_id: ProviderId, now: datetime
    ) -> Callable[[], Awaitable[OpenBookings | None]]:
        self._state.lock()

        async def counted() -> OpenBookings | None:
            return found

        found = self._open(customer_id, provider_id, now)
        return counted

    def _open(self, customer_id: UserId, provider_id: ProviderId, now: datetime) -> OpenBookings | None:
        user = self._state[USERS].get(customer_id)
        if user is None or user.status is not UserStatus.ACTIVE:
            return None
        placed = self._rows.where(
            lambda booking: (
                booking.customer_id == customer_id
                and booking.status in TO_COME
                and (booking.due_at is None or booking.due_at > now)
                and not booking.placed_by_staff
            )
        )
        return OpenBookings(
            unsettled=sum(booking.status in UNSETTLED and booking.due_at is not None for booking in placed),
            upcoming=sum(booking.provider_id == provider_id and booking.span.end > now for booking in placed),
            verified=bool(user.email_verified_at or user.phone_verified_at)
            or any(each.user_id == customer_id for each in self._state[EXTERNAL_IDENTITIES].values()),
            phone_verified=user.phone_verified_at is not None,
        )

    async def to_come(self, provider_id: ProviderId, now: datetime, limit: int) -> Sequence[Booking]:
        found = self._rows.where(
            lambda each: each.provider_id == provider_id and each.status in TO_COME and each.span.end > now
        )
        return sorted(found, key=lambda each: (each.span.start, each.id))[:limit]

    async def has_placed(self, customer_id: UserId, provider_id: ProviderId) -> bool:
        customer = self._state[USERS].get(customer_id)
        since = None if customer is None else customer.taken_over_at
        return any(
            (booking.customer_id, booking.provider_id) == (customer_id, provider_id)
            and not booking.placed_by_staff
            and (since is None or booking.created_at >= since)
            for booking in self._rows.values()
        )


class MemoryBookingReads(Lookup[BookingId, Booking], BookingReads):
    """Committed bookings."""

    table = BOOKINGS

    async def page(self, party_id: UserId | None, criteria: BookingFilter) -> Sequence[Booking]:
        return self._rows.page(
            lambda each: party_id in {None, each.customer_id, each.provider_user_id} and _matches(each, criteria),
            criteria.after,
            criteria.limit,
            newest_first=True,
        )

    async def events(self, booking_id: BookingId) -> Sequence[BookingEvent]:
        return self._state[BOOKING_EVENTS].get(booking_id, ())

    async def overdue(self, now: datetime, limit: int) -> Sequence[BookingId]:
        return [
            booking.id
            for booking in self._rows.due(lambda booking: booking.due_at or booking.offered_until, now, limit)
        ]

    async def upcoming(
        self, now: datetime, *, time_zone: str | None, after: Booking | None, limit: int
    ) -> Sequence[Booking]:
        found = self._rows.where(
            lambda booking: (
                CLAIMS_TIME[booking.status]
                and booking.span.start > now
                and time_zone in {None, booking.time_zone}
                and (after is None or (booking.provider_id, booking.id) > (after.provider_id, after.id))
            )
        )
        return sorted(found, key=lambda booking: (booking.provider_id, booking.id))[:limit]

    async def events_of_each(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[BookingEvent]]:
        return {booking_id: self._state[BOOKING_EVENTS].get(booking_id, ()) for booking_id in booking_ids}


def _matches(booking: Booking, criteria: BookingFilter) -> bool:
    return (
        criteria.status in {None, booking.status}
        and (criteria.starts_from is None or criteria.starts_from <= booking.span.start)
        and (criteria.starts_before is None or booking.span.start < criteria.starts_before)
        and criteria.provider_id in {None, booking.provider_id}
        and (criteria.upcoming_at is None or booking.undecided(criteria.upcoming_at))
        and criteria.under_review in {None, booking.under_review}
    )


class MemoryAppointmentReads(InMemory, AppointmentReads):
    """Committed bookings with the names of both parties."""

    async def of_user(
        self, user_id: UserId, party: Party, *, starts_from: datetime, ended_from: datetime, limit: int
    ) -> Sequence[Appointment]:
        state = self._state
        found = [
            booking
            for booking in state[BOOKINGS].values()
            if booking.span.start >= starts_from
            and (CLAIMS_TIME[booking.status] or booking.updated_at >= ended_from)
            and booking.party(Actor(user_id, Role.CUSTOMER)) is party
        ]
        latest = sorted(found, key=lambda booking: (booking.span.start, booking.id))[-limit:]
        return [_appointment(state, booking) for booking in latest]

    async def page(self, criteria: BookingListFilter) -> Sequence[Appointment]:
        state = self._state
        found = page_of(
            state[BOOKINGS].values(),
            criteria,
            criteria.order,
            matches=lambda booking: (
                (not criteria.statuses or booking.status in criteria.statuses)
                and is_chosen(criteria, booking, booking.span.start, customer_id(state, booking))
                and is_searched(state, booking, criteria.text)
                and _is_of_party(state, booking, criteria)
                and criteria.salon_id in {None, state[SALON_MEMBERS].get(booking.provider_id)}
                and (criteria.upcoming_at is None or _is_upcoming(booking, criteria.upcoming_at))
                and (criteria.past_at is None or not _is_upcoming(booking, criteria.past_at))
                and (criteria.ends_after is None or booking.span.end > criteria.ends_after)
            ),
            id_of=lambda booking: booking.id,
            key=lambda booking: booking.span.start,
        )
        return [_appointment(state, booking) for booking in found]

    async def get(self, booking_id: BookingId) -> Appointment | None:
        state = self._state
        booking = state[BOOKINGS].get(booking_id)
        return None if booking is None else _appointment(state, booking)


def _is_of_party(state: State, booking: Booking, criteria: BookingListFilter) -> bool:
    if criteria.party_id in {None, booking.customer_id, booking.provider_user_id}:
        return True
    salon = _salon(state, booking)
    return salon is not None and salon.manager_id == criteria.manager_id


def _salon(state: State, booking: Booking) -> SalonName | None:
    salon_id = state[SALON_MEMBERS].get(booking.provider_id)
    if salon_id is None:
        return None
    salon = state[SALONS][salon_id]
    return SalonName(id=salon_id, name=salon.name, manager_id=salon.manager_id)


def customer_id(state: State, booking: Booking) -> CustomerId:
    """The account of a booking, or its walk-in."""
    walk_in_id, _ = state[WALK_INS].get(booking.id, (CustomerId(booking.id), None))
    return walk_in_id if booking.of_walk_in else CustomerId(booking.customer_id)


def customer_name(state: State, booking: Booking) -> str:
    """The name of the account, or of the walk-in, which may have none."""
    _, walk_in = state[WALK_INS].get(booking.id, (None, None))
    return booking.name_of_customer(state[USERS][booking.customer_id].name, walk_in)


def is_searched(state: State, booking: Booking, text: str | None, *references: str | None) -> bool:
    """Whether the text finds the booking: see `ListFilter.text`; `references` are more that it is found by."""
    if text is None:
        return True
    account, (_, walk_in) = state[USERS][booking.customer_id], state[WALK_INS].get(booking.id, (None, None))
    names, email, phone = account.names, account.email, account.phone
    if booking.of_walk_in:
        names, email, phone = customer_name(state, booking), None, None if walk_in is None else walk_in.phone
    texts = (booking.reference, state[PROFILES][booking.provider_id].display_name, names, email, *references)
    return any(folded(text) in folded(each or "") for each in texts) or is_found_by_part(phone, text)


def _is_upcoming(booking: Booking, now: datetime) -> bool:
    return booking.status in TO_COME and now < booking.span.end


def _appointment(state: State, booking: Booking) -> Appointment:
    profile, customer = state[PROFILES][booking.provider_id], state[USERS][booking.customer_id]
    calendar = state[CALENDARS].get(booking.provider_id)
    _, walk_in = state[WALK_INS].get(booking.id, (None, None))
    return Appointment(
        booking=booking,
        provider_name=profile.display_name,
        provider_address=profile.address,
        provider_time_zone="UTC" if calendar is None else calendar.time_zone,
        salon=_salon(state, booking),
        customer_id=customer_id(state, booking),
        customer_name=customer_name(state, booking),
        walk_in=walk_in,
        customer_email=customer.email,
        customer_phone=customer.phone,
        overbooked=_is_overbooked(state, booking),
        venue=None if booking.venue_id is None else state[VENUES].get(booking.venue_id),
    )


def _is_overbooked(state: State, booking: Booking) -> bool:
    return booking.claims_time and any(
        other.provider_id == booking.provider_id
        and other.id != booking.id
        and other.claims_time
        and (booking.overbooked or other.overbooked)
        and other.blocked.overlaps(booking.blocked)
        for other in state[BOOKINGS].values()
    )
