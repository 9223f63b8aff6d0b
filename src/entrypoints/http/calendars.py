"""`/bookings/{id}/calendar.ics`, `/providers/me/calendar…` and `/users/me/calendar…`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Annotated, Any, Final

from litestar import Request, Response, Router, delete, get, post
from litestar.params import FromPath
from msgspec import Meta

from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import BookingId, SessionId
from booking_domain.use_cases.bookings.queries import get_appointment
from booking_domain.use_cases.calendars import queries as shared_calendars
from booking_domain.use_cases.calendars.files import CalendarFiles
from booking_domain.use_cases.calendars.links import (
    NewCalendarLink,
    change_calendar_link,
    change_provider_calendar_link,
    entry,
    remove_calendar_link,
    remove_provider_calendar_link,
)
from booking_domain.use_cases.calendars.queries import SharedCalendar
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import NOT_MODIFIED, IfNoneMatch, etag, matches
from entrypoints.http.kit.fields import Json, Query, Timestamp
from entrypoints.http.kit.idempotency import CONFIDENTIAL
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.negotiation import language_for
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.running import Run
from entrypoints.http.kit.turns import TURN_ERRORS, Turn
from entrypoints.languages.documents import said
from entrypoints.settings.main import Settings

FILE: Final = "\r\n".join(  # noqa: FLY002 - one line a line
    (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//booking-domain//bookings//EN",
        "METHOD:PUBLISH",
        "NAME:BK-7F3K9Q",
        "BEGIN:VEVENT",
        "UID:0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03@booking",
        "SEQUENCE:0",
        "DTSTAMP:20261120T031500Z",
        "DTSTART:20261123T020000Z",
        "DTEND:20261123T030000Z",
        "STATUS:TENTATIVE",
        "SUMMARY:Studio Nomad",
        "DESCRIPTION:BK-7F3K9Q: pending",
        "LOCATION:Peace Avenue 17\\, Ulaanbaatar",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
)


class CalendarQuery(Query, frozen=True, kw_only=True):
    """The secret of the calendar."""

    token: Annotated[str, Meta(max_length=200)] = ""
    """The secret of the calendar link."""


class CalendarLinkJson(Json, frozen=True, kw_only=True):
    """The secret URL of a calendar. It is shown once."""

    url: str
    created_at: Timestamp


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


async def _answer(
    shared_now: Callable[[datetime], Awaitable[SharedCalendar]],
    if_none_match: str | None,
    calendar_files: CalendarFiles,
    clock: Clock,
    turn: Turn,
) -> Response[str]:
    """The calendar as a file, or 304."""
    now = clock.now()
    async with turn.dear() as computing:
        shared = await shared_now(now)
        found = await computing.run(partial(calendar_file, shared, if_none_match, calendar_files, now))
    headers = {"ETag": found.tag, **_PRIVATE}
    if found.file is None:
        return Response("", status_code=NOT_MODIFIED, media_type=ICALENDAR, headers=headers)
    return Response(found.file.decode(), media_type=ICALENDAR, headers=headers)


def _tag(shared: SharedCalendar) -> str:
    """A weak tag (RFC 9110 §8.8.1) of the contents: the same calendar can be written in different bytes."""
    return f'W/"{sha256(repr((shared.name, *shared.entries)).encode()).hexdigest()[:32]}"'


@get(
    "/bookings/{booking_id:str}/calendar.ics",
    media_type=ICALENDAR,
    opt=documented(get_appointment, answer=FILE, headers=("ETag", "Content-Disposition")),
)
async def get_booking_file(  # noqa: PLR0917
    request: Request[Any, Any, Any],
    booking_id: FromPath[BookingId],
    actor: Injected[Actor],
    reads: Injected[Reads],
    calendar_files: Injected[CalendarFiles],
    clock: Injected[Clock],
) -> Response[str]:
    """Return a booking as an iCalendar file, to its parties and admins, in the caller's language.

    The file of a later version has a higher SEQUENCE under the same UID, so a calendar updates its entry.
    """
    found = await get_appointment(actor, booking_id, reads.appointments)
    booking = found.appointment.booking
    shown = entry(found.appointment, found.party, said, language_for(request))
    file = calendar_files.write([shown], name=booking.reference, now=clock.now())
    headers = {"Content-Disposition": f'attachment; filename="{booking.reference}.ics"', **etag(booking.version)}
    return Response(file.decode(), media_type=ICALENDAR, headers=headers)


@post(
    "/providers/me/calendar-link",
    opt=documented(change_provider_calendar_link, no_idempotency_key=CONFIDENTIAL),
    operation_id="renewProviderCalendarLink",
)
async def change_provider_link(
    session_id: Injected[SessionId], run: Injected[Run], settings: Injected[Settings]
) -> CalendarLinkJson:
    """Create or change the secret URL of the caller's calendar as a provider.

    Calendar programs can subscribe to the URL; it gives read access to the calendar and nothing else. An account has
    one secret: earlier URLs stop working at once, including that of `/users/me`. Each call creates a new secret, which
    cannot be shown again.
    """
    link = await run(change_provider_calendar_link, session_id)
    return _shown(link, "providers", settings)


@post(
    "/users/me/calendar-link",
    opt=documented(change_calendar_link, no_idempotency_key=CONFIDENTIAL),
    operation_id="renewMyCalendarLink",
)
async def change_link(
    session_id: Injected[SessionId], run: Injected[Run], settings: Injected[Settings]
) -> CalendarLinkJson:
    """Create or change the secret URL of the caller's calendar as a customer.

    Calendar programs can subscribe to the URL; it gives read access to the calendar and nothing else. An account has
    one secret: earlier URLs stop working at once, including that of `/providers/me`. Each call creates a new secret,
    which cannot be shown again.
    """
    link = await run(change_calendar_link, session_id)
    return _shown(link, "users", settings)


@delete(
    "/providers/me/calendar-link",
    opt=documented(remove_provider_calendar_link),
    operation_id="deleteProviderCalendarLink",
)
async def remove_provider_link(session_id: Injected[SessionId], run: Injected[Run]) -> None:
    """Revoke the secret URLs of the caller's calendars."""
    await run(remove_provider_calendar_link, session_id)


