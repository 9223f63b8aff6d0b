"""When an event is, by RFC 5545; each test names the section that it takes its rule from."""

from datetime import UTC, datetime

import pytest
from tests.unit.adapters.calendars.written import BERLIN_BY_ANOTHER_NAME, busy, calendar, event

from adapters.calendars.parsing import busy_times
from booking_domain.shared.time import TimeRange, time_zone

MEETING = "DTSTART:20260301T090000Z\nDTEND:20260301T100000Z"


def test_an_event_in_utc() -> None:
    """§3.3.5, form #2."""
    assert busy(event(MEETING)) == ["03-01 09:00/10:00"]


def test_a_floating_event_is_on_the_clock_of_the_zone_that_was_asked_for() -> None:
    """§3.3.5, form #1."""
    floating = event("DTSTART:20260301T090000\nDTEND:20260301T100000")
    assert busy(floating) == ["03-01 01:00/02:00"]
    assert busy(floating, zone="America/New_York") == ["03-01 14:00/15:00"]


def test_an_event_of_an_iana_zone_that_the_file_does_not_define() -> None:
    """§3.2.19 wants a VTIMEZONE; RFC 7809 §3.1 is why many leave it out."""
    assert busy(event("DTSTART;TZID=Europe/Berlin:20260701T090000\nDTEND;TZID=Europe/Berlin:20260701T100000")) == [
        "07-01 07:00/08:00"
    ]


def test_a_zone_of_a_vendor_is_the_iana_zone_at_its_end() -> None:
    """§3.2.19: a globally unique name starts with a solidus."""
    zone = "/freeassociation.sourceforge.net/Europe/Berlin"
    assert busy(event(f"DTSTART;TZID={zone}:20260701T090000\nDURATION:PT1H")) == ["07-01 07:00/08:00"]


@pytest.mark.parametrize("zone", ["W. Europe Standard Time", '"W. Europe Standard Time"'])
def test_a_zone_by_the_name_that_windows_gives_it(zone: str) -> None:
    """CLDR, windowsZones."""
    assert busy(event(f"DTSTART;TZID={zone}:20260701T090000\nDURATION:PT1H")) == ["07-01 07:00/08:00"]
    assert busy(event(f"DTSTART;TZID={zone}:20260101T090000\nDURATION:PT1H")) == ["01-01 08:00/09:00"]


@pytest.mark.parametrize("name", ["Customized Time Zone", "Tests/Berlin"])
def test_a_zone_that_the_file_defines(name: str) -> None:
    """§3.6.5."""
    defined = BERLIN_BY_ANOTHER_NAME.format(name=name)
    summer = event(f"DTSTART;TZID={name}:20260701T090000\nDTEND;TZID={name}:20260701T100000", "s@tests")
    winter = event(f"DTSTART;TZID={name}:20261201T090000\nDTEND;TZID={name}:20261201T100000", "w@tests")
    expected = ["07-01 07:00/08:00", "12-01 08:00/09:00"]
    assert busy(defined, summer, winter) == expected
    assert busy(summer, winter, defined) == expected, "a zone may be defined after it is used"


def test_another_files_zone_of_the_same_name_is_not_this_ones() -> None:
    defined = BERLIN_BY_ANOTHER_NAME.format(name="Ours")
    summer = event("DTSTART;TZID=Ours:20260701T090000\nDURATION:PT1H")
    assert busy(defined, summer) == ["07-01 07:00/08:00"]
    elsewhere = defined.replace("+0200", "+0500").replace("+0100", "+0400")
    assert busy(elsewhere, summer) == ["07-01 04:00/05:00"]


def test_times_of_a_calendar_with_a_zone_of_its_own_are_in_that() -> None:
    """X-WR-TIMEZONE, of Apple's calendar: the zone of what has none."""
    floating = event("DTSTART:20260701T090000\nDTEND:20260701T100000")
    for zone in ("Europe/Berlin", "W. Europe Standard Time"):
        assert busy(f"X-WR-TIMEZONE:{zone}", floating) == ["07-01 07:00/08:00"]


