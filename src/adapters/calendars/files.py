"""Writes iCalendar files (RFC 5545; RFC 7986 for the calendar's name and refresh interval)."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from icalendar import Calendar, Event
from icalendar.prop import vCalAddress, vDatetime, vDuration, vText

from booking_domain.use_cases.calendars.files import CalendarEntry, CalendarFiles, EntryStatus

_PRODID: Final = "-//booking-domain//bookings//EN"
_REFRESH: Final = timedelta(minutes=10)
_LINE_END: Final = re.compile("\r\n|[\r\x85\u2028\u2029]")
"""Line breaks other than LF; parsers that split lines by Unicode take any of them for the end of a property."""
_ESCAPES: Final = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n"})
_STRIPPED: Final = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"}
"""Control characters: those that RFC 5545 §3.1 forbids, and U+0080 to U+009F."""


class _Text(vText):
    r"""TEXT escaped per RFC 5545 §3.3.11; icalendar 7.3 turns a literal backslash and N into a line break."""

    def to_ical(self) -> bytes:
        return str(self).translate(_ESCAPES).encode()


class ICalendarFiles(CalendarFiles):
    """Writes bookings as VEVENTs; files with METHOD:PUBLISH because no reply is expected (RFC 5546 §1.4)."""

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

    def invite(self, entry: CalendarEntry, *, organizer: str, attendee: str, now: datetime) -> bytes:
        """METHOD:REQUEST or CANCEL. The attendee has accepted: the booking is agreed, and no reply is expected."""
        event = _event(entry, now)
        event["ORGANIZER"] = vCalAddress(f"mailto:{organizer}")
        event["ATTENDEE"] = vCalAddress(f"mailto:{attendee}")
        event["ATTENDEE"].params.update({"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
        calendar = Calendar()
        calendar["VERSION"] = vText("2.0")
        calendar["PRODID"] = vText(_PRODID)
        calendar["METHOD"] = vText("CANCEL" if entry.status is EntryStatus.CANCELLED else "REQUEST")
        calendar.add_component(event)
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
    return _Text(_LINE_END.sub("\n", text).translate(_STRIPPED).encode(errors="replace").decode())
