"""Row 25: hostile images are rejected, or re-encoded without metadata, in little memory."""

import io
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import chain, islice
from typing import Final

import pytest
from PIL import Image
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.reliability.hostile_images import SECRET, Upload, bombs, mutated, plain, polyglots, samples
from tests.reliability.image_processes import MeasuredImages
from tests.unit.entrypoints.api import Api

from booking_domain.files.model import SIZES, ImageSize
from booking_domain.files.ports import EncodedImage, ImageEncoder

MEGABYTE: Final = 1024**2
MOST_MEMORY: Final = 200 * MEGABYTE
MUTATED: Final = scale.of(20_000, less=28)
POLYGLOTS: Final = scale.of(140, less=7)
BOMBS: Final = scale.of(99, less=3)
A_TURN: Final = 15
"""So many files an account uploads: fewer than it may leave unfinished."""


@asynccontextmanager
async def _serving(images: ImageEncoder) -> AsyncIterator[Api]:
    api = Api({})
    api.container.image_encoder.override(images)
    async with api.opened():
        yield api


async def _upload_all(api: Api, uploads: Iterable[Upload]) -> Counter[str]:
    """Upload each as a client does; return how often each outcome occurred."""
    outcomes: Counter[str] = Counter()
    remaining = iter(uploads)
    while turn := list(islice(remaining, A_TURN)):
        api.clock.advance(timedelta(hours=1))  # nobody is limited
        api.objects.objects.clear()
        token = await api.joined("customer")
        for upload in turn:
            outcomes[await _outcome(api, token, upload)] += 1
    return outcomes


async def _outcome(api: Api, token: str, upload: Upload) -> str:
    wish = {"filename": "x", "contentType": upload.content_type, "size": len(upload.content), "folder": "portfolio"}
    made = (await api.post("/uploads/presign", token, json=wish)).json()
    status, _ = api.objects.request("PUT", made["uploadUrl"], made["headers"], upload.content)
    assert status == 200
    answer = await api.post(f"/uploads/{made['fileId']}/complete", token)
    public = [content for key, (content, _) in api.objects.objects.items() if key.public and made["fileId"] in key.name]
    if answer.status_code == 200:
        assert len(public) == len(SIZES)
        for content in public:
            _assert_encoded_anew(content)
        return "encoded"
    assert (answer.status_code, answer.json()["code"]) == (422, "file.rejected"), answer.text
    assert public == []
    shown = await api.get(f"/uploads/{made['fileId']}", token)
    return str(shown.json()["rejectedBecause"])


def _assert_encoded_anew(content: bytes) -> None:
    """Assert that this is a WebP of one frame, with nothing in it but pixels."""
    assert content[:4] + content[8:12] == b"RIFFWEBP"
    assert len(content) == 8 + int.from_bytes(content[4:8], "little")
    assert {name for name, _ in _chunks(content)} <= {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}
    assert SECRET not in content
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        assert getattr(image, "n_frames", 1) == 1
        assert dict(image.getexif()) == {}
        assert max(image.size) <= max(SIZES)


def _chunks(content: bytes) -> Iterable[tuple[bytes, bytes]]:
    at = 12
    while at < len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        yield content[at : at + 4], content[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


async def test_hostile_images_are_rejected_or_re_encoded(report: Report) -> None:
    images = MeasuredImages()
    async with _serving(images) as api:
        began = time.monotonic()
        assert await _upload_all(api, samples()) == {"encoded": len(samples())}
        hostile = chain(mutated(MUTATED, seed=25), islice(polyglots(), POLYGLOTS), islice(bombs(), BOMBS))
        outcomes = await _upload_all(api, hostile)
        seconds = time.monotonic() - began
    assert {"encoded", "unreadable", "wrong_type", "too_many_pixels"} <= outcomes.keys()
    assert images.peak < MOST_MEMORY
    shown = ", ".join(f"{reason} {count}" for reason, count in sorted(outcomes.items()))
    report(25, f"{outcomes.total()} images in {seconds:.0f} s: {shown}; at most {images.peak / MEGABYTE:.0f} MiB")


class _Careless(ImageEncoder):
    """Stores the uploaded bytes unchanged."""

    async def encode(self, content: bytes, *, content_type: str) -> EncodedImage:
        return EncodedImage(by_size=dict.fromkeys(SIZES, content), size=ImageSize(width=1, height=1))

    async def close(self) -> None: ...


@pytest.mark.parametrize("kind", ["image/webp", "image/jpeg"])
async def test_an_image_stored_without_re_encoding_is_detected(kind: str) -> None:
    async with _serving(_Careless()) as api:
        with pytest.raises(AssertionError):
            await _upload_all(api, [upload for upload in samples() if upload.content_type == kind])


async def test_memory_beyond_the_limit_is_noticed() -> None:
    images = MeasuredImages(careless=True)
    try:
        upload = plain("RGB", (4_000, 3_600), "WEBP", method=0)
        await images.encode(upload.content, content_type=upload.content_type)
    finally:
        await images.close()
    assert images.peak > MOST_MEMORY
