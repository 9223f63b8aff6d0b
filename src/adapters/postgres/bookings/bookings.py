"""Bookings and their audit trail on PostgreSQL."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import Boolean, ColumnElement, Select, and_, bindparam, cast, exists, func, or_, select, true, tuple_

from adapters.postgres.bookings.tables import IS_TO_COME, IS_UNDECIDED, booking_events, bookings
from adapters.postgres.catalogue.hours import rules_json, rules_of
from adapters.postgres.catalogue.needs import needs_json, needs_of
from adapters.postgres.catalogue.pauses import pauses_json, pauses_of
from adapters.postgres.catalogue.profiles import policy_json, policy_of
from adapters.postgres.identity.tables import external_identities, users
from adapters.postgres.kit.advisory_locks import lock_key
from adapters.postgres.kit.codec import Columns, Converted, Mapper, Renamed
from adapters.postgres.kit.rows import by_booking
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import WithWork
from booking_domain.bookings.model import Booking, BookingEvent
from booking_domain.bookings.ports import BookingFilter, BookingReads, Bookings
from booking_domain.bookings.pricing import Discount, DiscountKind, Funding
from booking_domain.bookings.time_changes import TimeChange
from booking_domain.bookings.transitions import CLAIMS_TIME, UNSETTLED, Party, Status
from booking_domain.bookings.upcoming import OpenBookings
from booking_domain.identity.model import UserStatus
from booking_domain.scheduling.services import OfferedService
from booking_domain.scheduling.weekly import ServiceHours
from booking_domain.shared.ids import BookingId, ProviderId, ServiceId, UserId, VenueId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange


def _time_change_columns(change: TimeChange) -> tuple[str, datetime, datetime, datetime]:
    return change.by.value, change.agreed.start, change.agreed.end, change.objection_deadline


def _time_change_of(by: str, agreed_from: datetime, agreed_until: datetime, deadline: datetime) -> TimeChange:
    return TimeChange(by=Party(by), agreed=TimeRange(agreed_from, agreed_until), objection_deadline=deadline)


_GIVEN: Final = ("reminder_minutes", "min_notice_minutes", "horizon_days")
"""What the JSON of a service has only if the service has it."""


def _services_json(services: tuple[OfferedService, ...]) -> Jsonb:
    return Jsonb(
        [
            {
                "id": str(each.id),
                "name": each.name,
                "minutes": each.minutes,
                "currency": each.price.currency,
                "price_amount": each.price.amount,
                "deposit_amount": each.deposit.amount,
                "buffer_before_minutes": each.buffer_before_minutes,
                "buffer_after_minutes": each.buffer_after_minutes,
                "add_on": each.add_on,
            }
            | ({"capacity": each.capacity} if each.class_id else {})
            | ({"needs": needs_json(each.needs)} if each.needs else {})
            | ({"pauses": pauses_json(each.pauses)} if each.pauses else {})
            | ({"whole_days": True} if each.whole_days else {})
            | ({"hours": rules_json(each.hours.rules)} if each.hours else {})
            | ({"venue_id": str(each.venue_id)} if each.venue_id else {})
            | {name: value for name in _GIVEN if (value := getattr(each, name)) is not None}
            for each in services
        ]
    )


def _services_of(rows: list[dict[str, Any]]) -> tuple[OfferedService, ...]:
    return tuple(
        OfferedService(
            id=ServiceId(UUID(row["id"])),
            name=row["name"],
            minutes=row["minutes"],
            price=Money(amount=row["price_amount"], currency=row["currency"]),
            deposit=Money(amount=row["deposit_amount"], currency=row["currency"]),
            buffer_before_minutes=row["buffer_before_minutes"],
            buffer_after_minutes=row["buffer_after_minutes"],
            add_on=row["add_on"],
            reminder_minutes=_reminders_of(row.get("reminder_minutes")),
            min_notice_minutes=row.get("min_notice_minutes"),
            horizon_days=row.get("horizon_days"),
            capacity=row.get("capacity", 1),
            needs=needs_of(row.get("needs", ())),
            pauses=pauses_of(row.get("pauses", ())),
            whole_days=row.get("whole_days", False),
            hours=ServiceHours(rules_of(row["hours"])) if "hours" in row else None,
            venue_id=VenueId(UUID(row["venue_id"])) if "venue_id" in row else None,
        )
        for row in rows
    )


def _reminders_of(minutes: list[int] | None) -> tuple[int, ...] | None:
    return None if minutes is None else tuple(minutes)


def _discounts_json(discounts: tuple[Discount, ...]) -> Jsonb:
    return Jsonb(
        [
            {
                "kind": each.kind.value,
                "source_id": str(each.source_id),
                "label": each.label,
                "currency": each.amount.currency,
                "amount": each.amount.amount,
                "most": each.most.amount,
                "percent": each.percent,
                "step": each.step,
                "points": each.most_points,
                "is_reward": each.is_reward,
                "funded_by": each.funded_by.value,
            }
            for each in discounts
        ]
    )


def _discounts_of(rows: list[dict[str, Any]]) -> tuple[Discount, ...]:
    return tuple(
        Discount(
            kind=DiscountKind(row["kind"]),
            source_id=UUID(row["source_id"]),
            label=row["label"],
            amount=Money(amount=row["amount"], currency=row["currency"]),
            most=Money(amount=row["most"], currency=row["currency"]),
            percent=row["percent"],
            step=row["step"],
            most_points=row.get("points"),
            is_reward=row.get("is_reward", False),
            funded_by=Funding(row["funded_by"]),
        )
        for row in rows
    )


BOOKING: Final = Mapper(
    bookings,
    Booking,
    elsewhere=("earnings_version",),
    span=Columns("starts_at", "ends_at"),
    blocked=Columns("blocked_from", "blocked_until"),
    price=Columns("price_amount", "currency"),
    deposit=Columns("deposit_amount", "currency"),
    paid=Columns("paid_amount", "currency"),
    refunded=Columns("refunded_amount", "currency"),
    refund_pending=Columns("refund_pending_amount", "currency"),
    conceded=Columns("conceded_amount", "currency"),
    desk_paid=Columns("desk_paid_amount", "currency"),
    extra=Columns("extra_amount", "currency"),
    tips=Columns("tip_amount", "currency"),
    authorised=Columns("authorised_amount", "currency"),
    released=Columns("released_amount", "currency"),
    under_review=Renamed("in_question"),
    review_began_at=Renamed("questioned_at"),
    services=Converted("services", write=_services_json, read=_services_of),
    discounts=Converted("discounts", write=_discounts_json, read=_discounts_of),
    cancellation=Converted("cancellation_policy", write=policy_json, read=policy_of),
    time_change=Converted(
        "rescheduled_by",
        "agreed_from",
        "agreed_until",
        "objection_deadline",
        write=_time_change_columns,
        read=_time_change_of,
    ),
    changes=(
        "status",
        "payment_attempt",
        "starts_at",
        "ends_at",
        "blocked_from",
        "blocked_until",
        "overbooked",
        "local_start",
        "price_amount",
        "discounts",
        "deposit_amount",
        "offered_times",
        "offered_price_amount",
        "offered_deposit_amount",
        "offered_minutes",
        "offered_until",
        "rescheduled_by",
        "agreed_from",
        "agreed_until",
        "objection_deadline",
        "cancellation_start",
        "reschedules",
        "in_question",
        "questioned_at",
        "disputed_from",
        "paid_amount",
        "refunded_amount",
        "refund_pending_amount",
        "conceded_amount",
        "desk_paid_amount",
        "extra_amount",
        "tip_amount",
        "authorised_amount",
        "released_amount",
        "notes",
        "due_at",
        "version",
        "updated_at",
    ),
)
EVENT: Final = Mapper(booking_events, BookingEvent)
_b: Final = bookings.c
_ADD: Final = BOOKING.insert()
_ADD_EVENT: Final = EVENT.insert()
_SAVE: Final = BOOKING.update(versioned=True)
_BY_ID: Final = select(*BOOKING.columns).where(_b.id == bindparam("booking_id"))
_BOOKING: Final = Statement(_BY_ID)
_LOCK: Final = Statement(_BY_ID.with_for_update())
_IS_UNSETTLED: Final = and_(
    or_(*(_b.status == status.value for status in sorted(UNSETTLED))), _b.due_at > bindparam("now")
)
_IS_WITH_PROVIDER: Final = and_(_b.provider_id == bindparam("provider_id"), _b.ends_at > bindparam("now"))
_PLACED: Final = (
    select(
        func.count().filter(_IS_UNSETTLED).label("unsettled"), func.count().filter(_IS_WITH_PROVIDER).label("upcoming")
    )
    .where(
        _b.customer_id == bindparam("customer_id"),
        IS_TO_COME,
        or_(_b.due_at.is_(None), _b.due_at > bindparam("now")),
        ~_b.placed_by_staff,
    )
    .subquery("placed")
)
_OPEN: Final = Statement(
    select(
        _PLACED.c.unsettled,
        _PLACED.c.upcoming,
        or_(
            users.c.email_verified_at.is_not(None),
            users.c.phone_verified_at.is_not(None),
            exists().where(external_identities.c.user_id == users.c.id),
        ),
        users.c.phone_verified_at.is_not(None),
    )
    .select_from(users.join(_PLACED, true()))
    .where(users.c.id == bindparam("customer_id"), users.c.status == UserStatus.ACTIVE.value)
)
_OPEN_COLUMNS: Final = ("unsettled", "upcoming", "verified", "phone_verified")
_OF_PROVIDER: Final = Statement(
    select(*BOOKING.columns).where(_IS_WITH_PROVIDER, IS_TO_COME).order_by(_b.starts_at, _b.id).limit(bindparam("most"))
)
_HAS_PLACED: Final = Statement(
    select(
        exists().where(
            _b.customer_id == bindparam("customer_id"),
            _b.provider_id == bindparam("provider_id"),
            ~_b.placed_by_staff,
            users.c.id == _b.customer_id,
            or_(users.c.taken_over_at.is_(None), _b.created_at >= users.c.taken_over_at),
        )
    )
)
_EVENT: Final = select(*EVENT.columns).order_by(booking_events.c.seq)
_EVENTS: Final = Statement(_EVENT.where(booking_events.c.booking_id == bindparam("booking_id")))
_EVENTS_OF_EACH: Final = Statement(_EVENT.where(booking_events.c.booking_id == func.any(bindparam("booking_ids"))))
_OVERDUE: Final = Statement(
    select(_b.id)
    .where(or_(_b.due_at <= bindparam("now"), _b.offered_until <= bindparam("now")))
    .order_by(func.coalesce(_b.due_at, _b.offered_until), _b.id)
    .limit(bindparam("most"))
)
_BEFORE_ALL: Final = UUID(int=0)
_TO_COME: Final = Statement(
    select(*BOOKING.columns)
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


_UNDER_REVIEW: Final = bindparam("under_review", type_=Boolean())


def _page(whose: ColumnElement[bool] | None) -> Statement:
    page: Select[Any] = select(*BOOKING.columns)
    if whose is not None:
        page = page.where(whose)
    return Statement(
        page.where(
            if_given("status", _b.status, _b.status == bindparam("status")),
            if_given("starts_from", _b.starts_at, _b.starts_at >= bindparam("starts_from")),
            if_given("starts_before", _b.starts_at, _b.starts_at < bindparam("starts_before")),
            if_given("provider_id", _b.provider_id, _b.provider_id == bindparam("provider_id")),
            if_given(
                "upcoming_at", _b.ends_at, and_(IS_TO_COME, or_(_b.ends_at > bindparam("upcoming_at"), IS_UNDECIDED))
            ),
            or_(cast(_UNDER_REVIEW, Boolean).is_(None), _b.in_question == _UNDER_REVIEW),
            if_given("after", _b.id, _b.id < bindparam("after")),
        )
        .order_by(_b.id.desc())
        .limit(bindparam("most"))
    )


_PAGE_OF_ALL: Final = _page(None)
_PAGE_OF_PARTY: Final = _page(or_(_b.customer_id == bindparam("party"), _b.provider_user_id == bindparam("party")))


class PostgresBookings(WithWork, Bookings):
    """`Bookings` in `bookings` and `booking_events`."""

    async def add(self, booking: Booking, events: Sequence[BookingEvent]) -> None:
        await self._work.execute(_ADD, **BOOKING.write(booking))
        await self._append(events)

    async def save(self, booking: Booking, *, was: Booking, events: Sequence[BookingEvent] = ()) -> None:
        await self._work.update_one(
            "booking", _SAVE, row_key=was.id, seen_version=was.version, **BOOKING.changes(booking)
        )
        await self._append(events)

    async def count_open(
        self, customer_id: UserId, provider_id: ProviderId, now: datetime
    ) -> Callable[[], Awaitable[OpenBookings | None]]:
        await lock_key(self._work, f"bookings of {customer_id}")
        reply = await self._work.execute(_OPEN, customer_id=customer_id, provider_id=provider_id, now=now)

        async def counted() -> OpenBookings | None:
            row = await reply.fetchone()
            return None if row is None else OpenBookings(**dict(zip(_OPEN_COLUMNS, row, strict=True)))

        return counted

    async def to_come(self, provider_id: ProviderId, now: datetime, limit: int) -> list[Booking]:
        return await self._work.each(BOOKING.read, _OF_PROVIDER, provider_id=provider_id, now=now, most=limit)

    async def has_placed(self, customer_id: UserId, provider_id: ProviderId) -> bool:
        row = await self._work.one(_HAS_PLACED, customer_id=customer_id, provider_id=provider_id)
        return row is not None and bool(row[0])

    async def lock(self, booking_id: BookingId) -> Booking | None:
        return await self._work.first(BOOKING.read, _LOCK, booking_id=booking_id)

    async def _append(self, events: Iterable[BookingEvent]) -> None:
        for event in events:
            await self._work.execute(_ADD_EVENT, **EVENT.write(event))


class PostgresBookingReads(WithWork, BookingReads):
    """`BookingReads` of `bookings` and `booking_events`."""

    async def get(self, booking_id: BookingId) -> Booking | None:
        return await self._work.first(BOOKING.read, _BOOKING, booking_id=booking_id)

    async def page(self, party_id: UserId | None, criteria: BookingFilter) -> list[Booking]:
        values = {
            "status": None if criteria.status is None else criteria.status.value,
            "starts_from": criteria.starts_from,
            "starts_before": criteria.starts_before,
            "provider_id": criteria.provider_id,
            "upcoming_at": criteria.upcoming_at,
            "under_review": criteria.under_review,
            "after": criteria.after,
            "most": criteria.limit,
        }
        if party_id is None:
            rows = await self._work.all(_PAGE_OF_ALL, **values)
        else:
            rows = await self._work.all(_PAGE_OF_PARTY, party=party_id, **values)
        return [BOOKING.read(row) for row in rows]

    async def events(self, booking_id: BookingId) -> list[BookingEvent]:
        return await self._work.each(EVENT.read, _EVENTS, booking_id=booking_id)

    async def events_of_each(self, booking_ids: Sequence[BookingId]) -> dict[BookingId, list[BookingEvent]]:
        found = await self._work.each(EVENT.read, _EVENTS_OF_EACH, booking_ids=list(booking_ids))
        return by_booking(found, booking_ids)

    async def overdue(self, now: datetime, limit: int) -> list[BookingId]:
        return [BookingId(id_) for (id_,) in await self._work.all(_OVERDUE, now=now, most=limit)]

    async def upcoming(
        self, now: datetime, *, time_zone: str | None, after: Booking | None, limit: int
    ) -> list[Booking]:
        return await self._work.each(
            BOOKING.read,
            _TO_COME,
            now=now,
            time_zone=time_zone,
            after_provider=_BEFORE_ALL if after is None else after.provider_id,
            after_id=_BEFORE_ALL if after is None else after.id,
            most=limit,
        )
