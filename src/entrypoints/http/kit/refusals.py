"""Requests that are rejected before they reach the domain, with pointers to the invalid parts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

_STEP: Final = re.compile(r"\.([^.\[]+)|\[([0-9]+)\]")
INVALID: Final = "The request is not valid."
_LONGEST: Final = 300
_FIELD: Final = re.compile(r"^Object (?:missing required|contains unknown) field `(.*)`$", re.DOTALL)


class InputError(Struct, frozen=True, kw_only=True):
    """A problem and its place: a JSON pointer into the body, or `/query/…`, `/path/…`, `/header/…`."""

    pointer: str
    """The value, as a JSON pointer (RFC 6901) into the request."""
    message: str
    """What is wrong with the value, in the caller's language."""


@dataclass(eq=False, kw_only=True)
class Refusal(Exception):
    """The request is invalid for every client."""

    status: int
    code: str
    detail: str
    errors: tuple[InputError, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def invalid_input(pointer: str, message: str) -> Refusal:
    """Return the refusal of a request with one invalid part."""
    return invalid_inputs([InputError(pointer=pointer[:_LONGEST], message=_shortened(message))])


def invalid_inputs(errors: Iterable[InputError]) -> Refusal:
    """Return the refusal of a request with these invalid parts."""
    return Refusal(status=400, code="validation.invalid_input", detail=INVALID, errors=tuple(errors))


def located(message: str, *, within: str = "") -> InputError:
    """Convert a message of msgspec (`Expected … - at `$.a[0].b``) to an error with a pointer."""
    text, _, path = message.rpartition(" - at `$")
    if not text:
        text, path = message, ""
    pointer = within + "".join("/" + escaped(name or index) for name, index in _STEP.findall(path.rstrip("`")))
    if (field := _FIELD.match(text)) is not None:
        pointer += "/" + escaped(field[1])
    return InputError(pointer=pointer[:_LONGEST], message=_shortened(text))


def _shortened(message: str) -> str:
    """Shorten the middle of a long message, which quotes the input."""
    half = _LONGEST // 2
    return message if len(message) <= _LONGEST else f"{message[: half - 1]}…{message[-half:]}"


def escaped(name: str) -> str:
    """Return a name as a step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
