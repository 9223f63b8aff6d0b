"""Calendars as HTTP answers."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from litestar import Response

from booking_domain.use_cases.calendars.files import CalendarFiles
from booking_domain.use_cases.calendars.queries import SharedCalendar
from entrypoints.http.kit.etags import NOT_MODIFIED, matches

ICALENDAR: Final = "text/calendar"
"""Litestar adds the charset."""
_PRIVATE: Final = {"Cache-Control": "private, no-store"}


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A calendar's tag, and its file; None if the caller has it already."""

    tag: str
    file: bytes | None


def calendar_file(
    shared: SharedCalendar, if_none_match: str | None, files: CalendarFiles, now: datetime
) -> CalendarFile:
    """Write the calendar, unless the caller already has it; thousands of entries take a second."""
    tag = _tag(shared)
    if matches(if_none_match, tag):
        return CalendarFile(tag, None)
    return CalendarFile(tag, files.write(shared.entries, name=shared.name, now=now))


def calendar_response(found: CalendarFile) -> Response[str]:
    """The calendar as a file, or 304."""
    headers = {"ETag": found.tag, **_PRIVATE}
    if found.file is None:
        return Response("", status_code=NOT_MODIFIED, media_type=ICALENDAR, headers=headers)
    return Response(found.file.decode(), media_type=ICALENDAR, headers=headers)


def _tag(shared: SharedCalendar) -> str:
    """A weak tag (RFC 9110 §8.8.1) of the contents: the same calendar can be written in different bytes."""
    return f'W/"{sha256(repr((shared.name, *shared.entries)).encode()).hexdigest()[:32]}"'