@delete("/users/me/calendar-link", opt=documented(remove_calendar_link), operation_id="deleteMyCalendarLink")
async def remove_link(session_id: Injected[SessionId], run: Injected[Run]) -> None:
    """Revoke the secret URLs of the caller's calendars."""
    await run(remove_calendar_link, session_id)


@get(
    "/providers/me/calendar.ics",
    media_type=ICALENDAR,
    opt=PUBLIC | documented(shared_calendars.get_provider_calendar, raises=TURN_ERRORS, answer=FILE),
)
async def get_provider_calendar(
    params: Injected[CalendarQuery],
    reads: Injected[Reads],
    *,
    calendar_files: Injected[CalendarFiles],
    clock: Injected[Clock],
    turn: Injected[Turn],
    if_none_match: IfNoneMatch = None,
) -> Response[str]:
    """Return the calendar of the provider that the token identifies, in the language of the account.

    It contains bookings from 90 days ago on, at most 5,000. Cancelled and expired bookings are shown as cancelled
    for 30 days.
    """

    def shared(now: datetime) -> Awaitable[SharedCalendar]:
        return shared_calendars.get_provider_calendar(params.token, reads, now=now, say=said)

    return await _answer(shared, if_none_match, calendar_files, clock, turn)


@get(
    "/users/me/calendar.ics",
    media_type=ICALENDAR,
    opt=PUBLIC | documented(shared_calendars.get_customer_calendar, raises=TURN_ERRORS, answer=FILE),
)
async def get_calendar(
    params: Injected[CalendarQuery],
    reads: Injected[Reads],
    *,
    calendar_files: Injected[CalendarFiles],
    clock: Injected[Clock],
    turn: Injected[Turn],
    if_none_match: IfNoneMatch = None,
) -> Response[str]:
    """Return the calendar of the customer that the token identifies, in the language of the account.

    It contains bookings from 90 days ago on, at most 5,000. Cancelled and expired bookings are shown as cancelled
    for 30 days.
    """

    def shared(now: datetime) -> Awaitable[SharedCalendar]:
        return shared_calendars.get_customer_calendar(params.token, reads, now=now, say=said)

    return await _answer(shared, if_none_match, calendar_files, clock, turn)


def _shown(link: NewCalendarLink, whose: str, settings: Settings) -> CalendarLinkJson:
    url = f"{settings.public_url}/api/v1/{whose}/me/calendar.ics?token={link.secret}"
    return CalendarLinkJson(url=url, created_at=link.created_at)


routes: Final = Router(
    "/",
    route_handlers=[
        get_booking_file,
        change_provider_link,
        change_link,
        remove_provider_link,
        remove_link,
        get_provider_calendar,
        get_calendar,
    ],
)
