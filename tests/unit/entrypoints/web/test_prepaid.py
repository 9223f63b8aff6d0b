"""Visits of packages and loyalty points: on the account, and as what pays for an appointment."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from playwright.async_api import Browser
from tests.browsing import needs_a_browser
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, serving
from tests.unit.entrypoints.web.forms import Visitor
from tests.unit.entrypoints.web.pages import visiting
from tests.unit.entrypoints.web.site import ORIGIN
from tests.unit.features.loyalty import PROGRAMME, PROGRAMMES
from tests.unit.features.packages import sell

from entrypoints.http.kit.session_cookies import ACCESS_COOKIE

MONDAY_AT_NOON = MONDAY_AT_TEN.replace("T10", "T12")


@pytest.fixture(scope="module")
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    async with serving(BOOKING_PUBLIC_URL=ORIGIN) as api:
        yield api


def summary_of(provider_id: str, slot: str = MONDAY_AT_TEN) -> str:
    return f"/en/book/{provider_id}/summary?slot={quote(slot)}"


async def points_of(api: Api, customer: Visitor, points: int) -> None:
    token = customer.cookies[ACCESS_COOKIE]
    user_id = (await api.get("/auth/me", token)).json()["id"]
    body = {"reason": "For the long wait.", "points": points}
    answer = await api.post(f"/admin/users/{user_id}/loyalty-adjustments", await api.an_admin(), json=body)
    assert answer.status_code == 201, answer.text


async def test_a_visit_of_a_package_pays_for_the_appointment_once_its_price_was_shown(api: Api) -> None:
    owner, provider_id = await api.open_provider(displayName="Sarnai", priceAmount=80_000_00, depositAmount=20_000_00)
    token = await api.joined("customer", verified=True)
    customer = Visitor(api, token)
    assert "You have no packages" in (await customer.get("/en/account/packages")).text
    assert 'name="package"' not in (await customer.get(summary_of(provider_id))).text
    package = (await sell(api, owner, token))["id"]
    shown = (await customer.get("/en/account/packages")).text
    assert all(each in shown for each in ("Five visits", "Sarnai", "5 visits left"))
    assert f'href="/en/book/{provider_id}?package={package}"' in shown
    assert "/en/account/packages" in (await customer.get("/en/account")).text

    offered = await customer.get(summary_of(provider_id))
    assert "\u2068Five visits\u2069: 5 visits left" in offered.text
    unseen = await customer.submit(offered, "/summary", package=package)
    assert (unseen.status_code, "The price has changed." in unseen.text) == (200, True)
    priced = await customer.submit(offered, "/summary", package=package, add="prepaid")
    assert all(each in priced.text for each in ("Full price", "−MNT 80,000"))
    assert f'<option value="{package}" selected>' in priced.text
    done = await customer.submit(priced, "/summary", package=package)
    booked = await customer.get(done.headers["Location"])
    assert all(each in booked.text for each in ("Five visits", "−MNT 80,000"))
    back = await customer.get(f"{summary_of(provider_id)}&package={package}")
    assert "You have booked this time already." in back.text
    assert 'name="package"' not in back.text
    after = (await customer.get("/en/account/packages")).text
    assert all(each in after for each in ("4 visits left", "1 more is kept for a booking that is to come."))


@needs_a_browser
async def test_a_package_is_chosen_in_a_browser(api: Api, browser: Browser) -> None:
    owner, _ = await api.open_provider(priceAmount=80_000_00)
    token = await api.joined("customer", verified=True)
    await sell(api, owner, token)
    async with visiting(browser, api, viewport={"width": 390, "height": 800}) as page:
        await page.context.add_cookies([{"name": ACCESS_COOKIE, "value": token, "url": f"{ORIGIN}/"}])
        await page.goto("/en/account/packages")
        await page.get_by_role("link", name="Book a visit").click()
        await page.get_by_role("button", name="Monday 23 November, 10:00, free").click()
        assert await page.get_by_label("Package").input_value() != "", "it stays chosen"
        card = page.locator("main aside")
        assert "Free" in await card.inner_text()
        await page.get_by_label("Package").select_option("Use no package")
        await page.get_by_role("button", name="Show the price").click()
        await page.get_by_text("Full price").wait_for(state="detached")
        assert "MNT 80,000" in await card.inner_text()
        await page.get_by_label("Package").select_option(index=1)
        await page.get_by_role("button", name="Show the price").click()
        await page.get_by_text("Full price").wait_for()
        await page.get_by_role("button", name="Book", exact=True).click()
        await page.wait_for_url(re.compile("/en/bookings/"))
    entries = (await api.get("/packages/mine", token)).json()["items"]
    assert [each["reserved"] for each in entries] == [1]


async def test_only_packages_that_cover_the_appointment_are_offered(api: Api) -> None:
    owner, provider_id = await api.open_provider(priceAmount=80_000_00)
    _, elsewhere = await api.open_provider(priceAmount=80_000_00)
    token = await api.joined("customer", verified=True)
    customer = Visitor(api, token)
    package = (await sell(api, owner, token, visits=1, validDays=7))["id"]
    assert 'name="package"' not in (await customer.get(summary_of(elsewhere))).text
    later = (api.clock.now() + timedelta(days=9)).replace(hour=2, minute=0, second=0).isoformat()
    assert 'name="package"' not in (await customer.get(summary_of(provider_id, later))).text
    first = await customer.get(f"{summary_of(provider_id)}&package={package}")
    assert f'<option value="{package}" selected>' in first.text
    assert "−MNT 80,000" in first.text, "the choice is in the address"
    second = await customer.get(f"{summary_of(provider_id, MONDAY_AT_NOON)}&package={package}")
    assert (await customer.submit(first, "/summary", package=package)).status_code == 303
    used_up = await customer.submit(second, "/summary", package=package)
    assert used_up.status_code == 409
    assert "Nothing is left of the package" in used_up.text
    assert 'name="package"' not in used_up.text


async def test_points_take_as_much_off_as_the_price_takes(api: Api) -> None:
    owner, provider_id = await api.open_provider(priceAmount=80_000_00)
    programme = {**PROGRAMME, "name": "Roses", "pointValue": 50_00}
    assert (await api.post(PROGRAMMES, await api.an_admin(), json=programme)).status_code == 201
    token = await api.joined("customer", verified=True)
    customer = Visitor(api, token)
    assert 'name="points"' not in (await customer.get(summary_of(provider_id))).text
    await points_of(api, customer, 200)
    shown = await customer.get(summary_of(provider_id))
    assert "\u2068Roses\u2069: 200 points, worth MNT 10,000" in shown.text
    [account] = re.findall(r'<option value="([^"]+)">\u2068Roses', shown.text)
    priced = await customer.submit(shown, "/summary", points=account, add="prepaid")
    assert all(each in priced.text for each in ("−MNT 10,000", "MNT 70,000"))
    package = (await sell(api, owner, token))["id"]
    refused = await customer.submit(priced, "/summary", points=account, package=package, add="prepaid")
    assert (refused.status_code, 'id="field-points-error"' in refused.text) == (409, True)
    assert "−MNT 80,000" in refused.text, "the package is priced without the points"
    done = await customer.submit(priced, "/summary", points=account)
    assert "−MNT 10,000" in (await customer.get(done.headers["Location"])).text
    assert "0 points" in (await customer.get("/en/account/points")).text


async def test_points_and_rewards_are_used_once_on_a_booking_that_was_made_before(api: Api) -> None:
    owner, provider_id = await api.open_provider(priceAmount=80_000_00, depositAmount=0)
    service = {"name": "Wash", "durationMinutes": 60, "priceAmount": 20_000_00, "depositAmount": 0}
    wash = (await api.post("/services", owner, json=service)).json()["id"]
    rewards = [{"name": "A wash", "points": 150, "serviceIds": [wash]}]
    programme = {**PROGRAMME, "name": "Roses", "pointValue": 50_00, "rewards": rewards}
    assert (await api.post(PROGRAMMES, await api.an_admin(), json=programme)).status_code == 201
    token = await api.joined("customer", verified=True)
    customer = Visitor(api, token)
    booking = await api.booked(token, provider_id, serviceIds=[wash])
    path = f"/en/bookings/{booking['id']}"
    assert "Use points" not in (await customer.get(path)).text
    assert (await customer.get(f"{path}/points")).headers["Location"] == path
    await points_of(api, customer, 200)
    assert f'href="{path}/points"' in (await customer.get(path)).text
    asked = await customer.get(f"{path}/points")
    assert "\u2068Roses\u2069: 200 points, worth MNT 10,000" in asked.text
    [reward] = re.findall(r'value="([^"]+ A wash)"', asked.text)
    wrong = await customer.submit(asked, "/points", points=reward.replace("A wash", "A cut"))
    assert (wrong.status_code >= 400, 'id="choices-points-error"' in wrong.text) == (True, True)
    done = await customer.submit(wrong, "/points", points=reward)
    assert done.headers["Location"] == f"{path}?done=redeemed"
    shown = await customer.get(done.headers["Location"])
    assert all(each in shown.text for each in ("The points are used.", "−MNT 20,000", "Free"))
    assert "Use points" not in shown.text
    assert (await customer.submit(asked, "/points", points=reward)).headers["Location"] == path, "a second click"
    assert "50 points" in (await customer.get("/en/account/points")).text


async def test_a_reward_pays_its_service_once_its_price_was_shown(api: Api) -> None:
    owner, provider_id = await api.open_provider(priceAmount=80_000_00)
    service = {"name": "Wash", "durationMinutes": 60, "priceAmount": 20_000_00, "depositAmount": 0}
    wash = (await api.post("/services", owner, json=service)).json()["id"]
    cut = (await api.post("/services", owner, json={**service, "name": "Cut", "priceAmount": 50_000_00})).json()["id"]
    rewards = [{"name": "A wash", "points": 150, "serviceIds": [wash]}]
    programme = {**PROGRAMME, "name": "Roses", "pointValue": 50_00, "rewards": rewards}
    assert (await api.post(PROGRAMMES, owner, json=programme)).status_code == 201
    token = await api.joined("customer", verified=True)
    customer = Visitor(api, token)
    user_id = (await api.get("/auth/me", token)).json()["id"]
    given = {"reason": "?", "points": 310, "providerId": provider_id}
    await api.post(f"/admin/users/{user_id}/loyalty-adjustments", await api.an_admin(), json=given)
    shown = (await customer.get("/en/account/points")).text
    assert "\u2068A wash\u2069 for 150 points" in shown
    both, only_cut = (f"{summary_of(provider_id)}&service={services}" for services in (f"{wash}&service={cut}", cut))
    assert "A wash" not in (await customer.get(only_cut)).text
    offered = await customer.get(both)
    [reward] = re.findall(r'<option value="([^"]+ A wash)">\u2068A wash\u2069 for 150 points', offered.text)
    chosen = {"service": [wash, cut], "points": reward}
    priced = await customer.submit(offered, "/summary", add="prepaid", **chosen)
    assert all(each in priced.text for each in ("−MNT 20,000", "MNT 50,000", f'<option value="{reward}" selected>'))
    thrice = await customer.get(f"{both}&every=1&times=3")
    assert "A wash" not in thrice.text, "there are points for two"
    twice = await customer.get(f"{both}&every=1&times=2&points={quote(reward)}")
    assert twice.text.count("· MNT 50,000") == 2
    assert (await customer.submit(twice, "/summary", every="1", times="2", **chosen)).status_code == 303
    assert "10 points" in (await customer.get("/en/account/points")).text


async def test_each_appointment_that_repeats_takes_a_visit(api: Api) -> None:
    owner, provider_id = await api.open_provider(priceAmount=80_000_00)
    token = await api.joined("customer", verified=True)
    package = (await sell(api, owner, token))["id"]
    customer = Visitor(api, token)
    six = await customer.get(f"{summary_of(provider_id)}&every=1&times=6")
    assert 'name="package"' not in six.text, "it has five visits"
    path = f"{summary_of(provider_id)}&every=1&times=3"
    offered = await customer.get(path)
    assert offered.text.count("· MNT 80,000") == 3
    unseen = await customer.submit(offered, "/summary", every="1", times="3", package=package)
    assert (unseen.status_code, "The price has changed." in unseen.text) == (200, True)
    priced = await customer.submit(offered, "/summary", every="1", times="3", package=package, add="prepaid")
    assert priced.text.count("· Free") == 3
    noon = await customer.get(f"{summary_of(provider_id, MONDAY_AT_NOON)}&every=1&times=3&package={package}")
    later = await customer.submit(noon, "/summary", every="1", times="3", package=package, add="prepaid")
    done = await customer.submit(priced, "/summary", every="1", times="3", package=package)
    assert done.headers["Location"] == "/en/bookings?done=booked"
    assert "3 more are kept for bookings that are to come." in (await customer.get("/en/account/packages")).text
    used_up = await customer.submit(later, "/summary", every="1", times="3", package=package)
    assert (used_up.status_code, "Nothing is left of the package" in used_up.text) == (409, True)
    assert used_up.text.count("· MNT 80,000") == 3
    assert len((await api.get("/bookings", token)).json()["items"]) == 3


async def test_appointments_that_repeat_share_points_evenly(api: Api) -> None:
    _, provider_id = await api.open_provider(priceAmount=80_000_00)
    programme = {**PROGRAMME, "name": "Roses", "pointValue": 50_00}
    assert (await api.post(PROGRAMMES, await api.an_admin(), json=programme)).status_code == 201
    customer = Visitor(api, await api.joined("customer", verified=True))
    await points_of(api, customer, 200)
    shown = await customer.get(f"{summary_of(provider_id)}&every=2&times=3")
    assert "\u2068Roses\u2069: 198 points, worth MNT 9,900" in shown.text
    [account] = re.findall(r'<option value="([^"]+)">\u2068Roses', shown.text)
    again = {"every": "2", "times": "3", "points": account}
    priced = await customer.submit(shown, "/summary", add="prepaid", **again)
    assert priced.text.count("· MNT 76,700") == 3
    assert "MNT 230,100" in priced.text, "together"
    assert (await customer.submit(priced, "/summary", **again)).status_code == 303
    assert "2 points" in (await customer.get("/en/account/points")).text
