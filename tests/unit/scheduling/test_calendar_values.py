from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples
from tests.unit.scheduling.making import RULE_ID, booked, calendar, held, hours, rule
from tests.unit.scheduling.oracle import rule_applies

from booking_domain.scheduling import Calendar, Hours, SlotSettings, WallTime, WeeklyRule
from booking_domain.shared.errors import InvalidValue
from booking_domain.testing.strategies import instants

TUESDAY = 2
DATES = st.dates(date(2020, 1, 1), date(2040, 1, 1))


def test_opening_hours_may_end_at_24_00_and_not_start_there() -> None:
    assert not hours("22:00-24:00").past_midnight
    with pytest.raises(InvalidValue) as refused:
        Hours(WallTime.parse("24:00"), WallTime.parse("02:00"))
    assert str(refused.value) == "start: opening hours must start before 24:00."


def test_hours_whose_end_is_not_after_their_start_run_past_midnight() -> None:
    assert hours("22:00-02:00").past_midnight
    assert hours("09:00-09:00").past_midnight
    assert hours("22:00-00:00").past_midnight
    assert not hours("09:00-09:01").past_midnight


@pytest.mark.parametrize("day", [-1, 7])
def test_a_weekday_is_0_to_6(day: int) -> None:
    with pytest.raises(InvalidValue) as refused:
        rule(day, "09:00-10:00")
    assert str(refused.value) == "day: a day of the week is 0 (Sunday) to 6 (Saturday)."


@pytest.mark.parametrize("weeks", [0, 53])
def test_a_rule_repeats_every_1_to_52_weeks(weeks: int) -> None:
    with pytest.raises(InvalidValue) as refused:
        rule(TUESDAY, "09:00-10:00", valid_from=date(2026, 1, 1), every_weeks=weeks)
    assert str(refused.value) == "every_weeks: a rule must repeat every 1 to 52 weeks."


def test_a_rule_that_skips_weeks_needs_a_date_to_count_from() -> None:
    with pytest.raises(InvalidValue) as refused:
        rule(TUESDAY, "09:00-10:00", every_weeks=2)
    assert str(refused.value) == "valid_from: a rule that skips weeks requires a start date."


def test_a_rule_is_valid_for_at_least_a_day() -> None:
    day = date(2026, 11, 24)
    assert rule(TUESDAY, "09:00-10:00", valid_from=day, valid_until=day).applies_on(day)
    with pytest.raises(InvalidValue) as refused:
        rule(TUESDAY, "09:00-10:00", valid_from=day, valid_until=day - timedelta(days=1))
    assert str(refused.value) == "valid_until: valid until must not be before valid from."


@examples(500)
@given(DATES, st.integers(0, 6), st.integers(0, 700), st.none() | st.integers(0, 600), st.integers(1, 52))
def test_a_rule_opens_on_the_dates_found_week_by_week(
    valid_from: date, weekday: int, later: int, valid_for: int | None, every_weeks: int
) -> None:
    until = None if valid_for is None else valid_from + timedelta(days=valid_for)
    weekly = WeeklyRule(
        id=RULE_ID,
        day=weekday,
        hours=hours("09:00-10:00"),
        valid_from=valid_from,
        valid_until=until,
        every_weeks=every_weeks,
    )
    day = valid_from + timedelta(days=later - 7)
    matching = day + timedelta(days=(weekday - day.isoweekday()) % 7)
    assert weekly.applies_on(day) == rule_applies(weekly, day)
    assert weekly.applies_on(matching) == rule_applies(weekly, matching)


_RULES = st.builds(
    WeeklyRule,
    day=st.integers(0, 1),
    hours=st.sampled_from([hours("10:00-12:00"), hours("12:00-14:00"), hours("13:00-01:00"), hours("15:00-16:00")]),
    valid_from=st.dates(date(2026, 11, 1), date(2026, 12, 1)),
    valid_until=st.none() | st.dates(date(2026, 12, 1), date(2027, 1, 1)),
    every_weeks=st.integers(1, 4),
)


@examples(2_000)
@given(one=_RULES, other=_RULES)
def test_rules_meet_if_their_hours_do_on_a_date_of_both(one: WeeklyRule, other: WeeklyRule) -> None:
    days = (date(2026, 11, 1) + timedelta(days=number) for number in range(365))
    apart = all(not (one.applies_on(day) and other.applies_on(day)) for day in days)
    touch = one.hours.start <= other.hours.end or other.hours.past_midnight
    touch = touch and (other.hours.start <= one.hours.end or one.hours.past_midnight)
    assert one.meets(other) is other.meets(one) is (not apart and touch)


@pytest.mark.parametrize("until", [None, date.min, date.max])
def test_rules_of_every_validity_are_compared(until: date | None) -> None:
    usual, limited = rule(0, "10:00-12:00"), rule(0, "12:00-13:00", valid_until=until)
    assert usual.meets(limited) is (until != date.min)
    last = rule(0, "10:00-12:00", valid_from=date.max, every_weeks=52)
    assert not last.meets(limited)


@given(DATES, st.integers(0, 6))
def test_a_rule_without_dates_opens_on_its_weekday_for_ever(day: date, weekday: int) -> None:
    assert rule(weekday, "09:00-10:00").applies_on(day) == (day.strftime("%w") == str(weekday))


@pytest.mark.parametrize(
    ("field", "least", "most"),
    [
        ("step_minutes", 1, 1440),
        ("duration_minutes", 1, 20_160),
        ("buffer_before_minutes", 0, 1440),
        ("buffer_after_minutes", 0, 1440),
        ("min_notice_minutes", 0, 730 * 1440),
        ("horizon_days", 0, 730),
        ("max_per_day", 1, 1440),
        ("max_per_week", 1, 10_080),
        ("max_per_month", 1, 44_640),
        ("max_per_year", 1, 527_040),
    ],
)
def test_settings_have_bounds(field: str, least: int, most: int) -> None:
    for allowed in (least, most):
        given: dict[str, Any] = {field: allowed}
        assert getattr(SlotSettings(**given), field) == allowed
    for beyond in (least - 1, most + 1):
        given = {field: beyond}
        with pytest.raises(InvalidValue, match=f"^{field}: [a-z0-9]"):
            SlotSettings(**given)


def test_by_default_bookings_per_day_are_unlimited() -> None:
    assert SlotSettings().max_per_day is None


def test_a_calendar_needs_a_known_time_zone() -> None:
    assert calendar("Asia/Ulaanbaatar").zone.key == "Asia/Ulaanbaatar"
    with pytest.raises(InvalidValue) as refused:
        Calendar(time_zone="Asia/Atlantis")
    assert refused.value.field_path == ("time_zone",)


@given(instants(), st.timedeltas(timedelta(days=-1), timedelta(days=1)))
def test_a_hold_expires_and_the_claim_of_a_booking_does_not(now: datetime, away: timedelta) -> None:
    assert held(now, until=now + away).live(now) == (away > timedelta(0))
    assert booked(now - timedelta(days=1)).live(now)
