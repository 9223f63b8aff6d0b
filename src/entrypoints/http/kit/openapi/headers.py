"""The response headers of an operation; `ABOUT` describes those of every response."""

from typing import Any, Final

from litestar.handlers import HTTPRouteHandler
from litestar.params import HeaderParameter

from booking_domain.shared.errors import DomainError, TooMany, Unauthenticated, Unavailable
from entrypoints.http.kit.documentation import Documentation
from entrypoints.http.kit.idempotency import takes_key
from entrypoints.http.kit.openapi.signatures import Schemas, answer_type
from entrypoints.http.kit.problems import STATUS

References = dict[str, dict[str, str]]


def _header(description: str, example: str, *, always: bool = False, **schema: Any) -> dict[str, Any]:
    return {
        "description": description,
        "required": always,
        "schema": {"type": "string", **schema},
        "example": example,
    }


HEADERS: Final = {
    "ETag": _header(
        "The version of the resource, for `If-Match` and `If-None-Match`.", '"1"', pattern='^(W/)?"[!#-~]+"$'
    ),
    "Location": _header("The URL of the created resource.", "/api/v1/bookings/0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03"),
    "Content-Disposition": _header("The name of the file.", 'attachment; filename="BK-7Q2M9X.ics"'),
    "Vary": _header("The headers of the request on which the answer depends.", "Accept"),
    "Idempotency-Replayed": _header(
        "Present if the response is that of an earlier request with the same key.", "true", enum=["true"]
    ),
    "X-CSRF-Token": _header("The CSRF token of a session in cookies.", "5f1d9c3a", pattern="^[0-9a-f]+$"),
    "WWW-Authenticate": _header("The authentication scheme.", "Bearer", always=True),
    "Retry-After": _header("The seconds after which to retry.", "2", always=True, pattern="^[0-9]+$"),
}
"""The components."""
_CONDITIONAL: Final = frozenset({"If-Match", "If-None-Match"})
_OF_FAMILIES: Final[dict[type[DomainError], str]] = {
    Unauthenticated: "WWW-Authenticate",
    TooMany: "Retry-After",
    Unavailable: "Retry-After",
}


def headers_of_success(handler: HTTPRouteHandler, said: Documentation, schemas: Schemas) -> References:
    """The headers of the successful response: an `ETag` if it has a version or the route is conditional."""
    versioned = not _CONDITIONAL.isdisjoint(_taken_by(handler)) or schemas.has_member(answer_type(handler), "version")
    names = ["ETag"] if versioned else []
    names += ["Idempotency-Replayed"] if takes_key(handler) else []
    return _references(*names, *said.headers)


def headers_of_unchanged() -> References:
    """The headers of 304."""
    return _references("ETag")


def headers_of_problem(status: int) -> References:
    """The headers of a problem."""
    return _references(*(name for family, name in _OF_FAMILIES.items() if STATUS[family] == status))


def takes_if_none_match(handler: HTTPRouteHandler) -> bool:
    """Whether the response may be 304."""
    return "If-None-Match" in _taken_by(handler)


def _taken_by(handler: HTTPRouteHandler) -> set[str | None]:
    """The headers of the request that are parameters of the handler."""
    declared = (field.kwarg_definition for field in handler.parsed_fn_signature.parameters.values())
    return {each.name for each in declared if isinstance(each, HeaderParameter)}


def _references(*names: str) -> References:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
