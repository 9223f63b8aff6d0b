"""JSON responses; `Decimal` is encoded as an exact number, never as a float."""

from typing import Final

import msgspec
from litestar import Response

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
CURRENCY: Final = "MNT"


def encode(document: object) -> bytes:
    return _ENCODER.encode(document)


def json_response(document: object, *, status: int = 200) -> Response[bytes]:
    return Response(encode(document), status_code=status, media_type="application/json; charset=utf-8")
