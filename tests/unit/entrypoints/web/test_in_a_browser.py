"""Every page in a real browser: nothing overflows, axe finds nothing, the console stays silent."""

import re
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Page, expect
from tests.browsing import OVERFLOW, SCHEMES, SETTLED, VIOLATIONS, WEB, WIDTHS, needs_a_browser
from tests.npm import require_packages
from tests.unit.effort import NIGHTLY
from tests.unit.entrypoints.api import Api
from tests.unit.entrypoints.web.forms import code_of
from tests.unit.entrypoints.web.pages import Look, as_who_looks, pages_to_look_at, visiting
from tests.unit.entrypoints.web.site import ORIGIN

from booking_domain.shared.languages import LANGUAGES
from entrypoints.web.errors.maintenance import write_maintenance_pages

LONG: Final = "".join(Random(1).choices("абвгдеёжзийклмноөпрстуүфхцчшщъыьэюя", k=6_000))  # noqa: S311 - no secret
"""What cannot be made shorter."""
NARROWEST: Final = 320
"""Where nothing may overflow (WCAG 2.2, 1.4.10)."""
ZOOMED: Final = WIDTHS[0] // 2
"""What 1280 px are at a zoom of 200 % (WCAG 2.2, 1.4.4)."""
LARGE_TEXT: Final = """() => {
    const root = document.documentElement;
    root.style.fontSize = "200%";
    const cut = [...document.querySelectorAll("main *")].filter(each =>
        ["hidden", "clip"].includes(getComputedStyle(each).overflowX) && each.scrollWidth > each.clientWidth + 1
        && each.innerText?.trim() && !each.closest(".unseen"));
    const found = [root.scrollWidth - root.clientWidth, cut.map(each => each.outerHTML.slice(0, 100))];
    root.style.fontSize = "";
    return found;
}"""
"""By how many pixels the zoomed page is too wide with text twice as large, and which elements cut their text off."""
FOCUSED: Final = """() => {
    const focused = document.activeElement;
    if (focused === document.body) return "BODY";
    const {left, top, width, height} = focused.getBoundingClientRect();
    const seen = document.elementFromPoint(left + width / 2, top + height / 2);
    return focused.contains(seen) || seen?.contains(focused) || seen?.control === focused ? "" : focused.outerHTML;
}"""
"""Which element has the focus and is covered by another (WCAG 2.2, 2.4.11); BODY: none has the focus."""
HEADINGS: Final = """() => {
    const found = [...document.querySelectorAll("main :is(h1, h2, h3, h4, h5, h6)")];
    const levels = found.filter(each => each.checkVisibility()).map(each => Number(each.tagName[1]));
    const wrong = levels.some((each, at) => each > (at ? levels[at - 1] + 1 : 1)) || levels.lastIndexOf(1) > 0;
    return wrong || !levels.length ? levels : [];
}"""
"""The levels of the headings, if they are not in order below one of the first."""
SHAPES: Final = list(product(WIDTHS, SCHEMES))

pytestmark = needs_a_browser


