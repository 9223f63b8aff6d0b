"""A real browser, and what every page must pass in it."""

import shutil
from itertools import product
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import Page, expect
from tests.gates import PATIENCE_SECONDS
from tests.npm import require_packages
from tests.unit.effort import NIGHTLY

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SHELL: Final = shutil.which("chromium-headless-shell") or CHROMIUM
"""Chromium without windows, menus and pages of its own, where it is installed.

It takes a third of the time, and shows no notifications: tests to which this matters take `CHROMIUM`.
"""
QUIET: Final = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
ARGUMENTS: Final = [*QUIET, "--js-flags=--no-opt --no-maglev --min-semi-space-size=32"]
"""Without optimising compilers: no page lives long enough to gain what they take, and axe takes two thirds."""
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
    """Assert that nothing overflows to the side and axe finds no violation.

    By day the page has each width and each colour scheme once, in `make nightly` both schemes in every width.
    """
    require_packages(WEB)
    axe = (WEB / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(f"() => {{ {axe} }}")
    for width, scheme in product(WIDTHS, SCHEMES) if NIGHTLY else zip(WIDTHS, SCHEMES, strict=True):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.evaluate(SETTLED)
        over = page.evaluate(OVERFLOW)
        found: list[dict[str, Any]] = page.evaluate(VIOLATIONS)
        wrong = [(each["id"], each["nodes"][0]["html"][:200]) for each in found]
        assert (over, wrong) == (0, []), f"{width} px, {scheme}: {over} px too wide, {wrong}"
