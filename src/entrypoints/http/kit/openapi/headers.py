"""The headers that answers carry."""

from typing import Any, Final

from litestar.handlers import HTTPRouteHandler
from litestar.params import HeaderParameter

from booking_domain.shared.errors import DomainError, TooMany, Unauthenticated, Unavailable
from booking_domain.shared.languages import FALLBACK, LANGUAGES
from entrypoints.http.kit.documentation import Documentation
from entrypoints.http.kit.openapi.signatures import Schemas, answer_type
from entrypoints.http.kit.problems import STATUS
from entrypoints.http.kit.rate_limits import class_of

References = dict[str, dict[str, str]]


def _header(description: str, example: str, *, always: bool = False, **schema: Any) -> dict[str, Any]:
    return {
        "description": description,
        "required": always,
        "schema": {"type": "string", **schema},
        "example": example,
    }


HEADERS: Final = {
    "X-Request-Id": _header(
        "The id of the request: the caller's, or one of ours.",
        "0199f3a9-5e7f-7a31-8c44-2b9d6f1e8a70",
        always=True,
        pattern="^[A-Za-z0-9._-]{1,64}$",
    ),
    "Cache-Control": _header("Who may keep the answer.", "no-store", always=True),
    "RateLimit-Policy": _header("How many requests are let through in how many seconds.", '"read";q=12000;w=60'),
    "RateLimit": _header(
        "How many of them are left, and in how many seconds there is room for one more.", '"read";r=11999;t=60'
    ),
    "ETag": _header(
        "The version of what is shown, for `If-Match` and `If-None-Match`.", '"1"', pattern='^(W/)?"[!#-~]+"$'
    ),
    "Location": _header("Where what was made is found.", "/api/v1/bookings/0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03"),
    "Content-Disposition": _header("The name of the file.", 'attachment; filename="BK-7Q2M9X.ics"'),
    "Idempotency-Replayed": _header(
        "There if the answer is that of an earlier request under the same key.", "true", enum=["true"]
    ),
    "Content-Language": _header("The language of the messages.", FALLBACK, always=True, enum=list(LANGUAGES)),
    "WWW-Authenticate": _header("How to say who one is.", "Bearer", always=True),
    "Retry-After": _header("In how many seconds to try again.", "2", always=True, pattern="^[0-9]+$"),
}
"""The components."""
_LIMITS: Final = ("RateLimit-Policy", "RateLimit")
_OF_FAMILIES: Final[dict[type[DomainError], str]] = {
    Unauthenticated: "WWW-Authenticate",
    TooMany: "Retry-After",
    Unavailable: "Retry-After",
}


def headers_of_success(handler: HTTPRouteHandler, said: Documentation, schemas: Schemas) -> References:
    """Of the answer that was hoped for: an `ETag` where a version is shown, or named by the caller."""
    fields = handler.parsed_fn_signature.parameters
    conditional = any(isinstance(field.kwarg_definition, HeaderParameter) for field in fields.values())
    names = ["ETag"] if conditional or schemas.has_member(answer_type(handler), "version") else []
    names += ["Idempotency-Replayed"] if "runner" in fields else []
    return headers_of_any(handler) | _references(*names, *said.headers)


def headers_of_unchanged(handler: HTTPRouteHandler) -> References:
    """Of 304."""
    return headers_of_any(handler) | _references("ETag")


def headers_of_problem(handler: HTTPRouteHandler, status: int) -> References:
    """Of a problem."""
    names = [name for family, name in _OF_FAMILIES.items() if STATUS[family] == status]
    return headers_of_any(handler) | _references("Content-Language", *names)


def headers_of_any(handler: HTTPRouteHandler) -> References:
    """Of every answer of the operation."""
    return _references("X-Request-Id", "Cache-Control", *(() if class_of(handler) is None else _LIMITS))


def takes_if_none_match(handler: HTTPRouteHandler) -> bool:
    """Whether the answer may be 304."""
    fields = handler.parsed_fn_signature.parameters.values()
    named = (field.kwarg_definition for field in fields)
    return any(isinstance(each, HeaderParameter) and each.name == "If-None-Match" for each in named)


def _references(*names: str) -> References:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
