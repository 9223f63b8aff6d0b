"""Passkeys: add one, sign in with it, use it as a second factor, rename and remove it."""

import base64
import json
from datetime import timedelta
from typing import Any, Final

import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http.test_one_time_codes import code_for, use
from tests.unit.entrypoints.http.test_security_notices import notified
from tests.unit.entrypoints.http.two_factors import Member, member, protected
from tests.unit.passkey_device import SoftwareDevice

from booking_domain.identity.passkeys import CHALLENGE_LIFE, MAX_CREDENTIAL_ID, MOST_PASSKEYS
from booking_domain.testing.identity.memory.tables import PASSKEY_CHALLENGES, PASSKEYS, USERS

PAGE: Final = "https://app.example.com"
ON_A_PAGE: Final = {"BOOKING_PASSKEY_DOMAIN": "example.com", "BOOKING_CORS_ORIGINS": PAGE}
REFUSED: Final = (401, "auth.invalid_passkey")
pytestmark = pytest.mark.settings(**ON_A_PAGE)


def a_device() -> SoftwareDevice:
    return SoftwareDevice(PAGE, "example.com")


async def asked_to_add(dorj: Member) -> dict[str, Any]:
    answer = await dorj.api.post("/auth/passkeys/options", dorj.token, json={"currentPassword": PASSWORD})
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["options"])


