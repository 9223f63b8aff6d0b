"""What the library refuses, and how: each with a typed error that names the field."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import booking_domain
from booking_domain.scheduling import (
    Block,
    Calendar,
    DateException,
    Hours,
    SlotSettings,
    TimeRange,
    WeeklyRule,
    explain,
    is_offered,
    offered_slots,
)
from booking_domain.shared.errors import InvalidValue

NOW = datetime(2026, 11, 20, tzinfo=UTC)
DAY = TimeRange.parse("2026-11-24T00:00Z", "2026-11-25T00:00Z")
CALENDAR = Calendar(
    time_zone="UTC",
    rules=WeeklyRule.every_day(Hours.parse("06:00-10:00")),
    settings=SlotSettings(step_minutes=60, buffer_before_minutes=10, buffer_after_minutes=15),
)


def test_a_claim_of_the_calendar_keeps_its_buffers() -> None:
    first = offered_slots(CALENDAR, [], window=DAY, now=NOW)[0]
    claim = CALENDAR.claim(first)
    assert (claim.span.start, claim.span.end) == (first.start, first.end)
    assert claim.blocked == CALENDAR.blocked(claim.span) == TimeRange.parse("2026-11-24T05:50Z", "2026-11-24T07:15Z")
    left = offered_slots(CALENDAR, [claim], window=DAY, now=NOW)
    assert [slot.start.hour for slot in left] == [8, 9]
    assert CALENDAR.claim(claim.span, expires_at=NOW).expires_at == NOW


@pytest.mark.parametrize("minutes", [0, -60, 1_441, 30.5])
@pytest.mark.parametrize(
    "ask",
    [
        lambda minutes: offered_slots(CALENDAR, [], window=DAY, now=NOW, duration_minutes=minutes),
        lambda minutes: is_offered(CALENDAR, [], DAY.start, now=NOW, duration_minutes=minutes),
        lambda minutes: explain(CALENDAR, [], DAY.start, now=NOW, duration_minutes=minutes),
    ],
)
def test_a_duration_is_whole_minutes_of_at_most_a_day(ask: Callable[[float], object], minutes: float) -> None:
    with pytest.raises(InvalidValue) as refusal:
        ask(minutes)
    assert refusal.value.field == "duration_minutes"


def test_now_is_an_instant() -> None:
    naive = NOW.replace(tzinfo=None)
    for ask in (
        lambda: offered_slots(CALENDAR, [], window=DAY, now=naive),
        lambda: explain(CALENDAR, [], DAY.start, now=naive),
    ):
        with pytest.raises(InvalidValue) as refusal:
            ask()
        assert refusal.value.field == "now"


@pytest.mark.parametrize("name", ["step_minutes", "duration_minutes", "buffer_after_minutes", "horizon_days"])
def test_settings_are_whole_numbers(name: str) -> None:
    with pytest.raises(InvalidValue, match="whole number"):
        SlotSettings(**{name: 7.5})  # type: ignore[arg-type]


def test_equal_calendars_compare_equal() -> None:
    def made() -> Calendar:
        return Calendar(
            time_zone="UTC",
            rules=WeeklyRule.every_day(Hours.parse("06:00-10:00")),
            exceptions=(DateException(date=date(2026, 12, 25)),),
            blocks=(Block(range=DAY),),
        )

    assert made() == made()
    assert made().rules[0].id != made().rules[0].id


def test_without_a_time_zone_database_the_error_names_the_extra() -> None:
    program = "import booking_domain; booking_domain.Calendar(time_zone='Asia/Ulaanbaatar')"
    done = subprocess.run(  # noqa: S603 - a program of our own
        [sys.executable, "-S", "-c", program],  # -S: without site-packages, so without tzdata
        env={"PYTHONPATH": str(Path(booking_domain.__file__).parents[1]), "PYTHONTZPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "TimeZonesMissing" in done.stderr
    assert "booking-domain[tz]" in done.stderr
