"""Favourites: saved and removed any number of times, shown while their providers take bookings, bounded, exported."""

from typing import Any

import pytest
from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.features.favourites import PATH

from booking_domain.favourites import model
from booking_domain.use_cases.favourites import commands


async def shown(api: Api, token: str, query: str = "") -> list[dict[str, Any]]:
    answer = await api.get(f"{PATH}{query}", token)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def ids(api: Api, token: str) -> list[str]:
    return [each["id"] for each in await shown(api, token)]


async def save(api: Api, token: str, *provider_ids: str) -> None:
    for provider_id in provider_ids:
        assert (await api.put(f"{PATH}/{provider_id}", token)).status_code == 204


async def test_a_favourite_is_the_card_of_the_list_of_providers(api: Api) -> None:
    customer, (_, provider_id) = await api.joined("customer"), await api.open_provider(bio="Fine lines")
    await save(api, customer, provider_id)
    assert await shown(api, customer) == (await api.get("/providers")).json()["items"]


async def test_the_page_of_a_provider_says_whether_the_caller_has_saved_it(api: Api) -> None:
    customer, other, (_, provider_id) = (
        await api.joined("customer"),
        await api.joined("customer"),
        await api.open_provider(),
    )
    await save(api, customer, provider_id)
    pages = [(await api.get(f"/providers/{provider_id}/page", who)).json() for who in (customer, other, None)]
    assert [page.get("favourite") for page in pages] == [True, False, None]


async def test_saving_and_removing_again_has_no_effect(api: Api) -> None:
    customer, (_, first), (_, second) = (
        await api.joined("customer"),
        await api.open_provider(),
        await api.open_provider(),
    )
    await save(api, customer, first, second, first)
    assert await ids(api, customer) == [second, first]
    for _ in range(2):
        assert (await api.delete(f"{PATH}/{second}", customer)).status_code == 204
        assert await ids(api, customer) == [first]


async def test_favourites_of_others_are_not_shown(api: Api) -> None:
    customer, other, (_, provider_id) = (
        await api.joined("customer"),
        await api.joined("customer"),
        await api.open_provider(),
    )
    await save(api, customer, provider_id)
    assert await ids(api, other) == []


async def test_pages_go_on_after_the_last_favourite_even_if_it_was_removed(api: Api) -> None:
    customer = await api.joined("customer")
    saved = [(await api.open_provider())[1] for _ in range(3)]
    await save(api, customer, *saved)
    page = (await api.get(f"{PATH}?limit=2", customer)).json()
    assert [each["id"] for each in page["items"]] == [saved[2], saved[1]]
    await api.delete(f"{PATH}/{saved[1]}", customer)
    rest = (await api.get(f"{PATH}?limit=2&cursor={page['nextCursor']}", customer)).json()
    assert [each["id"] for each in rest["items"]] == [saved[0]]
    assert "nextCursor" not in rest


async def test_a_suspended_provider_is_left_out_until_it_is_reinstated(api: Api) -> None:
    customer, (_, provider_id) = await api.joined("customer"), await api.open_provider()
    await save(api, customer, provider_id)
    path, admin = f"/admin/providers/{provider_id}", await api.admin()
    assert (await api.post(f"{path}/suspend", admin, json={"reason": "Why"})).is_success
    assert await ids(api, customer) == []
    await save(api, customer, provider_id)  # again: it is saved already
    assert (await api.post(f"{path}/reinstate", admin)).is_success
    assert await ids(api, customer) == [provider_id]


async def test_a_deleted_provider_is_left_out_and_can_be_removed(api: Api) -> None:
    customer, (owner, provider_id) = await api.joined("customer"), await api.open_provider()
    await save(api, customer, provider_id)
    assert (await api.delete("/providers/me", owner)).is_success
    assert await ids(api, customer) == []
    assert (await api.delete(f"{PATH}/{provider_id}", customer)).status_code == 204


async def test_a_provider_that_takes_no_bookings_cannot_be_saved(api: Api) -> None:
    customer, owner = await api.joined("customer"), await api.joined("provider")
    draft = (await api.post("/providers/me", owner, json={"displayName": "Draft"})).json()["id"]
    assert_problem(await api.put(f"{PATH}/{draft}", customer), 404, "provider.not_found")


async def test_one_more_than_the_most_is_refused_until_one_is_removed(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "MOST_FAVOURITES", 2)
    customer = await api.joined("customer")
    first, second, third = [(await api.open_provider())[1] for _ in range(3)]
    await save(api, customer, first, second, second)
    refused = await api.put(f"{PATH}/{third}", customer)
    assert_problem(refused, 409, "favourite.too_many")
    assert str(model.MOST_FAVOURITES) in refused.json()["detail"]
    assert (await api.delete(f"{PATH}/{first}", customer)).status_code == 204
    await save(api, customer, third)


async def test_an_export_has_the_favourites_that_are_not_shown_too(api: Api) -> None:
    customer, (owner, provider_id) = await api.joined("customer"), await api.open_provider()
    await save(api, customer, provider_id)
    assert (await api.delete("/providers/me", owner)).is_success
    exported = (await api.get("/users/me/export", customer)).json()["favourites"]
    assert [each["providerId"] for each in exported] == [provider_id]
