"""Reminders of bookings on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Interval,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONPATH, insert

from adapters.postgres.bookings.bookings import BOOKING
from adapters.postgres.bookings.tables import booking_events, booking_reminders, bookings
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row, WithWork
from booking_domain.bookings.reminders import (
    FOLLOWS_AFTER,
    FOLLOWS_FOR,
    BookingReminderReads,
    BookingReminders,
    reminders_of,
)
from booking_domain.bookings.transitions import UNSETTLED, Status
from booking_domain.shared.ids import BookingId
from booking_domain.shared.reminders import EARLIEST_REMINDER, BookingReminder
from booking_domain.use_cases.platform.ports import FOLLOW_UPS


def _interval(length: timedelta) -> ColumnElement[timedelta]:
    """The server is not told types of parameters, and would guess what is added to a time."""
    return cast(literal(length, Interval), Interval)


_b: Final = bookings.c
_r: Final = booking_reminders.c
_NOW: Final = bindparam("now", type_=DateTime(timezone=True))

_ADD: Final = Statement(insert(booking_reminders).on_conflict_do_nothing().returning(_r.id))
_HAS_OWN: Final = func.jsonb_path_exists(_b.services, literal("$[*].reminder_minutes[*]", JSONPATH))
_BEGIN: Final = case((_HAS_OWN, EARLIEST_REMINDER), else_=func.coalesce(providers.c.reminder_minutes[1], 0))
"""At most so many minutes before the start the customer is reminded."""
_CANDIDATES: Final = Statement(
    select(
        *BOOKING.columns,
        providers.c.reminder_minutes,
        select(func.coalesce(func.max(booking_events.c.at), _b.created_at))
        .where(booking_events.c.booking_id == _b.id)
        .scalar_subquery(),
        func.array(select(_r.id).where(_r.booking_id == _b.id).scalar_subquery()),
    )
    .select_from(bookings.join(providers))
    .where(
        or_(
            and_(
                _b.status == literal_column(f"'{Status.CONFIRMED}'"),
                _b.starts_at > _NOW,
                _b.starts_at <= _NOW + _interval(timedelta(minutes=EARLIEST_REMINDER)),
                _b.starts_at <= _NOW + _BEGIN * _interval(timedelta(minutes=1)),
            ),
            and_(_b.status == literal_column(f"'{Status.CONFIRMED}'"), _b.offered_until > _NOW),
            and_(or_(*(_b.status == literal_column(f"'{each}'") for each in sorted(UNSETTLED))), _b.due_at > _NOW),
            and_(
                _b.status == literal_column(f"'{Status.COMPLETED}'"),
                _b.updated_at > _NOW - _interval(FOLLOWS_AFTER + FOLLOWS_FOR),
            ),
        )
    )
    .order_by(_b.id)
)
"""The bookings that may have a reminder, whatever it is: `reminders_of` decides."""


class PostgresBookingReminders(WithWork, BookingReminders):
    """`BookingReminders` in the table `booking_reminders`."""

    async def add(self, reminder: BookingReminder) -> bool:
        row = await self._work.one(
            _ADD,
            id=reminder.id,
            booking_id=reminder.booking_id,
            topic=reminder.topic,
            due_at=reminder.occurred_at,
        )
        return row is not None


class PostgresBookingReminderReads(WithWork, BookingReminderReads):
    """`BookingReminderReads` of bookings, their trails and the announced reminders."""

    async def due(self, now: datetime, limit: int) -> Sequence[BookingId]:
        candidates = await self._work.all(_CANDIDATES, now=now)
        return list(islice((BookingId(row[0]) for row in candidates if _is_due(row, now)), limit))


def _is_due(row: Row, now: datetime) -> bool:
    *stored, minutes, notified_at, announced = row
    found = reminders_of(BOOKING.read(tuple(stored)), minutes, notified_at, follow_ups=FOLLOW_UPS)
    return any(each.due(now) and each.id not in announced for each in found)
