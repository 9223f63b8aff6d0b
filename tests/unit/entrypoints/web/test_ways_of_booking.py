"""The ways to book in a real browser, with scripts and without: back and reload at every step, a request with offered
times, a series, the waiting list, a chosen length, a booking link.
"""

import re
from typing import Any, Final
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page
from tests.browsing import needs_a_browser
from tests.unit.effort import at_night
from tests.unit.entrypoints.api import Api
from tests.unit.entrypoints.web.forms import code_of
from tests.unit.entrypoints.web.pages import visiting
from tests.unit.entrypoints.web.site import ORIGIN

from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.scheduling.waiting import OfferFreedTime, offer_freed
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE

AT_TEN = "Monday 23 November, 10:00, free"
AT_ELEVEN = "Monday 23 November, 11:00, free"
SERVICE = {"name": "Haircut", "durationMinutes": 60, "priceAmount": 80_000_00, "depositAmount": 0}
TERMS = {"displayName": "Sarnai", "priceAmount": 80_000_00, "depositAmount": 0}

pytestmark = [
    needs_a_browser,
    pytest.mark.settings(BOOKING_PUBLIC_URL=ORIGIN),
]
WITH_SCRIPT: Final = pytest.mark.parametrize("script", [True, at_night(False)])  # noqa: FBT003
WITHOUT_SCRIPT: Final = pytest.mark.parametrize("script", [at_night(True), False])  # noqa: FBT003
"""`make test` takes every second way without scripts, `make nightly` each in both manners."""


async def signed_in(page: Page, api: Api) -> str:
    """The token of a customer, whose session the browser has."""
    token = await api.joined("customer", verified=True)
    await page.context.add_cookies([{"name": ACCESS_COOKIE, "value": token, "url": f"{ORIGIN}/"}])
    return token


async def join(page: Page, api: Api) -> None:
    """Say who one is, by a code to the phone."""
    await page.get_by_label("Your name").fill("Bold")
    await page.get_by_label("Phone").fill("+97699112233")
    await page.get_by_role("button", name="Send me a code").click()
    await page.get_by_label("Code").wait_for()
    await page.get_by_label("Code").fill(await code_of(api))
    await page.get_by_role("button", name="Continue").click()


async def heading(page: Page, text: str) -> None:
    await page.get_by_role("heading", level=1, name=text, exact=True).wait_for()


async def bookings_of(api: Api, owner: str) -> list[dict[str, Any]]:
    return list((await api.get("/bookings", owner)).json()["items"])


@WITH_SCRIPT
async def test_every_step_can_be_reloaded_and_left_by_back(api: Api, browser: Browser, *, script: bool) -> None:
    owner, provider_id = await api.open_provider(**TERMS)
    for name in ("Haircut", "Beard"):
        assert (await api.post("/services", owner, json={**SERVICE, "name": name})).status_code == 201
    async with visiting(browser, api, expected=["409"], java_script_enabled=script) as page:
        await page.goto(f"/en/book/{provider_id}")
        await page.get_by_label("Haircut").check()
        await page.get_by_role("button", name="Choose a time").click()
        await heading(page, "Choose a time")
        await page.reload()
        await page.go_back()
        await heading(page, "What would you like?")
        await page.get_by_label("Beard").check()
        await page.get_by_role("button", name="Choose a time").click()
        await page.get_by_text("2 h").wait_for()  # of both: what was chosen before is chosen still
        await page.get_by_role("link", name=AT_TEN).click()
        await heading(page, "Almost done")
        await page.reload()
        await page.go_back()
        await page.get_by_role("link", name=AT_ELEVEN).click()
        await heading(page, "Almost done")
        await join(page, api)
        await heading(page, "Is everything right?")
        await page.reload()
        await page.get_by_text("Kept for you until").wait_for()
        await page.get_by_role("link", name="Choose another time").click()
        await page.get_by_role("button", name=AT_TEN).click()
        await heading(page, "Is everything right?")
        await page.go_back()
        await page.get_by_role("button", name=AT_ELEVEN).click()
        await heading(page, "Is everything right?")
        await page.get_by_role("button", name="Book", exact=True).click()
        await heading(page, "It is booked")
        await page.reload()
        await heading(page, "It is booked")
        await page.go_back()
        await page.get_by_text("You have booked this time already.").wait_for()
        await page.get_by_role("link", name="Show my booking").click()
        await heading(page, "It is booked")
    [booked] = await bookings_of(api, owner)
    assert (booked["start"], len(booked["services"])) == ("2026-11-23T03:00:00Z", 2)


