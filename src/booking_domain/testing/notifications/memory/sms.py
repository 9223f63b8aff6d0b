"""Text messages in memory, and an SMS sender whose connection can be interrupted."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime

from booking_domain.notifications.errors import SmsRefused, SmsUnavailable
from booking_domain.notifications.ports import SmsMessages, SmsReads, SmsSender
from booking_domain.notifications.segments import segments_of
from booking_domain.notifications.sms import (
    SmsCost,
    SmsFilter,
    SmsMessage,
    SmsReceipt,
    SmsReport,
    SmsSpending,
    SmsStatus,
    SpendingPeriod,
)
from booking_domain.shared.ids import SmsId, UserId
from booking_domain.testing.kit.tables import Lookup, Repository
from booking_domain.testing.notifications.memory.tables import SMS_MESSAGES

PRICE_OF_A_SEGMENT = 7_900
"""In millionths of a US dollar."""


class MemorySmsMessages(Repository[SmsId, SmsMessage], SmsMessages):
    """The messages of one database transaction."""

    table = SMS_MESSAGES

    async def count_since(self, since: datetime) -> int:
        self._state.lock()
        return sum(each.created_at > since for each in self._rows.values())

    async def count_to(self, to_digest: bytes, since: datetime) -> int:
        return len(self._rows.where(lambda each: each.to_digest == to_digest and each.created_at > since))

    async def count_unverified_of(self, user_id: UserId, since: datetime) -> int:
        unverified = self._rows.where(lambda each: each.user_id == user_id and not each.to_verified)
        return sum(each.created_at > since for each in unverified)

    async def save(self, message: SmsMessage) -> None:
        self._state.require(SMS_MESSAGES, message.id)
        self._rows.put(message)


def _sum(messages: Sequence[SmsMessage]) -> int:
    return sum(each.cost.millionths for each in messages if each.cost is not None)


class MemorySmsSender(SmsSender):
    """Appends to `delivered` once per key. Numbers in `refused` are rejected.

    With `available = False` it raises `SmsUnavailable`. With `lose_answers = True` it
    sends the message and then raises.
    """

    def __init__(self, name: str = "memory") -> None:
        self._name = name
        self._by_key: dict[SmsId, tuple[str, str]] = {}
        self.reports: dict[str, SmsReport] = {}
        """The report of each message, by its id at the provider."""
        self.refused: set[str] = set()
        self.available = True
        self.lose_answers = False

    @property
    def name(self) -> str:
        return self._name

    @property
    def delivered(self) -> Sequence[tuple[str, str]]:
        """Number and text of each message, oldest first."""
        return tuple(self._by_key.values())

    async def send(self, *, to: str, text: str, key: SmsId) -> SmsReceipt:
        await self._connect()
        if to in self.refused:
            raise SmsRefused(provider=self._name, reason="refused")
        self._by_key.setdefault(key, (to, text))
        segments = segments_of(text)
        cost = SmsCost(millionths=PRICE_OF_A_SEGMENT * segments, currency="USD")
        self.reports.setdefault(str(key), SmsReport(status=SmsStatus.DELIVERED, segments=segments, cost=cost))
        if self.lose_answers:
            raise SmsUnavailable(provider=self._name)
        return SmsReceipt(provider_message_id=str(key), status=SmsStatus.QUEUED, segments=segments, cost=None)

    async def report(self, provider_message_id: str) -> SmsReport:
        await self._connect()
        if provider_message_id not in self.reports:
            raise SmsUnavailable(provider=self._name)
        return self.reports[provider_message_id]

    async def _connect(self) -> None:
        await asyncio.sleep(0)  # yield to other tasks, as a request to a real provider does
        if not self.available:
            raise SmsUnavailable(provider=self._name)


_Group = tuple[date, str, bool, str, bool, str]


def _period(message: SmsMessage, by: SpendingPeriod | None) -> date:
    if by is None:
        return date.min
    day = message.created_at.astimezone(UTC).date()
    return day if by is SpendingPeriod.DAY else day.replace(day=1)


class MemorySmsReads(Lookup[SmsId, SmsMessage], SmsReads):
    """Committed text messages."""

    table = SMS_MESSAGES

    async def to_poll(self, provider: str, now: datetime, limit: int) -> Sequence[SmsId]:
        due = self._rows.due(lambda each: each.ask_at if each.provider == provider else None, now, limit)
        return [each.id for each in due]

    async def page(self, criteria: SmsFilter) -> Sequence[SmsMessage]:
        return self._rows.page(
            lambda each: (
                criteria.user_id in {None, each.user_id}
                and criteria.status in {None, each.status}
                and criteria.provider in {None, each.provider}
                and criteria.country in {None, each.country}
                and (criteria.at_from is None or criteria.at_from <= each.created_at)
                and (criteria.at_before is None or each.created_at < criteria.at_before)
            ),
            criteria.after,
            criteria.limit,
            newest_first=True,
        )

    async def spending(
        self, since: datetime, before: datetime, by: SpendingPeriod | None = None
    ) -> Sequence[SmsSpending]:
        groups: defaultdict[_Group, list[SmsMessage]] = defaultdict(list)
        for each in self._rows.where(lambda each: since <= each.created_at < before):
            currency = "" if each.cost is None else each.cost.currency
            country = each.country or ""
            groups[_period(each, by), each.provider, not country, country, each.cost is None, currency].append(each)
        return [
            SmsSpending(
                period=None if by is None else period,
                provider=provider,
                country=country or None,
                messages=len(group),
                delivered=sum(each.status is SmsStatus.DELIVERED for each in group),
                failed=sum(each.status in {SmsStatus.FAILED, SmsStatus.UNDELIVERED} for each in group),
                segments=sum(each.segments for each in group),
                cost=None if unknown else SmsCost(millionths=_sum(group), currency=currency),
            )
            for (period, provider, _, country, unknown, currency), group in sorted(
                groups.items(), key=lambda item: item[0]
            )
        ]

    async def of_user(self, user_id: UserId, after: SmsId | None, limit: int) -> Sequence[SmsMessage]:
        return self._rows.page(lambda each: each.user_id == user_id, after, limit)
