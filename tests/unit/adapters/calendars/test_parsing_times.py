"""Start and end of events (RFC 5545); each test names its section."""

from datetime import UTC, datetime

import pytest
from tests.unit.adapters.calendars.ics import CUSTOM_BERLIN_ZONE, busy, calendar, event

from adapters.calendars.parsing import busy_times
from booking_domain.shared.time import TimeRange, time_zone

ONE_HOUR = "DTSTART:20260301T090000Z\nDTEND:20260301T100000Z"


def test_an_event_in_utc() -> None:
    """§3.3.5, form #2."""
    assert busy(event(ONE_HOUR)) == ["03-01 09:00/10:00"]


def test_a_floating_event_uses_the_requested_time_zone() -> None:
    """§3.3.5, form #1."""
    floating = event("DTSTART:20260301T090000\nDTEND:20260301T100000")
    assert busy(floating) == ["03-01 01:00/02:00"]
    assert busy(floating, zone="America/New_York") == ["03-01 14:00/15:00"]


def test_an_undefined_iana_zone_is_recognised() -> None:
    """§3.2.19 requires a VTIMEZONE; RFC 7809 §3.1 permits omitting it."""
    assert busy(event("DTSTART;TZID=Europe/Berlin:20260701T090000\nDTEND;TZID=Europe/Berlin:20260701T100000")) == [
        "07-01 07:00/08:00"
    ]


def test_a_vendor_prefixed_zone_is_its_iana_zone() -> None:
    """§3.2.19: a globally unique name starts with a solidus."""
    zone = "/freeassociation.sourceforge.net/Europe/Berlin"
    assert busy(event(f"DTSTART;TZID={zone}:20260701T090000\nDURATION:PT1H")) == ["07-01 07:00/08:00"]


@pytest.mark.parametrize("zone", ["W. Europe Standard Time", '"W. Europe Standard Time"'])
def test_windows_zone_names_are_mapped(zone: str) -> None:
    """CLDR, windowsZones."""
    assert busy(event(f"DTSTART;TZID={zone}:20260701T090000\nDURATION:PT1H")) == ["07-01 07:00/08:00"]
    assert busy(event(f"DTSTART;TZID={zone}:20260101T090000\nDURATION:PT1H")) == ["01-01 08:00/09:00"]


@pytest.mark.parametrize("name", ["Customized Time Zone", "Tests/Berlin"])
def test_a_vtimezone_in_the_file_is_used(name: str) -> None:
    """§3.6.5."""
    defined = CUSTOM_BERLIN_ZONE.format(name=name)
    summer = event(f"DTSTART;TZID={name}:20260701T090000\nDTEND;TZID={name}:20260701T100000", "s@tests")
    winter = event(f"DTSTART;TZID={name}:20261201T090000\nDTEND;TZID={name}:20261201T100000", "w@tests")
    expected = ["07-01 07:00/08:00", "12-01 08:00/09:00"]
    assert busy(defined, summer, winter) == expected
    assert busy(summer, winter, defined) == expected, "a zone may be defined after it is used"


def test_zone_definitions_do_not_leak_between_files() -> None:
    defined = CUSTOM_BERLIN_ZONE.format(name="Ours")
    summer = event("DTSTART;TZID=Ours:20260701T090000\nDURATION:PT1H")
    assert busy(defined, summer) == ["07-01 07:00/08:00"]
    elsewhere = defined.replace("+0200", "+0500").replace("+0100", "+0400")
    assert busy(elsewhere, summer) == ["07-01 04:00/05:00"]


def test_x_wr_timezone_applies_to_floating_times() -> None:
    """X-WR-TIMEZONE (Apple) is the zone of floating times."""
    floating = event("DTSTART:20260701T090000\nDTEND:20260701T100000")
    for zone in ("Europe/Berlin", "W. Europe Standard Time"):
        assert busy(f"X-WR-TIMEZONE:{zone}", floating) == ["07-01 07:00/08:00"]


def test_x_wr_timezone_applies_to_recurring_utc_events() -> None:
    """As Google Calendar shows it: 15:00 in Berlin in winter and in summer."""
    weekly = event("DTSTART:20260323T140000Z\nDTEND:20260323T150000Z\nRRULE:FREQ=WEEKLY;COUNT=2")
    assert busy("X-WR-TIMEZONE:Europe/Berlin", weekly) == ["03-23 14:00/15:00", "03-30 13:00/14:00"]
    assert busy(weekly) == ["03-23 14:00/15:00", "03-30 14:00/15:00"]


