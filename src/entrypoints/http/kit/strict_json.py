"""Request bodies: read from the raw bytes, strictly.

Litestar's own way converts leniently (`"60"` would pass for 60); this data transfer object replaces it.
"""

import json
from collections.abc import Generator, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, cast

import msgspec
from litestar.dto import AbstractDTO, DTOConfig
from litestar.dto.data_structures import DTOFieldDefinition
from litestar.typing import FieldDefinition

from entrypoints.http.kit.refusals import Refusal, invalid_input, located

_decoder: Final = lru_cache(maxsize=None)(msgspec.json.Decoder[Any])
_JSON: Final = b"application/json"
_NUL: Final = "\x00"
_FLOAT: Final = "got `float`"


class StrictJson(AbstractDTO[msgspec.Struct]):
    """Decodes the `data` of every handler into the Struct that it declares."""

    config = DTOConfig()

    def decode_bytes(self, value: bytes) -> Any:
        connection = self.asgi_connection
        _refuse_other_types(connection.scope["headers"])
        return read_json(value, cast("Any", connection.route_handler).parsed_data_field.annotation)

    @classmethod
    def create_for_field_definition(cls, *_args: object, **_kwargs: object) -> None:
        """Nothing to prepare: the decoder follows from the type."""

    @classmethod
    def generate_field_definitions(cls, _model_type: type[Any]) -> Generator[DTOFieldDefinition, None, None]:
        raise NotImplementedError

    @classmethod
    def detect_nested_field(cls, _field_definition: FieldDefinition) -> bool:
        raise NotImplementedError


def read_json(raw: bytes, schema: Any) -> Any:
    """Return `raw` as a value of `schema`, or raise a `Refusal` that points at what is wrong.

    `60.0` is the integer 60, as it is to JSON Schema; some languages write it so. Refused besides what the schema
    refuses: names that occur twice in an object (RFC 7493 §2.3), NUL characters, which no text column can hold, and
    what is not UTF-8.
    """
    try:
        value = _read(raw, schema)
    except msgspec.ValidationError as error:
        raise located(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise invalid_input("", f"The body is not JSON: {error}") from error
    _names_once.decode(raw.decode())
    if b"\\u0000" in raw:
        for pointer in _nuls(msgspec.json.decode(raw), ""):
            raise invalid_input(pointer, "A NUL character is not text.")
    return value


def _read(raw: bytes, schema: Any) -> Any:
    try:
        return _decoder(schema).decode(raw)
    except msgspec.ValidationError as error:
        if _FLOAT not in str(error):
            raise
    return msgspec.convert(_whole(msgspec.json.decode(raw)), schema)


def _whole(value: Any) -> Any:
    """The same with integers for whole numbers."""
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


def _refuse_twins(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise invalid_input(f"/{name}", "The name occurs twice.")
            seen.add(name)


_names_once: Final = json.JSONDecoder(object_pairs_hook=_refuse_twins, parse_int=float)


def _nuls(value: Any, pointer: str) -> Iterator[str]:
    """Point at the texts with a NUL in them."""
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