def test_utc_repeats_on_the_clock_of_a_calendar_with_a_zone_of_its_own() -> None:
    """As Google's calendar shows it: three o'clock in Berlin, in winter and in summer."""
    weekly = event("DTSTART:20260323T140000Z\nDTEND:20260323T150000Z\nRRULE:FREQ=WEEKLY;COUNT=2")
    assert busy("X-WR-TIMEZONE:Europe/Berlin", weekly) == ["03-23 14:00/15:00", "03-30 13:00/14:00"]
    assert busy(weekly) == ["03-23 14:00/15:00", "03-30 14:00/15:00"]


def test_a_whole_day_is_a_day_where_the_provider_is() -> None:
    """§3.6.1: a DATE without an end lasts that day."""
    day = event("DTSTART;VALUE=DATE:20260301")
    assert busy(day) == ["02-28 16:00/03-01 16:00"]
    assert busy("X-WR-TIMEZONE:Europe/Berlin", day) == ["02-28 16:00/03-01 16:00"]


def test_whole_days_end_before_the_day_of_their_end() -> None:
    """§3.6.1: the end is not part of the event."""
    assert busy(event("DTSTART;VALUE=DATE:20260301\nDTEND;VALUE=DATE:20260303")) == ["02-28 16:00/03-02 16:00"]
    assert busy(event("DTSTART;VALUE=DATE:20260301\nDURATION:P2D")) == ["02-28 16:00/03-02 16:00"]


def test_a_whole_day_that_ends_when_it_starts_is_one_day() -> None:
    """Against §3.8.2.2, and frequent; a whole day is never nothing."""
    assert busy(event("DTSTART;VALUE=DATE:20260301\nDTEND;VALUE=DATE:20260301")) == ["02-28 16:00/03-01 16:00"]


def test_a_whole_day_is_as_long_as_its_day() -> None:
    """The clocks of Berlin go forward on 29 March 2026, and back on 25 October."""
    assert busy(event("DTSTART;VALUE=DATE:20260329"), zone="Europe/Berlin") == ["03-28 23:00/03-29 22:00"]
    assert busy(event("DTSTART;VALUE=DATE:20261025"), zone="Europe/Berlin") == ["10-24 22:00/10-25 23:00"]


def test_a_length_instead_of_an_end() -> None:
    """§3.8.2.5."""
    assert busy(event("DTSTART:20260301T090000Z\nDURATION:PT1H30M")) == ["03-01 09:00/10:30"]
    assert busy(event("DTSTART:20260301T090000Z\nDURATION:P1W")) == ["03-01 09:00/03-08 09:00"]


def test_hours_are_exact_and_days_are_days_of_the_clock() -> None:
    """§3.3.6: the night of 28 March 2026 is an hour short in Berlin."""
    start = "DTSTART;TZID=Europe/Berlin:20260328T220000\nDURATION:"
    assert busy(event(f"{start}PT8H")) == ["03-28 21:00/03-29 05:00"]
    assert busy(event(f"{start}P1D")) == ["03-28 21:00/03-29 20:00"]
    assert busy(event(f"{start}P1DT8H")) == ["03-28 21:00/03-30 04:00"]
    nightly = event("DTSTART;TZID=Europe/Berlin:20260327T220000\nDURATION:PT8H\nRRULE:FREQ=DAILY;COUNT=2")
    assert busy(nightly) == ["03-27 21:00/03-28 05:00", "03-28 21:00/03-29 05:00"]


def test_times_that_the_clock_skips_or_says_twice_are_told_by_the_clock_before() -> None:
    """§3.3.5."""
    assert busy(event("DTSTART;TZID=Europe/Berlin:20260329T023000\nDURATION:PT1H")) == ["03-29 01:30/02:30"]
    assert busy(event("DTSTART;TZID=Europe/Berlin:20261025T023000\nDURATION:PT1H")) == ["10-25 00:30/01:30"]


def test_an_event_that_a_change_of_clocks_turns_around_is_busy_in_between() -> None:
    zone = "TZID=Europe/Berlin"
    assert busy(event(f"DTSTART;{zone}:20260329T023000\nDTEND;{zone}:20260329T030000")) == ["03-29 01:00/01:30"]


