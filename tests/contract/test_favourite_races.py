"""A user who saves two providers at once, on PostgreSQL, gets no more favourites than the most."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from tests.gates import Gate
from tests.reliability.test_confused_bodies import StoredApi, stored
from tests.unit.features.favourites import PATH

from adapters.postgres.favourites import PostgresFavourites
from adapters.postgres.identity.users import PostgresUsers
from booking_domain.use_cases.favourites import commands


@pytest.fixture
async def api(postgres_url: str) -> AsyncIterator[StoredApi]:
    async with stored(postgres_url) as api:
        yield api


async def saved_at_once(api: StoredApi, customer: str, *provider_ids: str) -> tuple[Counter[int], int]:
    """What the answers are, and how many favourites there are then."""
    answers = await asyncio.gather(*(api.put(f"{PATH}/{provider_id}", customer) for provider_id in provider_ids))
    shown = (await api.get(PATH, customer)).json()["items"]
    return Counter(answer.status_code for answer in answers), len(shown)


async def with_two_providers(api: StoredApi) -> tuple[str, str, str]:
    """The token of a customer, and two providers."""
    return await api.joined("customer"), (await api.open_provider())[1], (await api.open_provider())[1]


async def test_a_provider_that_is_saved_twice_at_once_is_saved_once(api: StoredApi) -> None:
    _, provider_id = await api.open_provider()
    assert await saved_at_once(api, await api.joined("customer"), provider_id, provider_id) == ({204: 2}, 1)


async def test_of_two_at_once_at_the_limit_one_is_refused(api: StoredApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MOST_FAVOURITES", 1)
    assert await saved_at_once(api, *await with_two_providers(api)) == ({204: 1, 409: 1}, 1)


async def _no_lock(*_: object) -> None:
    """Let both count before either adds."""


async def test_without_the_lock_of_the_account_both_are_saved(api: StoredApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MOST_FAVOURITES", 1)
    people = await with_two_providers(api)
    monkeypatch.setattr(PostgresUsers, "lock", _no_lock)
    monkeypatch.setattr(PostgresFavourites, "count", Gate(2).after(PostgresFavourites.count))
    assert await saved_at_once(api, *people) == ({204: 2}, 2)
