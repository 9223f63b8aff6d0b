"""Requests that are refused before any rule of the domain is asked, and where in the request the reason lies."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

_STEP: Final = re.compile(r"\.([^.\[]+)|\[([0-9]+)\]")
INVALID: Final = "The request is not valid."
_LONGEST: Final = 300
_FIELD: Final = re.compile(r"^Object (?:missing required|contains unknown) field `(.*)`$", re.DOTALL)


class InputError(Struct, frozen=True, kw_only=True):
    """What is wrong, and where: a JSON pointer into the body, or `/query/…`, `/path/…`, `/header/…`."""

    pointer: str
    message: str


@dataclass(eq=False, kw_only=True)
class Refusal(Exception):
    """The request is not one that can be carried out, whoever asks."""

    status: int
    code: str
    detail: str
    errors: tuple[InputError, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def invalid_input(pointer: str, message: str) -> Refusal:
    """Return the refusal of one part of the request."""
    error = InputError(pointer=pointer[:_LONGEST], message=_shortened(message))
    return Refusal(status=400, code="validation.invalid_input", detail=INVALID, errors=(error,))


def located(message: str, *, within: str = "") -> Refusal:
    """Turn a message of msgspec (`Expected … - at `$.a[0].b``) into a refusal with a pointer."""
    text, _, path = message.rpartition(" - at `$")
    if not text:
        text, path = message, ""
    pointer = within + "".join("/" + _escaped(name or index) for name, index in _STEP.findall(path.rstrip("`")))
    if (field := _FIELD.match(text)) is not None:
        pointer += "/" + _escaped(field[1])
    return invalid_input(pointer, text)


def _shortened(message: str) -> str:
    """Leave something out of the middle of a message that is too long: what it quotes, and not what it says."""
    half = _LONGEST // 2
    return message if len(message) <= _LONGEST else f"{message[: half - 1]}…{message[-half:]}"


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
