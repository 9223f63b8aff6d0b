"""Writes iCalendar files (RFC 5545; RFC 7986 for the calendar's name and refresh interval)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from icalendar import Calendar, Event
from icalendar.prop import vDatetime, vDuration, vText

from booking_domain.workflows.calendar_files import CalendarEntry, CalendarFiles, EntryStatus

_PRODID: Final = "-//booking-domain//bookings//EN"
_REFRESH: Final = timedelta(minutes=10)
_LINE_ENDS: Final = (("\r\n", "\n"), ("\r", "\n"))
_ESCAPES: Final = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n"})
_CONTROLS: Final = dict.fromkeys([*range(0x20), 0x7F])
_STRIPPED: Final = {code: None for code in _CONTROLS if chr(code) not in "\t\n"}
"""Control characters that RFC 5545 §3.1 forbids."""


class _Text(vText):
    r"""TEXT escaped per RFC 5545 §3.3.11; icalendar 7.3 turns a literal backslash and N into a line break."""

    def to_ical(self) -> bytes:
        return str(self).translate(_ESCAPES).encode()


class ICalendarFiles(CalendarFiles):
    """Writes each booking as a VEVENT, with METHOD:PUBLISH because no reply is expected (RFC 5546 §1.4)."""

    def write(self, entries: Sequence[CalendarEntry], *, name: str, now: datetime) -> bytes:
        calendar = Calendar()
        calendar["VERSION"] = vText("2.0")
        calendar["PRODID"] = vText(_PRODID)
        calendar["METHOD"] = vText("PUBLISH")
        calendar["NAME"] = calendar["X-WR-CALNAME"] = _text(name)
        refresh = vDuration(_REFRESH)
        refresh.params["VALUE"] = "DURATION"
        calendar["REFRESH-INTERVAL"] = refresh
        for entry in entries:
            calendar.add_component(_event(entry, now))
        written: bytes = calendar.to_ical()
        return written


def _event(entry: CalendarEntry, now: datetime) -> Event:
    event = Event()
    event["UID"] = _text(entry.uid)
    event["SEQUENCE"] = entry.sequence
    event["DTSTAMP"] = event["LAST-MODIFIED"] = vDatetime(min(entry.last_modified, now))
    event["CREATED"] = vDatetime(min(entry.created, now))
    event["DTSTART"] = vDatetime(entry.start)
    event["DTEND"] = vDatetime(entry.end)
    event["STATUS"] = vText(entry.status)
    event["TRANSP"] = vText("TRANSPARENT" if entry.status is EntryStatus.CANCELLED else "OPAQUE")
    event["SUMMARY"] = _text(entry.summary)
    for field, text in (("DESCRIPTION", entry.description), ("LOCATION", entry.location)):
        if text:
            event[field] = _text(text)
    return event


def _text(text: str) -> _Text:
    """Normalize line ends; remove control characters and lone surrogates."""
    for found, instead in _LINE_ENDS:
        text = text.replace(found, instead)
    return _Text(text.translate(_STRIPPED).encode(errors="replace").decode())
