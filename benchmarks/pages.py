"""`python -m benchmarks.pages`: what the pages of a booking weigh, how long the server takes, and how still they stand.

The demo data are served by one process. For each page: the compressed bytes of its HTML, styles and scripts at a
first visit, and the time to its last byte, alone and beside 50 requests per second for free slots. With Chromium
installed, the browser says when it painted first and how far the layout shifted. With npm installed, the packages that
the booking page of Easy!Appointments loads are compressed alike: a lower bound of that page, which has code of its own,
too. Nothing is asserted; docs/develop/benchmarks.md has results.
"""

import argparse
import asyncio
import gzip
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any, Final

import httpx

from benchmarks import report
from benchmarks.environment import database_in, temporary_folder
from benchmarks.load_jobs import Measurement
from benchmarks.servers import Server, served
from entrypoints.cli.seed import seed
from entrypoints.settings.main import Settings

PER_SECOND: Final = 50
ASSET: Final = re.compile(r'(?:href|src)="(/[^"]+\.(css|js))"')
CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS: Final = ["--headless", "--no-sandbox", "--disable-gpu"]
SHIFTS: Final = """() => new Promise(done => {
    let shift = 0;
    new PerformanceObserver(list => { for (const each of list.getEntries()) shift += each.value; })
        .observe({type: 'layout-shift', buffered: true});
    setTimeout(() => done([shift, performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0]), 500);
})"""
PEER: Final = {
    "jquery": ("3.7.1", ["dist/jquery.min.js"]),
    "cookieconsent": ("3.1.1", ["build/cookieconsent.min.js", "build/cookieconsent.min.css"]),
    "@popperjs/core": ("2.11.8", ["dist/umd/popper.min.js"]),
    "bootstrap": ("5.3.3", ["dist/js/bootstrap.min.js", "dist/css/bootstrap.min.css"]),
    "moment": ("2.30.1", ["min/moment.min.js"]),
    "moment-timezone": ("0.5.45", ["builds/moment-timezone-with-data.min.js"]),
    "@fortawesome/fontawesome-free": ("6.5.2", ["js/fontawesome.min.js", "js/solid.min.js"]),
    "tippy.js": ("6.3.7", ["dist/tippy-bundle.umd.min.js"]),
    "flatpickr": ("4.6.13", ["dist/flatpickr.min.js", "dist/flatpickr.min.css", "dist/themes/material_green.css"]),
}
"""What `booking_layout.php` of Easy!Appointments 1.5 loads, by package: its version, and the files."""


def compressed(content: bytes) -> int:
    return len(gzip.compress(content, 6))


def kilobytes(parts: Mapping[str, int]) -> str:
    listed = "   ".join(f"{name} {parts.get(name, 0) / 1000:6.1f}" for name in ("html", "css", "js"))
    return f"{listed}   all {sum(parts.values()) / 1000:6.1f} kB"


def weight(client: httpx.Client, path: str) -> dict[str, int]:
    """The compressed bytes of a page and of what it loads, without pictures."""
    page = client.get(path).raise_for_status()
    parts = {"html": compressed(page.content), "css": 0, "js": 0}
    for address, kind in set(ASSET.findall(page.text)):
        parts[kind] += compressed(client.get(unescape(address)).raise_for_status().content)
    return parts


def addresses(client: httpx.Client) -> Iterator[tuple[str, str]]:
    """The pages that a visitor passes before the own phone number is asked for."""

    def link(path: str, pattern: str) -> str:
        found = re.search(f'href="({pattern}[^"#]*)"', client.get(path).raise_for_status().text)
        if found is None:
            sys.exit(f"{path} has no link to {pattern}")
        return unescape(found[1])

    yield "search", "/en"
    provider = link("/en", "/en/providers/")
    yield "provider", provider
    services = link(provider, "/en/book/")
    yield "services", services.partition("/time")[0]
    when = link(provider, '/en/book/[^"#]+/time')
    yield "day and time", when
    yield "who books", link(when, '/en/book/[^"#]+/you')


