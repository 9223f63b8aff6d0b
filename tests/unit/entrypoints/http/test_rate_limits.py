"""Every route has a limit, or a reason to have none; whoever asks is told how they stand."""

from datetime import timedelta

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem

from booking_domain.shared.languages import LANGUAGES
from entrypoints.http.kit.rate_limits import class_of
from entrypoints.settings.quotas import QUOTAS

LOGIN = {"email": "dorj@example.com", "password": PASSWORD}
THREE_OF_EACH = "read=3/60,default=3/60,create=3/60,webhook=3/60,auth=3/60"
PROXY = "127.0.0.1"  # the address of the client in these tests
SLOTS_OF_NOBODY = "/providers/00000000-0000-4000-8000-000000000000/slots?from=2026-11-23&to=2026-11-24"


def limits(answer: httpx.Response) -> tuple[str, str]:
    return answer.headers["RateLimit-Policy"], answer.headers["RateLimit"]


def with_three_of_each(**environ: str) -> dict[str, str]:
    return {"BOOKING_RATE_LIMIT_QUOTAS": THREE_OF_EACH, **environ}


async def test_only_health_and_the_documentation_have_no_limit(api: Api) -> None:
    handlers = {
        (route.path, handler)
        for route in api.app.routes
        for handler, _ in getattr(route, "route_handler_map", {}).values()
        if isinstance(handler, HTTPRouteHandler) and "OPTIONS" not in handler.http_methods
    }
    unlimited = {path for path, handler in handlers if class_of(handler) is None}
    assert {path.removeprefix("/api/v1") for path in unlimited} == {
        "/health/live",
        "/health/ready",
        "/schema",
        "/assets/{version:str}/{name:path}",
        "/worker.js",
        "/manifest.webmanifest",
        "/docs",
        "/docs/problems",
        "/docs/{tag:str}",
        "/docs/guides/{name:path}",
        "/docs/assets/{version:str}/{name:str}",
        "/docs/inbox",
        "/docs/inbox/{name:str}",
        "/docs/inbox/{name:str}/page",
        "/docs/inbox/{name:str}/booking.ics",
    }
    classes = {class_of(handler) for _, handler in handlers}
    assert classes == {
        None,
        "auth",
        "create",
        "default",
        "export",
        "feeds",
        "read",
        "uploads",
        "webhook",
        "webhook-requests",
    }
    assert classes - {None} < set(QUOTAS)
    guarded = {path for path, handler in handlers if class_of(handler) == "auth"}
    assert {path.removeprefix("/api/v1").removeprefix("/auth/") for path in guarded} == {
        "register",
        "login",
        "refresh",
        "send-otp",
        "verify-otp",
        "verify-email",
        "change-password",
        "forgot-password",
        "reset-password",
        *(f"/{language}/book/{{provider_id:str}}/{page}" for language in LANGUAGES for page in ("you", "wait")),
        *(f"/{language}/salons/{{slug:str}}/book/you" for language in LANGUAGES),
        *(
            f"/{language}/{page}"
            for language in LANGUAGES
            for page in (
                *("renew", "sign-out", "sign-in", "sign-in/name", "sign-in/password", "sign-in/new-password"),
                *("links", "links/not-me", "account/delete", "join", "unsubscribe", "unsubscribe/undo"),
                *(f"account/services/{step}" for step in ("link", "returned", "telegram", "{service:str}/unlink")),
                *(f"sign-in/{step}" for step in ("service", "returned", "telegram", "telegram/finish")),
                *("account/contact/{channel:str}", "account/contact/{channel:str}/confirm"),
                *(f"account/authenticator{step}" for step in ("", "/new", "/confirm")),
                *("account/passkeys", "account/passkeys/new", "account/passkeys/{passkey_id:str}/remove"),
                "sign-in/passkey",
            )
        ),
        "/users/me",
        "/users/me/phone",
        "/users/me/phone/confirm",
        "/users/me/email",
        "/users/me/email/confirm",
        "/users/me/access",
        "/users/me/access/{kind:str}/{access_id:str}",
        "/users/me/bank-account",
        "/admin/bank-accounts/{user_id:str}/confirm",
        "/admin/users/{user_id:str}/contact",
        "not-me",
        "complete-profile",
        "telegram",
        "/users/me/telegram",
        "/users/me/telegram-link",
        "openid",
        "openid/start",
        "openid/callback",
        "/users/me/identities",
        "mfa/totp",
        "mfa/totp/confirm",
        "mfa/recovery-codes",
        "passkey",
        "passkey/options",
        "passkeys",
        "passkeys/options",
        "passkeys/{passkey_id:str}",
    }


async def test_responses_report_the_remaining_quota(api: Api) -> None:
    made = await api.post("/auth/register", json={**LOGIN, "name": "Dorj", "role": "customer"})
    assert limits(made) == ('"auth";q=1200;w=60', '"auth";r=1199;t=60')
    token = made.json()["accessToken"]
    api.clock.advance(timedelta(seconds=10))
    await api.get("/auth/me", token)
    api.clock.advance(timedelta(seconds=10))
    assert limits(await api.get("/auth/me", token)) == ('"read";q=12000;w=60', '"read";r=11998;t=50')
    assert limits(await api.post("/bookings", token, json={})) == ('"create";q=12000;w=60', '"create";r=11999;t=60')
    for path in ("/health/live", "/schema", "/nowhere"):
        assert "RateLimit" not in (await api.get(path)).headers


