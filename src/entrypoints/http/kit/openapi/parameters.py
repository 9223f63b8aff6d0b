"""The parameters of an operation."""

from typing import Any, Final
from uuid import UUID

from litestar.handlers import HTTPRouteHandler
from litestar.params import HeaderParameter, PathParameter

from booking_domain.identity.sessions import Platform
from entrypoints.http.kit.idempotency import HEADER, takes_key
from entrypoints.http.kit.identities import PLATFORM
from entrypoints.http.kit.openapi.signatures import Schemas, without_null
from entrypoints.http.kit.problems import camel
from entrypoints.http.kit.queries import query_type
from entrypoints.http.kit.session_cookies import MODE

_ID: Final = "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21"
_EXAMPLES: Final[dict[str, Any]] = {
    "providerId": _ID,
    "slot": "2026-11-23T03:10:00Z",
    "from": "2026-11-23",
    "to": "2026-11-30",
    "timeZone": "Asia/Ulaanbaatar",
    "durationMinutes": 60,
    "country": "MN",
    "year": 2027,
    "service": "google",
    "text": "tatt",
    "channels": ["system"],
    "limit": 20,
    "cursor": "AZnzohtAfBGaVQ1qTw6MIQ",
    "token": "pX3l0dV9o1kQm7tYh2sJb5uEw8rNc4aGf6zKi0xLvTI",
    "qpay_payment_id": "123456789012345",
}
_TAGS: Final = r'^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$'


def _header(name: str, description: str, example: str | None, **schema: Any) -> dict[str, Any]:
    """A header parameter, which is optional."""
    parameter = {"name": name, "in": "header", "description": description, "schema": {"type": "string", **schema}}
    return parameter if example is None else {**parameter, "example": example}


_IDEMPOTENCY: Final = _header(
    HEADER,
    "A repetition with the same key within 24 hours has no effect and gets the first response.",
    "monday-at-ten-7d1f3c0e",
    minLength=1,
    maxLength=255,
    pattern="^[!-~]+$",
)
_SESSION_MODE: Final = _header(MODE, "`cookie` keeps the session in cookies, for a web page.", None, enum=["cookie"])
_PLATFORM: Final = _header(
    PLATFORM,
    f"What the client runs on, for the login history: {', '.join(Platform)}. Without it, or with another value, "
    "the user agent decides.",
    "ios",
)
_HEADERS: Final[dict[str | None, dict[str, Any]]] = {
    "If-Match": _header(
        "If-Match",
        "One or more `ETag`s; 412 if none of them is the current version. `*` matches any version.",
        '"1"',
        maxLength=1000,
        pattern=_TAGS,
    ),
    "If-None-Match": _header(
        "If-None-Match",
        "An `ETag`; 304 without a body if it is current.",
        'W/"9f2b5c0d7e1a4863b0c2d4e6f8a91b3d"',
    ),
    "Last-Event-ID": _header(
        "Last-Event-ID", "The id of the last event that the client has.", "41", pattern="^[0-9]{1,18}$"
    ),
}


def parameters_of(path: str, handler: HTTPRouteHandler, schemas: Schemas) -> list[dict[str, Any]]:
    """Path, query and header parameters, each with an example."""
    found: list[dict[str, Any]] = []
    fields = handler.parsed_fn_signature.parameters
    for name, parameter in fields.items():
        if isinstance(parameter.kwarg_definition, PathParameter):
            shown = camel(name) if f"{{{camel(name)}}}" in path else "id"
            schema = (
                schemas.of(UUID)
                if getattr(parameter.annotation, "__supertype__", parameter.annotation) is UUID
                else {"type": "string", "maxLength": 64, "pattern": "^[!-~]+$"}
            )
            found.append(
                {
                    "name": shown,
                    "in": "path",
                    "required": True,
                    "description": schemas.meaning(shown),
                    "schema": schema,
                    "example": _ID,
                }
            )
        elif isinstance(parameter.kwarg_definition, HeaderParameter):
            found.append(_HEADERS[parameter.kwarg_definition.name])
    query = query_type(handler)
    if query is not None:
        found += _of_query(query, schemas)
    if takes_key(handler):
        found.append(_IDEMPOTENCY)
    if "session_mode" in fields:
        found.append(_SESSION_MODE)
    if "client" in fields:
        found.append(_PLATFORM)
    return found


def _of_query(query: Any, schemas: Schemas) -> list[dict[str, Any]]:
    members, required = schemas.members(query)
    found = []
    for name, member in members.items():
        parameter: dict[str, Any] = {"name": name, "in": "query"}
        if name in required:
            parameter["required"] = True
        schema = dict(without_null(member))
        if "description" in schema:
            parameter["description"] = schema.pop("description")
        parameter["schema"] = schema
        if name in _EXAMPLES:
            parameter["example"] = _EXAMPLES[name]
        found.append(parameter)
    return found
