"""The image of the QR code."""

import base64
import io

import segno


def png_base64(text: str) -> str:
    """Return a PNG in base64 without a `data:` prefix, like QPay's `qr_image`."""
    picture = io.BytesIO()
    segno.make_qr(text, error="m").save(picture, kind="png", scale=6, border=4)
    return base64.b64encode(picture.getvalue()).decode("ascii")
