"""The rules of signing in with Google and Apple: which account, which links, which notices."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http.test_one_time_codes import PHONE, code_for
from tests.unit.entrypoints.http.test_security_notices import notified
from tests.unit.entrypoints.http.two_factors import protected

from booking_domain.identity.events import ContactLost
from booking_domain.identity.model import UserStatus
from booking_domain.testing.identity.memory.security import MemoryOpenIdProviders
from booking_domain.testing.identity.memory.tables import USERS

GMAIL: Final = "dorj@gmail.com"
OTHER: Final = "dorj@example.com"
CHANGED: Final = "account.identities_changed"
PAGE: Final = "https://www.example.com/sign-in"


@pytest.fixture
def services(api: Api) -> Api:
    """An API that knows all services."""
    api.container.openid_providers.override(MemoryOpenIdProviders())
    return api


def brought(
    api: Api, subject: str = "sub-1", email: str = GMAIL, service: str = "google", **more: Any
) -> dict[str, Any]:
    """What comes back from the service; each time another code."""
    api.clock.advance(timedelta(seconds=1))
    return {
        "service": service,
        "code": f"{subject} {email} {api.clock.now().timestamp()}",
        **KEPT[service],
        **more,
    }


KEPT: Final = {service: {"state": "x", "flow": service} for service in ("google", "apple")}


async def sign_in(api: Api, *about: str, **more: Any) -> httpx.Response:
    return await api.post("/auth/openid", json=brought(api, *about, **more))


async def signed_in(api: Api, *about: str, **more: Any) -> dict[str, Any]:
    answer = await sign_in(api, *about, **more)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def registered(api: Api, email: str = GMAIL, *, verified: bool = True, **more: str) -> dict[str, Any]:
    person = {"email": email, "password": PASSWORD, "name": "Bat", "role": "provider", **more}
    made = dict((await api.post("/auth/register", json=person)).json())
    if verified:
        await api.verify_contacts()
    return made


async def linked(api: Api, token: str) -> list[str]:
    return [each["service"] for each in (await api.get("/users/me/identities", token)).json()["items"]]


async def link(api: Api, token: str, *about: str, **more: Any) -> httpx.Response:
    body = {**brought(api, *about), "currentPassword": PASSWORD, **more}
    return await api.post("/users/me/identities", token, json=body)


async def unlink(api: Api, token: str, service: str = "google", **proof: str) -> httpx.Response:
    return await api.call("DELETE", f"/users/me/identities?service={service}", token, json=proof)


async def test_the_first_sign_in_makes_an_account_and_later_ones_find_it_by_the_subject(services: Api) -> None:
    first = await signed_in(services, role="provider", name="Dorj")
    user = first["user"]
    assert (user["email"], user["role"], user["name"], user["status"]) == (GMAIL, "provider", "Dorj", "active")
    assert user["emailVerifiedAt"]
    for about in (("sub-1", GMAIL), ("sub-1", OTHER), ("sub-1", "-")):
        assert (await signed_in(services, *about, role="customer"))["user"]["id"] == user["id"]
    assert (await signed_in(services, "sub-2", OTHER))["user"]["id"] != user["id"]
    assert await linked(services, first["accessToken"]) == ["google"]
    noted = (await services.get("/auth/login-history", first["accessToken"])).json()["items"]
    assert [(each["method"], each["outcome"]) for each in noted] == [("google", "succeeded")] * 4
    exported = (await services.get("/users/me/export", first["accessToken"])).json()["identities"]
    assert [(each["service"], each["subject"]) for each in exported] == [("google", "sub-1")]
    assert await notified(services, CHANGED) == 0


async def test_the_same_subject_of_another_service_is_another_person(services: Api) -> None:
    google = await signed_in(services)
    apple = await signed_in(services, "sub-1", "dorj@icloud.com", service="apple")
    assert google["user"]["id"] != apple["user"]["id"]


async def test_without_a_verified_address_there_is_no_account(services: Api) -> None:
    assert_problem(await sign_in(services, "sub-1", "-"), 403, "auth.email_not_verified")
    assert services.database.rows(USERS) == {}


async def test_an_account_with_the_verified_address_is_linked_if_the_service_runs_it(services: Api) -> None:
    made = await registered(services)
    assert (await signed_in(services))["user"]["id"] == made["user"]["id"]
    assert await linked(services, made["accessToken"]) == ["google"]
    assert await notified(services, CHANGED) == 1
    # Another identity of the service is not linked to the same account.
    assert_problem(await sign_in(services, "sub-2"), 409, "auth.identity_taken")


async def test_an_account_with_another_address_is_linked_by_its_owner_only(services: Api) -> None:
    made = await registered(services, OTHER)
    assert_problem(await sign_in(services, "sub-1", OTHER), 409, "auth.not_linked")
    assert await linked(services, made["accessToken"]) == []
    assert (await link(services, made["accessToken"], "sub-1", OTHER)).status_code == 204
    assert (await signed_in(services, "sub-1", OTHER))["user"]["id"] == made["user"]["id"]


async def test_an_account_that_has_not_verified_the_address_is_never_linked(services: Api) -> None:
    made = await registered(services, verified=False)
    assert_problem(await sign_in(services), 409, "auth.not_linked")
    # Its owner may have verified another contact only: then it loses the address to whom the service names.
    other = await registered(services, OTHER, verified=False, phone=PHONE["phone"])
    code = {**PHONE, "purpose": "verify", "code": await code_for(services, "verify")}
    assert (await services.post("/auth/verify-otp", other["accessToken"], json=code)).status_code == 204
    found = (await signed_in(services, "sub-1", OTHER))["user"]
    assert found["id"] not in {made["user"]["id"], other["user"]["id"]}
    assert found["email"] == OTHER
    lost = [each for each in await services.database.outbox_events() if isinstance(each, ContactLost)]
    assert [str(each.user_id) for each in lost] == [other["user"]["id"]]


async def test_a_disabled_account_is_not_linked(services: Api) -> None:
    made = await registered(services)
    users = services.database.rows(USERS)
    (user,) = users.values()
    users[user.id] = replace(user, status=UserStatus.DISABLED)
    assert_problem(await sign_in(services), 403, "auth.account_disabled")
    assert await services.database.reads.external_identities.of_user(user.id) == []
    assert made["user"]["id"] == str(user.id)


async def test_a_second_factor_is_needed_before_anything_is_linked(services: Api) -> None:
    dorj = await protected(services)
    await services.verify_contacts()
    (user,) = services.database.rows(USERS).values()
    services.database.rows(USERS)[user.id] = replace(user, email=GMAIL)
    for wrong, code in (({}, "auth.second_factor_needed"), ({"secondFactor": "000000"}, "auth.invalid_second_factor")):
        assert_problem(await sign_in(services, **wrong), 401, code)
        assert await linked(services, dorj.token) == []
    assert (await sign_in(services, secondFactor=dorj.code())).status_code == 200
    assert await linked(services, dorj.token) == ["google"]


async def test_an_answer_of_the_service_is_accepted_once_and_only_with_its_flow(services: Api) -> None:
    back = brought(services)
    assert (await services.post("/auth/openid", json=back)).status_code == 200
    assert_problem(await services.post("/auth/openid", json=back), 401, "auth.invalid_assertion")
    foreign = {**brought(services), "flow": "another"}
    assert_problem(await services.post("/auth/openid", json=foreign), 401, "auth.invalid_assertion")


async def test_the_owner_links_and_unlinks_is_told_and_other_devices_are_signed_out(services: Api) -> None:
    here = await registered(services, OTHER)
    there = (await services.post("/auth/login", json={"email": OTHER, "password": PASSWORD})).json()
    wrong = await link(services, here["accessToken"], currentPassword="no password of theirs")
    assert_problem(wrong, 422, "auth.wrong_password")
    for _ in range(2):
        assert (await link(services, here["accessToken"])).status_code == 204
    assert await notified(services, CHANGED) == 1
    assert_problem(await services.get("/auth/sessions", there["accessToken"]), 401, "auth.invalid_token")
    assert_problem(await link(services, here["accessToken"], "sub-2"), 409, "auth.identity_taken")
    other = await registered(services, "bat@example.com")
    assert_problem(await link(services, other["accessToken"], "sub-1"), 409, "auth.identity_taken")
    assert_problem(await unlink(services, here["accessToken"]), 422, "auth.wrong_password")
    assert (await unlink(services, here["accessToken"], currentPassword=PASSWORD)).status_code == 204
    assert await notified(services, CHANGED) == 2
    assert await linked(services, here["accessToken"]) == []


async def test_the_last_way_to_sign_in_stays(services: Api) -> None:
    token = (await signed_in(services))["accessToken"]
    users = services.database.rows(USERS)
    (user,) = users.values()
    users[user.id] = replace(user, email_verified_at=None, email=None)
    assert_problem(await unlink(services, token), 409, "auth.last_way_in")
    assert await linked(services, token) == ["google"]
    assert (await link(services, token, "sub-1", "-", "apple")).status_code == 204
    assert (await unlink(services, token)).status_code == 204
    assert await linked(services, token) == ["apple"]
    assert_problem(await unlink(services, token, "apple"), 409, "auth.last_way_in")


async def test_a_page_signs_in_with_a_cookie(services: Api) -> None:
    cookies = {"X-Session-Mode": "cookie"}
    answer = await services.post("/auth/openid", json=brought(services), headers=cookies)
    assert (answer.json().get("accessToken"), len(answer.headers.get_list("Set-Cookie"))) == (None, 3)


async def test_a_service_that_is_not_configured_is_not_found(api: Api) -> None:
    for path, body in (("start", {"service": "google"}), ("", brought(api))):
        refused = await api.post(f"/auth/openid/{path}".rstrip("/"), json=body)
        assert_problem(refused, 404, "auth.service_not_configured")
    assert_problem(await api.get("/auth/openid/callback?code=x"), 404, "auth.service_not_configured")
    for wrong in ("telegram", "facebook"):
        assert_problem(await api.post("/auth/openid/start", json={"service": wrong}), 400, "validation.invalid_input")


@pytest.mark.settings(BOOKING_SIGN_IN_PAGE=PAGE)
async def test_the_answer_of_a_service_is_passed_on_to_the_page_in_the_fragment(api: Api) -> None:
    answer = "code=a%2Fb&state=s&iss=https%3A%2F%2Fx&scope=email"
    passed = f"{PAGE}#code=a%2Fb&state=s&iss=https%3A%2F%2Fx"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for back in (
        await api.get(f"/auth/openid/callback?{answer}"),
        await api.post("/auth/openid/callback", content=answer, headers=form),
    ):
        assert (back.status_code, back.headers["Location"], back.content) == (303, passed, b"")
    hostile = (
        ("", f"{PAGE}#"),
        ("state=%0d%0aSet-Cookie:x", f"{PAGE}#state=%0D%0ASet-Cookie%3Ax"),
    )
    for text, expected in hostile:
        back = await api.post("/auth/openid/callback", content=text, headers=form)
        assert (back.status_code, back.headers["Location"]) == (303, expected)
    for content in (b"\xff", b"&".join(b"a=1" for _ in range(99))):
        assert_problem(await api.post("/auth/openid/callback", content=content), 400, "validation.invalid_input")
