"""`/` and `/docs` in a real browser."""

from playwright.sync_api import expect, sync_playwright
from tests.acceptance.product import Product
from tests.browsing import ARGUMENTS, CHROMIUM, assert_usable, needs_a_browser


@needs_a_browser
def test_a_developer_finds_an_operation_from_the_start_page(product: Product) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(product.url)
        assert_usable(page)
        page.get_by_role("link", name="Documentation").click()
        groups = page.locator(".opblock-tag-section")
        expect(groups.first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollHeight") < 4_000
        assert_usable(page)
        page.get_by_placeholder("Filter").fill("hold a slot")
        expect(groups).to_have_count(1)
        groups.get_by_role("button").first.click()
        expect(page.get_by_text("/api/v1/holds", exact=False).first).to_be_visible()
        assert complaints == []
        browser.close()