async def added(dorj: Member, device: SoftwareDevice, **more: Any) -> dict[str, Any]:
    body = {"response": device.create(await asked_to_add(dorj)), "name": "phone", **more}
    answer = await dorj.api.post("/auth/passkeys", dorj.token, json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def asked(api: Api) -> dict[str, Any]:
    return dict((await api.post("/auth/passkey/options")).json()["options"])


async def sign_in(api: Api, device: SoftwareDevice, **wrong: Any) -> Any:
    return await api.post("/auth/passkey", json={"response": device.get(await asked(api), **wrong)})


async def test_a_passkey_signs_in_without_a_password(api: Api) -> None:
    dorj, device = await member(api), a_device()
    elsewhere = (await dorj.log_in()).json()["accessToken"]
    passkey = await added(dorj, device)
    assert passkey["secondFactor"] is False
    assert await notified(api, "account.passkey_added") == 1
    assert_problem(await api.get("/auth/sessions", elsewhere), 401, "auth.invalid_token")
    signed_in = await sign_in(api, device)
    assert signed_in.status_code == 200, signed_in.text
    assert signed_in.json()["user"]["id"] == dorj.signed_in["user"]["id"]
    token = signed_in.json()["accessToken"]
    (latest, *_) = (await api.get("/auth/login-history", token)).json()["items"]
    assert (latest["method"], latest["outcome"]) == ("passkey", "succeeded")
    (shown,) = (await api.get("/auth/passkeys", token)).json()["items"]
    assert (shown["name"], shown["lastUsedAt"]) == ("phone", "2026-11-23T00:00:00Z")
    assert (await api.get("/users/me/export", token)).json()["passkeys"] == [shown]
    renamed = await api.patch(f"/auth/passkeys/{shown['id']}", token, json={"name": "laptop"})
    assert renamed.json() == {**shown, "name": "laptop"}
    assert not api.database.rows(PASSKEY_CHALLENGES)


async def test_a_passkey_response_for_another_page_or_challenge_is_refused(api: Api) -> None:
    dorj, device = await member(api), a_device()
    await added(dorj, device)
    other = a_device()
    for wrong in (
        {"origin": "https://evil.example.org"},
        {"domain": "example.org"},
        {"verified": False},
        {"challenge": "bm90IG91cnM"},
        {"key": other.key},
        {"user": "AAAAAAAAAAAAAAAAAAAAAA"},
    ):
        assert_problem(await sign_in(api, device, **wrong), *REFUSED)
    other.user = device.user
    assert_problem(await sign_in(api, other), *REFUSED)
    assert_problem(await api.post("/auth/passkey", json={"response": "{}"}), *REFUSED)
    assert (await sign_in(api, device)).status_code == 200
    failed = (await api.get("/auth/login-history", dorj.token)).json()["items"][1]
    assert (failed["method"], failed["outcome"]) == ("passkey", "failed")


async def test_a_challenge_is_good_once_and_for_five_minutes_and_for_what_it_was_made(api: Api) -> None:
    dorj, device = await member(api), a_device()
    await added(dorj, device)
    once = {"response": device.get(await asked(api))}
    assert (await api.post("/auth/passkey", json=once)).status_code == 200
    assert_problem(await api.post("/auth/passkey", json=once), *REFUSED)
    used_up = await asked(api)
    assert_problem(await api.post("/auth/passkey", json={"response": device.get(used_up, verified=False)}), *REFUSED)
    assert_problem(await api.post("/auth/passkey", json={"response": device.get(used_up)}), *REFUSED)
    to_add = device.get(await asked_to_add(dorj))
    assert_problem(await api.post("/auth/passkey", json={"response": to_add}), *REFUSED)
    late = device.get(await asked(api))
    api.clock.advance(CHALLENGE_LIFE)
    assert_problem(await api.post("/auth/passkey", json={"response": late}), *REFUSED)
    assert timedelta(minutes=5) == CHALLENGE_LIFE


async def test_a_counter_that_goes_back_is_refused(api: Api) -> None:
    dorj, device = await member(api), a_device()
    await added(dorj, device)
    assert (await sign_in(api, device, counter=7)).status_code == 200
    for counter in (7, 6, 0):
        assert_problem(await sign_in(api, device, counter=counter), *REFUSED)
    assert (await sign_in(api, device, counter=8)).status_code == 200


async def test_only_its_owner_adds_a_passkey_with_the_password_and_once(api: Api) -> None:
    dorj, device = await member(api), a_device()
    saraa = await member(api, email="saraa@example.com")
    wrong = await api.post("/auth/passkeys/options", dorj.token, json={"currentPassword": "sunflower-field"})
    assert_problem(wrong, 422, "auth.wrong_password")
    for response in (
        device.create(await asked_to_add(saraa)),
        device.create({"user": {"id": device.user}, **await asked(api)}),
        device.create(await asked_to_add(dorj), origin="https://evil.example.org"),
        device.create(await asked_to_add(dorj), verified=False),
    ):
        refused = await api.post("/auth/passkeys", dorj.token, json={"response": response, "name": "phone"})
        assert_problem(refused, 422, "auth.passkey_refused", "/response")
    await added(dorj, device)
    again = {"response": device.create(await asked_to_add(saraa)), "name": "phone"}
    assert_problem(await api.post("/auth/passkeys", saraa.token, json=again), 409, "auth.passkey_taken")
    for _ in range(MOST_PASSKEYS - 1):
        await added(dorj, a_device())
    full = await api.post("/auth/passkeys/options", dorj.token, json={"currentPassword": PASSWORD})
    assert_problem(full, 409, "auth.too_many_passkeys")


async def test_a_disabled_or_deleted_account_does_not_sign_in(api: Api) -> None:
    dorj, device = await member(api), a_device()
    await added(dorj, device)
    user, admin = f"/admin/users/{dorj.signed_in['user']['id']}", await api.an_admin()
    assert (await api.patch(user, admin, json={"status": "disabled", "reason": "abuse"})).status_code == 200
    assert_problem(await sign_in(api, device), 403, "auth.account_disabled")
    assert (await api.delete(user, admin)).status_code == 204
    assert_problem(await sign_in(api, device), 403, "auth.account_deleted")


async def test_a_passkey_takes_the_place_of_the_code(api: Api) -> None:
    dorj, device = await protected(api), a_device()
    await added(dorj, device)
    assert_problem(await dorj.log_in(), 401, "auth.second_factor_needed")
    assert (await dorj.log_in(device.get(await asked(api)))).status_code == 200
    refused = (401, "auth.invalid_second_factor")
    assert_problem(await dorj.log_in(device.get(await asked(api), origin="https://evil.example.org")), *refused)
    saraa, anothers = await member(api, email="saraa@example.com"), a_device()
    await added(saraa, anothers)
    assert_problem(await dorj.log_in(anothers.get(await asked(api))), *refused)
    assert (await sign_in(api, device)).status_code == 200  # which is two factors


async def test_a_passkey_can_be_the_second_factor_itself_until_an_admin_removes_it(api: Api) -> None:
    dorj, device = await member(api), a_device()
    await added(dorj, device, secondFactor=True)
    assert_problem(await dorj.log_in(), 401, "auth.second_factor_needed")
    assert_problem(await dorj.log_in("402519"), 401, "auth.invalid_second_factor")
    assert (await dorj.log_in(device.get(await asked(api)))).status_code == 200
    user = dorj.signed_in["user"]["id"]
    assert (await api.delete(f"/admin/users/{user}/second-factor", await api.an_admin())).status_code == 204
    assert not api.database.rows(PASSKEYS)
    assert (await dorj.log_in()).status_code == 200


async def test_the_last_way_to_sign_in_cannot_be_removed(api: Api) -> None:
    dorj, device = await member(api), a_device()
    await added(dorj, a_device())
    only = await added(dorj, device)
    path = f"/auth/passkeys/{only['id']}"
    first = (await api.get("/auth/passkeys", dorj.token)).json()["items"][0]["id"]
    (user,) = [each for each in api.database.rows(USERS).values() if each.email == dorj.email]
    async with api.database.begin() as tx:
        await tx.users.save(user.changed(password_hash=None))
    token = (await sign_in(api, device)).json()["accessToken"]
    assert (await api.call("DELETE", f"/auth/passkeys/{first}", token, json={})).status_code == 204
    assert await notified(api, "account.passkey_removed") == 1
    assert_problem(await api.call("DELETE", path, token, json={}), 409, "auth.last_way_in")
    await api.verify_contacts()
    assert (await api.call("DELETE", path, token, json={})).status_code == 204
    assert_problem(await api.call("DELETE", path, token, json={}), 404, "auth.passkey_not_found")
    assert_problem(await sign_in(api, device), *REFUSED)


@pytest.mark.settings(**ON_A_PAGE, BOOKING_ADMIN_SECOND_FACTOR="on")
async def test_an_admins_passkey_is_a_second_factor_and_the_last_one_stays(api: Api) -> None:
    token = await api.an_admin()
    bearer = api.container.access_tokens().read(token, api.clock.now())
    user = await api.database.reads.users.get(bearer.actor.id)
    assert user is not None
    assert user.email is not None
    admin, device = Member(api, user.email, {"accessToken": token}), a_device()
    passkey = await added(admin, device)
    assert passkey["secondFactor"] is True
    assert_problem(await admin.log_in(), 401, "auth.second_factor_needed")
    token = (await sign_in(api, device)).json()["accessToken"]
    assert (await api.get("/admin/users", token)).status_code == 200
    proof = {"json": {"currentPassword": PASSWORD}}
    refused = await api.call("DELETE", f"/auth/passkeys/{passkey['id']}", token, **proof)
    assert_problem(refused, 403, "auth.second_factor_required")


async def test_whoever_verifies_the_contact_first_gets_an_account_without_passkeys(api: Api) -> None:
    thief, device = await member(api), a_device()
    await added(thief, device)
    code = await code_for(api, who={"email": thief.email})
    assert (await use(api, code, who={"email": thief.email})).status_code == 200
    assert_problem(await sign_in(api, device), *REFUSED)


async def test_an_id_of_a_credential_that_is_too_long_is_refused(api: Api) -> None:
    dorj = await member(api)
    for length, status in ((0, 422), (MAX_CREDENTIAL_ID + 1, 422), (3_000, 422), (MAX_CREDENTIAL_ID, 201)):
        device = a_device()
        device.credential_id = bytes(length)
        body = {"response": device.create(await asked_to_add(dorj)), "name": "phone"}
        answer = await api.post("/auth/passkeys", dorj.token, json=body)
        assert answer.status_code == status, (length, answer.text)


@pytest.mark.parametrize(
    "attestation",
    [
        *(b"", b"\xff", b"\x9a\xff\xff\xff\xff", b"\x9b" + b"\xff" * 8, b"\x5a\xff\xff\xff\xff", b"\x5b" + b"\xff" * 8),
        *(b"\xba\xff\xff\xff\xff", b"\x81" * 5_000, b"\xd8\x1c" * 3_000, b"\xa1" * 5_000),
        b"\xc2\x59\x10\x00" + b"\xff" * 4_096,
    ],
    ids=lambda raw: raw[:4].hex(),
)
async def test_an_attestation_that_is_a_trap_is_refused(api: Api, attestation: bytes) -> None:
    dorj, device = await member(api), a_device()
    response = json.loads(device.create(await asked_to_add(dorj)))
    response["response"]["attestationObject"] = base64.urlsafe_b64encode(attestation).decode().rstrip("=")
    answer = await api.post("/auth/passkeys", dorj.token, json={"response": json.dumps(response), "name": "phone"})
    assert_problem(answer, 422, "auth.passkey_refused")


@pytest.mark.parametrize("member_of", ["userHandle", "clientDataJSON", "authenticatorData", "signature", "rawId", "id"])
async def test_a_member_of_a_response_may_be_anything(api: Api, member_of: str) -> None:
    dorj, device = await member(api), a_device()
    await added(dorj, device)
    hostile: tuple[Any, ...] = (None, 7, True, [], {}, "", "\0", "é", "%", "A" * 9_000, "[" * 5_000)
    for wrong in hostile:
        response = json.loads(device.get(await asked(api)))
        holder = response if member_of in response else response["response"]
        holder[member_of] = wrong
        answer = await api.post("/auth/passkey", json={"response": json.dumps(response)})
        assert_problem(answer, *REFUSED)
