from dataclasses import replace
from datetime import date

import pytest
from tests.unit.stage import Stage

from booking_domain.scheduling import Calendar
from booking_domain.scheduling.calendar_errors import (
    DateHasException,
    ExceptionNotFound,
    RuleNotFound,
    RulesOverlap,
    TooManyRules,
)
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.model import MAX_RULES
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion
from booking_domain.testing.builders import hours
from booking_domain.testing.kit.storage import race
from booking_domain.use_cases.scheduling.calendars import (
    AddException,
    AddRule,
    SetRules,
    add_exception,
    add_rule,
    remove_exception,
    remove_rule,
    set_rules,
)

CHRISTMAS = date(2026, 12, 25)
SUNDAYS = AddRule(day=0, hours=hours("10:00-12:00"))
EVERY_OTHER_MONDAY = AddRule(
    day=1, hours=hours("09:00-24:00"), valid_from=date(2026, 11, 2), valid_until=CHRISTMAS, every_weeks=2
)


async def calendar_of(stage: Stage) -> Calendar:
    calendar = await stage.database.reads.schedules.calendar(stage.cast.profile.id)
    assert calendar is not None
    return calendar


async def test_a_provider_adds_rules_to_the_calendar_and_removes_them(stage: Stage) -> None:
    monday = await stage.by_provider(add_rule, EVERY_OTHER_MONDAY)
    sunday = await stage.by_provider(add_rule, SUNDAYS)
    assert (await calendar_of(stage)).rules == (sunday, monday)
    assert (monday.day, monday.hours, monday.every_weeks) == (1, hours("09:00-24:00"), 2)
    assert (monday.valid_from, monday.valid_until) == (date(2026, 11, 2), CHRISTMAS)
    await stage.by_provider(remove_rule, sunday.id)
    assert (await calendar_of(stage)).rules == (monday,)
    with pytest.raises(RuleNotFound):
        await stage.by_provider(remove_rule, sunday.id)


async def test_all_rules_are_replaced_at_once_and_equal_ones_keep_their_ids(stage: Stage) -> None:
    monday = await stage.by_provider(add_rule, EVERY_OTHER_MONDAY)
    await stage.by_provider(add_rule, SUNDAYS)
    before = await calendar_of(stage)
    late, later = replace(SUNDAYS, hours=hours("18:00-20:00")), replace(SUNDAYS, hours=hours("21:00-23:00"))
    after = await stage.by_provider(set_rules, SetRules(rules=(EVERY_OTHER_MONDAY, later, late)))
    assert after == await calendar_of(stage)
    assert (after.version, after.rules[2]) == (before.version + 1, monday)
    assert [rule.hours for rule in after.rules] == [late.hours, later.hours, monday.hours]
    again = SetRules(rules=(late, EVERY_OTHER_MONDAY, later), expected_version=after.version)
    assert await stage.by_provider(set_rules, again) == after == await calendar_of(stage)
    with pytest.raises(StaleVersion):
        await stage.by_provider(set_rules, SetRules(rules=(), expected_version=before.version))
    with pytest.raises(TooManyRules):
        await stage.by_provider(set_rules, SetRules(rules=(SUNDAYS,) * (MAX_RULES + 1)))
    with pytest.raises(InvalidValue) as refusal:
        await stage.by_provider(set_rules, SetRules(rules=(SUNDAYS, replace(SUNDAYS, every_weeks=2))))
    assert refusal.value.field_path == ("rules", 1, "valid_from")
    assert await calendar_of(stage) == after
    assert (await stage.by_provider(set_rules, SetRules(rules=()))).rules == ()


@pytest.mark.parametrize("text", ["10:00-12:00", "11:00-11:30", "09:00-10:00", "12:00-13:00", "11:30-02:00"])
async def test_rules_of_a_day_neither_overlap_nor_touch(stage: Stage, text: str) -> None:
    await stage.by_provider(add_rule, SUNDAYS)
    before, other = await calendar_of(stage), replace(SUNDAYS, hours=hours(text))
    with pytest.raises(RulesOverlap) as refused:
        await stage.by_provider(add_rule, other)
    assert refused.value.field_path == ("start_time",)
    with pytest.raises(InvalidValue) as refusal:
        await stage.by_provider(set_rules, SetRules(rules=(EVERY_OTHER_MONDAY, SUNDAYS, other)))
    assert refusal.value.field_path == ("rules", 2, "start_time")
    assert await calendar_of(stage) == before


async def test_rules_of_other_days_or_hours_stand_beside_each_other(stage: Stage) -> None:
    for rule in (SUNDAYS, replace(SUNDAYS, hours=hours("12:01-13:00")), replace(SUNDAYS, day=1)):
        await stage.by_provider(add_rule, rule)


async def test_the_same_rule_at_the_same_time_is_added_once(stage: Stage) -> None:
    added, refusals = await race([stage.by_provider(add_rule, SUNDAYS) for _ in range(4)])
    assert (len(added), [type(each) for each in refusals]) == (1, [RulesOverlap] * 3)


async def test_hours_of_an_exception_neither_overlap_nor_touch() -> None:
    for ranges in ((hours("10:00-12:00"), hours("12:00-14:00")), (hours("13:00-02:00"), hours("10:00-14:00"))):
        with pytest.raises(InvalidValue) as refusal:
            AddException(date=CHRISTMAS, ranges=ranges)
        assert refusal.value.field_path == ("ranges", 1, "start_time")


async def test_a_date_has_at_most_one_exception(stage: Stage) -> None:
    closed = await stage.by_provider(add_exception, AddException(date=CHRISTMAS))
    assert closed.ranges == ()
    with pytest.raises(DateHasException):
        await stage.by_provider(add_exception, AddException(date=CHRISTMAS, ranges=(hours("10:00-12:00"),)))
    await stage.by_provider(remove_exception, closed.id)
    with pytest.raises(ExceptionNotFound):
        await stage.by_provider(remove_exception, closed.id)
    short = await stage.by_provider(add_exception, AddException(date=CHRISTMAS, ranges=(hours("10:00-12:00"),)))
    assert (await calendar_of(stage)).exceptions == (short,)


async def test_a_user_without_a_profile_has_no_calendar(stage: Stage) -> None:
    newcomer = await stage.joined_by(stage.make.user(Role.PROVIDER))
    with pytest.raises(ProviderNotFound):
        await stage.by(newcomer.actor, add_rule, SUNDAYS)


async def test_a_customer_has_no_calendar(stage: Stage) -> None:
    with pytest.raises(NotPermitted):
        await stage.by_customer(add_rule, SUNDAYS)
