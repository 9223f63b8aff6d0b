"""The inbox and passkeys in a real browser, from a server that runs."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
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


ADDS_A_PASSKEY = """async () => {
    const ask = async (path, body, token) => {
        const headers = {"Content-Type": "application/json", ...(token && {"Authorization": `Bearer ${token}`})};
        const answer = await fetch("/api/v1/auth/" + path, {method: "POST", headers, body: JSON.stringify(body)});
        return {status: answer.status, ...await answer.json()};
    };
    const text = credential => JSON.stringify(credential.toJSON());
    const password = "nine blue lanterns", email = `${crypto.randomUUID()}@example.com`;
    const joined = await ask("register", {email, password, name: "Dorj", role: "customer"});
    const token = joined.accessToken;
    const toAdd = await ask("passkeys/options", {currentPassword: password}, token);
    const created = await navigator.credentials.create(
        {publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(toAdd.options)});
    const added = await ask("passkeys", {response: text(created), name: "phone", secondFactor: true}, token);
    const get = async () => {
        const {options} = await ask("passkey/options");
        const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
        return text(await navigator.credentials.get({publicKey}));
    };
    const response = await get();
    const signedIn = await ask("passkey", {response});
    const replayed = await ask("passkey", {response});
    const oneFactor = await ask("login", {email, password});
    const twoFactors = await ask("login", {email, password, secondFactor: await get()});
    return [added.name, signedIn.user.id === joined.user.id, replayed.code, oneFactor.code, twoFactors.status];
}"""


@pytest.fixture(scope="module")
def browser(product: Product) -> Iterator[Browser]:
    """A browser, and a letter in the inbox; afterwards the loop of Playwright runs in this thread."""
    asyncio.run(ConsoleMessageSender(product.messages).send(replace(LETTER, created_at=datetime.now(UTC))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@needs_a_browser
def test_a_user_adds_a_passkey_and_signs_in_with_it(product: Product, browser: Browser) -> None:
    page = browser.new_page()
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    can = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": {"protocol": "ctap2", "transport": "internal", **can}})
    page.goto(f"http://localhost:{product.port}")
    expected = ["phone", True, "auth.invalid_passkey", "auth.second_factor_needed", 200]
    assert page.evaluate(ADDS_A_PASSKEY) == expected
    page.close()


@needs_a_browser
def test_without_a_network_a_page_says_so_in_its_language(product: Product, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"http://localhost:{product.port}/mn")
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    page.context.set_offline(True)
    page.goto(f"http://localhost:{product.port}/mn/?q=sarnai")
    expect(page.locator("html")).to_have_attribute("lang", "mn")
    expect(page.get_by_role("heading", level=1)).to_have_text("Та сүлжээнд холбогдоогүй байна")
    assert page.evaluate("getComputedStyle(document.body).display") == "flex", "with its styles"
    page.close()


@needs_a_browser
def test_a_developer_finds_what_would_be_sent(product: Product, browser: Browser) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{product.url}/docs/inbox")
    page.get_by_role("link", name=LETTER.subject).first.click()
    expect(page.frame_locator("iframe").get_by_role("heading", name=LETTER.subject)).to_be_visible()
    expect(page.get_by_role("link", name="booking.ics")).to_be_visible()
    assert_usable(page)
    assert complaints == []
    page.close()
