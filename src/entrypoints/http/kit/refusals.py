"""Requests that are rejected before they reach the domain, with pointers to the invalid parts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from entrypoints.http.kit.fields import Json

INVALID: Final = "The request is not valid."
_LONGEST: Final = 300


class Reason(StrEnum):
    """Why a value of a request is refused before a rule of the domain looks at it."""

    WRONG_TYPE = "wrong_type"
    MISSING = "missing"
    UNKNOWN_MEMBER = "unknown_member"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    OUT_OF_RANGE = "out_of_range"
    NOT_ONE_OF = "not_one_of"
    MALFORMED = "malformed"


class InputError(Json, frozen=True, kw_only=True):
    """A problem and its place: a JSON pointer into the body, or `/query/…`, `/path/…`, `/header/…`."""

    pointer: str
    """The value, as a JSON pointer (RFC 6901) into the request."""
    message: str
    """What is wrong with the value, in the caller's language."""
    reason: Reason | None = None
    """Why the value cannot be read, for programs. A value that breaks a rule has the code of the rule."""
    allowed: tuple[str | int, ...] | None = None
    """The values to choose from."""
    code: str | None = None
    """What is wrong, for programs, if it is not the code of the whole problem."""


@dataclass(eq=False, kw_only=True)
class Refusal(Exception):
    """The request is invalid for every client."""

    status: int
    code: str
    detail: str
    errors: tuple[InputError, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def invalid_input(pointer: str, message: str, reason: Reason = Reason.MALFORMED) -> Refusal:
    """Return the refusal of a request with one invalid part."""
    return invalid_inputs([input_error(pointer, message, reason)])


def invalid_inputs(errors: Iterable[InputError]) -> Refusal:
    """Return the refusal of a request with these invalid parts."""
    return Refusal(status=400, code="validation.invalid_input", detail=INVALID, errors=tuple(errors))


def input_error(pointer: str, message: str, reason: Reason, allowed: tuple[str | int, ...] | None = None) -> InputError:
    """Return the error of an invalid part; pointer and message may quote the input, and are shortened."""
    return InputError(pointer=pointer[:_LONGEST], message=_shortened(message), reason=reason, allowed=allowed)


def _shortened(message: str) -> str:
    """Shorten the middle of a long message, which quotes the input."""
    half = _LONGEST // 2
    return message if len(message) <= _LONGEST else f"{message[: half - 1]}…{message[-half:]}"


def escaped(name: str) -> str:
    """Return a name as a step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
