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
    "wrong",
    [
        "",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYDAY=MO",
        "FREQ=YEARLY;BYMONTH=2",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=1;UNTIL=20270101",
        "FREQ=DAILY;INTERVAL=1;INTERVAL=2",
        "FREQ=DAILY;UNTIL=20270101T000000Z",
        "FREQ=WEEKLY;WKST=MONDAY",
    ],
)
def test_what_is_not_read_is_refused_at_once(wrong: str) -> None:
    with pytest.raises(InvalidValue, match=r"^rrule: "):
        dates_of_rrule(wrong, starts=date(2026, 11, 28))


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
