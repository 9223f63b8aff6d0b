"""Plans on pages: what places offer, taking one, paying its periods, pausing, resuming and ending it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from tests.unit.entrypoints.api import Api, serving
from tests.unit.entrypoints.web.forms import Visitor
from tests.unit.entrypoints.web.site import ORIGIN
from tests.unit.features.plans import TWO, back, pay, renew, running, take

from booking_domain.plans.model import ANNOUNCED, GIVEN_UP
from booking_domain.shared.languages import LANGUAGES
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE


@pytest.fixture(scope="module")
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    async with serving(BOOKING_PUBLIC_URL=ORIGIN) as api:
        yield api


async def offering(api: Api, **offer: Any) -> tuple[str, str, str]:
    """A provider with an offer: their token, the address of their page, and the id of the offer."""
    owner, provider_id = await api.open_provider(displayName="Sarnai", priceAmount=80_000_00)
    made = await api.post("/plan-offers", owner, json={**TWO, **offer})
    assert made.status_code == 201, made.text
    moved = await Visitor(api).get(f"/en/providers/{provider_id}")
    return owner, moved.headers["Location"], made.json()["id"]


async def shown(customer: Visitor, path: str) -> str:
    """The text of a page that is there."""
    answer = await customer.get(path)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


async def test_a_plan_is_taken_on_the_page_of_its_provider_paid_used_and_returned(api: Api) -> None:
    _, place, offer = await offering(api, text="With tea.")
    buying = f"/en/plans/new?offer={offer}"
    page = await shown(Visitor(api), place)
    for each in ("Two cuts", "With tea.", "2 visits, each for MNT 60,000", "MNT 120,000 a month", f'href="{buying}"'):
        assert each in page
    assert (await Visitor(api).get(buying)).headers["Location"].startswith("/en/sign-in?next=")
    customer = Visitor(api, await api.joined("customer", verified=True))
    form = await customer.get(buying)
    for each in (
        "Sarnai",
        "It costs MNT 120,000 a month.",
        "You pay each period yourself.",
        "expire with their period",
    ):
        assert each in form.text
    order = (await customer.submit(form, "/plans/new")).headers["Location"]
    assert "The plan starts once it is paid." in await shown(customer, order)
    again = await customer.submit(form, "/plans/new")
    assert (again.status_code, "You have this plan already." in again.text) == (409, True)
    [plan] = (await api.get("/plans/mine", customer.cookies[ACCESS_COOKIE])).json()["items"]
    waits = await shown(customer, f"/en/plans/{plan['id']}")
    assert all(each in waits for each in ("It starts once its first period is paid.", f'href="{order}"'))
    api.clock.advance(timedelta(seconds=2))
    await pay(api, customer.cookies[ACCESS_COOKIE], plan)
    after = await shown(customer, order)
    assert all(each in after for each in ("The plan has started", "2 visits", "/en/book/", f"/en/plans/{plan['id']}"))
    assert "It runs until you end it." in await shown(customer, "/en/plans")
    runs = await shown(customer, f"/en/plans/{plan['id']}")
    assert all(each in runs for each in ("The next period costs MNT 120,000.", f'href="{order}"', "Book a visit"))
    assert f'href="/en/plans/{plan["id"]}"' in await shown(customer, "/en/account/packages")
    await customer.submit(await customer.get(f"{order}/return"), "/return")
    assert "It has ended because it was returned." in await shown(customer, f"/en/plans/{plan['id']}")
    seller = Visitor(api, (await api.open_provider())[0])
    assert (await seller.get(f"/en/plans/{plan['id']}")).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_plan_is_paused_resumed_and_ended_in_every_language(api: Api, language: str) -> None:
    token, offer = await api.joined("customer", verified=True), (await offering(api))[2]
    customer, path = Visitor(api, token), f"/{language}/plans/{(await running(api, token, offer))['id']}"
    for action, status in (("pause", "paused"), ("resume", "active")):
        form = await customer.get(path)
        done = await customer.submit(form, f"/{action}")
        assert (done.status_code, done.headers["Location"]) == (303, path)
        assert (await api.get(f"/plans/{path[-36:]}", token)).json()["status"] == status
        assert (await customer.submit(form, f"/{action}")).status_code == 409
    question = await customer.get(f"{path}/cancel")
    for _ in range(2):
        assert (await customer.submit(question, "/cancel")).headers["Location"] == path
    assert (await customer.get(f"{path}/cancel")).headers["Location"] == path
    assert (await api.get(f"/plans/{path[-36:]}", token)).json()["status"] == "ending"
    await customer.submit(await customer.get(path), "/resume")
    assert (await api.get(f"/plans/{path[-36:]}", token)).json()["status"] == "active"


async def test_a_page_says_when_the_next_period_is_to_be_paid_and_that_it_is_late() -> None:
    async with serving(BOOKING_PUBLIC_URL=ORIGIN) as api:
        owner, _, offer = await offering(api)
        token = await api.joined("customer", verified=True)
        customer, plan = Visitor(api, token), await running(api, token, offer)
        path, ends = f"/en/plans/{plan['id']}", datetime.fromisoformat(plan["endsAt"])

        async def renewed(at: datetime) -> str:
            api.clock.set(at)
            await renew(api, plan)
            customer.cookies[ACCESS_COOKIE] = await back(api, plan["customerId"])
            return await shown(customer, path)

        changed = await api.post(f"/plan-offers/{offer}/price", owner, json={"priceAmount": 13_000_000})
        assert changed.status_code == 200
        assert "The next period costs MNT 130,000. You can pay it here in the week before" in await shown(
            customer, path
        )
        announced = await renewed(ends - ANNOUNCED)
        assert all(each in announced for each in ("Please pay it by", "Pay MNT 130,000"))
        late = await renewed(ends)
        assert all(each in late for each in ("Its next period is not paid.", "the plan ends on", "Pay MNT 130,000"))
        assert "It ends at once" in await shown(customer, f"{path}/cancel")
        for day in (1, 3, 5):
            await renewed(ends + timedelta(days=day))
        assert "It has ended because it was not paid." in await renewed(ends + GIVEN_UP)


async def test_a_paused_plan_whose_period_is_over_ends_at_once() -> None:
    async with serving(BOOKING_PUBLIC_URL=ORIGIN) as api:
        token, offer = await api.joined("customer", verified=True), (await offering(api))[2]
        plan = await running(api, token, offer)
        assert (await api.post(f"/plans/{plan['id']}/pause", token)).status_code == 200
        customer, path = Visitor(api, token), f"/en/plans/{plan['id']}"
        assert "What is paid can be used until" in await shown(customer, f"{path}/cancel")
        api.clock.set(datetime.fromisoformat(plan["endsAt"]))
        customer.cookies[ACCESS_COOKIE] = await back(api, plan["customerId"])
        assert "MNT 120,000 is due at once." in await shown(customer, path)
        question = await customer.get(f"{path}/cancel")
        assert "It ends at once" in question.text
        await customer.submit(question, "/cancel")
        assert "You have ended it." in await shown(customer, path)


async def test_what_is_no_longer_offered_cannot_be_taken(api: Api) -> None:
    owner, place, offer = await offering(api)
    customer, buying = Visitor(api, await api.joined("customer", verified=True)), f"/en/plans/new?offer={offer}"
    form, plan = await customer.get(buying), await take(api, customer.cookies[ACCESS_COOKIE], offer)
    await pay(api, customer.cookies[ACCESS_COOKIE], plan)
    assert (await api.post("/providers/me/withdraw", owner)).status_code == 200
    gone = await customer.get(buying)
    assert (gone.status_code, "What stood here is no longer offered." in gone.text) == (410, True)
    assert "It is no longer offered, so it ends on" in await shown(customer, f"/en/plans/{plan['id']}")
    assert (await api.post(f"/plan-offers/{offer}/end", owner)).status_code == 200
    assert (await customer.get(buying)).status_code == 410
    assert (await customer.submit(form, "/plans/new")).status_code in {404, 409}
    for wrong in ("", "?offer=nothing", "?offer=0199f3a0-5c1e-7d42-8f0b-3c5a9e2d1b77"):
        assert (await customer.get(f"/en/plans/new{wrong}")).status_code == 404
    assert (await customer.get(f"/en/plans/{plan['id']}/card")).status_code == 200
    refused = await customer.submit(await customer.get(f"/en/plans/{plan['id']}/card"), "/card")
    assert (refused.status_code, "charged to no card" in refused.text) == (409, True)
    assert (await customer.get(place)).status_code == 404


async def test_a_salon_offers_plans(api: Api) -> None:
    manager = await api.joined("manager")
    salon = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})).json()
    offer = {**TWO, "salonId": salon["id"], "periodMonths": 3}
    made = (await api.post("/plan-offers", manager, json=offer)).json()
    customer = Visitor(api, await api.joined("customer", verified=True))
    place = (await customer.get(f"/en/salons/{salon['id']}")).headers["Location"]
    page = await shown(customer, place)
    assert all(each in page for each in ("MNT 120,000 every 3 months", f"/en/plans/new?offer={made['id']}"))
    order = (await customer.submit(await customer.get(f"/en/plans/new?offer={made['id']}"), "/plans/new")).headers
    assert "Nomad" in await shown(customer, order["Location"])
    assert "Nomad" in await shown(customer, "/en/plans")
