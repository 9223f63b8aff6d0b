"""The checkout page in a real browser, without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from tests.browsing import ARGUMENTS, SHELL, assert_usable, needs_a_browser
from tests.unit.simulators.qpay.merchant import Merchant

pytestmark = needs_a_browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=SHELL, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browser(chromium: Browser) -> BrowserContext:
    """A browser with JavaScript disabled and a fresh profile."""
    return chromium.new_context(java_script_enabled=False)


def test_a_customer_sees_the_amount_and_qr_code_and_pays(browser: BrowserContext, merchant: Merchant) -> None:
    invoice = merchant.invoice(amount=20_000, invoice_description="Haircut & wash <3")
    page = browser.new_page()
    requested_urls: list[str] = []
    page.on("request", lambda request: requested_urls.append(request.url))
    console_messages: list[str] = []
    page.on("console", lambda message: console_messages.append(message.text))
    page.goto(invoice["qPay_shortUrl"])

    expect(page.get_by_text("20,000.00 MNT", exact=True)).to_be_visible()
    expect(page.get_by_text("Haircut & wash <3")).to_be_visible()
    expect(page.get_by_role("heading", name="Simulated Merchant")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("OPEN")
    code = page.get_by_role("img", name="QR code to pay 20,000.00 MNT")
    expect(code).to_be_visible()
    assert code.evaluate("image => image.naturalWidth") > 100

    page.get_by_role("button", name="Pay 20,000.00 MNT").click()

    expect(page.get_by_role("status")).to_have_text("PAID")
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("img")).to_have_count(0)
    [row] = merchant.check(invoice["invoice_id"])["rows"]
    expect(page.get_by_role("cell", name=row["payment_id"])).to_be_visible()
    assert console_messages == []
    assert all(url.startswith((str(merchant.client.base_url), "data:")) for url in requested_urls)
    page.close()


def test_a_customer_pays_half_by_card(browser: BrowserContext, merchant: Merchant) -> None:
    invoice = merchant.invoice(amount=500)
    page = browser.new_page()
    page.goto(invoice["qPay_shortUrl"])
    page.get_by_label("CARD").check()
    page.get_by_role("button", name="Pay half").click()
    expect(page.get_by_role("cell", name="250.00 MNT")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("OPEN")
    [row] = merchant.check(invoice["invoice_id"])["rows"]
    assert (row["payment_type"], row["payment_amount"]) == ("CARD", "250.00")
    page.close()


def test_paying_from_a_stale_page_shows_an_error(browser: BrowserContext, merchant: Merchant) -> None:
    invoice = merchant.invoice()
    page = browser.new_page()
    page.goto(invoice["qPay_shortUrl"])
    merchant.pay("paid", invoice["invoice_id"])
    page.get_by_role("button", name="Pay 20,000.00 MNT").click()
    expect(page.get_by_role("alert")).to_have_text("This invoice is already paid.")
    page.close()


def test_the_page_is_usable_on_a_telephone_before_and_after_paying(chromium: Browser, merchant: Merchant) -> None:
    invoice = merchant.invoice()
    page = chromium.new_page()
    page.goto(invoice["qPay_shortUrl"])
    assert_usable(page)
    page.get_by_role("button", name="Pay 20,000.00 MNT").click()
    expect(page.get_by_role("status")).to_have_text("PAID")
    assert_usable(page)
    page.close()
