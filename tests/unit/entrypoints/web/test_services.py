"""Signing in with Google, Apple and Telegram on pages, linking and unlinking them."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pytest
from tests.unit.adapters.openid.provider_process import SECRET, ProviderProcess, person_signs_in
from tests.unit.adapters.telegram.bot import TOKEN, signed_widget, widget_fields
from tests.unit.entrypoints.api import PASSWORD, Api, serving
from tests.unit.entrypoints.http.two_factors import protected
from tests.unit.entrypoints.web.forms import Visitor

TERMS: Final = {
    "BOOKING_TERMS_VERSION": "2026-01",
    "BOOKING_TERMS_URL": "https://example.com/{language}/{version}",
    "BOOKING_ACCEPTANCE_REQUIRED": "sign-up",
}


def person(name: str, domain: str = "gmail.com") -> dict[str, Any]:
    """What a service says of a person."""
    return {"sub": f"of-{name}", "email": f"{name}@{domain}", "email_verified": True, "name": name.title()}


@pytest.fixture(scope="module")
def provider() -> Iterator[ProviderProcess]:
    with ProviderProcess() as provider:
        yield provider


@asynccontextmanager
async def knowing(provider: ProviderProcess, **more: str) -> AsyncIterator[Api]:
    """A platform that knows Google, Apple and Telegram; its clock is that of the provider."""
    settings = {
        "GOOGLE_ISSUER": provider.issuer,
        "GOOGLE_CLIENT_ID": "booking",
        "GOOGLE_CLIENT_SECRET": SECRET,
        "APPLE_ISSUER": provider.issuer,
        "APPLE_CLIENT_ID": "com.example.apple",
        "APPLE_TEAM_ID": "TEAM123456",
        "APPLE_KEY_ID": "KEY1234567",
        "APPLE_PRIVATE_KEY": provider.private_key.replace("\n", "\\n"),
        "BOOKING_TELEGRAM_BOT_TOKEN": TOKEN,
        "BOOKING_TELEGRAM_BOT_NAME": "booking_bot",
        "BOOKING_TELEGRAM_WEBHOOK_SECRET": "x" * 40,
    }
    async with serving(**settings, **more) as api:
        api.clock.set(datetime.now(UTC))
        yield api


@pytest.fixture(scope="module")
async def api(provider: ProviderProcess, anyio_backend: str) -> AsyncIterator[Api]:
    async with knowing(provider) as api:
        yield api


async def back(visitor: Visitor, led: httpx.Response, claims: dict[str, Any], service: str = "") -> httpx.Response:
    """Follow the visitor to the service and back; the page to which they return."""
    assert led.status_code == 303, led.text
    answer = await person_signs_in(led.headers["Location"], claims)
    if service == "apple":  # it tells the name once, and sends a form from its site
        answer["user"] = '{"name":{"firstName":"Told","lastName":"Once"}}'
        returned = await visitor.api.client.post("/api/v1/auth/openid/callback", data=answer)
    else:
        returned = await visitor.api.client.get("/api/v1/auth/openid/callback", params=answer)
    url = urlsplit(returned.headers["Location"])
    shown = await visitor.get(f"{url.path}?{url.query}")
    return await visitor.get(shown.headers["Location"]) if shown.status_code == 303 else shown


async def sign_in(visitor: Visitor, claims: dict[str, Any], service: str = "google") -> httpx.Response:
    """Press the button, sign in at the service, come back and go on."""
    led = await visitor.send("/fa/sign-in/service", {"service": service, "next": "/bookings?when=past"})
    return await visitor.submit(await back(visitor, led, claims, service), "/sign-in/returned")


@pytest.mark.parametrize(("service", "name"), [("google", "Joins-Google"), ("apple", "Told Once")])
async def test_a_visitor_joins_with_a_service_and_goes_on_where_they_were(api: Api, service: str, name: str) -> None:
    visitor, claims = Visitor(api), person(f"joins-{service}")
    shown = await visitor.get("/fa/sign-in?next=/bookings?when=past")
    assert f'name="service" value="{service}"' in shown.text
    led = await visitor.submit(shown, "/sign-in/service", service=service)
    assert "HttpOnly" in led.headers["Set-Cookie"]
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(led.headers["Location"]))
    assert f"form-action 'self' {origin}" in shown.headers["Content-Security-Policy"]
    returned = await back(visitor, led, claims, service)
    assert 'data-module="onward"' in returned.text
    done = await visitor.submit(returned, "/sign-in/returned")
    assert done.headers["Location"] == "/fa/bookings?when=past"
    assert (await visitor.get(done.headers["Location"])).status_code == 200
    account = await visitor.get("/fa/account")
    assert f'value="{name}"' in account.text
    assert claims["email"] in account.text
    again = await visitor.submit(returned, "/sign-in/returned")
    assert again.status_code == 401, "the cookie is gone, and the code was used"


async def test_the_code_of_another_browser_signs_nobody_in(api: Api) -> None:
    visitor, stranger = Visitor(api), Visitor(api)
    led = await visitor.send("/en/sign-in/service", {"service": "google"})
    shown = await back(visitor, led, person("code"))
    assert (await stranger.submit(shown, "/sign-in/returned")).status_code == 401
    await stranger.send("/en/sign-in/service", {"service": "google"})
    assert (await stranger.submit(shown, "/sign-in/returned")).status_code == 401
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert (await visitor.send("/en/sign-in/service", {"service": "google"}, **elsewhere)).status_code == 403


async def test_who_does_not_sign_in_there_finds_the_other_ways(api: Api) -> None:
    visitor = Visitor(api)
    led = await visitor.send("/en/sign-in/service", {"service": "google", "next": "/saved"})
    state = re.search(r"state=([^&]*)", led.headers["Location"])
    assert state is not None
    returned = await api.client.get(f"/api/v1/auth/openid/callback?error=access_denied&state={state[1]}")
    shown = await visitor.get(returned.headers["Location"])
    assert "You did not sign in with Google." in shown.text
    assert 'value="/saved"' in shown.text
    for unknown in ("telegram", "facebook"):
        answer = await visitor.send("/en/sign-in/service", {"service": unknown})
        assert (answer.status_code, "not available here" in answer.text) == (404, True)


async def test_an_address_that_an_account_has_is_linked_by_its_owner(api: Api) -> None:
    claims = person("bat", "example.com")
    account = {"email": claims["email"], "password": PASSWORD, "name": "Bat", "role": "customer"}
    token = (await api.post("/auth/register", json=account)).json()["accessToken"]
    await api.verify_contacts()
    visitor = Visitor(api)
    refused = await sign_in(visitor, claims)
    assert refused.status_code == 409
    assert "<title>خطا: " in refused.text
    owner = Visitor(api, token)
    services = await owner.get("/en/account/services")
    assert services.text.count("Not linked") == 3
    asked = await back(owner, await owner.submit(services, "/services/link", service="google"), claims)
    wrong = await owner.submit(asked, "/services/returned", current_password="wrong")
    assert 'id="field-current_password-error"' in wrong.text
    done = await owner.submit(wrong, "/services/returned", current_password=PASSWORD)
    assert done.headers["Location"] == "/en/account/services?done=linked"
    assert "Linked since" in (await owner.get(done.headers["Location"])).text
    assert (await sign_in(visitor, claims)).status_code == 303
    question = await owner.get("/en/account/services/google/unlink")
    gone = await owner.submit(question, "/google/unlink", current_password=PASSWORD)
    assert gone.headers["Location"] == "/en/account/services?done=unlinked"
    assert (await owner.get(gone.headers["Location"])).text.count("Not linked") == 3


async def test_a_second_factor_is_asked_for_after_another_round(api: Api) -> None:
    visitor, claims = Visitor(api), person("careful")
    account = await protected(api, email=claims["email"])
    asked = await back(visitor, await sign_in(visitor, claims), claims)
    assert 'data-module="onward"' not in asked.text
    wrong = await visitor.submit(asked, "/sign-in/returned", second_factor=account.wrong())
    asked = await back(visitor, wrong, claims)
    assert 'id="field-second_factor-error"' in asked.text
    done = await visitor.submit(asked, "/sign-in/returned", second_factor=account.code())
    assert done.headers["Location"] == "/fa/bookings?when=past"


async def test_who_is_new_accepts_what_the_platform_asks_for(provider: ProviderProcess) -> None:
    async with knowing(provider, **TERMS) as api:
        accepted = {"accepted": "terms_of_use 2026-01"}
        visitor, claims = Visitor(api), person("accepts")
        asked = await sign_in(visitor, claims)
        assert asked.status_code == 403
        led = await visitor.submit(asked, "/sign-in/service", **accepted)
        done = await visitor.submit(await back(visitor, led, claims), "/sign-in/returned")
        assert done.status_code == 303
        signed = signed_widget(widget_fields(int(api.clock.now().timestamp())))
        shown = await visitor.get(f"/mn/sign-in/telegram?{httpx.QueryParams(signed)}")
        asked = await visitor.submit(shown, "/telegram/finish")
        assert asked.status_code == 403
        assert (await visitor.submit(asked, "/telegram/finish", **accepted)).status_code == 303


async def test_telegram_signs_in_who_says_that_it_is_them(api: Api) -> None:
    visitor = Visitor(api)
    led = await visitor.get((await visitor.send("/mn/sign-in/telegram", {"next": "/saved"})).headers["Location"])
    assert 'href="https://t.me/booking_bot?start=sign-in"' in led.text
    signed = signed_widget(widget_fields(int(api.clock.now().timestamp())))
    shown = await visitor.get(f"/mn/sign-in/telegram?{httpx.QueryParams(signed)}")
    assert 'data-module="onward"' not in shown.text
    forged = await visitor.submit(shown, "/telegram/finish", **{"telegram.id": "12345"})
    assert forged.status_code == 401
    done = await visitor.submit(shown, "/telegram/finish")
    assert done.headers["Location"] == "/mn/saved"
    only = await visitor.get("/mn/account/services/telegram/unlink")
    assert (await visitor.submit(only, "/telegram/unlink")).status_code == 409, "the last way to sign in"


async def test_telegram_is_linked_in_the_chat(api: Api) -> None:
    visitor = Visitor(api)
    await visitor.signed_in("+97699112277")
    question = await visitor.get("/en/account/services/telegram")
    shown = await visitor.submit(question, "/services/telegram")
    assert re.search(r'href="https://t\.me/booking_bot\?start=[\w-]{20,64}"', shown.text)


async def test_no_button_leads_to_a_service_that_is_not_configured() -> None:
    async with serving() as plain:
        shown = await Visitor(plain).get("/en/sign-in")
        assert "Continue with" not in shown.text
        assert "form-action 'self';" in shown.headers["Content-Security-Policy"]
        assert (await Visitor(plain).get("/en/sign-in/telegram")).status_code == 303
