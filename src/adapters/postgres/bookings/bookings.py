"""Bookings and their audit trail on PostgreSQL."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, insert, or_, select, tuple_, update

from adapters.postgres.bookings.tables import booking_events, bookings
from adapters.postgres.catalogue.profiles import policy_json, policy_of
from adapters.postgres.kit.advisory_locks import count_under_lock
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, Work
from booking_domain.bookings.model import Booking, BookingEvent
from booking_domain.bookings.ports import BookingFilter, BookingReads, Bookings
from booking_domain.bookings.transitions import CLAIMS_TIME, UNSETTLED, BookingPaymentStatus, Status
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import BookingId, EventId, ProviderId, UserId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission, may
from booking_domain.shared.time import TimeRange

_b: Final = bookings.c
_CHANGING: Final = (
    "status",
    "payment_status",
    "starts_at",
    "ends_at",
    "blocked_from",
    "blocked_until",
    "local_start",
    "offered_times",
    "paid_amount",
    "refunded_amount",
    "notes",
    "due_at",
    "version",
    "updated_at",
)
_ADD: Final = Statement(insert(bookings))
_ADD_EVENT: Final = Statement(
    insert(booking_events).values({c.name: bindparam(c.name) for c in booking_events.columns if c.name != "seq"})
)
_SAVE: Final = Statement(
    update(bookings)
    .where(_b.id == bindparam("booking_id"), _b.version == bindparam("seen_version"))
    .values({name: bindparam(name) for name in _CHANGING})
)
_BY_ID: Final = select(bookings).where(_b.id == bindparam("booking_id"))
_BOOKING: Final = Statement(_BY_ID)
_LOCK: Final = Statement(_BY_ID.with_for_update())
_UNSETTLED: Final = Statement(
    select(func.count()).where(
        _b.customer_id == bindparam("customer_id"),
        or_(*(_b.status == status.value for status in sorted(UNSETTLED))),
        _b.due_at > bindparam("now"),
    )
)
_EVENT: Final = select(*(c for c in booking_events.columns if c.name != "seq")).order_by(booking_events.c.seq)
_EVENTS: Final = Statement(_EVENT.where(booking_events.c.booking_id == bindparam("booking_id")))
_EVENTS_OF_EACH: Final = Statement(_EVENT.where(booking_events.c.booking_id == func.any(bindparam("booking_ids"))))
_OVERDUE: Final = Statement(
    select(_b.id).where(_b.due_at <= bindparam("now")).order_by(_b.due_at, _b.id).limit(bindparam("most"))
)
_BEFORE_ALL: Final = UUID(int=0)
_TO_COME: Final = Statement(
    select(bookings)
    .where(
        _b.starts_at > bindparam("now"),
        or_(*(_b.status == status.value for status in Status if CLAIMS_TIME[status])),
        if_given("time_zone", _b.time_zone, _b.time_zone == bindparam("time_zone")),
        tuple_(_b.provider_id, _b.id)
        > tuple_(bindparam("after_provider", type_=_b.provider_id.type), bindparam("after_id", type_=_b.id.type)),
    )
    .order_by(_b.provider_id, _b.id)
    .limit(bindparam("most"))
)


def _page(whose: ColumnElement[bool] | None) -> Statement:
    page: Select[Any] = select(bookings)
    if whose is not None:
        page = page.where(whose)
    return Statement(
        page.where(
            if_given("status", _b.status, _b.status == bindparam("status")),
            if_given("starts_from", _b.starts_at, _b.starts_at >= bindparam("starts_from")),
            if_given("starts_before", _b.starts_at, _b.starts_at < bindparam("starts_before")),
            if_given("after", _b.id, _b.id < bindparam("after")),
        )
        .order_by(_b.id.desc())
        .limit(bindparam("most"))
    )


_PAGE_OF_ALL: Final = _page(None)
_PAGE_OF_PARTY: Final = _page(or_(_b.customer_id == bindparam("party"), _b.provider_user_id == bindparam("party")))


def _row_of(booking: Booking) -> dict[str, Any]:
    return {
        "id": booking.id,
        "reference": booking.reference,
        "provider_id": booking.provider_id,
        "provider_user_id": booking.provider_user_id,
        "customer_id": booking.customer_id,
        "status": booking.status.value,
        "payment_status": booking.payment_status.value,
        "starts_at": booking.span.start,
        "ends_at": booking.span.end,
        "blocked_from": booking.blocked.start,
        "blocked_until": booking.blocked.end,
        "time_zone": booking.time_zone,
        "local_start": booking.local_start,
        "requests_claim_time": booking.requests_claim_time,
        "offered_times": list(booking.offered_times),
        "series_id": booking.series_id,
        "currency": booking.price.currency,
        "price_amount": booking.price.amount,
        "deposit_amount": booking.deposit.amount,
        "paid_amount": booking.paid.amount,
        "refunded_amount": booking.refunded.amount,
        "cancellation_policy": policy_json(booking.cancellation),
        "notes": booking.notes,
        "due_at": booking.due_at,
        "version": booking.version,
        "created_at": booking.created_at,
        "updated_at": booking.updated_at,
    }


def booking_of(row: Row) -> Booking:
    """The booking of a row with all columns of `bookings`."""
    r = dict(zip(_b.keys(), row, strict=True))

    def money(column: str) -> Money:
        return Money(amount=r[column], currency=r["currency"])

    return Booking(
        id=BookingId(r["id"]),
        reference=r["reference"],
        provider_id=ProviderId(r["provider_id"]),
        provider_user_id=UserId(r["provider_user_id"]),
        customer_id=UserId(r["customer_id"]),
        status=Status(r["status"]),
        payment_status=BookingPaymentStatus(r["payment_status"]),
        span=TimeRange(r["starts_at"], r["ends_at"]),
        blocked=TimeRange(r["blocked_from"], r["blocked_until"]),
        time_zone=r["time_zone"],
        local_start=r["local_start"],
        requests_claim_time=r["requests_claim_time"],
        offered_times=tuple(r["offered_times"]),
        series_id=r["series_id"],
        price=money("price_amount"),
        deposit=money("deposit_amount"),
        paid=money("paid_amount"),
        refunded=money("refunded_amount"),
        cancellation=policy_of(r["cancellation_policy"]),
        notes=r["notes"],
        due_at=r["due_at"],
        version=r["version"],
        created_at=r["created_at"],
        updated_at=r["updated_at"],
    )


def event_of(row: Row) -> BookingEvent:
    """The event of a row without its sequence number."""
    id_, booking_id, type_, from_status, to_status, by_id, by_role, at, reason = row
    return BookingEvent(
        id=EventId(id_),
        booking_id=BookingId(booking_id),
        type=type_,
        from_status=None if from_status is None else Status(from_status),
        to_status=Status(to_status),
        by=Actor(UserId(by_id), Role(by_role)),
        at=at,
        reason=reason,
    )


class PostgresBookings(Bookings):
    """`Bookings` in `bookings` and `booking_events`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, booking: Booking, events: Sequence[BookingEvent]) -> None:
        await self._work.execute(_ADD, **_row_of(booking))
        await self._append(events)

    async def save(self, booking: Booking, *, was: Booking, events: Sequence[BookingEvent] = ()) -> None:
        row = _row_of(booking)
        changing = {name: row[name] for name in _CHANGING}
        await self._work.update_one("booking", _SAVE, booking_id=was.id, seen_version=was.version, **changing)
        await self._append(events)

    async def count_unsettled(self, customer_id: UserId, now: datetime) -> int:
        turn = f"bookings of {customer_id}"
        return await count_under_lock(self._work, turn, _UNSETTLED, customer_id=customer_id, now=now)

    async def lock(self, booking_id: BookingId) -> Booking | None:
        row = await self._work.one(_LOCK, booking_id=booking_id)
        return None if row is None else booking_of(row)

    async def _append(self, events: Iterable[BookingEvent]) -> None:
        for event in events:
            await self._work.execute(
                _ADD_EVENT,
                id=event.id,
                booking_id=event.booking_id,
                type=event.type,
                from_status=None if event.from_status is None else event.from_status.value,
                to_status=event.to_status.value,
                by_id=event.by.id,
                by_role=event.by.role.value,
                at=event.at,
                reason=event.reason,
            )


