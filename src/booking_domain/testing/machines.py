"""A Hypothesis state machine over one calendar: customers hold, book, reschedule and cancel in any order.

Inherit it and open the calendar under test:

    class OnMine(CalendarMachine):
        def open_calendar(self) -> BookableCalendar: ...

    TestMine = OnMine.TestCase

After each step no two claims overlap, every listed slot can be booked, and every other start is rejected.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from booking_domain.scheduling import Slot, TimeRange

_NTH: Final = st.integers(0, 1_000)
_PASSING: Final = st.sampled_from([timedelta(minutes=minutes) for minutes in (1, 4, 5, 6, 60, 24 * 60)])
_OFF: Final = st.sampled_from([timedelta(minutes=minutes) for minutes in (-61, -1, 1, 7, 31, 12 * 60)])


class SlotUnavailable(Exception):
    """The slot is taken or not offered, or the hold or booking no longer exists."""


class BookableCalendar(Protocol):
    """One calendar and the actions of its customers. Ids are opaque texts."""

    def slots(self) -> Sequence[Slot]:
        """Return the offered slots from now on, in order; a prefix of whole days is enough."""
        ...

    def taken(self) -> Sequence[TimeRange]:
        """Return the ranges that live claims block."""
        ...

    def hold(self, start: datetime) -> str:
        """Hold a slot for a new customer for at least a minute, or raise `SlotUnavailable`."""
        ...

    def release(self, hold: str) -> None:
        """Release a hold. An expired hold is ignored."""
        ...

    def book(self, start: datetime, hold: str | None = None) -> str:
        """Book a slot for a new customer, or for the customer of the hold, or raise `SlotUnavailable`."""
        ...

    def reschedule(self, booking: str, start: datetime) -> None:
        """Reschedule a booking, or raise `SlotUnavailable` and keep its time."""
        ...

    def cancel(self, booking: str) -> None:
        """Cancel a booking, or raise `SlotUnavailable` if it is too late."""
        ...

    def wait(self, passing: timedelta) -> None:
        """Advance the clock. With a real clock, wait as long as is reasonable."""
        ...

    def close(self) -> None:
        """Close the calendar. It is not used afterwards."""
        ...


class CalendarMachine(RuleBasedStateMachine):
    """Holds, books, cancels, reschedules and advances the clock, on one calendar."""

    bookings: Bundle[str] = Bundle("bookings")
    holds: Bundle[tuple[str, datetime]] = Bundle("holds")

    calendar: BookableCalendar

    def open_calendar(self) -> BookableCalendar:
        """A calendar that offers slots."""
        raise NotImplementedError

    @initialize()
    def open_it(self) -> None:
        self.calendar = self.open_calendar()

    @rule(target=bookings, nth=_NTH)
    def book_what_is_listed(self, nth: int) -> str | MultipleResults[str]:
        slot = self._nth(nth)
        if slot is None:
            return multiple()
        booking = self._had(f"{slot.start} is listed", slot.start)
        assert slot.start not in self._listed(), f"{slot.start} is booked but still listed"  # noqa: S101
        return booking

    @rule(nth=_NTH, off=_OFF)
    def book_what_is_not_listed(self, nth: int, off: timedelta) -> None:
        slot = self._nth(nth)
        start = None if slot is None else slot.start + off
        if start is None or start in self._listed() or start > max(self._listed()):
            return
        self._refused(start)

    @rule(nth=_NTH)
    def book_what_is_booked(self, nth: int) -> None:
        slot = self._nth(nth)
        if slot is None:
            return
        booking = self._had(f"{slot.start} is listed", slot.start)
        self._refused(slot.start)
        self.calendar.cancel(booking)
        assert slot.start in self._listed(), f"{slot.start} was cancelled but is not listed again"  # noqa: S101

    @rule(target=holds, nth=_NTH)
    def hold(self, nth: int) -> tuple[str, datetime] | MultipleResults[tuple[str, datetime]]:
        slot = self._nth(nth)
        if slot is None:
            return multiple()
        try:
            hold = self.calendar.hold(slot.start)
        except SlotUnavailable as refused:
            raise AssertionError(f"{slot.start} is listed but cannot be held") from refused
        assert slot.start not in self._listed(), f"{slot.start} is held but still listed"  # noqa: S101
        self._refused(slot.start)
        return hold, slot.start

    @rule(target=bookings, hold=consumes(holds))
    def book_what_was_held(self, hold: tuple[str, datetime]) -> str | MultipleResults[str]:
        try:
            return self.calendar.book(hold[1], hold[0])
        except SlotUnavailable:
            return multiple()

    @rule(nth=_NTH)
    def hold_and_book_at_once(self, nth: int) -> None:
        slot = self._nth(nth)
        if slot is None:
            return
        self._had(f"{slot.start} is held by the customer who books it", slot.start, self.calendar.hold(slot.start))

    @rule(hold=consumes(holds))
    def release(self, hold: tuple[str, datetime]) -> None:
        self.calendar.release(hold[0])

    @rule(booking=consumes(bookings))
    def cancel(self, booking: str) -> None:
        try:
            self.calendar.cancel(booking)
        except SlotUnavailable:
            return

    @rule(booking=bookings, nth=_NTH, off=st.just(timedelta(0)) | _OFF)
    def reschedule(self, booking: str, nth: int, off: timedelta) -> None:
        slot = self._nth(nth)
        if slot is None:
            return
        before = sorted(self.calendar.taken())
        try:
            self.calendar.reschedule(booking, slot.start + off)
        except SlotUnavailable:
            after = sorted(self.calendar.taken())
            assert before == after, "a rejected reschedule changed the calendar"  # noqa: S101

    @rule(passing=_PASSING)
    def wait(self, passing: timedelta) -> None:
        self.calendar.wait(passing)

    @invariant()
    def no_two_claims_overlap(self) -> None:
        taken = sorted(self.calendar.taken())
        for one, other in pairwise(taken):
            assert one.end <= other.start, f"claims overlap: {one} and {other}"  # noqa: S101

    @invariant()
    def what_is_listed_is_in_order_and_free(self) -> None:
        slots, taken = self.calendar.slots(), self.calendar.taken()
        assert [slot.start for slot in slots] == sorted({slot.start for slot in slots}), "slots are not sorted"  # noqa: S101
        for slot in slots:
            span = TimeRange(slot.start, slot.end)
            assert not any(each.overlaps(span) for each in taken), f"{slot.start} is taken but listed"  # noqa: S101

    def teardown(self) -> None:
        if hasattr(self, "calendar"):
            self.calendar.close()

    def _nth(self, nth: int) -> Slot | None:
        slots = self.calendar.slots()
        return slots[nth % len(slots)] if slots else None

    def _listed(self) -> set[datetime]:
        return {slot.start for slot in self.calendar.slots()}

    def _had(self, why: str, start: datetime, hold: str | None = None) -> str:
        try:
            return self.calendar.book(start, hold)
        except SlotUnavailable as refused:
            raise AssertionError(f"{why} but cannot be booked") from refused

    def _refused(self, start: datetime) -> None:
        try:
            self.calendar.book(start)
        except SlotUnavailable:
            return
        raise AssertionError(f"{start} is not listed but was booked")
