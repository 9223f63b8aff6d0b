"""The dates of series by rule, against dateutil."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples

from booking_domain.scheduling import InvalidValue, dates_of_rrule

DAY = timedelta(days=1)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
STARTS = st.dates(date(2023, 1, 1), date(2033, 1, 1)) | st.sampled_from([date(2028, 2, 29), date(2026, 1, 31)])


def some(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(values, min_size=1, max_size=3, unique=True).map(",".join)


@st.composite
def rules(draw: st.DrawFn) -> str:
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={freq}", f"INTERVAL={draw(st.integers(1, 5))}"]
    if freq == "WEEKLY":
        parts += draw(st.sampled_from([[], ["WKST=SU"], ["WKST=WE"]]))
        parts += [f"BYDAY={draw(some(st.sampled_from(DAYS)))}"] if draw(st.booleans()) else []
    if freq == "MONTHLY":
        numbers = st.integers(-31, 31).filter(bool).map(str)
        # dateutil takes days with and without a number in one rule for conditions of each other, not for alternatives.
        nth = st.builds("{}{}".format, st.sampled_from(["1", "2", "5", "-1", "-5"]), st.sampled_from(DAYS))
        parts += [f"BYMONTHDAY={draw(some(numbers))}"] if draw(st.booleans()) else []
        parts += [f"BYDAY={draw(some(nth) | some(st.sampled_from(DAYS)))}"] if draw(st.booleans()) else []
    until = st.dates(date(2023, 1, 1), date(2035, 1, 1)).map(lambda day: f"UNTIL={day:%Y%m%d}")
    return ";".join([*parts, *draw(st.just([]) | until.map(lambda each: [each]) | st.just(["COUNT=7"]))])


@examples(150, nightly=5_000)
@given(rules(), STARTS)
def test_dates_are_those_of_dateutil(rule: str, starts: date) -> None:
    midnight: Any = datetime.combine(starts, datetime.min.time())
    last = midnight + timedelta(days=2_500)
    expected = [at.date() for at in rrulestr(rule, dtstart=midnight).between(midnight - DAY, last)]
    found = takewhile(lambda day: day <= last.date(), dates_of_rrule(rule, starts=starts))
    assert [*islice(found, 15)] == expected[:15]


def test_days_with_and_without_a_number_are_alternatives() -> None:
    found = dates_of_rrule("FREQ=MONTHLY;BYDAY=1MO,FR;COUNT=6", starts=date(2026, 12, 1))
    assert [day.day for day in found] == [4, 7, 11, 18, 25, 1]


@pytest.mark.parametrize(
    ("wrong", "name", "reads"),
    [
        ("", "FREQ", "one of DAILY, WEEKLY, MONTHLY, YEARLY"),
        ("FREQ=HOURLY", "FREQ", "one of DAILY, WEEKLY, MONTHLY, YEARLY"),
        ("FREQ=DAILY;BYDAY=MO", "BYDAY", "with DAILY only COUNT, FREQ, INTERVAL, UNTIL"),
        ("FREQ=YEARLY;BYMONTH=2", "BYMONTH", "with YEARLY only COUNT, FREQ, INTERVAL, UNTIL"),
        ("FREQ=DAILY;;COUNT=2", "an empty part", "with DAILY only COUNT, FREQ, INTERVAL, UNTIL"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY", "days such as MO; numbers with MONTHLY alone"),
        ("FREQ=MONTHLY;BYDAY=6MO", "BYDAY", "days such as MO, 2TU or -1FR"),
        ("FREQ=MONTHLY;BYDAY=MO,XX", "BYDAY", "days such as MO, 2TU or -1FR"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY", "numbers from 1 to 31, or from -31 to -1"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,32", "BYMONTHDAY", "numbers from 1 to 31, or from -31 to -1"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS", "with MONTHLY only BYDAY, BYMONTHDAY, COUNT, FREQ, INTERVAL, UNTIL"),
        ("FREQ=DAILY;COUNT=0", "COUNT", "a number from 1"),
        ("FREQ=DAILY;COUNT=1;UNTIL=20270101", "COUNT", "not beside UNTIL"),
        ("FREQ=DAILY;INTERVAL==2", "INTERVAL", "a number from 1"),
        ("FREQ=DAILY;INTERVAL=", "INTERVAL", "each part once, with a value"),
        ("FREQ=DAILY;INTERVAL=1;INTERVAL=2", "INTERVAL", "each part once, with a value"),
        ("FREQ=DAILY;UNTIL=20270101T000000Z", "UNTIL", "a date such as 20261231"),
        ("FREQ=WEEKLY;WKST=MONDAY", "WKST", "a day such as MO"),
    ],
)
def test_what_is_not_read_is_refused_at_once(wrong: str, name: str, reads: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        dates_of_rrule(wrong, starts=date(2026, 11, 28))
    assert str(refused.value) == f"rrule: {name} cannot be read so: {reads}."


@pytest.mark.parametrize(
    ("rule", "starts", "expected"),
    [
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05", [(8, 5), (8, 10), (8, 19), (8, 24)]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05", [(8, 5), (8, 17), (8, 19), (8, 31)]),
        ("FREQ=WEEKLY;COUNT=3", "1997-09-03", [(9, 3), (9, 10), (9, 17)]),
        ("FREQ=DAILY;INTERVAL=10;COUNT=3", "1997-09-02", [(9, 2), (9, 12), (9, 22)]),
        ("FREQ=MONTHLY;INTERVAL=2;COUNT=4;BYDAY=1SU,-1SU", "1997-09-07", [(9, 7), (9, 28), (11, 2), (11, 30)]),
        ("FREQ=MONTHLY;COUNT=4;BYMONTHDAY=1,-1", "1997-09-30", [(9, 30), (10, 1), (10, 31), (11, 1)]),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=FR;BYMONTHDAY=13", "1997-09-02", [(2, 13), (3, 13), (11, 13)]),
        ("FREQ=MONTHLY;COUNT=3", "2026-01-31", [(1, 31), (3, 31), (5, 31)]),
        ("FREQ=YEARLY;INTERVAL=2;COUNT=2", "1997-06-10", [(6, 10), (6, 10)]),
        ("FREQ=WEEKLY;BYDAY=TH,FR", "9999-12-23", [(12, 23), (12, 24), (12, 30), (12, 31)]),
        ("FREQ=DAILY;INTERVAL=2", "9999-12-28", [(12, 28), (12, 30)]),
        ("FREQ=DAILY;INTERVAL=2", "9999-12-29", [(12, 29), (12, 31)]),
        ("FREQ=MONTHLY", "9999-11-30", [(11, 30), (12, 30)]),
        ("FREQ=YEARLY", "9998-12-31", [(12, 31), (12, 31)]),
    ],
)
def test_dates_of_examples_most_of_which_are_those_of_the_rfc(
    rule: str, starts: str, expected: list[tuple[int, int]]
) -> None:
    found = dates_of_rrule(rule, starts=date.fromisoformat(starts))
    assert [(day.month, day.day) for day in found] == expected


def test_the_name_of_the_property_is_left_out() -> None:
    found = dates_of_rrule(" rrule:freq=daily;until=20261130", starts=date(2026, 11, 28))
    assert [day.day for day in found] == [28, 29, 30]


@pytest.mark.parametrize(
    ("field", "call"),
    [
        ("rrule", lambda: dates_of_rrule(7, starts=date(2026, 11, 28))),  # type: ignore[arg-type]
        ("starts", lambda: dates_of_rrule("FREQ=DAILY", starts=datetime(2026, 11, 28))),  # noqa: DTZ001
    ],
)
def test_arguments_of_another_type_are_named(field: str, call: Callable[[], object]) -> None:
    with pytest.raises(InvalidValue) as refused:
        call()
    assert refused.value.field == field


def test_rules_that_name_no_date_end() -> None:
    assert [*dates_of_rrule("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31", starts=date(2026, 2, 1))] == []
