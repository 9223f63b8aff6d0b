"""`python -m benchmarks.uploads`: how long a photo of a phone takes, and how uploads delay other requests.

Each photo has 12 megapixels and says where it was taken. It is announced, sent to its signed URL and completed; the
time ends when both sizes were downloaded. A probe requests `/health/live` meanwhile, as in `benchmarks.logins`. It
asserts nothing about speed; docs/develop/benchmarks.md has results.
"""

import asyncio
import io
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from PIL import Image

from benchmarks import report
from benchmarks.environment import database_in, production, temporary_folder
from benchmarks.load_jobs import Measurement
from benchmarks.logins import PASSWORD, HealthProbe, accounts
from benchmarks.servers import served
from entrypoints.container import Container
from entrypoints.settings.main import Settings

ROUNDS: Final = 10
SIZE: Final = (4_000, 3_000)
SIZES: Final = (1_080, 320)
_GPS: Final = 0x8825
_WHERE: Final = {1: "N", 2: (47.0, 55.0, 12.0), 3: "E", 4: (106.0, 55.0, 0.0)}
_METADATA: Final = (b"EXIF", b"XMP ", b"ICCP")


def photo(size: tuple[int, int] = SIZE) -> bytes:
    """A JPEG, as large as a phone's: sharp, a little noisy, upright by its EXIF only."""
    noise = [Image.effect_noise(size, 24) for _ in range(3)]
    shades = [Image.linear_gradient("L").resize(size).rotate(turn) for turn in (0, 90, 180)]
    mixed = [Image.blend(shade, grain, 0.3) for shade, grain in zip(shades, noise, strict=True)]
    exif = Image.Exif()
    exif[0x0112], exif[_GPS] = 6, _WHERE
    file = io.BytesIO()
    Image.merge("RGB", mixed).save(file, "JPEG", quality=90, exif=exif)
    return file.getvalue()


class Uploader:
    """An account that uploads."""

    def __init__(self, port: int, email: str) -> None:
        self._http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers={"X-Forwarded-Proto": "https"}, timeout=60
        )
        self._email = email

    async def sign_in(self) -> None:
        answer = await self._posted("/auth/login", {"email": self._email, "password": PASSWORD})
        self._http.headers["Authorization"] = f"Bearer {answer['accessToken']}"

    async def upload(self, content: bytes) -> float:
        """Upload a photo; return after how many seconds both sizes were there, without metadata."""
        started = time.perf_counter()
        wish = {"filename": "photo.jpg", "contentType": "image/jpeg", "size": len(content), "folder": "portfolio"}
        made = await self._posted("/uploads/presign", wish)
        (
            await self._http.put(self._here(made["uploadUrl"]), content=content, headers=made["headers"])
        ).raise_for_status()
        image = (await self._posted(f"/uploads/{made['fileId']}/complete", None))["image"]
        shown = [(await self._http.get(self._here(image[name]))).content for name in ("url", "thumbnailUrl")]
        seconds = time.perf_counter() - started
        for content_of_size, size in zip(shown, SIZES, strict=True):
            with Image.open(io.BytesIO(content_of_size)) as stored:
                assert (stored.format, max(stored.size), stored.height > stored.width) == ("WEBP", size, True)
                assert not dict(stored.getexif())
            assert not any(name in content_of_size for name in _METADATA)
        return seconds

    async def close(self) -> None:
        await self._http.aclose()

    def _here(self, url: str) -> str:
        """The URL on this machine: the server calls itself by its public name."""
        parts = urlsplit(url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    async def _posted(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        answer = await self._http.post(f"/api/v1{path}", json=body)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


async def repeatedly(port: int, emails: list[str], content: bytes) -> list[float]:
    """Let each account upload one photo after the other."""
    uploaders = [Uploader(port, email) for email in emails]
    for each in uploaders:
        await each.sign_in()

    async def upload(each: Uploader) -> list[float]:
        return [await each.upload(content) for _ in range(ROUNDS)]

    times = await asyncio.gather(*map(upload, uploaders))
    for each in uploaders:
        await each.close()
    return [seconds for of_one in times for seconds in of_one]


def at_rest(port: int) -> str:
    """Describe the probe without uploads: what else the machine does shows here too."""
    probe = HealthProbe(port)
    with probe.running():
        time.sleep(3.0)
    seen = probe.measured
    return f"  nothing: GET /health/live p50 {seen.percentile(50):.1f} ms, p99 {seen.percentile(99):.1f} ms"


def measured(port: int, emails: list[str], content: bytes) -> Iterator[str]:
    """Describe the uploads of these accounts, and the probe beside them."""
    probe = HealthProbe(port)
    with probe.running():
        times = Measurement(1.0, asyncio.run(repeatedly(port, emails, content)))
    seen = probe.measured
    yield (
        f"  {len(emails)} at once: until both sizes are there p50 {times.percentile(50):.0f} ms,"
        f" worst {times.percentile(100):.0f} ms ({len(times.latencies)} photos of {len(content) / 1e6:.1f} MB)"
    )
    yield (
        f"    GET /health/live meanwhile: p50 {seen.percentile(50):.1f} ms, p99 {seen.percentile(99):.1f} ms,"
        f" worst {seen.percentile(100):.1f} ms ({len(seen.latencies)} requests)"
    )


def main() -> None:
    """Measure and print; removes all files and processes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    content = photo()
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        environ = production(stack.enter_context(database_in(folder)))
        environ["BOOKING_DATA_DIR"] = str(folder / "data")
        emails = asyncio.run(accounts(Container(settings=Settings.from_environment(environ)), 4))
        server = stack.enter_context(served("entrypoints.http.asgi:create", environ))
        print(report.hardware())
        print(at_rest(server.port), flush=True)
        for count in (1, len(emails)):
            for line in measured(server.port, emails[:count], content):
                print(line, flush=True)


if __name__ == "__main__":
    main()
