"""Slots at exact boundaries, and steps that count from long ago."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from tests.unit.scheduling.making import booked, calendar, daily, exception, rule

from booking_domain.scheduling import Anchoring, Calendar, Reason, SlotSettings, TimeRange, explain, is_offered
from booking_domain.scheduling import offered_slots as slots_of
from booking_domain.scheduling.slots import ANCHOR_PERIOD_DAYS

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
A_DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 11, 2, tzinfo=UTC)
"""Opening hours of a Monday."""
NINE = MIDNIGHT + 9 * HOUR
MORNING = calendar("UTC", rule(1, "09:00-11:00"))
AFTER_CLAIM = SlotSettings(step_minutes=60, duration_minutes=60, anchoring=Anchoring.AFTER_CLAIM)


def starts(of: Calendar, first: datetime, last: datetime, *others: datetime) -> list[datetime]:
    window = TimeRange(first, last)
    return [slot.start for slot in slots_of(of, [booked(each) for each in others], window=window, now=first - A_DAY)]


@pytest.mark.parametrize("away", [-2 * SECOND, -SECOND, SECOND, 2 * SECOND])
def test_a_start_seconds_from_a_slot_is_not_offered(away: timedelta) -> None:
    assert is_offered(MORNING, (), NINE, now=MIDNIGHT)
    assert not is_offered(MORNING, (), NINE + away, now=MIDNIGHT)


def test_whether_a_start_is_offered_depends_on_the_length() -> None:
    answers = [is_offered(MORNING, (), NINE, now=MIDNIGHT, duration_minutes=minutes) for minutes in (1, 120, 121)]
    assert answers == [True, True, False]


def test_a_slot_may_start_a_second_before_counting_restarts() -> None:
    always = calendar("UTC", *daily("00:00-24:00"), settings=AFTER_CLAIM)
    before_midnight = MIDNIGHT - SECOND
    other = before_midnight - 2 * HOUR  # until an hour and a second before midnight
    found = starts(always, before_midnight - HOUR, MIDNIGHT + HOUR, other)
    assert found == [before_midnight - HOUR, before_midnight, MIDNIGHT]


def test_counting_after_claims_also_restarts_at_midnight() -> None:
    settings = replace(AFTER_CLAIM, step_minutes=50, duration_minutes=50)
    always = calendar("UTC", *daily("00:00-24:00", valid_from=date(2026, 10, 1)), settings=settings)
    for day in range(4):
        midnight = MIDNIGHT + day * A_DAY
        assert starts(always, midnight, midnight + HOUR) == [midnight, midnight + 50 * MINUTE]


@pytest.mark.parametrize("days", [4, 10, 20])
def test_steps_count_from_an_opening_weeks_ago(days: int) -> None:
    opened = MIDNIGHT - days * A_DAY
    rules = daily("00:00-24:00", valid_from=opened.date())
    of = calendar("UTC", *rules, settings=SlotSettings(step_minutes=50, duration_minutes=50))
    steps = -(-(MIDNIGHT - opened) // (50 * MINUTE))
    first = opened + steps * 50 * MINUTE
    assert starts(of, MIDNIGHT, MIDNIGHT + 2 * HOUR)[:2] == [first, first + 50 * MINUTE]
    for start, off_grid in ((first, False), (first + MINUTE, True)):
        why = explain(of, (), start, now=MIDNIGHT - A_DAY)
        assert (Reason.OFF_GRID in why.reasons) == off_grid


A_28TH = date.fromordinal(-(-MIDNIGHT.toordinal() // ANCHOR_PERIOD_DAYS) * ANCHOR_PERIOD_DAYS)
"""A date on which counting restarts for a provider that never closes."""


def opened(zone: str, opens: datetime, *, until: str | None = None) -> Calendar:
    """Open without end from a date, or until a time on the 28th day after it."""
    day = opens.date()
    exceptions = [exception(day, f"{opens:%H:%M}-24:00")]
    if until is not None:
        exceptions += [exception(day + 28 * A_DAY, f"00:00-{until}"), exception(day + 29 * A_DAY)]
    settings = SlotSettings(step_minutes=50, duration_minutes=50)
    rules = daily("00:00-24:00", valid_from=day + A_DAY)
    return calendar(zone, *rules, settings=settings, exceptions=tuple(exceptions))


def first_two(of: Calendar, since: datetime) -> list[timedelta]:
    return [start - since for start in starts(of, since, since + 2 * HOUR)[:2]]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Ulaanbaatar", "Pacific/Honolulu"])
@pytest.mark.parametrize("opens", ["00:00", "00:01", "09:00", "23:59"])
@pytest.mark.parametrize("later", [0, 1, 27])
def test_without_a_closing_counting_restarts_at_the_second_28th_midnight(zone: str, opens: str, later: int) -> None:
    opening = datetime.fromisoformat(f"{A_28TH + later * A_DAY} {opens}")
    at_once = later == 0 and opens == "00:00"
    midnight = datetime(A_28TH.year, A_28TH.month, A_28TH.day) + (0 if at_once else 28) * A_DAY  # noqa: DTZ001
    of = opened(zone, opening)
    for since, anew in ((midnight, at_once), (midnight + 28 * A_DAY, True), (midnight + 56 * A_DAY, True)):
        into_step = timedelta(0) if anew else (opening - since) % (50 * MINUTE)
        assert first_two(of, since.replace(tzinfo=of.zone)) == [into_step, into_step + 50 * MINUTE], since


def test_after_28_open_days_counting_restarts_on_the_morning_of_the_closing() -> None:
    opening = datetime(A_28TH.year, A_28TH.month, A_28TH.day, tzinfo=UTC)
    last_day = opening + 28 * A_DAY
    of = opened("UTC", opening, until="12:00")
    assert starts(of, last_day, last_day + A_DAY) == [last_day + step * 50 * MINUTE for step in range(14)]
    shorter = opened("UTC", opening + A_DAY, until="12:00")
    assert first_two(shorter, last_day) == [(-27 * A_DAY) % (50 * MINUTE), (-27 * A_DAY) % (50 * MINUTE) + 50 * MINUTE]


@pytest.mark.parametrize("opening", [date(2011, 12, 20), date(2011, 12, 27), date(2011, 12, 29)])
def test_the_skipped_date_of_samoa_is_not_a_closing(opening: date) -> None:
    """Apia had no 30 December 2011: hours until midnight on the 29th continue on the 31st."""
    rules = daily("00:00-24:00", valid_from=opening)
    of = calendar("Pacific/Apia", *rules, settings=SlotSettings(step_minutes=50, duration_minutes=50))
    since = datetime.combine(opening, time(), of.zone).astimezone(UTC)
    for later in range(4, 10):
        first = since + later * A_DAY
        into_step = (since - first) % (50 * MINUTE)
        assert first_two(of, first) == [into_step, into_step + 50 * MINUTE], first
