"""Paying by card on pages: Stripe's script, here the simulator's, in a page that lets it run."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page
from tests.browsing import needs_a_browser
from tests.unit.entrypoints.api import Api, serving
from tests.unit.entrypoints.web.forms import Visitor
from tests.unit.entrypoints.web.pages import visiting
from tests.unit.entrypoints.web.site import ORIGIN
from tests.unit.features.packages import FIVE
from tests.unit.features.plans import TWO
from tests.unit.simulators.stripe.simulator_process import PUBLISHABLE_KEY, StripeSimulator

from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.ids import BookingId
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE
from entrypoints.web.app import site_of

DOLLARS = {"currency": "USD", "priceAmount": 80_00, "depositAmount": 20_00}
DECLINES = "A card that is declined"


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeSimulator]:
    with StripeSimulator(tmp_path_factory.mktemp("stripe") / "state.sqlite") as running:
        yield running


@pytest.fixture(scope="module")
async def api(anyio_backend: str, simulator: StripeSimulator) -> AsyncIterator[Api]:
    async with serving(BOOKING_PUBLIC_URL=ORIGIN, BOOKING_GATEWAYS="stripe", STRIPE_BASE_URL=simulator.url) as api:
        yield api


async def pay_by_card(page: Page) -> None:
    """Try a card that is declined, then pay with another."""
    cards = page.get_by_label("Card (simulator)")
    await cards.select_option(DECLINES)
    await page.locator("[data-send] button").click()
    await page.get_by_role("alert").get_by_text("declined").wait_for()
    await cards.select_option("A card that pays")
    await page.locator("[data-send] button").click()
    await page.get_by_text("Thank you. We are waiting for the word of the payment service.").wait_for()


@needs_a_browser
async def test_a_deposit_is_paid_by_card_and_seen_to_be_without_a_reload(
    api: Api, browser: Browser, simulator: StripeSimulator
) -> None:
    _, provider_id = await api.open_provider(**DOLLARS)
    token = await api.joined("customer", verified=True)
    booking = await api.booked(token, provider_id)
    async with visiting(browser, api, expected=["402"]) as page:
        await page.context.add_cookies([{"name": ACCESS_COOKIE, "value": token, "url": f"{ORIGIN}/"}])
        await page.goto(f"/en/bookings/{booking['id']}")
        await page.get_by_role("button", name="Pay the deposit").click()
        await pay_by_card(page)
        api.clock.advance(timedelta(seconds=2))
        await page.get_by_role("heading", name="It is booked").wait_for()


@needs_a_browser
async def test_a_package_is_paid_by_card(api: Api, browser: Browser, simulator: StripeSimulator) -> None:
    owner, _ = await api.open_provider(**DOLLARS)
    offer = {**FIVE, "priceAmount": 320_00, "currency": "USD"}
    made = (await api.post("/package-offers", owner, json=offer)).json()
    token = await api.joined("customer", verified=True)
    async with visiting(browser, api, expected=["402"]) as page:
        await page.context.add_cookies([{"name": ACCESS_COOKIE, "value": token, "url": f"{ORIGIN}/"}])
        await page.goto(f"/en/packages/new?offer={made['id']}")
        await page.get_by_role("button", name="Continue to the payment").click()
        await page.wait_for_url(re.compile("/en/orders/"))
        await pay_by_card(page)
        api.clock.advance(timedelta(seconds=2))
        await page.get_by_role("heading", name="The package is paid").wait_for()


@needs_a_browser
async def test_a_plan_is_charged_to_a_card_and_then_to_another(
    api: Api, browser: Browser, simulator: StripeSimulator
) -> None:
    owner, _ = await api.open_provider(**DOLLARS)
    made = (await api.post("/plan-offers", owner, json={**TWO, "priceAmount": 120_00, "currency": "USD"})).json()
    token = await api.joined("customer", verified=True)
    async with visiting(browser, api, expected=["402"]) as page:
        await page.context.add_cookies([{"name": ACCESS_COOKIE, "value": token, "url": f"{ORIGIN}/"}])
        await page.goto(f"/en/plans/new?offer={made['id']}")
        await page.get_by_text("The payment service keeps your card").wait_for()
        await page.get_by_role("button", name="Continue to the payment").click()
        await page.wait_for_url(re.compile("/en/orders/"))
        await pay_by_card(page)
        api.clock.advance(timedelta(seconds=2))
        await page.get_by_role("heading", name="The plan has started").wait_for()
        await page.get_by_role("link", name="Show the plan").first.click()
        await page.get_by_role("link", name="Show the plan").first.click()
        await page.get_by_text(re.compile("It is charged to Visa 4242 on ")).wait_for()
        await page.get_by_role("link", name="Enter another card").click()
        await page.get_by_role("button", name="Enter another card").click()
        await page.get_by_label("Card (simulator)").select_option("A card whose refunds take time")
        await page.get_by_role("button", name="Keep this card").click()
        await page.get_by_role("button", name="Use this card").click()
        await page.get_by_text(re.compile("It is charged to Visa (?!4242)")).wait_for()


async def test_only_a_page_that_takes_a_card_lets_a_script_of_another_run(api: Api, simulator: StripeSimulator) -> None:
    _, provider_id = await api.open_provider(**DOLLARS)
    customer = Visitor(api, await api.joined("customer", verified=True))
    booking = await api.booked(customer.cookies[ACCESS_COOKIE], provider_id)
    before = await customer.get(f"/en/bookings/{booking['id']}")
    assert simulator.url not in before.headers["Content-Security-Policy"] + before.text
    await customer.submit(before, "/pay")
    paying = await customer.get(f"/en/bookings/{booking['id']}")
    policy = paying.headers["Content-Security-Policy"]
    assert f"script-src 'self' {simulator.url};" in policy
    assert f"connect-src 'self' {simulator.url};" in policy
    assert f'data-key="{PUBLISHABLE_KEY}"' in paying.text
    assert "The form for a card needs JavaScript." in paying.text
    stranger = Visitor(api, await api.joined("customer"))
    assert (await stranger.get(f"/en/bookings/{booking['id']}")).status_code == 404


async def test_the_script_of_stripe_itself_may_open_its_frames() -> None:
    keys = {"STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_PUBLISHABLE_KEY": "pk_test_x"}
    async with serving(
        BOOKING_GATEWAYS="stripe",
        STRIPE_BASE_URL="https://api.stripe.com",
        STRIPE_WEBHOOK_SECRET=f"whsec_{32 * 'x'}",
        **keys,
    ) as api:
        site = site_of(api.container)
        assert site.cards is not None
        assert site.cards.script == "https://js.stripe.com/v3/"
        for each in ("script-src 'self' https://js.stripe.com;", "connect-src 'self' https://api.stripe.com;"):
            assert each in site.card_policy
        assert "frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com" in site.card_policy


@needs_a_browser
async def test_where_there_are_two_gateways_the_customer_chooses_and_may_change_their_mind(
    api: Api, browser: Browser, simulator: StripeSimulator
) -> None:
    _, provider_id = await api.open_provider(priceAmount=80_000_00, depositAmount=20_000_00)
    token = await api.joined("customer", verified=True)
    booking = await api.booked(token, provider_id)
    async with visiting(browser, api, expected=["402"]) as page:
        await page.context.add_cookies([{"name": ACCESS_COOKIE, "value": token, "url": f"{ORIGIN}/"}])
        await page.goto(f"/en/bookings/{booking['id']}")
        await page.get_by_role("button", name="Pay the deposit: MNT 20,000: With the app of a bank").click()
        await page.get_by_role("img", name="QR code of the payment").wait_for()
        await page.get_by_role("button", name="Or pay another way: By card").click()
        await pay_by_card(page)
        api.clock.advance(timedelta(seconds=2))
        await page.get_by_role("heading", name="It is booked").wait_for()
        assert await page.get_by_text("Or pay another way").count() == 0
    payments = await api.container.reads().payments.of_booking(BookingId(UUID(booking["id"])))
    assert [each.gateway for each in payments if each.status is PaymentStatus.PAID] == ["stripe"]


async def test_the_order_of_a_package_waits_until_a_gateway_is_chosen(api: Api) -> None:
    owner, _ = await api.open_provider()
    package = (await api.post("/package-offers", owner, json=FIVE)).json()
    plan = (await api.post("/plan-offers", owner, json=TWO)).json()
    customer = Visitor(api, await api.joined("customer", verified=True))
    ordered = await customer.submit(await customer.get(f"/en/packages/new?offer={package['id']}"), "/packages/new")
    shown = await customer.get(ordered.headers["Location"])
    assert all(f'name="gateway" value="{each}"' in shown.text for each in ("qpay", "stripe"))
    chosen = await customer.submit(shown, "/pay", gateway="stripe")
    assert chosen.status_code == 303
    assert 'data-module="card"' in (await customer.get(ordered.headers["Location"])).text
    other = await customer.submit(shown, "/pay", gateway="qpay")
    assert (other.status_code, "order again to use another" in other.text) == (409, True)
    wrong = await customer.submit(shown, "/pay", gateway="x")
    assert wrong.status_code == 422
    taking = await customer.get(f"/en/plans/new?offer={plan['id']}")
    assert "If you pay by card, the payment service keeps it" in taking.text