@asynccontextmanager
async def load(client: httpx.AsyncClient, path: str) -> AsyncIterator[None]:
    """`PER_SECOND` requests a second, whether or not the earlier ones are answered."""

    async def send() -> None:
        sent = set[asyncio.Task[httpx.Response]]()
        started = time.perf_counter()
        try:
            for number in range(10**9):
                sent.add(asyncio.create_task(client.get(path)))
                await asyncio.sleep(max(0.0, started + number / PER_SECOND - time.perf_counter()))
        finally:
            await asyncio.gather(*sent, return_exceptions=True)

    sending = asyncio.create_task(send())
    try:
        yield
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def times(client: httpx.AsyncClient, path: str, number: int) -> Measurement:
    """Each from the request to the last byte, one after the other."""
    latencies, begun = [], time.perf_counter()
    for _ in range(number):
        started = time.perf_counter()
        (await client.get(path)).raise_for_status()
        latencies.append(time.perf_counter() - started)
    return Measurement(time.perf_counter() - begun, latencies)


def percentiles(taken: Measurement) -> str:
    return f"p50 {taken.percentile(50):5.1f}   p95 {taken.percentile(95):5.1f} ms"


async def timed(server: Server, pages: Mapping[str, str], slots: str, number: int) -> None:
    """Print the server's times, as a client on this machine sees them."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as client:
        for name, path in pages.items():
            await times(client, path, 20)
            alone = await times(client, path, number)
            async with load(client, slots):
                beside = await times(client, path, number)
            print(f"  {name:<16}alone {percentiles(alone)}   beside load {percentiles(beside)}", flush=True)


async def seen(server: Server, pages: Mapping[str, str]) -> None:
    """Print what a browser says of each page at its first visit."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - only where Chromium is

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, path in pages.items():
            context = await browser.new_context(viewport={"width": 390, "height": 844})
            page = await context.new_page()
            await page.goto(f"http://127.0.0.1:{server.port}{path}")
            shift, painted = await page.evaluate(SHIFTS)
            print(f"  {name:<16}first paint {painted:5.0f} ms   layout shift {shift:.3f}", flush=True)
            await context.close()
        await browser.close()


def peer(folder: Path) -> dict[str, int] | None:
    """The compressed bytes of the peer's packages; None if npm cannot fetch them."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    wanted: dict[str, Any] = {"private": True, "dependencies": {name: version for name, (version, _) in PEER.items()}}
    (folder / "package.json").write_text(json.dumps(wanted))
    done = subprocess.run(  # noqa: S603
        [npm, "install", "--ignore-scripts", "--no-audit", "--fetch-retries=0", "--loglevel=error"],
        cwd=folder,
        check=False,
        capture_output=True,
    )
    if done.returncode:
        return None
    parts = {"css": 0, "js": 0}
    for name, (_, files) in PEER.items():
        for file in files:
            parts[file.rpartition(".")[2]] += compressed((folder / "node_modules" / name / file).read_bytes())
    return parts


def main(options: argparse.Namespace) -> None:
    """Measure and print; removes all files and processes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        url = stack.enter_context(database_in(folder))
        environ = {"DATABASE_URL": url, "BOOKING_DATA_DIR": str(folder), "BOOKING_RATE_LIMIT_QUOTAS": "read=9000000/60"}
        asyncio.run(seed(Settings.from_environment(environ), url))
        command = [sys.executable, "-m", "entrypoints.cli", "search-index", "--rebuild"]
        subprocess.run(command, env={**environ, "PYTHONPATH": ":".join(sys.path)}, check=True, capture_output=True)  # noqa: S603
        server = stack.enter_context(served("entrypoints.http.asgi:create", environ))
        print(report.machine(url), flush=True)
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", follow_redirects=True) as client:
            pages = dict(addresses(client))
            [provider, *_] = client.get("/api/v1/providers").raise_for_status().json()["items"]
            print("First visit, compressed (gzip), without pictures:")
            for name, path in pages.items():
                print(f"  {name:<16}{kilobytes(weight(client, path))}", flush=True)
        (folder / "peer").mkdir()
        packages = peer(folder / "peer")
        print(f"  peer, packages only  {kilobytes(packages)}" if packages else "  peer: npm cannot fetch its packages")
        first = date.today() + timedelta(days=1)  # noqa: DTZ011
        slots = f"/api/v1/providers/{provider['id']}/slots?from={first}&to={first + timedelta(days=14)}"
        print(f"To the last byte, {options.requests} requests each, beside {PER_SECOND} requests/s for slots:")
        asyncio.run(timed(server, pages, slots, options.requests))
        if CHROMIUM is not None:
            print("In Chromium, 390 px wide, nothing cached:")
            asyncio.run(seen(server, pages))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--requests", type=int, default=400)
    main(parser.parse_args())
