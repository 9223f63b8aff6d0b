"""Loyalty points on the page of the account."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.unit.entrypoints.api import Api, serving
from tests.unit.entrypoints.web.forms import Visitor
from tests.unit.features.loyalty import PROGRAMME, PROGRAMMES

from entrypoints.web.account import points, points_routes


@pytest.fixture(scope="module")
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    async with serving() as api:
        yield api


async def give(api: Api, token: str, **more: Any) -> None:
    user_id = (await api.get("/auth/me", token)).json()["id"]
    body = {"reason": "For the long wait.", **more}
    answer = await api.post(f"/admin/users/{user_id}/loyalty-adjustments", await api.an_admin(), json=body)
    assert answer.status_code == 201, answer.text


async def test_points_are_shown_by_place_with_what_they_are_worth(api: Api) -> None:
    owner, provider_id = await api.open_provider(displayName="Sarnai")
    programme = {**PROGRAMME, "name": "Roses", "pointValue": 50_00, "tiers": [{"name": "Gold", "fromPoints": 100}]}
    assert (await api.post(PROGRAMMES, owner, json=programme)).status_code == 201
    token = await api.joined("customer", verified=True)
    customer = Visitor(api, token)
    assert "You have no points" in (await customer.get("/en/account/points")).text
    await give(api, token, points=1_500)
    await give(api, token, points=-300)
    await give(api, token, points=1, providerId=provider_id)
    shown = (await customer.get("/en/account/points")).text
    for text in ("1200 points", "1 point<", "\u2068Roses\u2069: a point takes MNT 50 off a price.", "+1500", "−300"):
        assert text in shown, text
    assert "The tier \u2068Gold\u2069 needs 100 more points of appointments in 12 months." in shown
    assert "Corrected: \u2068For the long wait.\u2069" in shown
    assert "/en/account/points" in (await customer.get("/en/account")).text
    assert (await Visitor(api).get("/en/account/points")).headers["Location"].startswith("/en/sign-in?next=")


async def test_older_entries_are_on_the_next_page(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    token = await api.joined("customer", verified=True)
    for number in (11, 12, 13):
        await give(api, token, points=number)
        api.clock.advance(timedelta(seconds=1))
    for module in (points, points_routes):
        monkeypatch.setattr(module, "MOST", 2)
    customer = Visitor(api, token)
    first = (await customer.get("/en/account/points")).text
    assert [each in first for each in ("+13", "+12", "+11")] == [True, True, False]
    [older] = [each for each in first.split('"') if each.startswith("/en/account/points?after=")]
    second = (await customer.get(older)).text
    assert [each in second for each in ("+13", "+12", "+11")] == [False, False, True]


async def test_a_referral_link_leads_through_signing_up_and_enters_its_code(api: Api) -> None:
    referrer = await api.joined("customer", verified=True)
    made = (await api.post("/loyalty/referral", referrer)).json()
    code, path = made["referralCode"], urlsplit(made["url"]).path
    assert path == f"/refer/{code}"
    assert (await Visitor(api).get(f"/en{path}")).headers["Location"] == f"/en/sign-in?next=%2Frefer%2F{code}"
    token = await api.joined("customer", verified=True)
    newcomer = Visitor(api, token)
    wrong = await newcomer.submit(await newcomer.get("/en/refer/22222222"), "/22222222")
    assert (wrong.status_code, "Nobody has this referral code" in wrong.text) == (422, True)
    asked = await newcomer.get(f"/en{path}")
    assert "Somebody has invited you" in asked.text
    done = await newcomer.submit(asked, f"/{code}")
    assert done.headers["Location"] == "/en/account/points?done=referred"
    assert "Both of you get points" in (await newcomer.get("/en/account/points?done=referred")).text
    assert (await api.post("/loyalty/referral", token)).json()["referred"] is True
    again = await newcomer.submit(asked, f"/{code}")
    assert (again.status_code, "This account was referred already" in again.text) == (409, True)
    own = await Visitor(api, referrer).submit(await Visitor(api, referrer).get(f"/en{path}"), f"/{code}")
    assert own.status_code == 409
