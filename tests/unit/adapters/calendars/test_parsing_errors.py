"""Parsing fails closed: one malformed event makes the whole feed unreadable."""

from pathlib import Path

import pytest
from tests.unit.adapters.calendars.ics import CUSTOM_BERLIN_ZONE, HOME_ZONE, YEAR, busy, calendar, event

from adapters.calendars import parsing
from adapters.calendars.events import MALFORMED, UNKNOWN_ZONE
from adapters.calendars.lines import LIMIT_EXCEEDED, MAX_COMPONENTS, NOT_ICALENDAR, TRUNCATED
from adapters.calendars.parsing import busy_times
from booking_domain.scheduling.feeds import FeedUnreadable
from booking_domain.shared.time import time_zone

START = "DTSTART:20260301T090000Z\n"
VALID_EVENT = event(f"{START}DURATION:PT1H", "good@tests")


def refused(file: bytes) -> str:
    with pytest.raises(FeedUnreadable) as caught:
        busy_times(file, window=YEAR, zone=time_zone(HOME_ZONE))
    return caught.value.why


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"\r\n",
        b"<html><title>Sign in to the Wi-Fi</title></html>",
        b"\x00\xff\xfe" * 1000,
        b"BEGIN:VCARD\r\nEND:VCARD\r\n",
        b"BEGIN:VEVENT\r\nEND:VEVENT\r\n",
        b"END:VCALENDAR\r\n",
        calendar(VALID_EVENT).replace(b"\r\n", b"\r"),
        b"DTSTART:20260301T090000Z\r\n" + calendar(VALID_EVENT),
        calendar(VALID_EVENT) + b"DTSTART:20260301T090000Z\r\n",
    ],
)
def test_a_file_that_is_not_icalendar_is_refused(file: bytes) -> None:
    assert refused(file) == NOT_ICALENDAR


def test_a_file_path_is_not_opened(tmp_path: Path) -> None:
    """icalendar treats a one-line str as a path."""
    path = tmp_path / "secret.ics"
    path.write_bytes(calendar(VALID_EVENT))
    assert refused(str(path).encode()) == NOT_ICALENDAR


def test_a_truncated_file_is_refused_at_every_length() -> None:
    file = calendar(VALID_EVENT, event(f"{START}DURATION:PT1H"))
    for length in range(len("BEGIN:VCALENDAR\r\n"), len(file) - len("R\r\n")):
        assert refused(file[:length]) == TRUNCATED
    assert refused(calendar(VALID_EVENT) + file[:100]) == TRUNCATED


@pytest.mark.parametrize("removed", [b"END:VEVENT\r\n", b"BEGIN:VEVENT\r\n"])
def test_unbalanced_components_are_refused(removed: bytes) -> None:
    assert refused(calendar(VALID_EVENT).replace(removed, b"")) in {TRUNCATED, NOT_ICALENDAR}


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "DTSTART:",
        "DTSTART:2026-03-01",
        "DTSTART:20260230T090000Z",
        "DTSTART:20260301T250000Z",
        "DTSTART 20260301T090000Z",
        "DTSTART;VALUE=PERIOD:20260301T090000Z/PT1H",
        f"{START}DTSTART:20260302T090000Z",
        f"{START}DTEND:20260301T080000Z",
        f"{START}DTEND:nonsense",
        f"{START}DTEND;VALUE=DATE:20260302",
        f"{START}DTEND:20260301T100000",
        "DTSTART;VALUE=DATE:20260301\nDTEND:20260302T000000Z",
        "DTSTART;VALUE=DATE:20260302\nDTEND;VALUE=DATE:20260301",
        "DTSTART;VALUE=DATE:20260301\nDURATION:PT8H",
        f"{START}DURATION:-PT1H",
        f"{START}DURATION:one hour",
        f"{START}DURATION:PT1H\nRRULE:FREQ=NEVER",
        f"{START}DURATION:PT1H\nRRULE:COUNT=3",
        f"{START}DURATION:PT1H\nRRULE FREQ=DAILY",
        f"{START}DURATION:PT1H\nRRULE",
        f"{START}DURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=tomorrow",
        f"{START}DURATION:PT1H\nRDATE:nonsense",
        f"{START}DURATION:PT1H\nEXDATE:nonsense",
        f"{START}DURATION:PT1H\nRECURRENCE-ID:nonsense",
        f"{START}DURATION:PT1H\nSEQUENCE:nonsense",
    ],
)
@pytest.mark.parametrize("status", ["", "\nSTATUS:CANCELLED"])
def test_one_malformed_event_makes_the_feed_unreadable(lines: str, status: str) -> None:
    assert refused(calendar(VALID_EVENT, event(lines + status))) == MALFORMED


