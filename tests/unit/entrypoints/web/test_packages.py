"""Packages of visits on pages: what places sell, buying, paying and returning one."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from playwright.async_api import Browser
from tests.browsing import needs_a_browser
from tests.unit.entrypoints.api import Api, serving
from tests.unit.entrypoints.web.forms import Visitor
from tests.unit.entrypoints.web.pages import visiting
from tests.unit.entrypoints.web.site import ORIGIN
from tests.unit.features.packages import FIVE, sell

from booking_domain.shared.languages import LANGUAGES
from booking_domain.shared.money import Money
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE

PRICE = Money(amount=FIVE["priceAmount"], currency=FIVE["currency"])


@pytest.fixture(scope="module")
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    async with serving(BOOKING_PUBLIC_URL=ORIGIN) as api:
        yield api


async def offering(api: Api, **offer: Any) -> tuple[str, str, str]:
    """A provider with an offer: their token, the address of their page, and that on which it is bought."""
    owner, provider_id = await api.open_provider(displayName="Sarnai", priceAmount=80_000_00)
    made = await api.post("/package-offers", owner, json={**FIVE, **offer})
    assert made.status_code == 201, made.text
    moved = await Visitor(api).get(f"/en/providers/{provider_id}")
    return owner, moved.headers["Location"], f"/en/packages/new?offer={made.json()['id']}"


async def ordered(customer: Visitor, buying: str) -> str:
    """Order the package; the address of the order."""
    answer = await customer.submit(await customer.get(buying), "/packages/new")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


async def paid(api: Api, customer: Visitor, order: str) -> str:
    """Pay the order at the gateway; what its page shows then."""
    found = await api.get(f"/orders/{order.rpartition('/')[2]}", customer.cookies[ACCESS_COOKIE])
    assert api.gateway.pay(found.json()["qpayInvoiceId"], PRICE)
    api.clock.advance(timedelta(seconds=2))
    return unescape((await customer.get(order)).text)


async def test_a_package_is_bought_on_the_page_of_its_provider_paid_used_and_returned(api: Api) -> None:
    _, place, buying = await offering(api, validDays=365)
    shown = (await Visitor(api).get(place)).text
    for each in ("Packages of visits", "Five visits", "5 visits, each for MNT 64,000", f'href="{buying}"'):
        assert each in shown
    stranger = await Visitor(api).get(buying)
    assert stranger.headers["Location"].startswith("/en/sign-in?next=")
    customer = Visitor(api, await api.joined("customer", verified=True))
    asked = (await customer.get(buying)).text
    for each in ("Sarnai", "It costs MNT 320,000.", "It can be used for 365 days.", "You can return it within 14 days"):
        assert each in asked
    order = await ordered(customer, buying)
    waits = (await customer.get(order)).text
    assert all(each in waits for each in ("One step left: the payment", "Pay MNT 320,000", 'data-module="payment"'))
    assert "Waits for its payment" in (await customer.get("/en/account/packages")).text
    assert (await customer.get(f"{order}/state")).json()["paying"] is True
    after = await paid(api, customer, order)
    assert all(each in after for each in ("The package is paid", "5 visits", "Can be returned until"))
    state = (await customer.get(f"{order}/state")).json()
    assert (state["title"], state["paying"]) == ("The package is paid", False)
    mine = (await customer.get("/en/account/packages")).text
    assert all(each in mine for each in ("5 visits left", f'href="{order}"'))
    assert "Waits for its payment" not in mine
    [book] = re.findall(r'href="(/en/book/[^"]+package=[^"]+)"', after)
    assert (await customer.get(book)).status_code in {200, 303}
    question = await customer.get(f"{order}/return")
    assert "You get MNT 320,000 back" in question.text
    await customer.submit(question, "/return")
    assert "The package is returned" in (await customer.get(order)).text
    assert "0 visits left" in (await customer.get("/en/account/packages")).text
    assert (await customer.submit(question, "/return")).status_code == 409
    other = Visitor(api, await api.joined("customer"))
    assert (await other.get(order)).status_code == (await other.get(f"{order}/return")).status_code == 404


async def test_a_package_can_be_returned_only_within_the_days_of_the_policy(api: Api) -> None:
    _, _, buying = await offering(api)
    customer = Visitor(api, await api.joined("customer", verified=True))
    order = await ordered(customer, buying)
    assert f'href="{order}/return"' in await paid(api, customer, order)
    token = customer.cookies[ACCESS_COOKIE]
    question = await customer.get(f"{order}/return")
    package = (await api.get("/packages/mine", token)).json()["items"][0]
    assert package["balance"] == 5
    [provider] = re.findall(r"/en/book/([0-9a-f-]{36})", (await customer.get(order)).text)
    await api.booked(token, provider, packageId=package["id"])
    assert f'href="{order}/return"' not in (await customer.get(order)).text, "a visit is booked"
    refused = await customer.submit(question, "/return")
    assert (refused.status_code, "Something of what was bought was used" in refused.text) == (409, True)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_salon_sells_packages_in_every_language(api: Api, language: str) -> None:
    manager = await api.joined("manager")
    salon = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})).json()
    offer = {**FIVE, "salonId": salon["id"], "transferable": True}
    made = (await api.post("/package-offers", manager, json=offer)).json()
    visitor = Visitor(api, await api.joined("customer", verified=True))
    page = await visitor.get((await visitor.get(f"/{language}/salons/{salon['id']}")).headers["Location"])
    buying = f"/{language}/packages/new?offer={made['id']}"
    assert f'href="{buying}"' in page.text
    order = await ordered(visitor, buying)
    assert order.startswith(f"/{language}/orders/")
    shown = await paid(api, visitor, order)
    assert f'href="/{language}/salons/' in shown, "a visit is booked with somebody of the salon"


async def test_what_is_no_longer_sold_is_not_offered_and_its_money_comes_back(api: Api) -> None:
    owner, place, buying = await offering(api)
    customer = Visitor(api, await api.joined("customer", verified=True))
    form, order = await customer.get(buying), await ordered(customer, buying)
    assert (await api.post("/providers/me/withdraw", owner)).status_code == 200
    gone = await customer.get(buying)
    assert (gone.status_code, "What stood here is no longer offered." in gone.text) == (410, True)
    assert (await customer.submit(form, "/packages/new")).status_code in {404, 409}
    unsold = await paid(api, customer, order)
    assert all(each in unsold for each in ("The package is no longer sold", "The money is sent back to you."))
    offer_id = buying.rpartition("=")[2]
    assert (await api.post(f"/package-offers/{offer_id}/end", owner)).status_code == 200
    assert (await customer.get(buying)).status_code == 410
    for wrong in ("", "?offer=nothing", "?offer=0199f3a0-5c1e-7d42-8f0b-3c5a9e2d1b77"):
        assert (await customer.get(f"/en/packages/new{wrong}")).status_code == 404
    assert (await customer.get(place)).status_code == 404


async def test_visits_are_given_to_somebody_with_an_account_once(api: Api) -> None:
    owner, _ = await api.open_provider(displayName="Sarnai", priceAmount=80_000_00)
    token, friend = await api.joined("customer", verified=True), await api.joined("customer", verified=True)
    package = await sell(api, owner, token, transferable=True)
    customer, path = Visitor(api, token), f"/en/account/packages/{package['id']}/give"
    assert f'href="{path}"' in (await customer.get("/en/account/packages")).text
    form = await customer.get(path)
    assert "5 visits</option>" in form.text
    nobody = await customer.submit(form, "/give", contact="nobody@example.com", visits="2")
    assert (nobody.status_code, 'id="field-contact-error"' in nobody.text) == (422, True)
    address = (await api.get("/users/me", friend)).json()["email"]
    given = await customer.submit(form, "/give", contact=address, visits="2")
    assert given.headers["Location"] == "/en/account/packages?done=given"
    shown = (await customer.get(given.headers["Location"])).text
    assert all(each in shown for each in ("The visits are given", "3 visits left"))
    again = await customer.submit(form, "/give", contact=address, visits="2")
    assert (again.status_code, "The package has only 3 free visits." in again.text) == (409, True)
    assert "2 visits left" in (await Visitor(api, friend).get("/en/account/packages")).text
    assert (await Visitor(api, friend).get(path)).status_code == 404
    fixed = await sell(api, owner, token)
    refused = await customer.get(f"/en/account/packages/{fixed['id']}/give")
    assert refused.headers["Location"] == "/en/account/packages"


@needs_a_browser
async def test_in_a_browser_a_package_is_seen_to_be_paid_without_a_reload(api: Api, browser: Browser) -> None:
    _, place, _ = await offering(api)
    token = await api.joined("customer", verified=True)
    async with visiting(browser, api, viewport={"width": 390, "height": 800}) as page:
        await page.context.add_cookies([{"name": ACCESS_COOKIE, "value": token, "url": f"{ORIGIN}/"}])
        await page.goto(place)
        await page.get_by_role("link", name="Buy: Five visits").click()
        await page.get_by_role("button", name="Continue to the payment").click()
        await page.get_by_role("img", name="QR code of the payment").wait_for()
        order = (await api.get("/orders", token)).json()["items"][0]
        assert api.gateway.pay(order["qpayInvoiceId"], PRICE)
        api.clock.advance(timedelta(seconds=2))
        await page.get_by_role("heading", name="The package is paid").wait_for()
        await page.get_by_role("link", name="Show the package").click()
        await page.get_by_role("link", name="Book a visit").click()
        await page.wait_for_url(re.compile("/en/book/"))
