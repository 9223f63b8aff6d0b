"""The library agrees with the slow minute-by-minute oracle."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples
from tests.unit.scheduling.oracle import DAYS_AFTER, DAYS_BEFORE_IF_NEVER_CLOSED, MINUTE, oracle_for

from booking_domain.scheduling import Hours, Reason, TimeRange, WallTime, WeeklyRule, explain
from booking_domain.shared.ids import RuleId
from booking_domain.testing.strategies import Question, opening_hours, questions

pytestmark = pytest.mark.no_cover  # its thousands of examples cost twice as much when lines are counted

_SEEN: Final = timedelta(days=DAYS_AFTER - 4)
"""How far past the window the oracle looks, so that it sees rules and appointments that cross midnight."""
_ODD: Final = st.sampled_from([timedelta(0)] * 6 + [timedelta(microseconds=1), timedelta(seconds=30)])
_WITHIN_A_DAY: Final = opening_hours().filter(lambda hours: hours.start < hours.end < WallTime(24 * 60))


def daily(hours: list[Hours], since: date | None = None) -> tuple[WeeklyRule, ...]:
    return tuple(
        WeeklyRule(id=RuleId(UUID(int=1)), day=day, hours=each, valid_from=since) for day in range(7) for each in hours
    )


@examples(400, nightly=20_000)
@given(questions(whole_days=False))
def test_the_slots_equal_those_of_the_oracle(question: Question) -> None:
    assert question.offered() == oracle_for(question).starts()


@examples(200)
@given(questions(exceptions=False, whole_days=False), st.lists(_WITHIN_A_DAY, min_size=1, max_size=2))
def test_the_slots_of_daily_hours_equal_those_of_the_oracle(question: Question, hours: list[Hours]) -> None:
    every_day = replace(question, calendar=replace(question.calendar, rules=daily(hours)))
    assert every_day.offered() == oracle_for(every_day).starts()


@examples(100)
@given(questions(whole_days=False), st.integers(0, 100) | st.none())
def test_counting_restarts_every_28_days_without_a_closing(question: Question, open_for: int | None) -> None:
    since = None if open_for is None else question.window.start.date() - timedelta(days=open_for)
    always = Hours(WallTime(0), WallTime(24 * 60))
    open_all_day = replace(question, calendar=replace(question.calendar, rules=daily([always], since), salon=None))
    oracle = oracle_for(open_all_day, days_before=DAYS_BEFORE_IF_NEVER_CLOSED)
    assert open_all_day.offered() == oracle.starts()


@examples(200, nightly=8_000)
@given(question=questions(whole_days=False), minutes=st.integers(0, 3 * 24 * 60), odd=_ODD, bookable=st.booleans())
def test_explanations_equal_those_of_the_oracle(
    question: Question, minutes: int, odd: timedelta, *, bookable: bool
) -> None:
    start = question.window.start.replace(second=0, microsecond=0) + minutes * MINUTE + odd
    why = explain(
        question.calendar,
        question.claims,
        start,
        now=question.now,
        duration_minutes=question.duration_minutes,
        bookable=bookable,
    )
    oracle = oracle_for(question)
    assert len(set(why.reasons)) == len(why.reasons)
    assert set(why.reasons) == oracle.reasons(start) | (set() if bookable else {Reason.NOT_BOOKABLE})
    if not bookable:
        assert (why.before, why.after) == (None, None)
        return
    earlier = oracle.starts(TimeRange(question.now, start)) if question.now < start else []
    later = oracle.starts(TimeRange(start + timedelta(microseconds=1), question.window.start + _SEEN))
    assert (why.before and why.before.start) == (earlier[-1] if earlier else None)
    if later:
        assert why.after is not None
        assert why.after.start == later[0]
    else:
        assert why.after is None or why.after.start >= question.window.start + _SEEN
