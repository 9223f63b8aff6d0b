"""Every page in a real browser: nothing overflows, axe finds nothing, the console stays silent."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser
from tests.browsing import COLOURS, SCHEMES, SETTLED, VIOLATIONS, WEB, WIDTHS, needs_a_browser
from tests.npm import require_packages
from tests.unit.entrypoints.api import Api
from tests.unit.entrypoints.web.pages import pages_to_look_at, visiting

from booking_domain.shared.languages import LANGUAGES

NARROWEST = 320
"""Where nothing may overflow (WCAG 2.2, 1.4.10)."""

pytestmark = needs_a_browser


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_is_usable(city: Api, browser: Browser, language: str) -> None:
    require_packages(WEB)
    axe = (WEB / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    looked_at = 0
    for path in await pages_to_look_at(city):
        async with visiting(browser, city, bypass_csp=False, reduced_motion="reduce", expected=path.expected) as page:
            await page.goto(f"/{language}{path.path}")
            await page.evaluate(f"() => {{ {axe} }}")
            for width in (NARROWEST, *WIDTHS):
                await page.set_viewport_size({"width": width, "height": 900})
                for scheme in SCHEMES:
                    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                    await page.evaluate(SETTLED)
                    over = await page.evaluate(
                        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                    )
                    found: list[dict[str, Any]] = (
                        []
                        if width == NARROWEST
                        else await page.evaluate(VIOLATIONS if scheme == SCHEMES[0] else COLOURS)
                    )
                    wrong = [(each["id"], each["nodes"][0]["html"][:200]) for each in found]
                    assert (over, wrong) == (0, []), f"/{language}{path.path} at {width} px, {scheme}"
                    looked_at += 1
    assert looked_at >= 5 * 3 * 2


async def test_a_search_works_by_keyboard_alone_and_keeps_its_address(city: Api, browser: Browser) -> None:
    async with visiting(browser, city) as page:
        await page.goto("/en")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.textContent") == "Skip to the content"
        await page.get_by_label("What").focus()
        await page.keyboard.type("Sarnai")
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile("q=Sarnai"))
        await page.get_by_role("link", name="Sarnai Tattoo").focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile("/en/providers/"))
        assert await page.get_by_role("heading", level=1).inner_text() == "Sarnai Tattoo"


async def test_pages_work_without_script(city: Api, browser: Browser) -> None:
    async with visiting(browser, city, java_script_enabled=False) as page:
        await page.goto("/mn")
        await page.locator(".languages summary").click()
        await page.get_by_role("link", name="فارسی").click()
        await page.wait_for_url(re.compile("/fa/"))
        await page.get_by_role("link", name="Sarnai Tattoo").click()
        await page.locator(".gallery a").first.click()
        await page.locator("#picture-0 >> text=بعدی").click()
        assert await page.locator("#picture-1").is_visible()
