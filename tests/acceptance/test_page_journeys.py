"""Visitors find a studio on the pages, book by a code to their phone, pay, move and cancel: in a real browser.

One uses the keyboard only, one has scripts off, one clicks everything twice.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urljoin
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from tests.acceptance.people import DEPOSIT, PRICE, check_out, open_studio
from tests.acceptance.product import Product, eventually
from tests.browsing import ARGUMENTS, CHROMIUM, needs_a_browser

_CODE: Final = re.compile(r"\b\d{6}\b")

pytestmark = needs_a_browser


@dataclass(frozen=True)
class Visitor:
    """How a visitor uses the pages."""

    language: str
    name: str
    press: Callable[[Locator], None]
    script: bool = True


def by_keyboard(target: Locator) -> None:
    target.focus()
    target.press("Enter")


def by_mouse(target: Locator) -> None:
    target.click()


def twice(target: Locator) -> None:
    target.dblclick()


VISITORS: Final = (
    Visitor("en", "Bold", by_keyboard),
    Visitor("mn", "Болд", by_mouse, script=False),
    Visitor("fa", "بهار", twice),
)


@pytest.fixture(scope="module")
def studios(product: Product) -> list[str]:
    """The name of a studio for each visitor."""
    return [a_studio(product) for _ in VISITORS]


@pytest.fixture(scope="module")
def browser(studios: list[str]) -> Iterator[Browser]:
    """A browser; the loop of Playwright runs in this thread, so the studios are opened before."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def a_studio(product: Product) -> str:
    """Open a studio that search finds; returns its name."""
    name = f"Ink {uuid4().hex[:8]}"
    service = {"name": "Line", "durationMinutes": 60, "priceAmount": PRICE, "depositAmount": DEPOSIT}
    open_studio(product, name=name).owner.post("/services", service)
    return name


def code_for(product: Product, phone: str) -> str:
    """The code in the last text message to this number."""

    def look() -> str:
        for path in sorted(product.messages.glob("*.json"), reverse=True):
            message = json.loads(path.read_text(encoding="utf-8"))
            found = _CODE.search(message["text"]) if message["to"] == phone else None
            if found is not None:
                return found[0]
        return ""

    return str(eventually(look, what="a code"))


def on_a_whole_day(page: Page) -> None:
    """Show the times of a day of which nothing is over, whatever the hour and the day of the month."""
    day = datetime.now(UTC).date() + timedelta(days=3)
    page.goto(f"{page.url}{'&' if '?' in page.url else '?'}day={day}")


def reloaded_until(page: Page, shown: Locator) -> None:
    """Load the page again until it shows this."""

    def look() -> bool:
        page.reload()
        return shown.count() > 0

    eventually(look, what="the page to show it")


@pytest.mark.parametrize("visitor", VISITORS, ids=lambda visitor: visitor.language)
def test_a_visitor_finds_books_pays_moves_and_cancels(
    product: Product, studios: list[str], browser: Browser, visitor: Visitor
) -> None:
    context = browser.new_context(java_script_enabled=visitor.script, locale=visitor.language)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.text} {message.location}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"http://localhost:{product.port}/{visitor.language}/")
    choose_a_time(page, visitor, studios[VISITORS.index(visitor)])
    booking_id = book(page, visitor, product)
    pay(page, visitor, product, booking_id)
    move(page, visitor, product, booking_id)
    cancel(page, visitor, product, booking_id)
    assert complaints == []
    context.close()


def choose_a_time(page: Page, visitor: Visitor, studio: str) -> None:
    """Search for the studio, and choose a service and a time; then go back, and choose it again."""
    press = visitor.press
    page.locator("input[name=q]").fill(studio)
    page.locator("input[name=q]").press("Enter")
    found = page.get_by_role("link", name=studio)
    reloaded_until(page, found)
    press(found.first)
    page.wait_for_url("**/providers/*")
    press(page.locator("main a[href*='/book/']").first)
    page.wait_for_url("**/book/**")
    if "/time" not in page.url:
        page.locator("input[name=service]").first.check()
        press(page.locator("main form button").first)
    page.wait_for_url("**/time?**")
    on_a_whole_day(page)
    press(page.locator("a.slot").first)
    page.wait_for_url("**/you?**")
    page.go_back()
    press(page.locator("a.slot").first)
    page.wait_for_url("**/you?**")
    page.reload()


def book(page: Page, visitor: Visitor, product: Product) -> str:
    """Book by a code to the phone; returns the booking's id."""
    phone = f"+97699{uuid4().int % 10**6:06}"  # all of them are numbers of Mongolia
    page.locator("input[name=name]").fill(visitor.name)
    page.locator("input[name=phone]").fill(phone)
    visitor.press(page.locator("main form button").first)
    page.locator("input[name=code]").fill(code_for(product, phone))
    assert page.locator("input[name=name]").input_value() == visitor.name, "what was typed stays"
    visitor.press(page.locator("main form button").first)
    page.wait_for_url("**/summary?**")
    visitor.press(page.locator("main form button").first)
    page.wait_for_url("**/bookings/*")
    booking_id = page.url.rpartition("/")[2]
    of_customer = "SELECT count(*) FROM bookings JOIN bookings own USING (customer_id) WHERE own.id = %s"
    assert product.sql(of_customer, booking_id) == [(1,)]
    return booking_id


def pay(page: Page, visitor: Visitor, product: Product, booking_id: str) -> None:
    """Pay the deposit with the app of a bank, and add the appointment to a calendar."""
    visitor.press(page.locator("form[action$='/pay'] button"))
    page.locator("svg.qr").wait_for()
    [(invoice,)] = product.sql("SELECT invoice_reference FROM payments WHERE booking_id = %s", booking_id)
    check_out({"checkoutUrl": f"{product.simulator_url}/checkout/{invoice}"}, "paid")
    reloaded_until(page, page.locator("a[href$='/move']"))
    file = page.locator("a[href*='.ics']").first.get_attribute("href")
    calendar = page.request.get(urljoin(page.url, file))
    assert "BEGIN:VEVENT" in calendar.text()


def move(page: Page, visitor: Visitor, product: Product, booking_id: str) -> None:
    starts = "SELECT starts_at FROM bookings WHERE id = %s"
    before = product.sql(starts, booking_id)
    visitor.press(page.locator("a[href$='/move']"))
    page.wait_for_url("**/move*")
    on_a_whole_day(page)
    visitor.press(page.locator("a.slot").nth(3))
    page.wait_for_url("**/move?**")
    visitor.press(page.locator("main form button").first)
    page.wait_for_url(f"**/bookings/{booking_id}*")
    assert product.sql(starts, booking_id) != before


def cancel(page: Page, visitor: Visitor, product: Product, booking_id: str) -> None:
    """Cancel it; what the page quotes is given back."""
    visitor.press(page.locator("a[href$='/cancel']"))
    page.wait_for_url("**/cancel")
    quoted = int(page.locator("input[name=refund]").input_value())
    visitor.press(page.locator("main form button").first)
    page.wait_for_url(f"**/bookings/{booking_id}*")
    ended = "SELECT status, refunded_amount + refund_pending_amount FROM bookings WHERE id = %s"
    assert product.sql(ended, booking_id) == [("cancelled", quoted)]
