"""Untrusted images are stored re-encoded and without metadata, and hostile ones cost little."""

import io
import random
import struct
import zlib
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.unit.effort import examples

from adapters.images.encoding import MAX_PIXELS_IN_MEMORY, encode
from adapters.images.sandboxed import SandboxedImages
from booking_domain.files.model import LARGE, SIZES, SMALL, Rejection
from booking_domain.files.ports import EncodedImage, Unacceptable

TYPES: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
NORTH: Final = {1: "N", 2: (47.0, 55.0, 12.0), 3: "E", 4: (106.0, 55.0, 0.0)}
SECRET: Final = "taken at home"


def picture(kind: str, size: tuple[int, int] = (200, 100), mode: str = "RGB", **saved: object) -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(file, kind, **saved)
    return file.getvalue()


def with_metadata(kind: str, orientation: int = 1, size: tuple[int, int] = (200, 100)) -> bytes:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112], exif[0x8825] = SECRET, orientation, NORTH
    return picture(kind, size, exif=exif, icc_profile=b"an icc profile", comment=SECRET.encode())


def shown(encoded: EncodedImage, size: int = LARGE) -> Image.Image:
    image = Image.open(io.BytesIO(encoded.by_size[size]))
    image.load()
    return image


@pytest.mark.parametrize("content_type", TYPES)
def test_an_image_is_encoded_in_each_size(content_type: str) -> None:
    encoded = encode(picture(TYPES[content_type], (1_600, 1_200)), content_type)
    assert tuple(encoded.by_size) == SIZES
    assert (encoded.size.width, encoded.size.height) == (1_080, 810)
    assert (shown(encoded).size, shown(encoded, SMALL).size) == ((1_080, 810), (320, 240))
    assert {shown(encoded, size).format for size in SIZES} == {"WEBP"}


def test_a_small_image_is_not_enlarged() -> None:
    assert shown(encode(picture("PNG", (30, 20)), "image/png")).size == (30, 20)


@pytest.mark.parametrize("content_type", ["image/jpeg", "image/png", "image/webp"])
def test_no_metadata_is_left(content_type: str) -> None:
    content = with_metadata(TYPES[content_type])
    assert SECRET.encode() in content
    encoded = encode(content, content_type)
    for size in SIZES:
        assert SECRET.encode() not in encoded.by_size[size]
        assert not {b"EXIF", b"ICCP", b"XMP "} & {encoded.by_size[size][at : at + 4] for at in range(40)}
        assert dict(shown(encoded, size).getexif()) == {}
        assert not {"exif", "icc_profile", "xmp"} & shown(encoded, size).info.keys()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_image_is_stored_upright(orientation: int) -> None:
    upright = (200, 100) if orientation <= 4 else (100, 200)
    assert shown(encode(with_metadata("JPEG", orientation), "image/jpeg")).size == upright


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_mode_of_colour_is_encoded(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert shown(encode(picture(kind, mode=mode), f"image/{kind.lower()}")).mode in {"RGB", "RGBA"}


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_becomes_one_frame(kind: str) -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "green", "blue")]
    file = io.BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=100)
    image = shown(encode(file.getvalue(), f"image/{kind.lower()}"))
    assert getattr(image, "n_frames", 1) == 1
    red, green, _ = image.convert("RGB").getpixel((20, 20))  # type: ignore[misc]
    assert (red > 200, green < 50) == (True, True)


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims to be this large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "content_type", "because"),
    [
        (png_header(50_000, 50_000), "image/png", Rejection.TOO_MANY_PIXELS),
        (png_header(MAX_PIXELS_IN_MEMORY // 1_000 + 1, 1_000), "image/png", Rejection.TOO_MANY_PIXELS),
        (png_header(100_000, 1), "image/png", Rejection.TOO_MANY_PIXELS),
        (picture("JPEG", (5_000, 3_000), progressive=True), "image/jpeg", Rejection.TOO_MANY_PIXELS),
        (png_header(10, 10), "image/png", Rejection.UNREADABLE),
        (picture("PNG"), "image/jpeg", Rejection.WRONG_TYPE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png", Rejection.WRONG_TYPE),
        (b"GIF89a", "image/gif", Rejection.WRONG_TYPE),
        (b"", "image/webp", Rejection.WRONG_TYPE),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n", "image/png", Rejection.WRONG_TYPE),
    ],
)
def test_hostile_images_are_rejected(content: bytes, content_type: str, because: Rejection) -> None:
    with pytest.raises(Unacceptable) as rejected:
        encode(content, content_type)
    assert rejected.value.because is because


def test_no_part_of_a_polyglot_file_is_stored() -> None:
    hidden = b"<script>alert(1)</script>PK\x03\x04 and a ZIP archive"
    encoded = encode(picture("JPEG") + hidden, "image/jpeg")
    assert all(hidden not in file and b"script" not in file for file in encoded.by_size.values())


SAMPLES: Final = [(picture(kind), content_type) for content_type, kind in TYPES.items()]


@examples(200)
@given(st.sampled_from(SAMPLES), st.randoms(use_true_random=False))
def test_a_mutated_image_is_encoded_or_rejected(sample: tuple[bytes, str], chance: random.Random) -> None:
    content, content_type = bytearray(sample[0]), sample[1]
    for _ in range(chance.randint(1, 20)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    if chance.random() < 0.2:
        del content[chance.randrange(len(content)) :]
    try:
        encoded = encode(bytes(content), content_type)
    except Unacceptable:
        return
    assert shown(encoded).format == "WEBP"


async def test_the_sandbox_encodes_and_rejects() -> None:
    images = SandboxedImages()
    try:
        encoded = await images.encode(with_metadata("JPEG", 6, (1_200, 900)), content_type="image/jpeg")
        assert (shown(encoded).size, shown(encoded, SMALL).size) == ((810, 1_080), (240, 320))
        with pytest.raises(Unacceptable) as rejected:
            await images.encode(png_header(50_000, 50_000), content_type="image/png")
        assert rejected.value.because is Rejection.TOO_MANY_PIXELS
    finally:
        await images.close()


async def test_an_image_that_needs_too_much_memory_is_unreadable() -> None:
    images = SandboxedImages(memory_bytes=120 * 1024**2)
    try:
        with pytest.raises(Unacceptable) as rejected:
            await images.encode(picture("PNG", (4_000, 3_000), "RGBA"), content_type="image/png")
        assert rejected.value.because is Rejection.UNREADABLE
        assert shown(await images.encode(picture("PNG"), content_type="image/png")).size == (200, 100)
    finally:
        await images.close()
