"""The contract of `CalendarRepository`."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.errors import BlockNotFound, DateHasException, ExceptionNotFound, RuleNotFound
from booking_domain.scheduling.model import (
    MAX_BLOCK_NOTE,
    Anchoring,
    Block,
    Calendar,
    DateException,
    SlotSettings,
    WeeklyRule,
)
from booking_domain.scheduling.ports import CalendarRepository
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import BlockId, ExceptionId, ProviderId, RuleId, UserId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, TOMORROW, Builder
from booking_domain.testing.kit.storage import Backend, Cast, StorageContract, a_cast, alone, one_wins, present, waits

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
    anchoring=Anchoring.AFTER_CLAIM,
)
NO_LIMITS = replace(ALL_SET, max_per_day=None, max_per_week=None, anchoring=Anchoring.OPEN_RANGE)


async def _calendar(backend: Backend, cast: Cast) -> Calendar:
    return present(await backend.reads.schedules.calendar(cast.profile.id))


async def _add(backend: Backend, cast: Cast, *entries: WeeklyRule | DateException | Block) -> None:
    async with backend.begin() as tx:
        assert await tx.calendars.lock_provider_of(cast.owner.id) == cast.profile.id
        for entry in entries:
            match entry:
                case WeeklyRule():
                    await tx.calendars.add_rule(cast.profile.id, entry)
                case DateException():
                    await tx.calendars.add_exception(cast.profile.id, entry)
                case Block():
                    await tx.calendars.add_block(cast.profile.id, entry)


class CalendarRepositoryContract(StorageContract):
    """The settings, rules, exceptions and blocks of a provider."""

    async def test_a_provider_is_found_by_owner(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        async with backend.begin() as tx:
            assert await tx.calendars.lock_provider_of(cast.owner.id) == cast.profile.id
            assert await tx.calendars.lock_provider_of(cast.customer.id) is None
            assert await tx.calendars.lock_provider_of(UserId(make.entropy.new_id())) is None
        deleted = await a_cast(backend, make, ProfileStatus.DELETED)
        assert await alone(backend).calendars.lock_provider_of(deleted.owner.id) is None

    async def test_locking_a_provider_by_owner_locks_the_schedule(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        rule = make.rule()

        async def other() -> tuple[WeeklyRule, ...]:
            async with backend.begin() as tx:
                schedule = await tx.schedules.lock(cast.profile.id, TimeRange(TOMORROW, TOMORROW.replace(hour=20)))
                return () if schedule is None else schedule.calendar.rules

        async with backend.begin() as tx:
            await tx.calendars.lock_provider_of(cast.owner.id)
            later = asyncio.create_task(other())
            assert await waits(later)
            await tx.calendars.add_rule(cast.profile.id, rule)
        assert await later == (rule,)

    async def test_a_new_calendar_is_empty(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        assert await _calendar(backend, cast) == Calendar(time_zone="Asia/Ulaanbaatar", settings=SlotSettings())

    async def test_an_unknown_provider_has_no_calendar(self, backend: Backend, make: Builder) -> None:
        unknown = ProviderId(make.entropy.new_id())
        assert await backend.reads.schedules.calendar(unknown) is None
        assert await alone(backend).calendars.calendar_of(unknown) is None

    async def test_saving_settings_replaces_only_the_settings(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        rule, exception = make.rule(), make.exception(HOLIDAY)
        block = make.block(TimeRange(TOMORROW, TOMORROW + HOUR))
        await _add(backend, cast, rule, exception, block)
        changes = (("America/New_York", ALL_SET), ("Asia/Ulaanbaatar", NO_LIMITS))
        for version, (zone, settings) in enumerate(changes, start=5):
            await alone(backend).calendars.save_settings(cast.profile.id, zone, settings)
            assert await _calendar(backend, cast) == Calendar(
                time_zone=zone,
                settings=settings,
                rules=(rule,),
                exceptions=(exception,),
                blocks=(block,),
                version=version,
            )

    async def test_each_change_increments_the_version(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        rule, exception, block = make.rule(), make.exception(HOLIDAY), make.block(TimeRange(TOMORROW, TOMORROW + HOUR))
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
            async with backend.begin() as tx:
                await change(tx.calendars)
            assert (await _calendar(backend, cast)).version == version
            async with backend.begin() as tx:
                seen = present(await tx.calendars.calendar_of(cast.profile.id))
                assert seen.version == version
        assert (await _calendar(backend, other)).version == 1

    async def test_a_rejected_change_keeps_the_version(self, backend: Backend, make: Builder) -> None:
        cast, exception = await a_cast(backend, make), make.exception(HOLIDAY)
        await _add(backend, cast, exception)
        refused: tuple[Callable[[CalendarRepository], Awaitable[None]], ...] = (
            lambda book: book.add_exception(cast.profile.id, make.exception(HOLIDAY)),
            lambda book: book.remove_rule(cast.profile.id, make.rule().id),
            lambda book: book.remove_exception(cast.profile.id, make.exception(HOLIDAY).id),
            lambda book: book.remove_block(cast.profile.id, make.block(TimeRange(TOMORROW, TOMORROW + HOUR)).id),
        )
        for change in refused:
            with pytest.raises(DomainError):
                async with backend.begin() as tx:
                    await change(tx.calendars)
        assert (await _calendar(backend, cast)).version == 2

    async def test_a_rule_is_stored_with_all_fields(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        rules = (
            make.rule(0, "00:00-24:00"),
            make.rule(1, "22:00-02:00"),
            replace(make.rule(2), valid_from=date(2026, 1, 1)),
            replace(make.rule(3), valid_until=date(2026, 12, 31)),
            replace(make.rule(4), valid_from=date(2026, 2, 28), valid_until=date(2028, 2, 29), every_weeks=3),
            make.rule(6, "09:59-10:00"),
        )
        await _add(backend, cast, *rules)
        assert (await _calendar(backend, cast)).rules == rules

    async def test_rules_are_sorted_by_day_and_start(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        late, early, sunday = make.rule(5, "14:00-19:00"), make.rule(5, "09:00-13:00"), make.rule(0, "10:00-11:00")
        await _add(backend, cast, late, early, sunday)
        assert (await _calendar(backend, cast)).rules == (sunday, early, late)

    async def test_all_rules_are_replaced_in_one_change(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        kept, gone, new, theirs = make.rule(1), make.rule(2), make.rule(0), make.rule(5)
        await _add(backend, cast, kept, gone)
        await _add(backend, other, theirs)
        before = (await _calendar(backend, cast)).version
        await alone(backend).calendars.replace_rules(cast.profile.id, [kept, new])
        after = await _calendar(backend, cast)
        assert (after.rules, after.version) == ((new, kept), before + 1)
        assert (await _calendar(backend, other)).rules == (theirs,)
        await alone(backend).calendars.replace_rules(cast.profile.id, [])
        assert (await _calendar(backend, cast)).rules == ()

    async def test_a_rule_can_be_removed_once(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        kept, removed = make.rule(1), make.rule(2)
        await _add(backend, cast, kept, removed)
        await alone(backend).calendars.remove_rule(cast.profile.id, removed.id)
        assert (await _calendar(backend, cast)).rules == (kept,)
        with pytest.raises(RuleNotFound):
            await alone(backend).calendars.remove_rule(cast.profile.id, removed.id)

    async def test_a_rule_of_another_provider_cannot_be_removed(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        rule = make.rule()
        await _add(backend, cast, rule)
        with pytest.raises(RuleNotFound):
            await alone(backend).calendars.remove_rule(other.profile.id, rule.id)
        assert (await _calendar(backend, cast)).rules == (rule,)
        assert (await _calendar(backend, other)).rules == ()

    async def test_exceptions_are_stored_with_all_fields_and_sorted_by_date(
        self, backend: Backend, make: Builder
    ) -> None:
        cast = await a_cast(backend, make)
        closed = make.exception(HOLIDAY)
        open_twice = make.exception(date(2026, 12, 24), "18:00-02:00", "10:00-12:00", "13:00-24:00")
        leap_day = make.exception(date(2028, 2, 29), "00:00-00:01")
        await _add(backend, cast, leap_day, closed, open_twice)
        assert (await _calendar(backend, cast)).exceptions == (open_twice, closed, leap_day)

    async def test_a_provider_has_one_exception_per_date(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        first = make.exception(HOLIDAY)
        await _add(backend, cast, first)
        await _add(backend, other, make.exception(HOLIDAY))
        with pytest.raises(DateHasException):
            await _add(backend, cast, make.exception(HOLIDAY, "10:00-12:00"))
        assert (await _calendar(backend, cast)).exceptions == (first,)

    async def test_of_concurrent_exceptions_for_one_date_one_is_stored(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        await one_wins([_add(backend, cast, make.exception(HOLIDAY)) for _ in range(4)], DateHasException)

    async def test_removing_an_exception_frees_its_date(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        exception = make.exception(HOLIDAY, "10:00-12:00")
        await _add(backend, cast, exception)
        await alone(backend).calendars.remove_exception(cast.profile.id, exception.id)
        assert (await _calendar(backend, cast)).exceptions == ()
        with pytest.raises(ExceptionNotFound):
            await alone(backend).calendars.remove_exception(cast.profile.id, exception.id)
        again = make.exception(HOLIDAY)
        await _add(backend, cast, again)
        assert (await _calendar(backend, cast)).exceptions == (again,)

    async def test_an_exception_of_another_provider_cannot_be_removed(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        exception = make.exception(HOLIDAY)
        await _add(backend, cast, exception)
        with pytest.raises(ExceptionNotFound):
            await alone(backend).calendars.remove_exception(other.profile.id, exception.id)
        assert (await _calendar(backend, cast)).exceptions == (exception,)

    async def test_removing_an_unknown_entry_is_rejected(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        with pytest.raises(RuleNotFound):
            await alone(backend).calendars.remove_rule(cast.profile.id, RuleId(UUID(int=1)))
        with pytest.raises(ExceptionNotFound):
            await alone(backend).calendars.remove_exception(cast.profile.id, ExceptionId(UUID(int=1)))
        with pytest.raises(BlockNotFound):
            await alone(backend).calendars.remove_block(cast.profile.id, BlockId(UUID(int=1)))

    async def test_blocks_are_stored_with_all_fields_and_sorted_by_start(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        odd = timedelta(microseconds=1)
        last = make.block(TimeRange(TOMORROW + 3 * HOUR + odd, TOMORROW + 4 * HOUR + 2 * odd), "")
        long_ago = make.block(TimeRange(TOMORROW - timedelta(days=3_000), TOMORROW - timedelta(days=2_000)))
        for_years = make.block(TimeRange(TOMORROW, TOMORROW + timedelta(days=3_000)), "🏖 'дахин'\n" + "ө" * 400)
        inside_of_it = make.block(TimeRange(TOMORROW + HOUR, TOMORROW + 2 * HOUR), "x" * MAX_BLOCK_NOTE)
        await _add(backend, cast, last, for_years, long_ago, inside_of_it)
        assert (await _calendar(backend, cast)).blocks == (long_ago, for_years, inside_of_it, last)
        assert await alone(backend).calendars.calendar_of(cast.profile.id) == await _calendar(backend, cast)
        assert (await _calendar(backend, other)).blocks == ()

    async def test_a_block_can_be_removed_once(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        kept, removed = (make.block(TimeRange(TOMORROW, TOMORROW + HOUR)) for _ in range(2))
        await _add(backend, cast, kept, removed)
        await alone(backend).calendars.remove_block(cast.profile.id, removed.id)
        assert (await _calendar(backend, cast)).blocks == (kept,)
        with pytest.raises(BlockNotFound):
            await alone(backend).calendars.remove_block(cast.profile.id, removed.id)

    async def test_a_block_of_another_provider_cannot_be_removed(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        block = make.block(TimeRange(TOMORROW, TOMORROW + HOUR))
        await _add(backend, cast, block)
        with pytest.raises(BlockNotFound):
            await alone(backend).calendars.remove_block(other.profile.id, block.id)
        assert (await _calendar(backend, cast)).blocks == (block,)

    async def test_the_size_counts_entries_of_each_kind(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        past = make.block(TimeRange(TOMORROW - 900 * HOUR, TOMORROW - 899 * HOUR), "past")
        future = make.block(TimeRange(TOMORROW, TOMORROW + HOUR), "future")
        await _add(backend, cast, make.rule(), make.rule(), make.rule(), make.exception(HOLIDAY), past, future)
        await _add(backend, other, make.rule())
        assert await alone(backend).calendars.size_of(cast.profile.id) == (3, 1, 2)
