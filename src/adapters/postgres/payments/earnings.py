"""Providers' accounts on PostgreSQL: commission rates and entries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)

from adapters.postgres.bookings.tables import bookings
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.identity.tables import bank_accounts
from adapters.postgres.kit.advisory_locks import count_under_lock
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.rows import AddedRows, Rows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, WithWork
from adapters.postgres.payments.earning_tables import commission_rates, earnings, provider_payouts
from adapters.postgres.payments.tables import payments, refunds
from booking_domain.bookings.transitions import TO_COME, Status
from booking_domain.payments.earnings import (
    BookingEarnings,
    Commission,
    CommissionRate,
    CommissionRates,
    CommissionReads,
    Earning,
    EarningKind,
    EarningReads,
    Earnings,
    EarningTotals,
    EarningView,
    HeldMoney,
    Period,
    ProviderBalance,
)
from booking_domain.payments.model import GIFT_CARD_OF_PROVIDER
from booking_domain.payments.provider_payouts import ProviderPayoutStatus
from booking_domain.payments.refunds import RefundStatus
from booking_domain.shared.ids import BookingId, EarningId, ProviderId

RATE: Final = Mapper(commission_rates, CommissionRate)
EARNING: Final = Mapper(earnings, Earning)
_c: Final = commission_rates.c
_e: Final = earnings.c
_b: Final = bookings.c


def _latest_rate(whose: ColumnElement[bool]) -> Any:
    return (
        select(_c.basis_points)
        .where(whose, _c.since <= bindparam("at"))
        .order_by(_c.since.desc(), _c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _total(value: Any, *when: ColumnElement[bool]) -> Any:
    total = func.sum(value)
    return cast(func.coalesce(total.filter(*when) if when else total, 0), BigInteger)


_AT: Final = Statement(
    select(
        _latest_rate(_c.provider_id.is_(None)),
        _latest_rate(_c.provider_id == bindparam("provider_id", type_=_c.provider_id.type)),
    )
)
_OF_BOOKING: Final = Statement(
    select(_total(_e.kept), _total(_e.desk), _total(_e.tips), _total(_e.commission), _total(_e.funded)).where(
        _e.booking_id == bindparam("booking_id")
    )
)
_MARK: Final = Statement(
    update(bookings)
    .where(_b.id == bindparam("booking_id"))
    .values(earnings_version=bindparam("version", type_=_b.earnings_version.type))
)
# Written out, so that the partial index serves.
_OUTDATED: Final = and_(
    or_(
        _b.paid_amount > literal_column("0"),
        _b.desk_paid_amount > literal_column("0"),
        _b.tip_amount > literal_column("0"),
        _b.earnings_version.is_not(None),
    ),
    _b.earnings_version.is_distinct_from(_b.version),
)
_OUTDATED_OF: Final = Statement(
    select(_b.id).where(_OUTDATED, _b.provider_id == bindparam("provider_id")).order_by(_b.id)
)
_ALL_OUTDATED: Final = Statement(select(_b.id).where(_OUTDATED).limit(bindparam("most")))
_BALANCE: Final = Statement(
    select(_total(_e.amount)).where(_e.provider_id == bindparam("provider_id"), _e.currency == bindparam("currency"))
)
_start: Final = bindparam("start", type_=DateTime(timezone=True))
_end: Final = bindparam("end", type_=DateTime(timezone=True))
_IN_PERIOD: Final = and_(or_(_start.is_(None), _e.at >= _start), or_(_end.is_(None), _e.at < _end))
_OF_PROVIDER: Final = _e.provider_id == bindparam("provider_id")
_IS_ADJUSTMENT: Final = _e.kind == literal_column(f"'{EarningKind.ADJUSTMENT.value}'")
_IS_PAYOUT: Final = _e.kind == literal_column(f"'{EarningKind.PAYOUT.value}'")
_TOTALS: Final = Statement(
    select(
        _e.currency,
        _total(_e.amount, _e.at < _start),
        _total(_e.kept, _IN_PERIOD),
        _total(_e.desk, _IN_PERIOD),
        _total(_e.tips, _IN_PERIOD),
        _total(_e.commission, _IN_PERIOD),
        _total(_e.funded, _IN_PERIOD),
        _total(-_e.amount, _IN_PERIOD, _IS_PAYOUT),
        _total(_e.amount, _IN_PERIOD, _IS_ADJUSTMENT),
        _total(_e.amount),
    )
    .where(_OF_PROVIDER)
    .group_by(_e.currency)
    .order_by(_e.currency)
)
_VIEW: Final = select(*EARNING.columns, _b.reference).select_from(earnings.outerjoin(bookings, _b.id == _e.booking_id))
_ONE: Final = Statement(_VIEW.where(_e.id == bindparam("earning_id")))
_PAGE: Final = Statement(
    _VIEW.where(_OF_PROVIDER, _IN_PERIOD, if_given("after", _e.id, _e.id > bindparam("after")))
    .order_by(_e.id)
    .limit(bindparam("most"))
)
_pending: Final = (
    select(func.coalesce(func.sum(refunds.c.amount), 0))
    .where(refunds.c.booking_id == _b.id, refunds.c.status == RefundStatus.PENDING.value)
    .scalar_subquery()
)
# The provider has the money of the gift cards that they have sold.
_prepaid: Final = (
    select(func.coalesce(func.sum(payments.c.settled_amount - payments.c.returned_amount), 0))
    .where(payments.c.booking_id == _b.id, payments.c.gateway == GIFT_CARD_OF_PROVIDER)
    .scalar_subquery()
)
_REST: Final = func.greatest(0, _b.paid_amount - _b.refunded_amount - _pending - _prepaid)
_DISPUTED: Final = _b.status == Status.DISPUTED.value
_HELD: Final = Statement(
    select(_b.currency, _total(_REST, ~_DISPUTED), _total(_REST, _DISPUTED))
    .where(
        _b.provider_id == bindparam("provider_id"),
        or_(_DISPUTED, *(_b.status == status.value for status in sorted(TO_COME))),
        _b.paid_amount > 0,
    )
    .group_by(_b.currency)
    .having(_total(_REST) > 0)
    .order_by(_b.currency)
)
_earners: Final = (
    select(providers.c.id, providers.c.display_name, providers.c.owner_id)
    .where(
        exists().where(_e.provider_id == providers.c.id),
        if_given("after", providers.c.id, providers.c.id > bindparam("after")),
    )
    .order_by(providers.c.id)
    .limit(bindparam("most"))
    .subquery("earners")
)
# Of one earner at a time: for hundreds the planner would read the earnings of all.
_earned: Final = (
    select(_e.currency, _total(_e.amount).label("amount"))
    .where(_e.provider_id == _earners.c.id)
    .group_by(_e.currency)
    .lateral("earned")
)
_p: Final = provider_payouts.c
_reserved: Final = (
    select(_total(_p.amount))
    .where(
        _p.provider_id == _earners.c.id,
        _p.currency == _earned.c.currency,
        _p.status == literal_column(f"'{ProviderPayoutStatus.PENDING.value}'"),
    )
    .scalar_subquery()
)
_BALANCES: Final = Statement(
    select(
        _earners.c.id,
        _earners.c.display_name,
        _earned.c.currency,
        _earned.c.amount,
        _reserved,
        cast(exists().where(bank_accounts.c.user_id == _earners.c.owner_id), Boolean),
    )
    .select_from(_earners.join(_earned, true()))
    .order_by(_earners.c.id, _earned.c.currency)
)


def _view(row: Row) -> EarningView:
    return EarningView(earning=EARNING.read(row[:-1]), booking_reference=row[-1])


class PostgresCommissionReads(WithWork, CommissionReads):
    """`CommissionReads` of the table `commission_rates`."""

    async def at(self, provider_id: ProviderId | None, at: datetime) -> Commission:
        row = await self._work.one(_AT, provider_id=provider_id, at=at)
        platform, own = (None, None) if row is None else row
        return Commission(platform=platform or 0, own=own)


class PostgresCommissionRates(AddedRows[CommissionRate], PostgresCommissionReads, CommissionRates):
    """`CommissionRates` in the table `commission_rates`."""

    rows = Rows(RATE)


class PostgresEarnings(AddedRows[Earning], Earnings):
    """`Earnings` in the table `earnings`; a booking has the version that its entries follow."""

    rows = Rows(EARNING)

    async def of_booking(self, booking_id: BookingId) -> BookingEarnings:
        row = await self._work.one(_OF_BOOKING, booking_id=booking_id)
        assert row is not None  # noqa: S101 - a sum always returns a row
        return BookingEarnings(kept=row[0], desk=row[1], tips=row[2], commission=row[3], funded=row[4])

    async def record_version(self, booking_id: BookingId, version: int) -> None:
        await self._work.execute(_MARK, booking_id=booking_id, version=version)

    async def outdated(self, provider_id: ProviderId) -> Sequence[BookingId]:
        return [BookingId(id_) for (id_,) in await self._work.all(_OUTDATED_OF, provider_id=provider_id)]

    async def lock_balance(self, provider_id: ProviderId, currency: str) -> int:
        key = f"earnings of {provider_id}"
        return await count_under_lock(self._work, key, _BALANCE, provider_id=provider_id, currency=currency)


class PostgresEarningReads(WithWork, EarningReads):
    """`EarningReads` of the table `earnings`."""

    async def outdated(self, limit: int) -> Sequence[BookingId]:
        return [BookingId(id_) for (id_,) in await self._work.all(_ALL_OUTDATED, most=limit)]

    async def totals(self, period: Period) -> Sequence[EarningTotals]:
        rows = await self._work.all(_TOTALS, provider_id=period.provider_id, start=period.start, end=period.end)
        return [
            EarningTotals(
                currency=currency,
                opening=opening,
                kept=kept,
                desk=desk,
                tips=tips,
                commission=commission,
                funded=funded,
                paid_out=paid_out,
                adjusted=adjusted,
                owed=owed,
            )
            for currency, opening, kept, desk, tips, commission, funded, paid_out, adjusted, owed in rows
        ]

    async def held(self, provider_id: ProviderId) -> Sequence[HeldMoney]:
        rows = await self._work.all(_HELD, provider_id=provider_id)
        return [HeldMoney(currency=currency, upcoming=upcoming, disputed=own) for currency, upcoming, own in rows]

    async def page(self, period: Period, after: EarningId | None, limit: int) -> Sequence[EarningView]:
        return await self._work.each(
            _view, _PAGE, provider_id=period.provider_id, start=period.start, end=period.end, after=after, most=limit
        )

    async def get(self, earning_id: EarningId) -> EarningView | None:
        return await self._work.first(_view, _ONE, earning_id=earning_id)

    async def balances(self, after: ProviderId | None, limit: int) -> Sequence[ProviderBalance]:
        return [
            ProviderBalance(
                provider_id=ProviderId(id_),
                provider_name=name,
                currency=currency,
                owed=owed,
                reserved=reserved,
                has_bank_account=has_account,
            )
            for id_, name, currency, owed, reserved, has_account in await self._work.all(
                _BALANCES, after=after, most=limit
            )
        ]
