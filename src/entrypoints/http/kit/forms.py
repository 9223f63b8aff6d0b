"""Forms of pages: read once, bounded, and proven to come from a page of ours before the session's authority is used."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.handlers.base import BaseRouteHandler

from entrypoints.http.kit.again import shows_again
from entrypoints.http.kit.refusals import Refusal, invalid_input

_ROOM: Final = "form"
FORM: Final[dict[str, Any]] = {_ROOM: 100}
"""The `opt` of a route of plain forms and links of up to 100 fields: its session is kept in cookies, the CSRF token is
a field."""
FORM_WITH_FILES: Final[dict[str, Any]] = FORM | {"files": True}
"""The same, for who is signed in, with files. The route has `request_max_body_size=MOST_BYTES_OF_FILES`."""
MOST_BYTES_OF_FILES: Final = 20 * 1_024 * 1_024
"""Of all files of a form together."""
TOKEN: Final = "csrf"  # noqa: S105 - the name of a field
"""The field that has the session's CSRF token."""
_READ: Final = "form"
_FILES: Final = "files"
_MOST_BYTES: Final = 64 * 1_024
_BYTES_A_FIELD: Final = 128
"""Of a form of many fields, most of which are ids."""
_TYPE: Final = "application/x-www-form-urlencoded"
_TYPE_WITH_FILES: Final = "multipart/form-data"

Form = Mapping[str, Sequence[str]]


def form_of_many(fields: int) -> dict[str, Any]:
    """The `opt` of a route whose largest form has so many fields."""
    return FORM | {_ROOM: fields}


def takes_form(handler: BaseRouteHandler) -> bool:
    """Whether a plain form is sent to the route."""
    return _ROOM in handler.opt


def takes_files(handler: BaseRouteHandler | None) -> bool:
    """Whether the form of the route brings files."""
    return handler is not None and "files" in handler.opt


async def read_form(request: Request[Any, Any, Any]) -> None:
    """Read the form of a request, for `form_of` and `files_of`."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == _TYPE_WITH_FILES and takes_files(request.scope["route_handler"]):
        fields = await _with_files(request)
    elif media_type == _TYPE:
        fields = _plain(await request.body(), *_room(request))
    else:
        raise Refusal(
            status=415, code="validation.unsupported_media_type", detail="The body must be of the type of a form."
        )
    found: dict[str, list[str]] = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    request.scope["state"][_READ] = found


def _room(request: Request[Any, Any, Any]) -> tuple[int, int]:
    """How many fields and bytes the form may have."""
    if shows_again(request.scope):
        return 1, sys.maxsize  # the application bounds it
    fields = request.scope["route_handler"].opt[_ROOM]
    return fields, max(_MOST_BYTES, fields * _BYTES_A_FIELD)


def _plain(body: bytes, most_fields: int, most_bytes: int) -> Sequence[tuple[str, str]]:
    if len(body) > most_bytes or b"%00" in body:
        raise invalid_input("", "The form is not valid.")
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=most_fields)
    except ValueError as error:
        raise invalid_input("", "The form is not valid.") from error


async def _with_files(request: Request[Any, Any, Any]) -> Sequence[tuple[str, str]]:
    """The fields; the files wait on the disk, and are closed with the request."""
    try:
        parts = list((await request.form()).multi_items())
    except RequestEntityTooLarge:
        raise
    except (ClientException, ValueError) as error:
        raise invalid_input("", "The form is not valid.") from error
    fields = [(name, value) for name, value in parts if isinstance(value, str)]
    size, (most_fields, most_bytes) = sum(len(name) + len(value) for name, value in fields), _room(request)
    if len(parts) > most_fields or size > most_bytes or any("\0" in value for _, value in fields):
        raise invalid_input("", "The form is not valid.")
    files: dict[str, list[UploadFile]] = {}
    for name, value in parts:
        if isinstance(value, UploadFile):
            files.setdefault(name, []).append(value)
    request.scope["state"][_FILES] = files
    return fields


def form_of(request: Request[Any, Any, Any]) -> Form:
    """The fields of the form, each with its values."""
    read: Form = request.scope["state"].get(_READ, {})
    return read


def files_of(request: Request[Any, Any, Any], name: str) -> Sequence[UploadFile]:
    """The files of a field of the form."""
    read: Mapping[str, Sequence[UploadFile]] = request.scope["state"].get(_FILES, {})
    return read.get(name, ())
