"""Booking links and their counts on PostgreSQL."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Final

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.catalogue.tables import booking_link_days, booking_link_visitors, booking_links
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.rows import AddedRows, Rows
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row, WithWork
from booking_domain.catalogue.booking_links import BookingLink, BookingLinkReads, BookingLinks, CountedLink, LinkDay
from booking_domain.shared.ids import BookingLinkId, ProviderId

LINK: Final = Mapper(booking_links, BookingLink, changes=("link_token",))
_l: Final = booking_links.c
_d: Final = booking_link_days.c
_v: Final = booking_link_visitors.c
_PROVIDER: Final = bindparam("provider", type_=_l.provider_id.type)
_LINK: Final = bindparam("link", type_=_l.id.type)

_SAVE: Final = LINK.update()
_REMOVE: Final = tuple(
    Statement(delete(column.table).where(column == _LINK)) for column in (_v.link_id, _d.link_id, _l.id)
)
_OF_PROVIDER: Final = Statement(select(*LINK.columns).where(_l.provider_id == _PROVIDER).order_by(_l.id))
_BY_TOKEN: Final = Statement(
    select(*LINK.columns).where(_l.provider_id == _PROVIDER, _l.link_token == bindparam("token"))
)
_VISITOR: Final = Statement(insert(booking_link_visitors).on_conflict_do_nothing().returning(_v.link_id))
_new = insert(booking_link_days)
_COUNT: Final = Statement(
    _new.on_conflict_do_update(
        index_elements=["link_id", "day"],
        set_={
            "visitors": _d.visitors + _new.excluded.visitors,
            "bookings": _d.bookings + _new.excluded.bookings,
        },
    )
)
_FORGET: Final = Statement(delete(booking_link_visitors).where(_v.day < bindparam("before")))
_COUNTED: Final = Statement(
    select(
        *LINK.columns,
        _d.day,
        func.coalesce(_d.visitors, 0),
        func.coalesce(_d.bookings, 0),
    )
    .select_from(booking_links.outerjoin(booking_link_days, _d.link_id == _l.id))
    .where(_l.provider_id == _PROVIDER)
    .order_by(_l.id, _d.day)
)


def _counted(link: BookingLink, rows: Iterable[Row], since: date) -> CountedLink:
    days = [LinkDay(day=day, visitors=visitors, bookings=made) for *_, day, visitors, made in rows if day is not None]
    return CountedLink(
        link=link,
        visitors=sum(each.visitors for each in days),
        bookings=sum(each.bookings for each in days),
        days=tuple(each for each in days if each.day >= since),
    )


class PostgresBookingLinks(AddedRows[BookingLink], BookingLinks):
    """`BookingLinks` in `booking_links`, `booking_link_days` and `booking_link_visitors`."""

    rows = Rows(LINK)

    async def save(self, link: BookingLink) -> None:
        await self._work.execute(_SAVE, row_key=link.id, **LINK.changes(link))

    async def remove(self, link_id: BookingLinkId) -> None:
        for statement in _REMOVE:
            await self._work.execute(statement, link=link_id)

    async def of_provider(self, provider_id: ProviderId) -> list[BookingLink]:
        return await self._work.each(LINK.read, _OF_PROVIDER, provider=provider_id)

    async def by_token(self, provider_id: ProviderId, token: str) -> BookingLink | None:
        return await self._work.first(LINK.read, _BY_TOKEN, provider=provider_id, token=token)

    async def count_visitor(self, link_id: BookingLinkId, day: date, visitor: bytes) -> None:
        if await self._work.one(_VISITOR, link_id=link_id, day=day, visitor=visitor) is not None:
            await self._work.execute(_COUNT, link_id=link_id, day=day, visitors=1, bookings=0)

    async def count_booking(self, link_id: BookingLinkId, day: date) -> None:
        await self._work.execute(_COUNT, link_id=link_id, day=day, visitors=0, bookings=1)

    async def remove_visitors(self, before: date) -> None:
        await self._work.execute(_FORGET, before=before)


class PostgresBookingLinkReads(WithWork, BookingLinkReads):
    """`BookingLinkReads` of `booking_links` and `booking_link_days`."""

    async def of_provider(self, provider_id: ProviderId, since: date) -> list[CountedLink]:
        rows = await self._work.all(_COUNTED, provider=provider_id)
        own = len(LINK.columns)
        return [_counted(LINK.read(link), days, since) for link, days in groupby(rows, key=lambda row: row[:own])]
