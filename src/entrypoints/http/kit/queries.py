"""Query parameters, decoded into the Struct that the handler declares as `params`."""

import re
from datetime import UTC, date, datetime, time, tzinfo
from functools import cache
from typing import Any, Final, cast, get_origin
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from litestar.handlers.base import BaseRouteHandler

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import instant
from entrypoints.http.kit.faults import refusal_of
from entrypoints.http.kit.fields import Instant
from entrypoints.http.kit.refusals import invalid_input

MOST_PARAMETERS: Final = 50
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLUS_AS_SPACE: Final = re.compile(r" (?=[0-9]{2}:[0-9]{2}$)")


def query_type(handler: BaseRouteHandler) -> type[msgspec.Struct] | None:
    """The Struct of the handler's query, or None if it has none."""
    parameter = handler.parsed_fn_signature.parameters.get("params")
    return None if parameter is None else cast("type[msgspec.Struct]", parameter.annotation)


def read_query(request: Request[Any, Any, Any]) -> Any:
    """Provide `params`."""
    schema = query_type(request.scope["route_handler"])
    try:
        pairs = parse_qsl(
            request.scope["query_string"].decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError as error:
        raise invalid_input("/query", "The query is not valid.") from error
    repeatable = _repeatable(schema)
    values: dict[str, Any] = dict(pairs) | {
        each: [value for name, value in pairs if name == each] for each in repeatable & dict(pairs).keys()
    }
    forgiving = schema is not None and not schema.__struct_config__.forbid_unknown_fields
    seen: set[str] = set()
    for name, value in pairs:
        if name in seen and name not in repeatable and not forgiving:
            raise invalid_input(f"/query/{name}", "The parameter occurs more than once.")
        seen.add(name)
        if "\x00" in value:
            raise invalid_input(f"/query/{name}", "A NUL character is not text.")
    try:
        params = msgspec.convert(values, schema, strict=False)
    except msgspec.ValidationError as error:
        raise refusal_of(error, values, schema, within="/query", strict=False) from error
    for name, member in zip(params.__struct_encode_fields__, params.__struct_fields__, strict=True):
        if name in values and getattr(params, member) is None:  # msgspec decodes the text `null` as None
            raise invalid_input(f"/query/{name}", "Omit the parameter instead of sending null.")
    return params


@cache
def _repeatable(schema: type[msgspec.Struct] | None) -> frozenset[str]:
    """The parameters that may occur several times: those whose value is a tuple."""
    members = () if schema is None else msgspec.structs.fields(schema)
    return frozenset(
        member.encode_name for member in members if get_origin(getattr(member.type, "__origin__", member.type)) is tuple
    )


def moment(text: str, zone: tzinfo, *, name: str, within: str = "/query") -> datetime:
    """Read a date (its midnight in `zone`) or an instant with an offset, as an instant in UTC."""
    try:
        if _DATE.fullmatch(text):
            return instant(datetime.combine(date.fromisoformat(text), time(), zone), field=name)
        # A `+` that was not encoded as %2B arrives as a space.
        return instant(msgspec.convert(_PLUS_AS_SPACE.sub("+", text), Instant), field=name)
    except InvalidValue:
        raise
    except (ValueError, msgspec.ValidationError) as error:
        raise invalid_input(f"{within}/{name}", f"{text!r} is neither a date nor an RFC 3339 instant.") from error


def utc_moment(text: str | None, *, name: str) -> datetime | None:
    """`moment` with dates in UTC; None stays None."""
    return None if text is None else moment(text, UTC, name=name)
