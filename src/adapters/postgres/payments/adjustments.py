"""Adjustments of ledgers on PostgreSQL."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, func, select

from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.rows import AddedRows, Rows, by_booking
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from adapters.postgres.payments.tables import adjustments
from booking_domain.payments.adjustments import Adjustment, AdjustmentReads, Adjustments
from booking_domain.shared.ids import AdjustmentId, BookingId

ADJUSTMENT: Final = Mapper(adjustments, Adjustment)
_a: Final = adjustments.c
_ONE: Final = Statement(select(*ADJUSTMENT.columns).where(_a.id == bindparam("adjustment_id")))
_OF_EACH_BOOKING: Final = Statement(
    select(*ADJUSTMENT.columns)
    .where(_a.booking_id == func.any(bindparam("booking_ids")))
    .order_by(_a.created_at, _a.id)
)


class PostgresAdjustments(AddedRows[Adjustment], Adjustments):
    """`Adjustments` in the table `adjustments`."""

    rows = Rows(ADJUSTMENT)


class PostgresAdjustmentReads(WithWork, AdjustmentReads):
    """`AdjustmentReads` of the table `adjustments`."""

    async def get(self, adjustment_id: AdjustmentId) -> Adjustment | None:
        return await self._work.first(ADJUSTMENT.read, _ONE, adjustment_id=adjustment_id)

    async def of_booking(self, booking_id: BookingId) -> list[Adjustment]:
        return (await self.of_each_booking([booking_id]))[booking_id]

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> dict[BookingId, list[Adjustment]]:
        found = await self._work.each(ADJUSTMENT.read, _OF_EACH_BOOKING, booking_ids=list(booking_ids))
        return by_booking(found, booking_ids)
