"""The contracts of `ProviderSchedules` and `BookableProviders`."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from booking_domain.bookings.model import BookingMode, Duration
from booking_domain.bookings.policy import CancellationPolicy, Tier, tiers
from booking_domain.bookings.ports import BookableProvider
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.model import CLAIM_MARGIN, WEEKLY_CLAIM_MARGIN, SlotSettings, claim_margin
from booking_domain.scheduling.ports import EXCEPTION_MARGIN
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.slots import offered_slots
from booking_domain.shared.ids import ProviderId, ServiceId
from booking_domain.shared.money import Money
from booking_domain.shared.time import LONGEST_APPOINTMENT, TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, terms
from booking_domain.testing.kit.storage import (
    Backend,
    Cast,
    StorageContract,
    present,
    waits,
)
from booking_domain.use_cases.platform.ports import Repositories

WORKDAY = TimeRange(TOMORROW, TOMORROW + 9 * HOUR)
MINUTE = timedelta(minutes=1)
_LIMITED = (
    SlotSettings(),
    SlotSettings(max_per_week=5),
    SlotSettings(max_per_month=5),
    SlotSettings(max_per_year=5),
)
LONG = Duration(minutes=1_440, price_amount=2**53 + 1, deposit_amount=2**53)


async def _claimed(backend: Backend, *claims: Claim) -> None:
    async with backend.begin() as tx:
        for claim in claims:
            await tx.claims.acquire(claim, NOW)


async def _claims_seen_under_lock(backend: Backend, cast: Cast) -> tuple[Claim, ...]:
    async with backend.begin() as tx:
        schedule = present(await tx.schedules.lock(cast.profile.id, WORKDAY))
        return schedule.claims


def _in_order(schedule: ProviderSchedule) -> ProviderSchedule:
    return replace(schedule, claims=tuple(sorted(schedule.claims, key=lambda claim: claim.id)))


class ProviderSchedulesContract(StorageContract):
    """Calendars with the claims in a window."""

    async def test_an_unknown_provider_has_no_schedule(self) -> None:
        unknown = ProviderId(self.make.entropy.new_id())
        assert await self.reads.schedules.get(unknown, WORKDAY) is None
        assert await self.alone.schedules.lock(unknown, WORKDAY) is None

    async def test_a_schedule_has_the_calendar_and_every_claim(self, cast: Cast) -> None:
        rule, exception = self.make.rule(), self.make.exception(TOMORROW.date(), "10:00-19:00")
        odd = TimeRange(TOMORROW + timedelta(hours=5, microseconds=1), TOMORROW + timedelta(hours=6, microseconds=2))
        claims = (
            self.make.hold(cast.profile, cast.customer, expires_at=NOW + timedelta(microseconds=1)),
            self.make.claim(cast.profile, cast.customer, TOMORROW + 2 * HOUR, buffer=HOUR / 4),
            replace(self.make.claim(cast.profile, cast.customer), span=odd, blocked=odd),
        )
        async with self.begin() as tx:
            await tx.calendars.add_rule(cast.profile.id, rule)
            await tx.calendars.add_exception(cast.profile.id, exception)
        await _claimed(self.backend, *claims)
        schedule = present(await self.reads.schedules.get(cast.profile.id, WORKDAY))
        assert (schedule.provider_id, schedule.owner_id) == (cast.profile.id, cast.owner.id)
        assert schedule.calendar == await self.reads.schedules.calendar(cast.profile.id)
        assert sorted(schedule.claims, key=lambda claim: claim.id) == list(claims)

    async def test_the_schedules_of_several_providers_are_what_each_one_is(self) -> None:
        casts = [await self.a_cast() for _ in range(3)]
        services: list[ServiceId] = []
        for number, cast in enumerate(casts):
            day = TOMORROW.date() + number * timedelta(days=1)
            claims = [self.make.claim(cast.profile, cast.customer, TOMORROW + hour * HOUR) for hour in range(number)]
            service = self.make.service(provider_id=cast.profile.id)
            async with self.begin() as tx:
                await tx.calendars.save_settings(
                    cast.profile.id, "Asia/Ulaanbaatar", (*_LIMITED[:2], _LIMITED[3])[number]
                )
                for weekday in range(2, 5 - number):
                    await tx.calendars.add_rule(cast.profile.id, self.make.rule(weekday))
                await tx.calendars.add_exception(cast.profile.id, self.make.exception(day, "10:00-12:00"))
                await tx.calendars.add_block(cast.profile.id, self.make.block(TimeRange(TOMORROW, TOMORROW + HOUR)))
                if number:
                    await tx.services.add(service)
            await _claimed(self.backend, *claims)
            services.append(service.id)
        ids = [casts[2].profile.id, ProviderId(self.make.entropy.new_id()), casts[0].profile.id, casts[1].profile.id]
        for wanted in ((), services):
            each = [await self.reads.schedules.get(provider_id, WORKDAY, wanted) for provider_id in ids]
            found = await self.reads.schedules.of_all(ids, WORKDAY, wanted)
            assert [_in_order(one) for one in found] == [_in_order(one) for one in each if one is not None]
        assert await self.reads.schedules.of_all([], WORKDAY) == []

    async def test_only_an_approved_provider_accepts_bookings(self) -> None:
        for status in ProfileStatus:
            cast = await self.a_cast(status)
            schedule = present(await self.reads.schedules.get(cast.profile.id, WORKDAY))
            assert schedule.accepting is (status is ProfileStatus.APPROVED)

    async def test_a_schedule_has_no_claims_of_other_providers(self, cast: Cast, other: Cast) -> None:
        await _claimed(self.backend, self.make.claim(other.profile, cast.customer))
        assert await _claims_seen_under_lock(self.backend, cast) == ()

    async def test_a_schedule_has_all_claims_that_affect_a_slot_in_the_window(self, cast: Cast) -> None:
        settings = SlotSettings(
            step_minutes=10,
            duration_minutes=90,
            buffer_before_minutes=60,
            buffer_after_minutes=120,
            max_per_day=3,
        )
        # Each claim lies outside the window and reaches a slot in it through a buffer, its own or the slot's.
        claims = [
            self.make.claim(cast.profile, cast.customer, WORKDAY.start - 2 * HOUR, buffer=HOUR / 6),
            self.make.claim(cast.profile, cast.customer, WORKDAY.end + 3 * HOUR, buffer=HOUR),
        ]
        await _claimed(self.backend, *claims)
        async with self.begin() as tx:
            await tx.calendars.save_settings(cast.profile.id, "Asia/Ulaanbaatar", settings)
            await tx.calendars.add_rule(cast.profile.id, self.make.rule(2, "00:00-24:00"))
        schedule = present(await self.reads.schedules.get(cast.profile.id, WORKDAY))
        offered = offered_slots(schedule.calendar, schedule.claims, window=WORKDAY, now=NOW)
        assert offered == offered_slots(schedule.calendar, claims, window=WORKDAY, now=NOW)
        assert offered != offered_slots(schedule.calendar, claims[:1], window=WORKDAY, now=NOW)
        assert offered != offered_slots(schedule.calendar, claims[1:], window=WORKDAY, now=NOW)

    async def test_a_schedule_has_all_claims_within_reach_of_the_window(self, cast: Cast) -> None:
        first = self.make.claim(cast.profile, cast.customer, WORKDAY.start - CLAIM_MARGIN)
        last = self.make.claim(cast.profile, cast.customer, WORKDAY.end + CLAIM_MARGIN - HOUR)
        await _claimed(self.backend, last, first)
        assert set(await _claims_seen_under_lock(self.backend, cast)) == {first, last}

    async def test_a_schedule_has_claims_and_blocks_at_the_edge_of_its_reach(self) -> None:
        for settings in (*_LIMITED, SlotSettings(max_per_day=5)):
            cast, far = await self.a_cast(), claim_margin(settings)
            second = timedelta(seconds=1)
            before = self.make.claim(cast.profile, cast.customer, WORKDAY.start - far - HOUR + second)
            after = self.make.claim(cast.profile, cast.customer, WORKDAY.end + far - second)
            blocks = tuple(
                self.make.block(TimeRange(start, start + HOUR))
                for start in (WORKDAY.start - CLAIM_MARGIN - HOUR + second, WORKDAY.end + CLAIM_MARGIN - second)
            )
            async with self.begin() as tx:
                await tx.calendars.save_settings(cast.profile.id, "Asia/Ulaanbaatar", settings)
                for block in blocks:
                    await tx.calendars.add_block(cast.profile.id, block)
            await _claimed(self.backend, before, after)
            schedule = present(await self.reads.schedules.get(cast.profile.id, WORKDAY))
            assert {before, after} <= set(schedule.claims)
            assert set(blocks) <= set(schedule.calendar.blocks)
            assert set(await _claims_seen_under_lock(self.backend, cast)) == set(schedule.claims)

    async def test_a_schedule_reaches_as_much_further_as_an_appointment_is_longer_than_a_day(self, cast: Cast) -> None:
        rental = self.make.service(provider_id=cast.profile.id, minutes=LONGEST_APPOINTMENT)
        far = WORKDAY.end + CLAIM_MARGIN + timedelta(minutes=LONGEST_APPOINTMENT, seconds=-1)
        last, block = self.make.claim(cast.profile, cast.customer, far), self.make.block(TimeRange(far, far + HOUR))
        async with self.begin() as tx:
            await tx.services.add(rental)
            await tx.calendars.add_block(cast.profile.id, block)
            await tx.claims.acquire(last, NOW)
            locked = present(await tx.schedules.lock(cast.profile.id, WORKDAY, [rental.id]))
        read = present(await self.reads.schedules.get(cast.profile.id, WORKDAY, [rental.id]))
        [listed] = await self.reads.schedules.of_all([cast.profile.id], WORKDAY, [rental.id])
        for schedule in (locked, read, listed):
            assert (schedule.claims, schedule.calendar.blocks) == ((last,), (block,))

    async def test_a_schedule_has_claims_of_which_only_a_buffer_is_within_reach(self) -> None:
        for settings in _LIMITED:
            cast, far = await self.a_cast(), claim_margin(settings)
            before, after = WORKDAY.start - far - 3 * HOUR / 2, WORKDAY.end + far + HOUR / 2
            claims = [self.make.claim(cast.profile, cast.customer, start, buffer=HOUR) for start in (before, after)]
            async with self.begin() as tx:
                await tx.calendars.save_settings(cast.profile.id, "Asia/Ulaanbaatar", settings)
            await _claimed(self.backend, *claims)
            assert set(await _claims_seen_under_lock(self.backend, cast)) == {*claims}
            schedule = present(await self.reads.schedules.get(cast.profile.id, WORKDAY))
            assert {*schedule.claims} == {*claims}

    async def test_a_schedule_has_all_exceptions_that_an_open_range_can_start_from(self, cast: Cast) -> None:
        first, last = (
            (day + by).date() for day, by in ((WORKDAY.start, -EXCEPTION_MARGIN), (WORKDAY.end, EXCEPTION_MARGIN))
        )
        exceptions = (
            self.make.exception(first, "10:00-12:00"),
            self.make.exception(TOMORROW.date()),
            self.make.exception(last),
        )
        async with self.begin() as tx:
            for exception in exceptions:
                await tx.calendars.add_exception(cast.profile.id, exception)
        schedule = present(await self.reads.schedules.get(cast.profile.id, WORKDAY))
        assert schedule.calendar.exceptions == exceptions
        assert await self.alone.schedules.lock(cast.profile.id, WORKDAY) == schedule

    async def test_a_schedule_has_all_claims_of_the_local_weeks_of_the_window(self, cast: Cast) -> None:
        assert claim_margin(SlotSettings(max_per_day=1)) == CLAIM_MARGIN
        assert claim_margin(SlotSettings(max_per_week=1)) == WEEKLY_CLAIM_MARGIN
        monday, sunday = TOMORROW - 33 * HOUR, TOMORROW + timedelta(days=5) + 12 * HOUR  # 01:00 and 22:00 there
        claims = [self.make.claim(cast.profile, cast.customer, start) for start in (monday, sunday)]
        await _claimed(self.backend, *claims)
        async with self.begin() as tx:
            await tx.calendars.save_settings(cast.profile.id, "Asia/Ulaanbaatar", SlotSettings(max_per_week=2))
            for day in range(7):
                await tx.calendars.add_rule(cast.profile.id, self.make.rule(day))
        for days, full in ((-1, True), (0, True), (5, True), (-2, False), (6, False)):
            window = TimeRange(TOMORROW + timedelta(days=days), TOMORROW + timedelta(days=days, hours=1))
            schedule = present(await self.reads.schedules.get(cast.profile.id, window))
            early = NOW - timedelta(days=7)
            assert (offered_slots(schedule.calendar, schedule.claims, window=window, now=early) == ()) is full

    async def test_a_schedule_has_all_claims_of_the_local_days_of_the_window(self, cast: Cast) -> None:
        settings = SlotSettings(max_per_day=2)
        claims = [  # 01:00 and 22:00 in Ulaanbaatar
            self.make.claim(cast.profile, cast.customer, TOMORROW - 9 * HOUR),
            self.make.claim(cast.profile, cast.customer, TOMORROW + 12 * HOUR),
        ]
        await _claimed(self.backend, *claims)
        async with self.begin() as tx:
            await tx.calendars.save_settings(cast.profile.id, "Asia/Ulaanbaatar", settings)
            await tx.calendars.add_rule(cast.profile.id, self.make.rule(2))
        noon = TimeRange(TOMORROW + 2 * HOUR, TOMORROW + 3 * HOUR)
        schedule = present(await self.reads.schedules.get(cast.profile.id, noon))
        assert offered_slots(schedule.calendar, schedule.claims, window=noon, now=NOW) == ()
        assert offered_slots(schedule.calendar, schedule.claims[:1], window=noon, now=NOW) != ()

    async def test_a_second_lock_waits_and_sees_the_first_commit(self, cast: Cast) -> None:
        claim = self.make.claim(cast.profile, cast.customer)
        async with self.begin() as tx:
            await tx.schedules.lock(cast.profile.id, WORKDAY)
            second = asyncio.create_task(_claims_seen_under_lock(self.backend, cast))
            assert await waits(second)
            await tx.claims.acquire(claim, NOW)
        assert await second == (claim,)

    async def test_a_rollback_releases_the_lock(self, cast: Cast) -> None:
        second: list[asyncio.Task[tuple[Claim, ...]]] = []

        async def first(tx: Repositories) -> None:
            await tx.schedules.lock(cast.profile.id, WORKDAY)
            second.append(asyncio.create_task(_claims_seen_under_lock(self.backend, cast)))
            assert await waits(second[0])
            await tx.claims.acquire(self.make.claim(cast.profile, cast.customer), NOW)

        await self.rolled_back(first)
        assert await second[0] == ()

    async def test_a_lock_covers_one_provider(self, cast: Cast, other: Cast) -> None:
        async with self.begin() as tx:
            await tx.schedules.lock(cast.profile.id, WORKDAY)
            assert await self.reads.schedules.get(cast.profile.id, WORKDAY) is not None
        assert await _claims_seen_under_lock(self.backend, other) == ()


class BookableProvidersContract(StorageContract):
    """Provider schedules with terms, under a lock."""

    async def _tried(self, cast: Cast) -> tuple[BookableProvider, bool] | None:
        return await self.alone.bookable_providers.try_lock(cast.profile.id, WORKDAY)

    async def test_an_unknown_provider_is_not_bookable(self) -> None:
        unknown = ProviderId(self.make.entropy.new_id())
        async with self.begin() as tx:
            assert await tx.bookable_providers.lock(unknown, WORKDAY) is None
            assert await tx.bookable_providers.terms_of(unknown) is None

    async def test_terms_are_stored_with_all_fields(self, cast: Cast) -> None:
        nothing = Money.zero("USD")
        for kept in (
            terms(mode=BookingMode.REQUEST),
            replace(terms(mode=BookingMode.REQUEST), requests_claim_time=False),
            replace(terms(), requests_claim_time=False, gateway="stripe"),
            terms(price=nothing, deposit=nothing),
            terms(price=Money(amount=2**63 - 1, currency="KRW"), deposit=Money(amount=2**53 + 1, currency="KRW")),
            replace(terms(), durations=(Duration(minutes=1, price_amount=0, deposit_amount=0), LONG)),
            terms(cancellation=CancellationPolicy(())),
            terms(cancellation=tiers([(0, 0), (24, 50), (168, 100)])),
            terms(cancellation=CancellationPolicy((Tier(1, 1), Tier(720, 99), Tier(48, 33)))),
        ):
            await self.alone.bookable_providers.save_terms(cast.profile.id, kept)
            async with self.begin() as tx:
                assert await tx.bookable_providers.terms_of(cast.profile.id) == kept
                bookable = present(await tx.bookable_providers.lock(cast.profile.id, WORKDAY))
                assert bookable.terms == kept
                assert bookable.schedule.further_durations == tuple(each.minutes for each in kept.durations)
                assert bookable.schedule == await tx.schedules.lock(cast.profile.id, WORKDAY)
            assert await self.reads.schedules.get(cast.profile.id, WORKDAY) == bookable.schedule

    async def test_a_bookable_provider_is_the_schedule_and_the_terms(self, cast: Cast) -> None:
        await _claimed(self.backend, self.make.claim(cast.profile, cast.customer))
        async with self.begin() as tx:
            bookable = present(await tx.bookable_providers.lock(cast.profile.id, WORKDAY))
            assert bookable.terms == terms()
            assert bookable.schedule == await tx.schedules.lock(cast.profile.id, WORKDAY)

    async def test_try_lock_locks_a_free_provider(self, cast: Cast) -> None:
        claim = self.make.claim(cast.profile, cast.customer)
        async with self.begin() as tx:
            assert await tx.bookable_providers.try_lock(ProviderId(self.make.entropy.new_id()), WORKDAY) is None
            seen = await tx.bookable_providers.try_lock(cast.profile.id, WORKDAY)
            assert seen == (await tx.bookable_providers.lock(cast.profile.id, WORKDAY), True)
            second = asyncio.create_task(_claims_seen_under_lock(self.backend, cast))
            assert await waits(second)
            await tx.claims.acquire(claim, NOW)
        assert await second == (claim,)

    async def test_try_lock_sees_the_claims_that_were_taken_before(self, cast: Cast) -> None:
        claim = self.make.claim(cast.profile, cast.customer)
        await _claimed(self.backend, claim)
        async with self.begin() as tx:
            tried = present(await tx.bookable_providers.try_lock(cast.profile.id, WORKDAY))
            assert tried[0].schedule.claims == (claim,)
        around = claim.span
        await self.excludes(
            lambda tx: tx.bookable_providers.try_lock(cast.profile.id, around),
            lambda tx: tx.bookable_providers.lock(cast.profile.id, around),
        )

    async def test_try_lock_tells_whether_it_holds_the_lock(self, cast: Cast) -> None:
        async with self.begin() as tx:
            locked = await tx.bookable_providers.lock(cast.profile.id, WORKDAY)
            trying = asyncio.create_task(self._tried(cast))
            await waits(trying)
            returned_before = trying.done()
        tried = present(await trying)
        found, holds_lock = tried
        assert found == locked
        assert not (returned_before and holds_lock), "two database transactions held the lock"

    async def test_locking_a_bookable_provider_locks_the_schedule(self, cast: Cast) -> None:
        claim = self.make.claim(cast.profile, cast.customer)
        async with self.begin() as tx:
            await tx.bookable_providers.lock(cast.profile.id, WORKDAY)
            second = asyncio.create_task(_claims_seen_under_lock(self.backend, cast))
            assert await waits(second)
            await tx.claims.acquire(claim, NOW)
        assert await second == (claim,)
