"""Calendars as HTTP answers."""

import asyncio
from datetime import datetime
from hashlib import sha256
from typing import Final

from litestar import Response

from booking_domain.workflows.calendar_files import CalendarFiles
from booking_domain.workflows.queries.calendar_files import SharedCalendar
from entrypoints.http.kit.etags import NOT_MODIFIED, matches

ICALENDAR: Final = "text/calendar"
"""Litestar adds the charset."""
_PRIVATE: Final = {"Cache-Control": "private"}
"""The response headers of every answer add `no-store` to it."""


async def calendar(
    shared: SharedCalendar, if_none_match: str | None, *, files: CalendarFiles, now: datetime
) -> Response[str]:
    """The calendar as a file, or 304 if the caller already has it."""
    headers = {"ETag": _tag(shared), **_PRIVATE}
    if matches(if_none_match, headers["ETag"]):
        return Response("", status_code=NOT_MODIFIED, media_type=ICALENDAR, headers=headers)
    # In a thread, because writing thousands of entries takes a second, which would block other requests.
    file = await asyncio.to_thread(files.write, shared.entries, name=shared.name, now=now)
    return Response(file.decode(), media_type=ICALENDAR, headers=headers)


def _tag(shared: SharedCalendar) -> str:
    """A weak tag (RFC 9110 §8.8.1) of the contents: the same calendar can be written in different bytes."""
    return f'W/"{sha256(repr((shared.name, *shared.entries)).encode()).hexdigest()[:32]}"'
