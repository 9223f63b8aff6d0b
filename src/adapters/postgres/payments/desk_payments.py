"""Desk payments on PostgreSQL."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, func, select

from adapters.postgres.kit.codec import Columns, Mapper
from adapters.postgres.kit.rows import Rows, VersionedRows, by_booking
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from adapters.postgres.payments.tables import desk_payments
from booking_domain.payments.desk import DeskPayment, DeskPaymentReads, DeskPayments
from booking_domain.shared.ids import BookingId, DeskPaymentId

DESK_PAYMENT: Final = Mapper(
    desk_payments,
    DeskPayment,
    amount=Columns("amount", "currency"),
    extra=Columns("extra_amount", "currency"),
    tip=Columns("tip_amount", "currency"),
    changes=("status", "voided_by_id", "voided_by_role", "voided_at", "void_reason", "version"),
)
_t: Final = desk_payments.c
_ONE: Final = Statement(select(*DESK_PAYMENT.columns).where(_t.id == bindparam("payment_id")))
_OLDEST_FIRST: Final = select(*DESK_PAYMENT.columns).order_by(_t.created_at, _t.id)
_OF_BOOKING: Final = Statement(_OLDEST_FIRST.where(_t.booking_id == bindparam("booking_id")))
_OF_EACH_BOOKING: Final = Statement(_OLDEST_FIRST.where(_t.booking_id == func.any(bindparam("booking_ids"))))


class PostgresDeskPaymentReads(WithWork, DeskPaymentReads):
    """`DeskPaymentReads` of the table `desk_payments`."""

    async def get(self, payment_id: DeskPaymentId) -> DeskPayment | None:
        return await self._work.first(DESK_PAYMENT.read, _ONE, payment_id=payment_id)

    async def of_booking(self, booking_id: BookingId) -> list[DeskPayment]:
        return await self._work.each(DESK_PAYMENT.read, _OF_BOOKING, booking_id=booking_id)

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> dict[BookingId, list[DeskPayment]]:
        found = await self._work.each(DESK_PAYMENT.read, _OF_EACH_BOOKING, booking_ids=list(booking_ids))
        return by_booking(found, booking_ids)


class PostgresDeskPayments(VersionedRows[DeskPayment], PostgresDeskPaymentReads, DeskPayments):
    """`DeskPayments` in the table `desk_payments`."""

    rows = Rows(DESK_PAYMENT, "desk payment")
