"""Accounts that someone registers with the contact of another person, who proves later that the contact is theirs."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http.test_one_time_codes import last_code, messages
from tests.unit.entrypoints.http.test_telegram import shown, with_a_bot
from tests.unit.entrypoints.http.two_factors import APP
from tests.unit.features.refunds import ACCOUNT as BANK_ACCOUNT

from booking_domain.identity.events import ContactLost, EarlierAccessRemoved
from booking_domain.identity.external_identities import IdentityProvider
from booking_domain.shared.ids import BookingId, UserId

EMAIL: Final = {"email": "victim@example.com"}
PHONE: Final = {"phone": "+97699112233"}
TROJAN: Final = {"phone": "+97680112233"}
MINUTE: Final = timedelta(minutes=1)
NEW: Final = "seven red kites"
TELEGRAM_ID: Final = "7"


async def registered(api: Api, contact: dict[str, str], **more: Any) -> dict[str, Any]:
    body = {**contact, "password": PASSWORD, "name": "Mallory", "role": "customer", **more}
    answer = await api.post("/auth/register", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def code_for(api: Api, purpose: str, contact: dict[str, str]) -> str:
    """The code that is sent to the contact; the owner of the contact reads it."""
    before = len(await messages(api))
    api.clock.advance(MINUTE)
    path, body = ("/auth/forgot-password", contact) if purpose == "reset" else ("/auth/send-otp", None)
    answer = await api.post(path, json=body or {**contact, "purpose": purpose})
    assert answer.status_code == 202, answer.text
    assert len(await messages(api)) == before + 1, "no code was sent"
    return await last_code(api)


async def verified(api: Api, contact: dict[str, str], token: str | None = None) -> httpx.Response:
    body = {**contact, "purpose": "verify", "code": await code_for(api, "verify", contact)}
    return await api.post("/auth/verify-otp", token, json=body)


async def signed_in(api: Api, contact: dict[str, str], **more: str) -> httpx.Response:
    body = {**contact, "purpose": "login", "code": await code_for(api, "login", contact), **more}
    return await api.post("/auth/verify-otp", json=body)


async def reset(api: Api, contact: dict[str, str]) -> httpx.Response:
    body = {**contact, "code": await code_for(api, "reset", contact), "newPassword": NEW}
    return await api.post("/auth/reset-password", json=body)


async def prepared(api: Api, contact: dict[str, str]) -> tuple[dict[str, Any], str]:
    """An account with every kind of access: the tokens, and the path of its secret calendar."""
    mallory = await registered(api, contact, **(TROJAN if "email" in contact else {"email": "mallory@example.com"}))
    token = mallory["accessToken"]
    calendar = str((await api.post("/users/me/calendar-link", token)).json()["url"]).partition("/api/v1")[2]
    assert (
        await api.put("/users/me/bank-account", token, json={**BANK_ACCOUNT, "currentPassword": PASSWORD})
    ).status_code == 200
    body = {**shown(api, int(TELEGRAM_ID)), "currentPassword": PASSWORD}
    assert (await api.post("/users/me/telegram", token, json=body)).status_code == 204
    secret = (await api.post("/auth/mfa/totp", token, json={"currentPassword": PASSWORD})).json()["secret"]
    body = {"code": APP.code(secret, api.clock.now())}
    assert (await api.post("/auth/mfa/totp/confirm", token, json=body)).status_code == 200
    return mallory, calendar


async def assert_shut_out(api: Api, mallory: dict[str, Any], contact: dict[str, str], calendar: str) -> None:
    token = mallory["accessToken"]
    for answer in (
        await api.post("/auth/refresh", json={"refreshToken": mallory["refreshToken"]}),
        await api.get("/auth/sessions", token),
        await api.patch("/users/me", token, json={"name": "Still Mallory"}),
        await api.post("/users/me/calendar-link", token),
        await api.post("/users/me/phone", token, json={**TROJAN, "currentPassword": PASSWORD}),
    ):
        assert_problem(answer, 401, "auth.invalid_token")
    for login in (contact, TROJAN if "email" in contact else {"email": "mallory@example.com"}):
        answer = await api.post("/auth/login", json={**login, "password": PASSWORD})
        assert_problem(answer, 401, "auth.invalid_credentials")
    assert_problem(await api.get(calendar), 404, "calendar.link_not_found")
    user_id = await api.database.reads.external_identities.user_of(IdentityProvider.TELEGRAM, TELEGRAM_ID)
    assert user_id is None
    assert await api.database.reads.bank_accounts.get(UserId(UUID(mallory["user"]["id"]))) is None
    # The other contact belongs to nobody: no code is sent to it.
    other = TROJAN if "email" in contact else {"email": "mallory@example.com"}
    api.clock.advance(MINUTE)
    before = len(await messages(api))
    for purpose in ("login", "verify", "unlock"):
        assert (await api.post("/auth/send-otp", json={**other, "purpose": purpose})).status_code == 202
    assert len(await messages(api)) == before


@with_a_bot
@pytest.mark.parametrize("contact", [EMAIL, PHONE], ids=["email", "phone"])
@pytest.mark.parametrize("proof", [verified, signed_in, reset], ids=lambda proof: proof.__name__)
async def test_the_first_code_removes_all_access_from_before(api: Api, proof: Any, contact: dict[str, str]) -> None:
    mallory, calendar = await prepared(api, contact)
    answer = await proof(api, contact)
    assert answer.is_success, answer.text
    await assert_shut_out(api, mallory, contact, calendar)
    api.clock.advance(MINUTE)
    again = await signed_in(api, contact)
    assert again.status_code == 200, again.text
    me = (await api.get("/users/me", again.json()["accessToken"])).json()
    assert (me.get("email"), me.get("phone")) == (contact.get("email"), contact.get("phone"))
    assert me["hasPassword"] is (proof is reset)
    assert me[f"{next(iter(contact))}VerifiedAt"] is not None
    if proof is reset:
        assert (await api.post("/auth/login", json={**contact, "password": NEW})).status_code == 200
    events = [each for each in await api.database.outbox_events() if isinstance(each, EarlierAccessRemoved)]
    assert [str(each.user_id) for each in events] == [mallory["user"]["id"]]


async def test_an_owner_verifies_in_their_session_and_keeps_what_they_have_set_up(api: Api) -> None:
    dorj = await registered(api, {**EMAIL, **PHONE})
    second = (await api.post("/auth/login", json={**EMAIL, "password": PASSWORD})).json()
    code = await code_for(api, "verify", EMAIL)
    assert (await api.post("/auth/verify-email", dorj["accessToken"], json={"code": code})).status_code == 204
    assert_problem(await api.get("/auth/sessions", second["accessToken"]), 401, "auth.invalid_token")
    assert (await verified(api, PHONE, dorj["accessToken"])).status_code == 204
    me = (await api.get("/users/me", dorj["accessToken"])).json()
    assert None not in {me["email"], me["phone"], me["emailVerifiedAt"], me["phoneVerifiedAt"]}
    third = await api.post("/auth/login", json={**PHONE, "password": PASSWORD})
    assert third.status_code == 200
    # Another verification ends nothing.
    assert (await verified(api, PHONE)).status_code == 204
    assert (await verified(api, PHONE, dorj["accessToken"])).status_code == 204
    assert (await api.get("/auth/sessions", third.json()["accessToken"])).status_code == 200


async def test_a_token_of_an_ended_session_or_another_account_keeps_no_sessions(api: Api) -> None:
    mallory, other = await registered(api, EMAIL), await registered(api, {"email": "other@example.com"})
    ended = (await api.post("/auth/login", json={**EMAIL, "password": PASSWORD})).json()["accessToken"]
    assert (await api.post("/auth/logout", ended)).status_code == 204
    assert_problem(await verified(api, EMAIL, ended), 401, "auth.invalid_token")
    assert (await verified(api, EMAIL, other["accessToken"])).status_code == 204
    assert_problem(await api.get("/auth/sessions", mallory["accessToken"]), 401, "auth.invalid_token")
    assert (await api.get("/auth/sessions", other["accessToken"])).status_code == 200


async def test_an_invalid_token_is_ignored_at_signing_in_and_refused_at_verifying(api: Api) -> None:
    dorj = await registered(api, EMAIL)
    for stale in ("x", api.nobody()):
        assert_problem(await verified(api, EMAIL, stale), 401, "auth.invalid_token")
    assert (await api.get("/auth/sessions", dorj["accessToken"])).status_code == 200
    body = {**EMAIL, "purpose": "login", "code": await code_for(api, "login", EMAIL)}
    assert (await api.post("/auth/verify-otp", "x", json=body)).status_code == 200


async def test_an_unverified_contact_does_not_open_an_account_that_has_a_verified_one(api: Api) -> None:
    mallory = await registered(api, {**EMAIL, **PHONE})
    early = await code_for(api, "login", PHONE)
    assert (await verified(api, EMAIL, mallory["accessToken"])).status_code == 204
    body = {**PHONE, "purpose": "login", "code": early}
    assert_problem(await api.post("/auth/verify-otp", json=body), 401, "auth.invalid_code")
    api.clock.advance(MINUTE)
    before = len(await messages(api))
    for purpose in ("login", "unlock"):
        assert (await api.post("/auth/send-otp", json={**PHONE, "purpose": purpose})).status_code == 202
    assert (await api.post("/auth/forgot-password", json=PHONE)).status_code == 202
    assert len(await messages(api)) == before
    code = await code_for(api, "verify", PHONE)
    body = {**PHONE, "purpose": "verify", "code": code}
    assert_problem(await api.post("/auth/verify-otp", json=body), 401, "auth.invalid_token")
    assert (await api.post("/auth/verify-otp", mallory["accessToken"], json=body)).status_code == 204


async def test_a_pending_change_of_the_number_ends_with_the_sessions(api: Api) -> None:
    mallory = await registered(api, EMAIL)
    body = {**TROJAN, "currentPassword": PASSWORD}
    assert (await api.post("/users/me/phone", mallory["accessToken"], json=body)).status_code == 202
    code = await last_code(api)
    victim = (await signed_in(api, EMAIL)).json()
    body = {**TROJAN, "code": code}
    refused = await api.post("/users/me/phone/confirm", mallory["accessToken"], json=body)
    assert_problem(refused, 401, "auth.invalid_token")
    assert (await api.get("/users/me", victim["accessToken"])).json().get("phone") is None


@pytest.mark.parametrize("status", ["active", "disabled", "deleted"])
@pytest.mark.parametrize("contact", [EMAIL, PHONE], ids=["email", "phone"])
async def test_the_owner_registers_with_a_code_and_the_other_account_loses_the_contact(
    api: Api, contact: dict[str, str], status: str
) -> None:
    mallory = await registered(api, contact, **(PHONE if "email" in contact else EMAIL))
    path, admin = f"/admin/users/{mallory['user']['id']}", await api.an_admin()
    if status == "disabled":
        await api.patch(path, admin, json={"status": "disabled", "reason": "abuse"})
    if status == "deleted":
        await api.delete(path, admin)
    body = {**contact, "password": NEW, "name": "Victim", "role": "customer"}
    if "email" in contact:
        assert_problem(await api.post("/auth/register", json=body), 409, "auth.email_taken")
    code = await code_for(api, "verify", contact)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert_problem(await api.post("/auth/register", json={**body, "code": wrong}), 401, "auth.invalid_code")
    made = await api.post("/auth/register", json={**body, "code": code})
    assert made.status_code == 201, made.text
    me = (await api.get("/users/me", made.json()["accessToken"])).json()
    assert me["id"] != mallory["user"]["id"]
    assert me[f"{next(iter(contact))}VerifiedAt"] is not None
    assert (await api.post("/auth/login", json={**contact, "password": NEW})).status_code == 200
    theirs = (await api.get(path, await api.an_admin())).json()
    assert not theirs.keys() & contact.keys()
    events = [each for each in await api.database.outbox_events() if isinstance(each, ContactLost)]
    assert [str(each.user_id) for each in events] == [mallory["user"]["id"]]


async def test_a_verified_contact_cannot_be_taken_by_registering(api: Api) -> None:
    await registered(api, EMAIL)
    await api.verify_contacts()
    body = {**EMAIL, "password": NEW, "name": "Bold", "role": "customer", "code": "000000"}
    assert_problem(await api.post("/auth/register", json=body), 401, "auth.invalid_code")
    body["code"] = await code_for(api, "verify", EMAIL)
    assert_problem(await api.post("/auth/register", json=body), 409, "auth.email_taken")
    assert (await api.post("/auth/login", json={**EMAIL, "password": PASSWORD})).status_code == 200


async def test_the_owner_changes_to_a_number_that_another_account_has_not_verified(api: Api) -> None:
    mallory, owner = await registered(api, {**PHONE, "email": "mallory@example.com"}), await registered(api, EMAIL)
    body = {**PHONE, "currentPassword": PASSWORD}
    assert (await api.post("/users/me/phone", owner["accessToken"], json=body)).status_code == 202
    body = {**PHONE, "code": await last_code(api)}
    confirmed = await api.post("/users/me/phone/confirm", owner["accessToken"], json=body)
    assert confirmed.status_code == 200, confirmed.text
    assert confirmed.json()["phone"] == PHONE["phone"]
    assert (await api.get("/users/me", mallory["accessToken"])).json().get("phone") is None
    answer = await api.post("/auth/login", json={**PHONE, "password": PASSWORD})
    assert answer.json()["user"]["id"] == owner["user"]["id"]


@pytest.mark.settings(BOOKING_ADMIN_SECOND_FACTOR="on")
async def test_roles_that_need_a_second_factor_keep_it(api: Api) -> None:
    token = await api.an_admin()
    email = (await api.get("/auth/me", await api.an_admin())).json()
    assert email["code"] == "auth.second_factor_required"
    secret = (await api.post("/auth/mfa/totp", token, json={"currentPassword": PASSWORD})).json()["secret"]
    body = {"code": APP.code(secret, api.clock.now())}
    assert (await api.post("/auth/mfa/totp/confirm", token, json=body)).status_code == 200
    user_id = api.container.access_tokens().read(token, api.clock.now()).actor.id
    admin = await api.database.reads.users.get(user_id)
    assert admin is not None
    assert admin.email is not None
    contact = {"email": admin.email}
    assert_problem(await signed_in(api, contact), 401, "auth.second_factor_needed")
    assert (await reset(api, contact)).status_code == 204
    answer = await api.post("/auth/login", json={**contact, "password": NEW})
    assert_problem(answer, 401, "auth.second_factor_needed")


async def in_business(api: Api, token: str) -> str:
    """The id of an approved provider, open daily, which this account is from now on."""
    made = await api.post("/providers/me", token, json={"displayName": "Studio"})
    provider_id = str(made.json()["id"])
    assert (await api.submit_profile(token)).status_code == 200
    await api.patch(f"/admin/providers/{provider_id}/approve", await api.admin(), json={"approved": True})
    return provider_id


@pytest.mark.parametrize("proof", [verified, signed_in, reset], ids=lambda proof: proof.__name__)
async def test_what_a_stranger_has_set_up_no_longer_acts_for_the_owner(api: Api, proof: Any) -> None:
    """Their endpoint gets no event, their calendar is not read, their provider places no booking for the owner."""
    mallory = await registered(api, EMAIL, role="provider")
    token, user_id = mallory["accessToken"], mallory["user"]["id"]
    studio_id = await in_business(api, token)
    endpoint = await api.post("/webhook-endpoints", token, json={"url": "https://hooks.example.com/evil"})
    assert endpoint.status_code == 201, endpoint.text
    feeds = {"urls": ["https://calendar.example.com/evil.ics"], "whenFailing": "open", "trustHours": 24}
    assert (await api.put("/availability/feeds", token, json=feeds)).status_code == 200
    code = (await api.post("/providers/me/consent-code", token)).json()["code"]
    own, own_id = await api.open_provider(depositAmount=2_000_000, priceAmount=8_000_000)
    assert await api.consented(token, own) == user_id
    await api.booked(token, own_id)  # without a consent, having booked there once would allow as much
    placed = await api.booked(own, own_id, "2026-11-24T10:00:00+08:00", customerId=user_id)
    assert placed["customerId"] == user_id

    assert (await proof(api, EMAIL)).is_success

    owner = (await signed_in(api, EMAIL)).json()["accessToken"]
    reads = api.database.reads
    booked = await api.booked(await api.joined("customer"), studio_id, "2026-11-25T11:00:00+08:00")
    assert await reads.webhooks.receivers(BookingId(UUID(booked["id"]))) == []
    assert (await api.get("/webhook-endpoints", owner)).json()["items"] == []
    assert (await api.get("/availability/feeds", owner)).json()["feeds"] == []
    assert await reads.feeds.due(api.clock.now() + timedelta(days=1), 9) == []
    wish = {"providerId": own_id, "slot": "2026-11-26T10:00:00+08:00", "customerId": user_id}
    assert_problem(await api.post("/bookings", own, json=wish), 404, "booking.customer_not_found", "/customerId")
    (given,) = (await api.get("/users/me/booking-consents", owner)).json()["items"]
    assert given["status"] == "revoked"
    assert_problem(await api.get("/providers/me/consent-code", owner), 404, "consent.no_code")
    wish = {"providerId": studio_id, "code": code}
    refused = await api.post("/users/me/booking-consents", await api.joined("customer"), json=wish)
    assert_problem(refused, 404, "consent.code_not_found", "/code")
    topics = [each.topic for each in await api.database.outbox_events()]
    assert topics.count("consent.revoked") == 1
    # What the account shows stays, for the owner to decide.
    assert (await api.get("/providers/me", owner)).json()["id"] == studio_id
    assert len((await api.get("/bookings", owner)).json()["items"]) >= 2


async def test_a_booking_of_the_stranger_lets_no_provider_book_for_the_owner(api: Api) -> None:
    mallory = await registered(api, EMAIL)
    own, own_id = await api.open_provider()
    await api.booked(mallory["accessToken"], own_id)
    owner = (await signed_in(api, EMAIL)).json()["accessToken"]
    wish = {"providerId": own_id, "slot": "2026-11-26T10:00:00+08:00", "customerId": mallory["user"]["id"]}
    assert_problem(await api.post("/bookings", own, json=wish), 404, "booking.customer_not_found", "/customerId")
    await api.booked(owner, own_id, "2026-11-25T10:00:00+08:00")
    assert (await api.post("/bookings", own, json=wish)).status_code == 201  # a booking of the owner does
