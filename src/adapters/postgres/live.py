"""Live events on PostgreSQL: a table that keeps them for minutes, and LISTEN/NOTIFY that wakes every process."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from psycopg.types.json import Jsonb
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Table,
    Text,
    Uuid,
    bindparam,
    delete,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from adapters.postgres.bookings.tables import bookings
from adapters.postgres.catalogue.tables import providers, salons
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import Kept, NotExported, personal_data
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.live.model import Channel, LiveEvent, NewLiveEvent
from booking_domain.live.ports import BookingParties, LiveEvents, LiveReads
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import BookingId, ProviderId, UserId
from booking_domain.shared.time import TimeRange

NOTIFIED: Final = "live_events"
"""The channel of LISTEN and NOTIFY. The payload is the last id."""

live_events: Final = Table(
    "live_events",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    instant("at"),
    Column("channel", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("about", JSONB, nullable=False),
    Column("parties", ARRAY(Uuid), nullable=False),
    Column("manager_id", Uuid),
    Column("provider_id", Uuid),
    Column("role", Text),
    one_of("channel", Channel),
    Index("live_events_at_idx", "at"),
    info=personal_data(
        "manager_id",
        erase=Kept("ids only, for ten minutes"),
        handover=Kept("ids only, for ten minutes; no stream of an ended session receives them"),
        export=NotExported("ids only, for ten minutes"),
    ),
)
live_position: Final = Table(
    "live_position",
    metadata,
    Column("single", Boolean, primary_key=True),
    Column("last_id", BigInteger, nullable=False),
    CheckConstraint("single", name="single"),
)
"""One row. A transaction that appends holds its row lock until it ends, so ids follow the order of the commits."""

_e: Final = live_events.c
_b: Final = bookings.c
_first = insert(live_position).values(single=True, last_id=bindparam("count", type_=BigInteger()))
_TAKE: Final = Statement(
    _first.on_conflict_do_update(
        index_elements=[live_position.c.single], set_={"last_id": live_position.c.last_id + _first.excluded.last_id}
    ).returning(live_position.c.last_id)
)
_ADD: Final = Statement(insert(live_events))
_NOTIFY: Final = Statement(select(func.pg_notify(NOTIFIED, bindparam("last_id", type_=Text()))))
_INVOLVED: Final = Statement(
    select(
        _b.id,
        _b.customer_id,
        _b.provider_user_id,
        _b.provider_id,
        salons.c.manager_id,
        _b.blocked_from,
        _b.blocked_until,
        _b.time_zone,
    )
    .select_from(
        bookings.join(providers, providers.c.id == _b.provider_id).outerjoin(
            salons, salons.c.id == providers.c.salon_id
        )
    )
    .where(_b.id == func.any(bindparam("booking_ids", type_=ARRAY(Uuid))))
)
_AFTER: Final = Statement(
    select(_e.id, _e.at, _e.channel, _e.type, _e.about, _e.parties, _e.manager_id, _e.provider_id, _e.role)
    .where(_e.id > bindparam("event_id", type_=BigInteger()))
    .order_by(_e.id)
    .limit(bindparam("most"))
)
_LAST: Final = Statement(select(live_position.c.last_id))
_FORGET: Final = Statement(delete(live_events).where(_e.at < bindparam("before")).returning(_e.id))


class PostgresLiveEvents(WithWork, LiveEvents):
    """`LiveEvents` in the table `live_events`."""

    async def append(self, events: Sequence[NewLiveEvent], now: datetime) -> None:
        if not events:
            return
        counter = await self._work.one(_TAKE, count=len(events))
        assert counter is not None  # noqa: S101 - the statement inserts or updates one row
        last_id = int(counter[0])
        for number, event in enumerate(events, last_id - len(events) + 1):
            await self._work.execute(
                _ADD,
                id=number,
                at=now,
                channel=event.channel,
                type=event.type,
                about=Jsonb(dict(event.about)),
                parties=sorted(event.parties),
                manager_id=event.manager_id,
                provider_id=event.provider_id,
                role=event.role,
            )
        await self._work.execute(_NOTIFY, last_id=str(last_id))

    async def parties_of(self, booking_ids: Collection[BookingId]) -> Mapping[BookingId, BookingParties]:
        if not booking_ids:
            return {}
        return {
            BookingId(row[0]): BookingParties(
                customer_id=UserId(row[1]),
                provider_user_id=UserId(row[2]),
                provider_id=ProviderId(row[3]),
                manager_id=None if row[4] is None else UserId(row[4]),
                blocked=TimeRange(row[5], row[6]),
                time_zone=row[7],
            )
            for row in await self._work.all(_INVOLVED, booking_ids=list(booking_ids))
        }

    async def remove_before(self, before: datetime) -> int:
        return len(await self._work.all(_FORGET, before=before))


class PostgresLiveReads(WithWork, LiveReads):
    """`LiveReads` of the table `live_events`."""

    async def after(self, event_id: int, limit: int) -> list[LiveEvent]:
        return [
            LiveEvent(
                id=row[0],
                at=row[1],
                what=NewLiveEvent(
                    channel=Channel(row[2]),
                    type=row[3],
                    about=row[4],
                    parties=frozenset(map(UserId, row[5])),
                    manager_id=None if row[6] is None else UserId(row[6]),
                    provider_id=None if row[7] is None else ProviderId(row[7]),
                    role=None if row[8] is None else Role(row[8]),
                ),
            )
            for row in await self._work.all(_AFTER, event_id=event_id, most=limit)
        ]

    async def last_id(self) -> int:
        row = await self._work.one(_LAST)
        return 0 if row is None else int(row[0])


CONTEXT: Final = PostgresContext(tables=(live_events, live_position))


class LiveRepositories(RepositoryGroup):
    """The repositories of this context."""

    live_events = part(PostgresLiveEvents)


class LiveReadGroup(ReadGroup):
    """The reads of this context."""

    live = part(PostgresLiveReads)
