"""QR code images as `data:` URLs."""

import base64
import binascii
import io
from typing import Final

import segno

from adapters.kit.http_responses import UnusableResponse

_PNG: Final = b"\x89PNG\r\n\x1a\n"


def qr_image(base64_png: str | None, qr_text: str) -> str:
    """Return QPay's image, or render one if QPay's is empty (seen on live traffic) or not a PNG.

    Raises:
        UnusableResponse: there is no image, and the text does not fit into a QR code.
    """
    picture = _png(base64_png or "") or _render(qr_text)
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


def _png(text: str) -> bytes | None:
    try:
        picture = base64.b64decode(text.removeprefix("data:image/png;base64,"))
    except (binascii.Error, ValueError):
        return None
    return picture if picture.startswith(_PNG) else None


def _render(qr_text: str) -> bytes:
    picture = io.BytesIO()
    try:
        segno.make_qr(qr_text, error="m").save(picture, kind="png", scale=6, border=4)
    except ValueError as error:
        raise UnusableResponse("a QR text too long for a QR code") from error
    return picture.getvalue()
