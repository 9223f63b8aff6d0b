"""`GET /users/me/export`: all personal data of an account, as one JSON document that is streamed.

Memory is bounded, however much data there is: pages are read one after the other, each on its own connection.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar, cast
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.response import Stream

from booking_domain.bookings.ports import BookingFilter
from booking_domain.identity.model import User
from booking_domain.identity.queries import get_own_live_account
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import SessionId
from booking_domain.workflows.ports import Reads
from entrypoints.http.accounts.schemas import login_json
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import EXPORT, limited_as
from entrypoints.http.salons.schemas import salon_json
from entrypoints.http.users.examples import EXPORT as EXAMPLE
from entrypoints.http.users.export_schemas import (
    ExportJson,
    exported_booking,
    exported_identity,
    exported_provider,
    exported_session,
    exported_text,
)
from entrypoints.http.users.schemas import account_json, preferences_json
from entrypoints.http.waitlist.schemas import waiting_json

PAGE: Final = 100
_HEADERS: Final = {"Content-Disposition": 'attachment; filename="my-account.json"'}
_encode: Final = msgspec.json.Encoder().encode


class _WithId(Protocol):
    @property
    def id(self) -> UUID: ...


Item = TypeVar("Item", bound=_WithId)


@get(
    "/export",
    media_type="application/json",
    opt=limited_as(EXPORT) | documented(get_own_live_account, answer=EXAMPLE, headers=("Content-Disposition",)),
)
async def export_account(
    actor: Injected[Actor], session_id: Injected[SessionId], reads: Injected[Reads], clock: Injected[Clock]
) -> Response[ExportJson]:
    """Export all data about you, as a file.

    The account and its preferences, sessions and attempts to sign in, bookings as a customer and as a provider with
    their events and payments, identities at other services, places on waiting lists, the profile and calendar of a
    provider, salons, and which text messages were sent. Secrets are not in it: a password, codes, tokens, addresses of
    external calendars. The session of the access token must be live.
    """
    user = await get_own_live_account(actor, session_id, reads.users, reads.sessions, now=clock.now())
    written = _written(user, reads, clock.now())
    return cast("Response[ExportJson]", Stream(written, media_type="application/json", headers=_HEADERS))


async def _written(user: User, reads: Reads, now: datetime) -> AsyncIterator[bytes]:
    yield b'{"exportedAt":' + _encode(now)
    yield b',"account":' + _encode(account_json(user))
    yield b',"preferences":' + _encode(preferences_json(user))
    sections: dict[str, AsyncIterator[Sequence[msgspec.Struct]]] = {
        "sessions": _pages(lambda after: reads.sessions.of_user(user.id, after, PAGE), exported_session),
        "loginHistory": _pages(lambda after: reads.login_history.of_user(user.id, after, PAGE), login_json),
        "bookings": _bookings(user, reads),
        "waitingList": _pages(lambda after: reads.waiting_list.of_customer(user.id, after), waiting_json),
        "textMessages": _pages(lambda after: reads.sms.of_user(user.id, after, PAGE), exported_text),
    }
    for name, pages in sections.items():
        yield f',"{name}":['.encode()
        first = True
        async for page in pages:
            yield b"".join((b"" if first else b",", _encode(page)[1:-1]))
            first = False
        yield b"]"
    yield b',"provider":' + _encode(await exported_provider(user, reads, now))
    identities = [exported_identity(each) for each in await reads.external_identities.of_user(user.id)]
    yield b',"identities":' + _encode(identities)
    yield b',"salons":' + _encode([salon_json(salon) for salon in await reads.salons.of_manager(user.id)]) + b"}"


async def _pages(
    read: Callable[[Any], Awaitable[Sequence[Item]]], show: Callable[[Item], msgspec.Struct]
) -> AsyncIterator[Sequence[msgspec.Struct]]:
    after = None
    while found := await read(after):
        yield [show(item) for item in found]
        after = found[-1].id


async def _bookings(user: User, reads: Reads) -> AsyncIterator[Sequence[msgspec.Struct]]:
    """The bookings that the user is a party to, also if the user is an admin."""
    after = None
    while found := await reads.bookings.page(user.id, BookingFilter(after=after, limit=PAGE)):
        ids = [booking.id for booking in found]
        events = await reads.bookings.events_of_each(ids)
        payments, refunds = await reads.payments.of_each_booking(ids), await reads.refunds.of_each_booking(ids)
        yield [
            exported_booking(booking, events[booking.id], payments[booking.id], refunds[booking.id])
            for booking in found
        ]
        after = found[-1].id
