"""Time off: blocks, and what exceptions of the provider or the salon close."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from tests.unit.scheduling.making import FRIDAY, MONDAY, SATURDAY, calendar, exception, rule

from booking_domain.scheduling import Block, Calendar, OpeningHours, TimeRange
from booking_domain.scheduling.explain import time_off_until

ZONE = "Asia/Ulaanbaatar"
DAY = date(2026, 11, 23)
"""A Monday."""
OPEN = calendar(ZONE, rule(MONDAY, "10:00-19:00"))


def at(hour: int, minute: int = 0, *, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=OPEN.zone)


def off(of: Calendar, start: datetime, end: datetime) -> datetime | None:
    until = time_off_until(of, TimeRange(start, end))
    return None if until is None else until.astimezone(OPEN.zone)


def test_closed_hours_are_no_time_off() -> None:
    assert off(OPEN, at(8), at(9)) is None
    assert off(OPEN, at(18, 30), at(19, 30)) is None
    assert off(OPEN, at(10, day=date(2026, 11, 24)), at(11, day=date(2026, 11, 24))) is None


def test_a_block_is_time_off_from_its_first_to_its_last_second() -> None:
    of = replace(OPEN, blocks=(Block(range=TimeRange(at(12), at(14))), Block(range=TimeRange(at(13), at(13, 30)))))
    assert off(of, at(11), at(12)) is None
    assert off(of, at(11), at(12) + timedelta(seconds=1)) == at(14)
    assert off(of, at(13), at(13, 15)) == at(14)
    assert off(of, at(14), at(15)) is None


@pytest.mark.parametrize("day", [DAY, date(2026, 11, 24)])
def test_a_closed_date_is_time_off_until_midnight_whatever_the_rules_say(day: date) -> None:
    of = replace(OPEN, exceptions=(exception(day),))
    midnight = at(0, day=day + timedelta(days=1))
    for start in (at(0, day=day), at(12, day=day), at(23, day=day)):
        assert off(of, start, start + timedelta(hours=1)) == midnight
    assert off(of, midnight, midnight + timedelta(hours=1)) is None
    assert off(of, at(0, day=day) - timedelta(hours=1), at(0, day=day)) is None


def test_a_shorter_day_is_time_off_where_the_rules_would_be_open() -> None:
    of = replace(OPEN, exceptions=(exception(DAY, "10:00-14:00"),))
    assert off(of, at(13), at(14)) is None
    assert off(of, at(13, 30), at(14, 30)) == at(19)
    assert off(of, at(18, 30), at(20)) == at(19)
    assert off(of, at(19), at(20)) is None


def test_extra_hours_on_a_closed_day_close_nothing() -> None:
    tuesday = DAY + timedelta(days=1)
    of = replace(OPEN, exceptions=(exception(tuesday, "10:00-14:00"),))
    assert off(of, at(13, day=tuesday), at(15, day=tuesday)) is None


def test_hours_past_midnight_stay_open_on_a_closed_date_and_close_with_their_own() -> None:
    friday, saturday = date(2026, 11, 27), date(2026, 11, 28)
    late = calendar(ZONE, rule(FRIDAY, "22:00-02:00"), rule(SATURDAY, "12:00-18:00"))
    closed = replace(late, exceptions=(exception(saturday),))
    assert off(closed, at(1, day=saturday), at(2, day=saturday)) is None
    assert off(closed, at(1, day=saturday), at(3, day=saturday)) == at(0, day=saturday + timedelta(days=1))
    assert off(replace(late, exceptions=(exception(friday),)), at(1, day=saturday), at(2, day=saturday)) == at(
        2, day=saturday
    )


def test_what_an_exception_of_the_salon_closes_is_time_off_of_its_members() -> None:
    salon = OpeningHours(time_zone=ZONE, rules=OPEN.rules, exceptions=(exception(DAY),))
    of = replace(OPEN, salon=salon)
    assert off(of, at(12), at(13)) == at(0, day=DAY + timedelta(days=1))
    assert off(replace(of, salon=replace(salon, exceptions=())), at(12), at(13)) is None
