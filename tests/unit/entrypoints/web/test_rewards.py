"""Rewards on pages: a provider, and a manager for a salon, starts and ends what customers get; and turns in a salon."""

import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any

import pytest
from tests.unit.entrypoints.api import Api, serving
from tests.unit.entrypoints.http.test_managers import salon_of
from tests.unit.entrypoints.web.forms import Visitor

from booking_domain.catalogue.salons import MAX_MEMBERS
from booking_domain.loyalty.programmes import MAX_LOYALTY_NAME
from booking_domain.loyalty.rewards import MAX_REWARD_NAME, MAX_REWARD_SERVICES, MAX_REWARDS
from booking_domain.loyalty.tiers import MAX_TIER_NAME, MAX_TIERS
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


async def with_services(api: Api) -> tuple[str, dict[str, str]]:
    """A provider, and the ids of two services by their names."""
    owner, _ = await api.open_provider(displayName="Sarnai")
    made = {}
    for name in ("Cut", "Wash"):
        body = {"name": name, "durationMinutes": 30, "priceAmount": 20_000_00, "currency": "MNT"}
        made[name] = (await api.post("/services", owner, json=body)).json()["id"]
    return owner, made


async def test_a_promotion_is_for_some_services_days_and_hours(api: Api) -> None:
    owner, services = await with_services(api)
    visitor = Visitor(api, owner)
    asked = await visitor.get(f"/fa{PATH}/new/promotion")
    typed = {
        "name": "Quiet hours",
        "percent": "20",
        "service_ids": [services["Wash"]],
        "days": ["0", "2"],
        "from_minute": "600",
        "until_minute": "840",
        "hours_before": "۴۸",
        "most_amount": "۵٬۰۰۰",
        "most_per_customer": "1",
        "most_total_amount": "1000000",
        "combinable": "yes",
        "starts_at": "۱۴۰۵/۰۹/۱۰",
    }
    wrong = await visitor.submit(asked, "/new/promotion", **typed | {"until_minute": "600"})
    assert wrong.status_code == 422
    assert '<details class="group" open>' in wrong.text
    assert 'id="field-until_minute-error"' in wrong.text
    assert f'value="{services["Wash"]}" checked' in wrong.text
    assert "<title>خطا: " in wrong.text
    done = await visitor.submit(wrong, "/new/promotion", **typed)
    assert done.headers["Location"] == f"/fa{PATH}?done=started", done.text
    [made] = await running(api, owner, "/promotions")
    wanted = {"serviceIds": [services["Wash"]], "days": [0, 2], "fromMinute": 600, "untilMinute": 840}
    wanted |= {"hoursBefore": 48, "mostAmount": 5_000_00, "mostPerCustomer": 1, "mostTotalAmount": 1_000_000_00}
    wanted |= {"combinable": True, "startsAt": "2026-12-01T00:00:00+08:00"}
    assert {name: made[name] for name in wanted} == wanted
    page = await visitor.get(f"/fa{PATH}")
    assert all(each in page.text for each in ("دوشنبه، چهارشنبه", "۱۰:۰۰", "۱۴:۰۰", "Wash", "۴۸"))
    for name, text in (("starts_at", "soon"), ("most_amount", "much"), ("most_per_customer", "0")):
        wrong = await visitor.submit(asked, "/new/promotion", **typed | {name: text})
        assert f'id="field-{name}-error"' in wrong.text, name


async def test_a_programme_has_tiers_and_rewards(api: Api) -> None:
    owner, services = await with_services(api)
    visitor = Visitor(api, owner)
    asked = await visitor.get(f"/en{PATH}/new/points")
    assert 'name="tiers-1-name"' in asked.text
    assert 'name="tiers-2-name"' not in asked.text
    assert 'name="add" value="fields" formnovalidate' in asked.text, "what is required can be empty yet"
    typed = {"name": "Points", "per_amount": "1000", "point_value": "50", "points": "2", "most_points": "500"}
    typed |= {"tiers-1-name": "Gold", "tiers-1-from_points": "1000", "tiers-1-percent": "150"}
    more = await visitor.submit(asked, "/new/points", **typed, add="fields")
    assert (more.status_code, str(more.url).endswith("?kept=1")) == (200, True)
    for shown in (more, await visitor.get(str(more.url))):
        assert all(f'name="{each}"' in shown.text for each in ("tiers-2-name", "rewards-1-name"))
        assert all(f'value="{each}"' in shown.text for each in ("Gold", "150", "500"))
    typed |= {"tiers-2-name": "Silver", "tiers-2-from_points": "500", "excluded_service_ids": services["Cut"]}
    typed |= {"rewards-1-name": "A wash", "rewards-1-points": "300"}
    wrong = await visitor.submit(more, "/new/points", **typed)
    assert (wrong.status_code, 'id="check-rewards-1-service_ids-error"' in wrong.text) == (422, True)
    typed |= {"rewards-1-service_ids": services["Wash"]}
    for name, text in (("tiers-2-from_points", "many"), ("tiers-1-percent", "50"), ("tiers-1-name", "Silver")):
        wrong = await visitor.submit(more, "/new/points", **typed | {name: text})
        beside = name if name != "tiers-2-name" else "tiers-1-name"
        assert (wrong.status_code, f'id="field-{beside}-error"' in wrong.text) == (422, True), name
    for _ in range(2):
        done = await visitor.submit(wrong, "/new/points", **typed)
        assert done.headers["Location"] == f"/en{PATH}?done=started", done.text
    [made] = await running(api, owner, "/loyalty/programmes")
    assert (made["points"], made["mostPoints"], made["excludedServiceIds"]) == (2, 500, [services["Cut"]])
    tiers = [(each["name"], each["fromPoints"], each["percent"]) for each in made["tiers"]]
    assert tiers == [("Silver", 500, 100), ("Gold", 1_000, 150)]
    assert made["rewards"] == [{"name": "A wash", "points": 300, "serviceIds": [services["Wash"]]}]
    page = unescape((await visitor.get(f"/en{PATH}")).text)
    assert all(each in page for each in ("from 1000 points on: 150 % of the points.", "A wash\u2069 for 300 points"))


