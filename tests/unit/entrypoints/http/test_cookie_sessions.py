"""Sessions of web pages in cookies."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from http.cookies import Morsel, SimpleCookie
from typing import Any, Final, cast
from uuid import uuid4

import httpx
import pytest
from litestar import Request
from tests.unit.adapters.telegram.bot import TOKEN, init_data
from tests.unit.entrypoints.api import PASSWORD, V1, Api, assert_problem
from tests.unit.entrypoints.http.test_one_time_codes import PHONE, code_for
from tests.unit.entrypoints.http.test_sign_ups import sign_up_code
from tests.unit.entrypoints.http.two_factors import APP

from booking_domain.identity.errors import InvalidCsrfToken
from booking_domain.shared.ids import SessionId
from entrypoints.http.kit.session_cookies import SessionCookies

EMAIL: Final = {"email": "dorj@example.com"}
DORJ: Final = {**EMAIL, "password": PASSWORD}
NEW: Final = {**DORJ, "name": "Dorj", "role": "customer"}
SHOP: Final = "https://shop.example.com"
COOKIE: Final = {"X-Session-Mode": "cookie"}
ACCESS, REFRESH, CLIENT = "__Host-access", "__Host-refresh", "__Host-client"


class Browser:
    """A page over HTTPS: it keeps cookies, and the CSRF token of its session."""

    def __init__(self, api: Api, client: httpx.AsyncClient) -> None:
        self._api = api
        self.client = client
        self.csrf: str | None = None

    async def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {**COOKIE, **({"X-CSRF-Token": self.csrf} if self.csrf else {}), **request.pop("headers", {})}
        answer = await self.client.request(method, V1 + path, headers=headers, **request)
        if answer.is_success and path.startswith("/auth/") and answer.content:
            self.csrf = answer.json().get("csrfToken") or answer.headers.get("X-CSRF-Token")
        return answer

    async def post(self, path: str, **request: Any) -> httpx.Response:
        return await self.ask("POST", path, **request)

    @property
    def kept(self) -> dict[str, str]:
        return dict(self.client.cookies)


@asynccontextmanager
async def browsing(api: Api) -> AsyncIterator[Browser]:
    transport = httpx.ASGITransport(cast("Any", api.app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://api.test") as client:
        yield Browser(api, client)


@pytest.fixture
async def browser(api: Api) -> AsyncIterator[Browser]:
    async with browsing(api) as browser:
        yield browser


def cookies_set(answer: httpx.Response) -> dict[str, Morsel[str]]:
    found: dict[str, Morsel[str]] = {}
    for header in answer.headers.get_list("Set-Cookie"):
        found.update(SimpleCookie(header))
    return found


def assert_in_cookies(answer: httpx.Response, *, refreshed: bool = False) -> None:
    """Assert that the session is in cookies that no script and no other site reads, and not in the answer."""
    assert answer.is_success, answer.text
    shown = answer.json()
    assert (shown.get("accessToken"), shown.get("refreshToken"), shown.get("clientToken")) == (None, None, None)
    assert shown["csrfToken"]
    found = cookies_set(answer)
    expected = [(ACCESS, "lax", "1800"), (REFRESH, "strict", "2592000"), (CLIENT, "strict", "31536000")]
    expected = expected[:2] if refreshed else expected
    assert len(answer.headers.get_list("Set-Cookie")) == len(found) == len(expected)
    for name, site, age in expected:
        cookie = found[name]
        assert (cookie["httponly"], cookie["secure"], cookie["path"], cookie["domain"]) == (True, True, "/", "")
        assert (cookie["samesite"], cookie["max-age"]) == (site, age)
        assert cookie.value not in answer.text


async def test_every_way_to_sign_in_keeps_the_session_in_cookies(api: Api, browser: Browser) -> None:
    assert_in_cookies(await browser.post("/auth/register", json=NEW))
    assert_in_cookies(await browser.post("/auth/login", json=DORJ))
    assert_in_cookies(await browser.post("/auth/refresh"), refreshed=True)
    code = {**EMAIL, "purpose": "login", "code": await code_for(api, "login", EMAIL)}
    assert_in_cookies(await browser.post("/auth/verify-otp", json=code))
    assert (await browser.ask("GET", "/users/me")).json()["email"] == DORJ["email"]


async def test_a_sign_up_is_completed_in_cookies(api: Api, browser: Browser) -> None:
    code = {**PHONE, "purpose": "signup", "code": await sign_up_code(api)}
    assert_in_cookies(await browser.post("/auth/verify-otp", json=code))
    # A page that is signed in by a cookie gets no tokens, even if it does not ask for cookies.
    csrf, profile = {"X-CSRF-Token": str(browser.csrf)}, {"name": "Dorj", "role": "customer"}
    answer = await browser.client.post(f"{V1}/auth/complete-profile", json=profile, headers=csrf)
    assert_in_cookies(answer)
    assert answer.json()["csrfToken"] != browser.csrf


@pytest.mark.settings(BOOKING_TELEGRAM_BOT_TOKEN=TOKEN)
async def test_telegram_signs_in_to_cookies(api: Api, browser: Browser) -> None:
    assert_in_cookies(
        await browser.post("/auth/telegram", json={"initData": init_data(int(api.clock.now().timestamp()))})
    )


async def test_a_second_factor_is_set_up_and_needed_in_cookies(api: Api, browser: Browser) -> None:
    await browser.post("/auth/register", json=NEW)
    asked = await browser.post("/auth/mfa/totp", json={"currentPassword": PASSWORD})
    browser.csrf = (await browser.ask("GET", "/auth/me")).headers["X-CSRF-Token"]
    code = APP.code(asked.json()["secret"], api.clock.now())
    assert (await browser.post("/auth/mfa/totp/confirm", json={"code": code})).status_code == 200
    assert_problem(await browser.post("/auth/login", json=DORJ), 401, "auth.second_factor_needed")
    api.clock.advance(timedelta(minutes=1))
    code = APP.code(asked.json()["secret"], api.clock.now())
    assert_in_cookies(await browser.post("/auth/login", json={**DORJ, "secondFactor": code}))


async def test_a_write_needs_the_csrf_token_of_its_session_and_a_read_does_not(api: Api, browser: Browser) -> None:
    await browser.post("/auth/register", json=NEW)
    own, write = browser.csrf, {"json": {"name": "Bat"}}
    async with browsing(api) as other:
        await other.post("/auth/login", json=DORJ)
        strange = other.csrf
    assert own != strange
    for token in (None, "", "x", own[:-1] if own else "", "é".encode("latin-1"), strange):
        browser.csrf = cast("str | None", token)
        assert_problem(await browser.ask("PATCH", "/users/me", **write), 403, "auth.invalid_csrf_token")
        assert_problem(await browser.post("/auth/logout"), 403, "auth.invalid_csrf_token")
        assert (await browser.ask("GET", "/users/me")).json()["name"] == "Dorj"
    browser.csrf = own
    assert (await browser.ask("PATCH", "/users/me", **write)).json()["name"] == "Bat"


@pytest.mark.settings(BOOKING_CORS_ORIGINS=SHOP, BOOKING_PUBLIC_URL="https://api.test")
async def test_pages_of_other_sites_neither_write_nor_begin_nor_end_sessions(browser: Browser) -> None:
    await browser.post("/auth/register", json=NEW)
    writes: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("PATCH", "/users/me", {"name": "Bat"}),
        ("POST", "/auth/login", DORJ),
        ("POST", "/auth/refresh", {}),
        ("POST", "/auth/logout", {}),
    )
    evil = "https://evil.example.com"
    for headers in (
        {"Origin": evil, "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.api.test", "Sec-Fetch-Site": "same-site"},
        {"Origin": evil},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        for method, path, body in writes:
            answer = await browser.ask(method, path, json=body, headers=headers)
            assert_problem(answer, 403, "auth.invalid_csrf_token")
            assert "Set-Cookie" not in answer.headers
    for headers in (
        {"Origin": SHOP, "Sec-Fetch-Site": "same-site"},
        {"Origin": SHOP},
        {"Origin": "https://api.test"},
        {"Origin": "https://www.test", "Sec-Fetch-Site": "same-origin"},
        {},
    ):
        for method, path, body in writes[:3]:
            assert (await browser.ask(method, path, json=body, headers=headers)).status_code == 200
    answer = await browser.ask("GET", "/users/me", headers={"Origin": SHOP})
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert "X-CSRF-Token" in answer.headers["Access-Control-Expose-Headers"].split(", ")
    preflight = await browser.ask(
        "OPTIONS", "/bookings", headers={"Origin": SHOP, "Access-Control-Request-Method": "PUT"}
    )
    assert {"X-CSRF-Token", "X-Session-Mode"} < set(preflight.headers["Access-Control-Allow-Headers"].split(", "))


async def test_refreshing_rotates_the_cookies_and_a_reused_one_ends_the_session(browser: Browser) -> None:
    await browser.post("/auth/register", json=NEW)
    first = browser.kept
    # Without the mode, a cookie is no refresh token: the tokens of the answer would be for scripts.
    assert_problem(await browser.client.post(f"{V1}/auth/refresh"), 401, "auth.invalid_token")
    assert_in_cookies(await browser.post("/auth/refresh"), refreshed=True)
    assert_in_cookies(await browser.post("/auth/refresh"), refreshed=True)
    assert {first[name] for name in (ACCESS, REFRESH)}.isdisjoint(browser.kept.values())
    browser.client.cookies.set(REFRESH, first[REFRESH], domain="api.test", path="/")
    assert_problem(await browser.post("/auth/refresh"), 401, "auth.invalid_token")
    assert_problem(await browser.ask("GET", "/auth/sessions"), 401, "auth.invalid_token")


async def test_a_page_that_is_loaded_again_learns_its_csrf_token(browser: Browser) -> None:
    await browser.post("/auth/register", json=NEW)
    kept, browser.csrf = browser.csrf, None
    assert (await browser.ask("GET", "/auth/me")).headers["X-CSRF-Token"] == kept
    assert (await browser.ask("PATCH", "/users/me", json={"name": "Bat"})).status_code == 200


async def test_signing_out_ends_the_session_and_removes_the_cookies(api: Api, browser: Browser) -> None:
    for expired in (False, True):
        await browser.post("/auth/register" if not expired else "/auth/login", json=NEW if not expired else DORJ)
        before = browser.kept
        if expired:  # only the refresh token names the session
            api.clock.advance(timedelta(minutes=31))
            browser.csrf = None
        answer = await browser.post("/auth/logout")
        assert answer.status_code == 204
        for cookie in cookies_set(answer).values():
            assert (cookie.value, cookie["max-age"], cookie["secure"], cookie["httponly"]) == ("", "0", True, True)
        assert set(browser.kept) == {CLIENT}  # it is still a known client
        kept = "; ".join(f"{name}={value}" for name, value in before.items())
        again = await browser.post("/auth/refresh", headers={"Cookie": kept})
        assert_problem(again, 401, "auth.invalid_token")
        assert_problem(await browser.ask("GET", "/users/me"), 401, "auth.invalid_token")


async def test_an_expired_cookie_counts_as_none_where_a_session_is_optional(api: Api, browser: Browser) -> None:
    _, provider_id = await api.open_provider()
    await browser.post("/auth/register", json=NEW)
    for value in ("x", "a b", '"', "%00", "é", "x" * 5_000, browser.kept[ACCESS]):
        cookie = f"{ACCESS}={value}".encode()
        if value == browser.kept[ACCESS]:
            api.clock.advance(timedelta(minutes=31))
        page = await api.get(f"/providers/{provider_id}", headers={"Cookie": cookie})
        assert page.status_code == 200, page.text
        assert_problem(await api.get("/users/me", headers={"Cookie": cookie}), 401, "auth.invalid_token")


async def test_tokens_win_over_cookies_and_need_no_csrf_token(api: Api, browser: Browser) -> None:
    token = await api.joined("provider")
    await browser.post("/auth/register", json=NEW)
    bearer = {"Authorization": f"Bearer {token}"}
    answer = await browser.client.patch(f"{V1}/users/me", json={"name": "Bat"}, headers=bearer)
    assert (answer.status_code, answer.json()["role"]) == (200, "provider")
    plain = await browser.client.post(f"{V1}/auth/login", json=DORJ)
    assert plain.json()["accessToken"]
    assert plain.json().get("csrfToken") is None
    assert "Set-Cookie" not in plain.headers
    refused = await browser.client.patch(f"{V1}/users/me", json={}, headers={"Authorization": "Bearer x"})
    assert_problem(refused, 401, "auth.invalid_token")


async def test_the_mode_is_cookie_or_absent(api: Api) -> None:
    refused = await api.post("/auth/login", json=DORJ, headers={"X-Session-Mode": "cookies"})
    assert_problem(refused, 400, "validation.invalid_input", "/header/X-Session-Mode")


async def test_a_verification_needs_the_session_of_a_page_that_has_one(api: Api, browser: Browser) -> None:
    await browser.post("/auth/register", json=NEW)
    code = {**EMAIL, "purpose": "verify", "code": await code_for(api, "verify", EMAIL)}
    del browser.client.cookies[ACCESS]  # as after half an hour: without the session, the password would be removed
    assert_problem(await browser.post("/auth/verify-otp", json=code), 401, "auth.invalid_token")
    await browser.post("/auth/refresh")
    assert (await browser.post("/auth/verify-otp", json=code)).status_code == 204
    assert_in_cookies(await browser.post("/auth/login", json=DORJ))


def test_a_csrf_token_of_a_previous_key_is_accepted() -> None:
    session_id = SessionId(uuid4())
    old, new = SessionCookies(b"old"), SessionCookies(b"new", previous=(b"old",))
    for issuer, reader in ((old, new), (new, new), (old, old)):
        reader.require_own_page(write_with(issuer.csrf_token(session_id)), session_id)
    with pytest.raises(InvalidCsrfToken):
        old.require_own_page(write_with(new.csrf_token(session_id)), session_id)


def write_with(csrf_token: str) -> Request[Any, Any, Any]:
    headers = [(b"x-csrf-token", csrf_token.encode())]
    return Request(cast("Any", {"type": "http", "method": "POST", "headers": headers}))
