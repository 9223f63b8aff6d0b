"""The contracts of `WaitingList` and `WaitingReads`."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from booking_domain.scheduling.waiting import MAX_LISTED_ENTRIES, OPEN, WaitingListEntry, WaitingStatus
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.ids import ServiceId, WaitingId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder
from booking_domain.testing.kit.storage import Backend, Cast, StorageContract, a_cast, alone, rolled_back, waits
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


async def _open_for(backend: Backend, cast: Cast) -> list[WaitingListEntry]:
    return list(await alone(backend).waiting_list.open_for(cast.profile.id))


async def _get(backend: Backend, waiting: WaitingListEntry) -> WaitingListEntry | None:
    return await alone(backend).waiting_list.get(waiting.id)


class WaitingListContract(StorageContract):
    """The waiting list in a database transaction."""

    async def test_an_entry_is_stored_with_all_fields(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        odd = TimeRange(TOMORROW + INSTANT, TOMORROW + timedelta(days=92) - INSTANT)
        services = tuple(ServiceId(make.entropy.new_id()) for _ in range(3))[::-1]
        entries = [
            make.waiting(cast.profile, cast.customer, WINDOW),
            replace(make.waiting(cast.profile, cast.customer, odd), duration_minutes=90),
            replace(make.waiting(cast.profile, cast.customer, odd), service_ids=services),
            make.waiting(cast.profile, cast.customer, WINDOW).offered(TOMORROW, NOW + INSTANT),
        ]
        await _kept(backend, *entries)
        assert [await _get(backend, each) for each in entries] == entries
        assert await _open_for(backend, cast) == entries

    async def test_the_open_entries_of_a_provider_are_counted(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        for status in WaitingStatus:
            await _waiting(backend, make, cast, status)
        await _waiting(backend, make, other)
        assert await alone(backend).waiting_list.count_open_for(cast.profile.id) == len(OPEN)

    async def test_an_entry_of_any_status_is_found_by_id(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        for status in WaitingStatus:
            waiting = await _waiting(backend, make, cast, status)
            assert waiting.status is status
            assert await _get(backend, waiting) == waiting

    async def test_an_unknown_entry_is_not_found(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        async with backend.begin() as tx:
            assert await tx.waiting_list.get(WaitingId(make.entropy.new_id())) is None
            assert await tx.waiting_list.open_for(cast.profile.id) == []
            assert await tx.waiting_list.count_open(cast.customer.id) == 0

    async def test_open_entries_are_sorted_by_creation(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        first, second, third, fourth = (make.waiting(cast.profile, cast.customer, WINDOW) for _ in range(4))
        second = replace(second, created_at=NOW + HOUR)
        fourth = replace(fourth, created_at=NOW - INSTANT)
        await _kept(backend, third, second, fourth, first)
        assert await _open_for(backend, cast) == [fourth, first, third, second]

    async def test_only_waiting_and_offered_entries_are_open(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        entries = [await _waiting(backend, make, cast, status) for status in WaitingStatus]
        assert await _open_for(backend, cast) == [each for each in entries if each.status in OPEN]

    async def test_open_entries_are_listed_by_provider(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        here, there = await _waiting(backend, make, cast), await _waiting(backend, make, other)
        assert await _open_for(backend, cast) == [here]
        assert await _open_for(backend, other) == [there]

    async def test_a_saved_entry_is_visible_after_the_commit_only(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        waiting, beside = await _waiting(backend, make, cast), await _waiting(backend, make, cast)
        offered = waiting.offered(TOMORROW + INSTANT, NOW + HOUR)
        async with backend.begin() as tx:
            await tx.waiting_list.get(waiting.id)
            await tx.waiting_list.save(offered)
            assert await tx.waiting_list.get(waiting.id) == offered
            assert await backend.reads.waiting_list.of_customer(cast.customer.id) == [beside, waiting]
        assert await backend.reads.waiting_list.of_customer(cast.customer.id) == [beside, offered]
        booked = offered.booked()
        await alone(backend).waiting_list.save(booked)
        assert await _get(backend, waiting) == booked
        assert await _open_for(backend, cast) == [beside]

    async def test_a_rolled_back_change_has_no_effect(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        waiting = await _waiting(backend, make, cast)

        async def work(tx: Repositories) -> None:
            await tx.waiting_list.save(waiting.left())
            await tx.waiting_list.add(make.waiting(cast.profile, cast.customer, WINDOW))

        await rolled_back(backend, work)
        assert await backend.reads.waiting_list.of_customer(cast.customer.id) == [waiting]

    async def test_open_entries_are_counted_across_providers(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        for status in WaitingStatus:
            await _waiting(backend, make, cast, status)
        await _kept(backend, make.waiting(other.profile, cast.customer, WINDOW))
        await _kept(backend, make.waiting(cast.profile, other.customer, WINDOW))
        async with backend.begin() as tx:
            assert await tx.waiting_list.count_open(cast.customer.id) == 3
            assert await tx.waiting_list.count_open(other.customer.id) == 1

    async def test_counting_entries_locks_the_customer(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        async with backend.begin() as tx:
            assert await tx.waiting_list.count_open(cast.customer.id) == 0
            second = asyncio.create_task(alone(backend).waiting_list.count_open(cast.customer.id))
            assert await waits(second)
            await tx.waiting_list.add(make.waiting(cast.profile, cast.customer, WINDOW))
        assert await second == 1

    async def test_an_entry_is_locked_until_the_commit(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        waiting, beside = await _waiting(backend, make, cast), await _waiting(backend, make, cast)
        left = waiting.left()
        async with backend.begin() as tx:
            await tx.waiting_list.get(waiting.id)
            another, in_line = (
                asyncio.create_task(_get(backend, waiting)),
                asyncio.create_task(_open_for(backend, cast)),
            )
            assert await waits(another)
            assert await waits(in_line)
            await tx.waiting_list.save(left)
        assert await another == left
        assert await in_line == [beside]

    async def test_open_entries_are_locked_until_the_commit(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        waiting = await _waiting(backend, make, cast)
        lapsed = waiting.lapsed()
        async with backend.begin() as tx:
            assert await tx.waiting_list.open_for(cast.profile.id) == [waiting]
            another = asyncio.create_task(_get(backend, waiting))
            assert await waits(another)
            await tx.waiting_list.save(lapsed)
        assert await another == lapsed


class WaitingReadsContract(StorageContract):
    """Reads of the waiting list."""

    async def test_the_entries_of_a_customer_are_listed_newest_first_in_any_status(
        self, backend: Backend, make: Builder
    ) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        entries = [await _waiting(backend, make, cast, status) for status in WaitingStatus]
        entries.append(make.waiting(other.profile, cast.customer, WINDOW))
        await _kept(backend, entries[-1], make.waiting(cast.profile, other.customer, WINDOW))
        assert await backend.reads.waiting_list.of_customer(cast.customer.id) == entries[::-1]

    async def test_the_list_is_limited_to_the_newest_entries(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        entries = [make.waiting(cast.profile, cast.customer, WINDOW) for _ in range(MAX_LISTED_ENTRIES + 1)]
        await _kept(backend, *entries)
        assert await backend.reads.waiting_list.of_customer(cast.customer.id) == entries[:0:-1]

    async def test_a_provider_is_awaited_while_one_of_its_entries_is_open(
        self, backend: Backend, make: Builder
    ) -> None:
        casts = [await a_cast(backend, make) for _ in WaitingStatus]
        for cast, status in zip(casts, WaitingStatus, strict=True):
            for _ in range(2):
                await _waiting(backend, make, cast, status)
        awaited = await backend.reads.waiting_list.providers()
        assert sorted(awaited) == sorted(
            cast.profile.id for cast, status in zip(casts, WaitingStatus, strict=True) if status in OPEN
        )

    async def test_reads_do_not_see_uncommitted_entries(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        async with backend.begin() as tx:
            await tx.waiting_list.add(make.waiting(cast.profile, cast.customer, WINDOW))
            assert await backend.reads.waiting_list.of_customer(cast.customer.id) == []
            assert await backend.reads.waiting_list.providers() == []
