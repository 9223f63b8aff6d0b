"""Text messages on PostgreSQL."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, select

from adapters.postgres.kit.advisory_locks import count_under_lock
from adapters.postgres.kit.codec import Columns, Mapper
from adapters.postgres.kit.rows import AddedRows, Rows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import WithWork
from adapters.postgres.notifications.tables import sms_messages
from booking_domain.notifications.ports import SmsMessages, SmsReads
from booking_domain.notifications.sms import SmsCost, SmsMessage, SmsSpending
from booking_domain.shared.ids import SmsId, UserId

SMS: Final = Mapper(
    sms_messages,
    SmsMessage,
    cost=Columns("cost_millionths", "cost_currency"),
    fixed=("user_id", "to_masked", "to_digest", "to_verified", "template", "language", "provider", "created_at"),
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
_SPENDING: Final = Statement(
    select(
        _m.provider,
        _m.cost_currency,
        func.count(),
        func.sum(_m.segments),
        func.coalesce(func.sum(_m.cost_millionths), 0),
    )
    .where(_m.created_at >= bindparam("since"), _m.created_at < bindparam("before"))
    .group_by(_m.provider, _m.cost_currency)
    .order_by(_m.provider, _m.cost_currency.nulls_last())
)


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

    async def spending(self, since: datetime, before: datetime) -> list[SmsSpending]:
        rows = await self._work.all(_SPENDING, since=since, before=before)
        return [
            SmsSpending(
                provider=provider,
                messages=messages,
                segments=segments,
                cost=None if currency is None else SmsCost(millionths=int(millionths), currency=currency),
            )
            for provider, currency, messages, segments, millionths in rows
        ]