class PostgresBookingReads(BookingReads):
    """`BookingReads` of `bookings` and `booking_events`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def get(self, booking_id: BookingId) -> Booking | None:
        row = await self._work.one(_BOOKING, booking_id=booking_id)
        return None if row is None else booking_of(row)

    async def page(self, actor: Actor, chosen: BookingFilter) -> list[Booking]:
        values = {
            "status": None if chosen.status is None else chosen.status.value,
            "starts_from": chosen.starts_from,
            "starts_before": chosen.starts_before,
            "after": chosen.after,
            "most": chosen.limit,
        }
        if may(actor, Permission.SEE_BOOKINGS):
            rows = await self._work.all(_PAGE_OF_ALL, **values)
        else:
            rows = await self._work.all(_PAGE_OF_PARTY, party=actor.id, **values)
        return [booking_of(row) for row in rows]

    async def events(self, booking_id: BookingId) -> list[BookingEvent]:
        return [event_of(row) for row in await self._work.all(_EVENTS, booking_id=booking_id)]

    async def events_of_each(self, booking_ids: Sequence[BookingId]) -> dict[BookingId, list[BookingEvent]]:
        found: dict[BookingId, list[BookingEvent]] = {booking_id: [] for booking_id in booking_ids}
        for row in await self._work.all(_EVENTS_OF_EACH, booking_ids=list(booking_ids)):
            event = event_of(row)
            found[event.booking_id].append(event)
        return found

    async def overdue(self, now: datetime, limit: int) -> list[BookingId]:
        return [BookingId(id_) for (id_,) in await self._work.all(_OVERDUE, now=now, most=limit)]

    async def upcoming(
        self, now: datetime, *, time_zone: str | None, after: Booking | None, limit: int
    ) -> list[Booking]:
        rows = await self._work.all(
            _TO_COME,
            now=now,
            time_zone=time_zone,
            after_provider=_BEFORE_ALL if after is None else after.provider_id,
            after_id=_BEFORE_ALL if after is None else after.id,
            most=limit,
        )
        return [booking_of(row) for row in rows]
