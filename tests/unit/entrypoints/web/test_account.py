"""The account: name, language, zone, notifications, devices, deletion, saved places."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

import pytest
from tests.unit.adapters.images.test_encoding import picture
from tests.unit.entrypoints.api import PASSWORD, Api, serving
from tests.unit.entrypoints.web.forms import Visitor, form_in

from booking_domain.identity.legal import LegalDocuments

TERMS: Final = {
    "BOOKING_TERMS_VERSION": "2026-11",
    "BOOKING_TERMS_URL": "https://example.com/{language}/terms/{version}",
    "BOOKING_PRIVACY_VERSION": "7",
}


@pytest.fixture(scope="module")
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    async with serving(**TERMS) as api:
        yield api


async def test_name_language_and_zone_are_saved_and_the_next_page_has_the_language(api: Api) -> None:
    token = await api.joined("customer")
    visitor = Visitor(api, token)
    shown = await visitor.get("/en/account")
    changes = {"name": "Saraa", "language": "mn", "time_zone": "Asia/Hovd"}
    done = await visitor.submit(shown, "/account", **changes)
    assert done.headers["Location"] == "/mn/account?done=saved"
    me = (await api.get("/users/me", token)).json()
    assert (me["name"], me["locale"], me["timeZone"]) == ("Saraa", "mn", "Asia/Hovd")


async def test_time_zones_are_listed_by_country_and_city_in_the_language_of_the_page(api: Api) -> None:
    visitor = Visitor(api, await api.joined("customer"))
    for language, place in (
        ("en", "Mongolia, Hovd (UTC+7)"),
        ("mn", "Монгол, Ховд (UTC+7)"),
        ("fa", "مغولستان، خوود (UTC+۷)"),
    ):
        shown = await visitor.get(f"/{language}/account")
        assert f'<option value="Asia/Hovd">{place}</option>' in shown.text
        assert "(UTC)</option>" in shown.text
        assert shown.text.count("selected") == 2  # language and zone


async def test_what_is_wrong_is_told_beside_its_field_and_the_rest_stays(api: Api) -> None:
    visitor = Visitor(api, await api.joined("customer"))
    shown = await visitor.get("/en/account")
    wrong = await visitor.submit(shown, "/account", name="Saraa", language="fa", time_zone="Nowhere/City")
    assert wrong.status_code >= 400
    assert 'id="field-time_zone-error"' in wrong.text
    assert 'value="Saraa"' in wrong.text
    assert '<option value="fa" selected>' in wrong.text
    assert "<title>Error: " in wrong.text


async def test_notifications_are_turned_off_and_what_the_page_does_not_show_stays(api: Api) -> None:
    token = await api.joined("customer")
    before = (await api.get("/users/me/preferences", token)).json()
    quiet = {"startTime": "22:00", "endTime": "07:00"}
    given = {**before, "quietHours": quiet}
    assert (await api.put("/users/me/preferences", token, json=given)).status_code == 200
    visitor = Visitor(api, token)
    shown = await visitor.get("/en/account")
    assert 'value="email" checked' in shown.text
    done = await visitor.submit(shown, "/account/notifications", news=["sms", "reminders"])
    assert "Your notifications are saved." in (await visitor.get(done.headers["Location"])).text
    after = (await api.get("/users/me/preferences", token)).json()
    assert after["channels"] == {"email": False, "sms": True, "telegram": False, "push": False}
    assert (after["reminders"], after["marketing"], after["quietHours"]) == (True, False, quiet)


async def test_another_device_is_signed_out_from_here(api: Api) -> None:
    here, there = Visitor(api), Visitor(api)
    for device in (here, there):
        await device.signed_in("+97699113300")
    shown = await here.get("/en/account")
    assert shown.text.count(">Sign out there<") == 1
    assert shown.text.count("This device") == 1
    action = shown.text.partition('class="device"')[2].partition("/account/sessions/")[2].partition('"')[0]
    done = await here.submit(shown, f"/account/sessions/{action}")
    assert ">Sign out there<" not in (await here.get(done.headers["Location"])).text
    assert (await there.get("/en/account")).status_code == 303


async def test_an_account_is_deleted_with_its_password(api: Api) -> None:
    visitor = Visitor(api, await api.joined("customer"))
    shown = await visitor.get("/en/account/delete")
    wrong = await visitor.submit(shown, "/account/delete", current_password="not the right one")
    assert 'id="field-current_password-error"' in wrong.text
    assert "not the right one" not in wrong.text
    done = await visitor.submit(wrong, "/account/delete", current_password=PASSWORD)
    assert (done.status_code, done.headers["Location"]) == (303, "/en/")
    assert visitor.cookies == {}


async def test_a_place_is_saved_and_removed(api: Api) -> None:
    _, provider_id = await api.open_provider(displayName="Sarnai")
    visitor = Visitor(api, await api.joined("customer"))
    assert "You have saved no places" in (await visitor.get("/en/saved")).text
    profile = await visitor.get((await visitor.get(f"/en/providers/{provider_id}")).headers["Location"])
    assert f'href="/en/saved/{provider_id}"' in profile.text
    asked = await visitor.get(f"/en/saved/{provider_id}")
    done = await visitor.submit(asked, f"/saved/{provider_id}")
    shown = await visitor.get(done.headers["Location"])
    assert "Sarnai" in shown.text
    await visitor.submit(shown, "/remove")
    assert "You have saved no places" in (await visitor.get("/en/saved")).text


async def test_a_picture_is_added_replaced_and_removed(api: Api) -> None:
    token = await api.joined("customer")
    visitor = Visitor(api, token)
    shown = await visitor.get("/en/account/picture")
    path, fields = form_in(shown, "/account/picture")
    wrong = await visitor.send_files(path, fields, ("a.png", b"no picture", "image/png"))
    assert wrong.status_code >= 400
    assert 'id="upload-pictures-error"' in wrong.text
    nothing = await visitor.send_files(path, fields, ("", b"", "application/octet-stream"))
    assert 'id="upload-pictures-error"' in nothing.text
    for content in (picture("PNG", (400, 300)), picture("PNG", (300, 400))):
        done = await visitor.send_files(path, fields, ("me.png", content, "image/png"))
        assert done.headers["Location"] == "/en/account?done=picture"
    own = (await api.get("/users/me", token)).json()["picture"]
    assert (own["width"], own["height"]) == (300, 400)
    assert own["thumbnailUrl"] in (await visitor.get("/en/account")).text
    gone = await visitor.submit(await visitor.get("/en/account/picture"), "/picture/remove")
    assert gone.headers["Location"] == "/en/account?done=removed"
    assert "picture" not in (await api.get("/users/me", token)).json()


async def test_a_provider_may_book_for_who_says_so_until_they_take_it_back(api: Api) -> None:
    owner, provider_id = await api.open_provider(displayName="Sarnai")
    code = (await api.post("/providers/me/consent-code", owner)).json()["code"]
    token = await api.joined("customer")
    path = f"/en/consent/{provider_id}/{code}"
    visitor = Visitor(api)
    led = await visitor.get(path)
    assert led.headers["Location"].startswith("/en/sign-in?next=%2Fconsent%2F")
    visitor = Visitor(api, token)
    wrong = await visitor.submit(await visitor.get(f"/en/consent/{provider_id}/wrong"), "/wrong")
    assert (wrong.status_code, "<title>Error: " in wrong.text) == (404, True)
    asked = await visitor.get(path)
    assert "May Sarnai book for you?" in asked.text
    for _ in range(2):
        done = await visitor.submit(asked, f"/{code}")
        assert done.headers["Location"] == "/en/account/consents?done=granted"
    shown = await visitor.get("/en/account/consents?done=granted")
    assert "May book for you" in shown.text
    await visitor.submit(shown, "/revoke")
    [given] = (await api.get("/users/me/booking-consents", token)).json()["items"]
    assert given["status"] == "revoked"
    assert "May not book for you" in (await visitor.get("/en/account/consents")).text


async def test_terms_are_accepted_in_the_account_which_keeps_what_was_accepted_before(api: Api) -> None:
    visitor = Visitor(api, await api.joined("customer"))
    shown = await visitor.get("/en/account/terms")
    assert shown.text.count("Not accepted yet") == 2
    assert 'href="https://example.com/en/terms/2026-11"' in shown.text
    nothing = await visitor.submit(shown, "/account/terms")
    assert (nothing.status_code, 'id="check-accepted-error"' in nothing.text) == (403, True)
    stale = await visitor.submit(nothing, "/account/terms", accepted="terms_of_use 2026-10")
    assert (stale.status_code, "This is not the current version" in stale.text) == (409, True)
    both = ["terms_of_use 2026-11", "privacy_policy 7"]
    done = await visitor.submit(stale, "/account/terms", accepted=both)
    shown = await visitor.get(done.headers["Location"])
    assert "It is accepted." in shown.text
    assert shown.text.count("Accepted Mon 23 Nov 2026") == 2
    assert 'action="/en/account/terms"' not in shown.text
    with api.container.legal_documents.override(replace(api.container.legal_documents(), terms_of_use="2026-12")):
        shown = await visitor.get("/en/account/terms")
    assert shown.text.count("Not accepted yet") == 1
    for version in ("2026-11", "2026-12"):
        assert f'href="https://example.com/en/terms/{version}"' in shown.text


async def test_an_account_of_a_platform_without_terms_has_nothing_to_accept(api: Api) -> None:
    visitor = Visitor(api, await api.joined("customer"))
    with api.container.legal_documents.override(LegalDocuments()):
        assert "There is nothing to accept" in (await visitor.get("/en/account/terms")).text
        assert 'href="/en/account/terms"' in (await visitor.get("/en/account")).text


async def test_devices_are_named_by_browser_and_system(api: Api) -> None:
    email = (await api.get("/auth/me", await api.joined("customer"))).json()["email"]
    login = {"email": email, "password": PASSWORD}
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/140.0 Safari/604.1"
    for agent, name in ((phone, "Chrome · iPhone"), ("Kiosk/2", "Kiosk/2")):
        answer = await api.post("/auth/login", json=login, headers={"User-Agent": agent})
        assert name in (await Visitor(api, answer.json()["accessToken"]).get("/en/account")).text
