"""Text messages on PostgreSQL."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, insert, select, update

from adapters.postgres.kit.advisory_locks import count_under_lock
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, Work
from adapters.postgres.notifications.tables import sms_messages
from booking_domain.notifications.ports import SmsMessages, SmsReads
from booking_domain.notifications.sms import SmsCost, SmsMessage, SmsSpending, SmsStatus
from booking_domain.shared.ids import SmsId, UserId

_m: Final = sms_messages.c
_CHANGING: Final = (
    "provider_message_id",
    "status",
    "segments",
    "cost_millionths",
    "cost_currency",
    "error",
    "ask_at",
    "updated_at",
)
_ADD: Final = Statement(insert(sms_messages))
_COUNT: Final = Statement(select(func.count()).where(_m.created_at > bindparam("since")))
_GET: Final = Statement(select(sms_messages).where(_m.id == bindparam("message_id")))
_LOCK: Final = Statement(select(sms_messages).where(_m.id == bindparam("message_id")).with_for_update())
_OF_USER: Final = Statement(
    select(sms_messages)
    .where(_m.user_id == bindparam("user_id"), if_given("after", _m.id, _m.id > bindparam("after")))
    .order_by(_m.id)
    .limit(bindparam("most"))
)
_SAVE: Final = Statement(
    update(sms_messages).where(_m.id == bindparam("message_id")).values({name: bindparam(name) for name in _CHANGING})
)
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


def _changing(message: SmsMessage) -> dict[str, Any]:
    cost = message.cost
    return {
        "provider_message_id": message.provider_message_id,
        "status": message.status.value,
        "segments": message.segments,
        "cost_millionths": None if cost is None else cost.millionths,
        "cost_currency": None if cost is None else cost.currency,
        "error": message.error,
        "ask_at": message.ask_at,
        "updated_at": message.updated_at,
    }


def message_of(row: Row) -> SmsMessage:
    """The message of a row."""
    r: dict[str, Any] = dict(zip(_m.keys(), row, strict=True))
    known = r["cost_millionths"] is not None
    return SmsMessage(
        id=SmsId(r["id"]),
        user_id=None if r["user_id"] is None else UserId(r["user_id"]),
        to_masked=r["to_masked"],
        to_digest=bytes(r["to_digest"]),
        template=r["template"],
        language=r["language"],
        provider=r["provider"],
        provider_message_id=r["provider_message_id"],
        status=SmsStatus(r["status"]),
        segments=r["segments"],
        cost=SmsCost(millionths=r["cost_millionths"], currency=r["cost_currency"]) if known else None,
        error=r["error"],
        ask_at=r["ask_at"],
        created_at=r["created_at"],
        updated_at=r["updated_at"],
    )


class PostgresSmsMessages(SmsMessages):
    """`SmsMessages` in the table `sms_messages`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def count_since(self, since: datetime) -> int:
        return await count_under_lock(self._work, "text messages", _COUNT, since=since)

    async def add(self, message: SmsMessage) -> None:
        await self._work.execute(
            _ADD,
            id=message.id,
            user_id=message.user_id,
            to_masked=message.to_masked,
            to_digest=message.to_digest,
            template=message.template,
            language=message.language,
            provider=message.provider,
            created_at=message.created_at,
            **_changing(message),
        )

    async def lock(self, message_id: SmsId) -> SmsMessage | None:
        row = await self._work.one(_LOCK, message_id=message_id)
        return None if row is None else message_of(row)

    async def save(self, message: SmsMessage) -> None:
        await self._work.update_one("text message", _SAVE, message_id=message.id, **_changing(message))


class PostgresSmsReads(SmsReads):
    """`SmsReads` of the table `sms_messages`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def get(self, message_id: SmsId) -> SmsMessage | None:
        row = await self._work.one(_GET, message_id=message_id)
        return None if row is None else message_of(row)

    async def of_user(self, user_id: UserId, after: SmsId | None, limit: int) -> list[SmsMessage]:
        rows = await self._work.all(_OF_USER, user_id=user_id, after=after, most=limit)
        return [message_of(row) for row in rows]

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