@WITHOUT_SCRIPT
async def test_a_request_is_answered_by_offered_times(api: Api, browser: Browser, *, script: bool) -> None:
    owner, provider_id = await api.open_provider(**TERMS, bookingMode="request")
    async with visiting(browser, api, java_script_enabled=script) as page:
        await page.goto(f"/en/book/{provider_id}/time")
        await page.get_by_role("link", name=AT_TEN).click()
        await join(page, api)
        await page.get_by_label("Your idea").fill("A koi")
        await page.get_by_role("button", name="Book", exact=True).click()
        await heading(page, "Your request is sent")
        booking = f"/bookings/{page.url.rpartition('/')[2]}"
        offer = {"slots": ["2026-11-23T18:00:00+08:00", "2026-11-24T15:00:00+08:00"], "priceAmount": 9_000_000}
        assert (await api.post(f"{booking}/offer-times", owner, json=offer)).status_code == 200
        await page.reload()
        await heading(page, "Your request has an answer")
        await page.get_by_text("The price is MNT 90,000 instead of MNT 80,000.").wait_for()
        await page.get_by_label("Tue 24 Nov 2026, 15:00").check()
        await page.get_by_role("button", name="Accept").click()
        await page.get_by_text("Thank you, that is agreed.").wait_for()
        await heading(page, "It is booked")
        assert page.url.endswith(f"{booking}?done=accepted")
    [booked] = await bookings_of(api, owner)
    assert (booked["status"], booked["start"]) == ("confirmed", "2026-11-24T07:00:00Z")


@WITH_SCRIPT
async def test_an_appointment_repeats_once_its_dates_are_shown(api: Api, browser: Browser, *, script: bool) -> None:
    owner, provider_id = await api.open_provider(**TERMS)
    async with visiting(browser, api, java_script_enabled=script) as page:
        await signed_in(page, api)
        await page.goto(f"/en/book/{provider_id}/time")
        await page.get_by_role("button", name=AT_TEN).click()
        await page.get_by_text("Repeat this appointment").click()
        await page.get_by_label("Repeat", exact=True).select_option(label="Every 2 weeks")
        await page.get_by_label("How many in all").select_option(label="3 appointments")
        await page.get_by_role("button", name="Show the dates").click()
        await page.get_by_role("complementary").get_by_text("MNT 240,000").wait_for()
        assert await page.locator("aside ol > li").count() == 3
        await page.get_by_role("button", name="Book all 3 appointments").click()
        await heading(page, "My bookings")
        assert await page.locator(".booking-row").count() == 3
    assert len(await bookings_of(api, owner)) == 3


@WITHOUT_SCRIPT
async def test_who_waits_gets_a_freed_time_and_books_it(api: Api, browser: Browser, *, script: bool) -> None:
    owner, provider_id = await api.open_provider(**TERMS)
    taken = await api.booked(await api.joined("customer", verified=True), provider_id)
    async with visiting(browser, api, java_script_enabled=script) as page:
        await signed_in(page, api)
        await page.goto(f"/en/book/{provider_id}/time?day=2026-11-24")
        await page.get_by_role("link", name="Tell me when an earlier time is free").click()
        await page.locator("main form button").click()
        await page.get_by_role("button", name="Leave the waiting list of Sarnai").wait_for()
        assert (await api.post(f"/bookings/{taken['id']}/cancel", owner, json={})).status_code == 200
        wish = OfferFreedTime(provider_id=ProviderId(UUID(provider_id)))
        await api.container.executor().run(offer_freed, wish, actor=SYSTEM)
        await page.reload()
        await page.get_by_text("is kept for you until").wait_for()
        await page.get_by_role("link", name="Book it").click()
        await page.get_by_role("button", name="Book", exact=True).click()
        await heading(page, "It is booked")
        await page.goto("/en/waiting")
        await page.get_by_text("You are on no waiting list").wait_for()


@WITH_SCRIPT
async def test_a_length_is_chosen_and_booked(api: Api, browser: Browser, *, script: bool) -> None:
    owner, provider_id = await api.open_provider(**TERMS)
    lengths = {"durations": [{"minutes": 150, "priceAmount": 200_000_00}]}
    assert (await api.put("/availability/settings", owner, json=lengths)).is_success
    async with visiting(browser, api, java_script_enabled=script) as page:
        await page.goto(f"/en/book/{provider_id}")
        await heading(page, "How long?")
        await page.get_by_label("2 h 30 min").check()
        await page.get_by_role("button", name="Choose a time").click()
        await page.get_by_role("link", name=AT_TEN).click()
        await join(page, api)
        await page.get_by_role("complementary").get_by_text("MNT 200,000").wait_for()
        await page.get_by_role("button", name="Book", exact=True).click()
        await heading(page, "It is booked")
    [booked] = await bookings_of(api, owner)
    assert (booked["start"], booked["end"]) == ("2026-11-23T02:00:00Z", "2026-11-23T04:30:00Z")


@WITHOUT_SCRIPT
async def test_a_booking_link_counts_who_comes_and_who_books(api: Api, browser: Browser, *, script: bool) -> None:
    owner, provider_id = await api.open_provider(**TERMS)
    assert (await api.post("/services", owner, json=SERVICE)).status_code == 201
    link = (await api.post("/providers/me/booking-links", owner, json={"name": "Flyer"})).json()["linkToken"]
    async with visiting(browser, api, java_script_enabled=script, user_agent="Mozilla/5.0 (Android 14)") as page:
        await page.goto("/en")
        await page.evaluate(f"location.href = '/en/book/{provider_id}/{link}'")
        await page.get_by_label("Haircut").check()
        await page.get_by_role("button", name="Choose a time").click()
        await page.get_by_role("link", name=AT_TEN).click()
        await join(page, api)
        await page.get_by_role("button", name="Book", exact=True).click()
        await page.wait_for_url(re.compile("/en/bookings/"))
    [counted] = (await api.get("/providers/me/booking-links", owner)).json()["items"]
    assert (counted["visitors"], counted["bookings"]) == (1, 1)
