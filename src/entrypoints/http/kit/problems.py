"""Errors as problem details (RFC 9457): the only module that maps error families to HTTP statuses."""

import re
from collections.abc import Container, Iterable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

import msgspec
import structlog
from litestar import Request, Response
from litestar.enums import ParamType
from litestar.exceptions import HTTPException, ValidationException
from litestar.routes import HTTPRoute
from msgspec.structs import replace

from booking_domain.shared.errors import (
    Conflict,
    DomainError,
    FieldPath,
    Forbidden,
    InvalidValue,
    NotFound,
    PreconditionFailed,
    RuleViolated,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from entrypoints.http.kit.faults import fault
from entrypoints.http.kit.fields import Json
from entrypoints.http.kit.negotiation import language_for
from entrypoints.http.kit.queries import query_type
from entrypoints.http.kit.refusals import INVALID, InputError, Reason, Refusal, input_error
from entrypoints.http.kit.response_headers import request_id
from entrypoints.http.kit.security_events import note
from entrypoints.http.kit.strict_json import BODY
from entrypoints.languages.catalogues import MESSAGE, TITLE, Catalogue, catalogue_of
from entrypoints.observe.current import TRACE

MEDIA_TYPE: Final = "application/problem+json"
STATUS: Final[dict[type[DomainError], int]] = {
    NotFound: 404,
    Conflict: 409,
    RuleViolated: 422,
    Forbidden: 403,
    Unauthenticated: 401,
    PreconditionFailed: 412,
    TooMany: 429,
    Unavailable: 503,
}
PROBLEM: Final = "problem"
"""The member of a request's state with the code of the problem that answers it."""
_PARAMETER: Final = re.compile(r"\{[^}]*\}")
RETRY_AFTER_SECONDS: Final = 2
"""Sent when a service is unavailable."""
_OF_FRAMEWORK: Final = {
    400: "validation.invalid_input",
    404: "http.not_found",
    405: "http.method_not_allowed",
    413: "validation.body_too_large",
}
_REFUSED: Final = "http.refused"
CODES_OF_ANY_ROUTE: Final = frozenset(
    {*_OF_FRAMEWORK.values(), _REFUSED, "http.https_required", "http.request_timeout"}
)
"""The codes that a request may get before it reaches a route."""
DETAILS: Final = {
    404: "There is no resource at this address.",
    405: "This resource does not support the method.",
    413: "The body is too large.",
    500: "An internal error occurred; report the request id.",
}
_log: Final = structlog.get_logger("entrypoints.http")


class BookingClocks(Json, frozen=True, kw_only=True):
    """A booking whose provider changes the time zone: it stays at its moment."""

    reference: str
    before: str
    """The start with the offset of the former time zone."""
    after: str
    """The start with the offset of the new time zone."""


class Problem(Json, frozen=True, kw_only=True):
    """A problem (RFC 9457). `code` is stable; `detail` is a message in the client's language."""

    type: str
    title: str
    """The kind of the problem, in the caller's language."""
    status: int
    detail: str
    """What went wrong, in the caller's language."""
    instance: str
    """The path of the request."""
    code: str
    """What went wrong, for programs; it is stable."""
    request_id: str
    trace_id: str | None = None
    """The trace of the request, where the platform keeps traces."""
    errors: tuple[InputError, ...] | None = None
    """Each value that was refused."""
    missing: tuple[str, ...] | None = None
    """What to add before the request can succeed, for programs."""
    current_version: int | None = None
    """With `conflict.stale_version`: the version that the object has now."""
    refund_amount: int | None = None
    """With `booking.refund_changed`: what a cancellation refunds now."""
    reasons: tuple[str, ...] | None = None
    """With `booking.slot_not_offered` and `booking.time_not_available`: why, as `GET …/slots/explain` says it."""
    bookings: tuple[BookingClocks, ...] | None = None
    """With `availability.hours_in_other_zone` and `availability.bookings_in_other_zone`: bookings to come, on both
    clocks."""
    permission: str | None = None
    """With `auth.not_permitted`: the permission that the caller's role lacks."""


def status_of(error: type[DomainError]) -> int:
    """The status of the error's family; 500 for an error without a family, which is a bug."""
    return next((STATUS[family] for family in error.__mro__ if family in STATUS), 500)


def answer_exception(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Convert an exception to a problem in the caller's language."""
    says = catalogue_of(language_for(request))
    match error:
        case DomainError():
            note(request.scope, error)
            status = status_of(type(error))
            if status < HTTPStatus.INTERNAL_SERVER_ERROR or isinstance(error, Unavailable):
                detail, facts = says.error(error), error.facts
                where, headers = _errors_of(request, error, says, detail), _headers_of(error)
                return _problem(request, says, status, error.code, detail, errors=where, headers=headers, facts=facts)
        case Refusal():
            detail, where = says.word(MESSAGE, error.detail), _translated(error.errors, says)
            return _problem(request, says, error.status, error.code, detail, errors=where, headers=error.headers)
        case ValidationException():
            detail, where = says.word(MESSAGE, INVALID), _translated(_of_parameters(request, error), says)
            return _problem(request, says, 400, _OF_FRAMEWORK[400], detail, errors=where)
        case HTTPException() if error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            status = error.status_code
            code = _OF_FRAMEWORK.get(status, _REFUSED)
            allowed = (error.headers or {}).get("allow")
            headers = {} if allowed is None else {"Allow": _listed(allowed.split(", "))}
            detail = says.word(MESSAGE, DETAILS.get(status, error.detail))
            return _problem(request, says, status, code, detail, headers=headers)
        case _:
            pass
    _log.error("request failed", path=request.scope["path"], request_id=request_id(request.scope), exc_info=error)
    return _problem(request, says, 500, "service.internal_error", says.word(MESSAGE, DETAILS[500]))


def _problem(
    request: Request[Any, Any, Any],
    says: Catalogue,
    status: int,
    code: str,
    detail: str,
    *,
    errors: tuple[InputError, ...] = (),
    headers: Mapping[str, str] = MappingProxyType({}),
    facts: Mapping[str, Any] = MappingProxyType({}),
) -> Response[Any]:
    request.scope["state"][PROBLEM] = code
    trace = TRACE.get()
    problem = Problem(
        **facts,
        type=f"/problems/{code}",
        title=says.word(TITLE, HTTPStatus(status).phrase),
        status=status,
        detail=detail,
        instance=quote(request.scope["path"], errors="replace"),
        code=code,
        request_id=request_id(request.scope),
        trace_id=None if trace is None else trace.id,
        errors=errors or None,
    )
    spoken = {"Content-Language": says.language, "Vary": "Accept-Language", **headers}
    return Response(msgspec.json.encode(problem), status_code=status, media_type=MEDIA_TYPE, headers=spoken)


def _headers_of(error: DomainError) -> dict[str, str]:
    match error:
        case Unauthenticated():
            return {"WWW-Authenticate": "Bearer"}
        case TooMany():
            return {"Retry-After": str(error.parameters.get("retry_after_seconds", RETRY_AFTER_SECONDS))}
        case Unavailable():
            return {"Retry-After": str(RETRY_AFTER_SECONDS)}
        case _:
            return {}


def _errors_of(
    request: Request[Any, Any, Any], error: DomainError, says: Catalogue, detail: str
) -> tuple[InputError, ...]:
    """Map field paths to pointers into the body or, in a request without one, the query: to members that they have.

    A field that the body itself has not may be one of the only object in it that has one of this name.
    """
    handler = request.scope.get("route_handler")
    if not error.details or handler is None:
        return ()
    body = request.scope["state"].get(BODY)
    sent = None if body is None else msgspec.json.decode(body)
    found = [
        InputError(
            pointer=pointer_of(_sent(sent, path, part)),
            message=detail if part is error else says.error(part),
            reason=None if part.choices is None else Reason.NOT_ONE_OF,
            allowed=part.choices,
            code=None if part.code == error.code else part.code,
        )
        for path, part in error.details
    ]
    field = handler.parsed_data_field
    kind, place = (query_type(handler), "/query") if field is None else (field.annotation, "")
    known = getattr(kind, "__struct_encode_fields__", ())
    placed = ((each, _place(each.pointer.split("/")[1], known, sent)) for each in found)
    return tuple(replace(each, pointer=place + at + each.pointer) for each, at in placed if at is not None)


def _place(name: str, known: Container[str], sent: Any) -> str | None:
    """The pointer to the object that has this member: the body, or the only one in it. None: there is none."""
    if name in known:
        return ""
    objects = sent if isinstance(sent, dict) else {}
    inside = [each for each, value in objects.items() if isinstance(value, dict) and name in value]
    return f"/{inside[0]}" if len(inside) == 1 else None


def _sent(sent: Any, path: FieldPath, error: DomainError) -> FieldPath:
    """The field of an error, or another that its rule compares and that the body has instead."""
    if not isinstance(error, InvalidValue) or not error.besides or sent is None:
        return path
    for step in path[:-1]:
        sent = sent[camel(step) if isinstance(step, str) else step]
    name = next((name for name in (path[-1], *error.besides) if camel(str(name)) in sent), path[-1])
    return (*path[:-1], name)


def pointer_of(path: FieldPath) -> str:
    """The JSON pointer (RFC 6901) of a field of the domain; JSON has its names in camel case, as msgspec renames."""
    return "".join(f"/{camel(step) if isinstance(step, str) else step}" for step in path)


def _translated(errors: Iterable[InputError], says: Catalogue) -> tuple[InputError, ...]:
    return tuple(replace(each, message=says.word(MESSAGE, each.message)) for each in errors)


def _of_parameters(request: Request[Any, Any, Any], error: ValidationException) -> tuple[InputError, ...]:
    """Litestar's own errors: of path and header parameters, and of a missing body."""
    parameters = request.scope["route_handler"].parsed_fn_signature.parameters
    kinds = {name: each.raw for name, each in parameters.items()}
    extra = error.extra if isinstance(error.extra, list) else []
    found = []
    for item in extra:
        name, source = str(item.get("key", "")), item.get("source", "path")
        place = source.value if isinstance(source, ParamType) else str(source)
        if name == "data":
            found.append(input_error("", "A JSON body is required.", Reason.MISSING))
        else:
            found.append(fault(f"/{place}/{camel(name)}", str(item["message"]), kinds.get(name, Any)))
    return tuple(found)


def camel(name: str) -> str:
    """`provider_id` as in the JSON of the API: `providerId`."""
    head, *tail = name.split("_")
    return head + "".join(word.title() for word in tail)


def allowed_methods(request: Request[Any, Any, Any]) -> str:
    """The methods of the route's address, for `Allow`; names of parameters do not tell two addresses apart."""
    address = _PARAMETER.sub("{}", request.scope["path_template"])
    same = (
        route.methods
        for route in request.app.routes
        if isinstance(route, HTTPRoute) and _PARAMETER.sub("{}", route.path) == address
    )
    return _listed(method for methods in same for method in methods)


def _listed(methods: Iterable[str]) -> str:
    """The methods in order; HEAD is answered wherever GET is."""
    found = set(methods)
    return ", ".join(sorted(found | {"HEAD"} if "GET" in found else found))
