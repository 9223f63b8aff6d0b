"""Signing in and out: codes, passwords, who is new, the way back, what the head of a page says."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
from tests.unit.entrypoints.api import Api, serving
from tests.unit.entrypoints.web.forms import Visitor, code_of, form_in

from booking_domain.identity.events import CodeRequested
from booking_domain.identity.one_time_codes import CodePurpose
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE

EMAIL = "saraa@example.com"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    async with serving() as api:
        body = {"email": EMAIL, "name": "Saraa", "role": "customer", "password": PASSWORD}
        assert (await api.post("/auth/register", json=body)).status_code == 201
        yield api


async def test_who_is_new_signs_in_by_a_code_gives_a_name_and_goes_back(api: Api) -> None:
    visitor = Visitor(api)
    refused = await visitor.get("/en/bookings/0199f3d0-6a1c-7e52-8d0f-94c1b7a3e210?a=b")
    assert refused.status_code == 303
    asked = await visitor.get(refused.headers["Location"])
    sent = await visitor.submit(asked, "/sign-in", contact="+97699112200")
    assert "They were sent to +97699112200." in sent.text
    wrong = await visitor.submit(sent, "/sign-in", code="000000")
    assert wrong.status_code >= 400
    assert "<title>Error: " in wrong.text
    assert 'id="field-code-error"' in wrong.text
    right = await visitor.submit(wrong, "/sign-in", code=await code_of(api))
    named = await visitor.get(right.headers["Location"])
    nameless = await visitor.submit(named, "/sign-in/name", name="")
    assert 'id="field-name-error"' in nameless.text
    done = await visitor.submit(nameless, "/sign-in/name", name="Bold")
    assert done.headers["Location"] == "/en/bookings/0199f3d0-6a1c-7e52-8d0f-94c1b7a3e210?a=b"


async def test_who_is_new_accepts_what_the_platform_asks_for() -> None:
    terms = "terms_of_use 2026-01"
    asking = {"BOOKING_TERMS_VERSION": "2026-01", "BOOKING_ACCEPTANCE_REQUIRED": "sign-up"}
    async with serving(**asking, BOOKING_TERMS_URL="https://example.com/{language}/{version}") as api:
        visitor = Visitor(api)
        await visitor.send("/en/sign-in", {"contact": "+97699112203"})
        done = await visitor.send("/en/sign-in", {"contact": "+97699112203", "code": await code_of(api)})
        asked = await visitor.get(done.headers["Location"])
        assert 'href="https://example.com/en/2026-01"' in asked.text
        missing = await visitor.submit(asked, "/sign-in/name", name="Bold")
        assert missing.status_code == 403
        assert "Please read and accept" in missing.text
        done = await visitor.submit(missing, "/sign-in/name", name="Bold", accepted=terms)
        assert (done.status_code, done.headers["Location"]) == (303, "/en/")


async def test_a_password_is_never_sent_back_and_the_rest_stays(api: Api) -> None:
    visitor = Visitor(api)
    asked = await visitor.get("/en/sign-in/password?next=/bookings")
    wrong = await visitor.submit(asked, "/sign-in/password", contact=EMAIL, password="not the right one")
    assert wrong.status_code >= 400
    assert "not the right one" not in wrong.text
    assert f'value="{EMAIL}"' in wrong.text
    done = await visitor.submit(wrong, "/sign-in/password", contact=EMAIL, password=PASSWORD)
    assert (done.status_code, done.headers["Location"]) == (303, "/en/bookings")
    assert all("HttpOnly" in each and "Secure" in each for each in done.headers.get_list("set-cookie"))


async def test_an_empty_contact_is_told_beside_its_field(api: Api) -> None:
    answer = await Visitor(api).send("/en/sign-in", {"contact": ""})
    assert answer.status_code >= 400
    assert 'id="field-contact-error"' in answer.text


@pytest.mark.parametrize(("language", "said"), [("en", "write it like"), ("mn", "хэлбэрээр бичнэ"), ("fa", "بنویسید")])
async def test_a_wrong_number_is_answered_with_an_example(api: Api, language: str, said: str) -> None:
    answer = await Visitor(api).send(f"/{language}/sign-in", {"contact": "99x"})
    assert answer.status_code == 422
    assert all(each in answer.text for each in (said, "+97699112233"))
    assert "E.164" not in answer.text


@pytest.mark.parametrize("elsewhere", ["https://evil.test", "//evil.test", "/\\evil.test", "/\r\nSet-Cookie: a=b"])
async def test_the_way_back_never_leaves_the_site(api: Api, elsewhere: str) -> None:
    fields = {"contact": EMAIL, "password": PASSWORD, "next": elsewhere}
    done = await Visitor(api).send("/en/sign-in/password", fields)
    assert done.status_code == 303
    assert done.headers["Location"].startswith("/en/")


async def test_a_file_of_a_page_leads_to_signing_in_and_back_if_the_session_has_ended(api: Api) -> None:
    file = "/api/v1/bookings/0199f3d0-6a1c-7e52-8d0f-94c1b7a3e210/calendar.ics"
    opened = {"Sec-Fetch-Mode": "navigate", "Accept-Language": "mn"}
    for cookie, step in (("", "sign-in"), ("__Host-refresh=x", "renew")):
        led = await api.client.get(file, headers=opened | {"Cookie": cookie})
        assert led.headers["Location"] == f"/mn/{step}?next={quote(file, safe='')}"
    visitor = Visitor(api)
    fields = {"contact": EMAIL, "password": PASSWORD, "next": file}
    assert (await visitor.send("/mn/sign-in/password", fields)).headers["Location"] == file
    assert (await api.client.get(file)).headers["Content-Type"] == "application/problem+json", "a program"


async def test_a_form_of_another_site_signs_nobody_in_or_out(api: Api) -> None:
    visitor = Visitor(api)
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    fields = {"contact": EMAIL, "password": PASSWORD}
    assert (await visitor.send("/en/sign-in/password", fields, **elsewhere)).status_code == 403
    assert visitor.cookies == {}
    await visitor.signed_in("+97699112201")
    assert (await visitor.send("/en/sign-out", {}, **elsewhere)).status_code == 403
    assert "__Host-refresh" in visitor.cookies


async def test_the_head_of_a_page_says_who_may_do_what_and_signing_out_ends_the_session(api: Api) -> None:
    visitor = Visitor(api)
    public = await visitor.get("/en/nobody")
    assert ">Sign in</a>" in public.text
    home = await visitor.get("/en")
    assert home.headers["Cache-Control"] == "public, no-cache"
    await visitor.signed_in("+97699112202")
    own = await visitor.get("/en")
    assert own.headers["Cache-Control"] == "private, no-cache"
    assert own.headers["ETag"] != home.headers["ETag"]
    kept = dict(visitor.cookies)
    left = await visitor.submit(own, "/sign-out")
    assert left.headers["Location"] == "/en/"
    assert set(visitor.cookies) == {"__Host-client"}
    visitor.cookies = kept
    ended = await visitor.get((await visitor.get("/en/sign-in/name")).headers["Location"])
    assert ended.headers["Location"].startswith("/en/sign-in?"), "the session has ended"


async def test_a_new_password_is_set_with_a_code(api: Api) -> None:
    visitor = Visitor(api)
    asked = await visitor.get("/en/sign-in/new-password")
    sent = await visitor.submit(asked, "/sign-in/new-password", contact=EMAIL)
    [event] = [each for each in await api.database.outbox_events() if isinstance(each, CodeRequested)]
    code = api.container.secret_codes().code(event.code_id, CodePurpose.RESET)
    weak = await visitor.submit(sent, "/sign-in/new-password", code=code, password="a")
    assert 'id="field-password-error"' in weak.text
    done = await visitor.submit(weak, "/sign-in/new-password", code=code, password="another horse battery")
    assert done.headers["Location"] == "/en/sign-in/password"
    fields = {"contact": EMAIL, "password": "another horse battery"}
    assert (await visitor.send("/en/sign-in/password", fields)).status_code == 303


async def test_a_form_whose_access_token_has_expired_is_sent_again_with_another(api: Api) -> None:
    visitor = Visitor(api)
    await visitor.signed_in("+97699112204")
    shown = await visitor.get("/en/account")
    del visitor.cookies[ACCESS_COOKIE]
    refused = await visitor.submit(shown, "/account", name="Saraa")
    assert (refused.status_code, refused.headers["Location"]) == (307, "/en/renew?next=%2Faccount")
    address, fields = form_in(shown, "/account", name="Saraa", language="en", time_zone="Asia/Hovd")
    renewed = await visitor.send(refused.headers["Location"], fields)
    assert (renewed.status_code, renewed.headers["Location"]) == (307, address)
    assert (await visitor.send(address, fields)).headers["Location"] == "/en/account?done=saved"


async def test_a_form_without_a_session_leads_to_signing_in_and_back_to_its_page(api: Api) -> None:
    visitor = Visitor(api)
    came = "http://api.test/en/account?done=saved"
    refused = await visitor.send("/en/account/notifications", {"news": "sms"}, Referer=came)
    assert refused.headers["Location"] == "/en/sign-in?next=%2Faccount%3Fdone%3Dsaved&ended=1"
    asked = await visitor.get(refused.headers["Location"])
    assert "Sign in, then repeat what you did." in asked.text
    assert 'name="next" value="/account?done=saved"' in asked.text
    ended = await visitor.send("/en/renew?next=/account/notifications", {"news": "sms"}, Referer=came)
    assert ended.headers["Location"] == refused.headers["Location"]


async def test_a_form_with_files_whose_access_token_has_expired_leads_back_to_its_page(api: Api) -> None:
    visitor = Visitor(api)
    await visitor.signed_in("+97699112205")
    del visitor.cookies[ACCESS_COOKIE]
    path = "/bookings/0199f3d0-6a1c-7e52-8d0f-94c1b7a3e210/dispute/new"
    files = {"Content-Type": "multipart/form-data; boundary=x", "Referer": f"http://api.test/en{path}"}
    refused = await visitor.send(f"/en{path}", {}, **files)
    assert (refused.status_code, refused.headers["Location"]) == (303, f"/en/renew?next={quote(path, safe='')}")
