"""`GET /users/me/export`: all personal data of an account, streamed as one JSON document."""

from collections.abc import AsyncIterator, Sequence
from types import NoneType
from typing import Annotated, Any, Final, cast, get_args

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream
from msgspec import Meta, Struct, defstruct

from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.identity.queries import get_own_live_account
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.exporting import ExportSection, ExportSource, encode, value
from entrypoints.http.kit.fields import Json, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.problems import camel
from entrypoints.http.kit.rate_limits import EXPORT, limited_as
from entrypoints.http.users.schemas import AccountJson, PreferencesJson, account_json, preferences_json

PAGE: Final = 100
_ExportedAt = Annotated[Timestamp, Meta(description="When the export was made.")]
_HEADERS: Final = {"Content-Disposition": 'attachment; filename="my-account.json"'}


async def _account(source: ExportSource) -> AccountJson:
    return account_json(source.user, source.links)


async def _preferences(source: ExportSource) -> PreferencesJson:
    return preferences_json(source.user)


_OWN: Final = (
    value("account", AccountJson, _account, about="The account's own data."),
    value("preferences", PreferencesJson, _preferences, about="The user's preferences for messages."),
)


def export_document(sections: Sequence[ExportSection]) -> type[Struct]:
    """The type of the document: one field for each section."""
    fields = [("exported_at", _ExportedAt), *(_field(each) for each in (*_OWN, *sections))]
    about = {"__doc__": "All data about an account."}
    return defstruct("ExportJson", fields, bases=(Json,), frozen=True, kw_only=True, namespace=about)


def _field(section: ExportSection) -> tuple[str, Any] | tuple[str, Any, None]:
    kind: Any = Annotated[section.kind, Meta(description=section.about)]
    optional = NoneType in get_args(section.kind)
    return (section.name, kind, None) if optional else (section.name, kind)


def export_route(sections: Sequence[ExportSection]) -> HTTPRouteHandler:
    """Return the handler that exports the account and these sections of other resources."""
    document, every = export_document(sections), (*_OWN, *sections)

    @get(
        "/users/me/export",
        media_type="application/json",
        opt=limited_as(EXPORT) | documented(get_own_live_account, headers=("Content-Disposition",)),
    )
    async def export_account(
        actor: Injected[Actor],
        session_id: Injected[SessionId],
        reads: Injected[Reads],
        clock: Injected[Clock],
        object_storage: Injected[ObjectLinks],
    ) -> Response[document]:  # type: ignore[valid-type]
        """Export all data about you, as a file.

        The account and its preferences, sessions and attempts to sign in, bookings as a customer and as a provider with
        their events and payments, identities at other services, places on waiting lists, which providers may place
        bookings for you, the profile and calendar of a provider, salons, and which text messages were sent. Secrets are
        left out: password, codes, tokens, addresses of external calendars. The session of the access token must be
        live.
        """
        user = await get_own_live_account(actor, session_id, reads.users, reads.sessions, now=clock.now())
        source = ExportSource(user=user, reads=reads, links=object_storage, now=clock.now(), page=PAGE)
        written = _written(source, every)
        return cast("Response[Any]", Stream(written, media_type="application/json", headers=_HEADERS))

    return export_account


async def _written(source: ExportSource, sections: Sequence[ExportSection]) -> AsyncIterator[bytes]:
    yield b'{"exportedAt":' + encode(source.now)
    for section in sections:
        name = f',"{camel(section.name)}":'.encode()
        async for part in section.write(source):
            yield name + part
            name = b""
    yield b"}"
