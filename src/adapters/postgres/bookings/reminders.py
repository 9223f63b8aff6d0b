"""Reminders of bookings on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Interval,
    Select,
    Text,
    bindparam,
    cast,
    exists,
    func,
    literal,
    literal_column,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import JSONPATH, insert

from adapters.postgres.bookings.tables import BALANCE_DUE, booking_events, booking_reminders, bookings
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.bookings.reminders import (
    FOLLOWS_AFTER,
    FOLLOWS_FOR,
    LAST_PART,
    AnswerNearlyDue,
    AppointmentNear,
    BalanceOpen,
    BookingReminderReads,
    BookingReminders,
    DepositNearlyDue,
)
from booking_domain.bookings.transitions import Status
from booking_domain.scheduling.reminders import EARLIEST_REMINDER
from booking_domain.shared.ids import BookingId
from booking_domain.shared.reminders import BookingReminder
from booking_domain.use_cases.platform.ports import FOLLOW_UPS

_b: Final = bookings.c
_r: Final = booking_reminders.c
_NOW: Final = bindparam("now", type_=DateTime(timezone=True))
_ADD: Final = Statement(insert(booking_reminders).on_conflict_do_nothing().returning(_r.id))
_LAST: Final = (
    select(func.coalesce(func.max(booking_events.c.at), _b.created_at).label("notified_at"))
    .where(booking_events.c.booking_id == _b.id)
    .correlate(bookings)
    .lateral("last")
)
_NOTIFIED_AT: Final = _LAST.c.notified_at


def _interval(length: timedelta) -> ColumnElement[timedelta]:
    return literal(length, Interval)


def _announced(kind: type[BookingReminder], due: ColumnElement[Any] | None = None) -> ColumnElement[bool]:
    """Whether a reminder for this time, or any of this kind, was announced."""
    at = () if due is None else (_r.due_at == due,)
    return exists().where(_r.booking_id == _b.id, _r.topic == literal(kind.topic), *at)


def _bookings(status: Status, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Bookings of a status, but no walk-ins."""
    return select(_b.id).where(
        _b.status == literal_column(f"'{status.value}'"), _b.customer_id != _b.provider_user_id, *conditions
    )


def _near() -> Select[Any]:
    # The reminders of the first service that has any.
    own = func.jsonb_path_query_first(_b.services, cast(literal("$[*].reminder_minutes"), JSONPATH))
    every = func.coalesce(own, func.to_jsonb(providers.c.reminder_minutes))
    before = func.jsonb_array_elements_text(every, type_=Text).column_valued("before")
    at: ColumnElement[Any] = _b.starts_at - cast(before, Integer) * _interval(timedelta(minutes=1))
    # The last reminder that is due ends those before it.
    last = select(func.max(at).label("due")).where(at <= _NOW).correlate(bookings, providers).lateral("near")
    return (
        _bookings(
            Status.CONFIRMED,
            ~_b.in_question,
            _b.starts_at > _NOW,
            _b.starts_at <= _NOW + _interval(timedelta(minutes=EARLIEST_REMINDER)),
            last.c.due > _NOTIFIED_AT,
            ~_announced(AppointmentNear, last.c.due),
        )
        .select_from(bookings.join(providers))
        .join(last, literal(value=True))
        .join(_LAST, literal(value=True))
    )


def _deadline(status: Status, kind: type[BookingReminder]) -> Select[Any]:
    seconds = func.floor(func.extract("epoch", _b.due_at - _NOTIFIED_AT) / LAST_PART)
    due: ColumnElement[Any] = _b.due_at - seconds * _interval(timedelta(seconds=1))
    return (
        _bookings(status, _b.due_at > _NOW, _b.due_at > _NOTIFIED_AT, due <= _NOW, ~_announced(kind, due))
        .select_from(bookings)
        .join(_LAST, literal(value=True))
    )


def _follow_up(kind: type[BookingReminder], *conditions: ColumnElement[bool]) -> Select[Any]:
    # A booking completed at T changed last at T or later.
    return (
        _bookings(
            Status.COMPLETED,
            _b.updated_at > _NOW - _interval(FOLLOWS_AFTER + FOLLOWS_FOR),
            _NOW - _interval(FOLLOWS_AFTER) >= _NOTIFIED_AT,
            _NOW - _interval(FOLLOWS_AFTER + FOLLOWS_FOR) < _NOTIFIED_AT,
            ~_announced(kind),
            *conditions,
        )
        .select_from(bookings)
        .join(_LAST, literal(value=True))
    )


_found: Final = union(
    _near(),
    _deadline(Status.PENDING, DepositNearlyDue),
    _deadline(Status.REQUESTED, AnswerNearlyDue),
    *map(_follow_up, FOLLOW_UPS),
    _follow_up(BalanceOpen, literal_column("0") < BALANCE_DUE),
).subquery("found")
_DUE: Final = Statement(select(_found.c.id).order_by(_found.c.id).limit(bindparam("most")))


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
        return [BookingId(row[0]) for row in await self._work.all(_DUE, now=now, most=limit)]
