"""The page on which a developer pays, in a real browser."""

import httpx
from playwright.sync_api import expect, sync_playwright
from tests.browsing import ARGUMENTS, SHELL, assert_usable, needs_a_browser
from tests.gates import PATIENCE_SECONDS
from tests.unit.simulators.stripe.simulator_process import SECRET_KEY, StripeSimulator


@needs_a_browser
def test_the_page_is_usable_on_a_telephone_before_and_after_paying(stripe_simulator: StripeSimulator) -> None:
    order = {"amount": "2000000", "currency": "mnt", "description": "Haircut" * 20}
    headers = {"Authorization": f"Bearer {SECRET_KEY}"}
    made = httpx.post(
        f"{stripe_simulator.url}/v1/payment_intents",
        data=order,
        headers=headers,
        trust_env=False,
        timeout=PATIENCE_SECONDS,
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=SHELL, args=ARGUMENTS)
        page = browser.new_page()
        page.goto(f"{stripe_simulator.url}/checkout/{made.json()['id']}")
        assert_usable(page)
        page.get_by_role("button", name="Pay", exact=True).click()
        expect(page.get_by_role("status")).to_have_text("succeeded")
        assert_usable(page)
        browser.close()
