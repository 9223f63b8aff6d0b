"""What forms lead to is at an address: it can be reloaded and gone back to, and tells nobody else anything."""

import ast
import re
from datetime import timedelta
from html import unescape
from random import Random
from urllib.parse import quote

import httpx
import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, PASSWORD, Api
from tests.unit.entrypoints.web.forms import OWN, Visitor, code_of, form_in
from tests.unit.features.reviews import visit

from adapters.security.clock import SystemClock
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE
from entrypoints.web.kit.environment import FOLDER
from entrypoints.web.kit.kept import KEPT_COOKIE, KeptForms

PHONE = "+97699112233"
LONG = "".join(Random(1).choices("абвгдеёжзийклмноөпрстуүфхцчшщъыьэюя", k=6_000))  # noqa: S311 - no secret
"""What cannot be made shorter."""
PROSE = "Баруун мөрнөөс бугалга хүртэл цэцэгс, навчис, дунд нь хараацай; хар, саарал өнгөөр нарийн зураасаар. "


def answers_to_forms() -> dict[str, str]:
    """What handles forms: its file and name, and its text."""
    found: dict[str, str] = {}
    for file in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef) and any(
                "post(" in ast.unparse(each) for each in node.decorator_list
            ):
                found[f"{file.relative_to(FOLDER)}:{node.name}"] = ast.unparse(node)
    return found


def test_a_form_leads_to_a_page_unless_something_is_wrong() -> None:
    found = answers_to_forms()
    assert len(found) > 60
    assert [name for name, text in found.items() if "page.render(" in text] == []


async def test_the_page_of_a_code_can_be_reloaded_and_gone_back_to(api: Api) -> None:
    _, provider_id = await api.open_provider()
    visitor, stranger = Visitor(api), Visitor(api)
    path = f"/en/book/{provider_id}/you"
    fields = {"slot": MONDAY_AT_TEN, "name": "Bold", "phone": PHONE}
    led = await api.client.post(path, data=fields, headers={"Sec-Fetch-Site": "same-origin"})
    address = led.headers["Location"]
    assert (led.status_code, PHONE[1:] in address, "Bold" in address) == (303, False, False)
    visitor.keep(led)
    assert not any(each in visitor.cookies[KEPT_COOKIE] for each in (PHONE, "Bold"))
    for _ in range(2):
        shown = await visitor.get(address)
        assert all(each in shown.text for each in (f'value="{PHONE}"', 'value="Bold"', "one-time-code"))
        assert shown.headers["Cache-Control"] == "private, no-store"
        assert f'href="{address.replace("&kept=1", "").replace("&", "&amp;")}">Use another number' in shown.text
    before = await visitor.get(address.replace("&kept=1", ""))
    assert (f'value="{PHONE}"' in before.text, "one-time-code" in before.text) == (True, False), "what was typed stays"
    other = await visitor.get(address.replace("/en/", "/mn/"))
    assert f'value="{PHONE}"' in other.text, "in another language, too"
    assert PHONE not in (await stranger.get(address)).text
    api.clock.advance(timedelta(minutes=11))
    assert PHONE not in (await visitor.get(address)).text


async def test_what_was_typed_is_forgotten_once_it_has_led_on(api: Api) -> None:
    visitor = Visitor(api)
    sent = await visitor.send("/en/sign-in", {"contact": PHONE, "next": "/saved"})
    assert f"They were sent to {PHONE}." in sent.text
    assert KEPT_COOKIE in visitor.cookies
    assert "They were sent to" in (await visitor.get("/en/sign-in?next=/saved&kept=1")).text
    await visitor.submit(sent, "/sign-in", code=await code_of(api))
    assert KEPT_COOKIE not in visitor.cookies


async def test_what_is_kept_of_a_session_is_not_shown_in_another(api: Api) -> None:
    visitor = Visitor(api, await api.joined("customer"))
    asked = await visitor.get("/en/account/authenticator")
    shown = await visitor.submit(asked, "/authenticator/new", current_password=PASSWORD)
    assert '<svg class="qr"' in shown.text
    assert '<svg class="qr"' in (await visitor.get("/en/account/authenticator?kept=1")).text
    other = Visitor(api, await api.joined("customer"))
    other.cookies[KEPT_COOKIE] = visitor.cookies[KEPT_COOKIE]
    assert '<svg class="qr"' not in (await other.get("/en/account/authenticator?kept=1")).text
    assert "kept=1" not in (await visitor.get("/en/account/passkeys?kept=1")).headers.get("Location", "")


async def test_what_is_too_long_to_be_kept_is_answered_at_once_and_costs_no_code(api: Api) -> None:
    _, provider_id = await api.open_provider()
    fields = {"slot": MONDAY_AT_TEN, "name": LONG, "phone": PHONE}
    visitor, events = Visitor(api), len(await api.database.outbox_events())
    for _ in range(2):  # who loads it again sends it again
        refused = await visitor.send(f"/en/book/{provider_id}/you", fields)
        assert (refused.status_code, 'id="field-name-error"' in refused.text, LONG in refused.text) == (422, True, True)
    assert KEPT_COOKIE not in visitor.cookies
    assert len(await api.database.outbox_events()) == events