@pytest.mark.settings(**with_three_of_each())
async def test_each_account_is_counted_for_itself(api: Api) -> None:
    dorj, bold = await api.admin(), await api.admin()
    assert [(await api.get("/bookings", dorj)).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = await api.get("/bookings", dorj)
    assert_problem(refused, 429, "rate.limited")
    assert limits(refused) == ('"read";q=3;w=60', '"read";r=0;t=60')
    assert refused.headers["Retry-After"] == "60"
    assert (await api.get("/bookings", bold)).status_code == 200
    assert (await api.delete("/waitlist/00000000-0000-4000-8000-000000000000", dorj)).status_code == 404
    api.clock.advance(timedelta(minutes=1))
    assert (await api.get("/bookings", dorj)).status_code == 200


@pytest.mark.parametrize(
    "path", [SLOTS_OF_NOBODY, "/bookings", "/providers?unknown=1", "/users/me/calendar.ics?token=x"]
)
@pytest.mark.settings(**with_three_of_each())
async def test_anonymous_requests_are_counted_by_address(api: Api, path: str) -> None:
    for number in range(6):
        answer = await api.get(path, headers={"X-Forwarded-For": f"203.0.113.{number}"})
        assert (answer.status_code == 429) is (number >= 3)


@pytest.mark.settings(**with_three_of_each())
async def test_guesses_of_tokens_are_limited(api: Api) -> None:
    found = [(await api.get("/bookings", f"guess {number}")).status_code for number in range(5)]
    assert found == [401, 401, 401, 429, 429]


@pytest.mark.settings(**with_three_of_each(BOOKING_TRUSTED_PROXIES=PROXY))
async def test_clients_behind_a_trusted_proxy_are_told_apart(api: Api) -> None:
    for client in ("203.0.113.1", "203.0.113.2"):
        found = [
            (await api.get(SLOTS_OF_NOBODY, headers={"X-Forwarded-For": f"{spoofed}, {client}"})).status_code
            for spoofed in ("198.51.100.1", "198.51.100.2", "x", "198.51.100.4")
        ]
        assert found == [404, 404, 404, 429]


@pytest.mark.settings(**with_three_of_each())
async def test_registration_login_and_refresh_share_a_quota(api: Api) -> None:
    assert (await api.post("/auth/register", json={})).status_code == 400
    assert (await api.post("/auth/refresh", json={"refreshToken": "x"})).status_code == 401
    assert (await api.post("/auth/login", json=LOGIN)).status_code == 401
    assert_problem(await api.post("/auth/login", json=LOGIN), 429, "rate.limited")
    assert (await api.get("/bookings", await api.admin())).status_code == 200


@pytest.mark.settings(
    BOOKING_RATE_LIMIT_QUOTAS="login=1/60,login-anywhere=2/60",  # fewer than lock the account
    BOOKING_TRUSTED_PROXIES=PROXY,
)
async def test_guesses_of_a_login_are_limited_across_addresses(api: Api) -> None:
    await api.post("/auth/register", json={**LOGIN, "name": "Dorj", "role": "customer"})

    async def log_in(address: str, password: str) -> httpx.Response:
        headers = {"X-Forwarded-For": address}
        return await api.post("/auth/login", json={**LOGIN, "password": password}, headers=headers)

    for number in range(12):
        assert (await log_in("198.51.100.1", PASSWORD)).status_code == 200, number
    for number in range(5):
        assert (await log_in(f"2001:db8::{number}", "wrong")).status_code == (401 if number < 1 else 429)
    for number in range(5):
        assert (await log_in(f"203.0.113.{number}", "wrong")).status_code == (401 if number < 1 else 429)
    assert_problem(await log_in("192.0.2.1", PASSWORD), 429, "auth.too_many_attempts")
    assert (await log_in("198.51.100.1", PASSWORD)).status_code == 200  # it has signed in from there
    api.clock.advance(timedelta(minutes=1))
    assert (await log_in("192.0.2.1", PASSWORD)).status_code == 200


@pytest.mark.settings(**with_three_of_each(BOOKING_RATE_LIMITS="off"))
async def test_a_developer_may_turn_the_limits_off(api: Api) -> None:
    for _ in range(5):
        answer = await api.get("/bookings", await api.admin())
        assert answer.status_code == 200
        assert "RateLimit" not in answer.headers


@pytest.mark.settings(**with_three_of_each(BOOKING_DEFAULT_LANGUAGE="mn"))
async def test_whoever_is_limited_reads_it_in_the_language_of_the_account_else_of_the_request_else_of_the_region(
    api: Api,
) -> None:
    token = await api.joined("customer")
    assert (await api.patch("/users/me", token, json={"locale": "fa"})).status_code == 200
    for who, accepted, language in ((token, "en", "fa"), (None, "en", "en"), (None, "de", "mn")):
        asked = [await api.get(SLOTS_OF_NOBODY, who, headers={"Accept-Language": accepted}) for _ in range(4)]
        assert_problem(asked[-1], 429, "rate.limited")
        assert asked[-1].headers["Content-Language"] == language
