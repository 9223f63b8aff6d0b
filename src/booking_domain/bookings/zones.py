"""When the rules of a time zone change: which bookings no longer stand where was agreed on, and which of them can move.

A booking keeps its time on the wall (`Booking.local_start`) and its zone; its instant follows the zone's data. All of a
provider's bookings may so shift by an hour at once, each through the old time of another.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import BOOKING_LIFECYCLE, Action
from booking_domain.scheduling.claims import Claim
from booking_domain.shared.ids import BookingId, ClaimId
from booking_domain.shared.time import TimeRange, local_time, time_zone


@dataclass(frozen=True, slots=True)
class Shift:
    """A booking that stands where it does not belong, and by how much."""

    booking: Booking
    by: timedelta

    @property
    def span(self) -> TimeRange:
        """Where the appointment belongs."""
        return _later(self.booking.span, self.by)

    @property
    def blocked(self) -> TimeRange:
        """The same with the buffers that were agreed on."""
        return _later(self.booking.blocked, self.by)

    @property
    def id(self) -> BookingId:
        """The booking's."""
        return self.booking.id


def where_it_belongs(booking: Booking) -> TimeRange | None:
    """Where the zone's present rules put the booking; None if it is there already.

    It is there if the clock on the wall shows at its start what was agreed on, be it for the first or the second time;
    also at the instant that RFC 5545 §3.3.5 gives a time which does not occur (with the offset before the gap). Else it
    belongs where that rule says: of two instants that show the time, the first.

    Raises:
        InvalidValue: nobody here knows the zone.
    """
    if local_time(booking.span.start, booking.time_zone) == booking.local_start:
        return None
    start = booking.local_start.replace(tzinfo=time_zone(booking.time_zone), fold=0).astimezone(UTC)
    return None if start == booking.span.start else _later(booking.span, start - booking.span.start)


def shift_of(booking: Booking, now: datetime) -> Shift | None:
    """What has to be done about a booking; None for one that is right, has begun, or is not going to happen."""
    if booking.span.start <= now or (booking.status, Action.FOLLOW_CLOCK) not in BOOKING_LIFECYCLE.moves:
        return None
    to = where_it_belongs(booking)
    return None if to is None else Shift(booking, to.start - booking.span.start)


def able_to_move(shifts: Sequence[Shift], claims: Iterable[Claim], now: datetime) -> frozenset[BookingId]:
    """Which of a provider's bookings can move, all of them at once, so that nothing overlaps.

    `claims` are those of the provider around the old and the new times. Whoever cannot move keeps the old time, which
    may be what another one needs; of two that need the same time the one who booked first gets it. Nobody is left who
    could move too, and the order of the arguments does not matter.
    """
    order = sorted(shifts, key=lambda shift: (shift.booking.created_at, shift.id))
    claiming = [shift for shift in order if shift.booking.claims_time]
    in_the_way = _InTheWay([claim for claim in claims if claim.live(now)])
    needs = {shift.id: in_the_way.of(shift) for shift in claiming}
    rivals = _rivals(claiming)

    def can(shift: Shift, going: set[BookingId]) -> bool:
        return needs[shift.id] <= going and not rivals[shift.id] & going

    going = {shift.id for shift in claiming}
    while True:
        stuck = {shift.id for shift in claiming if shift.id in going and not needs[shift.id] <= going}
        if not stuck:  # then each has room; but two may want the same
            stuck = set([shift.id for shift in claiming if shift.id in going and rivals[shift.id] & going][-1:])
        if not stuck:
            break
        going -= stuck
    while more := next((shift.id for shift in claiming if shift.id not in going and can(shift, going)), None):
        going.add(more)
    return frozenset(going | {shift.id for shift in shifts if not shift.booking.claims_time})


class _InTheWay:
    """Finds claims by time. They do not overlap one another, so that their ends are in the order of their starts."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self._claims = sorted(claims, key=lambda claim: claim.blocked.start)
        self._starts = [claim.blocked.start for claim in self._claims]

    def of(self, shift: Shift) -> set[BookingId]:
        """The ids of the other claims on the time to which a booking belongs; a booking's claim has its own id."""
        wanted = shift.blocked
        found: set[BookingId] = set()
        for at in range(bisect_left(self._starts, wanted.end) - 1, -1, -1):
            claim = self._claims[at]
            if claim.blocked.end <= wanted.start:
                break
            if claim.id != ClaimId(shift.id):
                found.add(BookingId(claim.id))
        return found


def _rivals(shifts: Iterable[Shift]) -> dict[BookingId, set[BookingId]]:
    """Who wants the time of whom. Rare: rules that change keep most times apart."""
    found: dict[BookingId, set[BookingId]] = {shift.id: set() for shift in shifts}
    wanted = sorted((shift.blocked, shift.id) for shift in shifts)
    for at, (blocked, one) in enumerate(wanted):
        for later in range(at + 1, len(wanted)):
            other_blocked, other = wanted[later]
            if other_blocked.start >= blocked.end:
                break
            found[one].add(other)
            found[other].add(one)
    return found


def _later(span: TimeRange, by: timedelta) -> TimeRange:
    return TimeRange(span.start + by, span.end + by)
