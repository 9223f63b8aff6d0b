"""Re-encodes an image. Runs in the sandbox.

The pixels are counted from the header, before anything is decoded. A JPEG is decoded at a fraction of its size; all
other formats, and progressive JPEG, keep the whole image in memory while they decode, WebP keeps it four times, so
their limits are lower. No image needs more than 200 MiB.
"""

import io
from collections.abc import Mapping
from typing import Final

from PIL import Image, ImageOps

from booking_domain.files.model import LARGE, SMALL, ImageSize, Rejection
from booking_domain.files.ports import EncodedImage, Unacceptable

MAX_PIXELS: Final = 50_000_000
"""Of a JPEG that can be decoded at a fraction of its size."""
MAX_PIXELS_IN_MEMORY: Final = 12_500_000
MAX_PIXELS_OF_WEBP: Final = 10_000_000
MAX_SIDE: Final = 20_000
_FORMATS: Final[Mapping[str, str]] = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
}
_QUALITY: Final = 82
_MODES: Final = frozenset({"RGB", "RGBA"})
"""Those of WebP."""
_JPEG: Final = frozenset({"JPEG", "MPO"})
"""A JPEG with several pictures opens as MPO; the first one is used."""

Image.MAX_IMAGE_PIXELS = None  # pixels are counted below, against this module's own limits


def encode(content: bytes, content_type: str) -> EncodedImage:
    """Return the image in each of `SIZES`; raises `Unacceptable`."""
    try:
        image = Image.open(io.BytesIO(content), formats=[_FORMATS[content_type]])
    except (OSError, ValueError, SyntaxError):
        raise Unacceptable(Rejection.WRONG_TYPE) from None
    _count_pixels(image)
    try:
        image.draft("RGB", _within(LARGE, image.size))
        colours = image if image.mode in _MODES else image.convert("RGBA" if image.has_transparency_data else "RGB")
        upright = ImageOps.exif_transpose(_reduced(colours, LARGE))
        files = {LARGE: _webp(upright)}
        files[SMALL] = files[LARGE] if max(upright.size) <= SMALL else _webp(_reduced(upright.copy(), SMALL))
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError):
        raise Unacceptable(Rejection.UNREADABLE) from None
    return EncodedImage(by_size=files, size=ImageSize(width=upright.width, height=upright.height))


def _count_pixels(image: Image.Image) -> None:
    in_parts = image.format in _JPEG and not image.info.get("progressive")
    whole = MAX_PIXELS_OF_WEBP if image.format == "WEBP" else MAX_PIXELS_IN_MEMORY
    most = MAX_PIXELS if in_parts else whole
    if image.width * image.height > most or max(image.size) > MAX_SIDE:
        raise Unacceptable(Rejection.TOO_MANY_PIXELS)


def _within(longest: int, size: tuple[int, int]) -> tuple[int, int]:
    """Return this size, reduced so that it fits into a square."""
    width, height = size
    return max(1, longest * width // max(size)), max(1, longest * height // max(size))


def _reduced(image: Image.Image, longest: int) -> Image.Image:
    """The image itself, reduced so that it fits into a square."""
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return image


def _webp(image: Image.Image) -> bytes:
    """Save the pixels only. `save` would otherwise copy metadata of the original from `info`."""
    image.info.clear()
    file = io.BytesIO()
    image.save(file, "WEBP", quality=_QUALITY, method=4, exif=b"", icc_profile=b"", xmp=b"")
    return file.getvalue()
