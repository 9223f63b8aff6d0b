"""The QR code as the domain wants it: a `data:` URL."""

import base64
import binascii
import io
from typing import Final

import segno

from adapters.http_responses import UnusableResponse

_PNG: Final = b"\x89PNG\r\n\x1a\n"


def qr_image(given: str | None, qr_text: str) -> str:
    """Return the picture that QPay gave in bare base64, or one of our own: theirs is sometimes empty.

    Raises:
        UnusableResponse: there is no picture, and the text is too long for one.
    """
    picture = _png(given or "") or _rendered(qr_text)
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


def _png(text: str) -> bytes | None:
    try:
        picture = base64.b64decode(text.removeprefix("data:image/png;base64,"))
    except (binascii.Error, ValueError):
        return None
    return picture if picture.startswith(_PNG) else None


def _rendered(qr_text: str) -> bytes:
    picture = io.BytesIO()
    try:
        segno.make_qr(qr_text, error="m").save(picture, kind="png", scale=6, border=4)
    except ValueError as error:
        raise UnusableResponse("a QR text that fits no QR code") from error
    return picture.getvalue()
