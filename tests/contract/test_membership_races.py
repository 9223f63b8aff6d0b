"""A provider who accepts the invitations of two salons at once, on PostgreSQL, is a member of one."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Final

import pytest
from sqlalchemy import bindparam, select
from tests.gates import Gate
from tests.reliability.test_confused_bodies import StoredApi, stored
from tests.unit.entrypoints.api import assert_problem

from adapters.postgres.catalogue.salons import PostgresSalons
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.identity.sessions import PostgresSessionHolds
from adapters.postgres.kit.statements import Statement
from adapters.postgres.scheduling import calendars


@pytest.fixture
async def api(postgres_url: str) -> AsyncIterator[StoredApi]:
    async with stored(postgres_url) as api:
        yield api


async def invited(api: StoredApi, salons: int) -> tuple[str, list[tuple[str, str]]]:
    """The token of a provider; managers (token, path of the salon) who have invited them."""
    provider, provider_id = await api.open_provider()
    managers = []
    for _ in range(salons):
        token = await api.joined("manager")
        made = await api.post("/salons", token, json={"name": "Nomad", "timeZone": "UTC"})
        path = f"/salons/{made.json()['id']}"
        assert (await api.post(f"{path}/members", token, json={"providerId": provider_id})).status_code == 201
        managers.append((token, path))
    return provider, managers


async def accepted_at_once(api: StoredApi) -> tuple[Counter[str], int]:
    """What two acceptances answer, and how many salons then list the provider as a member."""
    provider, managers = await invited(api, 2)
    answers = await asyncio.gather(*(api.post(f"{path}/members/me/accept", provider) for _, path in managers))
    listed = [(await api.get(f"{path}/members", token)).json()["items"] for token, path in managers]
    members = [each for each in listed if [one["status"] for one in each] == ["member"]]
    return Counter(answer.json().get("code", "done") for answer in answers), len(members)


async def test_of_two_acceptances_one_makes_a_member(api: StoredApi) -> None:
    assert await accepted_at_once(api) == ({"done": 1, "salon.member_elsewhere": 1}, 1)


async def test_a_link_for_one_person_lets_one_of_two_in(api: StoredApi) -> None:
    manager = await api.joined("manager")
    path = f"/salons/{(await api.post('/salons', manager, json={'name': 'Nomad', 'timeZone': 'UTC'})).json()['id']}"
    made = await api.post(f"{path}/invitations", manager, json={})
    people = [(await api.open_provider())[0] for _ in range(2)]
    wish = {"token": made.json()["linkToken"]}
    answers = await asyncio.gather(*(api.post("/salons/invitations/accept", each, json=wish) for each in people))
    assert Counter(each.json().get("code", "done") for each in answers) == {"done": 1, "salon.invalid_invitation": 1}
    assert len((await api.get(f"{path}/members", manager)).json()["items"]) == 1


_OWN: Final = Statement(select(providers.c.id).where(providers.c.owner_id == bindparam("user_id")))


async def _no_hold(*_: object) -> None:
    """Let several commands of a session run at once."""


async def test_without_the_providers_lock_both_are_accepted(api: StoredApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PostgresSessionHolds, "hold", _no_hold)  # it holds the account, and so its profile, too
    monkeypatch.setattr(calendars, "_LOCK_OWN", _OWN)
    monkeypatch.setattr(PostgresSalons, "salon_of", Gate(2).after(PostgresSalons.salon_of))
    found, _ = await accepted_at_once(api)
    assert found == {"done": 2}


async def test_a_salon_that_is_deleted_during_an_acceptance_has_no_member(api: StoredApi) -> None:
    provider, [(manager, path)] = await invited(api, 1)
    accepted, deleted = await asyncio.gather(api.post(f"{path}/members/me/accept", provider), api.delete(path, manager))
    assert deleted.status_code == 204
    if not accepted.is_success:
        assert_problem(accepted, 404, "salon.not_found")
    assert (await api.get("/salons/membership", provider)).json() == {}
