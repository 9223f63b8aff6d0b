"""Written calendar files conform to RFC 5545 and parse back."""

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.calendars.files import ICalendarFiles
from adapters.calendars.parsing import busy_times, merge_ranges
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import TimeRange, time_zone
from booking_domain.use_cases.calendars.files import CalendarEntry, EntryStatus

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENTRY = CalendarEntry(
    uid="0192@booking",
    sequence=2,
    start=datetime(2026, 11, 23, 4, tzinfo=UTC),
    end=datetime(2026, 11, 23, 5, tzinfo=UTC),
    summary="Tattoo; a dragon, large",
    description="Bring\nnothing",
    location="Peace Avenue 1",
    status=EntryStatus.CONFIRMED,
    last_modified=datetime(2026, 10, 2, 9, 30, 15, 999, tzinfo=UTC),
    created=datetime(2026, 10, 1, 9, tzinfo=UTC),
)
FOREVER = TimeRange(datetime(1990, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC))


def write(*entries: CalendarEntry, name: str = "Bookings", now: datetime = NOW) -> bytes:
    return ICalendarFiles().write(entries, name=name, now=now)


def lines_of(file: bytes) -> list[str]:
    return file.decode().replace("\r\n ", "").split("\r\n")


def read_back(file: bytes) -> list[icalendar.Component]:
    return list(icalendar.Calendar.from_ical(file).walk("VEVENT"))


def test_an_entry_is_written_with_every_property() -> None:
    written = lines_of(write(ENTRY))
    head = [
        "VERSION:2.0",
        "PRODID:-//booking-domain//bookings//EN",
        "METHOD:PUBLISH",
        "NAME:Bookings",
        "X-WR-CALNAME:Bookings",
        "REFRESH-INTERVAL;VALUE=DURATION:PT10M",
    ]
    body = [
        "UID:0192@booking",
        "SEQUENCE:2",
        "DTSTAMP:20261002T093015Z",
        "LAST-MODIFIED:20261002T093015Z",
        "CREATED:20261001T090000Z",
        "DTSTART:20261123T040000Z",
        "DTEND:20261123T050000Z",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        r"SUMMARY:Tattoo\; a dragon\, large",
        r"DESCRIPTION:Bring\nnothing",
        "LOCATION:Peace Avenue 1",
    ]
    begin = written.index("BEGIN:VEVENT")
    assert written[0] == "BEGIN:VCALENDAR"
    assert sorted(written[1:begin]) == sorted(head)
    assert sorted(written[begin + 1 : -3]) == sorted(body)
    assert written[-3:] == ["END:VEVENT", "END:VCALENDAR", ""]


def test_empty_texts_are_omitted() -> None:
    written = write(replace(ENTRY, description="", location=""))
    assert b"DESCRIPTION" not in written
    assert b"LOCATION" not in written


@pytest.mark.parametrize("status", EntryStatus)
def test_only_cancelled_entries_are_transparent(status: EntryStatus) -> None:
    written = write(replace(ENTRY, status=status))
    assert f"\r\nSTATUS:{status}\r\n".encode() in written
    is_busy = status is not EntryStatus.CANCELLED
    assert (b"TRANSP:OPAQUE" in written) is is_busy
    assert (b"TRANSP:TRANSPARENT" in written) is not is_busy


def test_output_does_not_depend_on_the_current_time() -> None:
    assert write(ENTRY) == write(ENTRY, now=NOW + 100 * HOUR)


def test_timestamps_are_never_in_the_future() -> None:
    """RFC 5545 §3.8.7.3: a client could otherwise treat its older copy as newer."""
    ahead = lines_of(write(replace(ENTRY, last_modified=NOW + HOUR, created=NOW + HOUR)))
    for name in ("DTSTAMP", "LAST-MODIFIED", "CREATED"):
        assert f"{name}:20261101T120000Z" in ahead


def test_a_calendar_without_entries_is_valid() -> None:
    assert busy_times(write(), window=FOREVER, zone=time_zone("UTC")) == []


