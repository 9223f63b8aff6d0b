"""Usage on PostgreSQL: the counts of each day, and what they are counted from."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    FromClause,
    Select,
    Table,
    Text,
    all_,
    any_,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, array, insert

from adapters.postgres.bookings.tables import bookings
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.identity.tables import code_history, login_history, users
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part
from adapters.postgres.kit.metadata import metadata, one_of
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row, WithWork
from adapters.postgres.notifications.tables import messages, notifications, sms_messages
from adapters.postgres.payments.earning_tables import provider_payouts
from adapters.postgres.payments.tables import payments, refunds
from booking_domain.identity.code_history import CodeOutcome
from booking_domain.identity.one_time_codes import MOST_GUESSES
from booking_domain.payments.provider_payouts import ProviderPayoutStatus
from booking_domain.payments.refunds import RefundMethod, RefundStatus
from booking_domain.shared.time import TimeRange
from booking_domain.usage.model import ACTIVATED_WITHIN, TALLIED, Measure, Transfer, UsageCount, WaitingMoney
from booking_domain.usage.ports import UsageDays, UsageReads

usage_days: Final = Table(
    "usage_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("measure", Text, primary_key=True),
    Column("labels", ARRAY(Text), primary_key=True),
    Column("value", BigInteger, nullable=False),
    one_of("measure", Measure),
)

_u: Final = usage_days.c
_START: Final[ColumnElement[Any]] = bindparam("start")
_END: Final[ColumnElement[Any]] = bindparam("end")
_TALLIED: Final = sorted(each.value for each in TALLIED)


def _counts(
    measure: Measure,
    source: FromClause,
    at: ColumnElement[Any],
    *labels: ColumnElement[str],
    value: ColumnElement[int] | None = None,
    where: ColumnElement[bool] | None = None,
) -> Select[*tuple[Any, ...]]:
    """How many rows of the day there are by labels, or the sum of a value of them."""
    added = func.count() if value is None else func.sum(value)
    return (
        select(literal(measure.value), array(labels), cast(added, BigInteger))
        .select_from(source)
        .where(at >= _START, at < _END, true() if where is None else where)
        .group_by(*labels)
    )


_c: Final = code_history.c
_s: Final = sms_messages.c
_p: Final = payments.c
_b: Final = bookings.c
_outcome = case(
    (_c.used_at.is_not(None), CodeOutcome.USED.value),
    (_c.wrong_guesses >= MOST_GUESSES, CodeOutcome.EXHAUSTED.value),
    (_c.expires_at > bindparam("now"), CodeOutcome.OPEN.value),
    else_=CodeOutcome.EXPIRED.value,
)
_country = func.coalesce(_s.country, "")
_placed = select(func.min(_b.created_at)).where(_b.customer_id == users.c.id).scalar_subquery()
_received = (
    select(func.min(_b.created_at))
    .join(providers, providers.c.id == _b.provider_id)
    .where(providers.c.owner_id == users.c.id)
    .scalar_subquery()
)
_new = (
    select(users.c.role, users.c.created_at, func.least(_placed, _received).label("first_at"))
    .where(users.c.created_at >= bindparam("new_since"), users.c.created_at < _END)
    .subquery()
)
_STORED_FACTS: Final = Statement(
    union_all(
        _counts(Measure.SIGN_UPS, users, users.c.created_at, users.c.role),
        _counts(
            Measure.ACTIVATIONS,
            _new,
            _new.c.first_at,
            _new.c.role,
            where=_new.c.first_at < _new.c.created_at + ACTIVATED_WITHIN,
        ),
        _counts(Measure.SIGN_INS, login_history, login_history.c.at, login_history.c.method, login_history.c.outcome),
        _counts(Measure.CODES, code_history, _c.issued_at, _c.channel, _c.purpose, _outcome),
        _counts(Measure.TEXT_MESSAGES, sms_messages, _s.created_at, _s.provider, _country, _s.status),
        _counts(
            Measure.TEXT_MESSAGE_COSTS,
            sms_messages,
            _s.created_at,
            _s.provider,
            _country,
            _s.cost_currency,
            value=_s.cost_millionths,
            where=_s.cost_currency.is_not(None),
        ),
        _counts(
            Measure.MESSAGES,
            messages.join(notifications),
            notifications.c.created_at,
            messages.c.channel,
            messages.c.status,
        ),
        _counts(Measure.UNDELIVERABLE, users, users.c.email_undeliverable_at, users.c.email_undeliverable_reason),
        _counts(Measure.PAYMENTS, payments, _p.created_at, _p.gateway, _p.status),
        _counts(
            Measure.PAID_AMOUNTS,
            payments,
            _p.created_at,
            _p.gateway,
            _p.currency,
            value=_p.settled_amount,
            where=_p.settled_amount > 0,
        ),
    )
)
_insert = insert(usage_days).values({each.name: bindparam(each.name) for each in usage_days.columns})
_ADD: Final = Statement(
    _insert.on_conflict_do_update(
        index_elements=[_u.day, _u.measure, _u.labels], set_={"value": _u.value + _insert.excluded.value}
    )
)
_CLEAR: Final = Statement(
    delete(usage_days).where(_u.day == bindparam("day"), _u.measure != all_(bindparam("tallied", type_=ARRAY(Text))))
)
_REMOVE: Final = Statement(delete(usage_days).where(_u.day < bindparam("before")).returning(_u.day))
_BETWEEN: Final = Statement(
    select(_u.day, _u.measure, _u.labels, _u.value)
    .where(
        _u.day.between(bindparam("first"), bindparam("last")),
        _u.measure == any_(bindparam("measures", type_=ARRAY(Text))),
    )
    .order_by(_u.measure, _u.labels, _u.day)
)


def _waiting(kind: Transfer, table: Table, where: ColumnElement[bool]) -> Select[Any]:
    amount = cast(func.sum(table.c.amount), BigInteger)
    return select(literal(kind.value), table.c.currency, func.count(), amount).where(where).group_by(table.c.currency)


_WAITING: Final = Statement(
    union_all(
        _waiting(Transfer.PAYOUT, provider_payouts, provider_payouts.c.status == ProviderPayoutStatus.PENDING.value),
        _waiting(
            Transfer.REFUND,
            refunds,
            (refunds.c.status == RefundStatus.PENDING.value) & (refunds.c.method == RefundMethod.TRANSFER.value),
        ),
    ).order_by(literal_column("1"), literal_column("2"))
)


class PostgresUsageDays(WithWork, UsageDays):
    """`UsageDays` in the table `usage_days`."""

    async def stored_facts(self, day: date, within: TimeRange, now: datetime) -> Sequence[UsageCount]:
        rows = await self._work.all(
            _STORED_FACTS, start=within.start, end=within.end, new_since=within.start - ACTIVATED_WITHIN, now=now
        )
        found = [
            UsageCount(day=day, measure=Measure(measure), labels=tuple(labels), value=value)
            for measure, labels, value in rows
        ]
        return sorted(found, key=lambda each: (each.measure, each.labels))

    async def replace(self, day: date, counts: Sequence[UsageCount]) -> None:
        await self._work.execute(_CLEAR, day=day, tallied=_TALLIED)
        await self.add(counts)

    async def add(self, counts: Sequence[UsageCount]) -> None:
        # In one order, so that processes that add at the same time do not wait for each other in a circle.
        for each in sorted(counts, key=lambda each: (each.day, each.measure, each.labels)):
            await self._work.execute(
                _ADD, day=each.day, measure=each.measure.value, labels=list(each.labels), value=each.value
            )

    async def remove(self, before: date) -> int:
        return len(await self._work.all(_REMOVE, before=before))


class PostgresUsageReads(WithWork, UsageReads):
    """`UsageReads` of the table `usage_days`."""

    async def between(self, first: date, last: date, measures: Collection[Measure]) -> Sequence[UsageCount]:
        return await self._work.each(
            _count_of, _BETWEEN, first=first, last=last, measures=[each.value for each in measures]
        )

    async def waiting(self) -> Sequence[WaitingMoney]:
        return await self._work.each(
            lambda row: WaitingMoney(kind=Transfer(row[0]), currency=row[1], count=row[2], amount=row[3]), _WAITING
        )


def _count_of(row: Row) -> UsageCount:
    return UsageCount(day=row[0], measure=Measure(row[1]), labels=tuple(row[2]), value=row[3])


CONTEXT: Final = PostgresContext(tables=(usage_days,))


class UsageRepositories(RepositoryGroup):
    """The repositories of this context."""

    usage_days = part(PostgresUsageDays)


class UsageReadGroup(ReadGroup):
    """The reads of this context."""

    usage = part(PostgresUsageReads)
