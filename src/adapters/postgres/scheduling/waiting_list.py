"""The waiting list on PostgreSQL."""

from typing import Any, Final

from sqlalchemy import bindparam, func, insert, literal_column, select, update

from adapters.postgres.kit.advisory_locks import count_under_lock
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, Work
from adapters.postgres.scheduling.tables import waiting_list
from booking_domain.scheduling.waiting import (
    MAX_LISTED_ENTRIES,
    OPEN,
    Waiting,
    WaitingList,
    WaitingReads,
    WaitingStatus,
)
from booking_domain.shared.ids import ProviderId, UserId, WaitingId
from booking_domain.shared.time import TimeRange

_w: Final = waiting_list.c
# Written out, so that the index of open entries serves.
_IS_OPEN: Final = _w.status.in_([literal_column(f"'{status.value}'") for status in sorted(OPEN)])
_ADD: Final = Statement(insert(waiting_list))
_OPEN_FOR: Final = Statement(
    select(waiting_list)
    .where(_w.provider_id == bindparam("provider_id"), _IS_OPEN)
    .order_by(_w.created_at, _w.id)
    .with_for_update()
)
_GET: Final = Statement(select(waiting_list).where(_w.id == bindparam("waiting_id")).with_for_update())
_SAVE: Final = Statement(
    update(waiting_list)
    .where(_w.id == bindparam("waiting_id"))
    .values({name: bindparam(name) for name in ("status", "offered_start", "offered_until")})
)
_COUNT: Final = Statement(select(func.count()).where(_w.customer_id == bindparam("customer_id"), _IS_OPEN))
_OF_CUSTOMER: Final = Statement(
    select(waiting_list)
    .where(
        _w.customer_id == bindparam("customer_id"),
        if_given("after", _w.id, _w.id < bindparam("after")),
    )
    .order_by(_w.id.desc())
    .limit(MAX_LISTED_ENTRIES)
)
_AWAITED: Final = Statement(select(_w.provider_id).where(_IS_OPEN).distinct().order_by(_w.provider_id))


def _waiting_of(row: Row) -> Waiting:
    r: dict[str, Any] = dict(zip(_w.keys(), row, strict=True))
    return Waiting(
        id=WaitingId(r["id"]),
        provider_id=ProviderId(r["provider_id"]),
        customer_id=UserId(r["customer_id"]),
        window=TimeRange(r["waits_from"], r["waits_until"]),
        duration_minutes=r["duration_minutes"],
        status=WaitingStatus(r["status"]),
        offered_start=r["offered_start"],
        offered_until=r["offered_until"],
        created_at=r["created_at"],
    )


class PostgresWaitingList(WaitingList):
    """`WaitingList` in the table `waiting_list`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, waiting: Waiting) -> None:
        await self._work.execute(
            _ADD,
            id=waiting.id,
            provider_id=waiting.provider_id,
            customer_id=waiting.customer_id,
            waits_from=waiting.window.start,
            waits_until=waiting.window.end,
            duration_minutes=waiting.duration_minutes,
            status=waiting.status.value,
            offered_start=waiting.offered_start,
            offered_until=waiting.offered_until,
            created_at=waiting.created_at,
        )

    async def open_for(self, provider_id: ProviderId) -> list[Waiting]:
        return [_waiting_of(row) for row in await self._work.all(_OPEN_FOR, provider_id=provider_id)]

    async def get(self, waiting_id: WaitingId) -> Waiting | None:
        row = await self._work.one(_GET, waiting_id=waiting_id)
        return None if row is None else _waiting_of(row)

    async def save(self, waiting: Waiting) -> None:
        await self._work.update_one(
            "waiting list",
            _SAVE,
            waiting_id=waiting.id,
            status=waiting.status.value,
            offered_start=waiting.offered_start,
            offered_until=waiting.offered_until,
        )

    async def count_open(self, customer_id: UserId) -> int:
        return await count_under_lock(self._work, f"waits of {customer_id}", _COUNT, customer_id=customer_id)


class PostgresWaitingReads(WaitingReads):
    """`WaitingReads` of the table `waiting_list`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def of_customer(self, customer_id: UserId, after: WaitingId | None = None) -> list[Waiting]:
        return [_waiting_of(row) for row in await self._work.all(_OF_CUSTOMER, customer_id=customer_id, after=after)]

    async def providers(self) -> list[ProviderId]:
        return [ProviderId(id_) for (id_,) in await self._work.all(_AWAITED)]
