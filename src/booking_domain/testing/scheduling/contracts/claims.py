"""The contract of `Claims`."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations

import pytest

from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.scheduling.placing import slot_window
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import ClaimId, UserId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder
from booking_domain.testing.kit.storage import (
    Backend,
    Cast,
    StorageContract,
    a_cast,
    alone,
    one_wins,
    present,
    race,
    waits,
)

INSTANT = timedelta(microseconds=1)


async def _take(backend: Backend, claim: Claim, now: datetime = NOW) -> None:
    async with backend.begin() as tx:
        await tx.schedules.lock(claim.provider_id, slot_window(claim.span.start))
        await tx.claims.acquire(claim, now)


async def _claims(backend: Backend, cast: Cast) -> list[Claim]:
    schedule = present(await backend.reads.schedules.get(cast.profile.id, slot_window(TOMORROW)))
    return sorted(schedule.claims, key=lambda claim: claim.span.start)


class ClaimsContract(StorageContract):
    """Claims: holds and bookings that occupy calendar time."""

    async def test_a_live_claim_rejects_every_overlapping_claim(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        taken = make.claim(cast.profile, cast.customer)
        await _take(backend, taken)
        for start, end in ((0, 60), (-30, 30), (30, 90), (-30, 90), (15, 45), (0, 1), (59, 60)):
            span = TimeRange(TOMORROW + timedelta(minutes=start), TOMORROW + timedelta(minutes=end))
            rival = replace(make.claim(cast.profile, cast.customer), span=span, blocked=span)
            with pytest.raises(SlotTaken) as refusal:
                await _take(backend, rival)
            assert refusal.value.start == span.start
        assert await _claims(backend, cast) == [taken]

    async def test_adjacent_claims_do_not_overlap(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        claims = [make.claim(cast.profile, cast.customer, TOMORROW + hour * HOUR) for hour in (-1, 0, 1)]
        for claim in claims:
            await _take(backend, claim)
        assert await _claims(backend, cast) == claims

    async def test_the_buffers_of_claims_must_not_overlap(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        await _take(backend, make.claim(cast.profile, cast.customer, buffer=HOUR / 4))
        next_one = make.claim(cast.profile, cast.customer, TOMORROW + HOUR + HOUR / 4, buffer=HOUR / 4)
        with pytest.raises(SlotTaken):
            await _take(backend, next_one)
        await _take(backend, make.claim(cast.profile, cast.customer, TOMORROW + HOUR + HOUR / 2, buffer=HOUR / 4))

    async def test_claims_of_different_providers_never_conflict(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        await _take(backend, make.claim(cast.profile, cast.customer))
        await _take(backend, make.claim(other.profile, cast.customer))

    async def test_a_hold_blocks_until_the_instant_it_expires(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        hold = make.hold(cast.profile, cast.customer, expires_at=NOW + HOUR)
        await _take(backend, hold)
        with pytest.raises(SlotTaken):
            await _take(backend, make.claim(cast.profile, cast.customer), now=NOW + HOUR - INSTANT)
        claim = make.claim(cast.profile, cast.customer)
        await _take(backend, claim, now=NOW + HOUR)
        assert await _claims(backend, cast) == [claim]

    async def test_a_claim_replaces_only_the_expired_holds_that_overlap_it(
        self, backend: Backend, make: Builder
    ) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        replaced = [
            make.hold(cast.profile, cast.customer, TOMORROW + part * HOUR / 2, lasts=HOUR / 2) for part in (0, 1)
        ]
        next_to_it = make.hold(cast.profile, cast.customer, TOMORROW + HOUR)
        elsewhere = make.hold(other.profile, cast.customer)
        for hold in (*replaced, next_to_it, elsewhere):
            await _take(backend, hold)
        claim = make.claim(cast.profile, cast.customer)
        await _take(backend, claim, now=NOW + HOUR)
        assert await _claims(backend, cast) == [claim, next_to_it]
        assert await _claims(backend, other) == [elsewhere]

    async def test_a_live_claim_rejects_a_claim_that_also_overlaps_an_expired_hold(
        self, backend: Backend, make: Builder
    ) -> None:
        cast = await a_cast(backend, make)
        await _take(backend, make.hold(cast.profile, cast.customer))
        live = make.claim(cast.profile, cast.customer, TOMORROW + HOUR)
        await _take(backend, live)
        wide = make.hold(cast.profile, cast.customer, lasts=2 * HOUR, expires_at=NOW + 3 * HOUR)
        with pytest.raises(SlotTaken):
            await _take(backend, wide, now=NOW + HOUR)
        assert live in await _claims(backend, cast)

    async def test_a_rejected_claim_does_not_abort_the_transaction(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        await _take(backend, make.claim(cast.profile, cast.customer))
        before, after = make.user(), make.user()
        free = make.claim(cast.profile, cast.customer, TOMORROW + 2 * HOUR)
        async with backend.begin() as tx:
            await tx.users.add(before)
            with pytest.raises(SlotTaken):
                await tx.claims.acquire(make.claim(cast.profile, cast.customer), NOW)
            await tx.users.add(after)
            await tx.claims.acquire(free, NOW)
        assert await backend.reads.users.get(before.id) == before
        assert await backend.reads.users.get(after.id) == after
        assert free in await _claims(backend, cast)

    async def test_a_released_claim_frees_its_time_in_the_same_transaction(
        self, backend: Backend, make: Builder
    ) -> None:
        cast = await a_cast(backend, make)
        hold, claim = make.hold(cast.profile, cast.customer), make.claim(cast.profile, cast.customer)
        await _take(backend, hold)
        async with backend.begin() as tx:
            await tx.claims.release(hold.id)
            await tx.claims.acquire(claim, NOW)
        assert await _claims(backend, cast) == [claim]
        await alone(backend).claims.release(claim.id)
        assert await _claims(backend, cast) == []

    async def test_a_claim_that_cannot_move_keeps_its_time(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        claim, other = make.claim(cast.profile, cast.customer), make.claim(cast.profile, cast.customer, TOMORROW + HOUR)
        await _take(backend, claim)
        await _take(backend, other)

        async def move(to: TimeRange) -> Claim:
            moved = replace(claim, span=to, blocked=to)
            async with backend.begin() as tx:
                await tx.schedules.lock(cast.profile.id, to)
                await tx.claims.release(claim.id)
                await tx.claims.acquire(moved, NOW)
            return moved

        for minutes in (60, 30, 119):
            with pytest.raises(SlotTaken):
                await move(TimeRange(TOMORROW + timedelta(minutes=minutes), TOMORROW + timedelta(minutes=minutes + 60)))
            assert await _claims(backend, cast) == [claim, other]
        for start, end in ((TOMORROW - HOUR / 2, TOMORROW + HOUR / 2), (TOMORROW + 2 * HOUR, TOMORROW + 3 * HOUR)):
            moved = await move(TimeRange(start, end))
            assert set(await _claims(backend, cast)) == {moved, other}

    async def test_releasing_an_unknown_claim_has_no_effect(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        claim = make.claim(cast.profile, cast.customer)
        await _take(backend, claim)
        await alone(backend).claims.release(ClaimId(make.entropy.new_id()))
        assert await _claims(backend, cast) == [claim]

    async def test_a_hold_is_found_by_its_customer_only(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        live = make.hold(cast.profile, cast.customer)
        lapsed = make.hold(cast.profile, cast.customer, TOMORROW + HOUR, expires_at=NOW - HOUR)
        claim = make.claim(cast.profile, cast.customer, TOMORROW + 2 * HOUR)
        for each in (live, lapsed, claim):
            await _take(backend, each, now=NOW - 2 * HOUR)
        async with backend.begin() as tx:
            assert await tx.claims.hold_of(cast.customer.id, live.id) == live
            assert await tx.claims.hold_of(cast.customer.id, lapsed.id) == lapsed
            assert await tx.claims.hold_of(other.customer.id, live.id) is None
            assert await tx.claims.hold_of(cast.customer.id, claim.id) is None
            assert await tx.claims.hold_of(cast.customer.id, ClaimId(make.entropy.new_id())) is None

    async def test_live_holds_are_counted_across_providers(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        for claim in (
            make.hold(cast.profile, cast.customer, expires_at=NOW + INSTANT),
            make.hold(other.profile, cast.customer),
            make.hold(cast.profile, cast.customer, TOMORROW + HOUR, expires_at=NOW),
            make.claim(cast.profile, cast.customer, TOMORROW + 2 * HOUR),
            make.hold(cast.profile, other.customer, TOMORROW + 3 * HOUR),
        ):
            await _take(backend, claim, now=NOW - HOUR)
        async with backend.begin() as tx:
            assert await tx.claims.count_holds(cast.customer.id, NOW) == 2
            assert await tx.claims.count_holds(other.customer.id, NOW) == 1
            assert await tx.claims.count_holds(UserId(cast.owner.id), NOW) == 0

    async def test_counting_holds_locks_the_customer(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        async with backend.begin() as tx:
            assert await tx.claims.count_holds(cast.customer.id, NOW) == 0
            second = asyncio.create_task(alone(backend).claims.count_holds(cast.customer.id, NOW))
            assert await waits(second)
            await tx.claims.acquire(make.hold(cast.profile, cast.customer), NOW)
        assert await second == 1

    async def test_the_sweep_deletes_only_expired_holds(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        live = make.hold(cast.profile, cast.customer, expires_at=NOW + INSTANT)
        claim = make.claim(cast.profile, cast.customer, TOMORROW + 2 * HOUR)
        for each in (
            live,
            claim,
            make.hold(cast.profile, cast.customer, TOMORROW + HOUR, expires_at=NOW),
            make.hold(other.profile, other.customer, expires_at=NOW - HOUR / 2),
        ):
            await _take(backend, each, now=NOW - HOUR)
        assert await alone(backend).claims.remove_expired(NOW) == 2
        assert await _claims(backend, cast) == [live, claim]
        assert await _claims(backend, other) == []
        assert await alone(backend).claims.remove_expired(NOW) == 0

    async def test_releasing_the_holds_of_a_provider_leaves_its_bookings_and_other_providers(
        self, backend: Backend, make: Builder
    ) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        booking = make.claim(cast.profile, cast.customer)
        elsewhere = make.hold(other.profile, other.customer)
        for claim in (booking, make.hold(cast.profile, cast.customer, TOMORROW + 2 * HOUR), elsewhere):
            await _take(backend, claim)
        async with backend.begin() as tx:
            await tx.claims.release_holds(cast.profile.id)
            await tx.claims.release_holds(cast.profile.id)
        assert await _claims(backend, cast) == [booking]
        assert await _claims(backend, other) == [elsewhere]

    async def test_of_concurrent_claims_of_one_slot_one_succeeds(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        await one_wins([_take(backend, make.claim(cast.profile, cast.customer)) for _ in range(10)], SlotTaken)
        assert len(await _claims(backend, cast)) == 1

    async def test_of_concurrent_replacements_of_an_expired_hold_one_succeeds(
        self, backend: Backend, make: Builder
    ) -> None:
        cast = await a_cast(backend, make)
        await _take(backend, make.hold(cast.profile, cast.customer))
        later = NOW + HOUR
        await one_wins(
            [_take(backend, make.claim(cast.profile, cast.customer), now=later) for _ in range(5)], SlotTaken
        )
        assert len(await _claims(backend, cast)) == 1

    async def test_concurrent_staggered_claims_never_overlap(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        wanted = [make.claim(cast.profile, cast.customer, TOMORROW + step * HOUR / 6) for step in range(18)]
        taken, _ = await race([_take(backend, claim) for claim in wanted])
        kept = await _claims(backend, cast)
        assert len(kept) == len(taken) >= 1
        assert not any(one.blocked.overlaps(other.blocked) for one, other in combinations(kept, 2))

    async def test_claims_never_overlap_even_without_the_provider_lock(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        taken, refusals = await race(
            [alone(backend).claims.acquire(make.claim(cast.profile, cast.customer), NOW) for _ in range(10)]
        )
        assert len(await _claims(backend, cast)) == len(taken) == 1
        assert {type(refusal) for refusal in refusals} <= {SlotTaken, ConcurrentChange}
