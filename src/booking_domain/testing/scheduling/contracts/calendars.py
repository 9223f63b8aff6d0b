"""The contract of `CalendarRepository`."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.calendar_errors import BlockNotFound, DateHasException, ExceptionNotFound, RuleNotFound
from booking_domain.scheduling.model import (
    MAX_BLOCK_NOTE,
    Anchoring,
    Block,
    Calendar,
    ClockChanges,
    DateException,
    SlotSettings,
)
from booking_domain.scheduling.ports import CalendarRepository
from booking_domain.scheduling.weekly import WeeklyRule
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import BlockId, ExceptionId, ProviderId, RuleId, UserId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, TOMORROW
from booking_domain.testing.kit.storage import Cast, StorageContract, one_wins, present, waits

HOLIDAY = date(2026, 12, 29)
ALL_SET = SlotSettings(
    step_minutes=15,
    duration_minutes=90,
    buffer_before_minutes=5,
    buffer_after_minutes=25,
    min_notice_minutes=120,
    horizon_days=365,
    max_per_day=4,
    max_per_week=9,
    max_per_month=40_000,
    max_per_year=500_000,
    anchoring=Anchoring.AFTER_CLAIM,
    clock_changes=ClockChanges.SECOND,
)
NO_LIMITS = replace(
    ALL_SET, max_per_day=None, max_per_week=None, max_per_month=None, max_per_year=None, anchoring=Anchoring.OPEN_RANGE
)


class CalendarRepositoryContract(StorageContract):
    """The settings, rules, exceptions and blocks of a provider."""

    async def _calendar(self, cast: Cast) -> Calendar:
        return present(await self.reads.schedules.calendar(cast.profile.id))

    async def _add(self, cast: Cast, *entries: WeeklyRule | DateException | Block) -> None:
        async with self.begin() as tx:
            assert await tx.calendars.lock_provider_of(cast.owner.id) == cast.profile.id
            for entry in entries:
                match entry:
                    case WeeklyRule():
                        await tx.calendars.add_rule(cast.profile.id, entry)
                    case DateException():
                        await tx.calendars.add_exception(cast.profile.id, entry)
                    case Block():
                        await tx.calendars.add_block(cast.profile.id, entry)

    async def test_a_provider_is_found_by_owner(self, cast: Cast) -> None:
        async with self.begin() as tx:
            assert await tx.calendars.lock_provider_of(cast.owner.id) == cast.profile.id
            assert await tx.calendars.lock_provider_of(cast.customer.id) is None
            assert await tx.calendars.lock_provider_of(UserId(self.make.entropy.new_id())) is None
        deleted = await self.a_cast(ProfileStatus.DELETED)
        assert await self.alone.calendars.lock_provider_of(deleted.owner.id) is None

    async def test_locking_a_provider_by_owner_locks_the_schedule(self, cast: Cast) -> None:
        rule = self.make.rule()

        async def other() -> tuple[WeeklyRule, ...]:
            async with self.begin() as tx:
                schedule = await tx.schedules.lock(cast.profile.id, TimeRange(TOMORROW, TOMORROW.replace(hour=20)))
                return () if schedule is None else schedule.calendar.rules

        async with self.begin() as tx:
            await tx.calendars.lock_provider_of(cast.owner.id)
            later = asyncio.create_task(other())
            assert await waits(later)
            await tx.calendars.add_rule(cast.profile.id, rule)
        assert await later == (rule,)

    async def test_a_new_calendar_is_empty(self, cast: Cast) -> None:
        assert await self._calendar(cast) == Calendar(time_zone="Asia/Ulaanbaatar", settings=SlotSettings())

    async def test_an_unknown_provider_has_no_calendar(self) -> None:
        unknown = ProviderId(self.make.entropy.new_id())
        assert await self.reads.schedules.calendar(unknown) is None
        assert await self.alone.calendars.calendar_of(unknown) is None

    async def test_saving_settings_replaces_only_the_settings(self, cast: Cast) -> None:
        rule, exception = self.make.rule(), self.make.exception(HOLIDAY)
        block = self.make.block(TimeRange(TOMORROW, TOMORROW + HOUR))
        await self._add(cast, rule, exception, block)
        changes = (("America/New_York", ALL_SET), ("Asia/Ulaanbaatar", NO_LIMITS))
        for version, (zone, settings) in enumerate(changes, start=5):
            await self.alone.calendars.save_settings(cast.profile.id, zone, settings)
            assert await self._calendar(cast) == Calendar(
                time_zone=zone,
                settings=settings,
                rules=(rule,),
                exceptions=(exception,),
                blocks=(block,),
                version=version,
            )

    async def test_each_change_increments_the_version(self, cast: Cast, other: Cast) -> None:
        rule, exception, block = (
            self.make.rule(),
            self.make.exception(HOLIDAY),
            self.make.block(TimeRange(TOMORROW, TOMORROW + HOUR)),
        )
        changes: tuple[Callable[[CalendarRepository], Awaitable[None]], ...] = (
            lambda book: book.add_rule(cast.profile.id, rule),
            lambda book: book.add_exception(cast.profile.id, exception),
            lambda book: book.add_block(cast.profile.id, block),
            lambda book: book.save_settings(cast.profile.id, "Asia/Hovd", ALL_SET),
            lambda book: book.remove_rule(cast.profile.id, rule.id),
            lambda book: book.remove_exception(cast.profile.id, exception.id),
            lambda book: book.remove_block(cast.profile.id, block.id),
        )
        for version, change in enumerate(changes, start=2):
            async with self.begin() as tx:
                await change(tx.calendars)
            assert (await self._calendar(cast)).version == version
            async with self.begin() as tx:
                seen = present(await tx.calendars.calendar_of(cast.profile.id))
                assert seen.version == version
        assert (await self._calendar(other)).version == 1

    async def test_a_rejected_change_keeps_the_version(self) -> None:
        cast, exception = await self.a_cast(), self.make.exception(HOLIDAY)
        await self._add(cast, exception)
        refused: tuple[Callable[[CalendarRepository], Awaitable[None]], ...] = (
            lambda book: book.add_exception(cast.profile.id, self.make.exception(HOLIDAY)),
            lambda book: book.remove_rule(cast.profile.id, self.make.rule().id),
            lambda book: book.remove_exception(cast.profile.id, self.make.exception(HOLIDAY).id),
            lambda book: book.remove_block(cast.profile.id, self.make.block(TimeRange(TOMORROW, TOMORROW + HOUR)).id),
        )
        for change in refused:
            with pytest.raises(DomainError):
                async with self.begin() as tx:
                    await change(tx.calendars)
        assert (await self._calendar(cast)).version == 2

    async def test_a_rule_is_stored_with_all_fields(self, cast: Cast) -> None:
        rules = (
            self.make.rule(0, "00:00-24:00"),
            self.make.rule(1, "22:00-02:00"),
            replace(self.make.rule(2), valid_from=date(2026, 1, 1)),
            replace(self.make.rule(3), valid_until=date(2026, 12, 31)),
            replace(self.make.rule(4), valid_from=date(2026, 2, 28), valid_until=date(2028, 2, 29), every_weeks=3),
            self.make.rule(6, "09:59-10:00"),
        )
        await self._add(cast, *rules)
        assert (await self._calendar(cast)).rules == rules

    async def test_rules_are_sorted_by_day_and_start(self, cast: Cast) -> None:
        late, early, sunday = (
            self.make.rule(5, "14:00-19:00"),
            self.make.rule(5, "09:00-13:00"),
            self.make.rule(0, "10:00-11:00"),
        )
        await self._add(cast, late, early, sunday)
        assert (await self._calendar(cast)).rules == (sunday, early, late)

    async def test_all_rules_are_replaced_in_one_change(self, cast: Cast, other: Cast) -> None:
        kept, gone, new, theirs = self.make.rule(1), self.make.rule(2), self.make.rule(0), self.make.rule(5)
        await self._add(cast, kept, gone)
        await self._add(other, theirs)
        before = (await self._calendar(cast)).version
        await self.alone.calendars.replace_rules(cast.profile.id, [kept, new])
        after = await self._calendar(cast)
        assert (after.rules, after.version) == ((new, kept), before + 1)
        assert (await self._calendar(other)).rules == (theirs,)
        await self.alone.calendars.replace_rules(cast.profile.id, [])
        assert (await self._calendar(cast)).rules == ()

    async def test_a_rule_can_be_removed_once(self, cast: Cast) -> None:
        kept, removed = self.make.rule(1), self.make.rule(2)
        await self._add(cast, kept, removed)
        await self.alone.calendars.remove_rule(cast.profile.id, removed.id)
        assert (await self._calendar(cast)).rules == (kept,)
        with pytest.raises(RuleNotFound):
            await self.alone.calendars.remove_rule(cast.profile.id, removed.id)

    async def test_a_rule_of_another_provider_cannot_be_removed(self, cast: Cast, other: Cast) -> None:
        rule = self.make.rule()
        await self._add(cast, rule)
        with pytest.raises(RuleNotFound):
            await self.alone.calendars.remove_rule(other.profile.id, rule.id)
        assert (await self._calendar(cast)).rules == (rule,)
        assert (await self._calendar(other)).rules == ()

    async def test_exceptions_are_stored_with_all_fields_and_sorted_by_date(self, cast: Cast) -> None:
        closed = self.make.exception(HOLIDAY)
        open_twice = self.make.exception(date(2026, 12, 24), "18:00-02:00", "10:00-12:00", "13:00-24:00")
        leap_day = self.make.exception(date(2028, 2, 29), "00:00-00:01")
        await self._add(cast, leap_day, closed, open_twice)
        assert (await self._calendar(cast)).exceptions == (open_twice, closed, leap_day)

    async def test_a_provider_has_one_exception_per_date(self, cast: Cast, other: Cast) -> None:
        first = self.make.exception(HOLIDAY)
        await self._add(cast, first)
        await self._add(other, self.make.exception(HOLIDAY))
        with pytest.raises(DateHasException):
            await self._add(cast, self.make.exception(HOLIDAY, "10:00-12:00"))
        assert (await self._calendar(cast)).exceptions == (first,)

    async def test_of_concurrent_exceptions_for_one_date_one_is_stored(self, cast: Cast) -> None:
        await one_wins([self._add(cast, self.make.exception(HOLIDAY)) for _ in range(4)], DateHasException)

    async def test_removing_an_exception_frees_its_date(self, cast: Cast) -> None:
        exception = self.make.exception(HOLIDAY, "10:00-12:00")
        await self._add(cast, exception)
        await self.alone.calendars.remove_exception(cast.profile.id, exception.id)
        assert (await self._calendar(cast)).exceptions == ()
        with pytest.raises(ExceptionNotFound):
            await self.alone.calendars.remove_exception(cast.profile.id, exception.id)
        again = self.make.exception(HOLIDAY)
        await self._add(cast, again)
        assert (await self._calendar(cast)).exceptions == (again,)

    async def test_an_exception_of_another_provider_cannot_be_removed(self, cast: Cast, other: Cast) -> None:
        exception = self.make.exception(HOLIDAY)
        await self._add(cast, exception)
        with pytest.raises(ExceptionNotFound):
            await self.alone.calendars.remove_exception(other.profile.id, exception.id)
        assert (await self._calendar(cast)).exceptions == (exception,)

    async def test_removing_an_unknown_entry_is_rejected(self, cast: Cast) -> None:
        with pytest.raises(RuleNotFound):
            await self.alone.calendars.remove_rule(cast.profile.id, RuleId(UUID(int=1)))
        with pytest.raises(ExceptionNotFound):
            await self.alone.calendars.remove_exception(cast.profile.id, ExceptionId(UUID(int=1)))
        with pytest.raises(BlockNotFound):
            await self.alone.calendars.remove_block(cast.profile.id, BlockId(UUID(int=1)))

    async def test_blocks_are_stored_with_all_fields_and_sorted_by_start(self, cast: Cast, other: Cast) -> None:
        odd = timedelta(microseconds=1)
        last = self.make.block(TimeRange(TOMORROW + 3 * HOUR + odd, TOMORROW + 4 * HOUR + 2 * odd), "")
        long_ago = self.make.block(TimeRange(TOMORROW - timedelta(days=3_000), TOMORROW - timedelta(days=2_000)))
        for_years = self.make.block(TimeRange(TOMORROW, TOMORROW + timedelta(days=3_000)), "🏖 'дахин'\n" + "ө" * 400)
        inside_of_it = self.make.block(TimeRange(TOMORROW + HOUR, TOMORROW + 2 * HOUR), "x" * MAX_BLOCK_NOTE)
        await self._add(cast, last, for_years, long_ago, inside_of_it)
        assert (await self._calendar(cast)).blocks == (long_ago, for_years, inside_of_it, last)
        assert await self.alone.calendars.calendar_of(cast.profile.id) == await self._calendar(cast)
        assert (await self._calendar(other)).blocks == ()

    async def test_a_block_can_be_removed_once(self, cast: Cast) -> None:
        kept, removed = (self.make.block(TimeRange(TOMORROW, TOMORROW + HOUR)) for _ in range(2))
        await self._add(cast, kept, removed)
        await self.alone.calendars.remove_block(cast.profile.id, removed.id)
        assert (await self._calendar(cast)).blocks == (kept,)
        with pytest.raises(BlockNotFound):
            await self.alone.calendars.remove_block(cast.profile.id, removed.id)

    async def test_a_block_of_another_provider_cannot_be_removed(self, cast: Cast, other: Cast) -> None:
        block = self.make.block(TimeRange(TOMORROW, TOMORROW + HOUR))
        await self._add(cast, block)
        with pytest.raises(BlockNotFound):
            await self.alone.calendars.remove_block(other.profile.id, block.id)
        assert (await self._calendar(cast)).blocks == (block,)

    async def test_the_size_counts_entries_of_each_kind(self, cast: Cast, other: Cast) -> None:
        past = self.make.block(TimeRange(TOMORROW - 900 * HOUR, TOMORROW - 899 * HOUR), "past")
        future = self.make.block(TimeRange(TOMORROW, TOMORROW + HOUR), "future")
        await self._add(
            cast, self.make.rule(), self.make.rule(), self.make.rule(), self.make.exception(HOLIDAY), past, future
        )
        await self._add(other, self.make.rule())
        assert await self.alone.calendars.size_of(cast.profile.id) == (3, 1, 2)
