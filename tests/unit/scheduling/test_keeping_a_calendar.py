from dataclasses import replace
from datetime import date

import pytest
from tests.unit.stage import Stage

from booking_domain.scheduling import Calendar
from booking_domain.scheduling.errors import (
    DateHasException,
    ExceptionNotFound,
    ProviderNotFound,
    RuleNotFound,
    TooManyRules,
)
from booking_domain.scheduling.model import MAX_RULES
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion
from booking_domain.testing.builders import hours
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
    late = replace(SUNDAYS, hours=hours("18:00-23:00"))
    after = await stage.by_provider(set_rules, SetRules(rules=(EVERY_OTHER_MONDAY, late, late)))
    assert after == await calendar_of(stage)
    assert (after.version, after.rules[2]) == (before.version + 1, monday)
    assert [rule.hours for rule in after.rules] == [late.hours, late.hours, monday.hours]
    again = SetRules(rules=(late, EVERY_OTHER_MONDAY, late), expected_version=after.version)
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
