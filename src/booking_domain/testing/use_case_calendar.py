"""A calendar for `booking_domain.testing.machines` that runs use cases, in memory or on your repositories."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from booking_domain.bookings.errors import AlreadyOver, TooEarly
from booking_domain.bookings.model import Booking
from booking_domain.bookings.terms_errors import DepositDue
from booking_domain.bookings.transitions import InvalidBookingTransition, Status
from booking_domain.scheduling import Claim, Slot, TimeRange, offered_slots
from booking_domain.scheduling.errors import HoldNotFound, SlotNotOffered, SlotTaken
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import BookingId
from booking_domain.shared.money import Money
from booking_domain.testing.backend import Backend
from booking_domain.testing.builders import PRICE, terms
from booking_domain.testing.machines import BookableCalendar, SlotUnavailable
from booking_domain.testing.memory import MemoryDatabase
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.reschedule_booking import RescheduleBooking, reschedule_booking
from booking_domain.use_cases.catalogue.profiles import SettingsChange, change_settings
from booking_domain.use_cases.scheduling.holds import release_hold

T = TypeVar("T")
AHEAD: Final = timedelta(days=15)
_UNAVAILABLE: Final = (
    AlreadyOver,
    DepositDue,
    HoldNotFound,
    InvalidBookingTransition,
    SlotNotOffered,
    SlotTaken,
    TooEarly,
)


class UseCaseCalendar(BookableCalendar):
    """A provider without a deposit, so that bookings are confirmed at once. Each action uses a new customer."""

    def __init__(
        self,
        settings: SettingsChange = SettingsChange(buffer_before_minutes=10, buffer_after_minutes=15),  # noqa: B008
        backend: AbstractAsyncContextManager[Backend] | None = None,
    ) -> None:
        self._runner = asyncio.Runner()
        self._open = AsyncExitStack()
        self._held: dict[str, tuple[Actor, Claim]] = {}
        self._booked: dict[str, tuple[Actor, Booking]] = {}
        self._studio = self._do(self._opened(backend or nullcontext(MemoryDatabase()), settings))

    def slots(self) -> Sequence[Slot]:
        now = self._studio.clock.now()
        calendar, _ = self._schedule().calendar_at(now)
        return offered_slots(calendar, self._schedule().claims, window=TimeRange(now, now + AHEAD), now=now)

    def taken(self) -> Sequence[TimeRange]:
        now = self._studio.clock.now()
        return [claim.blocked for claim in self._schedule().claims if claim.live(now)]

    def hold(self, start: datetime) -> str:
        customer = self._do(self._studio.joined())
        claim = self._do(self._studio.hold(start, by=customer))
        self._held[str(claim.id)] = customer, claim
        return str(claim.id)

    def release(self, hold: str) -> None:
        customer, claim = self._held.pop(hold)
        try:
            self._do(self._studio.run(release_hold, claim.id, by=customer))
        except SlotUnavailable:
            return

    def book(self, start: datetime, hold: str | None = None) -> str:
        if hold is None:
            customer, hold_id = self._do(self._studio.joined()), None
        else:
            customer, claim = self._held[hold]
            hold_id = claim.id
        booking = self._do(self._studio.book(start, by=customer, hold=hold_id))
        self._booked[str(booking.id)] = customer, booking
        return str(booking.id)

    def reschedule(self, booking: str, start: datetime) -> None:
        customer, _ = self._booked[booking]
        command = RescheduleBooking(booking_id=BookingId(UUID(booking)), slot=start)
        self._do(self._studio.run(reschedule_booking, command, by=customer))

    def cancel(self, booking: str) -> None:
        customer, booked = self._booked[booking]
        self._do(self._studio.move(booked, Status.CANCELLED, by=customer))

    def wait(self, passing: timedelta) -> None:
        self._studio.clock.advance(passing)

    def close(self) -> None:
        try:
            self._runner.run(self._open.aclose())
        finally:
            self._runner.close()

    async def _opened(self, backend: AbstractAsyncContextManager[Backend], settings: SettingsChange) -> Studio:
        opened = await self._open.enter_async_context(backend)
        studio = await Studio.opened(opened, terms=terms(deposit=Money.zero(PRICE.currency)))
        await studio.run(change_settings, settings, by=studio.owner)
        return studio

    def _schedule(self) -> ProviderSchedule:
        now = self._studio.clock.now()
        schedule = self._do(self._studio.reads.schedules.get(self._studio.provider_id, TimeRange(now, now + AHEAD)))
        if schedule is None:
            raise LookupError(self._studio.provider_id)
        return schedule

    def _do(self, coroutine: Coroutine[object, object, T]) -> T:
        try:
            return self._runner.run(coroutine)
        except _UNAVAILABLE as refused:
            raise SlotUnavailable(str(refused)) from refused