def test_an_all_day_event_uses_the_providers_time_zone() -> None:
    """§3.6.1: a DATE without an end lasts one day."""
    day = event("DTSTART;VALUE=DATE:20260301")
    assert busy(day) == ["02-28 16:00/03-01 16:00"]
    assert busy("X-WR-TIMEZONE:Europe/Berlin", day) == ["02-28 16:00/03-01 16:00"]


def test_the_end_date_of_an_all_day_event_is_exclusive() -> None:
    """§3.6.1: the end is exclusive."""
    assert busy(event("DTSTART;VALUE=DATE:20260301\nDTEND;VALUE=DATE:20260303")) == ["02-28 16:00/03-02 16:00"]
    assert busy(event("DTSTART;VALUE=DATE:20260301\nDURATION:P2D")) == ["02-28 16:00/03-02 16:00"]


def test_an_all_day_event_ending_at_its_start_lasts_one_day() -> None:
    """Invalid by §3.8.2.2 but common; an all-day event is never empty."""
    assert busy(event("DTSTART;VALUE=DATE:20260301\nDTEND;VALUE=DATE:20260301")) == ["02-28 16:00/03-01 16:00"]


def test_an_all_day_event_lasts_23_or_25_hours_on_dst_days() -> None:
    """Berlin's clocks go forward on 29 March 2026 and back on 25 October."""
    assert busy(event("DTSTART;VALUE=DATE:20260329"), zone="Europe/Berlin") == ["03-28 23:00/03-29 22:00"]
    assert busy(event("DTSTART;VALUE=DATE:20261025"), zone="Europe/Berlin") == ["10-24 22:00/10-25 23:00"]


def test_duration_replaces_dtend() -> None:
    """§3.8.2.5."""
    assert busy(event("DTSTART:20260301T090000Z\nDURATION:PT1H30M")) == ["03-01 09:00/10:30"]
    assert busy(event("DTSTART:20260301T090000Z\nDURATION:P1W")) == ["03-01 09:00/03-08 09:00"]


def test_hours_are_exact_and_days_are_nominal() -> None:
    """§3.3.6: the night of 28 March 2026 is one hour shorter in Berlin."""
    start = "DTSTART;TZID=Europe/Berlin:20260328T220000\nDURATION:"
    assert busy(event(f"{start}PT8H")) == ["03-28 21:00/03-29 05:00"]
    assert busy(event(f"{start}P1D")) == ["03-28 21:00/03-29 20:00"]
    assert busy(event(f"{start}P1DT8H")) == ["03-28 21:00/03-30 04:00"]
    nightly = event("DTSTART;TZID=Europe/Berlin:20260327T220000\nDURATION:PT8H\nRRULE:FREQ=DAILY;COUNT=2")
    assert busy(nightly) == ["03-27 21:00/03-28 05:00", "03-28 21:00/03-29 05:00"]


def test_skipped_and_repeated_local_times_use_the_offset_before_the_change() -> None:
    """§3.3.5."""
    assert busy(event("DTSTART;TZID=Europe/Berlin:20260329T023000\nDURATION:PT1H")) == ["03-29 01:30/02:30"]
    assert busy(event("DTSTART;TZID=Europe/Berlin:20261025T023000\nDURATION:PT1H")) == ["10-25 00:30/01:30"]


def test_an_event_reversed_by_a_dst_change_is_busy_in_between() -> None:
    zone = "TZID=Europe/Berlin"
    assert busy(event(f"DTSTART;{zone}:20260329T023000\nDTEND;{zone}:20260329T030000")) == ["03-29 01:00/01:30"]


@pytest.mark.parametrize("end", ["", "DTEND:20260301T090000Z", "DURATION:PT0S"])
def test_an_event_of_zero_duration_is_not_busy(end: str) -> None:
    """§3.6.1: a date-time without an end ends when it starts."""
    assert busy(event(f"DTSTART:20260301T090000Z\n{end}")) == []


@pytest.mark.parametrize("line", ["TRANSP:TRANSPARENT", "TRANSP:transparent", "STATUS:CANCELLED", "STATUS:cancelled"])
def test_transparent_and_cancelled_events_are_not_busy(line: str) -> None:
    """§3.8.2.7 and §3.8.1.11."""
    assert busy(event(f"{ONE_HOUR}\n{line}")) == []


