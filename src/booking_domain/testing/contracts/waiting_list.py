"""The contract of `WaitingList` and of `WaitingReads`, and what must hold of both when everybody comes at once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.placing import slot_window
from booking_domain.scheduling.use_cases.waiting import leave_waiting_list, offer_freed
from booking_domain.scheduling.waiting import MOST_WAITS, OFFER_LASTS, OPEN, Waiting, WaitingStatus
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.ids import WaitingId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder, terms
from booking_domain.testing.contracts.storage import Backend, Cast, a_cast, race, regretted, scenario, waits
from booking_domain.testing.studio import Studio
from booking_domain.workflows.ports import Repositories

WINDOW = TimeRange(TOMORROW, TOMORROW + 8 * HOUR)
INSTANT = timedelta(microseconds=1)


async def _waiting(backend: Backend, make: Builder, cast: Cast, status: WaitingStatus | None = None) -> Waiting:
    """An entry that is kept, in this status."""
    waiting = make.waiting(cast.profile, cast.customer, WINDOW)
    match status:
        case WaitingStatus.OFFERED:
            waiting = waiting.offered(TOMORROW, NOW + OFFER_LASTS)
        case WaitingStatus.BOOKED:
            waiting = waiting.offered(TOMORROW, NOW + OFFER_LASTS).booked()
        case WaitingStatus.LAPSED:
            waiting = waiting.lapsed()
        case WaitingStatus.LEFT:
            waiting = waiting.left()
        case WaitingStatus.WAITING | None:
            pass
    await _kept(backend, waiting)
    return waiting


async def _kept(backend: Backend, *entries: Waiting) -> None:
    async with backend.begin() as tx:
        for waiting in entries:
            await tx.waiting_list.add(waiting)


async def _open_for(backend: Backend, cast: Cast) -> list[Waiting]:
    async with backend.begin() as tx:
        return list(await tx.waiting_list.open_for(cast.profile.id))


async def _get(backend: Backend, waiting: Waiting) -> Waiting | None:
    async with backend.begin() as tx:
        return await tx.waiting_list.get(waiting.id)


async def _holds(studio: Studio) -> list[Claim]:
    schedule = await studio.reads.schedules.get(studio.provider_id, slot_window(TOMORROW))
    assert schedule is not None
    return [claim for claim in schedule.claims if claim.kind is ClaimKind.HOLD]


class WaitingListContract:
    """The waiting list of a transaction."""

    @scenario
    async def test_an_entry_is_kept_as_it_was_added(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        odd = TimeRange(TOMORROW + INSTANT, TOMORROW + timedelta(days=92) - INSTANT)
        entries = [
            make.waiting(cast.profile, cast.customer, WINDOW),
            replace(make.waiting(cast.profile, cast.customer, odd), duration_minutes=90),
            make.waiting(cast.profile, cast.customer, WINDOW).offered(TOMORROW, NOW + INSTANT),
        ]
        await _kept(backend, *entries)
        assert [await _get(backend, each) for each in entries] == entries
        assert await _open_for(backend, cast) == entries

    @scenario
    async def test_an_entry_of_any_status_can_be_got(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        for status in WaitingStatus:
            waiting = await _waiting(backend, make, cast, status)
            assert waiting.status is status
            assert await _get(backend, waiting) == waiting

    @scenario
    async def test_nobody_waits_who_did_not_join(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        async with backend.begin() as tx:
            assert await tx.waiting_list.get(WaitingId(make.entropy.new_id())) is None
            assert await tx.waiting_list.open_for(cast.profile.id) == []
            assert await tx.waiting_list.count_open(cast.customer.id) == 0

    @scenario
    async def test_those_who_came_first_are_first(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        first, second, third, fourth = (make.waiting(cast.profile, cast.customer, WINDOW) for _ in range(4))
        second = replace(second, created_at=NOW + HOUR)
        fourth = replace(fourth, created_at=NOW - INSTANT)
        await _kept(backend, third, second, fourth, first)
        assert await _open_for(backend, cast) == [fourth, first, third, second]

    @scenario
    async def test_only_who_waits_or_was_offered_something_is_in_line(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        entries = [await _waiting(backend, make, cast, status) for status in WaitingStatus]
        assert await _open_for(backend, cast) == [each for each in entries if each.status in OPEN]

    @scenario
    async def test_the_line_of_one_provider_is_not_that_of_another(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        here, there = await _waiting(backend, make, cast), await _waiting(backend, make, other)
        assert await _open_for(backend, cast) == [here]
        assert await _open_for(backend, other) == [there]

    @scenario
    async def test_what_was_saved_is_there_for_everybody_after_the_transaction_and_not_before(
        self, backend: Backend, make: Builder
    ) -> None:
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
        async with backend.begin() as tx:
            await tx.waiting_list.save(booked)
        assert await _get(backend, waiting) == booked
        assert await _open_for(backend, cast) == [beside]

    @scenario
    async def test_what_a_transaction_regrets_did_not_happen(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        waiting = await _waiting(backend, make, cast)

        async def work(tx: Repositories) -> None:
            await tx.waiting_list.save(waiting.left())
            await tx.waiting_list.add(make.waiting(cast.profile, cast.customer, WINDOW))

        await regretted(backend, work)
        assert await backend.reads.waiting_list.of_customer(cast.customer.id) == [waiting]

    @scenario
    async def test_open_entries_are_counted_wherever_they_are_and_no_others(
        self, backend: Backend, make: Builder
    ) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        for status in WaitingStatus:
            await _waiting(backend, make, cast, status)
        await _kept(backend, make.waiting(other.profile, cast.customer, WINDOW))
        await _kept(backend, make.waiting(cast.profile, other.customer, WINDOW))
        async with backend.begin() as tx:
            assert await tx.waiting_list.count_open(cast.customer.id) == 3
            assert await tx.waiting_list.count_open(other.customer.id) == 1

    @scenario
    async def test_those_who_count_for_one_customer_come_one_after_the_other(
        self, backend: Backend, make: Builder
    ) -> None:
        cast = await a_cast(backend, make)

        async def count() -> int:
            async with backend.begin() as tx:
                return await tx.waiting_list.count_open(cast.customer.id)

        async with backend.begin() as tx:
            assert await tx.waiting_list.count_open(cast.customer.id) == 0
            second = asyncio.create_task(count())
            assert await waits(second)
            await tx.waiting_list.add(make.waiting(cast.profile, cast.customer, WINDOW))
        assert await second == 1

    @scenario
    async def test_an_entry_that_one_has_got_is_kept_from_others(self, backend: Backend, make: Builder) -> None:
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

    @scenario
    async def test_a_line_that_one_looks_at_is_kept_from_others(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        waiting = await _waiting(backend, make, cast)
        lapsed = waiting.lapsed()
        async with backend.begin() as tx:
            assert await tx.waiting_list.open_for(cast.profile.id) == [waiting]
            another = asyncio.create_task(_get(backend, waiting))
            assert await waits(another)
            await tx.waiting_list.save(lapsed)
        assert await another == lapsed

    @scenario
    async def test_of_many_who_offer_one_slot_at_once_one_does(
        self,
        backend: Backend,
        make: Builder,  # noqa: ARG002 - the studio has its own
    ) -> None:
        studio = await Studio.opened(backend)
        await studio.wait()
        other = await studio.wait(by=await studio.joined())
        offers, refusals = await race([studio.offer() for _ in range(8)])
        assert refusals == []
        assert sum(len(each) for each in offers) == 1
        [hold] = await _holds(studio)
        [place] = await studio.reads.waiting_list.of_customer(studio.customer.id)
        assert (place.status, place.hold_id) == (WaitingStatus.OFFERED, hold.id)
        assert (await studio.place_of(other)).status is WaitingStatus.WAITING
        told = [each for each in await backend.outbox_events() if each.topic == "waitlist.offered"]
        assert [event.subject for event in told] == [place.id]

    @scenario
    async def test_who_leaves_an_offer_books_it_and_is_passed_over_at_once_does_one_of_it(
        self,
        backend: Backend,
        make: Builder,  # noqa: ARG002 - the studio has its own
    ) -> None:
        studio = await Studio.opened(backend)
        for week in range(4):
            slot = TOMORROW + timedelta(weeks=week)
            place = await studio.wait(slot)
            await studio.offer()
            left, booked, *_ = await asyncio.gather(
                studio.run(leave_waiting_list, place.id, by=studio.customer),
                studio.book(slot, hold=place.hold_id),
                *(studio.offer() for _ in range(3)),
                return_exceptions=True,
            )
            after = await studio.place_of(place)
            if left is None:
                assert after.status is WaitingStatus.LEFT
            else:
                assert after.status is WaitingStatus.BOOKED
                assert not isinstance(booked, BaseException)
            assert await _holds(studio) == []
        assert await studio.violations() == []

    @scenario
    async def test_two_providers_who_offer_to_the_same_customers_at_once_are_not_in_each_others_way(
        self,
        backend: Backend,
        make: Builder,  # noqa: ARG002 - the studio has its own
    ) -> None:
        studio = await Studio.opened(backend)
        here = studio.provider_id
        there = await studio.new_provider(await studio.joined(Role.PROVIDER), terms())
        people = [await studio.joined() for _ in range(3)]
        for provider_id, line in ((here, people), (there, people[::-1])):
            studio.provider_id = provider_id
            for hour, person in enumerate(line):
                await studio.wait(TOMORROW + hour * HOUR, by=person)
        made, refusals = await race([studio.run(offer_freed, each, by=SYSTEM) for each in (here, there) * 4])
        assert refusals == []
        assert sum(len(each) for each in made) == 6
        for person in people:
            assert {each.status for each in await studio.reads.waiting_list.of_customer(person.id)} == {
                WaitingStatus.OFFERED
            }


class WaitingReadsContract:
    """Reads of the waiting list."""

    @scenario
    async def test_ones_own_entries_are_listed_newest_first_whatever_became_of_them(
        self, backend: Backend, make: Builder
    ) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        entries = [await _waiting(backend, make, cast, status) for status in WaitingStatus]
        entries.append(make.waiting(other.profile, cast.customer, WINDOW))
        await _kept(backend, entries[-1], make.waiting(cast.profile, other.customer, WINDOW))
        assert await backend.reads.waiting_list.of_customer(cast.customer.id) == entries[::-1]

    @scenario
    async def test_of_very_many_entries_the_newest_are_listed(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        entries = [make.waiting(cast.profile, cast.customer, WINDOW) for _ in range(MOST_WAITS + 1)]
        await _kept(backend, *entries)
        assert await backend.reads.waiting_list.of_customer(cast.customer.id) == entries[:0:-1]

    @scenario
    async def test_a_provider_is_awaited_while_an_entry_is_open(self, backend: Backend, make: Builder) -> None:
        casts = [await a_cast(backend, make) for _ in WaitingStatus]
        for cast, status in zip(casts, WaitingStatus, strict=True):
            for _ in range(2):
                await _waiting(backend, make, cast, status)
        awaited = await backend.reads.waiting_list.providers()
        assert sorted(awaited) == sorted(
            cast.profile.id for cast, status in zip(casts, WaitingStatus, strict=True) if status in OPEN
        )

    @scenario
    async def test_nothing_uncommitted_is_read(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        async with backend.begin() as tx:
            await tx.waiting_list.add(make.waiting(cast.profile, cast.customer, WINDOW))
            assert await backend.reads.waiting_list.of_customer(cast.customer.id) == []
            assert await backend.reads.waiting_list.providers() == []
