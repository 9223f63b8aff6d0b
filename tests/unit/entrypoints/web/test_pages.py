"""What pages answer: languages, headers, what is typed by people, and what goes wrong."""

import json
import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser

import httpx
import pytest
from tests.unit.entrypoints.api import Api, serving
from tests.unit.entrypoints.web.pages import indexed

from booking_domain.shared.languages import LANGUAGES
from entrypoints.web.kit.assets import assets, base

HTML = {"Accept": "text/html,application/xhtml+xml"}
PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "${7*7}",
    "<!--",
    "]]>",
    "javascript:alert(1)",
    "</title><h1>hacked",
    "&lt;b&gt;",
    "</textarea><b>",
    "<a href=//evil.test>x</a>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<scr<script>ipt>alert(1)</script>",
    "<img src=1 onerror=alert(1)//",
    "<iframe srcdoc=<script>x</script>>",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<math><mtext></form><form><mglyph>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=//evil>",
    "<base href=//evil/>",
    "<meta http-equiv=refresh content=0>",
    "<object data=javascript:alert(1)>",
    "<embed src=//evil>",
    "<form action=//evil><button>",
    "<template><script>1</script></template>",
    "<noscript><p title='</noscript><img>'>",
    "<xmp><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "' onmouseover='alert(1)",
    '" style="background:red',
    "`onclick=alert(1)`",
    "{%- include '/etc/passwd' -%}",
    "{{ self.__init__.__globals__ }}",
    "%3Cscript%3Ealert(1)%3C/script%3E",
)
assert len(PAYLOADS) == 40


async def test_an_address_without_language_leads_to_the_visitors(city: Api) -> None:
    for accepted, language in (("mn-MN,en;q=0.5", "mn"), ("fa", "fa"), ("de", "en")):
        answer = await city.client.get("/?q=bold", headers={"Accept-Language": accepted})
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/{language}/?q=bold")
        assert "Accept-Language" in answer.headers["Vary"]


async def test_a_time_beside_a_provider_leads_to_booking_it(city: Api) -> None:
    home = (await city.client.get("/en")).text
    [provider, *_] = re.findall(r'href="(/en/providers/[^"#?]+)"', home)
    for shown in (home, (await city.client.get(provider)).text):
        first = re.findall(r'class="slot" href="([^"]+)"', shown)[0]
        assert "<h1>Almost done" in (await city.client.get(unescape(first))).text, "not to the times once more"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_page_names_its_language_and_the_others(city: Api, language: str) -> None:
    answer = await city.client.get(f"/{language}")
    direction = "rtl" if language == "fa" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in answer.text
    assert answer.headers["Content-Language"] == language
    listed = set(re.findall(r'rel="alternate" hreflang="([a-z-]+)"', answer.text))
    assert listed == {*LANGUAGES, "x-default"}


@pytest.mark.parametrize(
    ("language", "words", "both"),
    [
        ("en", "Nothing matches these words. Perhaps one of these:", "the style · the words"),
        ("mn", "Эдгээр үгэнд таарах зүйл алга.", "загвар · хайсан үг"),
        ("fa", "چیزی با این واژه‌ها پیدا نشد.", "سبک · واژه‌های جست‌وجو"),
    ],
)
async def test_a_search_in_vain_names_all_that_it_gave_up(city: Api, language: str, words: str, both: str) -> None:
    assert words in (await city.client.get(f"/{language}?q=zzzz&day=weekend")).text
    assert both in (await city.client.get(f"/{language}?q=zzzz&style=none")).text


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ["Fine line", "portrait"]), ("mn", ["нарийн зураас", "хөрөг"]), ("fa", ["ظریف", "پرتره"])],
)
async def test_styles_are_called_as_in_the_language_of_the_page(api: Api, language: str, words: list[str]) -> None:
    """And filter by what the provider has written. What has no meaning that search knows is shown as it is."""
    await api.open_provider(displayName="Сарнай", styles=["Fine line", "хөрөг", "Anna's"])
    await indexed(api)
    text = unescape((await api.client.get(f"/{language}")).text)
    shown = " · ".join([*words, "Anna's"])
    assert f"<bdi>{shown}</bdi>" in text
    chosen = unescape((await api.client.get(f"/{language}?style=Fine+line")).text)
    assert f"<h1>{words[0]}</h1>" in chosen
    assert "Сарнай" in chosen


