"""Images of strangers: mutated at random, with something behind or inside them, and far larger than they look."""

import io
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final, NamedTuple

from PIL import Image

SECRET: Final = b"taken at home"
"""In the metadata of every sample."""
_HIDDEN: Final = (
    b"<script>alert(document.domain)</script>",
    b"<?php system($_GET['c']); ?>",
    b"PK\x03\x04\x14\x00\x00\x00\x08\x00 a ZIP archive PK\x05\x06" + bytes(18),
    b"%PDF-1.7\n1 0 obj\n<</OpenAction <</S /JavaScript>>>>\nendobj\n%%EOF\n",
    b"MZ\x90\x00\x03 a program",
)
_EXTREMES: Final = (
    b"\x00",
    b"\xff",
    b"\x00\x00\x00\x00",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\x00\x00\x00",
)
_WHERE: Final = {1: "N", 2: (47.0, 55.0, 12.0), 3: "E", 4: (106.0, 55.0, 0.0)}


class Upload(NamedTuple):
    content_type: str
    content: bytes


def _picture(mode: str, size: tuple[int, int] = (160, 120)) -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert("RGB").convert(mode)


def _saved(kind: str, *images: Image.Image, **options: object) -> Upload:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112], exif[0x8825] = SECRET.decode(), 6, _WHERE
    file = io.BytesIO()
    if len(images) > 1:
        options.update(save_all=True, append_images=images[1:])
    images[0].save(file, kind, exif=exif, icc_profile=SECRET * 9, comment=SECRET, **options)
    return Upload(f"image/{kind.lower() if kind != 'MPO' else 'jpeg'}", file.getvalue())


@cache
def samples() -> tuple[Upload, ...]:
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green", "blue")]
    return (
        _saved("JPEG", _picture("RGB")),
        _saved("JPEG", _picture("RGB"), progressive=True),
        _saved("JPEG", _picture("CMYK")),
        _saved("JPEG", _picture("L")),
        _saved("MPO", *frames),
        _saved("PNG", _picture("RGBA")),
        _saved("PNG", _picture("P")),
        _saved("PNG", Image.new("I;16", (60, 40))),
        _saved("PNG", *frames),
        _saved("WEBP", _picture("RGBA")),
        _saved("WEBP", _picture("RGB"), lossless=True),
        _saved("WEBP", *frames),
        _saved("GIF", _picture("P")),
        _saved("GIF", *frames),
    )


def mutated(count: int, seed: int) -> Iterator[Upload]:
    """Each is a sample that was changed in one to three ways."""
    chance = random.Random(seed)  # noqa: S311
    for number in range(count):
        content_type, original = samples()[number % len(samples())]
        content = bytearray(original)
        for _ in range(chance.randint(1, 3)):
            chance.choice(_CHANGES)(content, chance)
        yield Upload(content_type, bytes(content) or b"\x00")


def _overwrite(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 8)):
        content[_place(content, chance)] = chance.randrange(256)


def _put_an_extreme(content: bytearray, chance: random.Random) -> None:
    at, extreme = _place(content, chance), chance.choice(_EXTREMES)
    content[at : at + len(extreme)] = extreme


def _cut(content: bytearray, chance: random.Random) -> None:
    del content[_place(content, chance) + 1 :]


def _repeat(content: bytearray, chance: random.Random) -> None:
    start = _place(content, chance)
    part = content[start : start + chance.randint(1, 400)]
    at = _place(content, chance)
    content[at:at] = part * chance.randint(1, 4)


def _mix(content: bytearray, chance: random.Random) -> None:
    other = chance.choice(samples()).content
    start = chance.randrange(len(other))
    content[_place(content, chance) :] = other[start:]


def _hide(content: bytearray, chance: random.Random) -> None:
    at = chance.choice([len(content), _place(content, chance), 0])
    content[at:at] = chance.choice(_HIDDEN)


def _place(content: bytearray, chance: random.Random) -> int:
    """Often in the header."""
    return chance.randrange(min(len(content), 64) if chance.random() < 0.25 else len(content)) if content else 0


_CHANGES: Final[tuple[Callable[[bytearray, random.Random], None], ...]] = (
    _overwrite,
    _overwrite,
    _put_an_extreme,
    _cut,
    _repeat,
    _mix,
    _hide,
)


def polyglots() -> Iterator[Upload]:
    """Whole images with something behind them, and the same in front."""
    for content_type, content in samples():
        for hidden in _HIDDEN:
            yield Upload(content_type, content + hidden)
            yield Upload(content_type, hidden + content)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def empty_png(width: int, height: int, *, text: bytes = b"") -> Upload:
    """A PNG of one colour. It is a thousandth of its pixels; `text` is the content of a compressed comment."""
    pack = zlib.compressobj(9)
    rows = b"".join(pack.compress(bytes(1 + width * 4)) for _ in range(height)) + pack.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    comment = _chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(text, 9)) if text else b""
    parts = _chunk(b"IHDR", header) + comment + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")
    return Upload("image/png", b"\x89PNG\r\n\x1a\n" + parts)


def claimed_png(width: int, height: int) -> Upload:
    """A PNG with this size in its header, and no pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"")) + _chunk(b"IEND", b"")
    return Upload("image/png", b"\x89PNG\r\n\x1a\n" + parts)


def plain(mode: str, size: tuple[int, int], kind: str, frames: int = 1, **options: object) -> Upload:
    """An image of one colour, or one a frame."""
    file = io.BytesIO()
    images = [Image.new(mode, size, number) for number in range(frames)]
    if frames > 1:
        options.update(save_all=True, append_images=images[1:])
    images[0].save(file, kind, **options)
    return Upload(f"image/{kind.lower()}", file.getvalue())


def bombs() -> Iterator[Upload]:
    """Small files that need much memory or time, at the limits and beyond them."""
    yield claimed_png(50_000, 50_000)
    yield claimed_png(2**31 - 1, 2**31 - 1)
    yield plain("CMYK", (20_000, 2_159), "JPEG")
    yield plain("RGBA", (3_162, 3_162), "WEBP", lossless=True, method=0)
    yield plain("RGBA", (3_535, 3_535), "WEBP", lossless=True, method=0)
    yield plain("LA", (3_535, 3_535), "PNG")
    yield empty_png(3_500, 3_500, text=bytes(50_000_000))
    yield plain("CMYK", (3_535, 3_535), "JPEG", progressive=True)
    yield from animated_bombs()


def animated_bombs() -> Iterator[Upload]:
    yield plain("P", (3_000, 3_000), "GIF", frames=20)
    yield plain("RGBA", (3_000, 3_000), "WEBP", frames=4, lossless=True, method=0)
    yield plain("RGB", (3_000, 3_000), "PNG", frames=4)
    screen = struct.pack("<HHBBB", 65_535, 65_535, 0x80, 0, 0) + bytes(6)
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 65_535, 65_535, 0) + b"\x02\x02\x4c\x01\x00"
    yield Upload("image/gif", b"GIF89a" + screen + frame * 10_000 + b"\x3b")
