"""A reset, a new password or signing out everywhere, while the same account creates secret calendar addresses."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import httpx
import pytest
from tests.gates import PATIENCE_SECONDS
from tests.reliability.test_confused_bodies import StoredApi, stored
from tests.unit.entrypoints.api import PASSWORD

from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.calendars import links as calendar_links
from booking_domain.use_cases.identity.sessions import LockedAccount

THIEVES: Final = 6
DORJ: Final = {"email": "dorj@example.com", "password": PASSWORD}

Ending = Callable[[StoredApi, str], Awaitable[httpx.Response]]


def signed_out_everywhere(api: StoredApi, token: str) -> Awaitable[httpx.Response]:
    return api.delete("/auth/sessions", token)


def changed_password(api: StoredApi, token: str) -> Awaitable[httpx.Response]:
    body = {"currentPassword": PASSWORD, "newPassword": f"{PASSWORD} 2"}
    return api.post("/auth/change-password", token, json=body)


@pytest.fixture
async def api(postgres_url: str) -> AsyncIterator[StoredApi]:
    async with stored(postgres_url) as api:
        yield api


async def surviving(api: StoredApi, end: Ending) -> list[str]:
    """The secret addresses that still work after `end`, while stolen tokens create one after the other."""
    joined = await api.post("/auth/register", json={**DORJ, "name": "Dorj", "role": "customer"})
    stolen = [(await api.post("/auth/login", json=DORJ)).json()["accessToken"] for _ in range(THIEVES)]
    made: list[str] = []
    busy = asyncio.Event()

    async def create(token: str) -> None:
        while (answer := await api.post("/users/me/calendar-link", token)).status_code == 201:
            made.append(str(answer.json()["url"]).partition("/api/v1")[2])
            if len(made) >= THIEVES:
                busy.set()
        assert answer.json()["code"] == "auth.invalid_token", answer.text

    creating = [asyncio.create_task(create(token)) for token in stolen]
    async with asyncio.timeout(PATIENCE_SECONDS):
        await busy.wait()
        assert (await end(api, joined.json()["accessToken"])).is_success
        await asyncio.gather(*creating)
    return [path for path in made if (await api.get(path)).status_code == 200]


@pytest.mark.parametrize("end", [signed_out_everywhere, changed_password], ids=lambda end: end.__name__)
async def test_no_secret_address_of_an_ended_session_survives(api: StoredApi, end: Ending) -> None:
    for _ in range(3):
        assert await surviving(api, end) == []
        async with api.container.database().connection() as connection:
            await connection.execute("UPDATE users SET email = NULL")


async def test_without_the_lock_an_address_survives(api: StoredApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: a link that is stored after the end of its session, which was live when the request began."""
    token = (await api.post("/auth/register", json={**DORJ, "name": "Dorj", "role": "customer"})).json()["accessToken"]
    other = (await api.post("/auth/login", json=DORJ)).json()["accessToken"]

    async def no_lock(_: object, __: SessionId, ___: object, ____: object) -> LockedAccount | None:
        assert (await signed_out_everywhere(api, other)).is_success
        return None

    monkeypatch.setattr(calendar_links, "lock_own_account", no_lock)
    made = await api.post("/users/me/calendar-link", token)
    assert made.status_code == 201
    assert (await api.get(str(made.json()["url"]).partition("/api/v1")[2])).status_code == 200
