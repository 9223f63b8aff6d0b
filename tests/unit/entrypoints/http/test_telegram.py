"""Sign in by Telegram, link it, unlink it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
from tests.unit.adapters.telegram.bot import (
    DORJ,
    OTHER_TOKEN,
    TOKEN,
    init_data,
    init_data_fields,
    query,
    signed_app,
    signed_widget,
    widget_fields,
)
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http.two_factors import protected

from booking_domain.identity.external_identities import IdentityProvider
from booking_domain.identity.lifetimes import Lifetimes
from booking_domain.identity.model import UserStatus
from booking_domain.shared.ids import UserId
from booking_domain.testing.identity.memory.tables import LOGINS, SESSIONS, USERS

REGISTERED: Final = {
    "email": "bat@example.com",
    "phone": "+97699112233",
    "password": PASSWORD,
    "name": "Bat",
    "role": "provider",
}
MINUTE: Final = timedelta(minutes=1)


with_a_bot: Final = pytest.mark.settings(BOOKING_TELEGRAM_BOT_TOKEN=TOKEN)


def now(api: Api) -> int:
    return int(api.clock.now().timestamp())


def shown(api: Api, subject: int = DORJ["id"], **more: str) -> dict[str, Any]:
    """The data that a mini-app sends, different each time."""
    api.clock.advance(timedelta(seconds=1))
    return {"initData": init_data(now(api), {**DORJ, "id": subject}, **more)}


def shown_by_widget(api: Api) -> dict[str, Any]:
    signed = signed_widget(widget_fields(now(api)))
    return {"widget": {**signed, "id": int(signed["id"]), "auth_date": int(signed["auth_date"])}}


async def sign_in(api: Api, body: dict[str, Any] | None = None) -> httpx.Response:
    return await api.post("/auth/telegram", json=body or shown(api))


async def signed_in(api: Api, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = await sign_in(api, body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@with_a_bot
@pytest.mark.parametrize(
    ("body", "locale"), [(shown_by_widget, "fa"), (shown, "mn")], ids=["no language", "language of Telegram"]
)
async def test_a_new_account_has_the_language_of_telegram_or_of_the_request(
    api: Api, body: Callable[[Api], dict[str, Any]], locale: str
) -> None:
    answer = await api.post("/auth/telegram", json=body(api), headers={"Accept-Language": "fa"})
    assert answer.json()["user"]["locale"] == locale


async def registered(api: Api) -> dict[str, Any]:
    answer = await api.post("/auth/register", json=REGISTERED)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def link(api: Api, token: str, body: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
    proof = {"currentPassword": PASSWORD, **more}
    return await api.post("/users/me/telegram", token, json={**(body or shown(api)), **proof})


async def unlink(api: Api, token: str, **more: Any) -> httpx.Response:
    return await api.call("DELETE", "/users/me/telegram", token, json={"currentPassword": PASSWORD, **more})


async def alive(api: Api, session: dict[str, Any]) -> bool:
    return (await api.get("/auth/sessions", session["accessToken"])).status_code == 200


async def password_session(api: Api) -> dict[str, Any]:
    body = {"email": REGISTERED["email"], "password": PASSWORD}
    return dict((await api.post("/auth/login", json=body)).json())


def change(api: Api, user_id: str, **members: Any) -> None:
    users = api.database.rows(USERS)
    key = UserId(UUID(user_id))
    users[key] = replace(users[key], **members, version=users[key].version + 1)


@with_a_bot
async def test_the_first_telegram_sign_in_creates_a_customer_and_later_ones_reuse_the_account(api: Api) -> None:
    first = await signed_in(api)
    user = first["user"]
    assert (user["name"], user["role"], user["locale"]) == ("Бат + / & = Дорж", "customer", "mn")
    assert (user.get("email"), user.get("phone"), user["status"]) == (None, None, "active")
    assert (await api.get("/auth/me", first["accessToken"])).json() == user
    assert (await api.post("/auth/refresh", json={"refreshToken": first["refreshToken"]})).status_code == 200
    renamed = init_data(now(api), {**DORJ, "first_name": "Another", "username": "another", "language_code": "fa"})
    assert (await signed_in(api, {"initData": renamed}))["user"] == user
    assert (await signed_in(api, shown_by_widget(api)))["user"] == user
    kept = await api.database.reads.users.get(UserId(UUID(user["id"])))
    assert kept is not None
    assert (kept.given_name, kept.family_name, kept.password_hash) == ("Дорж", "Бат + / & =", None)


@with_a_bot
async def test_telegram_sign_ins_are_in_the_login_history(api: Api) -> None:
    body = shown(api)
    session = await signed_in(api, body)
    assert_problem(await sign_in(api, body), 401, "auth.invalid_assertion")
    forged = {"initData": init_data(now(api), token=OTHER_TOKEN)}
    assert_problem(await sign_in(api, forged), 401, "auth.invalid_assertion")
    change(api, session["user"]["id"], status=UserStatus.DISABLED)
    assert_problem(await sign_in(api), 403, "auth.account_disabled")
    noted = await api.database.reads.login_history.of_user(UserId(UUID(session["user"]["id"])), None, 9)
    assert [(each.method, each.outcome) for each in noted] == [
        *[("telegram", "failed")] * 3,
        ("telegram", "succeeded"),
    ]


@with_a_bot
async def test_a_failure_without_a_known_subject_is_noted_without_an_account(api: Api) -> None:
    for text in ("x", init_data(now(api), token=OTHER_TOKEN)):
        assert_problem(await sign_in(api, {"initData": text}), 401, "auth.invalid_assertion")
    logins = api.database.rows(LOGINS).values()
    assert [(each.user_id, each.method, each.outcome) for each in logins] == [(None, "telegram", "failed")] * 2
    assert api.database.rows(USERS) == {}


@with_a_bot
async def test_an_assertion_is_accepted_once_in_any_encoding(api: Api) -> None:
    fields = signed_app(init_data_fields(now(api)))
    assert (await sign_in(api, {"initData": query(fields)})).status_code == 200
    reordered = dict(reversed(fields.items()))
    for text in (query(fields), query(reordered), query(fields).replace("%7B", "%7b")):
        assert_problem(await sign_in(api, {"initData": text}), 401, "auth.invalid_assertion")
    body = shown_by_widget(api)
    assert (await sign_in(api, body)).status_code == 200
    as_text = {key: str(value) for key, value in reversed(body["widget"].items())}
    assert_problem(await sign_in(api, {"widget": as_text}), 401, "auth.invalid_assertion")


@with_a_bot
async def test_a_mini_app_that_is_loaded_again_signs_in_again_on_the_same_device_only(api: Api) -> None:
    body, another = shown(api), shown(api)
    client, elsewhere = [{"X-Client-Token": (await signed_in(api, each))["clientToken"]} for each in (body, another)]
    for headers in ({}, elsewhere, {"X-Client-Token": "x"}):
        assert_problem(await api.post("/auth/telegram", json=body, headers=headers), 401, "auth.invalid_assertion")
    again = [await api.post("/auth/telegram", json=body, headers=client) for _ in range(2)]
    assert [answer.status_code for answer in again] == [200, 200]
    assert [await alive(api, answer.json()) for answer in again] == [True, True]
    api.clock.advance(timedelta(minutes=6))
    assert_problem(await api.post("/auth/telegram", json=body, headers=client), 401, "auth.invalid_assertion")


@with_a_bot
async def test_a_client_that_was_forgotten_does_not_sign_in_again_with_the_same_data(api: Api) -> None:
    body = shown(api)
    client = {"X-Client-Token": (await signed_in(api, body))["clientToken"]}
    other = await signed_in(api)
    assert (await api.call("DELETE", "/auth/sessions", other["accessToken"])).status_code == 204
    assert_problem(await api.post("/auth/telegram", json=body, headers=client), 401, "auth.invalid_assertion")


@with_a_bot
async def test_a_device_that_is_loaded_again_needs_the_second_factor_again(api: Api) -> None:
    somebody = await protected(api)
    assert (await link(api, somebody.token)).status_code == 204
    body = shown(api)
    begun = await signed_in(api, {**body, "secondFactor": somebody.recovery_codes[0]})
    client = {"X-Client-Token": begun["clientToken"]}
    for headers, code in ((client, "auth.second_factor_needed"), ({}, "auth.invalid_assertion")):
        assert_problem(await api.post("/auth/telegram", json=body, headers=headers), 401, code)
    again = {**body, "secondFactor": somebody.recovery_codes[1]}
    assert (await api.post("/auth/telegram", json=again, headers=client)).status_code == 200


@with_a_bot
async def test_parallel_uses_of_an_assertion_begin_one_session(api: Api) -> None:
    body = shown(api)
    answers = await asyncio.gather(*(sign_in(api, body) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19
    assert len(api.database.rows(SESSIONS)) == len(api.database.rows(USERS)) == 1


@with_a_bot
async def test_an_assertion_used_to_sign_in_cannot_link_and_vice_versa(api: Api) -> None:
    token = (await registered(api))["accessToken"]
    body = shown(api, 7)
    await signed_in(api, body)
    assert_problem(await link(api, token, body), 401, "auth.invalid_assertion")
    body = shown(api, 8)
    assert (await link(api, token, body)).status_code == 204
    assert_problem(await sign_in(api, body), 401, "auth.invalid_assertion")


@with_a_bot
async def test_an_assertion_from_the_past_or_the_future_is_refused(api: Api) -> None:
    for seconds in (-61, 301):
        at = now(api)
        api.clock.advance(timedelta(seconds=seconds))
        for body in ({"initData": init_data(at)}, {"widget": signed_widget(widget_fields(at))}):
            assert_problem(await sign_in(api, body), 401, "auth.invalid_assertion")


@with_a_bot
async def test_the_assertion_of_another_bot_is_refused(api: Api) -> None:
    token = (await registered(api))["accessToken"]
    for body in (
        {"initData": init_data(now(api), token=OTHER_TOKEN)},
        {"widget": signed_widget(widget_fields(now(api)), OTHER_TOKEN)},
    ):
        assert_problem(await sign_in(api, body), 401, "auth.invalid_assertion")
        assert_problem(await link(api, token, body), 401, "auth.invalid_assertion")


@pytest.mark.settings(BOOKING_TELEGRAM_BOT_TOKEN=OTHER_TOKEN, BOOKING_TELEGRAM_PREVIOUS_BOT_TOKENS=TOKEN)
async def test_a_previous_bot_token_is_accepted_while_it_is_configured(api: Api) -> None:
    assert (await sign_in(api, {"initData": init_data(now(api), token=TOKEN)})).status_code == 200


@pytest.mark.settings(BOOKING_TELEGRAM_BOT_TOKEN=TOKEN, BOOKING_TELEGRAM_FRESHNESS_SECONDS="10")
async def test_the_freshness_of_assertions_is_a_setting(api: Api) -> None:
    body = shown(api)
    api.clock.advance(timedelta(seconds=11))
    assert_problem(await sign_in(api, body), 401, "auth.invalid_assertion")
    assert (await sign_in(api)).status_code == 200


async def test_without_a_bot_token_telegram_is_not_configured(api: Api) -> None:
    token = (await registered(api))["accessToken"]
    for body in (shown(api), shown_by_widget(api)):
        assert_problem(await sign_in(api, body), 404, "auth.telegram_not_configured")
        assert_problem(await link(api, token, body), 404, "auth.telegram_not_configured")
    assert (await unlink(api, token)).status_code == 204


@with_a_bot
async def test_a_subject_that_looks_like_a_contact_or_id_matches_no_account(api: Api) -> None:
    """A Telegram id, a name or an added field that equals a contact or id signs in no other account."""
    there = (await registered(api))["user"]
    subject = int(there["phone"].removeprefix("+"))
    looking = {
        "id": subject,
        "first_name": there["email"],
        "username": there["id"],
        "phone_number": there["phone"],
        "email": there["email"],
    }
    body = {"initData": init_data(now(api), looking, email=there["email"], user_id=there["id"], phone=there["phone"])}
    first = (await signed_in(api, body))["user"]
    assert first["id"] != there["id"]
    assert (first.get("email"), first.get("phone"), first.get("emailVerifiedAt")) == (None, None, None)
    fields = widget_fields(now(api), id=str(subject), username=there["id"], email=there["email"])
    assert (await signed_in(api, {"widget": signed_widget(fields)}))["user"] == first
    beside = (await signed_in(api, shown(api, UUID(there["id"]).int % 10**15)))["user"]
    assert beside["id"] not in {there["id"], first["id"]}
    assert (await api.get("/auth/me", (await password_session(api))["accessToken"])).json() == there


@with_a_bot
async def test_a_linked_telegram_account_signs_in(api: Api) -> None:
    session = await registered(api)
    assert (await link(api, session["accessToken"])).status_code == 204
    assert (await signed_in(api))["user"] == session["user"]
    assert (await signed_in(api, shown_by_widget(api)))["user"] == session["user"]


@with_a_bot
async def test_linking_ends_the_other_sessions_and_linking_again_changes_nothing(api: Api) -> None:
    current, other = await registered(api), await password_session(api)
    assert (await link(api, current["accessToken"])).status_code == 204
    assert [await alive(api, each) for each in (current, other)] == [True, False]
    refused = await api.post("/auth/refresh", json={"refreshToken": other["refreshToken"]})
    assert_problem(refused, 401, "auth.invalid_token")
    other = await signed_in(api)
    assert (await link(api, current["accessToken"])).status_code == 204
    assert [await alive(api, each) for each in (current, other)] == [True, True]


@with_a_bot
async def test_one_telegram_account_links_to_one_account_and_vice_versa(api: Api) -> None:
    theirs = await signed_in(api, shown(api, 7))
    mine, beside = await registered(api), await password_session(api)
    body = shown(api, 7)
    assert_problem(await link(api, mine["accessToken"], body), 409, "auth.telegram_taken")
    assert (await signed_in(api, body))["user"] == theirs["user"]  # the refused assertion was not used up
    assert (await link(api, mine["accessToken"], shown(api, 8))).status_code == 204
    assert not await alive(api, beside)
    beside = await password_session(api)
    assert_problem(await link(api, mine["accessToken"], shown(api, 9)), 409, "auth.telegram_taken")
    assert await alive(api, beside)
    assert (await signed_in(api, shown(api, 8)))["user"] == mine["user"]
    assert (await signed_in(api, shown(api, 9)))["user"] != mine["user"]


@with_a_bot
async def test_linking_needs_a_session_and_an_assertion(api: Api) -> None:
    session = await registered(api)
    assert_problem(await api.post("/users/me/telegram", json=shown(api)), 401, "auth.invalid_token")
    assert_problem(await link(api, session["accessToken"], {"initData": "hash=x"}), 401, "auth.invalid_assertion")
    assert (await api.post("/auth/logout", session["accessToken"])).status_code == 204
    body = shown(api)
    assert_problem(await link(api, session["accessToken"], body), 401, "auth.invalid_token")
    assert_problem(await link(api, api.nobody(), body), 401, "auth.invalid_token")
    assert (await signed_in(api, body))["user"]["id"] != session["user"]["id"]


@with_a_bot
async def test_unlinking_ends_other_sessions_and_the_identity_signs_in_a_new_account(api: Api) -> None:
    current = await registered(api)
    assert (await link(api, current["accessToken"])).status_code == 204
    other = await signed_in(api)
    assert (await unlink(api, current["accessToken"])).status_code == 204
    assert [await alive(api, each) for each in (current, other)] == [True, False]
    other = await password_session(api)
    assert (await unlink(api, current["accessToken"])).status_code == 204  # nothing is linked
    assert await alive(api, other)
    assert (await signed_in(api))["user"]["id"] != current["user"]["id"]
    assert (await link(api, current["accessToken"], shown(api, 8))).status_code == 204


@with_a_bot
async def test_unlinking_needs_a_live_session(api: Api) -> None:
    session = await registered(api)
    assert (await link(api, session["accessToken"])).status_code == 204
    assert_problem(await unlink(api, api.nobody()), 401, "auth.invalid_token")
    assert (await api.post("/auth/logout", session["accessToken"])).status_code == 204
    assert_problem(await unlink(api, session["accessToken"]), 401, "auth.invalid_token")
    assert (await signed_in(api))["user"] == session["user"]


@with_a_bot
async def test_the_last_way_to_sign_in_cannot_be_unlinked(api: Api) -> None:
    email, phone = {"email": "dorj@example.com"}, {"phone": "+97699887766"}
    by_email, by_phone = ({f"{each}_verified_at": api.clock.now()} for each in ("email", "phone"))
    nothing = {"email": None, "phone": None, "email_verified_at": None, "phone_verified_at": None}
    session, other = await signed_in(api), await signed_in(api)
    for members in ({}, email, phone, email | by_phone, phone | by_email):
        change(api, session["user"]["id"], **(nothing | members))
        assert_problem(await unlink(api, session["accessToken"]), 409, "auth.last_way_in")
        assert await alive(api, other)
    password = {"password_hash": await api.container.password_hasher().hash(PASSWORD)}
    for members in (email | by_email, phone | by_phone, password):
        change(api, session["user"]["id"], **(nothing | members))
        assert (await unlink(api, session["accessToken"])).status_code == 204
        assert not await alive(api, other)
        assert (await link(api, session["accessToken"])).status_code == 204
        other = await signed_in(api)


@with_a_bot
async def test_a_disabled_account_cannot_sign_in_by_telegram(api: Api) -> None:
    session = await signed_in(api)
    change(api, session["user"]["id"], status=UserStatus.DISABLED)
    assert_problem(await sign_in(api), 403, "auth.account_disabled")
    assert len(api.database.rows(USERS)) == 1


NO_BODIES: Final[list[tuple[dict[str, Any], int, str | None]]] = [
    ({}, 422, "/initData"),
    ({"initData": "x", "widget": {}}, 422, "/initData"),
    ({"initData": ""}, 400, "/initData"),
    ({"initData": "x" * 4_097}, 400, "/initData"),
    ({"initData": 1}, 400, "/initData"),
    ({"widget": []}, 400, "/widget"),
    ({"widget": {"id": None}}, 400, None),
    ({"widget": {"id": -1}}, 400, None),
    ({"widget": {"id": 1.5}}, 400, None),
    ({"widget": {"id": 2**53}}, 400, None),
    ({"widget": {"first_name": "x" * 2_049}}, 400, None),
    ({"widget": {"x" * 65: "x"}}, 400, None),
    ({"widget": {f"x{number}": 1 for number in range(33)}}, 400, "/widget"),
    ({"more": 1}, 400, "/more"),
]


@with_a_bot
async def test_a_malformed_telegram_body_is_refused(api: Api) -> None:
    token = (await registered(api))["accessToken"]
    for body, status, pointer in NO_BODIES:
        code = {400: "validation.invalid_input", 422: "validation.invalid_value"}[status]
        assert_problem(await api.post("/auth/telegram", json=body), status, code, pointer)
        assert_problem(await api.post("/users/me/telegram", token, json=body), status, code, pointer)


@with_a_bot
async def test_signed_telegram_data_is_neither_stored_nor_logged(api: Api) -> None:
    body = shown(api)
    answer = await sign_in(api, body)
    fields = dict(pair.split("=", 1) for pair in body["initData"].split("&"))
    kept = repr(api.database._state)
    for secret in (fields["hash"], fields["signature"], TOKEN):
        assert secret not in kept
        assert secret not in answer.text
    assert await api.database.reads.external_identities.user_of(IdentityProvider.TELEGRAM, str(DORJ["id"])) is not None


@with_a_bot
async def test_an_assertion_stays_valid_until_the_second_factor_is_right(api: Api) -> None:
    somebody = await protected(api)
    assert (await link(api, somebody.token)).status_code == 204
    body = shown(api)
    assert_problem(await sign_in(api, body), 401, "auth.second_factor_needed")
    assert_problem(await sign_in(api, {**body, "secondFactor": somebody.wrong()}), 401, "auth.invalid_second_factor")
    begun = await signed_in(api, {**body, "secondFactor": somebody.code()})
    assert begun["user"]["email"] == somebody.email
    assert_problem(
        await sign_in(api, {**body, "secondFactor": somebody.recovery_codes[0]}), 401, "auth.invalid_assertion"
    )
    history = (await api.get("/auth/login-history", begun["accessToken"])).json()["items"]
    assert [(each["method"], each["outcome"]) for each in history[:3]] == [
        ("telegram", "failed"),
        ("telegram", "succeeded"),
        ("telegram", "failed"),
    ]


@with_a_bot
async def test_linking_and_unlinking_need_the_password(api: Api) -> None:
    token = (await registered(api))["accessToken"]
    body = shown(api)
    for wrong in ("not the password", None):
        refused = await link(api, token, body, currentPassword=wrong)
        assert_problem(refused, 422, "auth.wrong_password")
    assert (await link(api, token, body)).status_code == 204  # the assertion was not used up
    assert_problem(await unlink(api, token, currentPassword="not the password"), 422, "auth.wrong_password")
    assert (await sign_in(api)).json()["user"]["email"] == REGISTERED["email"]  # still linked
    assert (await unlink(api, token)).status_code == 204


@with_a_bot
async def test_unlinking_without_a_password_needs_a_recent_sign_in(api: Api) -> None:
    session = await signed_in(api)
    change(api, session["user"]["id"], email="bat@example.com", email_verified_at=api.clock.now())
    api.clock.advance(Lifetimes().fresh)
    assert_problem(await unlink(api, session["accessToken"]), 403, "auth.sign_in_too_old")
    again = await signed_in(api)
    assert (await unlink(api, again["accessToken"])).status_code == 204
    assert not await alive(api, session)
