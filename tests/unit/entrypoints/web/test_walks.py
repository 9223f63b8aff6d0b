"""Ways through pages that people go seldom, each to its end in a real browser."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page
from tests.browsing import needs_a_browser
from tests.unit.entrypoints.api import Api, serving
from tests.unit.entrypoints.web.pages import MONDAY_EVENING, MONDAY_NOON, Look, as_who_looks, visiting
from tests.unit.entrypoints.web.site import ORIGIN
from tests.unit.entrypoints.web.test_links import linked
from tests.unit.entrypoints.web.test_ways_of_booking import WITH_SCRIPT, WITHOUT_SCRIPT
from tests.unit.features.reviews import visit

from booking_domain.bookings.action_links import LinkAction

pytestmark = needs_a_browser


@pytest.fixture(scope="module")
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    async with serving(BOOKING_PUBLIC_URL=ORIGIN) as api:
        yield api


async def heading(page: Page, text: str) -> None:
    await page.get_by_role("heading", level=1, name=text).wait_for()


@WITH_SCRIPT
async def test_a_dispute_is_opened_added_to_and_withdrawn(api: Api, browser: Browser, *, script: bool) -> None:
    token, _, booking = await visit(api)
    async with visiting(browser, api, java_script_enabled=script, viewport={"width": 390, "height": 800}) as page:
        await as_who_looks(page, Look("", "", token=token))
        await page.goto(f"/en/bookings/{booking['id']}")
        await page.get_by_role("link", name="Did something go wrong?").click()
        await heading(page, "What went wrong?")
        await page.get_by_label("The work is not what we agreed on.").check()
        await page.get_by_label("I want a part of my money back.").check()
        await page.get_by_label("What happened?").fill("It is smaller than we said.")
        await page.get_by_role("button", name="Open the dispute").click()
        await page.get_by_text("It is smaller than we said.").wait_for()
        await page.reload()
        await page.get_by_role("link", name="Add something").click()
        await page.get_by_label("In your words").fill("We said 12 cm.")
        await page.get_by_role("button", name="Add it").click()
        await page.get_by_text("We said 12 cm.").wait_for()
        await page.get_by_role("link", name="Withdraw the dispute").click()
        await page.get_by_role("button", name="Withdraw the dispute").click()
        await heading(page, "The dispute is withdrawn")
        await page.reload()
        await heading(page, "The dispute is withdrawn")


@WITHOUT_SCRIPT
async def test_a_review_is_written_by_keyboard_alone(api: Api, browser: Browser, *, script: bool) -> None:
    token, _, booking = await visit(api)
    path = f"/en/bookings/{booking['id']}"
    async with visiting(browser, api, expected=["refused=1"], java_script_enabled=script) as page:
        await as_who_looks(page, Look("", "", token=token))
        await page.goto(path)
        await page.get_by_role("link", name="Write a review").focus()
        await page.keyboard.press("Enter")
        await heading(page, "How was it?")
        await page.get_by_role("radio", name="5 of 5 stars").focus()
        await page.keyboard.press("Space")
        await page.keyboard.press("ArrowDown")
        assert await page.get_by_role("radio", name="4 of 5 stars").is_checked()
        await page.keyboard.press("Tab")
        await page.keyboard.insert_text("x" * 2_000)  # at once, as a keyboard that suggests words does
        await page.keyboard.type("x")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**refused=1")
        wrong = page.get_by_label("In your words")
        assert await wrong.evaluate("each => each === document.activeElement"), "what is wrong has the focus"
        assert await page.get_by_role("radio", name="4 of 5 stars").is_checked(), "what was chosen stays"
        await page.keyboard.press("Control+A")
        await page.keyboard.type("Calm and exact.")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**{path}?done=reviewed")
        [review] = (await api.get("/reviews/me", token)).json()["items"]
        assert (review["rating"], review["text"]) == (4, "Calm and exact.")


async def test_an_offered_time_is_accepted_by_the_link_of_a_message(api: Api, browser: Browser) -> None:
    token, booking = await linked(api, LinkAction.ACCEPT, bookingMode="request")
    offer = {"slots": [MONDAY_NOON, MONDAY_EVENING]}
    answer = await api.post(f"/bookings/{booking['id']}/offer-times", booking["owner"], json=offer)
    assert answer.status_code == 200, answer.text
    async with visiting(browser, api, viewport={"width": 390, "height": 800}) as page:
        await page.goto(f"/en/links/accept#{token}")
        await heading(page, "Your request has an answer")
        assert token not in page.url
        await page.get_by_label("18:00").check()
        await page.get_by_role("button", name="Accept").click()
        await page.wait_for_url("**?done=accepted")
        await page.reload()
        await page.get_by_role("link", name="Sign in to pay").click()
        await heading(page, "Sign in")
        assert f"next=%2Fbookings%2F{booking['id']}" in page.url
    found = await api.booking(booking["id"], booking["customer"])
    assert found["start"] == "2026-11-23T10:00:00Z"


@WITH_SCRIPT
async def test_a_booking_is_moved_and_cancelled_by_links_without_an_account(
    api: Api, browser: Browser, *, script: bool
) -> None:
    for action, steps in ((LinkAction.MOVE, "moved"), (LinkAction.CANCEL, "cancelled")):
        token, booking = await linked(api, action, depositAmount=0)
        async with visiting(browser, api, java_script_enabled=script) as page:
            await page.goto(f"/en/links/{action.value}#{token}")
            if not script:
                await page.get_by_label("The link from your message").fill(f"{ORIGIN}/links/{action.value}#{token}")
                await page.get_by_role("button", name="Open").click()
            if action is LinkAction.MOVE:
                await page.get_by_role("link", name="Monday 23 November, 15:00, free").click()
                await page.get_by_role("button", name="Move the booking").click()
            else:
                await page.get_by_role("button", name="Cancel the booking").click()
            await page.wait_for_url(f"**?done={steps}")
            await page.reload()
            assert not await page.get_by_role("link", name="My bookings").is_visible(), "there is no account"
        found = await api.booking(booking["id"], booking["customer"])
        expected = {"moved": found["start"] == "2026-11-23T07:00:00Z", "cancelled": found["status"] == "cancelled"}
        assert expected[steps], found
