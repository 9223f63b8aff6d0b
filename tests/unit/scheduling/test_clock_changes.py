"""Unusual times, against counting how often the clocks of a zone show a time."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from tests.unit.effort import examples

from booking_domain.scheduling import DateException, Hours, OpeningHours, WeeklyRule, unusual_times
from booking_domain.shared.time import time_zone
from booking_domain.testing.question import Question
from booking_domain.testing.strategies import questions

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def shown(zone: str, wall: datetime) -> int:
    """How often clocks show a time, counted minute by minute of UTC."""
    first = wall.replace(tzinfo=UTC) - 2 * DAY
    instants = (first + minute * MINUTE for minute in range(4 * 24 * 60))
    return sum(each.astimezone(time_zone(zone)).replace(tzinfo=None) == wall for each in instants)


@examples(60)
@given(questions())
def test_a_time_is_unusual_unless_clocks_show_it_once(question: Question) -> None:
    calendar = question.calendar
    begun = question.window.start.astimezone(calendar.zone).date()
    days = [begun + number * DAY for number in range(-1, 3)]
    closed = {each.date: each.ranges for each in calendar.exceptions}
    expected = {}
    for day in days:
        for hours in closed.get(day, [rule.hours for rule in calendar.rules if rule.applies_on(day)]):
            for seconds in hours.seconds:
                wall = datetime.combine(day, time()) + timedelta(seconds=seconds)
                expected[wall, day] = shown(calendar.time_zone, wall)
    found = unusual_times(calendar, days[0], days[-1])
    assert {(each.at.replace(tzinfo=None), each.on): each.occurs for each in found} == {
        asked: occurs for asked, occurs in expected.items() if occurs != 1
    }
    assert list(found) == sorted({*found})


def test_an_exception_replaces_what_is_unusual() -> None:
    night = OpeningHours(time_zone="Europe/Berlin", rules=WeeklyRule.every_day(Hours.parse("20:00-02:30")))
    [each] = unusual_times(night, date(2026, 10, 1), date(2026, 10, 31))
    assert (each.occurs, each.on, each.at.isoformat()) == (2, date(2026, 10, 24), "2026-10-25T02:30:00+02:00")
    closed = OpeningHours(time_zone=night.time_zone, rules=night.rules, exceptions=DateException.closed_on([each.on]))
    assert unusual_times(closed, date(2026, 10, 1), date(2026, 10, 31)) == ()


@pytest.mark.parametrize("zone", ["UTC", "Asia/Ulaanbaatar"])
def test_where_clocks_do_not_change_nothing_is_unusual(zone: str) -> None:
    hours = OpeningHours(time_zone=zone, rules=WeeklyRule.every_day(Hours.parse("00:00-24:00")))
    assert unusual_times(hours, date(2026, 1, 1), date(2026, 12, 31)) == ()
