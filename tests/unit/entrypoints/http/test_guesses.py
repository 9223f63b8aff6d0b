"""Password spraying: wrong passwords and codes of one address, at many logins."""

from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem

from entrypoints.settings.quotas import QUOTAS

DORJ: Final = {"email": "dorj@example.com", "password": PASSWORD}
QUOTA: Final = QUOTAS["guesses"].quota
ELSEWHERE: Final = {"X-Forwarded-For": "198.51.100.9"}


async def joined(api: Api) -> dict[str, Any]:
    answer = await api.post("/auth/register", json={**DORJ, "name": "Dorj", "role": "customer"})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def guess(api: Api, number: int, **request: Any) -> httpx.Response:
    """A guess at a login of its own, in one of the ways to guess."""
    who = {"email": f"someone{number}@example.com"}
    path, body = (
        ("/auth/login", {"password": "one password for all"}),
        ("/auth/verify-otp", {"purpose": "login", "code": "000000"}),
        ("/auth/verify-otp", {"purpose": "unlock", "code": "000000"}),
        ("/auth/verify-otp", {"purpose": "verify", "code": "000000"}),
        ("/auth/reset-password", {"code": "000000", "newPassword": "seven red kites"}),
        ("/auth/register", {"code": "000000", "password": "seven red kites", "name": "Bold", "role": "customer"}),
    )[number % 6]
    return await api.post(path, json={**who, **body}, **request)


async def test_sixty_wrong_guesses_of_an_address_at_any_logins_stop_the_next_one(api: Api) -> None:
    await joined(api)
    for number in range(QUOTA):
        assert (await guess(api, number)).status_code == 401
        assert number % 10 or (await api.post("/auth/login", json=DORJ)).status_code == 200  # resets nothing
    for number in range(6):
        refused = await guess(api, number)
        assert_problem(refused, 429, "auth.too_many_attempts")
        assert refused.headers["Retry-After"] == "900"
    assert_problem(await api.post("/auth/login", json=DORJ), 429, "auth.too_many_attempts")
    api.clock.advance(timedelta(minutes=15))
    assert (await api.post("/auth/login", json=DORJ)).status_code == 200


async def test_the_wait_grows_with_the_guesses(api: Api) -> None:
    waits: list[int] = []
    for number in range(700):
        answer = await guess(api, number)
        if answer.status_code == 429:
            waits.append(int(answer.headers["Retry-After"]))
            api.clock.advance(timedelta(seconds=waits[-1]))
    assert waits[0] == 15 * 60
    assert max(waits) > 12 * 60 * 60
    longest = [max(waits[: end + 1]) for end in range(len(waits))]
    assert len(set(longest)) >= 4


@pytest.mark.settings(BOOKING_TRUSTED_PROXIES="127.0.0.0/8")
async def test_other_addresses_are_not_affected(api: Api) -> None:
    await joined(api)
    answers = [await guess(api, number, headers={"X-Forwarded-For": "198.51.100.7"}) for number in range(QUOTA + 1)]
    assert_problem(answers[-1], 429, "auth.too_many_attempts")
    assert (await api.post("/auth/login", json=DORJ, headers=ELSEWHERE)).status_code == 200
    assert (await guess(api, 0, headers=ELSEWHERE)).status_code == 401


async def test_a_refusal_for_another_reason_does_not_count_as_a_guess(api: Api) -> None:
    token = (await joined(api))["accessToken"]
    for _ in range(QUOTA + 1):
        body = {"email": "someone@example.com", "code": "000000", "newPassword": "password"}
        assert_problem(await api.post("/auth/reset-password", json=body), 422, "validation.invalid_value")
    for number in range(QUOTA):
        body = {"phone": f"+9769911{number:04}", "code": "000000"}
        answer = await api.post("/users/me/phone/confirm", token, json=body)
        assert_problem(answer, 401, "auth.invalid_code")
    assert_problem(await guess(api, 0), 429, "auth.too_many_attempts")
