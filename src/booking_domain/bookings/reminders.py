"""Reminders of a booking: when each is due follows from the booking as it is now, so nothing has to be rescheduled."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, Protocol
from uuid import UUID, uuid5

from booking_domain.bookings.model import Booking, BookingEvent
from booking_domain.bookings.transitions import UNSETTLED, Status
from booking_domain.shared.ids import BookingId, EventId
from booking_domain.shared.reminders import BookingReminder

FOLLOWS_AFTER: Final = timedelta(days=1)
"""How long after the completion the customer is reminded of the balance, and of what other contexts ask for."""
FOLLOWS_FOR: Final = timedelta(days=3)
"""How late these may be sent."""
LAST_PART: Final = 3
"""The reminder of a deadline is due when this part of the time, a third, is left."""
_NAMESPACE: Final = UUID("0b8f7c52-6a3d-5e41-9c07-2d4f8e1a6b93")


class AppointmentNear(BookingReminder, topic="booking.reminder"):
    """The appointment is near."""


class DepositNearlyDue(BookingReminder, topic="booking.payment_reminder"):
    """The deposit is not paid yet, and the booking is about to expire."""


class AnswerNearlyDue(BookingReminder, topic="booking.answer_reminder"):
    """The request, or the offer of other times or terms, is not answered yet and about to expire."""


class BalanceOpen(BookingReminder, topic="booking.balance_reminder"):
    """The appointment is over, and a part of its price is not paid."""


EVENTS: Final[tuple[type[BookingReminder], ...]] = (
    AppointmentNear,
    DepositNearlyDue,
    AnswerNearlyDue,
    BalanceOpen,
)


def reminders_of(
    booking: Booking,
    minutes: Iterable[int],
    notified_at: datetime,
    *,
    follow_ups: Iterable[type[BookingReminder]] = (),
) -> Iterator[BookingReminder]:
    """Yield the reminders of a booking, those of the past and of the future. Nothing else says when one is due.

    `minutes` are those before the start of the provider's terms now; the first service with reminders of its own comes
    first. `notified_at` is when the parties were last notified of a change: a reminder
    that would have been due before is left out. Each reminder ends when the next is due. `follow_ups` are those of
    other contexts, after the appointment. A walk-in has none.
    """
    if booking.of_walk_in:
        return
    if booking.status is Status.CONFIRMED and not booking.under_review:
        start = booking.span.start
        own = (each.reminder_minutes for each in booking.services if each.reminder_minutes is not None)
        due = [start - timedelta(minutes=each) for each in sorted(next(own, minutes), reverse=True)]
        for each, until in pairwise((*due, start)):
            if notified_at < each:
                yield _reminder(AppointmentNear, booking, each, until)
        if booking.offered_until is not None:
            yield from _before(booking.offered_until, AnswerNearlyDue, booking, notified_at)
    elif booking.status in UNSETTLED and booking.due_at is not None:
        kind = DepositNearlyDue if booking.status is Status.PENDING else AnswerNearlyDue
        yield from _before(booking.due_at, kind, booking, notified_at)
    elif booking.status is Status.COMPLETED:
        due_at = notified_at + FOLLOWS_AFTER
        for kind in (*follow_ups, *((BalanceOpen,) if booking.quote.balance else ())):
            yield _reminder(kind, booking, due_at, due_at + FOLLOWS_FOR, once=True)


def _before(
    deadline: datetime, kind: type[BookingReminder], booking: Booking, notified_at: datetime
) -> Iterator[BookingReminder]:
    """The reminder of a deadline, unless it has passed."""
    if notified_at < deadline:
        left = timedelta(seconds=(deadline - notified_at) // timedelta(seconds=LAST_PART))
        yield _reminder(kind, booking, deadline - left, deadline)


def last_notified_at(booking: Booking, trail: Iterable[BookingEvent]) -> datetime:
    """When the parties were last notified of a change of the booking."""
    return max((each.at for each in trail), default=booking.created_at)


def _reminder(
    kind: type[BookingReminder], booking: Booking, due: datetime, until: datetime, *, once: bool = False
) -> BookingReminder:
    """Make a reminder. Its id follows from the booking, the kind and, unless there is one only, when it is due."""
    name = f"{booking.id} {kind.topic}" if once else f"{booking.id} {kind.topic} {due.timestamp():.6f}"
    return kind(id=EventId(uuid5(_NAMESPACE, name)), occurred_at=due, booking_id=booking.id, until=until)


class BookingReminders(Protocol):
    """The reminders that a database transaction announces."""

    async def add(self, reminder: BookingReminder) -> bool:
        """Record that a reminder is announced; return False if it was announced before."""
        ...


class BookingReminderReads(Protocol):
    """Reads of reminders, outside any database transaction."""

    async def due(self, now: datetime, limit: int) -> Sequence[BookingId]:
        """At most `limit` bookings of which a reminder is due that was not announced, by id."""
        ...
