"""Recurring events (RFC 5545)."""

import pytest
from tests.unit.adapters.calendars.ics import busy, event

DAILY = "DTSTART:20260301T090000Z\nDTEND:20260301T100000Z\nRRULE:FREQ=DAILY;COUNT=3"
FIRST, SECOND, THIRD = "03-01 09:00/10:00", "03-02 09:00/10:00", "03-03 09:00/10:00"


def test_a_rule_repeats() -> None:
    """§3.8.5.3."""
    assert busy(event(DAILY)) == [FIRST, SECOND, THIRD]


def test_until_is_inclusive() -> None:
    """§3.3.10: UNTIL is inclusive; a local time is tolerated where UTC is required."""
    zone = "DTSTART;TZID=Europe/Berlin:20260301T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL="
    for until in ("20260302T090000Z", "20260302T100000", "20260302T235959Z"):
        assert busy(event(f"{zone}{until}")) == [FIRST, SECOND]


def test_a_weekly_event_keeps_its_local_hour_across_dst() -> None:
    """§3.8.5.3: Berlin's clocks go forward on 29 March 2026."""
    weekly = event("DTSTART;TZID=Europe/Berlin:20260323T150000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2")
    assert busy(weekly) == ["03-23 14:00/15:00", "03-30 13:00/14:00"]


def test_an_unbounded_rule_from_long_ago_repeats_in_the_window() -> None:
    yearly = event("DTSTART:19700301T090000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY")
    assert busy(yearly) == [FIRST]


def test_a_floating_rule_uses_the_requested_time_zone() -> None:
    weekly = event("DTSTART:20260323T150000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2")
    assert busy(weekly, zone="Europe/Berlin") == ["03-23 14:00/15:00", "03-30 13:00/14:00"]


def test_all_day_events_repeat() -> None:
    days = event("DTSTART;VALUE=DATE:20260301\nRRULE:FREQ=WEEKLY;COUNT=2\nEXDATE;VALUE=DATE:20260308")
    assert busy(days) == ["02-28 16:00/03-01 16:00"]


@pytest.mark.parametrize("excluded", ["EXDATE:20260302T090000Z", "EXDATE;TZID=Europe/Berlin:20260302T100000"])
def test_exdate_removes_an_occurrence(excluded: str) -> None:
    """§3.8.5.1."""
    assert busy(event(f"{DAILY}\n{excluded}")) == [FIRST, THIRD]


def test_exdates_may_share_a_line_or_not() -> None:
    """§3.8.5.1."""
    assert busy(event(f"{DAILY}\nEXDATE:20260301T090000Z,20260302T090000Z")) == [THIRD]
    assert busy(event(f"{DAILY}\nEXDATE:20260301T090000Z\nEXDATE:20260302T090000Z")) == [THIRD]


def test_rdate_adds_occurrences() -> None:
    """§3.8.5.2: also as a period with its own duration."""
    assert busy(event(f"{DAILY}\nRDATE:20260310T110000Z")) == [FIRST, SECOND, THIRD, "03-10 11:00/12:00"]
    added = "RDATE;VALUE=PERIOD:20260310T110000Z/PT3H,20260311T110000Z/20260311T113000Z"
    lengths = ["03-10 11:00/14:00", "03-11 11:00/11:30"]
    assert busy(event(f"{DAILY}\n{added}")) == [FIRST, SECOND, THIRD, *lengths]
    by_length = "DTSTART:20260301T090000Z\nDURATION:PT1H"
    assert busy(event(f"{by_length}\n{added}")) == [FIRST, *lengths]


def override(lines: str, *, of: str = "RECURRENCE-ID:20260302T090000Z") -> str:
    return event(f"{of}\n{lines}")


def test_an_override_moves_an_occurrence() -> None:
    """§3.8.4.4, in either order."""
    to_the_tenth = override("DTSTART:20260310T110000Z\nDTEND:20260310T120000Z")
    for parts in ((event(DAILY), to_the_tenth), (to_the_tenth, event(DAILY))):
        assert busy(*parts) == [FIRST, THIRD, "03-10 11:00/12:00"]


@pytest.mark.parametrize("line", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT"])
def test_an_override_cancels_or_frees_an_occurrence(line: str) -> None:
    """§3.8.4.4."""
    assert busy(event(DAILY), override(f"DTSTART:20260302T090000Z\nDURATION:PT1H\n{line}")) == [FIRST, THIRD]


def test_an_override_makes_an_occurrence_of_a_free_series_busy() -> None:
    busy_one = override("DTSTART:20260302T090000Z\nDURATION:PT1H\nTRANSP:OPAQUE")
    assert busy(event(f"{DAILY}\nTRANSP:TRANSPARENT"), busy_one) == [SECOND]


def test_this_and_future_moves_all_later_occurrences() -> None:
    """§3.2.13."""
    later = override(
        "DTSTART:20260302T110000Z\nDTEND:20260302T130000Z", of="RECURRENCE-ID;RANGE=THISANDFUTURE:20260302T090000Z"
    )
    assert busy(event(DAILY), later) == [FIRST, "03-02 11:00/13:00", "03-03 11:00/13:00"]


def test_an_override_without_its_series_is_busy() -> None:
    """RFC 4791 §4.1 lets a server send only the override."""
    assert busy(override("DTSTART:20260302T090000Z\nDURATION:PT1H")) == [SECOND]


def test_the_highest_sequence_wins() -> None:
    """§3.8.7.4."""
    old = event("DTSTART:20260301T090000Z\nDURATION:PT1H\nSEQUENCE:1")
    new = event("DTSTART:20260302T090000Z\nDURATION:PT1H\nSEQUENCE:2")
    assert busy(old, new) == busy(new, old) == [SECOND]


@pytest.mark.parametrize("uid", ["the-same@tests", None])
def test_events_with_equal_uids_are_all_busy(uid: str | None) -> None:
    """Invalid by §3.8.4.7, but some programs write it; no event may be lost."""
    events = [event(f"DTSTART:2026030{day}T090000Z\nDURATION:PT1H", uid) for day in (1, 2, 3)]
    assert busy(*events) == [FIRST, SECOND, THIRD]
