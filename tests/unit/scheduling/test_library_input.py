"""What the library refuses, and how: each with a typed error that names the field."""

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import booking_domain
from booking_domain.scheduling import (
    Block,
    Calendar,
    Claim,
    DateException,
    Hours,
    SlotSettings,
    TimeRange,
    WallTime,
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


@pytest.mark.parametrize("minutes", [0, -60, 20_161, 30.5])
@pytest.mark.parametrize(
    "ask",
    [
        lambda minutes: offered_slots(CALENDAR, [], window=DAY, now=NOW, duration_minutes=minutes),
        lambda minutes: is_offered(CALENDAR, [], DAY.start, now=NOW, duration_minutes=minutes),
        lambda minutes: explain(CALENDAR, [], DAY.start, now=NOW, duration_minutes=minutes),
    ],
)
def test_a_duration_is_whole_minutes_of_at_most_fourteen_days(ask: Callable[[float], object], minutes: float) -> None:
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


SLOT = offered_slots(CALENDAR, [], window=DAY, now=NOW)[0]
MONDAY: dict[str, Any] = {"day": 1, "hours": Hours.parse("10:00-11:00")}
WRONG: list[tuple[Callable[..., object], str, Any]] = [
    *(
        (SlotSettings, name, wrong)
        for name in ("step_minutes", "duration_minutes", "buffer_after_minutes", "horizon_days", "max_per_day")
        for wrong in (7.5, "30", True, -1)
    ),
    (SlotSettings, "anchoring", "anywhere"),
    (partial(Hours, WallTime(0)), "end", "11:00"),
    (Hours.parse, "text", time(10)),
    (WallTime.parse, "text", time(10)),
    (WallTime, "minutes", "10:00"),
    (WallTime, "minutes", True),
    (WallTime, "minutes", 1_441),
    (partial(WeeklyRule, **MONDAY), "hours", "10:00-11:00"),
    (partial(WeeklyRule, **MONDAY), "day", "monday"),
    (partial(WeeklyRule, **MONDAY), "valid_from", NOW),
    (partial(WeeklyRule, **MONDAY), "valid_until", "2026-11-24"),
    (partial(WeeklyRule, **MONDAY), "id", 1),
    (partial(WeeklyRule, **MONDAY, valid_from=DAY.start.date()), "every_weeks", True),
    (DateException, "date", NOW),
    (partial(DateException, date=DAY.start.date()), "ranges", Hours.parse("10:00-11:00")),
    (partial(DateException, date=DAY.start.date()), "ranges", ("10:00-11:00",)),
    (Block, "range", (DAY.start, DAY.end)),
    (partial(Block, range=DAY), "note", None),
    (Calendar, "time_zone", CALENDAR.zone),
    (partial(Calendar, time_zone="UTC"), "rules", [*CALENDAR.rules]),
    (partial(Calendar, time_zone="UTC"), "rules", (Hours.parse("10:00-11:00"),)),
    (partial(Calendar, time_zone="UTC"), "settings", {"step_minutes": 30}),
    (partial(Calendar, time_zone="UTC"), "busy", (CALENDAR.claim(SLOT),)),
    (partial(Calendar, time_zone="UTC"), "salon", "closed"),
    (partial(TimeRange.parse, end="2026-11-24T00:00Z"), "start", DAY.start),
    (partial(TimeRange.parse, "2026-11-24T00:00Z"), "end", "2026-11-24T10:00"),
    (partial(TimeRange, DAY.start), "end", DAY.end.date()),
    (Claim.of, "span", SLOT),
    (partial(Claim.of, DAY), "blocked", SLOT),
    (partial(CALENDAR.claim, SLOT), "expires_at", NOW.date()),
    (partial(CALENDAR.claim, SLOT), "expires_at", NOW.replace(tzinfo=None)),
    (partial(offered_slots, CALENDAR, [], now=NOW), "window", (DAY.start, DAY.end)),
    (partial(offered_slots, CALENDAR, [], window=DAY), "now", NOW.date()),
    (partial(offered_slots, CALENDAR, window=DAY, now=NOW), "claims", None),
    (partial(offered_slots, CALENDAR, window=DAY, now=NOW), "claims", [SLOT]),
    (partial(offered_slots, claims=(), window=DAY, now=NOW), "calendar", CALENDAR.rules),
    (partial(offered_slots, CALENDAR, [], window=DAY, now=NOW), "duration_minutes", True),
    (partial(is_offered, CALENDAR, [], now=NOW), "start", DAY.start.date()),
    (partial(explain, CALENDAR, [], now=NOW), "start", "2026-11-24T06:00Z"),
    (partial(explain, CALENDAR, start=NOW, now=NOW), "claims", [DAY]),
    (partial(explain, claims=(), start=NOW, now=NOW), "calendar", None),
    *((partial(booking_domain.Money, currency="MNT"), "amount", wrong) for wrong in (1.5, True, "1")),
    (partial(booking_domain.Tier, percent=100), "hours_before", "24"),
    (booking_domain.CancellationPolicy, "tiers", 5),
    (booking_domain.CancellationPolicy, "max_reschedules", "2"),
]


@pytest.mark.parametrize(("ask", "name", "wrong"), WRONG)
def test_a_wrong_argument_is_refused_by_the_name_that_the_caller_wrote(
    ask: Callable[..., object], name: str, wrong: object
) -> None:
    with pytest.raises(ValueError, match=f"^{name}: [a-z0-9]") as refusal:
        ask(**{name: wrong})
    assert isinstance(refusal.value, booking_domain.InvalidValue)
    assert refusal.value.field == name


def test_a_claim_of_a_slot_says_what_has_the_buffers() -> None:
    with pytest.raises(InvalidValue, match=re.escape("calendar.claim(slot)")):
        Claim.of(SLOT)  # type: ignore[arg-type]
    assert CALENDAR.blocked(SLOT) == CALENDAR.claim(SLOT).blocked


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
