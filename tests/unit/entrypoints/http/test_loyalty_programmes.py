"""Loyalty programmes over HTTP: started by their issuers, replaced, ended, shown to customers."""

from typing import Any

from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.entrypoints.http.test_loyalty import accounts, adjust
from tests.unit.features.loyalty import PROGRAMME, PROGRAMMES


async def start(api: Api, token: str, **values: Any) -> dict[str, Any]:
    answer = await api.post(PROGRAMMES, token, json={**PROGRAMME, **values})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def listed(api: Api, token: str) -> list[dict[str, Any]]:
    return list((await api.get(PROGRAMMES, token)).json()["items"])


async def test_another_programme_of_the_currency_takes_the_place_of_the_former(api: Api) -> None:
    owner, provider_id = await api.open_provider()
    first, dollars = await start(api, owner), await start(api, owner, currency="USD")
    second = await start(api, owner, points=2)
    assert (first["providerId"], "endedAt" in first) == (provider_id, False)
    found = await listed(api, owner)
    assert [each["id"] for each in found] == [second["id"], dollars["id"], first["id"]]
    assert ["endedAt" in each for each in found] == [False, False, True]
    ended = await api.post(f"{PROGRAMMES}/{second['id']}/end", owner)
    again = await api.post(f"{PROGRAMMES}/{second['id']}/end", owner)
    assert ended.json() == again.json()
    assert "endedAt" in ended.json()


async def test_an_account_says_whose_points_it_has_and_what_they_are_worth(api: Api) -> None:
    (owner, provider_id), customer = await api.open_provider(), await api.joined("customer")
    manager = await api.joined("manager")
    salon = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})).json()
    of_platform = await start(api, await api.an_admin())
    of_provider = await start(api, owner)
    of_salon = await start(api, manager, salonId=salon["id"])
    for named in ({}, {"providerId": provider_id}, {"salonId": salon["id"]}):
        await adjust(api, customer, 5, **named)
    platform, provider, of_nomad = await accounts(api, customer)
    assert ("provider" in platform, "salon" in platform, platform["programmes"]) == (False, False, [of_platform])
    assert (provider["provider"]["id"], provider["programmes"]) == (provider_id, [of_provider])
    assert (of_nomad["salon"], of_nomad["programmes"]) == ({"id": salon["id"], "name": "Nomad"}, [of_salon])


async def test_nobody_runs_programmes_of_others(api: Api) -> None:
    owner, provider_id = await api.open_provider()
    made = await start(api, owner)
    other, _ = await api.open_provider()
    assert_problem(await api.post(f"{PROGRAMMES}/{made['id']}/end", other), 404, "loyalty.programme_not_found")
    named = {**PROGRAMME, "providerId": provider_id}
    assert_problem(await api.post(PROGRAMMES, other, json=named), 404, "provider.not_found")
    assert [each["id"] for each in await listed(api, owner)] == [made["id"]]
    assert await listed(api, other) == []
    late = {**PROGRAMME, "activeAfterDays": 40, "expiresAfterMonths": 1}
    assert_problem(await api.post(PROGRAMMES, owner, json=late), 422, "validation.invalid_value")
