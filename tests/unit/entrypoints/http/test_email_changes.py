"""Add or change the e-mail address of an account, and set the first password."""

from datetime import timedelta
from typing import Any

from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http.test_one_time_codes import (
    DORJ,
    MINUTE,
    SENT,
    code_for,
    joined,
    last_code,
    log_in,
    other,
    use,
)
from tests.unit.entrypoints.http.test_sign_ups import complete, signed_up

from booking_domain.identity.lifetimes import Lifetimes

NEW = "dorj@example.mn"


async def want(api: Api, token: str, email: str = NEW, password: str | None = PASSWORD) -> Any:
    return await api.post("/users/me/email", token, json={"email": email, "currentPassword": password})


async def wanted(api: Api, token: str, email: str = NEW, password: str | None = PASSWORD) -> str:
    answer = await want(api, token, email, password)
    assert (answer.status_code, answer.json()) == (202, SENT), answer.text
    return await last_code(api)


async def confirm(api: Api, token: str, code: str, email: str = NEW) -> Any:
    return await api.post("/users/me/email/confirm", token, json={"email": email, "code": code})


async def test_an_address_changes_once_its_code_comes_back(api: Api) -> None:
    here, elsewhere = await joined(api), (await log_in(api)).json()
    token = here["accessToken"]
    former = await code_for(api, who={"email": "dorj@example.com"})
    code = await wanted(api, token, "Dorj@Example.mn")
    assert_problem(await confirm(api, token, other(code)), 401, "auth.invalid_code")
    answer = await confirm(api, token, code)
    assert (answer.status_code, answer.headers["ETag"]) == (200, f'"{answer.json()["version"]}"')
    assert (answer.json()["email"], answer.json()["emailVerifiedAt"]) == (NEW, "2026-11-23T00:00:00Z")
    gone = await api.post("/auth/refresh", json={"refreshToken": elsewhere["refreshToken"]})
    assert_problem(gone, 401, "auth.invalid_token")
    assert_problem(await use(api, former, who={"email": "dorj@example.com"}), 401, "auth.invalid_code")
    events = await api.database.outbox_events()
    assert events[-1].topic == "account.email_changed"
    assert "example.mn" not in repr(events)


async def test_a_number_and_an_address_are_changed_independently(api: Api) -> None:
    token = (await joined(api))["accessToken"]
    of_email = await wanted(api, token)
    number = {"phone": "+97680112233", "currentPassword": PASSWORD}
    assert (await api.post("/users/me/phone", token, json=number)).status_code == 202
    of_phone = await last_code(api)
    assert (await confirm(api, token, of_email)).status_code == 200
    confirmed = await api.post("/users/me/phone/confirm", token, json={"phone": "+97680112233", "code": of_phone})
    assert (confirmed.json()["email"], confirmed.json()["phone"]) == (NEW, "+97680112233")


async def test_a_taken_address_is_revealed_only_with_the_right_code(api: Api) -> None:
    token = (await joined(api))["accessToken"]
    assert (await api.post("/auth/register", json={**DORJ, "email": NEW, "phone": None})).status_code == 201
    await api.verify_contacts()
    code = await wanted(api, token)
    assert_problem(await confirm(api, token, other(code)), 401, "auth.invalid_code")
    assert_problem(await confirm(api, token, code), 409, "auth.email_taken", "/email")


async def test_a_malformed_address_or_the_current_one_is_refused(api: Api) -> None:
    token = (await joined(api))["accessToken"]
    for email in ("nobody", "a b@example.com", "DORJ@example.com"):
        assert_problem(await want(api, token, email), 422, "validation.invalid_value", "/email")
    assert_problem(await want(api, token, NEW, None), 422, "auth.wrong_password", "/currentPassword")


async def test_an_account_that_signed_up_by_phone_adds_an_address_and_sets_its_first_password(api: Api) -> None:
    token = (await complete(api, (await signed_up(api))["accessToken"])).json()["accessToken"]
    assert (await confirm(api, token, await wanted(api, token, password=None))).status_code == 200
    first, path = {"newPassword": PASSWORD}, "/auth/change-password"
    refused = await api.post(path, token, json={"newPassword": "short"})
    assert_problem(refused, 422, "validation.invalid_value", "/newPassword")
    api.clock.advance(Lifetimes().fresh)
    assert_problem(await api.post(path, token, json=first), 403, "auth.sign_in_too_old")
    api.clock.advance(MINUTE - timedelta(seconds=1))
    token = (await use(api, await code_for(api))).json()["accessToken"]
    assert (await api.post(path, token, json=first)).status_code == 204
    assert (await log_in(api)).status_code == 200
    assert_problem(await api.post(path, token, json=first), 422, "auth.wrong_password", "/currentPassword")
