"""The bounds of calendar values, and where every other week counts from."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from tests.unit.scheduling.making import calendar, daily, exception, hours, rule

from booking_domain.scheduling import Block, OpeningHours, TimeRange, WeeklyRule, offered_slots
from booking_domain.scheduling.model import Calendar, SlotSettings
from booking_domain.scheduling.open_hours import open_until
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BlockId
from booking_domain.testing.builders import HOUR, NOW

MONDAY = date(2026, 11, 2)
A_DAY = timedelta(days=1)


@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize("later", range(7))
def test_every_other_week_counts_from_the_first_matching_weekday_of_the_validity(weekday: int, later: int) -> None:
    begins = MONDAY + later * A_DAY
    every_other = rule(weekday, "09:00-10:00", valid_from=begins, every_weeks=2)
    (first,) = (day for day in (begins + ahead * A_DAY for ahead in range(7)) if day.isoweekday() % 7 == weekday)
    opened = [day for day in (begins + ahead * A_DAY for ahead in range(-14, 35)) if every_other.applies_on(day)]
    assert opened == [
        first + weeks * 7 * A_DAY for weeks in (0, 2, 4) if first + weeks * 7 * A_DAY < begins + 35 * A_DAY
    ]


def test_a_rule_may_repeat_once_a_year() -> None:
    yearly = rule(1, "09:00-10:00", valid_from=MONDAY, every_weeks=52)
    assert yearly.applies_on(MONDAY + 52 * 7 * A_DAY)
    assert not any(yearly.applies_on(MONDAY + weeks * 7 * A_DAY) for weeks in range(1, 52))


def test_the_same_hours_every_day_equal_seven_rules() -> None:
    morning, evening = hours("09:00-12:00"), hours("18:00-20:00")
    rules = WeeklyRule.every_day(morning, evening)
    assert [(each.day, each.hours) for each in rules] == [
        (day, ranges) for day in range(7) for ranges in (morning, evening)
    ]
    assert len({each.id for each in rules}) == 14


def test_a_note_on_time_off_has_at_most_500_characters() -> None:
    off = TimeRange(NOW, NOW + HOUR)
    assert len(Block(id=BlockId(UUID(int=1)), range=off, note="x" * 500).note) == 500
    with pytest.raises(InvalidValue) as refused:
        Block(id=BlockId(UUID(int=1)), range=off, note="x" * 501)
    assert refused.value.field_path == ("note",)


def test_a_date_has_at_most_24_ranges() -> None:
    many = exception(MONDAY, *(f"{hour:02}:00-{hour:02}:30" for hour in range(24)))
    assert len(many.ranges) == 24
    with pytest.raises(InvalidValue, match=r"^ranges: at most 24 ranges on one date"):
        replace(many, ranges=(*many.ranges, hours("23:40-23:50")))


def test_a_date_has_at_most_one_exception() -> None:
    OpeningHours(time_zone="UTC", exceptions=(exception(MONDAY), exception(MONDAY + A_DAY)))
    with pytest.raises(InvalidValue) as refused:
        calendar("UTC", exceptions=(exception(MONDAY), exception(MONDAY, "09:00-10:00")))
    assert refused.value.field_path == ("exceptions",)


def test_an_out_of_bounds_setting_is_named_with_its_bounds() -> None:
    with pytest.raises(InvalidValue, match="must be between 1 and 1440") as refused:
        SlotSettings(step_minutes=0)
    assert refused.value.field_path == ("step_minutes",)


def test_a_window_start_is_rounded_up_to_a_whole_second() -> None:
    nine = datetime(2026, 11, 2, 9, tzinfo=UTC)
    of = calendar("UTC", rule(1, "09:00-11:00"))
    for before in (timedelta(microseconds=1), timedelta(microseconds=999_999)):
        window = TimeRange(nine - before, nine + HOUR)
        assert [slot.start for slot in offered_slots(of, (), window=window, now=nine - HOUR)] == [nine]
    window = TimeRange(nine + timedelta(microseconds=1), nine + 2 * HOUR)
    assert [slot.start for slot in offered_slots(of, (), window=window, now=nine - HOUR)] == [nine + HOUR]


def test_open_ranges_end_when_the_last_of_the_hours_that_meet_does() -> None:
    salon = OpeningHours(time_zone="UTC", rules=daily("00:00-18:00"))
    shop = Calendar(time_zone="UTC", rules=(*daily("10:00-12:00"), *daily("12:00-19:00")))
    nine = datetime(2026, 11, 24, 9, tzinfo=UTC)
    ten, last = nine + HOUR, nine + 10 * HOUR - timedelta(microseconds=1)
    closes = nine + 10 * HOUR
    assert [open_until(shop, at) for at in (nine, ten, last, closes)] == [None, closes, closes, None]
    assert open_until(replace(shop, salon=salon), ten) == nine + 9 * HOUR
    always = open_until(Calendar(time_zone="UTC", rules=daily("00:00-24:00")), ten)
    assert always is not None
    assert always >= ten + timedelta(days=1)
