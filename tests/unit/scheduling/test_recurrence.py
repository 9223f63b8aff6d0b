"""Weekly rules are read from and written as RFC 5545 recurrence rules; dateutil is the independent reader."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples

from booking_domain.scheduling import Hours, InvalidValue, WeeklyRule, rrule_of, rules_of_rrule
from booking_domain.shared.time import time_zone
from booking_domain.testing.strategies import opening_hours

DAYS: Final = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
ZONES: Final = ["Asia/Ulaanbaatar", "Europe/Berlin", "America/New_York", "Pacific/Apia", "UTC"]
DATES: Final = st.dates(date(2010, 1, 1), date(2026, 12, 31))
TEN: Final = Hours.parse("10:00-19:00")
YEARS: Final = 800


def untils(starts: date) -> st.SearchStrategy[str]:
    dates = st.integers(0, 300).map(lambda days: starts + timedelta(days=days))
    return st.one_of(
        st.just(""),
        st.integers(1, 40).map(lambda count: f";COUNT={count}"),
        st.builds(lambda day, hour: f";UNTIL={day:%Y%m%d}T{hour:02d}3000Z", dates, st.integers(0, 23)),
    )


@examples(600)
@given(st.data(), DATES, st.sampled_from(ZONES), opening_hours())
def test_the_dates_are_those_of_another_reader(data: st.DataObject, starts: date, zone: str, hours: Hours) -> None:
    if data.draw(st.booleans()):
        text = "FREQ=DAILY"
    else:
        text = f"FREQ=WEEKLY;INTERVAL={data.draw(st.integers(1, 5))}"
        text += f";WKST={data.draw(st.sampled_from(DAYS))}"
    days = data.draw(st.lists(st.sampled_from(DAYS), max_size=4, unique=True))
    text += (f";BYDAY={','.join(days)}" if days else "") + data.draw(untils(starts))
    rules = rules_of_rrule(text, starts=starts, hours=hours, zone=zone)
    first = datetime.combine(starts, time(*divmod(hours.start.minutes, 60)), tzinfo=time_zone(zone))
    end = datetime.combine(starts + timedelta(days=YEARS), time(), tzinfo=time_zone(zone)) - timedelta(seconds=1)
    expected = [at.date() for at in rrulestr(text, dtstart=first).between(first, end, inc=True)]
    found = [starts + timedelta(days=away) for away in range(YEARS)]
    assert [day for day in found if any(rule.applies_on(day) for rule in rules)] == expected


@examples(300)
@given(
    day=st.integers(0, 6),
    hours=opening_hours(),
    valid_from=DATES,
    lasts=st.none() | st.integers(7, 400),
    every_weeks=st.integers(1, 8),
    zone=st.sampled_from(ZONES),
)
def test_a_rule_that_is_written_and_read_opens_on_the_same_dates(
    *, day: int, hours: Hours, valid_from: date, lasts: int | None, every_weeks: int, zone: str
) -> None:
    until = None if lasts is None else valid_from + timedelta(days=lasts)
    rule = WeeklyRule(day=day, hours=hours, valid_from=valid_from, valid_until=until, every_weeks=every_weeks)
    dates = [valid_from + timedelta(days=away) for away in range(500)]
    opened = [each for each in dates if rule.applies_on(each)]
    if not opened:
        with pytest.raises(InvalidValue, match="no hours"):
            rrule_of(rule, since=date(2000, 1, 1), zone=zone)
        return
    start, end, text = rrule_of(rule, since=date(2000, 1, 1), zone=zone)
    assert (start.date(), f"{start:%H:%M}") == (opened[0], str(hours.start))
    assert (end.date() - start.date()).days == int(hours.past_midnight or str(hours.end) == "24:00")
    [read] = rules_of_rrule(text, starts=start.date(), hours=hours, zone=zone)
    assert [each for each in dates if read.applies_on(each)] == opened


def test_an_until_in_utc_counts_in_the_zone() -> None:
    def last(until: str) -> date | None:
        text = f"RRULE:FREQ=DAILY;UNTIL={until}"
        return rules_of_rrule(text, starts=date(2026, 11, 1), hours=TEN, zone="Asia/Ulaanbaatar")[0].valid_until

    assert last("20261124T020000Z") == date(2026, 11, 24)
    assert last("20261124T015959Z") == date(2026, 11, 23)
    assert last("20261124T100000") == last("20261124") == date(2026, 11, 24)


def test_nothing_is_left_of_a_rule_that_ends_before_it_starts() -> None:
    text = "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261124"
    assert rules_of_rrule(text, starts=date(2026, 11, 24), hours=TEN, zone="UTC") == ()


@pytest.mark.parametrize(
    ("text", "name", "reads"),
    [
        ("", "an empty part", "only FREQ, INTERVAL, BYDAY, WKST, UNTIL, COUNT"),
        ("FREQ=MONTHLY", "FREQ", "WEEKLY or DAILY"),
        ("FREQ==WEEKLY", "FREQ", "WEEKLY or DAILY"),
        ("FREQ=WEEKLY;BYMONTH=1", "BYMONTH", "only FREQ, INTERVAL, BYDAY, WKST, UNTIL, COUNT"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY", "days such as MO, without numbers"),
        ("FREQ=WEEKLY;BYDAY=", "BYDAY", "once, with a value"),
        ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL", "a number from 1"),
        ("FREQ=WEEKLY;INTERVAL=53", "INTERVAL", "at most 52 weeks"),
        ("FREQ=DAILY;INTERVAL=2", "INTERVAL", "daily rules repeat every day"),
        ("FREQ=WEEKLY;WKST=XX", "WKST", "a day such as MO"),
        ("FREQ=WEEKLY;UNTIL=20261301", "UNTIL", "a date or a time such as 20261231T150000Z"),
        ("FREQ=WEEKLY;UNTIL=2026", "UNTIL", "a date or a time such as 20261231T150000Z"),
        ("FREQ=WEEKLY;COUNT=0", "COUNT", "a number from 1"),
        ("FREQ=WEEKLY;COUNT=3;UNTIL=20261201", "COUNT", "not beside UNTIL"),
        ("FREQ=WEEKLY;FREQ=DAILY", "FREQ", "once, with a value"),
    ],
)
def test_what_is_not_read_is_named(text: str, name: str, reads: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        rules_of_rrule(text, starts=date(2026, 11, 24), hours=TEN, zone="UTC")
    assert str(refusal.value) == f"rrule: {name} cannot be read so: {reads}."


def test_a_datetime_is_no_date() -> None:
    with pytest.raises(InvalidValue) as refusal:
        rules_of_rrule("FREQ=DAILY", starts=datetime(2026, 11, 24, tzinfo=UTC), hours=TEN, zone="UTC")
    assert refusal.value.field == "starts"
