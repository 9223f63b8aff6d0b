"""Strict decoding of request bodies.

Litestar decodes leniently (`"60"` passes for 60); this data transfer object replaces its decoder.
"""

import json
import re
from collections.abc import Generator, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, cast

import msgspec
from litestar.dto import AbstractDTO, DTOConfig
from litestar.dto.data_structures import DTOFieldDefinition
from litestar.typing import FieldDefinition

from entrypoints.http.kit.faults import located, refusal_of
from entrypoints.http.kit.refusals import Refusal, invalid_input, invalid_inputs

BODY: Final = "body"
"""The state of a request has its body under this name."""
_decoder: Final = lru_cache(maxsize=None)(msgspec.json.Decoder[Any])
_JSON: Final = b"application/json"
_NUL: Final = "\x00"
_FLOAT: Final = "got `float`"
_BYTE: Final = re.compile(r"\(byte ([0-9]+)\)")


class StrictJson(AbstractDTO[msgspec.Struct]):
    """Decodes `data` into the Struct that the handler declares."""

    config = DTOConfig()

    def decode_bytes(self, value: bytes) -> Any:
        connection = self.asgi_connection
        _refuse_other_types(connection.scope["headers"])
        connection.scope["state"][BODY] = value
        return read_json(value, cast("Any", connection.route_handler).parsed_data_field.annotation)

    @classmethod
    def create_for_field_definition(cls, *_args: object, **_kwargs: object) -> None:
        """Prepare nothing: the decoder follows from the type."""

    @classmethod
    def generate_field_definitions(cls, _model_type: type[Any]) -> Generator[DTOFieldDefinition, None, None]:
        raise NotImplementedError

    @classmethod
    def detect_nested_field(cls, _field_definition: FieldDefinition) -> bool:
        raise NotImplementedError


def read_json(raw: bytes, schema: Any) -> Any:
    """Decode `raw` to a value of `schema`, or raise a `Refusal` that points to the invalid parts.

    `60.0` is the integer 60, as in JSON Schema; some languages write it so. In addition to what the schema rejects,
    duplicate names in an object (RFC 7493 §2.3), NUL characters (PostgreSQL cannot store them) and text that is not
    UTF-8 are rejected.
    """
    try:
        try:
            value = _read(raw, schema)
        except msgspec.ValidationError as error:
            raise _refusal_of(error, raw, schema) from error
    except RecursionError as error:
        raise invalid_input("", "The body is nested too deeply.") from error
    except UnicodeDecodeError as error:
        raise invalid_input("", "The body is not written in UTF-8.") from error
    except msgspec.DecodeError as error:
        raise _not_json(error) from error
    _names_once.decode(raw.decode())
    if b"\\u0000" in raw:
        for pointer in _nuls(msgspec.json.decode(raw), ""):
            raise invalid_input(pointer, "A NUL character is not text.")
    return value


def _not_json(error: msgspec.DecodeError) -> Refusal:
    at = _BYTE.search(str(error))
    if at is None:
        return invalid_input("", "The body is not JSON: it ends too early.")
    byte = at[1]
    return invalid_input("", f"The body is not JSON: it cannot be read from byte {byte} on.")


def _refusal_of(error: msgspec.ValidationError, raw: bytes, schema: Any) -> Refusal:
    try:
        value = _whole(msgspec.json.decode(raw))
    except (msgspec.ValidationError, RecursionError):  # a number that no type can hold; deep nesting after the fault
        return invalid_inputs([located(error)])
    return refusal_of(error, value, schema)


def _read(raw: bytes, schema: Any) -> Any:
    try:
        return _decoder(schema).decode(raw)
    except msgspec.ValidationError as error:
        if _FLOAT not in str(error):
            raise
    return msgspec.convert(_whole(msgspec.json.decode(raw)), schema)


def _whole(value: Any) -> Any:
    """The value with whole floats converted to integers."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case list():
            return [_whole(item) for item in value]
        case dict():
            return {name: _whole(item) for name, item in value.items()}
        case _:
            return value


def _refuse_other_types(headers: Iterable[tuple[bytes, bytes]]) -> None:
    for name, value in headers:
        if name == b"content-type":
            if value == _JSON or value.partition(b";")[0].strip().lower() == _JSON:
                return
            break
    raise Refusal(
        status=415, code="validation.unsupported_media_type", detail="The body must be of the type application/json."
    )


def reject_duplicate_names(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise invalid_input(f"/{name}", "The name occurs more than once.")
            seen.add(name)


_names_once: Final = json.JSONDecoder(object_pairs_hook=reject_duplicate_names, parse_int=float)


def _nuls(value: Any, pointer: str) -> Iterator[str]:
    """Pointers to the texts that contain a NUL character."""
    match value:
        case str() if _NUL in value:
            yield pointer
        case list():
            for index, item in enumerate(value):
                yield from _nuls(item, f"{pointer}/{index}")
        case dict():
            for name, item in value.items():
                yield from _nuls(item, f"{pointer}/{name}")
        case _:
            pass
