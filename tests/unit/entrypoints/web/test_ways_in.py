"""Contacts, the authenticator app, and what else signs in to an account."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, PASSWORD, Api, serving
from tests.unit.entrypoints.http.test_one_time_codes import last_code
from tests.unit.entrypoints.http.two_factors import APP
from tests.unit.entrypoints.web.forms import Visitor, code_of

from booking_domain.identity.second_factor import STEP
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE


@pytest.fixture(scope="module")
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    async with serving() as api:
        yield api


async def test_an_address_is_changed_with_the_password_and_a_code(api: Api) -> None:
    token = await api.joined("customer")
    visitor = Visitor(api, token)
    asked = await visitor.get("/en/account/contact/email")
    wrong = await visitor.submit(asked, "/email", contact="new@example.com", current_password="not the right one")
    assert 'id="field-current_password-error"' in wrong.text
    bad = await visitor.submit(wrong, "/email", contact="new@", current_password=PASSWORD)
    assert 'id="field-contact-error"' in bad.text
    sent = await visitor.submit(bad, "/email", contact="new@example.com", current_password=PASSWORD)
    assert "They were sent to new@example.com." in sent.text
    mistyped = await visitor.submit(sent, "/email", code="000000")
    assert 'id="field-code-error"' in mistyped.text
    done = await visitor.submit(mistyped, "/email", code=await last_code(api))
    assert "Your e-mail address is confirmed." in (await visitor.get(done.headers["Location"])).text
    assert (await api.get("/users/me", token)).json()["email"] == "new@example.com"


async def test_a_first_address_is_added_and_the_present_one_is_confirmed(api: Api) -> None:
    visitor = Visitor(api)
    await visitor.signed_in("+97699113311")
    shown = await visitor.get("/en/account")
    assert "No e-mail address yet" in shown.text
    asked = await visitor.get("/en/account/contact/email")
    assert "current_password" not in asked.text
    sent = await visitor.submit(asked, "/email", contact="bold@example.com")
    done = await visitor.submit(sent, "/email", code=await last_code(api))
    assert "No e-mail address yet" not in (await visitor.get(done.headers["Location"])).text

    other = Visitor(api, await api.joined("customer"))
    assert "Not confirmed yet" in (await other.get("/en/account")).text
    sent = await other.submit(await other.get("/en/account/contact/email/confirm"), "/confirm")
    done = await other.submit(sent, "/confirm", code=await last_code(api))
    assert "Not confirmed yet" not in (await other.get(done.headers["Location"])).text


async def test_whose_sign_in_is_too_old_is_led_to_another_one_and_back(api: Api) -> None:
    visitor = Visitor(api)
    await visitor.signed_in("+97699113312")
    asked = await visitor.get("/en/account/contact/email")
    api.clock.advance(timedelta(minutes=6))
    late = await visitor.submit(asked, "/email", contact="late@example.com")
    for shown in (late, await visitor.get(str(late.url))):
        assert (shown.status_code, "refused=1" in str(shown.url)) == (403, True)
        assert 'href="/en/sign-in?next=%2Faccount%2Fcontact%2Femail"' in shown.text


async def test_there_are_no_other_contacts(api: Api) -> None:
    visitor = Visitor(api, await api.joined("customer"))
    assert (await visitor.get("/en/account/contact/fax")).status_code in {400, 404}


async def test_an_authenticator_app_is_added_its_codes_are_renewed_and_it_is_removed(api: Api) -> None:
    visitor = Visitor(api, await api.joined("customer"))
    asked = await visitor.get("/en/account/authenticator")
    shown = await visitor.submit(asked, "/authenticator/new", current_password=PASSWORD)
    assert '<svg class="qr"' in shown.text
    secret = re.findall(r'name="secret" value="([A-Z2-7]+)"', shown.text)[0]
    mistyped = await visitor.submit(shown, "/confirm", code="000000")
    assert 'id="field-code-error"' in mistyped.text
    assert secret in mistyped.text, "the key stays"
    kept = await visitor.submit(mistyped, "/confirm", code=APP.code(secret, api.clock.now()))
    first = recovery_codes(kept.text)
    assert kept.headers["Cache-Control"] == "private, no-store"
    again = await visitor.get("/en/account/authenticator")
    assert f"{len(first)} recovery codes are left." in again.text
    assert first[0] not in again.text, "they are shown once"
    renewed = await visitor.submit(again, "/authenticator", wish="renew", code=first[0])
    assert recovery_codes(renewed.text) != first
    api.clock.advance(STEP)
    wrong = await visitor.submit(again, "/authenticator", wish="remove", code=first[1])
    assert 'id="field-code-error"' in wrong.text
    done = await visitor.submit(wrong, "/authenticator", wish="remove", code=APP.code(secret, api.clock.now()))
    assert "The authenticator app is removed." in (await visitor.get(done.headers["Location"])).text


async def test_a_second_factor_is_asked_for_at_an_address_wherever_one_signs_in(api: Api) -> None:
    _, provider_id = await api.open_provider()
    phone = "+97699113319"
    secret = await _with_app(api, phone)
    by_password = {"contact": phone, "password": PASSWORD}
    you = f"/en/book/{provider_id}/you"
    ways: list[tuple[str, str, dict[str, str]]] = [
        ("/en/sign-in/password?next=/bookings", "/sign-in/password", by_password),
        ("/en/sign-in?next=/bookings", "/sign-in", {"contact": phone}),
        (f"{you}?slot={quote(MONDAY_AT_TEN)}", "/you", {"name": "Dorj", "phone": phone}),
    ]
    for address, action, fields in ways:
        api.clock.advance(timedelta(minutes=2))  # a code is not sent again at once
        visitor = Visitor(api)
        shown, more = await visitor.get(address), fields
        if "password" not in fields:
            shown = await visitor.submit(shown, action, **fields)
            more = fields | {"code": await code_of(api)}
        asked = await visitor.submit(shown, action, **more)
        assert (asked.status_code, "refused=1" in str(asked.url)) == (401, True)
        again = await visitor.get(str(asked.url))
        assert 'name="second_factor"' in again.text, "it can be loaded again"
        assert PASSWORD not in again.text
        wrong = await visitor.submit(again, action, **more, second_factor="000000")
        assert all(each in wrong.text for each in ("<title>Error: ", 'name="second_factor"'))
        api.clock.advance(STEP)
        done = await visitor.submit(wrong, action, **more, second_factor=APP.code(secret, api.clock.now()))
        assert done.status_code == 303, done.text
        assert ACCESS_COOKIE in visitor.cookies


async def _with_app(api: Api, phone: str) -> str:
    """The secret of the authenticator app of a new account with this number and `PASSWORD`."""
    owner = Visitor(api, (await api.joined_by_phone(phone))["accessToken"])
    asked = await owner.get("/en/account/authenticator")
    shown = await owner.submit(asked, "/authenticator/new", current_password=PASSWORD)
    secret = re.findall(r'name="secret" value="([A-Z2-7]+)"', shown.text)[0]
    await owner.submit(shown, "/confirm", code=APP.code(secret, api.clock.now()))
    return str(secret)


async def test_a_key_that_is_none_is_not_shown(api: Api) -> None:
    visitor = Visitor(api, await api.joined("customer"))
    asked = await visitor.get("/en/account/authenticator")
    shown = await visitor.submit(asked, "/authenticator/new", current_password=PASSWORD)
    other = await visitor.submit(shown, "/confirm", secret="<b>", code="000000")
    assert other.headers["Location"] == "/en/account/authenticator"


async def test_a_passkey_is_asked_for_with_the_password_and_needs_scripts(api: Api) -> None:
    visitor = Visitor(api, await api.joined("customer"))
    shown = await visitor.get("/en/account/passkeys")
    wrong = await visitor.submit(shown, "/passkeys/new", name="Phone", current_password="not the right one")
    assert 'id="field-current_password-error"' in wrong.text
    assert 'value="Phone"' in wrong.text
    asked = await visitor.submit(wrong, "/passkeys/new", name="Phone", current_password=PASSWORD)
    assert "Passkeys need scripts" in asked.text
    assert re.search(r'data-options="[^"]*challenge', asked.text)
    refused = await visitor.submit(asked, "/passkeys", response="{}")
    assert refused.status_code == 422
    assert "The response of the passkey is not valid" in refused.text


async def test_a_passkey_that_is_none_signs_nobody_in(api: Api) -> None:
    visitor = Visitor(api)
    asked = await visitor.submit(await visitor.get("/en/sign-in?next=/bookings"), "/sign-in/passkey")
    assert 'name="next" value="/bookings"' in asked.text
    refused = await visitor.submit(asked, "/sign-in/passkey", response="{}")
    assert refused.status_code == 401
    assert 'role="alert"' in refused.text
    assert ACCESS_COOKIE not in visitor.cookies


def recovery_codes(text: str) -> list[str]:
    return re.findall(r"<li><bdi>([^<]+)</bdi></li>", text)