async def test_the_largest_programme_and_salon_fit_into_a_form(api: Api) -> None:
    owner, _ = member = await api.open_provider(displayName="Sarnai")
    chosen = []
    for number in range(MAX_REWARD_SERVICES):
        body = {"name": f"Cut {number}", "durationMinutes": 30, "priceAmount": 20_000_00, "currency": "MNT"}
        chosen.append((await api.post("/services", owner, json=body)).json()["id"])
    visitor = Visitor(api, owner)
    asked = await visitor.get(f"/mn{PATH}/new/points")
    base = {"name": "Н" * MAX_LOYALTY_NAME, "per_amount": "1000", "point_value": "50", "excluded_service_ids": chosen}
    typed: dict[str, Any] = dict.fromkeys(re.findall('name="([a-z_]+)"', asked.text), "") | base
    for row in range(1, MAX_TIERS + 1):
        typed |= {f"tiers-{row}-name": f"{row:Ө>{MAX_TIER_NAME}}", f"tiers-{row}-from_points": f"{row}000"}
        typed |= {f"tiers-{row}-percent": "150"}
    for row in range(1, MAX_REWARDS + 1):
        typed |= {f"rewards-{row}-name": f"{row:Ү>{MAX_REWARD_NAME}}", f"rewards-{row}-points": "300"}
        typed |= {f"rewards-{row}-service_ids": chosen}
    typed = {name: value for name, value in typed.items() if name not in {"csrf", "once", "add"}}
    wrong = await visitor.submit(asked, "/new/points", **typed | {"tiers-10-percent": "50"})
    assert (wrong.status_code, 'id="field-tiers-10-percent-error"' in wrong.text) == (422, True), wrong.text
    done = await visitor.submit(wrong, "/new/points", **typed)
    assert done.headers["Location"] == f"/mn{PATH}?done=started", done.text
    [made] = await running(api, owner, "/loyalty/programmes")
    assert [len(made[each]) for each in ("tiers", "rewards", "excludedServiceIds")] == [10, 20, 50]
    assert {len(each["serviceIds"]) for each in made["rewards"]} == {50}
    manager, path = await salon_of(api, member)
    turns = await Visitor(api, manager).get(f"/en{PATH}/{path.rpartition('/')[2]}/turns")
    others = {f"{name}-{number}": "100" for number in range(MAX_MEMBERS) for name in ("weight", "order")}
    for more, status in (({}, 303), ({"another": ""}, 400)):
        assert (await Visitor(api, manager).submit(turns, "/turns", **others | more)).status_code == status


async def test_a_plan_for_some_services_gets_another_price(api: Api) -> None:
    owner, services = await with_services(api)
    visitor = Visitor(api, owner)
    asked = await visitor.get(f"/en{PATH}/new/plan")
    typed = {"name": "Two a month", "visits": "2", "price_amount": "120000", "service_ids": services["Wash"]}
    await visitor.submit(asked, "/new/plan", **typed)
    [made] = await running(api, owner, "/plan-offers")
    assert made["serviceIds"] == [services["Wash"]]
    page = await visitor.get(f"/en{PATH}")
    assert "For: \u2068Wash\u2069." in page.text
    [change] = re.findall(rf'href="(/en{PATH}/plan/[^"]+/price)"', page.text)
    question = await visitor.get(change)
    assert "MNT 120,000 a month" in question.text
    for text in ("much", "", "0"):
        wrong = await visitor.submit(question, "/price", price_amount=text)
        assert (wrong.status_code, 'id="field-price_amount-error"' in wrong.text) == (422, True), text
    for _ in range(2):
        done = await visitor.submit(question, "/price", price_amount="150 000")
        assert done.headers["Location"] == f"/en{PATH}?done=repriced"
    assert [each["priceAmount"] for each in await running(api, owner, "/plan-offers")] == [150_000_00]
    stranger = Visitor(api, (await api.open_provider())[0])
    assert (await stranger.get(change)).headers["Location"] == f"/en{PATH}"
