"""Each command stores exactly what it was given; ids and instants come from the context."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.unit.stage import Stage

from booking_domain.scheduling import Block, Calendar, DateException, TimeRange, WeeklyRule
from booking_domain.scheduling.calendar_errors import BlockNotFound
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.feeds import FeedRule
from booking_domain.shared.actor import Role
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.lifecycle import InvalidTransition
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, hours
from booking_domain.testing.memory.database import MemoryDatabase
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.catalogue.profiles import SettingsChange, change_settings
from booking_domain.use_cases.scheduling.calendars import (
    AddBlock,
    AddException,
    AddRule,
    add_block,
    add_exception,
    add_rule,
    remove_block,
    remove_exception,
    remove_rule,
)
from booking_domain.use_cases.scheduling.feeds import SetFeeds, set_feeds
from booking_domain.use_cases.scheduling.holds import PlaceHold, place_hold

CHRISTMAS = date(2026, 12, 25)
EVERY_OTHER_MONDAY = AddRule(
    day=1, hours=hours("09:00-24:00"), valid_from=date(2026, 11, 2), valid_until=CHRISTMAS, every_weeks=2
)
MORNING = (hours("08:00-09:00"), hours("10:00-12:00"))
LUNCH = TimeRange(TOMORROW + 2 * HOUR, TOMORROW + 3 * HOUR)
URL = "https://calendar.example.com/private-1/basic.ics"


async def calendar_of(stage: Stage) -> Calendar:
    calendar = await stage.database.reads.schedules.calendar(stage.cast.profile.id)
    assert calendar is not None
    return calendar


async def test_a_rule_is_stored_as_added(stage: Stage) -> None:
    added = await stage.by_provider(add_rule, EVERY_OTHER_MONDAY)
    asked = EVERY_OTHER_MONDAY
    assert added == WeeklyRule(
        id=added.id,
        day=1,
        hours=asked.hours,
        valid_from=asked.valid_from,
        valid_until=asked.valid_until,
        every_weeks=2,
    )
    assert (await calendar_of(stage)).rules == (added,)


async def test_an_exception_is_stored_as_added(stage: Stage) -> None:
    added = await stage.by_provider(add_exception, AddException(date=CHRISTMAS, ranges=MORNING))
    assert added == DateException(id=added.id, date=CHRISTMAS, ranges=MORNING)
    assert (await calendar_of(stage)).exceptions == (added,)


async def test_a_block_is_stored_as_added_and_removed_once(stage: Stage) -> None:
    added = await stage.by_provider(add_block, AddBlock(range=LUNCH, note="lunch"))
    assert added == Block(id=added.id, range=LUNCH, note="lunch")
    schedule = await stage.database.reads.schedules.get(stage.cast.profile.id, slot_window(LUNCH.start))
    assert schedule is not None
    assert schedule.calendar.blocks == (added,)
    await stage.by_provider(remove_block, added.id)
    with pytest.raises(BlockNotFound):
        await stage.by_provider(remove_block, added.id)


async def test_a_provider_removes_only_from_their_own_calendar(stage: Stage) -> None:
    rule = await stage.by_provider(add_rule, EVERY_OTHER_MONDAY)
    exception = await stage.by_provider(add_exception, AddException(date=CHRISTMAS))
    block = await stage.by_provider(add_block, AddBlock(range=LUNCH))
    newcomer = (await stage.joined_by(stage.make.user(Role.PROVIDER))).actor
    removals: tuple[tuple[Any, UUID], ...] = (
        (remove_rule, rule.id),
        (remove_exception, exception.id),
        (remove_block, block.id),
    )
    for use_case, kept in removals:
        with pytest.raises(ProviderNotFound):
            await stage.by(newcomer, use_case, kept)
    assert (await calendar_of(stage)).rules == (rule,)


async def everything(studio: Studio) -> list[Any]:
    """Run one of each command; return everything that it stored."""
    by = studio.owner
    done: list[Any] = [
        await studio.run(add_rule, EVERY_OTHER_MONDAY, by=by),
        await studio.run(add_exception, AddException(date=CHRISTMAS), by=by),
        await studio.run(add_block, AddBlock(range=LUNCH), by=by),
        await studio.run(set_feeds, SetFeeds(urls=(URL, URL + "?2"), rule=FeedRule()), by=by),
        await studio.run(set_feeds, SetFeeds(urls=(), rule=FeedRule()), by=by),
        await studio.hold(),
        await studio.wait(TOMORROW + HOUR),
        await studio.offer(),
    ]
    return [*done, await studio.backend.outbox_events()]


async def test_the_same_context_gives_the_same_ids_and_instants(studio: Studio) -> None:
    once = await everything(studio)
    again = await everything(await Studio.opened(MemoryDatabase()))
    assert once == again
    rule, exception, block, feeds, _, hold, place, offers, messages = once
    ids = [each.id for each in (rule, exception, block, *feeds.feeds, hold, place, *messages)]
    assert all(isinstance(each, UUID) for each in ids)
    assert len(set(ids)) == len(ids)
    assert [each.id for each in offers] == [place.id]
    assert {message.occurred_at for message in messages} == {NOW}


async def test_holding_a_slot_needs_an_instant(stage: Stage) -> None:
    command = PlaceHold(provider_id=stage.cast.profile.id, slot=TOMORROW.replace(tzinfo=None))
    with pytest.raises(InvalidValue) as refused:
        await stage.by_customer(place_hold, command)
    assert refused.value.field_path == ("slot",)


async def test_an_entry_that_ends_at_the_start_of_a_slot_is_passed_over(studio: Studio) -> None:
    early = await studio.wait(TOMORROW - HOUR, until=TOMORROW)
    late = await studio.wait(TOMORROW - HOUR, until=TOMORROW + HOUR, by=await studio.joined())
    assert [(each.id, each.offered_start) for each in await studio.offer()] == [(late.id, TOMORROW)]
    assert (await studio.place_of(early)).offered_start is None


async def test_nothing_is_offered_if_the_horizon_ends_before_the_notice(studio: Studio) -> None:
    await studio.wait(until=TOMORROW + 7 * 24 * HOUR)
    two_days_but_an_offer = 2 * 24 * 60 - Deadlines().hold // timedelta(minutes=1)
    for notice in (two_days_but_an_offer, two_days_but_an_offer + 1):
        settings = SettingsChange(horizon_days=0, min_notice_minutes=notice)
        await studio.run(change_settings, settings, by=studio.owner)
        assert await studio.offer() == ()


async def test_a_left_entry_cannot_be_booked(studio: Studio) -> None:
    left = (await studio.wait()).left()
    with pytest.raises(InvalidTransition) as refused:
        left.booked()
    assert str(refused.value) == "Cannot book the waiting-list entry: it is left."
