"""Bookings as entries of iCalendar files (RFC 5545)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import instant


class EntryStatus(StrEnum):
    """The status of an entry (RFC 5545 §3.8.1.11)."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class CalendarEntry:
    """One entry. Its instants are in UTC."""

    uid: str
    """Never changes, so that a calendar updates the entry instead of adding another one (RFC 5545 §3.8.4.7)."""
    sequence: int
    """Increases with each change (RFC 5545 §3.8.7.4)."""
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
            raise InvalidValue(field="end", problem="an entry must end after it starts")
        if not self.uid:
            raise InvalidValue(field="uid", problem="an entry must have a uid")
        if self.sequence < 0:
            raise InvalidValue(field="sequence", problem="a sequence must not be negative")


class CalendarFiles(Protocol):
    """Writes iCalendar files."""

    def write(self, entries: Sequence[CalendarEntry], *, name: str, now: datetime) -> bytes:
        """An iCalendar file (RFC 5545) of a calendar with this name, with the entries in this order.

        The same entries and name give the same bytes at any time; `now` only caps timestamps that a wrong clock has set
        in the future. Instants are rounded down to whole seconds. Texts have one kind of line end, and no control
        characters except tabs. A cancelled entry is transparent.
        """
        ...

    def invite(self, entry: CalendarEntry, *, organizer: str, attendee: str, now: datetime) -> bytes:
        """An iCalendar file that invites an e-mail address to the entry, or calls a cancelled one off (RFC 5546).

        Files of one entry have one UID, and that of a later version has a higher SEQUENCE.
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
    """The entry of a booking, without buffers."""
    return CalendarEntry(
        uid=f"{booking.id}@booking",
        sequence=booking.version - 1,
        start=booking.span.start,
        end=booking.span.end,
        summary=summary,
        description=description,
        location=location,
        status=_STATUS[booking.undisputed_status],
        last_modified=booking.updated_at,
        created=booking.created_at,
    )
