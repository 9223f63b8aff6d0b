"""The responses of an operation: success and problems."""

import re
from collections import defaultdict
from http import HTTPStatus
from typing import Any, Final

from litestar.handlers import HTTPRouteHandler

from booking_domain.identity.blocked_networks import AddressBlocked, AddressNotAllowed
from booking_domain.identity.errors import InvalidCsrfToken, InvalidToken, ProfileIncomplete, SecondFactorRequired
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import ConcurrentChange, DomainError, NotPermitted, StorageUnavailable
from booking_domain.shared.executor import UseCase
from booking_domain.shared.idempotency import KeyReused, RequestInFlight
from booking_domain.shared.permissions import PERMISSIONS, Permission
from booking_domain.shared.rate_limits import RateLimited
from entrypoints.http.kit.documentation import KEY, Documentation
from entrypoints.http.kit.openapi.headers import (
    headers_of_any,
    headers_of_problem,
    headers_of_success,
    headers_of_unchanged,
    takes_if_none_match,
)
from entrypoints.http.kit.openapi.signatures import Schemas, answer_type, body_type
from entrypoints.http.kit.problems import DETAILS, MEDIA_TYPE, Problem, status_of
from entrypoints.http.kit.rate_limits import class_of
from entrypoints.http.kit.refusals import INVALID
from entrypoints.http.kit.request_guard import ACCESS, needs_one_factor, serves_pending

_PARAMETER: Final = re.compile(r"\{(\w+)[^}]*\}")
_REQUEST_ID: Final = "0199f3a9-5e7f-7a31-8c44-2b9d6f1e8a70"
_INSTANCE: Final = "/api/v1/bookings"
"""Examples are shared by operations."""
_INPUT: Final = (400, "validation.invalid_input", INVALID)
_LARGE: Final = (413, "validation.body_too_large", DETAILS[413])
_TYPE: Final = (415, "validation.unsupported_media_type", "The body must be of the type application/json.")
_BUG: Final = (500, "service.internal_error", DETAILS[500])


def success(handler: HTTPRouteHandler, said: Documentation, schemas: Schemas) -> dict[str, Any]:
    """The successful response."""
    answer = answer_type(handler)
    found: dict[str, Any] = {
        "description": "Done." if answer is None else "Success.",
        "headers": headers_of_success(handler, said, schemas),
    }
    if answer is not None:
        text = str(getattr(handler.media_type, "value", handler.media_type))
        media_type = text if answer is str else "application/json"
        found["content"] = {media_type: {"schema": schemas.of(answer), "example": said.answer}}
        found["content"] |= {media_type: {} for media_type in said.files}
    return found


def without_body(handler: HTTPRouteHandler, said: Documentation) -> dict[str, Any]:
    """Responses without a body: 204 if documented, 304 if the route takes `If-None-Match`."""
    found: dict[str, Any] = {}
    if said.nothing is not None:
        found["204"] = {"description": said.nothing, "headers": headers_of_any(handler)}
    if takes_if_none_match(handler):
        found["304"] = {"description": "Not modified.", "headers": headers_of_unchanged(handler)}
    return found


def problems(handler: HTTPRouteHandler, schemas: Schemas) -> dict[str, Any]:
    """The problems by status, each code with an example."""
    known = [(status_of(error), error.code, _message(error)) for error in errors_of(handler)]
    known += [_INPUT, _BUG]
    if body_type(handler) is not None:
        known += [_LARGE, _TYPE]
    by_status: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for status, code, message in known:
        by_status[status][code] = message
    return {
        str(status): {
            "description": f"{HTTPStatus(status).phrase}: " + ", ".join(f"`{code}`" for code in codes),
            "headers": headers_of_problem(handler, status),
            "content": {
                MEDIA_TYPE: {
                    "schema": schemas.of(Problem),
                    "examples": {code: {"value": _example(status, code, detail)} for code, detail in codes.items()},
                }
            },
        }
        for status, codes in sorted(by_status.items())
    }


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
    if "runner" in handler.parsed_fn_signature.parameters:
        found += [KeyReused, RequestInFlight]
    return found


def _for_everyone(action: Permission) -> bool:
    return PERMISSIONS[action].keys() >= set(Role) - {Role.SYSTEM}


def _message(error: type[DomainError]) -> str:
    return _PARAMETER.sub(r"<\1>", error.template())


def _example(status: int, code: str, detail: str) -> dict[str, Any]:
    example: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": _INSTANCE,
        "code": code,
        "requestId": _REQUEST_ID,
    }
    if code == _INPUT[1]:
        example["errors"] = [{"pointer": "/slot", "message": "Expected `datetime` with a timezone component"}]
    return example
