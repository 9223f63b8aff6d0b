"""Calendars as answers."""

import asyncio
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from litestar import Response

from booking_domain.bookings.transitions import Party
from booking_domain.identity.calendar_links import CalendarLinkNotFound, digest_of
from booking_domain.identity.model import User, UserStatus
from booking_domain.shared.clock import Clock
from booking_domain.workflows.calendar_files import CalendarEntry, CalendarFiles
from booking_domain.workflows.calendar_links import calendar_of
from booking_domain.workflows.ports import Reads
from entrypoints.http.kit.etags import NOT_MODIFIED, matches

ICALENDAR: Final = "text/calendar"
"""Litestar adds the charset."""
_MINE: Final = {"Cache-Control": "private"}
"""The envelope adds `no-store` to it."""


async def user_with(token: str, reads: Reads) -> User:
    """Whose calendar the secret opens, or `CalendarLinkNotFound`."""
    user_id = await reads.calendar_links.user_of(digest_of(token))
    user = None if user_id is None else await reads.users.get(user_id)
    if user is None or user.status is not UserStatus.ACTIVE:
        raise CalendarLinkNotFound
    return user


async def calendar(
    user: User, party: Party, name: str, if_none_match: str | None, *, reads: Reads, files: CalendarFiles, clock: Clock
) -> Response[str]:
    """The calendar of one side of a user, or 304 if it is what the caller has."""
    now = clock.now()
    entries = await calendar_of(user.id, party, reads=reads.appointments, now=now)
    headers = {"ETag": _tag(name, entries), **_MINE}
    if matches(if_none_match, headers["ETag"]):
        return Response("", status_code=NOT_MODIFIED, media_type=ICALENDAR, headers=headers)
    # Thousands of entries take a second to write, in which others want to be answered.
    file = await asyncio.to_thread(files.write, entries, name=name, now=now)
    return Response(file.decode(), media_type=ICALENDAR, headers=headers)


def _tag(name: str, entries: Sequence[CalendarEntry]) -> str:
    """Of what the file says; weak (RFC 9110 §8.8.1), as the same can be written in other bytes."""
    return f'W/"{sha256(repr((name, *entries)).encode()).hexdigest()[:32]}"'
