from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples
from tests.unit.scheduling.making import RULE_ID
from tests.unit.strategies.calendars import Question, hours_in_two_parts, questions
from tests.unit.strategies.moments import DAY, MINUTE, days, midnight

from booking_domain.scheduling import (
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


@examples(300)
@given(questions(), st.floats(0, 1))
def test_a_window_cut_in_two_offers_what_the_whole_window_offers(question: Question, where: float) -> None:
    whole = question.window
    cut = whole.start + (whole.end - whole.start) * where
    parts = [TimeRange(start, end) for start, end in pairwise((whole.start, cut, whole.end)) if start < end]
    assert [start for part in parts for start in replace(question, window=part).offered()] == question.offered()


@examples(300)
@given(questions(), st.integers(0, 8))
def test_another_claim_never_makes_another_slot(question: Question, fewer: int) -> None:
    assert set(question.offered()) <= set(replace(question, claims=question.claims[:fewer]).offered())


@examples(200)
@given(questions(), st.randoms(use_true_random=False))
def test_the_order_of_rules_exceptions_and_claims_does_not_matter(question: Question, chance: Random) -> None:
    calendar = question.calendar
    shuffled = replace(
        question,
        claims=tuple(chance.sample(question.claims, len(question.claims))),
        calendar=replace(
            calendar,
            rules=tuple(chance.sample(calendar.rules, len(calendar.rules))),
            exceptions=tuple(chance.sample(calendar.exceptions, len(calendar.exceptions))),
        ),
    )
    assert shuffled.offered() == question.offered()


@examples(200)
@given(questions())
def test_a_slot_that_is_listed_is_offered_when_asked_for_alone(question: Question) -> None:
    assert all(question.offers(start) for start in question.offered())


@examples(300)
@given(questions(), st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0, 1, 1_000_000])), max_size=5))
def test_a_start_that_is_not_listed_is_not_offered_when_asked_for_alone(
    question: Question, places: list[tuple[float, int]]
) -> None:
    window, listed = question.window, question.offered()
    for place, microseconds in places:
        whole_minutes = int(place * ((window.end - window.start - timedelta(seconds=1)) // MINUTE))
        start = window.start + whole_minutes * MINUTE + timedelta(microseconds=microseconds)
        assert question.offers(start) == (start in listed)


@examples(200)
@given(questions())
def test_slots_are_in_order_inside_the_window_and_of_the_length_asked_for(question: Question) -> None:
    slots = question.slots()
    minutes = question.duration_minutes or question.calendar.settings.duration_minutes
    assert all(earlier.start < later.start for earlier, later in pairwise(slots))
    assert all(question.window.start <= slot.start < question.window.end for slot in slots)
    assert all(slot.end - slot.start == minutes * MINUTE for slot in slots)
    assert all(slot.start >= question.now for slot in slots)


@examples(300)
@given(questions())
def test_no_offered_slot_with_its_buffers_meets_what_a_live_claim_blocks(question: Question) -> None:
    settings = question.calendar.settings
    live = [claim for claim in question.claims if claim.live(question.now)]
    for slot in question.slots():
        blocked = TimeRange(
            slot.start - settings.buffer_before_minutes * MINUTE, slot.end + settings.buffer_after_minutes * MINUTE
        )
        assert not any(claim.blocked.overlaps(blocked) for claim in live)


@examples(300)
@given(questions())
def test_lapsed_holds_never_matter(question: Question) -> None:
    lapsed = {claim for claim in question.claims if claim.expires_at is not None and claim.expires_at <= question.now}
    swept = replace(question, claims=tuple(claim for claim in question.claims if claim not in lapsed))
    assert question.offered() == swept.offered()


@examples(300)
@given(questions(), hours_in_two_parts())
def test_hours_told_in_two_parts_that_touch_are_the_hours_told_at_once(
    question: Question, parts: tuple[Hours, Hours]
) -> None:
    # Not where clocks are changed: a part that falls into a gap would come after it.
    weekday = question.window.start.isoweekday() % 7
    at_once = Hours(parts[0].start, parts[1].end)

    def told(*hours: Hours) -> Question:
        rules = tuple(WeeklyRule(id=RULE_ID, day=weekday, hours=each) for each in hours)
        return replace(question, calendar=replace(question.calendar, time_zone="Asia/Tokyo", rules=rules))

    assert told(*parts).offered() == told(at_once).offered()
    assert told(*parts, at_once).offered() == told(at_once).offered()


@examples(300)
@given(days(), st.integers(0, 1439), st.integers(1, 600))
def test_a_rule_starts_at_its_time_on_the_wall_before_and_after_every_change_of_clocks(
    zone_and_day: tuple[str, date], start: int, length: int
) -> None:
    name, day = zone_and_day
    zone = ZoneInfo(name)
    hours = Hours(WallTime(start), WallTime((start + length) % 1440))
    calendar = Calendar(
        time_zone=name,
        settings=SlotSettings(step_minutes=1440, duration_minutes=1, horizon_days=30),
        rules=tuple(WeeklyRule(id=RULE_ID, day=weekday, hours=hours) for weekday in range(7)),
    )
    window = TimeRange(midnight(day) - 5 * DAY, midnight(day) + 5 * DAY)
    slots = offered_slots(calendar, (), window=window, now=window.start)
    shown = [slot.start.astimezone(zone) for slot in slots]
    # On the day of a change the time may not occur, or the rule may be empty; on every other day it is there, once.
    usual = [local for local in shown if abs(local.date() - day) > timedelta(days=1)]
    assert {local.hour * 60 + local.minute for local in usual} == {start}
    assert len({local.date() for local in usual}) == len(usual) >= 6


@examples(60)
@given(
    st.sampled_from(["America/New_York", "Asia/Ulaanbaatar", "Australia/Lord_Howe", "Africa/Cairo"]),
    st.sampled_from([25, 50, 60, 90, 120, 420]),
    st.integers(0, 400),
    st.integers(1, 20),
    st.floats(0, 1),
)
def test_who_never_closes_can_be_booked_wherever_a_slot_is_listed(
    zone: str, step: int, ahead: int, length: int, where: float
) -> None:
    calendar = Calendar(
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
    whole = offered_slots(calendar, (), window=window, now=now)
    parts = [TimeRange(*each) for each in pairwise((window.start, cut, window.end)) if each[0] < each[1]]
    assert [slot for part in parts for slot in offered_slots(calendar, (), window=part, now=now)] == list(whole)
    assert all(is_offered(calendar, (), slot.start, now=now) for slot in whole)
    assert len(whole) >= length * MINUTES_A_DAY // step - 2
