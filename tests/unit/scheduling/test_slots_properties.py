"""The library's slot function has every property of the public harness; `make nightly` tries 50,000 examples each."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples
from tests.unit.scheduling.making import RULE_ID, booked, calendar, daily

from booking_domain.scheduling import (
    Anchoring,
    Calendar,
    Hours,
    SlotSettings,
    TimeRange,
    WallTime,
    WeeklyRule,
    is_offered,
    offered_slots,
)
from booking_domain.shared.time import MINUTES_A_DAY
from booking_domain.testing.properties import (
    PROPERTIES,
    Property,
    a_rule_starts_at_its_wall_clock_time,
    busy_time_never_adds_a_slot,
    edges_are_right,
    splitting_a_window_changes_nothing,
)
from booking_domain.testing.question import Question
from booking_domain.testing.strategies import CHANGES_OF_CLOCKS, hours_in_two_parts, midnight, questions

DAY = timedelta(days=1)


@examples(20)
@given(question=questions(never_closing=True))
def test_every_property_holds_while_lines_are_traced(question: Question) -> None:
    for holds in PROPERTIES:
        holds(question, offered_slots)


@pytest.mark.no_cover  # tracing doubles the time of thousands of examples
@pytest.mark.parametrize(
    "holds", [pytest.param(each, id=each.__name__) for each in PROPERTIES if each is not edges_are_right]
)
@examples(400, nightly=50_000)
@given(question=questions(never_closing=True))
def test_the_library_has_the_property(holds: Property, question: Question) -> None:
    holds(question, offered_slots)


@pytest.mark.no_cover
@examples(40, nightly=5_000)  # each is eleven questions
@given(question=questions(never_closing=True))
def test_the_library_is_right_at_every_edge(question: Question) -> None:
    edges_are_right(question, offered_slots)


@pytest.mark.parametrize(("zone", "day"), CHANGES_OF_CLOCKS)
@pytest.mark.parametrize("text", ["00:00-10:00", "00:01-06:00", "02:15-03:00", "08:30-18:30", "18:00-04:00"])
def test_a_rule_starts_at_its_wall_clock_time_over_every_kind_of_clock_change(zone: str, day: date, text: str) -> None:
    window = TimeRange(midnight(day) - DAY, midnight(day) + 2 * DAY)
    a_rule_starts_at_its_wall_clock_time(Question(calendar(zone, *daily(text)), (), window, now=window.start))


def test_the_opening_is_found_across_a_skipped_date() -> None:
    settings = SlotSettings(step_minutes=420, duration_minutes=60)
    always = calendar("Pacific/Apia", *daily("00:00-24:00", valid_from=date(2011, 12, 28)), settings=settings)
    now = datetime(2011, 12, 28, 12, tzinfo=UTC)
    splitting_a_window_changes_nothing(Question(always, (), TimeRange(now, now + 9 * DAY), now))


def test_anchored_after_claims_a_claim_can_add_slots_but_a_block_cannot() -> None:
    settings = SlotSettings(step_minutes=60, duration_minutes=60, anchoring=Anchoring.AFTER_CLAIM)
    from_nine = calendar("UTC", *daily("09:00-12:00"), settings=settings)
    nine = datetime(2026, 11, 23, 9, tzinfo=UTC)
    question = Question(from_nine, (booked(nine, 40),), TimeRange(nine, nine + DAY / 2), now=nine - DAY)
    without = replace(question, claims=())
    assert set(question.offered()) - set(without.offered()) == {
        nine.replace(minute=40),
        nine.replace(hour=10, minute=40),
    }
    busy_time_never_adds_a_slot(question)


@examples(300)
@given(questions(), hours_in_two_parts())
def test_adjoining_hours_equal_their_union(question: Question, parts: tuple[Hours, Hours]) -> None:
    # In a zone without clock changes: a part inside a gap would move behind it.
    weekday = question.window.start.isoweekday() % 7
    at_once = Hours(parts[0].start, parts[1].end)

    def with_hours(*hours: Hours) -> Question:
        rules = tuple(WeeklyRule(id=RULE_ID, day=weekday, hours=each) for each in hours)
        return replace(question, calendar=replace(question.calendar, time_zone="Asia/Tokyo", rules=rules))

    assert with_hours(*parts).offered() == with_hours(at_once).offered()
    assert with_hours(*parts, at_once).offered() == with_hours(at_once).offered()


@pytest.mark.no_cover
@examples(60)
@given(
    st.sampled_from(["America/New_York", "Asia/Ulaanbaatar", "Australia/Lord_Howe", "Africa/Cairo"]),
    st.sampled_from([25, 50, 60, 90, 120, 420]),
    st.integers(0, 400),
    st.integers(1, 20),
    st.floats(0, 1),
)
def test_a_provider_that_never_closes_can_be_booked_at_every_listed_slot(
    zone: str, step: int, ahead: int, length: int, where: float
) -> None:
    always = Calendar(
        time_zone=zone,
        settings=SlotSettings(step_minutes=step, horizon_days=730),
        rules=tuple(
            WeeklyRule(id=RULE_ID, day=day, hours=Hours(WallTime(0), WallTime(MINUTES_A_DAY))) for day in range(7)
        ),
    )
    now = midnight(date(2026, 2, 1))
    start = now + ahead * DAY
    window = TimeRange(start, start + length * DAY)
    cut = window.start + (window.end - window.start) * where
    whole = offered_slots(always, (), window=window, now=now)
    parts = [TimeRange(*each) for each in pairwise((window.start, cut, window.end)) if each[0] < each[1]]
    assert [slot for part in parts for slot in offered_slots(always, (), window=part, now=now)] == list(whole)
    assert all(is_offered(always, (), slot.start, now=now) for slot in whole)
    assert len(whole) >= length * MINUTES_A_DAY // step - 2
