"""The contracts of `SmsMessages` and `SmsReads`."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from booking_domain.notifications.sms import (
    SmsCost,
    SmsFilter,
    SmsMessage,
    SmsSpending,
    SmsStatus,
    SmsUpdate,
    SpendingPeriod,
)
from booking_domain.shared.ids import SmsId
from booking_domain.testing.builders import HOUR, NOW
from booking_domain.testing.kit.storage import Backend, StorageContract, jumbled, waits
from booking_domain.use_cases.platform.ports import Repositories

INSTANT = timedelta(microseconds=1)


async def _kept(backend: Backend, *messages: SmsMessage) -> None:
    async with backend.begin() as tx:
        for message in messages:
            await tx.sms_messages.add(message)


def _delivered(message: SmsMessage) -> SmsMessage:
    news = SmsUpdate(
        message_id=message.id,
        provider_message_id="SM1",
        status=SmsStatus.DELIVERED,
        segments=3,
        cost=SmsCost(millionths=2**53 + 1, currency="IRR"),
    )
    return message.updated(news, NOW + INSTANT)


class SmsMessagesContract(StorageContract):
    """Text messages in a database transaction."""

    async def _locked(self, message_id: SmsId) -> SmsMessage | None:
        return await self.alone.sms_messages.lock(message_id)

    async def test_a_message_is_stored_with_all_fields(self) -> None:
        user = await self.a_user()
        full = replace(
            self.make.sms(user),
            provider_message_id="SMb4",
            ask_at=NOW + INSTANT,
            segments=12,
            cost=SmsCost(millionths=0, currency="USD"),
            error="twilio 30003",
            country="MN",
            to_digest=bytes(range(256)),
        )
        bare = self.make.sms()
        several = [replace(self.make.sms(), status=status) for status in SmsStatus]
        for message in (full, bare, *several):
            await _kept(self.backend, message)
            assert await self.reads.sms.get(message.id) == message
            assert await self._locked(message.id) == message

    async def test_messages_are_counted_by_number_and_unverified_ones_by_account(self) -> None:
        user, other = self.make.user(), self.make.user()
        async with self.begin() as tx:
            await tx.users.add(user)
            await tx.users.add(other)
        digest, another = bytes(32), bytes(range(32))
        early = replace(self.make.sms(user), to_digest=digest, created_at=NOW)
        verified = replace(self.make.sms(user), to_digest=digest, to_verified=True, created_at=NOW + HOUR)
        late = replace(self.make.sms(user), to_digest=another, created_at=NOW + HOUR)
        theirs = replace(self.make.sms(other), to_digest=digest, created_at=NOW + HOUR)
        await _kept(self.backend, early, verified, late, theirs)
        async with self.begin() as tx:
            counts = [await tx.sms_messages.count_to(digest, since) for since in (NOW - INSTANT, NOW, NOW + HOUR)]
            assert counts == [3, 2, 0]
            assert await tx.sms_messages.count_to(b"none", NOW - INSTANT) == 0
            counts = [await tx.sms_messages.count_unverified_of(user.id, since) for since in (NOW - INSTANT, NOW)]
            assert counts == [2, 1]

    async def test_an_unknown_message_is_not_found(self) -> None:
        unknown = SmsId(self.make.entropy.new_id())
        assert await self.reads.sms.get(unknown) is None
        assert await self._locked(unknown) is None

    async def test_saving_replaces_the_mutable_fields_of_one_message(self) -> None:
        message, other = self.make.sms(), self.make.sms()
        await _kept(self.backend, message, other)
        later = _delivered(message)
        await self.alone.sms_messages.save(later)
        assert await self.reads.sms.get(message.id) == later != message
        assert await self.reads.sms.get(other.id) == other

    async def test_a_message_is_locked_until_the_commit(self) -> None:
        message = self.make.sms()
        await _kept(self.backend, message)
        later = _delivered(message)
        async with self.begin() as tx:
            assert await tx.sms_messages.lock(message.id) == message
            other = asyncio.create_task(self._locked(message.id))
            assert await waits(other)
            await tx.sms_messages.save(later)
        assert await other == later

    async def test_messages_after_an_instant_are_counted_for_all_recipients(self) -> None:
        user = self.make.user()
        async with self.begin() as tx:
            await tx.users.add(user)
            assert await tx.sms_messages.count_since(NOW) == 0
        made = [replace(self.make.sms(), created_at=NOW + number * HOUR) for number in range(3)]
        failed = replace(self.make.sms(user), created_at=NOW + INSTANT, status=SmsStatus.FAILED, provider="another")
        await _kept(self.backend, failed, *made)
        async with self.begin() as tx:
            assert await tx.sms_messages.count_since(NOW - INSTANT) == 4
            assert await tx.sms_messages.count_since(NOW) == 3
            assert await tx.sms_messages.count_since(NOW + INSTANT) == 2
            await tx.sms_messages.add(replace(self.make.sms(), created_at=NOW + INSTANT))
            assert await tx.sms_messages.count_since(NOW) == 4
            assert await tx.sms_messages.count_since(NOW + 2 * HOUR) == 0

    async def test_counting_messages_locks_the_counter(self) -> None:
        async with self.begin() as tx:
            assert await tx.sms_messages.count_since(NOW) == 0
            other = asyncio.create_task(self.alone.sms_messages.count_since(NOW))
            assert await waits(other)
            await tx.sms_messages.add(replace(self.make.sms(), created_at=NOW + INSTANT))
        assert await other == 1

    async def test_a_rolled_back_change_has_no_effect(self) -> None:
        message, never = self.make.sms(), self.make.sms()
        await _kept(self.backend, message)

        async def change(tx: Repositories) -> None:
            await tx.sms_messages.add(never)
            await tx.sms_messages.save(_delivered(message))

        await self.rolled_back(change)
        assert await self.reads.sms.get(message.id) == message
        assert await self.reads.sms.get(never.id) is None


class SmsReadsContract(StorageContract):
    """Reads of pending reports and of costs."""

    async def test_due_messages_are_listed_by_provider(self) -> None:
        def taken(number: int) -> SmsMessage:
            return replace(self.make.sms(), provider_message_id=f"SM{number}", ask_at=NOW - number * HOUR)

        now, earlier, earliest = taken(0), taken(1), taken(2)
        others = [
            replace(taken(3), ask_at=None),
            replace(taken(3), ask_at=NOW + INSTANT),
            replace(taken(3), provider="another"),
        ]
        await _kept(self.backend, *others, now, earliest, earlier)
        assert list(await self.reads.sms.to_poll("memory", NOW, 10)) == [earliest.id, earlier.id, now.id]
        assert list(await self.reads.sms.to_poll("memory", NOW, 2)) == [earliest.id, earlier.id]
        assert list(await self.reads.sms.to_poll("unknown", NOW, 10)) == []

    async def test_costs_are_summed_by_provider_and_currency(self) -> None:
        def made(provider: str, cost: SmsCost | None, segments: int = 1) -> SmsMessage:
            return replace(self.make.sms(), provider=provider, cost=cost, segments=segments)

        cents = SmsCost(millionths=7_900, currency="USD")
        rials = SmsCost(millionths=2**62, currency="IRR")
        await _kept(
            self.backend,
            made("twilio", None, 4),
            made("twilio", cents),
            made("twilio", cents, 2),
            made("twilio", SmsCost(millionths=1, currency="EUR")),
            made("kavenegar", rials),
            made("kavenegar", rials),
            replace(made("twilio", cents), created_at=NOW - INSTANT),
            replace(made("twilio", cents), created_at=NOW + HOUR),
        )
        assert list(await self.reads.sms.spending(NOW, NOW + HOUR)) == [
            SmsSpending(provider="kavenegar", messages=2, segments=2, cost=SmsCost(millionths=2**63, currency="IRR")),
            SmsSpending(provider="twilio", messages=1, segments=1, cost=SmsCost(millionths=1, currency="EUR")),
            SmsSpending(provider="twilio", messages=2, segments=3, cost=SmsCost(millionths=15_800, currency="USD")),
            SmsSpending(provider="twilio", messages=1, segments=4, cost=None),
        ]
        assert list(await self.reads.sms.spending(NOW + 2 * HOUR, NOW + 3 * HOUR)) == []

    async def test_costs_are_summed_by_country_and_by_day_or_month_in_utc(self) -> None:
        month, last = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
        cent = SmsCost(millionths=10_000, currency="USD")

        def made(at: datetime, country: str | None, status: SmsStatus) -> SmsMessage:
            return replace(self.make.sms(), created_at=at, country=country, status=status, segments=2, cost=cent)

        await _kept(
            self.backend,
            made(last, "MN", SmsStatus.DELIVERED),
            made(month, "MN", SmsStatus.UNDELIVERED),
            made(month, "MN", SmsStatus.FAILED),
            made(month + 30 * HOUR, "IR", SmsStatus.SENT),
            made(month, None, SmsStatus.QUEUED),
        )

        def spent(period: date, country: str | None, count: int, *, delivered: int = 0, failed: int = 0) -> SmsSpending:
            return SmsSpending(
                period=period,
                provider="memory",
                country=country,
                messages=count,
                delivered=delivered,
                failed=failed,
                segments=2 * count,
                cost=SmsCost(millionths=10_000 * count, currency="USD"),
            )

        whole = (last, month + 90 * HOUR)
        november, december = date(2026, 11, 1), date(2026, 12, 1)
        assert list(await self.reads.sms.spending(*whole, SpendingPeriod.MONTH)) == [
            spent(november, "MN", 1, delivered=1),
            spent(december, "IR", 1),
            spent(december, "MN", 2, failed=2),
            spent(december, None, 1),
        ]
        assert list(await self.reads.sms.spending(*whole, SpendingPeriod.DAY)) == [
            spent(date(2026, 11, 30), "MN", 1, delivered=1),
            spent(december, "MN", 2, failed=2),
            spent(december, None, 1),
            spent(date(2026, 12, 2), "IR", 1),
        ]

    async def test_messages_are_listed_newest_first_by_account_status_provider_country_and_time(self) -> None:
        user = await self.a_user()
        first, second, third = (
            replace(self.make.sms(user), country="MN", status=SmsStatus.FAILED),
            replace(self.make.sms(), provider="twilio", country="IR"),
            replace(self.make.sms(), created_at=NOW + HOUR),
        )
        await _kept(self.backend, *jumbled(first, second, third))
        for chosen, expected in (
            (SmsFilter(), [third, second, first]),
            (SmsFilter(user_id=user.id), [first]),
            (SmsFilter(status=SmsStatus.FAILED), [first]),
            (SmsFilter(provider="twilio"), [second]),
            (SmsFilter(country="IR"), [second]),
            (SmsFilter(at_from=NOW + INSTANT), [third]),
            (SmsFilter(at_before=NOW + INSTANT), [second, first]),
            (SmsFilter(limit=1, after=third.id), [second]),
        ):
            assert list(await self.reads.sms.page(chosen)) == expected, chosen

    async def test_of_user_pages_through_the_messages_of_the_account(self) -> None:
        user, other = self.make.user(), self.make.user()
        kept = [self.make.sms(user) for _ in range(3)]
        async with self.begin() as tx:
            for each in (user, other):
                await tx.users.add(each)
            for message in jumbled(*kept, self.make.sms(other), self.make.sms()):
                await tx.sms_messages.add(message)
        first = list(await self.reads.sms.of_user(user.id, None, 2))
        assert first == kept[:2]
        assert list(await self.reads.sms.of_user(user.id, first[-1].id, 2)) == kept[2:]