def texts() -> st.SearchStrategy[str]:
    """Any text, often with characters that iCalendar escapes."""
    return st.text() | st.text(st.sampled_from("\\nN;,:\"'^ \r\n\tаө🐉\u2028\x85")) | st.text(min_size=60, max_size=200)


@st.composite
def entries(draw: st.DrawFn) -> CalendarEntry:
    start = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=draw(st.integers(0, 80 * 365 * 86_400)))
    return CalendarEntry(
        uid=f"{draw(st.uuids())}@booking",
        sequence=draw(st.integers(0, 10_000)),
        start=start,
        end=start + timedelta(seconds=draw(st.integers(1, 300_000))),
        summary=draw(texts()),
        description=draw(texts()),
        location=draw(texts()),
        status=draw(st.sampled_from(EntryStatus)),
        last_modified=NOW,
        created=NOW,
    )


def normalized(text: str) -> str:
    """RFC 5545 §3.3.11 has one kind of line break, and §3.1 allows no control characters except tab."""
    ends = text.replace("\r\n", "\n")
    for other in "\r\x85\u2028\u2029":
        ends = ends.replace(other, "\n")
    return "".join(char for char in ends if char in "\t\n" or unicodedata.category(char) != "Cc")


@given(st.lists(entries(), max_size=5, unique_by=lambda entry: entry.uid))
@example([replace(ENTRY, summary="\\N \\n C:\\new", description="\r\n\r\n\r,;\\\x00\x0b")])
def test_written_entries_round_trip(written: list[CalendarEntry]) -> None:
    for entry, event in zip(written, read_back(write(*written)), strict=True):
        assert str(event["UID"]) == entry.uid
        assert event["SEQUENCE"] == entry.sequence
        texts_of = {"SUMMARY": entry.summary, "DESCRIPTION": entry.description, "LOCATION": entry.location}
        for name, text in texts_of.items():
            assert str(event.get(name, "")) == normalized(text)


@pytest.mark.parametrize("character", [*map(chr, (*range(0x20), *range(0x7F, 0xA0))), "\u2028", "\u2029"], ids=ascii)
def test_no_line_break_or_control_character_adds_a_property(character: str) -> None:
    """A parser that splits lines by Unicode, as `str.splitlines` does, sees the lines that were written."""
    hostile = f"Tattoo{character}ATTENDEE:mailto:victim@example.com"
    written = write(replace(ENTRY, summary=hostile, description=hostile, location=hostile), name=hostile).decode()
    assert written.splitlines() == written.removesuffix("\r\n").split("\r\n")
    assert all(unicodedata.category(each) != "Cc" for each in written.replace("\r\n", "").replace("\t", ""))
    assert not re.search(r"^ATTENDEE", written, re.MULTILINE)


@given(st.lists(entries(), max_size=5, unique_by=lambda entry: entry.uid))
def test_written_entries_parse_to_their_busy_times(written: list[CalendarEntry]) -> None:
    busy_ranges = [TimeRange(each.start, each.end) for each in written if each.status is not EntryStatus.CANCELLED]
    assert busy_times(write(*written), window=FOREVER, zone=time_zone("Asia/Ulaanbaatar")) == merge_ranges(busy_ranges)


@given(texts())
@example("й" * 100)
@example("a" * 74 + "й" * 100)
@example("\ud800")
def test_lines_end_in_crlf_and_have_at_most_75_octets(text: str) -> None:
    """RFC 5545 §3.1."""
    file = write(replace(ENTRY, summary=text, location=text, description=text), name=text)
    *lines, rest = file.split(b"\r\n")
    assert rest == b""
    for line in lines:
        assert len(line) <= 75
        assert b"\n" not in line
        assert b"\r" not in line
        line.decode()


def test_invalid_entries_are_refused() -> None:
    with pytest.raises(InvalidValue, match="must end after it starts"):
        replace(ENTRY, end=ENTRY.start)
    with pytest.raises(InvalidValue, match="offset"):
        replace(ENTRY, created=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(InvalidValue, match="uid"):
        replace(ENTRY, uid="")
    with pytest.raises(InvalidValue, match="sequence"):
        replace(ENTRY, sequence=-1)
