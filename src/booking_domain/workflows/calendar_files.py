"""Bookings as entries of a calendar file, which people take into calendars of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import instant


class EntryStatus(StrEnum):
    """How certain an entry is (RFC 5545 §3.8.1.11)."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One entry; its instants are kept in UTC."""

    uid: str
    """The same for ever, so that a calendar that has read it before changes its entry and makes no other."""
    sequence: int
    """Higher with each change."""
    start: datetime
    end: datetime
    summary: str
    description: str
    location: str
    status: EntryStatus
    last_modified: datetime
    created: datetime

    def __post_init__(self) -> None:
        for field in ("start", "end", "last_modified", "created"):
            object.__setattr__(self, field, instant(getattr(self, field), field=field))
        if self.start >= self.end:
            raise InvalidValue(field="end", problem="an entry ends after it starts")
        if not self.uid:
            raise InvalidValue(field="uid", problem="an entry has a uid")
        if self.sequence < 0:
            raise InvalidValue(field="sequence", problem="a sequence starts at 0")


class CalendarFiles(Protocol):
    """Writes calendar files."""

    def write(self, entries: Sequence[CalendarEntry], *, name: str, now: datetime) -> bytes:
        """A whole iCalendar file (RFC 5545) with these entries, in this order, under the calendar's `name`.

        The same entries and name make the same bytes, whatever the time: `now` only keeps what a clock that is ahead
        has changed from lying in the future. Instants are written in whole seconds, rounded down; texts with one kind
        of line end, and without other control characters but the tab. An entry that is cancelled keeps nobody busy.
        """
        ...


_STATUS: Final[dict[Status, EntryStatus]] = {
    Status.REQUESTED: EntryStatus.TENTATIVE,
    Status.PENDING: EntryStatus.TENTATIVE,
    Status.CONFIRMED: EntryStatus.CONFIRMED,
    Status.COMPLETED: EntryStatus.CONFIRMED,
    Status.NO_SHOW: EntryStatus.CONFIRMED,
    Status.DISPUTED: EntryStatus.CONFIRMED,
    Status.CANCELLED: EntryStatus.CANCELLED,
    Status.EXPIRED: EntryStatus.CANCELLED,
}


def entry_of(booking: Booking, *, summary: str, location: str = "", description: str = "") -> CalendarEntry:
    """The booking's appointment, without its buffers."""
    return CalendarEntry(
        uid=f"{booking.id}@booking",
        sequence=booking.version - 1,
        start=booking.span.start,
        end=booking.span.end,
        summary=summary,
        description=description,
        location=location,
        status=_STATUS[booking.status],
        last_modified=booking.updated_at,
        created=booking.created_at,
    )
