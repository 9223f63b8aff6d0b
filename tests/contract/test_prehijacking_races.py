"""An account that its owner takes over with a code, while whoever registered it uses every access at once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
from tests.reliability.test_confused_bodies import StoredApi, stored
from tests.unit.entrypoints.api import PASSWORD

from booking_domain.identity.one_time_codes import CodePurpose
from booking_domain.shared.ids import CodeId

VICTIM: Final = {"email": "victim@example.com"}
MALLORY: Final = {**VICTIM, "phone": "+97680112233", "password": PASSWORD, "name": "Mallory", "role": "customer"}
DEVICES: Final = 6
ROUNDS: Final = 3
LEFT: Final = """
SELECT (SELECT count(*) FROM sessions WHERE user_id = u.id AND ended_at IS NULL),
       (SELECT count(*) FROM calendar_links WHERE user_id = u.id), u.password_hash, u.phone_index
FROM users u WHERE u.email = %s
"""


@pytest.fixture
async def api(postgres_url: str) -> AsyncIterator[StoredApi]:
    async with stored(postgres_url) as api:
        yield api


async def code_for(api: StoredApi, purpose: CodePurpose) -> str:
    api.clock.advance(timedelta(minutes=1))
    answer = await api.post("/auth/send-otp", json={**VICTIM, "purpose": purpose.value})
    assert answer.status_code == 202, answer.text
    query = "SELECT id FROM one_time_codes WHERE purpose = %s ORDER BY issued_at DESC LIMIT 1"
    async with api.container.database().connection() as connection:
        row = await (await connection.execute(query, [purpose.value])).fetchone()
    assert row is not None
    return str(api.container.secret_codes().code(CodeId(row[0]), purpose))


class Mallory:
    """Signs in on several devices, again and again, and creates secret calendars and new passwords."""

    def __init__(self, api: StoredApi) -> None:
        self._api = api
        self.busy = asyncio.Event()
        self._done = 0

    async def uses_everything(self) -> None:
        try:
            await asyncio.gather(*(self._uses(number) for number in range(DEVICES)))
        finally:
            # A login meanwhile may meet a password that has just changed; three of those lock the account.
            self.busy.set()

    async def _uses(self, number: int) -> None:
        login = {**VICTIM, "password": PASSWORD}
        while (tokens := await self._api.post("/auth/login", json=login)).status_code == 200:
            token = tokens.json()["accessToken"]
            if number % 2:
                await self._api.post("/users/me/calendar-link", token)
            else:
                body = {"currentPassword": PASSWORD, "newPassword": PASSWORD}
                await self._api.post("/auth/change-password", token, json=body)
            await self._api.post("/auth/refresh", json={"refreshToken": tokens.json()["refreshToken"]})
            self._done += 1
            if self._done >= DEVICES:
                self.busy.set()


@pytest.mark.parametrize("purpose", [CodePurpose.VERIFY, CodePurpose.LOGIN])
async def test_no_access_from_before_survives_the_first_code(api: StoredApi, purpose: CodePurpose) -> None:
    for _ in range(ROUNDS):
        assert (await api.post("/auth/register", json=MALLORY)).status_code == 201
        code, mallory = await code_for(api, purpose), Mallory(api)
        using = asyncio.create_task(mallory.uses_everything())
        await mallory.busy.wait()
        answer = await api.post("/auth/verify-otp", json={**VICTIM, "purpose": purpose.value, "code": code})
        assert answer.is_success, answer.text
        await using
        async with api.container.database().connection() as connection:
            row = await (await connection.execute(LEFT, [VICTIM["email"]])).fetchone()
            assert row == (int(purpose is CodePurpose.LOGIN), 0, None, None)
            await connection.execute("UPDATE users SET email = NULL")


async def test_of_registrations_with_one_code_one_takes_the_contact(api: StoredApi) -> None:
    assert (await api.post("/auth/register", json=MALLORY)).status_code == 201
    code = await code_for(api, CodePurpose.VERIFY)
    body: dict[str, Any] = {**VICTIM, "password": "seven red kites", "name": "Victim", "role": "customer", "code": code}
    answers: list[httpx.Response] = await asyncio.gather(*(api.post("/auth/register", json=body) for _ in range(8)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 401: 7}
    async with api.container.database().connection() as connection:
        rows = await (await connection.execute("SELECT email, email_verified_at IS NOT NULL FROM users")).fetchall()
    assert sorted(rows, key=str) == [("victim@example.com", True), (None, False)]
