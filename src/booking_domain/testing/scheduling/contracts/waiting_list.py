"""The contracts of `WaitingList` and `WaitingReads`."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from booking_domain.scheduling.waiting import OPEN, WaitingStatus
from booking_domain.scheduling.waiting_list import MAX_LISTED_ENTRIES, WaitingListEntry
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.ids import ServiceId, WaitingId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder
from booking_domain.testing.kit.storage import Backend, Cast, StorageContract, jumbled, waits
from booking_domain.use_cases.platform.ports import Repositories

WINDOW = TimeRange(TOMORROW, TOMORROW + 8 * HOUR)
INSTANT = timedelta(microseconds=1)


async def _waiting(
    backend: Backend, make: Builder, cast: Cast, status: WaitingStatus | None = None
) -> WaitingListEntry:
    """Store an entry with this status."""
    waiting = make.waiting(cast.profile, cast.customer, WINDOW)
    match status:
        case WaitingStatus.OFFERED:
            waiting = waiting.offered(TOMORROW, NOW + Deadlines().offer)
        case WaitingStatus.BOOKED:
            waiting = waiting.offered(TOMORROW, NOW + Deadlines().offer).booked()
        case WaitingStatus.LAPSED:
            waiting = waiting.lapsed()
        case WaitingStatus.LEFT:
            waiting = waiting.left()
        case WaitingStatus.WAITING | None:
            pass
    await _kept(backend, waiting)
    return waiting


async def _kept(backend: Backend, *entries: WaitingListEntry) -> None:
    async with backend.begin() as tx:
        for waiting in entries:
            await tx.waiting_list.add(waiting)


class WaitingListContract(StorageContract):
    """The waiting list in a database transaction."""

    async def _open_for(self, cast: Cast) -> list[WaitingListEntry]:
        return list(await self.alone.waiting_list.open_for(cast.profile.id))

    async def _get(self, waiting: WaitingListEntry) -> WaitingListEntry | None:
        return await self.alone.waiting_list.get(waiting.id)

    async def test_an_entry_is_stored_with_all_fields(self, cast: Cast) -> None:
        odd = TimeRange(TOMORROW + INSTANT, TOMORROW + timedelta(days=92) - INSTANT)
        services = tuple(ServiceId(self.make.entropy.new_id()) for _ in range(3))[::-1]
        entries = [
            self.make.waiting(cast.profile, cast.customer, WINDOW),
            replace(self.make.waiting(cast.profile, cast.customer, odd), duration_minutes=90),
            replace(self.make.waiting(cast.profile, cast.customer, odd), service_ids=services),
            self.make.waiting(cast.profile, cast.customer, WINDOW).offered(TOMORROW, NOW + INSTANT),
        ]
        await _kept(self.backend, *entries)
        assert [await self._get(each) for each in entries] == entries
        assert await self._open_for(cast) == entries

    async def test_the_open_entries_of_a_provider_are_counted(self, cast: Cast, other: Cast) -> None:
        for status in WaitingStatus:
            await _waiting(self.backend, self.make, cast, status)
        await _waiting(self.backend, self.make, other)
        assert await self.alone.waiting_list.count_open_for(cast.profile.id) == len(OPEN)

    async def test_an_entry_of_any_status_is_found_by_id(self, cast: Cast) -> None:
        for status in WaitingStatus:
            waiting = await _waiting(self.backend, self.make, cast, status)
            assert waiting.status is status
            assert await self._get(waiting) == waiting

    async def test_an_unknown_entry_is_not_found(self, cast: Cast) -> None:
        async with self.begin() as tx:
            assert await tx.waiting_list.get(WaitingId(self.make.entropy.new_id())) is None
            assert await tx.waiting_list.open_for(cast.profile.id) == []
            assert await tx.waiting_list.count_open(cast.customer.id) == 0

    async def test_open_entries_are_sorted_by_creation(self, cast: Cast) -> None:
        first, second, third, fourth = (self.make.waiting(cast.profile, cast.customer, WINDOW) for _ in range(4))
        second = replace(second, created_at=NOW + HOUR)
        fourth = replace(fourth, created_at=NOW - INSTANT)
        await _kept(self.backend, third, second, fourth, first)
        assert await self._open_for(cast) == [fourth, first, third, second]

    async def test_only_waiting_and_offered_entries_are_open(self, cast: Cast) -> None:
        entries = [await _waiting(self.backend, self.make, cast, status) for status in WaitingStatus]
        assert await self._open_for(cast) == [each for each in entries if each.status in OPEN]

    async def test_open_entries_are_listed_by_provider(self, cast: Cast, other: Cast) -> None:
        here, there = await _waiting(self.backend, self.make, cast), await _waiting(self.backend, self.make, other)
        assert await self._open_for(cast) == [here]
        assert await self._open_for(other) == [there]

    async def test_a_saved_entry_is_visible_after_the_commit_only(self, cast: Cast) -> None:
        waiting, beside = await _waiting(self.backend, self.make, cast), await _waiting(self.backend, self.make, cast)
        offered = waiting.offered(TOMORROW + INSTANT, NOW + HOUR)
        async with self.begin() as tx:
            await tx.waiting_list.get(waiting.id)
            await tx.waiting_list.save(offered)
            assert await tx.waiting_list.get(waiting.id) == offered
            assert await self.reads.waiting_list.of_customer(cast.customer.id) == [beside, waiting]
        assert await self.reads.waiting_list.of_customer(cast.customer.id) == [beside, offered]
        booked = offered.booked()
        await self.alone.waiting_list.save(booked)
        assert await self._get(waiting) == booked
        assert await self._open_for(cast) == [beside]

    async def test_a_rolled_back_change_has_no_effect(self, cast: Cast) -> None:
        waiting = await _waiting(self.backend, self.make, cast)

        async def work(tx: Repositories) -> None:
            await tx.waiting_list.save(waiting.left())
            await tx.waiting_list.add(self.make.waiting(cast.profile, cast.customer, WINDOW))

        await self.rolled_back(work)
        assert await self.reads.waiting_list.of_customer(cast.customer.id) == [waiting]

    async def test_open_entries_are_counted_across_providers(self, cast: Cast, other: Cast) -> None:
        for status in WaitingStatus:
            await _waiting(self.backend, self.make, cast, status)
        await _kept(self.backend, self.make.waiting(other.profile, cast.customer, WINDOW))
        await _kept(self.backend, self.make.waiting(cast.profile, other.customer, WINDOW))
        async with self.begin() as tx:
            assert await tx.waiting_list.count_open(cast.customer.id) == 3
            assert await tx.waiting_list.count_open(other.customer.id) == 1

    async def test_counting_entries_locks_the_customer(self, cast: Cast) -> None:
        async with self.begin() as tx:
            assert await tx.waiting_list.count_open(cast.customer.id) == 0
            second = asyncio.create_task(self.alone.waiting_list.count_open(cast.customer.id))
            assert await waits(second)
            await tx.waiting_list.add(self.make.waiting(cast.profile, cast.customer, WINDOW))
        assert await second == 1

    async def test_an_entry_is_locked_until_the_commit(self, cast: Cast) -> None:
        waiting, beside = await _waiting(self.backend, self.make, cast), await _waiting(self.backend, self.make, cast)
        left = waiting.left()
        async with self.begin() as tx:
            await tx.waiting_list.get(waiting.id)
            another, in_line = (
                asyncio.create_task(self._get(waiting)),
                asyncio.create_task(self._open_for(cast)),
            )
            assert await waits(another)
            assert await waits(in_line)
            await tx.waiting_list.save(left)
        assert await another == left
        assert await in_line == [beside]

    async def test_open_entries_are_locked_until_the_commit(self, cast: Cast) -> None:
        waiting = await _waiting(self.backend, self.make, cast)
        lapsed = waiting.lapsed()
        async with self.begin() as tx:
            assert await tx.waiting_list.open_for(cast.profile.id) == [waiting]
            another = asyncio.create_task(self._get(waiting))
            assert await waits(another)
            await tx.waiting_list.save(lapsed)
        assert await another == lapsed


class WaitingReadsContract(StorageContract):
    """Reads of the waiting list."""

    async def test_the_entries_of_a_customer_are_listed_newest_first_in_any_status(
        self, cast: Cast, other: Cast
    ) -> None:
        entries = [await _waiting(self.backend, self.make, cast, status) for status in WaitingStatus]
        entries.append(self.make.waiting(other.profile, cast.customer, WINDOW))
        await _kept(self.backend, entries[-1], self.make.waiting(cast.profile, other.customer, WINDOW))
        assert await self.reads.waiting_list.of_customer(cast.customer.id) == entries[::-1]

    async def test_the_list_is_limited_to_the_newest_entries(self, cast: Cast) -> None:
        entries = [self.make.waiting(cast.profile, cast.customer, WINDOW) for _ in range(MAX_LISTED_ENTRIES + 1)]
        await _kept(self.backend, *jumbled(*entries))
        assert await self.reads.waiting_list.of_customer(cast.customer.id) == entries[:0:-1]

    async def test_a_provider_is_awaited_while_one_of_its_entries_is_open(self) -> None:
        casts = [await self.a_cast() for _ in WaitingStatus]
        for cast, status in zip(casts, WaitingStatus, strict=True):
            for _ in range(2):
                await _waiting(self.backend, self.make, cast, status)
        awaited = await self.reads.waiting_list.providers()
        assert sorted(awaited) == sorted(
            cast.profile.id for cast, status in zip(casts, WaitingStatus, strict=True) if status in OPEN
        )

    async def test_reads_do_not_see_uncommitted_entries(self, cast: Cast) -> None:
        async with self.begin() as tx:
            await tx.waiting_list.add(self.make.waiting(cast.profile, cast.customer, WINDOW))
            assert await self.reads.waiting_list.of_customer(cast.customer.id) == []
            assert await self.reads.waiting_list.providers() == []