@pytest.mark.parametrize("line", ["GEO:nonsense", "SUMMARY", "what is this", "ATTENDEE;=:x", "DTSTAMPED:x", "URL;:::"])
def test_malformed_lines_unrelated_to_time_are_ignored(line: str) -> None:
    assert busy(event(f"{START}DURATION:PT1H\n{line}")) == ["03-01 09:00/10:00"]


@pytest.mark.parametrize("period", ["nonsense", "20260301T090000Z", "20260301T090000/PT1H", "20260302T090000Z/-PT1H"])
def test_a_malformed_period_makes_the_feed_unreadable(period: str) -> None:
    component = f"BEGIN:VFREEBUSY\nUID:fb@tests\nFREEBUSY:{period}\nEND:VFREEBUSY"
    assert refused(calendar(VALID_EVENT, component)) == MALFORMED


@pytest.mark.parametrize(
    "lines",
    [
        "DTSTART;TZID=Nowhere/At_All:20260301T090000\nDURATION:PT1H",
        f"{START}DTEND;TZID=Nowhere/At_All:20260301T100000",
        f"{START}DURATION:PT1H\nRDATE;TZID=Nowhere/At_All:20260301T100000",
        f"{START}DURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE;TZID=Nowhere/At_All:20260301T100000",
        f"{START}DURATION:PT1H\nRECURRENCE-ID;TZID=Nowhere/At_All:20260301T100000",
    ],
)
def test_an_unknown_time_zone_makes_the_feed_unreadable(lines: str) -> None:
    """RFC 5545 §3.2.19: a zone must be defined; no default is substituted."""
    assert refused(calendar(VALID_EVENT, event(lines))) == UNKNOWN_ZONE


@pytest.mark.parametrize("zone", ["Nowhere/At_All", "", "../../etc/passwd", "localtime"])
def test_an_unknown_calendar_time_zone_is_refused(zone: str) -> None:
    assert refused(calendar(f"X-WR-TIMEZONE:{zone}", VALID_EVENT)) == UNKNOWN_ZONE


def test_a_malformed_vtimezone_makes_the_feed_unreadable() -> None:
    broken = CUSTOM_BERLIN_ZONE.format(name="Ours").replace("TZOFFSETTO:+0200", "TZOFFSETTO:nonsense")
    assert refused(calendar(broken, VALID_EVENT)) == MALFORMED


def test_only_the_gregorian_calendar_is_supported() -> None:
    """RFC 5545 §3.7.1."""
    assert refused(calendar("CALSCALE:HEBREW", VALID_EVENT)) == MALFORMED


def test_too_many_components_are_refused() -> None:
    empty = b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VTODO\r\nEND:VTODO\r\n" * MAX_COMPONENTS + b"END:VCALENDAR\r\n"
    assert refused(empty) == LIMIT_EXCEEDED


def test_endless_nesting_is_refused() -> None:
    assert refused(b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 300_000) == LIMIT_EXCEEDED


def test_too_many_busy_times_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "MAX_BUSY", 200)

    def every_minute(count: int) -> bytes:
        return calendar(event(f"{START}DURATION:PT1S\nRRULE:FREQ=MINUTELY;COUNT={count}"))

    assert len(busy_times(every_minute(200), window=YEAR, zone=time_zone(HOME_ZONE))) == 200
    assert refused(every_minute(201)) == LIMIT_EXCEEDED
