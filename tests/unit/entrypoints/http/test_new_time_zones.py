"""The time zone of a new account: the one that its client names, or the platform's."""

from typing import Any, Final

import pytest
from tests.unit.adapters.telegram.bot import TOKEN
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http import test_openid as openid
from tests.unit.entrypoints.http import test_telegram as telegram
from tests.unit.entrypoints.http.test_one_time_codes import PHONE
from tests.unit.entrypoints.http.test_sign_ups import SARAA, sign_up_code

from booking_domain.testing.identity.memory.security import MemoryOpenIdProviders

BERLIN: Final = "Europe/Berlin"
DEFAULT: Final = "America/Lima"
DORJ: Final = {"email": "dorj@example.com", "password": PASSWORD, "name": "Dorj", "role": "provider"}
WAYS: Final = ("/auth/register", "/auth/verify-otp", "/auth/openid", "/auth/telegram")
of_the_platform: Final = pytest.mark.settings(BOOKING_DEFAULT_TIME_ZONE=DEFAULT, BOOKING_TELEGRAM_BOT_TOKEN=TOKEN)


async def asked(api: Api, way: str) -> dict[str, Any]:
    """The body of a request that adds an account."""
    if way == "/auth/verify-otp":
        return {**PHONE, "purpose": "signup", "code": await sign_up_code(api)}
    if way == "/auth/openid":
        api.container.openid_providers.override(MemoryOpenIdProviders())
        return openid.brought(api)
    return DORJ if way == "/auth/register" else telegram.shown(api)


@of_the_platform
@pytest.mark.parametrize("way", WAYS)
async def test_a_new_account_has_the_time_zone_that_its_client_names(api: Api, way: str) -> None:
    made = (await api.post(way, json={**await asked(api, way), "timeZone": BERLIN})).json()
    assert made["user"]["timeZone"] == BERLIN
    assert (await api.get("/auth/me", made["accessToken"])).json()["timeZone"] == BERLIN


@of_the_platform
@pytest.mark.parametrize("way", WAYS)
async def test_a_new_account_whose_client_names_none_has_the_time_zone_of_the_platform(api: Api, way: str) -> None:
    assert (await api.post(way, json=await asked(api, way))).json()["user"]["timeZone"] == DEFAULT


@of_the_platform
@pytest.mark.parametrize("way", WAYS)
async def test_an_unknown_time_zone_is_refused_before_a_code_or_an_assertion_is_used_up(api: Api, way: str) -> None:
    body = await asked(api, way)
    refused = await api.post(way, json={**body, "timeZone": "Mars/Olympus"})
    assert_problem(refused, 422, "validation.invalid_value", "/timeZone")
    assert (await api.post(way, json={**body, "timeZone": BERLIN})).json()["user"]["timeZone"] == BERLIN


@of_the_platform
@pytest.mark.parametrize(("named", "expected"), [(None, BERLIN), ("Asia/Tokyo", "Asia/Tokyo")])
async def test_a_completed_account_has_the_time_zone_named_last(api: Api, named: str | None, expected: str) -> None:
    began = await api.post("/auth/verify-otp", json={**await asked(api, "/auth/verify-otp"), "timeZone": BERLIN})
    token = began.json()["accessToken"]
    unknown = await api.post("/auth/complete-profile", token, json={**SARAA, "timeZone": "Mars/Olympus"})
    assert_problem(unknown, 422, "validation.invalid_value", "/timeZone")
    body = SARAA if named is None else {**SARAA, "timeZone": named}
    made = (await api.post("/auth/complete-profile", token, json=body)).json()
    assert (made["user"]["status"], made["user"]["timeZone"]) == ("active", expected)


async def test_signing_in_again_keeps_the_time_zone_of_the_account(api: Api) -> None:
    api.container.openid_providers.override(MemoryOpenIdProviders())
    await openid.signed_in(api, timeZone=BERLIN)
    assert (await openid.signed_in(api, timeZone="Asia/Tokyo"))["user"]["timeZone"] == BERLIN


@of_the_platform
@pytest.mark.parametrize(("named", "expected"), [(None, BERLIN), ("Asia/Tokyo", "Asia/Tokyo")])
async def test_a_new_profile_without_a_time_zone_has_that_of_its_account(
    api: Api, named: str | None, expected: str
) -> None:
    token = (await api.post("/auth/register", json={**DORJ, "timeZone": BERLIN})).json()["accessToken"]
    body = {"displayName": "Studio Nomad"} | ({} if named is None else {"timeZone": named})
    made = await api.post("/providers/me", token, json=body)
    assert (made.status_code, made.json()["timeZone"]) == (201, expected)
