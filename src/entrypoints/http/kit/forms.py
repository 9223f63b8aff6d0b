"""Forms of pages: read once, bounded, and proven to come from a page of ours before the session's authority is used."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request
from litestar.handlers.base import BaseRouteHandler

from entrypoints.http.kit.refusals import Refusal, invalid_input

FORM: Final[dict[str, Any]] = {"form": True}
"""The `opt` of a route of plain forms and links: its session is kept in cookies, the CSRF token is a field."""
TOKEN: Final = "csrf"  # noqa: S105 - the name of a field
"""The field that has the session's CSRF token."""
_READ: Final = "form"
_MOST_FIELDS: Final = 100
_MOST_BYTES: Final = 64 * 1_024
_TYPE: Final = "application/x-www-form-urlencoded"

Form = Mapping[str, Sequence[str]]


def takes_form(handler: BaseRouteHandler) -> bool:
    """Whether a plain form is sent to the route."""
    return "form" in handler.opt


async def read_form(request: Request[Any, Any, Any]) -> None:
    """Read the form of a request, for `form_of`."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _TYPE:
        raise Refusal(
            status=415, code="validation.unsupported_media_type", detail="The body must be of the type of a form."
        )
    body = await request.body()
    if len(body) > _MOST_BYTES or b"%00" in body:
        raise invalid_input("", "The form is not valid.")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise invalid_input("", "The form is not valid.") from error
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    request.scope["state"][_READ] = found


def form_of(request: Request[Any, Any, Any]) -> Form:
    """The fields of the form, each with its values."""
    read: Form = request.scope["state"].get(_READ, {})
    return read
