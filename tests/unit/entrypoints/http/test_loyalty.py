"""Loyalty accounts: adjusted by admins, seen and exported by their users."""

from typing import Any

from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.features.loyalty import ADJUSTMENTS

STRANGER = "0197a9c0-0000-7000-8000-0000000000ff"


async def user_id(api: Api, token: str) -> str:
    return str((await api.get("/users/me", token)).json()["id"])


async def adjust(api: Api, token: str, points: int, **more: Any) -> dict[str, Any]:
    body = {"points": points, "reason": "For the wait.", **more}
    answer = await api.post(ADJUSTMENTS.format(user_id=await user_id(api, token)), await api.admin(), json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def accounts(api: Api, token: str) -> list[dict[str, Any]]:
    return list((await api.get("/loyalty/me", token)).json()["accounts"])


async def test_an_admin_adds_points_and_takes_more_than_there_are(api: Api) -> None:
    customer = await api.joined("customer")
    assert await accounts(api, customer) == []
    added, taken = await adjust(api, customer, 500), await adjust(api, customer, -700)
    assert (added["balance"], taken["balance"], taken["kind"]) == (500, -200, "adjusted")
    (account,) = await accounts(api, customer)
    assert (account["balance"], account["spendable"], account["reserved"]) == (-200, 0, 0)
    assert "provider" not in account
    listed = (await api.get(f"/loyalty/me/entries?accountId={account['id']}", customer)).json()["items"]
    assert listed == [taken, added]


async def test_points_of_a_provider_are_apart_from_those_of_the_platform(api: Api) -> None:
    customer, (_, provider_id) = await api.joined("customer"), await api.open_provider()
    await adjust(api, customer, 5)
    await adjust(api, customer, 7, providerId=provider_id)
    platform, of_provider = await accounts(api, customer)
    assert (platform["balance"], of_provider["balance"], of_provider["provider"]["id"]) == (5, 7, provider_id)
    assert await accounts(api, await api.joined("customer")) == []


async def test_an_adjustment_of_nobody_nothing_or_no_provider_is_refused(api: Api) -> None:
    admin, body = await api.admin(), {"points": 1, "reason": "Why"}
    assert_problem(await api.post(ADJUSTMENTS.format(user_id=STRANGER), admin, json=body), 404, "user.not_found")
    path = ADJUSTMENTS.format(user_id=await user_id(api, await api.joined("customer")))
    refused = await api.post(path, admin, json={**body, "providerId": STRANGER})
    assert_problem(refused, 404, "provider.not_found")
    assert (await api.post(path, admin, json={**body, "points": 0})).status_code == 422
    assert (await api.post(path, admin, json={**body, "reason": "  "})).status_code == 422


async def test_an_export_has_accounts_and_entries(api: Api) -> None:
    customer = await api.joined("customer")
    entry = await adjust(api, customer, 5)
    exported = (await api.get("/users/me/export", customer)).json()
    assert exported["loyaltyEntries"] == [entry]
    assert [each["balance"] for each in exported["loyaltyAccounts"]] == [5]