async def test_a_public_page_sets_no_cookie_and_is_known_by_its_tag(city: Api) -> None:
    first = await city.client.get("/en")
    assert "set-cookie" not in first.headers
    assert first.headers["Cache-Control"] == "public, no-cache"
    again = await city.client.get("/en", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    elsewhere = await city.client.get("/mn", headers={"If-None-Match": first.headers["ETag"]})
    assert elsewhere.status_code == 200


async def test_the_policy_allows_nothing_inline(city: Api) -> None:
    answer = await city.client.get("/en")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert "img-src 'self' https://storage.test" in policy
    assert not re.search(r'\sstyle="|\son[a-z]+="|<style', answer.text)


async def test_assets_are_kept_for_ever_under_their_own_folder_only(city: Api) -> None:
    name = f"{base()}/styles.css"
    packed = await city.client.get(name, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert packed.text == assets()["styles.css"].bodies[None].decode()
    other = await city.client.get("/assets/0000000000000000/styles.css")
    assert (other.status_code, other.headers["Cache-Control"]) == (200, "no-cache")
    known = await city.client.get(name, headers={"If-None-Match": packed.headers["ETag"]})
    assert known.status_code == 304
    assert (await city.client.get(f"{base()}/app.py")).status_code == 404


async def test_the_home_screen_of_a_phone_opens_the_pages_of_the_brand(city: Api) -> None:
    found = re.findall(r'<link rel="manifest" href="([^"]+)">', (await city.client.get("/en")).text)
    answer = await city.client.get(found[0])
    assert answer.headers["Content-Type"] == "application/manifest+json"
    manifest = answer.json()
    assert (manifest["name"], manifest["display"], manifest["start_url"]) == ("Booking", "standalone", "/")
    assert (await city.client.get(manifest["icons"][0]["src"])).status_code == 200


async def test_what_sites_append_to_links_is_ignored(city: Api) -> None:
    assert (await city.client.get("/en?utm_source=x&fbclid=y&day=never&part=&sort=what")).status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_goes_wrong_is_a_page_for_browsers_and_a_problem_for_programs(city: Api, language: str) -> None:
    answer = await city.client.get(f"/{language}/nowhere", headers=HTML)
    assert answer.status_code == 404
    assert f'lang="{language}"' in answer.text
    assert 'name="robots" content="noindex"' in answer.text
    missing = await city.client.get(f"/{language}/providers/0199f3d0-6a1c-7e52-8d0f-94c1b7a3e210")
    assert (missing.status_code, missing.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    for_programs = await city.get("/no-such-resource", headers=HTML)
    assert for_programs.headers["Content-Type"] == "application/problem+json"


async def test_without_pages_the_server_is_an_api_alone() -> None:
    async with serving(BOOKING_PAGES="off") as api:
        assert (await api.client.get("/en", headers=HTML)).status_code == 404
        assert "OpenAPI" in (await api.client.get("/")).text


async def test_texts_of_people_are_shown_as_text(api: Api) -> None:
    token, provider_id = await api.open_provider()
    customer = {"Authorization": f"Bearer {await api.joined('customer')}"}
    service = {"name": "Cut", "durationMinutes": 30, "priceAmount": 100}
    of_service = f"/services/{(await api.post('/services', token, json=service)).json()['id']}"
    for payload in PAYLOADS:
        profile = {"displayName": payload, "bio": payload, "address": payload, "styles": [payload]}
        named = {"name": payload, "description": payload, "category": payload}
        assert (await api.put("/providers/me", token, json=profile)).status_code == 200
        assert (await api.patch(of_service, token, json=named)).status_code == 200
        await indexed(api)
        for path in (f"/en/providers/{provider_id}", f"/fa/providers/{provider_id}", f"/en/book/{provider_id}"):
            _assert_inert(await api.client.get(path, follow_redirects=True), payload)
        _assert_inert(await api.client.get("/en", params={"q": payload, "style": payload}), payload)
        _assert_inert(await api.client.get(f"/en/consent/{provider_id}/x", headers=customer), payload)
        of_telegram = {"first_name": payload, "hash": "x"}
        _assert_inert(await api.client.get("/en/sign-in/telegram", params=of_telegram), payload)
        api.clock.advance(timedelta(seconds=20))


SLOT = "&slot=2026-11-23T10:00:00%2B08:00"
STEPS = (("person", ""), ("time", ""), ("you", SLOT))


async def test_texts_of_salons_are_shown_as_text(api: Api) -> None:
    manager = await api.joined("manager")
    body = {"name": "Ink", "timeZone": "Asia/Ulaanbaatar"}
    salon_id = (await api.post("/salons", manager, json=body)).json()["id"]
    service = {"name": "Cut", "durationMinutes": 30, "priceAmount": 100, "salonId": salon_id}
    of_service = f"/services/{(await api.post('/services', manager, json=service)).json()['id']}"
    for payload in PAYLOADS:
        salon, named = {"name": payload, "address": payload, "city": payload}, {"name": payload, "description": payload}
        for path, change in ((f"/salons/{salon_id}", salon), (of_service, named)):
            changed = await api.patch(path, manager, json=change)
            assert changed.status_code == 200, changed.text
        shown = await api.client.get(f"/mn/salons/{salon_id}", follow_redirects=True)
        _assert_inert(shown, payload)
        steps = f"{shown.url.path}/book"
        chosen = f"?service={of_service.rpartition('/')[2]}"
        for path in (steps, *(f"{steps}/{step}{chosen}{slot}" for step, slot in STEPS)):
            _assert_inert(await api.client.get(path), payload)
        api.clock.advance(timedelta(seconds=20))


def _assert_inert(answer: httpx.Response, payload: str) -> None:
    assert answer.status_code == 200
    for data in re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.text, re.DOTALL):
        assert json.loads(data)["@context"] == "https://schema.org"
    seen = _Elements()
    seen.feed(answer.text)
    assert payload in "".join(seen.texts)
    assert seen.scripts <= {"module", "application/ld+json"}
    assert seen.handlers == set()
    assert not any(href.startswith(("javascript:", "//")) for href in seen.links)


class _Elements(HTMLParser):
    """What a browser makes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.scripts: set[str] = set()
        self.handlers: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.handlers |= {name for name in given if name.startswith("on") or name == "style"}
        self.links |= {given[name] for name in ("href", "src") if name in given}
        if tag == "script":
            self.scripts.add(given.get("type", "text/javascript"))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
