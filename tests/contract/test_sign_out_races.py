"""Accounts that are disabled, deleted or signed out while their devices refresh: no later refresh succeeds."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
from tests.gates import PATIENCE_SECONDS
from tests.reliability.test_confused_bodies import StoredApi, stored
from tests.unit.entrypoints.api import PASSWORD, assert_problem

from booking_domain.identity.model import User
from booking_domain.identity.second_factor import SecondFactor
from booking_domain.shared.ids import UserId

DEVICES: Final = 6
BUSY: Final = 3 * DEVICES
DORJ: Final = {"email": "dorj@example.com", "password": PASSWORD}

Ending = Callable[[StoredApi, str, str], Awaitable[httpx.Response]]


def disabled(api: StoredApi, admin: str, user_id: str) -> Awaitable[httpx.Response]:
    return api.patch(f"/admin/users/{user_id}", admin, json={"status": "disabled", "reason": "abuse"})


def deleted(api: StoredApi, admin: str, user_id: str) -> Awaitable[httpx.Response]:
    return api.delete(f"/admin/users/{user_id}", admin)


def signed_out(api: StoredApi, admin: str, user_id: str) -> Awaitable[httpx.Response]:
    return api.delete(f"/admin/users/{user_id}/sessions", admin)


def without_factor(api: StoredApi, admin: str, user_id: str) -> Awaitable[httpx.Response]:
    return api.delete(f"/admin/users/{user_id}/second-factor", admin)


async def signed_out_of_one(api: StoredApi, admin: str, user_id: str) -> httpx.Response:
    latest, *_ = (await api.get(f"/admin/users/{user_id}/sessions", admin)).json()["items"]
    return await api.delete(f"/admin/users/{user_id}/sessions/{latest['id']}", admin)


class Devices:
    """The devices of one account; each refreshes its token in a loop until it is rejected."""

    def __init__(self, api: StoredApi, tokens: list[dict[str, Any]]) -> None:
        self._api = api
        self._tokens = tokens
        self.busy = asyncio.Event()
        self.over = asyncio.Event()
        self.refreshed = 0
        self.too_late = 0

    async def refresh(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(*map(self._refresh, self._tokens))

    async def _refresh(self, tokens: dict[str, Any]) -> None:
        while True:
            over = self.over.is_set()
            answer = await self._api.post("/auth/refresh", json={"refreshToken": tokens["refreshToken"]})
            if answer.status_code != 200:
                assert_problem(answer, 401, "auth.invalid_token")
                return
            tokens.update(answer.json())
            self.refreshed += 1
            if self.refreshed >= BUSY:
                self.busy.set()
            if over:
                self.too_late += 1
                return


async def refreshed_too_late(api: StoredApi, end: Ending) -> int:
    """Return how many devices refreshed after `end` succeeded."""
    first = (await api.post("/auth/register", json={**DORJ, "name": "Dorj", "role": "customer"})).json()
    others = [(await api.post("/auth/login", json=DORJ)).json() for _ in range(DEVICES - 1)]
    user_id = UserId(UUID(first["user"]["id"]))
    async with api.container.database().begin() as tx:
        await tx.second_factors.save(SecondFactor(user_id=user_id, secret="A" * 32, confirmed_at=api.clock.now()))
    admin, tokens = await api.an_admin(), [first, *others]
    devices = Devices(api, tokens)
    refreshing = asyncio.create_task(devices.refresh())
    async with asyncio.timeout(PATIENCE_SECONDS):
        await devices.busy.wait()
    answer = await end(api, admin, str(user_id))
    assert answer.is_success, answer.text
    devices.over.set()
    await refreshing
    if not devices.too_late:
        api.clock.advance(timedelta(minutes=30))
        for each in tokens:  # access tokens expire at the latest
            assert_problem(await api.get("/auth/me", each["accessToken"]), 401, "auth.invalid_token")
    return devices.too_late


@pytest.fixture
async def api(postgres_url: str) -> AsyncIterator[StoredApi]:
    async with stored(postgres_url) as api:
        yield api


@pytest.mark.parametrize("end", [disabled, deleted, signed_out, without_factor], ids=lambda end: end.__name__)
async def test_no_device_refreshes_after_the_end(api: StoredApi, end: Ending) -> None:
    assert await refreshed_too_late(api, end) == 0


async def test_ending_one_session_leaves_the_others(api: StoredApi) -> None:
    assert await refreshed_too_late(api, signed_out_of_one) == DEVICES - 1


@pytest.mark.parametrize("end", [disabled, without_factor], ids=lambda end: end.__name__)
async def test_without_ending_the_sessions_all_devices_keep_refreshing(
    api: StoredApi, end: Ending, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none_ended(*_: object) -> int:
        return 0

    def usable(user: User | None) -> User:
        assert user is not None
        return user

    monkeypatch.setattr("booking_domain.use_cases.identity.administration.end_all_sessions", none_ended)
    monkeypatch.setattr("booking_domain.use_cases.identity.authenticate._usable", usable)
    assert await refreshed_too_late(api, end) == DEVICES
