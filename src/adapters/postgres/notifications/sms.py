"""Text messages on PostgreSQL."""

from datetime import datetime
from typing import Final

from sqlalchemy import Date, bindparam, cast, func, null, or_, select

from adapters.postgres.kit.advisory_locks import count_under_lock
from adapters.postgres.kit.codec import Columns, Mapper
from adapters.postgres.kit.listing import parameters
from adapters.postgres.kit.rows import AddedRows, Rows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import WithWork
from adapters.postgres.notifications.tables import sms_messages
from booking_domain.notifications.ports import SmsMessages, SmsReads
from booking_domain.notifications.sms import SmsCost, SmsFilter, SmsMessage, SmsSpending, SmsStatus, SpendingPeriod
from booking_domain.shared.ids import SmsId, UserId

SMS: Final = Mapper(
    sms_messages,
    SmsMessage,
    cost=Columns("cost_millionths", "cost_currency"),
    fixed=(
        "user_id",
        "to_masked",
        "to_digest",
        "to_verified",
        "template",
        "language",
        "provider",
        "country",
        "created_at",
    ),
)
_m: Final = sms_messages.c
_COUNT: Final = Statement(select(func.count()).where(_m.created_at > bindparam("since")))
_COUNT_TO: Final = Statement(
    select(func.count()).where(_m.to_digest == bindparam("to_digest"), _m.created_at > bindparam("since"))
)
_COUNT_UNVERIFIED_OF: Final = Statement(
    select(func.count()).where(
        _m.user_id == bindparam("user_id"), _m.to_verified.is_(False), _m.created_at > bindparam("since")
    )
)
_GET: Final = Statement(select(*SMS.columns).where(_m.id == bindparam("message_id")))
_LOCK: Final = Statement(select(*SMS.columns).where(_m.id == bindparam("message_id")).with_for_update())
_OF_USER: Final = Statement(
    select(*SMS.columns)
    .where(_m.user_id == bindparam("user_id"), if_given("after", _m.id, _m.id > bindparam("after")))
    .order_by(_m.id)
    .limit(bindparam("most"))
)
_SAVE: Final = SMS.update()
_TO_ASK: Final = Statement(
    select(_m.id)
    .where(_m.provider == bindparam("provider"), _m.ask_at <= bindparam("now"))
    .order_by(_m.ask_at, _m.id)
    .limit(bindparam("most"))
)
_PAGE: Final = Statement(
    select(*SMS.columns)
    .where(
        if_given("user_id", _m.user_id, _m.user_id == bindparam("user_id")),
        if_given("status", _m.status, _m.status == bindparam("status")),
        if_given("provider", _m.provider, _m.provider == bindparam("provider")),
        if_given("country", _m.country, _m.country == bindparam("country")),
        if_given("at_from", _m.created_at, _m.created_at >= bindparam("at_from")),
        if_given("at_before", _m.created_at, _m.created_at < bindparam("at_before")),
        if_given("after", _m.id, _m.id < bindparam("after")),
    )
    .order_by(_m.id.desc())
    .limit(bindparam("most"))
)


def _spending(by: SpendingPeriod | None) -> Statement:
    created = func.timezone("UTC", _m.created_at)
    period = cast(null() if by is None else func.date_trunc(by.value, created), Date)
    failed = or_(*(_m.status == each.value for each in (SmsStatus.FAILED, SmsStatus.UNDELIVERED)))
    groups = (period, _m.provider, _m.country, _m.cost_currency)
    return Statement(
        select(
            *groups,
            func.count(),
            func.count().filter(_m.status == SmsStatus.DELIVERED.value),
            func.count().filter(failed),
            func.sum(_m.segments),
            func.coalesce(func.sum(_m.cost_millionths), 0),
        )
        .where(_m.created_at >= bindparam("since"), _m.created_at < bindparam("before"))
        .group_by(*groups)
        .order_by(period, _m.provider, _m.country.nulls_last(), _m.cost_currency.nulls_last())
    )


_SPENDING: Final = {by: _spending(by) for by in (None, *SpendingPeriod)}


class PostgresSmsMessages(AddedRows[SmsMessage], SmsMessages):
    """`SmsMessages` in the table `sms_messages`."""

    rows = Rows(SMS)

    async def count_since(self, since: datetime) -> int:
        return await count_under_lock(self._work, "text messages", _COUNT, since=since)

    async def count_to(self, to_digest: bytes, since: datetime) -> int:
        return await self._count(_COUNT_TO, to_digest=to_digest, since=since)

    async def count_unverified_of(self, user_id: UserId, since: datetime) -> int:
        return await self._count(_COUNT_UNVERIFIED_OF, user_id=user_id, since=since)

    async def _count(self, statement: Statement, **values: object) -> int:
        row = await self._work.one(statement, **values)
        assert row is not None  # noqa: S101 - an aggregate has one row
        return int(row[0])

    async def lock(self, message_id: SmsId) -> SmsMessage | None:
        return await self._work.first(SMS.read, _LOCK, message_id=message_id)

    async def save(self, message: SmsMessage) -> None:
        await self._work.update_one("text message", _SAVE, row_key=message.id, **SMS.changes(message))


class PostgresSmsReads(WithWork, SmsReads):
    """`SmsReads` of the table `sms_messages`."""

    async def get(self, message_id: SmsId) -> SmsMessage | None:
        return await self._work.first(SMS.read, _GET, message_id=message_id)

    async def of_user(self, user_id: UserId, after: SmsId | None, limit: int) -> list[SmsMessage]:
        return await self._work.each(SMS.read, _OF_USER, user_id=user_id, after=after, most=limit)

    async def to_poll(self, provider: str, now: datetime, limit: int) -> list[SmsId]:
        rows = await self._work.all(_TO_ASK, provider=provider, now=now, most=limit)
        return [SmsId(id_) for (id_,) in rows]

    async def page(self, criteria: SmsFilter) -> list[SmsMessage]:
        return await self._work.each(SMS.read, _PAGE, **parameters(criteria))

    async def spending(self, since: datetime, before: datetime, by: SpendingPeriod | None = None) -> list[SmsSpending]:
        rows = await self._work.all(_SPENDING[by], since=since, before=before)
        return [
            SmsSpending(
                period=period,
                provider=provider,
                country=country,
                messages=messages,
                delivered=delivered,
                failed=failed,
                segments=segments,
                cost=None if currency is None else SmsCost(millionths=int(millionths), currency=currency),
            )
            for period, provider, country, currency, messages, delivered, failed, segments, millionths in rows
        ]
