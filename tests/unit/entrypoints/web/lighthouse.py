"""Measure pages with Lighthouse, on a slow phone that it simulates: `make lighthouse`.

`ARGS="home booking"` chooses pages by the names of their looks. Pages of somebody's own ask search engines not to list
them, which Lighthouse counts as bad for search engines: of these that category is left out. Fails below `LEAST`.
"""

import asyncio
import json
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from playwright.async_api import async_playwright
from tests.browsing import CHROMIUM, QUIET
from tests.npm import require_packages
from tests.unit.entrypoints.api import serving
from tests.unit.entrypoints.web.pages import SERVICES, Look, demo, pages_to_look_at
from tests.unit.entrypoints.web.site import ORIGIN, listening

from booking_domain.shared.languages import LANGUAGES
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE

LIGHTHOUSE: Final = Path(__file__).parents[3] / "clients" / "lighthouse"
NAMES: Final = ("home", "provider", "book-time", "book-summary", "bookings", "booking")
LEAST: Final = 95
"""Of 100, in each category."""


async def measure(names: Sequence[str]) -> bool:
    """Print the scores of the pages in each language; whether all are good enough."""
    require_packages(LIGHTHOUSE)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    good = True
    async with serving(**SERVICES) as api, listening() as (site, arguments), async_playwright() as playwright:
        site.api = api
        await demo(api)
        looks = {look.name: look for look in await pages_to_look_at(api)}
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*QUIET, *arguments, f"--remote-debugging-port={port}"]
        )
        for look in (looks[name] for name in names or NAMES):
            for language in LANGUAGES:
                scores = await _scores(look, language, port)
                good = good and min(scores.values()) >= LEAST
                line = "  ".join(f"{name} {score}" for name, score in scores.items())
                print(f"{look.name:16}{language}  {line}", flush=True)  # noqa: T201
        await browser.close()
    return good


async def _scores(look: Look, language: str, port: int) -> Mapping[str, int]:
    with TemporaryDirectory() as folder:
        report, headers = Path(folder) / "report.json", Path(folder) / "headers.json"
        headers.write_text(json.dumps({"Cookie": f"{ACCESS_COOKIE}={look.token}"} if look.token else {}))
        process = await asyncio.create_subprocess_exec(
            str(LIGHTHOUSE / "node_modules" / ".bin" / "lighthouse"),
            f"{ORIGIN}/{language}{look.path}",
            f"--port={port}",
            f"--extra-headers={headers}",
            "--output=json",
            f"--output-path={report}",
            "--quiet",
        )
        if await process.wait() != 0:
            raise RuntimeError(f"Lighthouse has failed on {look.name}")
        found: dict[str, Any] = json.loads(report.read_text())["categories"]
    return {name: round(100 * each["score"]) for name, each in found.items() if name != "seo" or not look.token}


if __name__ == "__main__":
    sys.exit(not asyncio.run(measure(sys.argv[1:])))
