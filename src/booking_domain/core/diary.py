"""The diary: slots, holds, bookings, cancellation and the waiting list of calendars, over a small store."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, Generic, TypeVar, overload
from uuid import UUID, uuid4

from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.policy import DEFAULT_POLICY, CancellationPolicy
from booking_domain.bookings.transitions import Action, Party
from booking_domain.core.model import Booking, Waiting, claim_of
from booking_domain.core.stores import BookingStore, ClaimSource, ClaimStore, MemoryStore, Store, WaitingStore
from booking_domain.scheduling.claiming import claimable_in, slot_window
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.errors import HoldNotFound
from booking_domain.scheduling.explain import Explanation, explain
from booking_domain.scheduling.model import Calendar, Slot, claim_margin, length_margin
from booking_domain.scheduling.slots import minutes_of, offered_slots, slots_in_order
from booking_domain.scheduling.waiting import NotWaiting, WaitingAction, WaitingParty, WaitingStatus
from booking_domain.scheduling.whole_days import appointment_at
from booking_domain.shared.checks import require_type
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue, required
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange, instant

KeptT_co = TypeVar("KeptT_co", bound=ClaimSource, covariant=True)
_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)


class SystemClock(Clock):
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Diary(Generic[KeptT_co]):
    """Books time of calendars, by name. What it keeps is in a store; without one, in memory.

    A start is a slot, whose length counts, or an instant for an appointment of the calendar's default length. Each
    method needs no more of the store than the protocol that it names. `policy` says until when, and how often, a
    customer may move a booking; with `refund_due` it says what a cancellation gives back.

    >>> from booking_domain.core import Calendar, Diary, Hours, WeeklyRule
    >>> diary = Diary({"anna": Calendar(time_zone="UTC", rules=WeeklyRule.every_day(Hours.parse("10:00-12:00")))})
    >>> slot = diary.slots("anna")[0]
    >>> booking = diary.book("anna", slot, customer="bold")
    >>> slot in diary.slots("anna")
    False
    >>> str(diary.cancel(booking.id).status), slot in diary.slots("anna")
    ('cancelled', True)
    """

    @overload
    def __init__(
        self: "Diary[MemoryStore]",
        calendars: Mapping[str, Calendar],
        *,
        policy: CancellationPolicy = ...,
        clock: Clock = ...,
        new_id: Callable[[], UUID] = ...,
    ) -> None: ...
    @overload
    def __init__(
        self,
        calendars: Mapping[str, Calendar],
        store: KeptT_co,
        *,
        policy: CancellationPolicy = ...,
        clock: Clock = ...,
        new_id: Callable[[], UUID] = ...,
    ) -> None: ...
    def __init__(
        self,
        calendars: Mapping[str, Calendar],
        store: ClaimSource | None = None,
        *,
        policy: CancellationPolicy = DEFAULT_POLICY,
        clock: Clock | None = None,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        require_type("calendars", calendars, Mapping)
        require_type("policy", policy, CancellationPolicy)
        self.calendars = calendars
        self.store: KeptT_co = MemoryStore() if store is None else store  # type: ignore[assignment]  # see the overloads
        self._policy = policy
        self._clock = clock or SystemClock()
        self._new_id = new_id
        for field, value, method in (("store", self.store, "claims"), ("clock", self._clock, "now")):
            if not callable(getattr(value, method, None)):
                raise InvalidValue(field=field, problem=f"must have the method {method}")

    def slots(
        self, calendar: str, window: TimeRange | None = None, *, duration_minutes: int | None = None
    ) -> tuple[Slot, ...]:
        """The free slots that start in the window, or within the next week."""
        now = self._now()
        window = TimeRange(now, now + 7 * _DAY) if window is None else window
        require_type("window", window, TimeRange)
        of = self._calendar(calendar)
        minutes_of(of.settings, duration_minutes)
        claims = _around(self.store, calendar, of, window, duration_minutes)
        return offered_slots(of, claims, window=window, now=now, duration_minutes=duration_minutes)

    def explain(self, calendar: str, start: Slot | datetime, *, duration_minutes: int | None = None) -> Explanation:
        """Why a start is, or is not, offered, and the nearest slots."""
        now, of = self._now(), self._calendar(calendar)
        begins, minutes = _asked(of, start)
        minutes = minutes if duration_minutes is None else minutes_of(of.settings, duration_minutes)
        whole = TimeRange(now, now + (of.settings.horizon_days + 2) * _DAY)
        claims = _around(self.store, calendar, of, whole, minutes)
        return explain(of, claims, begins, now=now, duration_minutes=minutes)

    def hold(
        self: "Diary[ClaimStore]", calendar: str, start: Slot | datetime, *, lasts: timedelta = 10 * _MINUTE
    ) -> Claim:
        """Keep a slot during checkout. The hold expires by itself.

        Raises:
            SlotNotOffered, SlotTaken: the start cannot be booked.
        """
        _require_lasting(lasts)
        with self.store.locked(calendar):
            return self._claim(calendar, start, self._new_id(), expires_at=self._now() + lasts)

    def release(self: "Diary[ClaimStore]", calendar: str, hold: Claim) -> None:
        """Give a hold back, if it is still there."""
        _require_hold(hold)
        with self.store.locked(calendar):
            self.store.remove_claim(calendar, hold.id)

    def book(
        self: "Diary[BookingStore]",
        calendar: str,
        start: Slot | datetime,
        *,
        customer: str,
        hold: Claim | None = None,
        price: Money | None = None,
    ) -> Booking:
        """Book a free slot, or the one that is held.

        Raises:
            SlotNotOffered, SlotTaken: the start cannot be booked.
            HoldNotFound: the hold has expired or was released, or is on another start.
        """
        if hold is not None:
            _require_hold(hold)
        with self.store.locked(calendar):
            return self._book(calendar, start, customer, None if hold is None else hold.id, price)

    def book_all(
        self: "Diary[BookingStore]", calendar: str, starts: Iterable[Slot | datetime], *, customer: str
    ) -> tuple[Booking, ...]:
        """Book a series: all of these starts, or none.

        Raises:
            SlotNotOffered, SlotTaken: one of them cannot be booked.
        """
        with self.store.locked(calendar):
            return tuple(self._book(calendar, start, customer, None, None) for start in starts)

    def move(
        self: "Diary[BookingStore]", booking_id: UUID, start: Slot | datetime, *, by: Party = Party.CUSTOMER
    ) -> Booking:
        """Move a booking to another free slot, of the same length unless the slot has another.

        Raises:
            BookingNotFound, InvalidBookingTransition, AlreadyOver: it cannot be moved.
            RescheduleTooLate, TooManyReschedules: the policy lets a customer no longer move it, or no more.
            SlotNotOffered, SlotTaken: the new start cannot be booked.
        """
        calendar = self._calendar_of(booking_id)
        with self.store.locked(calendar):
            booking, now = required(self.store.booking(booking_id), BookingNotFound), self._now()
            moved = booking.after(Action.RESCHEDULE, by=by, now=now)
            if by == Party.CUSTOMER:
                zone = self._calendar(calendar).time_zone
                self._policy.require_reschedulable(
                    booking.span.start, reschedules=booking.reschedules, now=now, zone=zone
                )
            if isinstance(start, datetime):
                start = Slot(start, start + (booking.span.end - booking.span.start))
            claim = self._claim(calendar, start, booking_id, own=booking_id)
            moved = replace(
                moved,
                span=claim.span,
                blocked=claim.blocked,
                pauses=claim.pauses,
                venue=claim.venue,
                reschedules=booking.reschedules + (by == Party.CUSTOMER and claim.span != booking.span),
            )
            self.store.put_booking(moved)
            return moved

    def cancel(self: "Diary[BookingStore]", booking_id: UUID, *, by: Party = Party.CUSTOMER) -> Booking:
        """Cancel a booking, which frees its time. `refund_due` says what is given back.

        Raises:
            BookingNotFound, InvalidBookingTransition, AlreadyOver: it cannot be cancelled.
        """
        return self._apply(booking_id, Action.CANCEL, by)

    def complete(self: "Diary[BookingStore]", booking_id: UUID) -> Booking:
        """Note that the appointment took place.

        Raises:
            BookingNotFound, InvalidBookingTransition, TooEarly: it cannot be completed.
        """
        return self._apply(booking_id, Action.COMPLETE, Party.PROVIDER)

    def mark_no_show(self: "Diary[BookingStore]", booking_id: UUID) -> Booking:
        """Note that the customer did not come.

        Raises:
            BookingNotFound, InvalidBookingTransition, TooEarly: it cannot be marked.
        """
        return self._apply(booking_id, Action.MARK_NO_SHOW, Party.PROVIDER)

    def wait(
        self: "Diary[WaitingStore]",
        calendar: str,
        window: TimeRange,
        *,
        customer: str,
        duration_minutes: int | None = None,
    ) -> Waiting:
        """Wait for a slot that starts in the window, behind those who wait already."""
        minutes_of(self._calendar(calendar).settings, duration_minutes)
        waiting = Waiting(
            id=self._new_id(),
            calendar=calendar,
            customer=customer,
            window=window,
            duration_minutes=duration_minutes,
            joined_at=self._now(),
        )
        with self.store.locked(calendar):
            self.store.put_waiting(waiting)
        return waiting

    def leave(self: "Diary[WaitingStore]", calendar: str, waiting_id: UUID) -> Waiting:
        """Leave the waiting list, which also gives back what was offered.

        Raises:
            NotWaiting: there is no such open entry.
        """
        with self.store.locked(calendar):
            left = _entry(self.store, calendar, waiting_id).after(WaitingAction.LEAVE, by=WaitingParty.CUSTOMER)
            self.store.remove_claim(calendar, waiting_id)
            self.store.put_waiting(left)
            return left

    def offer(self: "Diary[WaitingStore]", calendar: str, *, lasts: timedelta = 60 * _MINUTE) -> tuple[Waiting, ...]:
        """Offer free slots to those who wait, first come, first served: each gets a hold. Call it when time is freed.

        Offers that are over lapse, and so do entries whose window is over. A slot that can be booked for less time than
        the offer lasts is not offered. Returns the new offers.
        """
        _require_lasting(lasts)
        with self.store.locked(calendar):
            return tuple(filter(None, (self._offer(each, lasts) for each in self.store.waiting(calendar))))

    def accept(self: "Diary[Store]", calendar: str, waiting_id: UUID, *, price: Money | None = None) -> Booking:
        """Book what is offered to an entry of the waiting list.

        Raises:
            NotWaiting: there is no such open entry.
            HoldNotFound: nothing is offered to it, or no more.
        """
        with self.store.locked(calendar):
            waiting = _entry(self.store, calendar, waiting_id)
            if waiting.offered is None:
                raise HoldNotFound
            slot = Slot(waiting.offered.start, waiting.offered.end)
            booking = self._book(calendar, slot, waiting.customer, waiting_id, price)
            self.store.put_waiting(waiting.after(WaitingAction.BOOK, by=WaitingParty.CUSTOMER))
            return booking

    def _offer(self: "Diary[WaitingStore]", waiting: Waiting, lasts: timedelta) -> Waiting | None:
        now = self._now()
        if waiting.lapsed(now):
            self.store.put_waiting(waiting.after(WaitingAction.LAPSE, by=WaitingParty.SYSTEM))
            return None
        if waiting.status is WaitingStatus.OFFERED:
            return None
        calendar = self._calendar(waiting.calendar)
        soonest = max(waiting.window.start, now + calendar.settings.min_notice_minutes * _MINUTE + lasts)
        if soonest >= waiting.window.end:
            return None
        window = TimeRange(soonest, waiting.window.end)
        minutes = waiting.duration_minutes
        claims = _around(self.store, waiting.calendar, calendar, window, minutes)
        slot = next(slots_in_order(calendar, claims, window=window, now=now, duration_minutes=minutes), None)
        if slot is None:
            return None
        until = now + lasts
        hold = self._claim(waiting.calendar, slot, waiting.id, expires_at=until)
        offered = waiting.after(WaitingAction.OFFER, by=WaitingParty.SYSTEM, offered=hold.span, offered_until=until)
        self.store.put_waiting(offered)
        return offered

    def _book(
        self: "Diary[BookingStore]",
        calendar: str,
        start: Slot | datetime,
        customer: str,
        hold_id: UUID | None,
        price: Money | None,
    ) -> Booking:
        booking_id = self._new_id()
        claim = self._claim(calendar, start, booking_id, hold=hold_id)
        booking = Booking(
            id=booking_id,
            calendar=calendar,
            customer=customer,
            span=claim.span,
            blocked=claim.blocked,
            pauses=claim.pauses,
            venue=claim.venue,
            price=price,
            placed_at=self._now(),
        )
        self.store.put_booking(booking)
        return booking

    def _claim(
        self: "Diary[ClaimStore]",
        calendar: str,
        start: Slot | datetime,
        claim_id: UUID,
        *,
        hold: UUID | None = None,
        own: UUID | None = None,
        expires_at: datetime | None = None,
    ) -> Claim:
        """Claim a free start; the calendar is locked. A hold is used up, and `own` is what the claim replaces."""
        now, of = self._now(), self._calendar(calendar)
        begins, minutes = _asked(of, start)
        claims = list(_around(self.store, calendar, of, slot_window(begins, minutes)))
        for each in claims:
            if not each.live(now):
                self.store.remove_claim(calendar, each.id)
        if hold is not None:
            if not any(each.id == hold and each.live(now) and each.span.start == begins for each in claims):
                raise HoldNotFound
            self.store.remove_claim(calendar, hold)
        others = [each for each in claims if each.id not in {hold, own}]
        span, blocked = claimable_in(of, others, begins, now=now, duration_minutes=minutes)
        claim = claim_of(claim_id, span, blocked, expires_at, pauses=of.pauses(span), venue=of.settings.venue)
        self.store.put_claim(calendar, claim)
        return claim

    def _apply(self: "Diary[BookingStore]", booking_id: UUID, action: Action, by: Party) -> Booking:
        calendar = self._calendar_of(booking_id)
        with self.store.locked(calendar):
            booking = required(self.store.booking(booking_id), BookingNotFound).after(action, by=by, now=self._now())
            if booking.claim is None:
                self.store.remove_claim(calendar, booking_id)
            self.store.put_booking(booking)
            return booking

    def _calendar_of(self: "Diary[BookingStore]", booking_id: UUID) -> str:
        require_type("booking_id", booking_id, UUID)
        return required(self.store.booking(booking_id), BookingNotFound).calendar

    def _calendar(self, name: str) -> Calendar:
        found = required(self.calendars.get(name), InvalidValue(field="calendar", problem="there is no such calendar"))
        require_type("calendars", found, Calendar)
        return found

    def _now(self) -> datetime:
        return instant(self._clock.now(), field="now")


def _around(
    store: ClaimSource, name: str, calendar: Calendar, window: TimeRange, minutes: int | None = None
) -> Iterable[Claim]:
    far = claim_margin(calendar.settings) + length_margin(minutes or 0)
    return store.claims(name, TimeRange(window.start - far, window.end + far))


def _asked(calendar: Calendar, start: Slot | datetime) -> tuple[datetime, int | None]:
    """When an appointment begins, and how many minutes it lasts; None: as long as the calendar says."""
    begins = instant(start.start if isinstance(start, Slot) else start, field="start")
    if isinstance(start, Slot) and appointment_at(calendar, begins) != TimeRange(start.start, start.end):
        return begins, (start.end - start.start) // _MINUTE
    return begins, None


def _require_lasting(lasts: timedelta) -> None:
    require_type("lasts", lasts, timedelta)
    if lasts <= timedelta(0):
        raise InvalidValue(field="lasts", problem="must be more than no time")


def _require_hold(hold: Claim) -> None:
    """Raise `InvalidValue` for what is no hold: the claim of a booking would be released, or booked a second time."""
    require_type("hold", hold, Claim)
    if hold.expires_at is None:
        raise InvalidValue(field="hold", problem="must be a hold, not the claim of a booking")


def _entry(store: WaitingStore, calendar: str, waiting_id: UUID) -> Waiting:
    return required(next((each for each in store.waiting(calendar) if each.id == waiting_id), None), NotWaiting)
