"""When the rules of a time zone change: which bookings have a wrong instant, and which of them can move.

A booking keeps its agreed local time (`Booking.local_start`) and its zone; its instant follows the zone data. So all of
a provider's bookings may shift by an hour at once, each through the old time of another.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import BOOKING_LIFECYCLE, Action
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.model import SlotSettings
from booking_domain.scheduling.pauses import meet, without
from booking_domain.shared.ids import BookingId, ClaimId
from booking_domain.shared.time import TimeRange, local_time, time_zone

_NO_TRAVEL: Final = SlotSettings()


@dataclass(frozen=True, slots=True)
class Shift:
    """A booking that has to move, and by how much."""

    booking: Booking
    by: timedelta

    @property
    def span(self) -> TimeRange:
        """The new time."""
        return _later(self.booking.span, self.by)

    @property
    def blocked(self) -> TimeRange:
        """The new time with the booking's buffers."""
        return _later(self.booking.blocked, self.by)

    @property
    def parts(self) -> tuple[TimeRange, ...]:
        """What it occupies then: the blocked range without the pauses."""
        return tuple(_later(each, self.by) for each in without(self.booking.blocked, self.booking.pauses))

    @property
    def venue(self) -> str:
        """Where it is; empty: at the provider's own place."""
        return str(self.booking.venue_id or "")

    @property
    def id(self) -> BookingId:
        """The booking's id."""
        return self.booking.id


def moved_span(booking: Booking) -> TimeRange | None:
    """The span at which the booking's local time occurs under the current zone data; None if it has that span.

    A local time that occurs twice is right at either instant. Otherwise RFC 5545 §3.3.5 applies: a local time that does
    not occur uses the offset before the gap, and one that occurs twice means the first.

    Raises:
        InvalidValue: the zone data does not have the zone.
    """
    if local_time(booking.span.start, booking.time_zone) == booking.local_start:
        return None
    start = booking.local_start.replace(tzinfo=time_zone(booking.time_zone), fold=0).astimezone(UTC)
    return None if start == booking.span.start else _later(booking.span, start - booking.span.start)


def shift_of(booking: Booking, now: datetime) -> Shift | None:
    """How the booking has to move; None for one that has the right time, has begun, or is not active."""
    if booking.span.start <= now or (booking.status, Action.FOLLOW_CLOCK) not in BOOKING_LIFECYCLE.moves:
        return None
    to = moved_span(booking)
    return None if to is None else Shift(booking, to.start - booking.span.start)


def movable_shifts(
    shifts: Sequence[Shift], claims: Iterable[Claim], now: datetime, settings: SlotSettings = _NO_TRAVEL
) -> frozenset[BookingId]:
    """The largest set of a provider's bookings that can move at the same time without overlap.

    Between those at two venues lies the way of the provider's `settings`.

    `claims` are the provider's claims around the old and the new times. A booking that cannot move keeps its old time,
    which may block another. One that is overbooked moves unless another that is overbooked stays there. Of two bookings
    that need the same time, the one that was placed first gets it. No booking outside the set could move too. The order
    of the arguments does not matter.
    """
    order = sorted(shifts, key=lambda shift: (shift.booking.created_at, shift.id))
    claiming = [shift for shift in order if shift.booking.claims_time and not shift.booking.overbooked]
    live = [claim for claim in claims if claim.live(now)]
    index = _ClaimIndex([claim for claim in live if not claim.lane], settings)
    over = {shift.id: shift for shift in order if shift.booking.claims_time and shift.booking.overbooked}
    staying = [claim for claim in live if claim.lane and BookingId(claim.id) not in over]
    over_them = _ClaimIndex(staying, settings)
    blockers = {shift.id: index.overlapping(shift) | over_them.overlapping(shift) for shift in claiming}
    rivals = _rivals(claiming, settings)

    def can_join(shift: Shift, moving: set[BookingId]) -> bool:
        return blockers[shift.id] <= moving and not rivals[shift.id] & moving

    moving = {shift.id for shift in claiming}
    while True:
        stuck = {shift.id for shift in claiming if shift.id in moving and not blockers[shift.id] <= moving}
        if not stuck:  # no claim blocks the rest; drop the last one placed of those that need the same time
            stuck = set([shift.id for shift in claiming if shift.id in moving and rivals[shift.id] & moving][-1:])
        if not stuck:
            break
        moving -= stuck
    while more := next((shift.id for shift in claiming if shift.id not in moving and can_join(shift, moving)), None):
        moving.add(more)
    freely = {shift.id for shift in order if not shift.booking.claims_time}
    return frozenset(moving | freely | {id_ for id_, shift in over.items() if not _meeting(staying, shift)})


def _way(settings: SlotSettings, one: str, other: str) -> timedelta:
    """How long it takes between two venues."""
    here, there = one or settings.venue, other or settings.venue
    return timedelta(minutes=0 if here == there else settings.minutes_between(here, there))


class _ClaimIndex:
    """Finds claims by time."""

    def __init__(self, claims: Iterable[Claim], settings: SlotSettings) -> None:
        self._settings = settings
        self._longest = timedelta(minutes=settings.longest_way)
        parts = [(part, claim) for claim in claims for part in claim.parts]
        self._widest = max((part.end - part.start for part, _ in parts), default=timedelta(0))
        self._parts = sorted(parts, key=lambda found: found[0].start)
        self._starts = [part.start for part, _ in self._parts]

    def overlapping(self, shift: Shift) -> set[BookingId]:
        """The ids of the claims on the shift's new time, except the booking's own. A booking's claim has its id."""
        found: set[BookingId] = set()
        for own in shift.parts:
            for at in range(bisect_left(self._starts, own.end + self._longest) - 1, -1, -1):
                part, claim = self._parts[at]
                if part.start + self._widest + self._longest <= own.start:
                    break
                way = _way(self._settings, shift.venue, claim.venue) if self._longest else self._longest
                if part.start < own.end + way and own.start < part.end + way and claim.id != ClaimId(shift.id):
                    found.add(BookingId(claim.id))
        return found


def _meeting(claims: Iterable[Claim], shift: Shift) -> set[BookingId]:
    """The ids of these claims that the shift would meet."""
    return {BookingId(claim.id) for claim in claims if meet(claim.parts, shift.parts)}


def _rivals(shifts: Sequence[Shift], settings: SlotSettings) -> dict[BookingId, set[BookingId]]:
    """By booking, the others that need an overlapping new time. Rare: a shift of all bookings keeps them apart."""
    found: dict[BookingId, set[BookingId]] = {shift.id: set() for shift in shifts}
    ranges = sorted((part, shift.id) for shift in shifts for part in shift.parts)
    longest, venues = timedelta(minutes=settings.longest_way), {shift.id: shift.venue for shift in shifts}
    for at, (part, one) in enumerate(ranges):
        for later in range(at + 1, len(ranges)):
            other_part, other = ranges[later]
            if other_part.start >= part.end + longest:
                break
            if longest and other_part.start >= part.end + _way(settings, venues[one], venues[other]):
                continue
            found[one].add(other)
            found[other].add(one)
    return found


def _later(span: TimeRange, by: timedelta) -> TimeRange:
    return TimeRange(span.start + by, span.end + by)
