"""What providers take in a period, on PostgreSQL."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import BigInteger, DateTime, bindparam, cast, func, select

from adapters.postgres.bookings.tables import FINAL_PRICE, OUTSTANDING, bookings
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row, WithWork
from adapters.postgres.payments.transactions import MOVES
from booking_domain.bookings.transitions import Status
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.platform.listings import TransactionType
from booking_domain.use_cases.platform.takings import DoneWork, MovedMoney, TakingsReads

_b: Final = bookings.c
_m: Final = MOVES.c
_FROM: Final = bindparam("starts", type_=DateTime(timezone=True))
_TO: Final = bindparam("ends", type_=DateTime(timezone=True))
_THEIRS: Final = _b.provider_id == func.any(bindparam("providers"))
_TYPES: Final = [each.value for each in (TransactionType.PAYMENT, TransactionType.DESK_PAYMENT, TransactionType.REFUND)]
_WORK: Final = Statement(
    select(
        _b.provider_id,
        _b.currency,
        cast(func.sum(FINAL_PRICE), BigInteger),
        cast(func.sum(_b.tip_amount), BigInteger),
        cast(func.sum(OUTSTANDING), BigInteger),
    )
    .where(_THEIRS, _b.status == Status.COMPLETED.value, _b.starts_at >= _FROM, _b.starts_at < _TO)
    .group_by(_b.provider_id, _b.currency)
    .order_by(_b.provider_id, _b.currency)
)
_MONEY: Final = Statement(
    select(_b.provider_id, _m.type, _m.gateway, _m.currency, cast(func.sum(_m.moved), BigInteger))
    .select_from(MOVES.join(bookings, _b.id == _m.booking_id))
    .where(
        _THEIRS,
        _m.type == func.any(bindparam("types")),
        _m.moved > 0,
        _m.processed_at >= _FROM,
        _m.processed_at < _TO,
    )
    .group_by(_b.provider_id, _m.type, _m.gateway, _m.currency)
    .order_by(_b.provider_id, _m.currency, _m.type, _m.gateway)
)


class PostgresTakingsReads(WithWork, TakingsReads):
    """`TakingsReads` of `bookings` and the movements of money."""

    async def work(self, provider_ids: Sequence[ProviderId], period: TimeRange) -> list[DoneWork]:
        return await self._work.each(_done, _WORK, providers=list(provider_ids), starts=period.start, ends=period.end)

    async def money(self, provider_ids: Sequence[ProviderId], period: TimeRange) -> list[MovedMoney]:
        return await self._work.each(
            _moved,
            _MONEY,
            providers=list(provider_ids),
            types=_TYPES,
            starts=period.start,
            ends=period.end,
        )


def _done(row: Row) -> DoneWork:
    provider_id, currency, earned, tips, outstanding = row
    return DoneWork(
        provider_id=ProviderId(provider_id),
        earned=Money(amount=earned, currency=currency),
        tips=Money(amount=tips, currency=currency),
        outstanding=Money(amount=outstanding, currency=currency),
    )


def _moved(row: Row) -> MovedMoney:
    provider_id, kind, method, currency, amount = row
    return MovedMoney(
        provider_id=ProviderId(provider_id),
        type=TransactionType(kind),
        method=method,
        amount=Money(amount=amount, currency=currency),
    )
