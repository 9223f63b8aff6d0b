"""The contract of `Claims`."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations

import pytest

from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.claims import MAX_LANES, Claim, ClaimKind
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.scheduling.model import Way
from booking_domain.scheduling.owned_resources import Resource
from booking_domain.scheduling.resources import ResourceNeed
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import ClaimId, ProviderId, UserId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW
from booking_domain.testing.kit.storage import (
    Cast,
    StorageContract,
    one_wins,
    present,
    race,
    waits,
)

INSTANT = timedelta(microseconds=1)
_DAY_OF_CLAIMS = TimeRange(TOMORROW, TOMORROW + timedelta(days=1))


class ClaimsContract(StorageContract):
    """Claims: holds and bookings that occupy calendar time."""

    async def _take(self, claim: Claim, now: datetime = NOW) -> None:
        async with self.begin() as tx:
            await tx.schedules.lock(claim.provider_id, slot_window(claim.span.start))
            await tx.claims.acquire(claim, now)

    async def _claims(self, cast: Cast) -> list[Claim]:
        schedule = present(await self.reads.schedules.get(cast.profile.id, slot_window(TOMORROW)))
        return sorted(schedule.claims, key=lambda claim: claim.span.start)

    async def test_a_live_claim_rejects_every_overlapping_claim(self, cast: Cast) -> None:
        taken = self.make.claim(cast.profile, cast.customer)
        await self._take(taken)
        for start, end in ((0, 60), (-30, 30), (30, 90), (-30, 90), (15, 45), (0, 1), (59, 60)):
            span = TimeRange(TOMORROW + timedelta(minutes=start), TOMORROW + timedelta(minutes=end))
            rival = replace(self.make.claim(cast.profile, cast.customer), span=span, blocked=span)
            with pytest.raises(SlotTaken) as refusal:
                await self._take(rival)
            assert (refusal.value.start, refusal.value.zone) == (span.start, "Asia/Ulaanbaatar")
        assert await self._claims(cast) == [taken]

    async def test_adjacent_claims_do_not_overlap(self, cast: Cast) -> None:
        claims = [self.make.claim(cast.profile, cast.customer, TOMORROW + hour * HOUR) for hour in (-1, 0, 1)]
        for claim in claims:
            await self._take(claim)
        assert await self._claims(cast) == claims

    async def test_the_buffers_of_claims_must_not_overlap(self, cast: Cast) -> None:
        await self._take(self.make.claim(cast.profile, cast.customer, buffer=HOUR / 4))
        next_one = self.make.claim(cast.profile, cast.customer, TOMORROW + HOUR + HOUR / 4, buffer=HOUR / 4)
        with pytest.raises(SlotTaken) as refusal:
            await self._take(next_one)
        assert refusal.value.start == next_one.span.start
        await self._take(self.make.claim(cast.profile, cast.customer, TOMORROW + HOUR + HOUR / 2, buffer=HOUR / 4))

    async def test_claims_of_different_providers_never_conflict(self, cast: Cast, other: Cast) -> None:
        await self._take(self.make.claim(cast.profile, cast.customer))
        await self._take(self.make.claim(other.profile, cast.customer))

    async def test_a_hold_blocks_until_the_instant_it_expires(self, cast: Cast) -> None:
        hold = self.make.hold(cast.profile, cast.customer, expires_at=NOW + HOUR)
        await self._take(hold)
        with pytest.raises(SlotTaken):
            await self._take(self.make.claim(cast.profile, cast.customer), now=NOW + HOUR - INSTANT)
        claim = self.make.claim(cast.profile, cast.customer)
        await self._take(claim, now=NOW + HOUR)
        assert await self._claims(cast) == [claim]

    async def test_a_claim_replaces_only_the_expired_holds_that_overlap_it(self, cast: Cast, other: Cast) -> None:
        replaced = [
            self.make.hold(cast.profile, cast.customer, TOMORROW + part * HOUR / 2, lasts=HOUR / 2) for part in (0, 1)
        ]
        next_to_it = self.make.hold(cast.profile, cast.customer, TOMORROW + HOUR)
        elsewhere = self.make.hold(other.profile, cast.customer)
        for hold in (*replaced, next_to_it, elsewhere):
            await self._take(hold)
        claim = self.make.claim(cast.profile, cast.customer)
        await self._take(claim, now=NOW + HOUR)
        assert await self._claims(cast) == [claim, next_to_it]
        assert await self._claims(other) == [elsewhere]

    async def test_a_live_claim_rejects_a_claim_that_also_overlaps_an_expired_hold(self, cast: Cast) -> None:
        await self._take(self.make.hold(cast.profile, cast.customer))
        live = self.make.claim(cast.profile, cast.customer, TOMORROW + HOUR)
        await self._take(live)
        wide = self.make.hold(cast.profile, cast.customer, lasts=2 * HOUR, expires_at=NOW + 3 * HOUR)
        with pytest.raises(SlotTaken):
            await self._take(wide, now=NOW + HOUR)
        assert live in await self._claims(cast)

    async def test_a_rejected_claim_does_not_abort_the_transaction(self, cast: Cast) -> None:
        await self._take(self.make.claim(cast.profile, cast.customer))
        before, after = self.make.user(), self.make.user()
        free = self.make.claim(cast.profile, cast.customer, TOMORROW + 2 * HOUR)
        async with self.begin() as tx:
            await tx.users.add(before)
            with pytest.raises(SlotTaken):
                await tx.claims.acquire(self.make.claim(cast.profile, cast.customer), NOW)
            await tx.users.add(after)
            await tx.claims.acquire(free, NOW)
        assert await self.reads.users.get(before.id) == before
        assert await self.reads.users.get(after.id) == after
        assert free in await self._claims(cast)

    async def test_a_released_claim_frees_its_time_in_the_same_transaction(self, cast: Cast) -> None:
        hold, claim = self.make.hold(cast.profile, cast.customer), self.make.claim(cast.profile, cast.customer)
        await self._take(hold)
        async with self.begin() as tx:
            await tx.claims.release(hold.provider_id, hold.id)
            await tx.claims.acquire(claim, NOW)
        assert await self._claims(cast) == [claim]
        await self.alone.claims.release(claim.provider_id, claim.id)
        assert await self._claims(cast) == []

    async def test_a_claim_that_cannot_move_keeps_its_time(self, cast: Cast) -> None:
        claim, other = (
            self.make.claim(cast.profile, cast.customer),
            self.make.claim(cast.profile, cast.customer, TOMORROW + HOUR),
        )
        await self._take(claim)
        await self._take(other)

        async def move(to: TimeRange) -> Claim:
            moved = replace(claim, span=to, blocked=to)
            async with self.begin() as tx:
                await tx.schedules.lock(cast.profile.id, to)
                await tx.claims.release(claim.provider_id, claim.id)
                await tx.claims.acquire(moved, NOW)
            return moved

        for minutes in (60, 30, 119):
            with pytest.raises(SlotTaken):
                await move(TimeRange(TOMORROW + timedelta(minutes=minutes), TOMORROW + timedelta(minutes=minutes + 60)))
            assert await self._claims(cast) == [claim, other]
        for start, end in ((TOMORROW - HOUR / 2, TOMORROW + HOUR / 2), (TOMORROW + 2 * HOUR, TOMORROW + 3 * HOUR)):
            moved = await move(TimeRange(start, end))
            assert set(await self._claims(cast)) == {moved, other}

    async def test_releasing_an_unknown_claim_has_no_effect(self, cast: Cast, other: Cast) -> None:
        claim = self.make.claim(cast.profile, cast.customer)
        await self._take(claim)
        await self.alone.claims.release(cast.profile.id, ClaimId(self.make.entropy.new_id()))
        await self.alone.claims.release(other.profile.id, claim.id)
        assert await self._claims(cast) == [claim]

    async def test_a_hold_is_found_by_its_customer_only(self, cast: Cast, other: Cast) -> None:
        live = self.make.hold(cast.profile, cast.customer)
        lapsed = self.make.hold(cast.profile, cast.customer, TOMORROW + HOUR, expires_at=NOW - HOUR)
        claim = self.make.claim(cast.profile, cast.customer, TOMORROW + 2 * HOUR)
        for each in (live, lapsed, claim):
            await self._take(each, now=NOW - 2 * HOUR)
        async with self.begin() as tx:
            assert await tx.claims.hold_of(cast.customer.id, live.id) == live
            assert await tx.claims.hold_of(cast.customer.id, lapsed.id) == lapsed
            assert await tx.claims.hold_of(other.customer.id, live.id) is None
            assert await tx.claims.hold_of(cast.customer.id, claim.id) is None
            assert await tx.claims.hold_of(cast.customer.id, ClaimId(self.make.entropy.new_id())) is None

    async def test_live_holds_are_counted_across_providers(self, cast: Cast, other: Cast) -> None:
        for claim in (
            self.make.hold(cast.profile, cast.customer, expires_at=NOW + INSTANT),
            self.make.hold(other.profile, cast.customer),
            self.make.hold(cast.profile, cast.customer, TOMORROW + HOUR, expires_at=NOW),
            self.make.claim(cast.profile, cast.customer, TOMORROW + 2 * HOUR),
            self.make.hold(cast.profile, other.customer, TOMORROW + 3 * HOUR),
        ):
            await self._take(claim, now=NOW - HOUR)
        async with self.begin() as tx:
            assert await tx.claims.count_holds(cast.customer.id, NOW) == 2
            assert await tx.claims.count_holds(other.customer.id, NOW) == 1
            assert await tx.claims.count_holds(UserId(cast.owner.id), NOW) == 0

    async def test_counting_holds_locks_the_customer(self, cast: Cast) -> None:
        async with self.begin() as tx:
            assert await tx.claims.count_holds(cast.customer.id, NOW) == 0
            second = asyncio.create_task(self.alone.claims.count_holds(cast.customer.id, NOW))
            assert await waits(second)
            await tx.claims.acquire(self.make.hold(cast.profile, cast.customer), NOW)
        assert await second == 1

    async def test_the_sweep_deletes_only_expired_holds(self, cast: Cast, other: Cast) -> None:
        live = self.make.hold(cast.profile, cast.customer, expires_at=NOW + INSTANT)
        claim = self.make.claim(cast.profile, cast.customer, TOMORROW + 2 * HOUR)
        for each in (
            live,
            claim,
            self.make.hold(cast.profile, cast.customer, TOMORROW + HOUR, expires_at=NOW),
            self.make.hold(other.profile, other.customer, expires_at=NOW - HOUR / 2),
        ):
            await self._take(each, now=NOW - HOUR)
        assert await self.alone.claims.remove_expired(NOW) == 2
        assert await self._claims(cast) == [live, claim]
        assert await self._claims(other) == []
        assert await self.alone.claims.remove_expired(NOW) == 0

    async def test_releasing_the_holds_of_a_provider_leaves_its_bookings_and_other_providers(
        self, cast: Cast, other: Cast
    ) -> None:
        booking = self.make.claim(cast.profile, cast.customer)
        elsewhere = self.make.hold(other.profile, other.customer)
        for claim in (booking, self.make.hold(cast.profile, cast.customer, TOMORROW + 2 * HOUR), elsewhere):
            await self._take(claim)
        async with self.begin() as tx:
            await tx.claims.release_holds(cast.profile.id)
            await tx.claims.release_holds(cast.profile.id)
        assert await self._claims(cast) == [booking]
        assert await self._claims(other) == [elsewhere]

    async def test_of_concurrent_claims_of_one_slot_one_succeeds(self, cast: Cast) -> None:
        await one_wins([self._take(self.make.claim(cast.profile, cast.customer)) for _ in range(10)], SlotTaken)
        assert len(await self._claims(cast)) == 1

    async def test_of_concurrent_replacements_of_an_expired_hold_one_succeeds(self, cast: Cast) -> None:
        await self._take(self.make.hold(cast.profile, cast.customer))
        later = NOW + HOUR
        await one_wins(
            [self._take(self.make.claim(cast.profile, cast.customer), now=later) for _ in range(5)], SlotTaken
        )
        assert len(await self._claims(cast)) == 1

    async def test_concurrent_staggered_claims_never_overlap(self, cast: Cast) -> None:
        wanted = [self.make.claim(cast.profile, cast.customer, TOMORROW + step * HOUR / 6) for step in range(18)]
        taken, _ = await race([self._take(claim) for claim in wanted])
        kept = await self._claims(cast)
        assert len(kept) == len(taken) >= 1
        assert not any(one.blocked.overlaps(other.blocked) for one, other in combinations(kept, 2))

    async def test_claims_never_overlap_even_without_the_provider_lock(self, cast: Cast) -> None:
        taken, refusals = await race(
            [self.alone.claims.acquire(self.make.claim(cast.profile, cast.customer), NOW) for _ in range(10)]
        )
        assert len(await self._claims(cast)) == len(taken) == 1
        assert {type(refusal) for refusal in refusals} <= {SlotTaken, ConcurrentChange}

    async def _travels(self, cast: Cast, minutes: int = 30, *ways: Way) -> None:
        async with self.begin() as tx:
            calendar = present(await tx.calendars.calendar_of(cast.profile.id))
            settings = replace(calendar.settings, travel_minutes=minutes, ways=ways)
            await tx.calendars.save_settings(cast.profile.id, calendar.time_zone, settings)

    async def test_the_venue_of_a_claim_is_kept_and_the_own_place_is_one_of_who_travels(self, cast: Cast) -> None:
        there = str(self.make.entropy.new_id())
        held = replace(self.make.hold(cast.profile, cast.customer, TOMORROW + 5 * HOUR), venue=there)
        own = self.make.claim(cast.profile, cast.customer)
        await self._take(held)
        await self._take(own)
        assert await self._claims(cast) == [own, held]
        await self._travels(cast)
        of_provider = str(cast.profile.id)
        assert await self._claims(cast) == [replace(own, venue=of_provider), held]
        schedule = present(await self.reads.schedules.get(cast.profile.id, slot_window(TOMORROW)))
        assert schedule.calendar.settings.venue == of_provider
        async with self.begin() as tx:
            assert await tx.claims.hold_of(cast.customer.id, held.id) == held
            await tx.claims.release(own.provider_id, own.id)
            await tx.claims.acquire(replace(own, venue=of_provider), NOW)
        await self._travels(cast, 0)
        assert await self._claims(cast) == [own, held]

    async def test_between_claims_at_two_venues_lies_the_way(self, cast: Cast, other: Cast) -> None:
        studio, home = (str(self.make.entropy.new_id()) for _ in range(2))
        await self._travels(cast, 30, Way((home, studio), 90), Way((studio, str(cast.profile.id)), 0))
        taken = replace(self.make.claim(cast.profile, cast.customer), venue=studio)
        await self._take(taken)

        def claim(venue: str, minutes: int, *, before: bool) -> Claim:
            start = TOMORROW + (-HOUR - timedelta(minutes=minutes) if before else HOUR + timedelta(minutes=minutes))
            return replace(self.make.claim(cast.profile, cast.customer, start), venue=venue)

        elsewhere = str(self.make.entropy.new_id())
        for venue, minutes in ((home, 90), (elsewhere, 30), ("", 0), (str(cast.profile.id), 0), (studio, 0)):
            for before in (True, False):
                if minutes:
                    near = claim(venue, minutes - 1, before=before)
                    with pytest.raises(SlotTaken) as refusal:
                        await self._take(near)
                    assert (refusal.value.start, refusal.value.zone) == (near.span.start, "Asia/Ulaanbaatar")
                free = claim(venue, minutes, before=before)
                await self._take(free)
                await self.alone.claims.release(cast.profile.id, free.id)
        await self._take(replace(self.make.claim(other.profile, cast.customer), venue=home))
        assert await self._claims(cast) == [taken]

    async def test_the_way_leads_to_and_from_the_pauses_of_a_claim(self, cast: Cast) -> None:
        studio = str(self.make.entropy.new_id())
        await self._travels(cast, 20)
        await self._take(self.make.paused(cast.profile, cast.customer))  # the second of three hours is free
        inside = TimeRange(TOMORROW + HOUR + timedelta(minutes=19), TOMORROW + HOUR + timedelta(minutes=40))
        between = replace(self.make.claim(cast.profile, cast.customer), span=inside, blocked=inside)
        with pytest.raises(SlotTaken):
            await self._take(replace(between, venue=studio))
        fits = TimeRange(inside.start + timedelta(minutes=1), inside.end)
        await self._take(replace(between, span=fits, blocked=fits, venue=studio))

    async def test_a_lapsed_hold_keeps_no_way_free(self, cast: Cast) -> None:
        studio = str(self.make.entropy.new_id())
        await self._travels(cast)
        hold = replace(self.make.hold(cast.profile, cast.customer), venue=studio)
        await self._take(hold)
        next_one = self.make.claim(cast.profile, cast.customer, TOMORROW + HOUR)
        with pytest.raises(SlotTaken):
            await self._take(next_one, present(hold.expires_at) - INSTANT)
        await self._take(next_one, present(hold.expires_at))
        assert [claim.id for claim in await self._claims(cast)] == [next_one.id]

    async def test_the_way_is_that_of_the_claim_that_is_placed(self, cast: Cast) -> None:
        studio = str(self.make.entropy.new_id())
        await self._travels(cast, 0)
        near = replace(self.make.claim(cast.profile, cast.customer, TOMORROW + HOUR), venue=studio)
        for claim in (self.make.claim(cast.profile, cast.customer), near):
            await self._take(claim)
        await self._travels(cast, 60)
        later = self.make.claim(cast.profile, cast.customer, TOMORROW + 2 * HOUR)
        with pytest.raises(SlotTaken):
            await self._take(later)
        await self._travels(cast, 0)
        await self._take(later)

    async def test_the_way_is_kept_free_even_without_the_provider_lock(self, cast: Cast) -> None:
        studio = str(self.make.entropy.new_id())
        await self._travels(cast)
        wanted = [
            replace(self.make.claim(cast.profile, cast.customer, TOMORROW + at * 1.25 * HOUR), venue=venue)
            for _ in range(4)
            for at, venue in enumerate(("", studio, ""))
        ]
        taken, refusals = await race([self.alone.claims.acquire(claim, NOW) for claim in wanted])
        kept = await self._claims(cast)
        assert len(kept) == len(taken) >= 1
        assert {claim.venue == studio for claim in kept} in ({True}, {False})
        assert {type(refusal) for refusal in refusals} <= {SlotTaken, ConcurrentChange}

    async def test_the_places_of_an_occurrence_are_at_one_venue(self, cast: Cast, other: Cast) -> None:
        yoga, studio = self.make.service(provider_id=cast.profile.id).id, str(self.make.entropy.new_id())
        there = replace(self.make.place(yoga, cast.profile, cast.customer), venue=studio)
        await self._take(there)
        with pytest.raises(SlotTaken):
            await self._take(self.make.place(yoga, cast.profile, other.customer))
        await self._take(replace(self.make.place(yoga, cast.profile, other.customer), venue=studio))
        await self._travels(cast)
        with pytest.raises(SlotTaken):
            await self._take(self.make.claim(cast.profile, cast.customer, TOMORROW + timedelta(minutes=90)))
        await self._take(self.make.claim(cast.profile, cast.customer, TOMORROW + timedelta(minutes=95)))

    async def test_an_overbooked_claim_keeps_the_way_free_of_others_only(self, cast: Cast) -> None:
        studio = str(self.make.entropy.new_id())
        await self._travels(cast)
        await self._take(self.make.claim(cast.profile, cast.customer))
        over = replace(self.make.claim(cast.profile, cast.customer, TOMORROW + HOUR), lane=1, venue=studio)
        await self._take(over)
        with pytest.raises(SlotTaken):
            await self._take(self.make.claim(cast.profile, cast.customer, TOMORROW + 2 * HOUR))
        at_venue = replace(self.make.claim(cast.profile, cast.customer, TOMORROW + 2 * HOUR), venue=studio)
        await self._take(at_venue)
        assert [claim.venue for claim in await self._claims(cast)][1:] == [studio, studio]

    async def test_places_of_one_occurrence_share_their_time_up_to_the_capacity(self, cast: Cast, other: Cast) -> None:
        yoga = self.make.service(provider_id=cast.profile.id).id
        first, second, third = (self.make.place(yoga, cast.profile, each.customer) for each in (cast, other, other))
        await self._take(first)
        await self._take(second)
        with pytest.raises(SlotTaken) as refusal:
            await self._take(third)
        assert (refusal.value.start, refusal.value.zone) == (TOMORROW, "Asia/Ulaanbaatar")
        assert set(await self._claims(cast)) == {first, second}
        await self.alone.claims.release(first.provider_id, first.id)
        await self._take(third)
        assert set(await self._claims(cast)) == {second, third}

    async def test_only_a_place_of_the_same_class_time_and_buffers_shares_an_occurrence(self, cast: Cast) -> None:
        yoga, pilates = (self.make.service(provider_id=cast.profile.id).id for _ in range(2))
        there = self.make.place(yoga, cast.profile, cast.customer, capacity=10)
        await self._take(there)
        longer = TimeRange(there.span.start, there.span.end + HOUR)
        for rival in (
            self.make.place(pilates, cast.profile, cast.customer, capacity=10),
            self.make.place(yoga, cast.profile, cast.customer, TOMORROW + HOUR / 2, capacity=10),
            replace(self.make.place(yoga, cast.profile, cast.customer, capacity=10), blocked=there.span),
            replace(self.make.place(yoga, cast.profile, cast.customer, capacity=10), span=longer, blocked=longer),
            self.make.claim(cast.profile, cast.customer),
            self.make.hold(cast.profile, cast.customer),
        ):
            with pytest.raises(SlotTaken):
                await self._take(rival)
        assert await self._claims(cast) == [there]

    async def test_a_claim_without_a_class_shares_its_time_with_no_place(self, cast: Cast) -> None:
        plain = self.make.claim(cast.profile, cast.customer, buffer=timedelta(minutes=5))
        await self._take(plain)
        with pytest.raises(SlotTaken):
            await self._take(
                self.make.place(self.make.service(provider_id=cast.profile.id).id, cast.profile, cast.customer)
            )
        assert await self._claims(cast) == [plain]

    async def test_an_occurrence_whose_places_are_all_released_frees_its_time(self, cast: Cast) -> None:
        place = self.make.place(self.make.service(provider_id=cast.profile.id).id, cast.profile, cast.customer)
        await self._take(place)
        async with self.begin() as tx:
            await tx.claims.release(place.provider_id, place.id)
            claim = self.make.claim(cast.profile, cast.customer)
            await tx.claims.acquire(claim, NOW)
        assert await self._claims(cast) == [claim]

    async def test_a_held_place_is_free_from_the_instant_its_hold_expires(self, cast: Cast, other: Cast) -> None:
        yoga = self.make.service(provider_id=cast.profile.id).id
        held, booked, next_one = (self.make.place(yoga, cast.profile, cast.customer) for _ in range(3))
        held = replace(held, kind=ClaimKind.HOLD, expires_at=NOW + HOUR)
        await self._take(held)
        await self._take(booked)
        with pytest.raises(SlotTaken):
            await self._take(next_one, now=NOW + HOUR - INSTANT)
        async with self.begin() as tx:
            assert await tx.claims.hold_of(cast.customer.id, held.id) == held
            assert await tx.claims.hold_of(cast.customer.id, booked.id) is None
            assert await tx.claims.hold_of(other.customer.id, held.id) is None
            assert await tx.claims.count_holds(cast.customer.id, NOW) == 1
        await self._take(next_one, now=NOW + HOUR)
        assert set(await self._claims(cast)) == {booked, next_one}

    async def test_an_occurrence_with_expired_holds_only_gives_way_to_a_claim(self, cast: Cast) -> None:
        yoga = self.make.service(provider_id=cast.profile.id).id
        for _ in range(2):
            held = self.make.place(yoga, cast.profile, cast.customer)
            await self._take(replace(held, kind=ClaimKind.HOLD, expires_at=NOW + HOUR))
        claim = self.make.claim(cast.profile, cast.customer, TOMORROW + HOUR / 2)
        await self._take(claim, now=NOW + HOUR)
        assert await self._claims(cast) == [claim]

    async def test_a_smaller_capacity_drops_no_place_and_adds_none(self, cast: Cast) -> None:
        yoga = self.make.service(provider_id=cast.profile.id).id
        taken = [self.make.place(yoga, cast.profile, cast.customer, capacity=4) for _ in range(4)]
        for each in taken:
            await self._take(each)
        await self.alone.claims.release(taken[0].provider_id, taken[0].id)
        with pytest.raises(SlotTaken):
            await self._take(self.make.place(yoga, cast.profile, cast.customer, capacity=3))
        assert set(await self._claims(cast)) == set(taken[1:])
        await self.alone.claims.release(taken[3].provider_id, taken[3].id)
        last = self.make.place(yoga, cast.profile, cast.customer, capacity=3)
        await self._take(last)
        assert set(await self._claims(cast)) == {taken[1], taken[2], last}

    async def test_the_sweep_and_the_release_of_holds_include_places(self, cast: Cast) -> None:
        yoga = self.make.service(provider_id=cast.profile.id).id
        booked = self.make.place(yoga, cast.profile, cast.customer, capacity=9)
        await self._take(booked)
        for lasts in (HOUR, 2 * HOUR):
            held = self.make.place(yoga, cast.profile, cast.customer, capacity=9)
            await self._take(replace(held, kind=ClaimKind.HOLD, expires_at=NOW + lasts))
        alone = self.make.place(yoga, cast.profile, cast.customer, TOMORROW + 2 * HOUR)
        await self._take(replace(alone, kind=ClaimKind.HOLD, expires_at=NOW + HOUR))
        assert await self.alone.claims.remove_expired(NOW + HOUR) == 2
        assert len(await self._claims(cast)) == 2
        await self.alone.claims.release_holds(cast.profile.id)
        assert await self._claims(cast) == [booked]

    async def test_of_concurrent_claims_of_places_as_many_succeed_as_there_are(self, cast: Cast) -> None:
        yoga = self.make.service(provider_id=cast.profile.id).id
        wanted = [self.make.place(yoga, cast.profile, cast.customer, capacity=3) for _ in range(10)]
        taken, refusals = await race([self._take(each) for each in wanted])
        assert len(taken) == 3
        assert {type(refusal) for refusal in refusals} == {SlotTaken}
        assert len(await self._claims(cast)) == 3

    async def test_places_never_exceed_the_capacity_even_without_the_provider_lock(self, cast: Cast) -> None:
        yoga = self.make.service(provider_id=cast.profile.id).id
        wanted = [self.make.place(yoga, cast.profile, cast.customer, capacity=3) for _ in range(10)]
        taken, refusals = await race([self.alone.claims.acquire(each, NOW) for each in wanted])
        assert len(await self._claims(cast)) == len(taken) == 3
        assert {type(refusal) for refusal in refusals} <= {SlotTaken, ConcurrentChange}

    async def test_claims_lie_in_the_pauses_of_others_and_meet_their_parts_nowhere(self, cast: Cast) -> None:
        long = self.make.paused(cast.profile, cast.customer, buffer=HOUR / 4)
        await self._take(long)
        for start in (-60, -15, 0, 30, 61, 90, 120, 150, 179):
            with pytest.raises(SlotTaken) as refusal:
                await self._take(self.make.claim(cast.profile, cast.customer, TOMORROW + timedelta(minutes=start)))
            assert refusal.value.start == TOMORROW + timedelta(minutes=start)
        within = self.make.claim(cast.profile, cast.customer, TOMORROW + HOUR)
        after = self.make.claim(cast.profile, cast.customer, TOMORROW + 3 * HOUR + HOUR / 4)
        for each in (within, after):
            await self._take(each)
        assert await self._claims(cast) == [long, within, after]
        await self.alone.claims.release(long.provider_id, long.id)
        assert await self._claims(cast) == [within, after]
        with pytest.raises(SlotTaken) as refusal:  # of its first and its last part, the last is refused
            await self._take(self.make.paused(cast.profile, cast.customer, TOMORROW + HOUR / 2))
        assert await self._claims(cast) == [within, after]
        await self._take(long)
        assert await self._claims(cast) == [long, within, after]

    async def test_a_hold_with_pauses_is_one_hold(self, cast: Cast) -> None:
        paused = self.make.paused(cast.profile, cast.customer)
        held = replace(paused, kind=ClaimKind.HOLD, expires_at=NOW + HOUR)
        await self._take(held)
        async with self.begin() as tx:
            assert await tx.claims.hold_of(cast.customer.id, held.id) == held
            assert await tx.claims.count_holds(cast.customer.id, NOW) == 1
        assert await self.alone.claims.remove_expired(NOW + HOUR - INSTANT) == 0
        assert await self._claims(cast) == [held]
        assert await self.alone.claims.remove_expired(NOW + HOUR) == 1
        assert await self._claims(cast) == []
        await self._take(held)
        await self.alone.claims.release_holds(cast.profile.id)
        assert await self._claims(cast) == []
        await self._take(held)
        last_part = self.make.claim(cast.profile, cast.customer, TOMORROW + 2 * HOUR)
        await self._take(last_part, now=NOW + HOUR)
        assert last_part in await self._claims(cast)
        assert [each for each in await self._claims(cast) if each.live(NOW + HOUR)] == [last_part]

    async def test_a_unit_is_taken_in_pauses_too(self, cast: Cast, other: Cast) -> None:
        room = await self._a_room(cast, quantity=1)
        await self._take(needing(self.make.paused(cast.profile, cast.customer), room))
        for each in (cast, other):
            within = self.make.claim(each.profile, each.customer, TOMORROW + HOUR)
            with pytest.raises(SlotTaken):
                await self._take(needing(within, room))
            await self._take(within)

    async def test_an_overbooked_claim_lies_over_others_in_the_lowest_free_lane(self, cast: Cast) -> None:
        below = self.make.claim(cast.profile, cast.customer)
        await self._take(below)
        over = [
            replace(self.make.claim(cast.profile, cast.customer, TOMORROW + timedelta(minutes=start)), lane=1)
            for start in (30, 0, 45, 90)
        ]
        await self._take(over[0])
        await self._take(over[1])
        with pytest.raises(SlotTaken) as refusal:
            await self._take(over[2])
        assert refusal.value.start == over[2].span.start
        await self._take(over[3])
        lanes = {each.id: each.lane for each in await self._claims(cast)}
        assert lanes == {below.id: 0, over[0].id: 1, over[1].id: 2, over[3].id: 1}
        for start in (30, 60, 149):  # over what is overbooked only
            with pytest.raises(SlotTaken):
                await self._take(self.make.claim(cast.profile, cast.customer, TOMORROW + timedelta(minutes=start)))
        await self._take(self.make.claim(cast.profile, cast.customer, TOMORROW + timedelta(minutes=150)))
        await self.alone.claims.release(cast.profile.id, over[0].id)
        await self._take(over[0])
        await self.alone.claims.release(cast.profile.id, below.id)
        with pytest.raises(SlotTaken):
            await self._take(below)

    async def test_of_many_overbooked_claims_at_once_as_many_are_taken_as_there_are_lanes(self, cast: Cast) -> None:
        await self._take(self.make.claim(cast.profile, cast.customer))
        wanted = [replace(self.make.claim(cast.profile, cast.customer), lane=1) for _ in range(6)]
        taken, refusals = await race([self.alone.claims.acquire(each, NOW) for each in wanted])
        assert len(await self._claims(cast)) == 1 + len(taken)
        assert 1 <= len(taken) <= MAX_LANES
        assert {type(refusal) for refusal in refusals} <= {SlotTaken, ConcurrentChange}

    async def _a_room(self, cast: Cast, quantity: int = 2) -> Resource:
        room = self.make.resource(provider_id=cast.profile.id, quantity=quantity)
        await self.alone.resources.add(room)
        return room

    async def _units(self, room: Resource, cast: Cast) -> list[tuple[int, ProviderId, datetime | None]]:
        """Which units are taken tomorrow, as a schedule of the provider says."""
        schedule = present(await self.reads.schedules.get(cast.profile.id, _DAY_OF_CLAIMS, resources=[room.id]))
        [found] = schedule.resources
        assert (found.resource_id, found.quantity) == (room.id, room.quantity)
        return [(use.unit, use.provider_id, use.expires_at) for use in found.uses]

    async def test_claims_of_all_providers_take_the_lowest_free_units(self, cast: Cast, other: Cast) -> None:
        third, room = await self.a_cast(), await self._a_room(cast)
        first, second, late = (
            needing(self.make.claim(each.profile, each.customer), room) for each in (cast, other, third)
        )
        await self._take(first)
        await self._take(second)
        with pytest.raises(SlotTaken) as refusal:
            await self._take(late)
        assert (refusal.value.start, refusal.value.zone) == (TOMORROW, "Asia/Ulaanbaatar")
        assert await self._claims(third) == []
        assert await self._units(room, third) == [(1, cast.profile.id, None), (2, other.profile.id, None)]
        await self.alone.claims.release(first.provider_id, first.id)
        await self._take(late)
        assert await self._units(room, cast) == [(1, third.profile.id, None), (2, other.profile.id, None)]

    async def test_a_unit_is_taken_during_the_blocked_range(self, cast: Cast, other: Cast) -> None:
        room = await self._a_room(cast, quantity=1)
        buffer = timedelta(minutes=5)
        await self._take(needing(self.make.claim(cast.profile, cast.customer, buffer=buffer), room))
        for start in (TOMORROW + HOUR, TOMORROW - HOUR):
            with pytest.raises(SlotTaken):
                await self._take(needing(self.make.claim(other.profile, other.customer, start), room))
        await self._take(self.make.claim(other.profile, other.customer))
        for start in (TOMORROW + HOUR + buffer, TOMORROW - HOUR - buffer):
            await self._take(needing(self.make.claim(other.profile, other.customer, start), room))

    async def test_a_claim_takes_all_that_it_needs_or_nothing(self, cast: Cast, other: Cast) -> None:
        chairs, room = await self._a_room(cast, quantity=3), await self._a_room(cast, quantity=1)
        first = needing(self.make.claim(cast.profile, cast.customer), chairs, quantity=2)
        await self._take(first)
        both = replace(
            needing(self.make.claim(other.profile, other.customer), room),
            needs=(ResourceNeed(room.id), ResourceNeed(chairs.id, 2)),
        )
        with pytest.raises(SlotTaken):
            await self._take(both)
        assert await self._units(room, other) == []
        assert await self._claims(other) == []
        await self.alone.claims.release(first.provider_id, first.id)
        await self._take(both)
        assert [unit for unit, *_ in await self._units(chairs, cast)] == [1, 2]

    async def test_after_a_refusal_for_lack_of_units_the_transaction_goes_on(self, cast: Cast, other: Cast) -> None:
        room = await self._a_room(cast, quantity=1)
        await self._take(needing(self.make.claim(cast.profile, cast.customer), room))
        later = needing(self.make.claim(other.profile, other.customer, TOMORROW + 2 * HOUR), room)
        async with self.begin() as tx:
            with pytest.raises(SlotTaken):
                await tx.claims.acquire(needing(self.make.claim(other.profile, other.customer), room), NOW)
            await tx.claims.acquire(later, NOW)
        assert await self._claims(other) == [later]

    async def test_a_unit_is_free_from_the_instant_its_hold_expires(self, cast: Cast, other: Cast) -> None:
        room = await self._a_room(cast, quantity=1)
        await self._take(needing(self.make.hold(cast.profile, cast.customer, expires_at=NOW + HOUR), room))
        rival = needing(self.make.claim(other.profile, other.customer), room)
        with pytest.raises(SlotTaken):
            await self._take(rival, now=NOW + HOUR - INSTANT)
        assert await self._units(room, other) == [(1, cast.profile.id, NOW + HOUR)]
        await self._take(rival, now=NOW + HOUR)
        assert (1, other.profile.id, None) in await self._units(room, cast)

    async def test_a_resource_that_does_not_exist_is_not_needed(self, cast: Cast) -> None:
        gone = self.make.resource(provider_id=cast.profile.id)
        claim = needing(self.make.claim(cast.profile, cast.customer), gone)
        await self._take(claim)
        assert await self._claims(cast) == [claim]

    async def test_what_a_deleted_resource_was_taken_for_stays(self, cast: Cast) -> None:
        room = await self._a_room(cast)
        claim = needing(self.make.claim(cast.profile, cast.customer), room)
        await self._take(claim)
        await self.alone.resources.remove(room.id)
        assert await self._claims(cast) == [claim]

    async def test_with_fewer_units_claims_stay_and_no_more_are_added(self, cast: Cast, other: Cast) -> None:
        third, room = await self.a_cast(), await self._a_room(cast)
        for each in (cast, other):
            await self._take(needing(self.make.claim(each.profile, each.customer), room))
        await self.alone.resources.save(replace(room, quantity=1, version=2), was=room)
        with pytest.raises(SlotTaken):
            await self._take(needing(self.make.claim(third.profile, third.customer), room))
        assert len(await self._claims(cast)) == len(await self._claims(other)) == 1

    async def test_the_places_of_an_occurrence_share_its_units(self, cast: Cast, other: Cast) -> None:
        yoga, room = self.make.service(provider_id=cast.profile.id).id, await self._a_room(cast, quantity=1)
        places = [needing(self.make.place(yoga, cast.profile, cast.customer, capacity=3), room) for _ in range(3)]
        held = replace(places[2], kind=ClaimKind.HOLD, expires_at=NOW + HOUR)
        rival = needing(self.make.claim(other.profile, other.customer), room)
        for place in (places[0], places[1], held):
            await self._take(place)
        assert await self._units(room, other) == [(1, cast.profile.id, None)]
        for place in places[:2]:
            with pytest.raises(SlotTaken):
                await self._take(rival)
            await self.alone.claims.release(place.provider_id, place.id)
        with pytest.raises(SlotTaken):
            await self._take(rival, now=NOW + HOUR - INSTANT)
        assert await self._units(room, other) == [(1, cast.profile.id, NOW + HOUR)]
        await self._take(rival, now=NOW + HOUR)
        assert await self._claims(other) == [rival]
        with pytest.raises(SlotTaken):  # nor does another place of the class find a unit
            await self._take(places[0], now=NOW + HOUR)

    async def test_an_occurrence_whose_places_are_released_frees_its_units(self, cast: Cast, other: Cast) -> None:
        yoga, room = self.make.service(provider_id=cast.profile.id).id, await self._a_room(cast, quantity=1)
        place = needing(self.make.place(yoga, cast.profile, cast.customer), room)
        await self._take(place)
        await self.alone.claims.release(place.provider_id, place.id)
        assert await self._units(room, other) == []
        await self._take(needing(self.make.claim(other.profile, other.customer), room))

    async def test_of_concurrent_claims_of_many_providers_as_many_succeed_as_there_are_units(self, cast: Cast) -> None:
        casts, room = [await self.a_cast() for _ in range(6)], await self._a_room(cast)
        wanted = [needing(self.make.claim(each.profile, each.customer), room) for each in casts]
        taken, refusals = await race([self._take(each) for each in wanted])
        assert len(taken) == 2
        assert {type(refusal) for refusal in refusals} == {SlotTaken}
        assert [unit for unit, *_ in await self._units(room, cast)] == [1, 2]


def needing(claim: Claim, resource: Resource, quantity: int = 1) -> Claim:
    """The claim, with a need of units of the resource."""
    return replace(claim, needs=(ResourceNeed(resource.id, quantity),))
