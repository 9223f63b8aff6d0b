"""Rewards on pages: a provider, and a manager for a salon, starts and ends what customers get; and turns in a salon."""

import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any

import pytest
from tests.unit.entrypoints.api import Api, serving
from tests.unit.entrypoints.http.test_managers import salon_of
from tests.unit.entrypoints.web.forms import Visitor

from booking_domain.shared.languages import LANGUAGES

PATH = "/account/rewards"
KINDS: dict[str, tuple[str, dict[str, str], dict[str, Any]]] = {
    "promotion": (
        "/promotions",
        {"name": "Spring", "promotion_code": "spring", "percent": "۱۰", "first_visit": "yes", "ends_at": "2026-12-31"},
        {"promotionCode": "SPRING", "percent": 10, "firstVisit": True, "endsAt": "2027-01-01T00:00:00+08:00"},
    ),
    "points": (
        "/loyalty/programmes",
        {"name": "Points", "per_amount": "1,000", "point_value": "50", "referrer_points": "200", "referred_points": ""},
        {"points": 1, "perAmount": 100_000, "pointValue": 5_000, "referrerPoints": 200, "referredPoints": 0},
    ),
    "package": (
        "/package-offers",
        {"name": "Five visits", "visits": "5", "price_amount": "320 000", "valid_days": "365"},
        {"visits": 5, "price": 32_000_000, "validDays": 365, "transferable": False},
    ),
    "plan": (
        "/plan-offers",
        {"name": "Two a month", "visits": "2", "price_amount": "120000", "period_months": "3"},
        {"visits": 2, "price": 12_000_000, "periodMonths": 3},
    ),
}


@pytest.fixture(scope="module")
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    async with serving() as api:
        yield api


async def running(api: Api, token: str, path: str) -> list[dict[str, Any]]:
    return [each for each in (await api.get(path, token)).json()["items"] if each.get("endedAt") is None]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_provider_starts_a_reward_and_ends_it(api: Api, kind: str) -> None:
    listed, typed, wanted = KINDS[kind]
    owner, _ = await api.open_provider(displayName="Sarnai", priceAmount=80_000_00)
    visitor = Visitor(api, owner)
    asked = await visitor.get(f"/en{PATH}/new/{kind}")
    wrong = await visitor.submit(asked, f"/new/{kind}", **typed | {"name": ""})
    for shown in (wrong, await visitor.get(str(wrong.url))):
        assert (shown.status_code, "refused=1" in str(shown.url)) == (422, True)
        assert 'id="field-name-error"' in shown.text
    for _ in range(2):  # the second time of a double click
        done = await visitor.submit(wrong, f"/new/{kind}", **typed)
        assert done.headers["Location"] == f"/en{PATH}?done=started", done.text
    [made] = await running(api, owner, listed)
    assert {name: made.get(name, made.get(f"{name}Amount")) for name in wanted} == wanted
    assert made["name"] == typed["name"]
    page = await visitor.get(f"/en{PATH}?done=started")
    assert typed["name"] in page.text
    [end] = re.findall(rf'href="(/en{PATH}/{kind}/[^"]+/end)"', page.text)
    stranger = Visitor(api, (await api.open_provider())[0])
    assert (await stranger.get(end)).headers["Location"] == f"/en{PATH}"
    question = await visitor.get(end)
    for _ in range(2):
        assert (await visitor.submit(question, "/end")).headers["Location"] == f"/en{PATH}?done=ended"
    assert typed["name"] not in (await visitor.get(f"/en{PATH}")).text


async def test_what_is_no_number_is_told_beside_its_field(api: Api) -> None:
    visitor = Visitor(api, (await api.open_provider())[0])
    asked = await visitor.get(f"/en{PATH}/new/package")
    for name, text in (("visits", "many"), ("price_amount", "1,5x"), ("valid_days", "-1"), ("visits", "9" * 40)):
        typed = {"name": "Five", "visits": "5", "price_amount": "100", name: text}
        wrong = await visitor.submit(asked, "/new/package", **typed)
        assert f'id="field-{name}-error"' in wrong.text, name
    for expected in ("Location", None):
        taken = await visitor.get(f"/en{PATH}/new/promotion")
        typed = {"name": "Autumn", "promotion_code": "autumn", "amount": "5000"}
        answer = await visitor.submit(taken, "/new/promotion", **typed)
        assert expected in answer.headers if expected else 'id="field-promotion_code-error"' in answer.text


async def test_a_manager_sets_up_each_salon_and_nobody_elses(api: Api) -> None:
    _, provider_id = owner = await api.open_provider(displayName="Anar")
    manager, path = await salon_of(api, owner)
    salon_id, visitor = path.rpartition("/")[2], Visitor(api, manager)
    assert (await visitor.get(f"/en{PATH}")).headers["Location"] == f"/en{PATH}/{salon_id}"
    page = await visitor.get(f"/en{PATH}/{salon_id}")
    [new] = {unescape(each) for each in re.findall(rf'href="(/en{PATH}/new/package[^"]*)"', page.text)}
    done = await visitor.submit(await visitor.get(new), "/new/package", name="Five", visits="5", price_amount="100")
    assert done.headers["Location"] == f"/en{PATH}/{salon_id}?done=started", done.text
    assert [each["salonId"] for each in await running(api, manager, "/package-offers")] == [salon_id]
    turns = f"/en{PATH}/{salon_id}/turns"
    asked = await visitor.get(turns)
    assert "Anar" in asked.text
    wrong = await visitor.submit(asked, "/turns", **{f"weight-{provider_id}": "0"})
    assert (wrong.status_code, f'id="field-weight-{provider_id}-error"' in wrong.text) == (422, True)
    saved = await visitor.submit(asked, "/turns", **{f"weight-{provider_id}": "200", f"order-{provider_id}": "first"})
    assert saved.headers["Location"] == f"{turns}?done=saved", saved.text
    [member] = (await api.get("/salons", manager)).json()["items"][0]["members"]
    assert (member["weight"], member["priority"]) == (200, 75)
    again = await visitor.get(turns)
    assert all(each in again.text for each in ('value="200"', '<option value="first" selected>'))
    other = Visitor(api, await api.joined("manager"))
    for elsewhere in (f"/en{PATH}/{salon_id}", turns, new):
        assert (await other.get(elsewhere)).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_has_no_place_or_is_a_customer_sets_nothing_up(api: Api, language: str) -> None:
    for role in ("provider", "manager"):
        visitor = Visitor(api, await api.joined(role))
        assert (await visitor.get(f"/{language}{PATH}")).status_code == 200
        assert f'href="/{language}{PATH}"' in (await visitor.get(f"/{language}/account")).text
    customer = Visitor(api, await api.joined("customer"))
    assert (await customer.get(f"/{language}{PATH}")).status_code == 403
    assert PATH not in (await customer.get(f"/{language}/account")).text
    unknown = Visitor(api, (await api.open_provider())[0])
    assert (await unknown.get(f"/{language}{PATH}/new/lottery")).status_code == 404