@pytest.fixture(scope="module")
async def looks(city: Api) -> Sequence[Look]:
    return await pages_to_look_at(city)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_is_usable(city: Api, looks: Sequence[Look], browser: Browser, language: str) -> None:
    """Each page in one language, width and colour scheme, which take turns; in `make nightly`, in all of them."""
    require_packages(WEB)
    axe = (WEB / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    expected = [look.expected for look in looks if look.expected]
    async with visiting(browser, city, expected=expected, reduced_motion="reduce") as page:
        await page.context.add_init_script(axe)  # sending it to each page takes longer
        for number, look in enumerate(looks):
            turn, of_language = divmod(number, len(LANGUAGES))
            if not NIGHTLY and LANGUAGES[of_language] != language:
                continue
            await as_who_looks(page, look)
            await page.set_viewport_size({"width": NARROWEST, "height": 900})
            await page.goto(f"/{language}{look.path}")
            assert await page.evaluate(OVERFLOW) == 0, f"/{language}{look.path} at {NARROWEST} px"
            assert look.name == "styleguide" or await page.evaluate(HEADINGS) == [], f"/{language}{look.path}"
            await page.set_viewport_size({"width": ZOOMED, "height": 450})
            assert await page.evaluate(LARGE_TEXT) == [0, []], f"/{language}{look.path}, zoomed"
            for width, scheme in SHAPES if NIGHTLY else [SHAPES[turn % len(SHAPES)]]:
                await page.set_viewport_size({"width": width, "height": 900})
                await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                await page.evaluate(SETTLED)
                over = await page.evaluate(OVERFLOW)
                found: list[dict[str, Any]] = await page.evaluate(VIOLATIONS)
                wrong = [(each["id"], each["nodes"][0]["html"][:200]) for each in found]
                assert (over, wrong) == (0, []), f"/{language}{look.path} at {width} px, {scheme}"
    assert len(looks) >= 11


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_of_maintenance_is_usable(browser: Browser, tmp_path: Path, language: str) -> None:
    require_packages(WEB)
    write_maintenance_pages(tmp_path, "Nomad")
    axe = (WEB / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    context = await browser.new_context(base_url=ORIGIN)
    await context.route("**/*.css", lambda route: route.fulfill(path=tmp_path / "styles.css"))
    await context.route(f"**/{language}/", lambda route: route.fulfill(path=tmp_path / f"{language}.html", status=503))
    page = await context.new_page()
    turn = LANGUAGES.index(language)
    shapes = list(product((NARROWEST, *WIDTHS), SCHEMES))
    for width, scheme in shapes if NIGHTLY else (shapes[turn], shapes[turn + 3]):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme=scheme)
        await page.goto(f"/{language}/")
        await page.evaluate(f"() => {{ {axe} }}")
        found: list[dict[str, Any]] = await page.evaluate(VIOLATIONS)
        wrong = [(each["id"], each["nodes"][0]["html"][:200]) for each in found]
        assert (await page.evaluate(OVERFLOW), wrong) == (0, []), f"{width} px, {scheme}"
    await context.close()


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


async def test_what_is_too_long_to_be_kept_survives_reload_back_and_another_language(
    city: Api, looks: Sequence[Look], browser: Browser
) -> None:
    """Of a form that is answered itself the browser has all: it sends it again, or shows it as it was left."""
    [look] = (each for each in looks if each.name == "booking-review")
    for script in (True, False):
        async with visiting(browser, city, expected=["/review"], java_script_enabled=script) as page:
            await as_who_looks(page, look)
            await page.goto(f"/mn{look.path}")
            text, wrong = page.get_by_role("textbox"), page.locator(".field-error")
            await text.fill(LONG)
            await page.get_by_role("main").get_by_role("button").click()
            await wrong.wait_for()
            assert "refused=1" not in page.url
            again = await page.reload()
            assert again is not None
            assert (again.request.method, again.status) == ("POST", 422)
            assert (await text.input_value(), await wrong.count()) == (LONG, 1)
            await page.go_back()
            assert (await text.input_value(), await wrong.count()) == (LONG, 0)
            await page.get_by_role("main").get_by_role("button").click()
            await wrong.wait_for()
            for language, name in (("fa", "فارسی"), ("en", "English")):
                await page.locator(".languages summary").click()
                await page.get_by_role("button", name=name).click()
                await page.wait_for_url(f"**/{language}/**again=1")
                assert (await text.input_value(), await wrong.count()) == (LONG, 1)


async def test_what_was_typed_and_not_sent_goes_along_to_another_language(
    city: Api, looks: Sequence[Look], browser: Browser
) -> None:
    """Once, in this tab, and no password; what nobody changed is as the page in that language gives it."""
    [card] = (each for each in looks if each.name == "gift-card-new")
    typed = {"amount": "۵۰۰۰۰", "message": "Төрсөн өдрийн мэнд!\n— Болд", "day": "2026-12-24", "name": ""}
    async with visiting(browser, city) as page:
        await as_who_looks(page, card)
        await page.goto(f"/en{card.path}")
        for name, value in typed.items():
            await page.locator(f"main [name={name}]").fill(value)
        for language, its_name in (("fa", "فارسی"), ("mn", "Монгол")):
            await _in_another_language(page, its_name)
            await page.wait_for_url(f"**/{language}/**")
            for name, value in typed.items():
                await expect(page.locator(f"main [name={name}]")).to_have_value(value)
            await expect(page.locator("main [name=language]")).to_have_value(language)
        await page.locator("main [name=language]").select_option("en")
        await _in_another_language(page, "فارسی")
        await expect(page.locator("main [name=language]")).to_have_value("en")
        assert await page.evaluate("sessionStorage.length") == 0
        await page.goto(f"/mn{card.path}")
        await page.locator(".languages summary").click()
        assert await page.locator("main [name=message]").input_value() == ""

        await page.goto("/en/sign-in/password")
        await page.locator("main [type=password]").fill("correct-horse-battery")
        await page.locator("main [autocomplete=username]").fill("dorj@example.com")
        await page.evaluate(
            "document.querySelector('.languages').addEventListener('click', () => name = sessionStorage.typed)"
        )
        await _in_another_language(page, "Монгол")
        await expect(page.locator("main [autocomplete=username]")).to_have_value("dorj@example.com")
        await expect(page.locator("main [type=password]")).to_have_value("")
        kept = await page.evaluate("name")
        assert ("dorj@example.com" in kept, "correct-horse-battery" in kept) == (True, False)


async def _in_another_language(page: Page, name: str) -> None:
    await page.locator(".languages summary").click()
    await page.get_by_role("link", name=name).click()


@pytest.mark.parametrize("language", ["mn", "fa"])
async def test_days_times_and_choices_are_read_in_full(
    city: Api, looks: Sequence[Look], browser: Browser, language: str
) -> None:
    """As a screen reader gets them, from the tree of the browser."""
    of = {look.name: look for look in looks}
    async with visiting(browser, city) as page:
        reader = await page.context.new_cdp_session(page)

        async def read(name: str) -> list[tuple[str, str, dict[str, Any]]]:
            await as_who_looks(page, of[name])
            await page.goto(f"/{language}{of[name].path}")
            nodes = (await reader.send("Accessibility.getFullAXTree"))["nodes"]
            return [
                (
                    each["role"]["value"],
                    each.get("name", {}).get("value", ""),
                    {prop["name"]: prop["value"].get("value") for prop in each.get("properties", ())},
                )
                for each in nodes
                if not each["ignored"]
            ]

        heard = await read("book-time")
        days = {
            "mn": "Даваа Мягмар Лхагва Пүрэв Баасан Бямба Ням",
            "fa": "شنبه یکشنبه دوشنبه سه‌شنبه چهارشنبه پنجشنبه جمعه",
        }
        assert [name for role, name, _ in heard if role == "columnheader"] == days[language].split()
        links = {name for role, name, _ in heard if role == "link"}
        day, time = {
            "mn": ("11-р сарын 24, мягмар, 15 цаг сул", "11-р сарын 23, даваа, 10:30, сул"),
            "fa": ("سه‌شنبه ۳ آذر، ۱۵ زمان آزاد", "دوشنبه ۲ آذر، ۱۰:۳۰، آزاد"),
        }[language]
        assert {day, time} <= links
        heard = await read("dispute-new")
        radios = [found.get("invalid") for role, _, found in heard if role == "radio"]
        assert len(radios) == 8
        assert set(radios) == {"false"}, "nothing is wrong before anything is sent"


@pytest.mark.parametrize("name", ["provider", "book-services", "book-summary-of-length"])
async def test_what_has_the_focus_is_not_behind_the_step_that_stays(
    city: Api, looks: Sequence[Look], browser: Browser, name: str
) -> None:
    [look] = (each for each in looks if each.name == name)
    async with visiting(browser, city, viewport={"width": 390, "height": 600}, reduced_motion="reduce") as page:
        await as_who_looks(page, look)
        await page.goto(f"/en{look.path}")
        passed = 0
        while (hidden := await page.evaluate(FOCUSED)) != "BODY" or not passed:
            assert hidden in {"", "BODY"}, f"after {passed}: {hidden}"
            await page.keyboard.press("Tab")
            passed += 1
        assert passed > 5


async def test_the_reference_of_a_booking_is_copied(city: Api, looks: Sequence[Look], browser: Browser) -> None:
    [look] = (each for each in looks if each.name == "booking")
    async with visiting(browser, city, permissions=["clipboard-read", "clipboard-write"]) as page:
        await as_who_looks(page, look)
        await page.goto(f"/en{look.path}")
        copy = page.get_by_role("button", name="Copy: BK-")
        await copy.click()
        await page.get_by_role("status").get_by_text("Copied").wait_for()
        name = await copy.get_attribute("aria-label")
        assert name == f"Copy: {await page.evaluate('navigator.clipboard.readText()')}"


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
        await page.locator("#picture-1 >> text=بستن").click()
        await page.locator(".works a").first.click()
        await page.wait_for_url("**/works/*")
        await page.get_by_role("link", name="بعدی").click()
        await page.get_by_role("link", name="همهٔ کارها").click()
        await page.wait_for_url("**#works")


async def test_every_step_of_a_booking_can_be_reloaded_and_gone_back_to(api: Api, browser: Browser) -> None:
    owner, provider_id = await api.open_provider()
    service = {"name": "Line", "durationMinutes": 60, "priceAmount": 80_000_00}
    assert (await api.post("/services", owner, json=service)).status_code == 201
    spring = {"name": "Spring", "promotionCode": "spring", "currency": "MNT", "percent": 10}
    assert (await api.post("/promotions", owner, json=spring)).status_code == 201
    async with visiting(browser, api) as page:

        async def arrived(heading: str, before: str = "") -> None:
            """This page is there, also when it is loaded again, and after going back to the one before it."""
            shown = page.get_by_role("heading", level=1, name=heading)
            await shown.wait_for()
            await page.reload()
            await shown.wait_for()
            if before:
                await page.go_back()
                await page.get_by_role("heading", level=1, name=before).wait_for()
                await page.go_forward()
                await shown.wait_for()

        await page.goto(f"/en/book/{provider_id}")
        await arrived("What would you like?")
        await page.get_by_label("Line").check()
        await page.get_by_role("button", name="Choose a time").click()
        await arrived("Choose a time", "What would you like?")
        await page.locator("a.slot").first.click()
        await arrived("Almost done", "Choose a time")
        await page.get_by_label("Your name").fill("Bold")
        await page.get_by_label("Phone", exact=True).fill("+97699112233")
        await page.get_by_role("button", name="Send me a code").click()
        await page.get_by_label("Code").wait_for()
        await arrived("Almost done", "Almost done")
        await page.get_by_label("Code").fill(await code_of(api))
        await page.get_by_role("button", name="Continue").click()
        await arrived("Is everything right?", "Is everything right?")
        await page.get_by_label("Your idea").fill("A koi")
        await page.get_by_text("I have a promotion code").click()
        await page.get_by_label("Promotion code").fill("spring")
        await page.get_by_role("button", name="Apply the code").click()
        await page.get_by_text("Full price").wait_for()
        await arrived("Is everything right?", "Is everything right?")
        assert await page.get_by_label("Your idea").input_value() == "A koi"
        await page.get_by_role("button", name="Book", exact=True).click()
        await page.wait_for_url("**/bookings/*")
        await page.reload()
        await page.go_back()
        await page.get_by_text("You have booked this time already.").wait_for()
