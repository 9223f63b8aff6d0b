"""Usage in memory."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Final

from booking_domain.identity.model import User
from booking_domain.payments.provider_payouts import ProviderPayoutStatus
from booking_domain.payments.refunds import RefundMethod, RefundStatus
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.catalogue.memory.tables import providers_of
from booking_domain.testing.identity.memory.tables import CODE_HISTORY, LOGINS, USERS
from booking_domain.testing.kit.tables import Group, InMemory, Part, State, Table
from booking_domain.testing.notifications.memory.tables import MESSAGES, NOTIFICATIONS, SMS_MESSAGES
from booking_domain.testing.payments.memory.tables import PAYMENTS, PROVIDER_PAYOUTS, REFUNDS
from booking_domain.usage.model import ACTIVATED_WITHIN, TALLIED, Measure, Transfer, UsageCount, WaitingMoney
from booking_domain.usage.ports import UsageDays, UsageReads

Key = tuple[date, Measure, tuple[str, ...]]
USAGE_DAYS: Final = Table[Key, UsageCount]("usage_days", key=lambda row: (row.day, row.measure, row.labels))
TABLES: Final = (USAGE_DAYS,)
_Fact = tuple[datetime | None, Measure, tuple[str, ...], int]


def _facts(state: State, now: datetime) -> Iterator[_Fact]:
    """Everything that counts: when, as what, and how much."""
    yield from _of_accounts(state, now)
    yield from _of_messages(state)
    for payment in state[PAYMENTS].values():
        yield payment.created_at, Measure.PAYMENTS, (payment.gateway, payment.status.value), 1
        if payment.settled:
            paid = payment.gateway, payment.settled.currency
            yield payment.created_at, Measure.PAID_AMOUNTS, paid, payment.settled.amount


def _of_accounts(state: State, now: datetime) -> Iterator[_Fact]:
    for user in state[USERS].values():
        yield user.created_at, Measure.SIGN_UPS, (user.role.value,), 1
        first = _first_booking(state, user)
        if first is not None and first < user.created_at + ACTIVATED_WITHIN:
            yield first, Measure.ACTIVATIONS, (user.role.value,), 1
        if user.email_undeliverable_reason is not None:
            yield user.email_undeliverable_at, Measure.UNDELIVERABLE, (user.email_undeliverable_reason.value,), 1
    for login in state[LOGINS].values():
        yield login.at, Measure.SIGN_INS, (login.method.value, login.outcome.value), 1
    for code in state[CODE_HISTORY].values():
        labels = code.channel.value, code.purpose.value, code.outcome(now).value
        yield code.issued_at, Measure.CODES, labels, 1


def _of_messages(state: State) -> Iterator[_Fact]:
    for text in state[SMS_MESSAGES].values():
        to = text.provider, text.country or ""
        yield text.created_at, Measure.TEXT_MESSAGES, (*to, text.status.value), 1
        if text.cost is not None:
            yield text.created_at, Measure.TEXT_MESSAGE_COSTS, (*to, text.cost.currency), text.cost.millionths
    for message in state[MESSAGES].values():
        notified = state[NOTIFICATIONS][message.notification_id]
        yield notified.created_at, Measure.MESSAGES, (message.channel.value, message.status.value), 1


def _first_booking(state: State, user: User) -> datetime | None:
    own = providers_of(state, user.id)
    theirs = state[BOOKINGS].where(lambda each: each.customer_id == user.id or each.provider_id in own)
    return min((each.created_at for each in theirs), default=None)


class MemoryUsageDays(InMemory, UsageDays):
    """Those of one database transaction."""

    async def stored_facts(self, day: date, within: TimeRange, now: datetime) -> Sequence[UsageCount]:
        counts = Counter[tuple[Measure, tuple[str, ...]]]()
        for at, measure, labels, value in _facts(self._state, now):
            if at is not None and within.start <= at < within.end:
                counts[measure, labels] += value
        return [
            UsageCount(day=day, measure=measure, labels=labels, value=value)
            for (measure, labels), value in sorted(counts.items())
        ]

    async def replace(self, day: date, counts: Sequence[UsageCount]) -> None:
        self._state[USAGE_DAYS].delete(lambda each: each.day == day and each.measure not in TALLIED)
        await self.add(counts)

    async def add(self, counts: Sequence[UsageCount]) -> None:
        for each in counts:
            before = self._state[USAGE_DAYS].get((each.day, each.measure, each.labels))
            value = each.value + (0 if before is None else before.value)
            self._state[USAGE_DAYS].put(UsageCount(day=each.day, measure=each.measure, labels=each.labels, value=value))

    async def remove(self, before: date) -> int:
        return len(self._state[USAGE_DAYS].delete(lambda each: each.day < before))


class MemoryUsageReads(InMemory, UsageReads):
    """Those that are committed."""

    async def between(self, first: date, last: date, measures: Collection[Measure]) -> Sequence[UsageCount]:
        found = self._state[USAGE_DAYS].where(lambda each: first <= each.day <= last and each.measure in measures)
        return sorted(found, key=lambda each: (each.measure, each.labels, each.day))

    async def waiting(self) -> Sequence[WaitingMoney]:
        sums: dict[tuple[Transfer, str], list[Money]] = {}
        for payout in self._state[PROVIDER_PAYOUTS].where(lambda each: each.status is ProviderPayoutStatus.PENDING):
            sums.setdefault((Transfer.PAYOUT, payout.amount.currency), []).append(payout.amount)
        for refund in self._state[REFUNDS].where(
            lambda each: each.status is RefundStatus.PENDING and each.method is RefundMethod.TRANSFER
        ):
            sums.setdefault((Transfer.REFUND, refund.amount.currency), []).append(refund.amount)
        return [
            WaitingMoney(kind=kind, currency=currency, count=len(each), amount=sum(one.amount for one in each))
            for (kind, currency), each in sorted(sums.items())
        ]


class UsageRepositories(Group):
    """The repositories of this context."""

    usage_days: Final = Part(MemoryUsageDays)


class UsageReadGroup(Group):
    """The reads of this context."""

    usage: Final = Part(MemoryUsageReads)
