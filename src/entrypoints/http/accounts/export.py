"""The sessions, attempts to sign in and identities of an exported account."""

from typing import Final

import msgspec

from booking_domain.identity.code_history import CodeFilter
from booking_domain.identity.external_identities import ExternalIdentity
from booking_domain.identity.sessions import Session
from entrypoints.http.accounts import examples
from entrypoints.http.accounts.issued_codes import CodeJson, code_json
from entrypoints.http.accounts.schemas import LoginJson, login_json
from entrypoints.http.accounts.session_schemas import DeviceJson, device_json
from entrypoints.http.kit.exporting import ExportSource, items, value
from entrypoints.http.kit.fields import Json, Timestamp
from entrypoints.http.kit.projection import projection


class ExportedSessionJson(DeviceJson, frozen=True, kw_only=True):
    """A session, live or ended."""

    ended_at: Timestamp | None = None
    """When it ended."""


class ExportedIdentityJson(Json, frozen=True, kw_only=True):
    """An identity at another service, with which the user signs in."""

    service: str
    subject: str
    """The service's id of the user."""
    linked_at: Timestamp


def _session(session: Session) -> ExportedSessionJson:
    """Show a session, live or ended."""
    return ExportedSessionJson(**msgspec.structs.asdict(device_json(session)), ended_at=session.ended_at)


_identity: Final = projection(ExternalIdentity, ExportedIdentityJson, service="provider")


async def _identities(source: ExportSource) -> list[ExportedIdentityJson]:
    return [_identity(each) for each in await source.reads.external_identities.of_user(source.user.id)]


_MOST_CODES: Final = 1_000
"""More than an account can be sent in the 30 days of the history: at most ten a day for each contact."""
_DEVICE: Final = {name: value for name, value in examples.SESSIONS["items"][0].items() if name != "current"}
SESSIONS: Final = items(
    "sessions",
    ExportedSessionJson,
    lambda source, after: source.reads.sessions.of_user(source.user.id, after, source.page),
    _session,
    about="The sessions of the account.",
)
LOGIN_HISTORY: Final = items(
    "login_history",
    LoginJson,
    lambda source, after: source.reads.login_history.of_user(source.user.id, after, source.page),
    login_json,
    about="The attempts to sign in to the account.",
)


async def _codes(source: ExportSource) -> list[CodeJson]:
    found = await source.reads.code_history.page(CodeFilter(user_id=source.user.id, limit=_MOST_CODES))
    return [code_json(code, source.now) for code in found]


CODES: Final = value(
    "codes",
    tuple[CodeJson, ...],
    _codes,
    about="The one-time codes that were issued; not the codes themselves.",
)
IDENTITIES: Final = value(
    "identities",
    tuple[ExportedIdentityJson, ...],
    _identities,
    about="The identities of other services that are linked to the account.",
)
