"""Ideas on PostgreSQL."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, delete, func, select

from adapters.postgres.bookings.tables import ideas
from adapters.postgres.kit.codec import Columns, Mapper
from adapters.postgres.kit.rows import Rows, VersionedRows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import WithWork
from booking_domain.bookings.ideas import Idea, IdeaReads, Ideas
from booking_domain.shared.ids import BookingId, IdeaId, UserId

IDEA: Final = Mapper(
    ideas,
    Idea,
    content=Columns("description", "size", "placement", "colours", "budget_amount", "estimate_amount"),
)
_i: Final = ideas.c
_REMOVE: Final = Statement(delete(ideas).where(_i.id == bindparam("idea_id")))
_ONE: Final = Statement(select(*IDEA.columns).where(_i.id == bindparam("idea_id")))
_COUNT: Final = Statement(select(func.count()).where(_i.booking_id == bindparam("of_booking")))
_ESTIMATE: Final = Statement(
    select(_i.estimate_amount)
    .where(_i.booking_id == bindparam("of_booking"), _i.estimate_amount.is_not(None))
    .order_by(_i.updated_at.desc(), _i.id.desc())
    .limit(1)
)
_OF_BOOKING: Final = Statement(
    select(*IDEA.columns).where(_i.booking_id == bindparam("of_booking")).order_by(_i.created_at, _i.id)
)
_BY_AUTHOR: Final = Statement(
    select(*IDEA.columns)
    .where(_i.author_id == bindparam("author"), if_given("after", _i.id, _i.id > bindparam("after", type_=_i.id.type)))
    .order_by(_i.id)
    .limit(bindparam("most"))
)


class PostgresIdeas(VersionedRows[Idea], Ideas):
    """`Ideas` in the table `ideas`."""

    rows = Rows(IDEA, "idea")

    async def get(self, idea_id: IdeaId) -> Idea | None:
        return await self._work.first(IDEA.read, _ONE, idea_id=idea_id)

    async def count(self, booking_id: BookingId) -> int:
        row = await self._work.one(_COUNT, of_booking=booking_id)
        return 0 if row is None else int(row[0])

    async def estimate(self, booking_id: BookingId) -> int | None:
        row = await self._work.one(_ESTIMATE, of_booking=booking_id)
        return None if row is None else int(row[0])

    async def remove(self, idea_id: IdeaId) -> None:
        await self._work.execute(_REMOVE, idea_id=idea_id)


class PostgresIdeaReads(WithWork, IdeaReads):
    """`IdeaReads` of the table `ideas`."""

    async def get(self, idea_id: IdeaId) -> Idea | None:
        return await self._work.first(IDEA.read, _ONE, idea_id=idea_id)

    async def of_booking(self, booking_id: BookingId) -> list[Idea]:
        return await self._work.each(IDEA.read, _OF_BOOKING, of_booking=booking_id)

    async def by_author(self, author_id: UserId, after: IdeaId | None, limit: int) -> Sequence[Idea]:
        return await self._work.each(IDEA.read, _BY_AUTHOR, author=author_id, after=after, most=limit)
