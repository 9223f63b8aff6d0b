"""Whoever is disabled, deleted or signed out while all their devices refresh, on PostgreSQL: none of them goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
from tests.databases import TestServer
from tests.reliability.test_confused_bodies import StoredApi, stored
from tests.unit.entrypoints.api import PASSWORD, assert_problem

from booking_domain.identity.model import User
from booking_domain.identity.second_factor import SecondFactor
from booking_domain.shared.ids import UserId

DEVICES: Final = 6
BUSY: Final = 3 * DEVICES
PATIENCE_SECONDS: Final = 30
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
    """All that one person is signed in on; each refreshes as fast as it can until it is refused."""

    def __init__(self, api: StoredApi, tokens: list[dict[str, Any]]) -> None:
        self._api = api
        self._tokens = tokens
        self.busy = asyncio.Event()
        self.over = asyncio.Event()
        self.refreshed = 0
        self.too_late = 0

    async def go_on(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(*map(self._go_on, self._tokens))

    async def _go_on(self, tokens: dict[str, Any]) -> None:
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
    """How many devices have refreshed after the account was told to be at its end."""
    first = (await api.post("/auth/register", json={**DORJ, "name": "Dorj", "role": "customer"})).json()
    others = [(await api.post("/auth/login", json=DORJ)).json() for _ in range(DEVICES - 1)]
    user_id = UserId(UUID(first["user"]["id"]))
    async with api.container.database().begin() as tx:
        await tx.second_factors.save(SecondFactor(user_id=user_id, secret="A" * 32, confirmed_at=api.clock.now()))
    admin, tokens = await api.an_admin(), [first, *others]
    devices = Devices(api, tokens)
    going_on = asyncio.create_task(devices.go_on())
    async with asyncio.timeout(PATIENCE_SECONDS):
        await devices.busy.wait()
    answer = await end(api, admin, str(user_id))
    assert answer.is_success, answer.text
    devices.over.set()
    await going_on
    if not devices.too_late:
        api.clock.advance(timedelta(minutes=30))
        for each in tokens:  # the documented bound of access tokens
            assert_problem(await api.get("/auth/me", each["accessToken"]), 401, "auth.invalid_token")
    return devices.too_late


def played(postgres: TestServer, end: Ending) -> int:
    async def story(url: str) -> int:
        async with stored(url) as api:
            return await refreshed_too_late(api, end)

    with postgres.database() as url:
        return asyncio.run(story(url))


@pytest.mark.parametrize("end", [disabled, deleted, signed_out, without_factor], ids=lambda end: end.__name__)
def test_no_device_refreshes_after_the_end(postgres: TestServer, end: Ending) -> None:
    assert played(postgres, end) == 0


def test_if_one_session_is_ended_all_others_go_on(postgres: TestServer) -> None:
    assert played(postgres, signed_out_of_one) == DEVICES - 1


@pytest.mark.parametrize("end", [disabled, without_factor], ids=lambda end: end.__name__)
def test_if_no_session_were_ended_they_would_go_on(
    postgres: TestServer, end: Ending, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none_ended(*_: object) -> int:
        return 0

    def usable(user: User | None) -> User:
        assert user is not None
        return user

    monkeypatch.setattr("booking_domain.identity.use_cases.administration.end_all_sessions", none_ended)
    monkeypatch.setattr("booking_domain.identity.use_cases.sign_in._usable", usable)
    assert played(postgres, end) == DEVICES
