"""Refunds on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, select

from adapters.postgres.kit.bank_details import encrypted_details
from adapters.postgres.kit.codec import Columns, Mapper
from adapters.postgres.kit.encryption import WithCipher
from adapters.postgres.kit.rows import Rows, VersionedRows
from adapters.postgres.kit.statements import Statement
from adapters.postgres.payments.tables import refunds
from adapters.postgres.payments.transfers import CHANGES
from booking_domain.payments.refunds import Refund, RefundReads, Refunds
from booking_domain.shared.ids import BookingId, RefundId

REFUND: Final = Mapper(
    refunds,
    Refund,
    amount=Columns("amount", "currency"),
    payee=encrypted_details("payee_sealed"),
    changes=(*CHANGES, "gateway", "amount", "method", "payment_id", "attempts", "retry_at"),
)
_t: Final = refunds.c
_ONE: Final = Statement(select(*REFUND.columns).where(_t.id == bindparam("refund_id")))
_OLDEST_FIRST: Final = select(*REFUND.columns).order_by(_t.created_at, _t.id)
_OF_BOOKING: Final = Statement(_OLDEST_FIRST.where(_t.booking_id == bindparam("booking_id")))
_OF_EACH_BOOKING: Final = Statement(_OLDEST_FIRST.where(_t.booking_id == func.any(bindparam("booking_ids"))))


_TO_RETRY: Final = Statement(
    select(_t.id).where(_t.retry_at <= bindparam("now")).order_by(_t.retry_at, _t.id).limit(bindparam("most"))
)


class PostgresRefundReads(WithCipher, RefundReads):
    """`RefundReads` of the table `refunds`."""

    async def get(self, refund_id: RefundId) -> Refund | None:
        return await self._work.first(REFUND.reader(self._cipher), _ONE, refund_id=refund_id)

    async def of_booking(self, booking_id: BookingId) -> list[Refund]:
        return await self._work.each(REFUND.reader(self._cipher), _OF_BOOKING, booking_id=booking_id)

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> dict[BookingId, list[Refund]]:
        found: dict[BookingId, list[Refund]] = {booking_id: [] for booking_id in booking_ids}
        for row in await self._work.all(_OF_EACH_BOOKING, booking_ids=list(booking_ids)):
            refund = REFUND.read(row, self._cipher)
            found[refund.booking_id].append(refund)
        return found

    async def to_retry(self, now: datetime, limit: int) -> list[RefundId]:
        return await self._work.each(lambda row: RefundId(row[0]), _TO_RETRY, now=now, most=limit)


class PostgresRefunds(VersionedRows[Refund], PostgresRefundReads, Refunds):
    """`Refunds` in the table `refunds`."""

    rows = Rows(REFUND, "refund")
