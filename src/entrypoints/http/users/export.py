"""`GET /users/me/export`: all personal data of an account, as one JSON document that is streamed."""

from collections.abc import AsyncIterator
from typing import Final, cast

from litestar import Response, get
from litestar.response import Stream

from booking_domain.identity.queries import get_own_live_account
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import SessionId
from booking_domain.workflows.ports import Reads
from entrypoints.http.accounts.export import IDENTITIES, LOGIN_HISTORY, SESSIONS
from entrypoints.http.bookings.export import BOOKINGS
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.exporting import ExportSource, encode, value
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import EXPORT, limited_as
from entrypoints.http.providers.export import PROVIDER
from entrypoints.http.reviews.schemas import REVIEWS
from entrypoints.http.salons.export import SALONS
from entrypoints.http.sms.export import TEXT_MESSAGES
from entrypoints.http.users.examples import EXPORT as EXAMPLE
from entrypoints.http.users.export_schemas import ExportJson
from entrypoints.http.users.schemas import AccountJson, PreferencesJson, account_json, preferences_json
from entrypoints.http.waitlist.export import WAITING_LIST

PAGE: Final = 100
_HEADERS: Final = {"Content-Disposition": 'attachment; filename="my-account.json"'}


async def _account(source: ExportSource) -> AccountJson:
    return account_json(source.user)


async def _preferences(source: ExportSource) -> PreferencesJson:
    return preferences_json(source.user)


SECTIONS: Final = (
    value("account", _account),
    value("preferences", _preferences),
    SESSIONS,
    LOGIN_HISTORY,
    BOOKINGS,
    WAITING_LIST,
    REVIEWS,
    TEXT_MESSAGES,
    PROVIDER,
    IDENTITIES,
    SALONS,
)
"""All sections, in the order of the document. `ExportJson` has a field for each."""


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
    written = _written(ExportSource(user=user, reads=reads, now=clock.now(), page=PAGE))
    return cast("Response[ExportJson]", Stream(written, media_type="application/json", headers=_HEADERS))


async def _written(source: ExportSource) -> AsyncIterator[bytes]:
    yield b'{"exportedAt":' + encode(source.now)
    for section in SECTIONS:
        yield f',"{section.name}":'.encode()
        async for part in section.write(source):
            yield part
    yield b"}"