@pytest.mark.parametrize("line", ["TRANSP:OPAQUE", "TRANSP:X-WHO-KNOWS", "STATUS:CONFIRMED", "STATUS:TENTATIVE"])
def test_every_other_event_is_busy(line: str) -> None:
    """§3.8.2.7: opaque is the default."""
    assert busy(event(f"{ONE_HOUR}\n{line}")) == ["03-01 09:00/10:00"]


def test_vfreebusy_periods_are_busy_except_free() -> None:
    """§3.6.4, §3.8.2.6 and §3.2.9."""
    component = """
        BEGIN:VFREEBUSY
        UID:fb@tests
        DTSTAMP:20260101T000000Z
        FREEBUSY:20260301T090000Z/20260301T100000Z,20260302T090000Z/PT30M
        FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260303T090000Z/PT1H
        FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260304T090000Z/PT1H
        FREEBUSY;FBTYPE=X-OTHER:20260305T090000Z/PT1H
        FREEBUSY;FBTYPE=FREE:20260306T090000Z/PT1H
        FREEBUSY:20280306T090000Z/PT1H
        END:VFREEBUSY
    """
    days = ["03-01 09:00/10:00", "03-02 09:00/09:30", *(f"03-0{day} 09:00/10:00" for day in (3, 4, 5))]
    assert busy(component) == days


def test_alarms_and_to_dos_are_ignored() -> None:
    """§3.6.6 and §3.6.2; errors in them are ignored too."""
    alarm = "BEGIN:VALARM\nTRIGGER:-PT15M\nDURATION:nonsense\nEND:VALARM"
    todo = "BEGIN:VTODO\nUID:todo@tests\nDTSTART:20260401T090000Z\nDUE:20260401T100000Z\nRRULE:nonsense\nEND:VTODO"
    assert busy(event(f"{ONE_HOUR}\n{alarm}"), todo) == ["03-01 09:00/10:00"]


def test_lines_are_unfolded_and_names_are_case_insensitive() -> None:
    """§3.1 and §1.2."""
    folded = (
        calendar(event(ONE_HOUR)).replace(b"DTSTART:2026", b"dtstart:20\r\n\t26").replace(b"DTEND:", b"Dt\r\n End:")
    )
    parsed = busy_times(folded, window=TimeRange(*SPRING), zone=time_zone("UTC"))
    assert [each.start.hour for each in parsed] == [9]


@pytest.mark.parametrize("around", [b"\xef\xbb\xbf%b", b"\r\n%b\r\n\r\n", b"%b"])
def test_a_byte_order_mark_and_empty_lines_are_ignored(around: bytes) -> None:
    for ends in (b"\r\n", b"\n"):
        file = around % calendar(event(ONE_HOUR)).replace(b"\r\n", ends)
        assert len(busy_times(file, window=TimeRange(*SPRING), zone=time_zone("UTC"))) == 1


def test_all_calendars_of_a_file_are_read() -> None:
    """§3.4."""
    other = calendar(event("DTSTART:20260302T090000Z\nDURATION:PT1H"))
    parsed = busy_times(calendar(event(ONE_HOUR)) + other, window=TimeRange(*SPRING), zone=time_zone("UTC"))
    assert [each.start.day for each in parsed] == [1, 2]


SPRING = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))


def test_events_overlapping_the_window_are_returned_unclipped() -> None:
    at = ["20260228T230000Z", "20260228T233000Z", "20260531T233000Z", "20260601T000000Z"]
    events = [event(f"DTSTART:{start}\nDURATION:PT1H", f"{start}@tests") for start in at]
    assert busy(*events, window=TimeRange(*SPRING)) == ["02-28 23:30/03-01 00:30", "05-31 23:30/06-01 00:30"]
    assert busy(event("DTSTART:20250101T000000Z\nDTEND:20280101T000000Z"), window=TimeRange(*SPRING)) == [
        "01-01 00:00/01-01 00:00"
    ]


def test_busy_times_are_sorted_and_merged() -> None:
    spans = ["120000Z/PT1H", "090000Z/PT1H", "100000Z/PT30M", "092000Z/PT10M", "123000Z/PT1H", "140000Z/PT1S"]
    written = [event(f"DTSTART:20260301T{a}\nDURATION:{b}", a) for a, b in (span.split("/") for span in spans)]
    assert busy(*written) == ["03-01 09:00/10:30", "03-01 12:00/13:30", "03-01 14:00/14:00"]