async def asked_again(visitor: Visitor, at: httpx.Response, language: str, **headers: str) -> httpx.Response:
    """What the button of a language answers on a page that is too long for a cookie."""
    [sealed] = re.findall('<input type="hidden" name="again" value="([^"]+)">', at.text)
    [address] = re.findall(f'<button type="submit" formaction="([^"]+)" lang="{language}"', at.text)
    return await visitor.send(unescape(address), {"again": sealed}, **headers)


async def test_another_language_keeps_what_is_too_long_to_be_kept(api: Api) -> None:
    _, provider_id = await api.open_provider()
    visitor, path = Visitor(api), f"/en/book/{provider_id}/you"
    asked = await visitor.get(f"{path}?slot={quote(MONDAY_AT_TEN)}")
    fields = {"slot": MONDAY_AT_TEN, "name": LONG, "phone": PHONE}
    shown = await visitor.send(path, fields, Referer=str(asked.url))
    assert 'lang="mn" dir="ltr">' in shown.text
    for language in ("mn", "fa", "en"):
        api.clock.advance(timedelta(hours=2))  # who reads it again
        shown = await asked_again(visitor, shown, language)
        assert (shown.status_code, 'id="field-name-error"' in shown.text, LONG in shown.text) == (422, True, True)
        assert all(each in shown.text for each in (f'<html lang="{language}"', f'value="{PHONE}"'))
        assert shown.headers["Cache-Control"] == "private, no-store"
        [about] = re.findall('id="field-name-error">([^<]+)<', shown.text)
        assert (language == "en") == about.isascii(), "in the language of the page"
    elsewhere = await asked_again(visitor, shown, "fa", **{"Sec-Fetch-Site": "cross-site"})
    assert (elsewhere.status_code, LONG in elsewhere.text) == (403, False)
    api.clock.advance(timedelta(days=2))
    assert LONG not in (await asked_again(visitor, shown, "fa")).text


async def test_another_language_keeps_what_a_form_asks_more_fields_for(api: Api) -> None:
    visitor = Visitor(api, (await api.open_provider())[0])
    asked = await visitor.get("/en/account/rewards/new/points")
    shown = await visitor.submit(asked, "/new/points", name=LONG, add="fields")
    for language in ("fa", "mn"):
        shown = await asked_again(visitor, shown, language)
        assert (shown.status_code, LONG in shown.text) == (200, True)
    other = Visitor(api, (await api.open_provider())[0])
    assert LONG not in (await asked_again(other, shown, "en")).text


async def test_a_form_asks_again_for_pages_only(api: Api) -> None:
    visitor = Visitor(api, await api.joined("customer"))
    for path, status in (("/en/sign-out?again=1", 405), ("/en?again=1", 405), ("/api/v1/users/me?again=1", 405)):
        assert (await visitor.send(path, {"again": "x"})).status_code == status, path
    for fields in ({"again": "x"}, {"again": "gAAAAA=="}, {}):
        assert (await visitor.send("/en/account?again=1", fields)).status_code == 200, fields
    assert (await visitor.send("/en/account?again=1", {"again": "x", "name": "y"})).status_code == 400


async def test_a_refused_form_leads_back_to_its_page_with_what_was_typed(api: Api) -> None:
    token, _, booking = await visit(api)
    visitor, path = Visitor(api, token), f"/en/bookings/{booking['id']}/review"
    asked, text = await visitor.get(path), (PROSE * 21)[:2_000]
    action, fields = form_in(asked, "/review", text=text)
    sent = OWN | {"Referer": str(asked.url), "Cookie": f"{ACCESS_COOKIE}={token}"}
    led = visitor.keep(await api.client.post(action, data=fields, headers=sent))
    assert (led.status_code, led.headers["Location"]) == (303, f"{path}?refused=1")
    shown = await visitor.get(f"{path}?refused=1")
    for again in (shown, await visitor.get(f"/fa{path[3:]}?refused=1"), await visitor.get(f"{path}?refused=1")):
        assert (again.status_code, f">{text}</textarea>" in again.text) == (422, True)
        assert 'id="choices-rating-error"' in again.text
        assert f'href="/mn{path[3:]}?refused=1"' in again.text
    assert "<title>Error: " in shown.text
    assert "choices-rating-error" not in (await visitor.get(path)).text
    stranger = Visitor(api, await api.joined("customer"))
    stranger.cookies[KEPT_COOKIE] = visitor.cookies[KEPT_COOKIE]
    assert text not in (await stranger.get(f"{path}?refused=1")).text
    unknown = await api.client.post(action, data=fields, headers=sent | {"Referer": "https://evil.test/"})
    assert (unknown.status_code, "choices-rating-error" in unknown.text) == (422, True), "it is answered itself"
    done = await visitor.submit(shown, "/review", rating="5", text=text)
    assert done.headers["Location"].endswith("?done=reviewed")


@pytest.mark.parametrize("value", ["", '""', "x", "é", "gAAAAA=="])
def test_what_we_have_not_kept_is_nothing(value: str) -> None:
    assert KeptForms(b"k" * 32, clock=SystemClock()).read(value, "/", None) == {}


def test_keys_are_replaced_while_forms_are_kept() -> None:
    old, new, clock = b"o" * 32, b"n" * 32, SystemClock()
    value = KeptForms(old, clock=clock).seal({"a": "b"}, "/", None)
    assert KeptForms(new, previous=[old], clock=clock).read(value, "/", None) == {"a": ("b",)}
    assert KeptForms(new, clock=clock).read(value, "/", None) == {}
