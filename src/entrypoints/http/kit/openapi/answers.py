"""The responses of an operation: success and problems."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from litestar.handlers import HTTPRouteHandler

from booking_domain.identity.blocked_networks import AddressBlocked, AddressNotAllowed
from booking_domain.identity.errors import InvalidCsrfToken, InvalidToken, ProfileIncomplete, SecondFactorRequired
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import ConcurrentChange, DomainError, InvalidValue, NotPermitted, StorageUnavailable
from booking_domain.shared.executor import UseCase
from booking_domain.shared.idempotency import KeyReused, RequestInFlight
from booking_domain.shared.permissions import PERMISSIONS, Permission
from booking_domain.shared.rate_limits import RateLimited
from entrypoints.http.kit.documentation import KEY, Documentation
from entrypoints.http.kit.idempotency import takes_key
from entrypoints.http.kit.openapi.headers import (
    References,
    headers_of_problem,
    headers_of_success,
    headers_of_unchanged,
    takes_if_none_match,
)
from entrypoints.http.kit.openapi.signatures import Schemas, answer_type
from entrypoints.http.kit.problems import CODES_OF_ANY_ROUTE, DETAILS, MEDIA_TYPE, Problem, status_of
from entrypoints.http.kit.rate_limits import class_of
from entrypoints.http.kit.refusals import INVALID
from entrypoints.http.kit.request_guard import ACCESS, needs_one_factor, serves_pending

_PARAMETER: Final = re.compile(r"\{(\w+)[^}]*\}")
_OF_ANY: Final = (
    AddressBlocked,
    AddressNotAllowed,
    ConcurrentChange,
    InvalidCsrfToken,
    InvalidToken,
    InvalidValue,
    KeyReused,
    NotPermitted,
    ProfileIncomplete,
    RateLimited,
    RequestInFlight,
    SecondFactorRequired,
    StorageUnavailable,
)
"""What the kit around the operations may answer with."""
_ABOUT_ANY: Final = (
    "What every operation may answer besides, as far as it takes a token, a body, a key; `WWW-Authenticate` comes with "
    "401, `Retry-After` with 429 and 503."
)
_ABOUT_CODES: Final = "What is wrong. Later versions add codes: a client treats an unknown one by its status."
PROBLEM: Final = {
    "type": "/problems/booking.slot_taken",
    "title": "Conflict",
    "status": 409,
    "detail": "This slot was just taken.",
    "instance": "/api/v1/bookings",
    "code": "booking.slot_taken",
    "requestId": "0199f3a9-5e7f-7a31-8c44-2b9d6f1e8a70",
}
"""The example of all problems."""
_INPUT: Final = (400, "validation.invalid_input", INVALID)
_LARGE: Final = (413, "validation.body_too_large", DETAILS[413])
_TYPE: Final = (415, "validation.unsupported_media_type", "The body must be of the type application/json.")
_BUG: Final = (500, "service.internal_error", DETAILS[500])


def success(handler: HTTPRouteHandler, said: Documentation, schemas: Schemas) -> dict[str, Any]:
    """The successful response."""
    answer = answer_type(handler)
    found = _response("Done." if answer is None else "Success.", headers_of_success(handler, said, schemas))
    if answer is not None:
        text = str(getattr(handler.media_type, "value", handler.media_type))
        media_type = text if answer is str else "application/json"
        found["content"] = {media_type: schemas.shown(answer, said.answer)}
        found["content"] |= {media_type: {} for media_type in said.files}
    return found


def further(handler: HTTPRouteHandler, said: Documentation, schemas: Schemas) -> dict[str, Any]:
    """Further responses: one with another body, 204 if documented, 304 if the route takes `If-None-Match`."""
    found: dict[str, Any] = {}
    if said.instead is not None:
        status, when, kind = said.instead
        found[str(status)] = _response(when, {}) | {"content": {"application/json": schemas.shown(kind, None)}}
    if said.nothing is not None:
        found["204"] = _response(said.nothing, {})
    if takes_if_none_match(handler):
        found["304"] = _response("Not modified.", headers_of_unchanged())
    return found


def problems(handler: HTTPRouteHandler, schemas: Schemas) -> dict[str, Any]:
    """The problems by status that not every operation may answer with, and a reference to `any_problem`."""
    by_status: defaultdict[int, list[str]] = defaultdict(list)
    for error in errors_of(handler):
        if error not in _OF_ANY:
            by_status[status_of(error)].append(f"`{error.code}`")
    return {
        str(status): _response(", ".join(dict.fromkeys(codes)), headers_of_problem(status)) | _problem(schemas)
        for status, codes in sorted(by_status.items())
    } | {"default": {"$ref": "#/components/responses/AnyProblem"}}


def any_problem(schemas: Schemas) -> dict[str, Any]:
    """The response that says what every operation may answer."""
    by_status: defaultdict[int, list[str]] = defaultdict(list)
    for status, code, _ in (*map(_said, _OF_ANY), _INPUT, _LARGE, _TYPE, _BUG):
        by_status[status].append(f"`{code}`")
    listed = "\n".join(f"- {status}: {', '.join(codes)}" for status, codes in sorted(by_status.items()))
    return _response(f"{_ABOUT_ANY}\n\n{listed}", {}) | _problem(schemas)


def _problem(schemas: Schemas) -> dict[str, Any]:
    return {"content": {MEDIA_TYPE: {"schema": schemas.of(Problem)}}}


def codes_of(handlers: Iterable[HTTPRouteHandler]) -> dict[str, Any]:
    """The schema of the codes of all documented problems, with what they say."""
    said = {code: message for handler in handlers for _, code, message in _known(handler)}
    codes = sorted(said.keys() | CODES_OF_ANY_ROUTE)
    meanings = "\n".join(f"- `{code}`: {said[code]}" for code in codes if code in said)
    return {"type": "string", "enum": codes, "description": f"{_ABOUT_CODES}\n\n{meanings}"}


def _known(handler: HTTPRouteHandler) -> list[tuple[int, str, str]]:
    """Status, code and message of each problem of a route."""
    return [*map(_said, errors_of(handler)), _INPUT, _LARGE, _TYPE, _BUG]


def _said(error: type[DomainError]) -> tuple[int, str, str]:
    return status_of(error), error.code, _message(error)


def _response(description: str, headers: References) -> dict[str, Any]:
    return {"description": description, **({"headers": headers} if headers else {})}


def errors_of(handler: HTTPRouteHandler) -> list[type[DomainError]]:
    """The domain errors of a route: those of the operations that it runs, and those of the kit around it."""
    said: Documentation = handler.opt.get(KEY) or Documentation()
    use_cases = [operation for operation in said.runs if isinstance(operation, UseCase)]
    found = [*said.errors, StorageUnavailable]
    if use_cases:
        found.append(ConcurrentChange)
    if class_of(handler) is not None:
        found += [RateLimited, AddressBlocked]
    if handler.opt.get(ACCESS) != "public":
        found += [InvalidToken, AddressNotAllowed]
        if not handler.http_methods <= {"GET"}:
            found.append(InvalidCsrfToken)
        if not needs_one_factor(handler):
            found.append(SecondFactorRequired)
        if not serves_pending(handler):
            found.append(ProfileIncomplete)
        if any(not _for_everyone(use_case.action) for use_case in use_cases):
            found.append(NotPermitted)
    if "session_mode" in handler.parsed_fn_signature.parameters:
        found.append(InvalidCsrfToken)
    if takes_key(handler):
        found += [KeyReused, RequestInFlight]
    return found


def _for_everyone(action: Permission) -> bool:
    return PERMISSIONS[action].keys() >= set(Role) - {Role.SYSTEM}


def _message(error: type[DomainError]) -> str:
    return _PARAMETER.sub(r"<\1>", error.template())
