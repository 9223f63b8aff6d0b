"""When an event is again, by RFC 5545."""

import pytest
from tests.unit.adapters.calendars.written import busy, event

DAILY = "DTSTART:20260301T090000Z\nDTEND:20260301T100000Z\nRRULE:FREQ=DAILY;COUNT=3"
FIRST, SECOND, THIRD = "03-01 09:00/10:00", "03-02 09:00/10:00", "03-03 09:00/10:00"


def test_a_rule_repeats() -> None:
    """§3.8.5.3."""
    assert busy(event(DAILY)) == [FIRST, SECOND, THIRD]


def test_a_rule_ends_with_its_last_instant() -> None:
    """§3.3.10: UNTIL is part of it, and may be a date or local where it should be UTC."""
    zone = "DTSTART;TZID=Europe/Berlin:20260301T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL="
    for until in ("20260302T090000Z", "20260302T100000", "20260302T235959Z"):
        assert busy(event(f"{zone}{until}")) == [FIRST, SECOND]


def test_a_weekly_event_stays_at_its_hour_when_the_clocks_change() -> None:
    """§3.8.5.3, on a zone's clock: Berlin goes forward on 29 March 2026."""
    weekly = event("DTSTART;TZID=Europe/Berlin:20260323T150000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2")
    assert busy(weekly) == ["03-23 14:00/15:00", "03-30 13:00/14:00"]


def test_a_rule_that_began_long_ago_and_never_ends() -> None:
    yearly = event("DTSTART:19700301T090000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY")
    assert busy(yearly) == [FIRST]


def test_a_floating_rule_is_on_the_clock_that_was_asked_for() -> None:
    weekly = event("DTSTART:20260323T150000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2")
    assert busy(weekly, zone="Europe/Berlin") == ["03-23 14:00/15:00", "03-30 13:00/14:00"]


def test_whole_days_repeat() -> None:
    days = event("DTSTART;VALUE=DATE:20260301\nRRULE:FREQ=WEEKLY;COUNT=2\nEXDATE;VALUE=DATE:20260308")
    assert busy(days) == ["02-28 16:00/03-01 16:00"]


@pytest.mark.parametrize("excluded", ["EXDATE:20260302T090000Z", "EXDATE;TZID=Europe/Berlin:20260302T100000"])
def test_a_date_is_left_out(excluded: str) -> None:
    """§3.8.5.1."""
    assert busy(event(f"{DAILY}\n{excluded}")) == [FIRST, THIRD]


def test_dates_are_left_out_in_one_line_or_in_several() -> None:
    """§3.8.5.1."""
    assert busy(event(f"{DAILY}\nEXDATE:20260301T090000Z,20260302T090000Z")) == [THIRD]
    assert busy(event(f"{DAILY}\nEXDATE:20260301T090000Z\nEXDATE:20260302T090000Z")) == [THIRD]


def test_a_date_is_added() -> None:
    """§3.8.5.2: also as a period with a length of its own."""
    assert busy(event(f"{DAILY}\nRDATE:20260310T110000Z")) == [FIRST, SECOND, THIRD, "03-10 11:00/12:00"]
    added = "RDATE;VALUE=PERIOD:20260310T110000Z/PT3H,20260311T110000Z/20260311T113000Z"
    lengths = ["03-10 11:00/14:00", "03-11 11:00/11:30"]
    assert busy(event(f"{DAILY}\n{added}")) == [FIRST, SECOND, THIRD, *lengths]
    by_length = "DTSTART:20260301T090000Z\nDURATION:PT1H"
    assert busy(event(f"{by_length}\n{added}")) == [FIRST, *lengths]


def moved(lines: str, *, of: str = "RECURRENCE-ID:20260302T090000Z") -> str:
    return event(f"{of}\n{lines}")


def test_one_of_a_series_is_moved() -> None:
    """§3.8.4.4; in either order."""
    to_the_tenth = moved("DTSTART:20260310T110000Z\nDTEND:20260310T120000Z")
    for parts in ((event(DAILY), to_the_tenth), (to_the_tenth, event(DAILY))):
        assert busy(*parts) == [FIRST, THIRD, "03-10 11:00/12:00"]


@pytest.mark.parametrize("line", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT"])
def test_one_of_a_series_is_cancelled_or_free(line: str) -> None:
    """§3.8.4.4."""
    assert busy(event(DAILY), moved(f"DTSTART:20260302T090000Z\nDURATION:PT1H\n{line}")) == [FIRST, THIRD]


def test_one_of_a_series_that_is_free_is_busy() -> None:
    busy_one = moved("DTSTART:20260302T090000Z\nDURATION:PT1H\nTRANSP:OPAQUE")
    assert busy(event(f"{DAILY}\nTRANSP:TRANSPARENT"), busy_one) == [SECOND]


def test_one_of_a_series_and_all_after_it_are_moved() -> None:
    """§3.2.13."""
    later = moved(
        "DTSTART:20260302T110000Z\nDTEND:20260302T130000Z", of="RECURRENCE-ID;RANGE=THISANDFUTURE:20260302T090000Z"
    )
    assert busy(event(DAILY), later) == [FIRST, "03-02 11:00/13:00", "03-03 11:00/13:00"]


def test_one_of_a_series_whose_series_is_not_in_the_file_is_busy() -> None:
    """RFC 4791 §4.1 lets a server send only that."""
    assert busy(moved("DTSTART:20260302T090000Z\nDURATION:PT1H")) == [SECOND]


def test_of_two_revisions_of_an_event_the_later_one_counts() -> None:
    """§3.8.7.4."""
    old = event("DTSTART:20260301T090000Z\nDURATION:PT1H\nSEQUENCE:1")
    new = event("DTSTART:20260302T090000Z\nDURATION:PT1H\nSEQUENCE:2")
    assert busy(old, new) == busy(new, old) == [SECOND]


@pytest.mark.parametrize("uid", ["the-same@tests", None])
def test_events_that_cannot_be_told_apart_are_all_busy(uid: str | None) -> None:
    """Against §3.8.4.7, and in feeds of careless programs: none is lost."""
    events = [event(f"DTSTART:2026030{day}T090000Z\nDURATION:PT1H", uid) for day in (1, 2, 3)]
    assert busy(*events) == [FIRST, SECOND, THIRD]