@pytest.mark.parametrize("end", ["", "DTEND:20260301T090000Z", "DURATION:PT0S"])
def test_an_event_without_any_length_is_not_busy(end: str) -> None:
    """§3.6.1: a date-time without an end ends when it starts."""
    assert busy(event(f"DTSTART:20260301T090000Z\n{end}")) == []


@pytest.mark.parametrize("line", ["TRANSP:TRANSPARENT", "TRANSP:transparent", "STATUS:CANCELLED", "STATUS:cancelled"])
def test_what_is_transparent_or_cancelled_is_not_busy(line: str) -> None:
    """§3.8.2.7 and §3.8.1.11."""
    assert busy(event(f"{MEETING}\n{line}")) == []


@pytest.mark.parametrize("line", ["TRANSP:OPAQUE", "TRANSP:X-WHO-KNOWS", "STATUS:CONFIRMED", "STATUS:TENTATIVE"])
def test_all_else_is_busy(line: str) -> None:
    """§3.8.2.7: opaque is the default."""
    assert busy(event(f"{MEETING}\n{line}")) == ["03-01 09:00/10:00"]


def test_periods_of_a_free_busy_component() -> None:
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


def test_alarms_and_to_dos_keep_nobody_busy() -> None:
    """§3.6.6 and §3.6.2; what is wrong in them does not matter either."""
    alarm = "BEGIN:VALARM\nTRIGGER:-PT15M\nDURATION:nonsense\nEND:VALARM"
    todo = "BEGIN:VTODO\nUID:todo@tests\nDTSTART:20260401T090000Z\nDUE:20260401T100000Z\nRRULE:nonsense\nEND:VTODO"
    assert busy(event(f"{MEETING}\n{alarm}"), todo) == ["03-01 09:00/10:00"]


def test_lines_are_unfolded_and_names_in_any_case() -> None:
    """§3.1 and §1.2."""
    folded = calendar(event(MEETING)).replace(b"DTSTART:2026", b"dtstart:20\r\n\t26").replace(b"DTEND:", b"Dt\r\n End:")
    parsed = busy_times(folded, window=TimeRange(*SPRING), zone=time_zone("UTC"))
    assert [each.start.hour for each in parsed] == [9]


@pytest.mark.parametrize("around", [b"\xef\xbb\xbf%b", b"\r\n%b\r\n\r\n", b"%b"])
def test_a_byte_order_mark_and_empty_lines_do_not_matter(around: bytes) -> None:
    for ends in (b"\r\n", b"\n"):
        file = around % calendar(event(MEETING)).replace(b"\r\n", ends)
        assert len(busy_times(file, window=TimeRange(*SPRING), zone=time_zone("UTC"))) == 1


def test_several_calendars_in_one_file() -> None:
    """§3.4."""
    other = calendar(event("DTSTART:20260302T090000Z\nDURATION:PT1H"))
    parsed = busy_times(calendar(event(MEETING)) + other, window=TimeRange(*SPRING), zone=time_zone("UTC"))
    assert [each.start.day for each in parsed] == [1, 2]


SPRING = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))


def test_events_that_meet_the_window_are_whole_and_the_others_are_left_out() -> None:
    at = ["20260228T230000Z", "20260228T233000Z", "20260531T233000Z", "20260601T000000Z"]
    events = [event(f"DTSTART:{start}\nDURATION:PT1H", f"{start}@tests") for start in at]
    assert busy(*events, window=TimeRange(*SPRING)) == ["02-28 23:30/03-01 00:30", "05-31 23:30/06-01 00:30"]
    assert busy(event("DTSTART:20250101T000000Z\nDTEND:20280101T000000Z"), window=TimeRange(*SPRING)) == [
        "01-01 00:00/01-01 00:00"
    ]


def test_busy_times_are_in_order_and_those_that_touch_or_overlap_are_one() -> None:
    spans = ["120000Z/PT1H", "090000Z/PT1H", "100000Z/PT30M", "092000Z/PT10M", "123000Z/PT1H", "140000Z/PT1S"]
    written = [event(f"DTSTART:20260301T{a}\nDURATION:{b}", a) for a, b in (span.split("/") for span in spans)]
    assert busy(*written) == ["03-01 09:00/10:30", "03-01 12:00/13:30", "03-01 14:00/14:00"]
