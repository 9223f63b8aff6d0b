"""What a `Diary` keeps, as protocols: implement those that your use needs. `MemoryStore` implements all."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from threading import RLock
from typing import Protocol
from uuid import UUID

from booking_domain.core.model import Booking, Waiting
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.waiting import OPEN
from booking_domain.shared.time import TimeRange


class ClaimSource(Protocol):
    """The time that is taken: enough to list slots."""

    def claims(self, calendar: str, around: TimeRange) -> Iterable[Claim]:
        """At least the calendar's claims whose blocked range overlaps `around`, expired or not, in any order."""
        ...


class ClaimStore(ClaimSource, Protocol):
    """Claims that are added and removed: enough to hold slots."""

    def locked(self, calendar: str) -> AbstractContextManager[object]:
        """A transaction that has the calendar alone: others, in all processes, wait until it ends.

        It is committed at its end. An exception undoes what was written in it.
        """
        ...

    def put_claim(self, calendar: str, claim: Claim) -> None:
        """Add a claim, or replace the one with its id. The calendar is locked."""
        ...

    def remove_claim(self, calendar: str, claim_id: UUID) -> None:
        """Remove a claim, if it exists. The calendar is locked."""
        ...


class BookingStore(ClaimStore, Protocol):
    """Bookings beside their claims: enough to book."""

    def booking(self, booking_id: UUID) -> Booking | None:
        """One booking."""
        ...

    def put_booking(self, booking: Booking) -> None:
        """Add a booking, or replace the one with its id. Its calendar is locked."""
        ...


class WaitingStore(ClaimStore, Protocol):
    """The waiting list beside claims: enough to wait, and to offer freed time."""

    def waiting(self, calendar: str) -> Sequence[Waiting]:
        """The calendar's entries that wait or are offered a slot, in the order in which they were first added."""
        ...

    def put_waiting(self, waiting: Waiting) -> None:
        """Add an entry, or replace the one with its id. Its calendar is locked."""
        ...


class Store(BookingStore, WaitingStore, Protocol):
    """All of them."""


class MemoryStore(Store):
    """A store in the memory of one process, for tests and first steps. Threads may share it."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._claims: dict[tuple[str, UUID], Claim] = {}
        self._bookings: dict[UUID, Booking] = {}
        self._waiting: dict[UUID, Waiting] = {}

    @contextmanager
    def locked(self, calendar: str) -> Iterator[None]:  # noqa: ARG002 - one lock for all calendars
        with self._lock:
            before = self._claims.copy(), self._bookings.copy(), self._waiting.copy()
            try:
                yield
            except BaseException:
                self._claims, self._bookings, self._waiting = before
                raise

    def claims(self, calendar: str, around: TimeRange) -> list[Claim]:
        with self._lock:
            of = [claim for (name, _), claim in self._claims.items() if name == calendar]
        return [claim for claim in of if claim.blocked.overlaps(around)]

    def put_claim(self, calendar: str, claim: Claim) -> None:
        self._claims[calendar, claim.id] = claim

    def remove_claim(self, calendar: str, claim_id: UUID) -> None:
        self._claims.pop((calendar, claim_id), None)

    def booking(self, booking_id: UUID) -> Booking | None:
        with self._lock:
            return self._bookings.get(booking_id)

    def put_booking(self, booking: Booking) -> None:
        self._bookings[booking.id] = booking

    def waiting(self, calendar: str) -> list[Waiting]:
        with self._lock:
            return [each for each in self._waiting.values() if each.calendar == calendar and each.status in OPEN]

    def put_waiting(self, waiting: Waiting) -> None:
        self._waiting[waiting.id] = waiting
