"""`/`, `/docs` and the inbox in a real browser."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from playwright.sync_api import expect, sync_playwright
from tests.acceptance.product import Product
from tests.browsing import ARGUMENTS, CHROMIUM, assert_usable, needs_a_browser

from adapters.console.sender import ConsoleMessageSender
from booking_domain.notifications.ports import OutgoingMessage

LETTER = OutgoingMessage(
    id=uuid4(),
    channel="email",
    to=f"{'a-long-name.' * 5}@{'a-long-domain.' * 8}example.com",
    subject="رزرو شما تأیید شد",
    text=f"https://example.com/{'a-long-path' * 20}",
    created_at=datetime.now(UTC),
    language="fa",
    calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
)


@needs_a_browser
def test_a_developer_finds_an_operation_and_what_would_be_sent(product: Product) -> None:
    newest = replace(LETTER, created_at=datetime.now(UTC))
    asyncio.run(ConsoleMessageSender(product.messages).send(newest))
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
        page.goto(f"{product.url}/docs/inbox")
        assert_usable(page)
        page.get_by_role("link", name=LETTER.subject).first.click()
        expect(page.frame_locator("iframe").get_by_role("heading", name=LETTER.subject)).to_be_visible()
        expect(page.get_by_role("link", name="booking.ics")).to_be_visible()
        assert_usable(page)
        assert complaints == []
        browser.close()
