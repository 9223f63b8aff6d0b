"""The waiting list on PostgreSQL."""

from typing import Final

from sqlalchemy import bindparam, func, literal_column, select

from adapters.postgres.kit.advisory_locks import count_under_lock
from adapters.postgres.kit.codec import Columns, Mapper
from adapters.postgres.kit.rows import AddedRows, Rows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import WithWork
from adapters.postgres.scheduling.tables import waiting_list
from booking_domain.scheduling.waiting import OPEN
from booking_domain.scheduling.waiting_list import MAX_LISTED_ENTRIES, WaitingList, WaitingListEntry, WaitingReads
from booking_domain.shared.ids import ProviderId, UserId, WaitingId

WAITING: Final = Mapper(
    waiting_list,
    WaitingListEntry,
    window=Columns("waits_from", "waits_until"),
    changes=("status", "offered_start", "offered_until"),
)
_w: Final = waiting_list.c
# Literals, so that the planner can use the partial index of open entries.
_IS_OPEN: Final = _w.status.in_([literal_column(f"'{status.value}'") for status in sorted(OPEN)])
_SAVE: Final = WAITING.update()
_OPEN_FOR: Final = Statement(
    select(*WAITING.columns)
    .where(_w.provider_id == bindparam("provider_id"), _IS_OPEN)
    .order_by(_w.created_at, _w.id)
    .with_for_update()
)
_GET: Final = Statement(select(*WAITING.columns).where(_w.id == bindparam("waiting_id")).with_for_update())
_COUNT: Final = Statement(select(func.count()).where(_w.customer_id == bindparam("customer_id"), _IS_OPEN))
_COUNT_FOR: Final = Statement(select(func.count()).where(_w.provider_id == bindparam("provider_id"), _IS_OPEN))
_OF_CUSTOMER: Final = Statement(
    select(*WAITING.columns)
    .where(
        _w.customer_id == bindparam("customer_id"),
        if_given("after", _w.id, _w.id < bindparam("after")),
    )
    .order_by(_w.id.desc())
    .limit(MAX_LISTED_ENTRIES)
)
_AWAITED: Final = Statement(select(_w.provider_id).where(_IS_OPEN).distinct().order_by(_w.provider_id))


class PostgresWaitingList(AddedRows[WaitingListEntry], WaitingList):
    """`WaitingList` in the table `waiting_list`."""

    rows = Rows(WAITING)

    async def open_for(self, provider_id: ProviderId) -> list[WaitingListEntry]:
        return await self._work.each(WAITING.read, _OPEN_FOR, provider_id=provider_id)

    async def get(self, waiting_id: WaitingId) -> WaitingListEntry | None:
        return await self._work.first(WAITING.read, _GET, waiting_id=waiting_id)

    async def save(self, waiting: WaitingListEntry) -> None:
        await self._work.update_one("waiting list", _SAVE, row_key=waiting.id, **WAITING.changes(waiting))

    async def count_open_for(self, provider_id: ProviderId) -> int:
        row = await self._work.one(_COUNT_FOR, provider_id=provider_id)
        return 0 if row is None else int(row[0])

    async def count_open(self, customer_id: UserId) -> int:
        return await count_under_lock(self._work, f"waits of {customer_id}", _COUNT, customer_id=customer_id)


class PostgresWaitingReads(WithWork, WaitingReads):
    """`WaitingReads` of the table `waiting_list`."""

    async def of_customer(self, customer_id: UserId, after: WaitingId | None = None) -> list[WaitingListEntry]:
        return await self._work.each(WAITING.read, _OF_CUSTOMER, customer_id=customer_id, after=after)

    async def providers(self) -> list[ProviderId]:
        return [ProviderId(id_) for (id_,) in await self._work.all(_AWAITED)]
