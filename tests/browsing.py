"""A real browser, and what every page must pass in it."""

import shutil
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import Page, expect
from tests.gates import PATIENCE_SECONDS
from tests.npm import require_packages

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SHELL: Final = shutil.which("chromium-headless-shell") or CHROMIUM
"""Chromium without windows, menus and pages of its own, where it is installed, which saves processor time.

It asks the network, not the test, for what an intercepted answer redirects to, and isolates frames less: tests to which
this matters take `CHROMIUM`.
"""
ARGUMENTS: Final = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
WIDTHS: Final = (1280, 390)
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
WEB: Final = Path(__file__).parent / "clients" / "web"

expect.set_options(timeout=1_000 * PATIENCE_SECONDS)

needs_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (apt-get install chromium)")
SETTLED: Final = """async () => {
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    await Promise.allSettled(document.getAnimations().map(each => each.finished));
}"""
"""Waits until a new size or colour scheme is painted, and its transitions have ended."""

OVERFLOW: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
"""By how many pixels the page is too wide."""
VIOLATIONS: Final = "axe.run({resultTypes: ['violations']}).then(result => result.violations)"


def assert_usable(page: Page) -> None:
    """Assert that nothing overflows to the side and axe finds no violation, in every width and colour scheme."""
    require_packages(WEB)
    axe = (WEB / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(f"() => {{ {axe} }}")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(SETTLED)
            over = page.evaluate(OVERFLOW)
            found: list[dict[str, Any]] = page.evaluate(VIOLATIONS)
            wrong = [(each["id"], each["nodes"][0]["html"][:200]) for each in found]
            assert (over, wrong) == (0, []), f"{width} px, {scheme}: {over} px too wide, {wrong}"
