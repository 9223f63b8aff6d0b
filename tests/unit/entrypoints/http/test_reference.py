"""`/docs`: the reference as pages, by HTTP and in a browser."""

import re
from collections.abc import AsyncIterator
from html import unescape

import pytest
from tests.browsing import SCHEMES, SETTLED, VIOLATIONS, WEB, needs_a_browser
from tests.npm import require_packages
from tests.unit.entrypoints.api import Api, serving
from tests.unit.entrypoints.web.pages import browsing, visiting

from entrypoints.http.docs.reference import marked
from entrypoints.http.docs.routes import ASSETS


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    """A server without data, which the tests only read."""
    async with serving(BOOKING_PAGES="off") as api:
        yield api


async def test_every_operation_and_every_schema_is_on_a_page_and_all_links_lead_somewhere(api: Api) -> None:
    document = (await api.get("/schema")).json()
    pages = {"/docs": (await api.get("/docs")).text, "/docs/problems": (await api.get("/docs/problems")).text}
    pages |= {f"/docs/{tag['name']}": (await api.get(f"/docs/{tag['name']}")).text for tag in document["tags"]}
    ids = {path: set(re.findall(r'\sid="([^"]+)"', text)) for path, text in pages.items()}
    for item in document["paths"].values():
        for operation in item.values():
            assert operation["operationId"] in ids[f"/docs/{operation['tags'][0]}"]
    shown = {each.removeprefix("schema-") for found in ids.values() for each in found}
    used = set(re.findall(r'#/components/schemas/(\w+)"', str(document).replace("'", '"')))
    assert used - shown <= {"Problem", "ProblemCode", "InputError"}
    assert set(document["components"]["schemas"]["ProblemCode"]["enum"]) <= ids["/docs/problems"]
    for path, text in pages.items():
        assert not re.search(r'<script|\sstyle="|\son[a-z]+="', text)
        for href in set(re.findall(r'href="([^"]+)"', text)):
            page, _, fragment = unescape(href).partition("#")
            if page in pages or not page:
                assert not fragment or fragment in ids[page or path], (path, href)
            else:
                assert page.startswith(("/docs/guides/", ASSETS, "/schema")), href


async def test_an_operation_has_samples_of_a_whole_request(api: Api) -> None:
    holds = unescape((await api.get("/docs/holds")).text)
    assert "curl -X POST 'https://booking.example.com/api/v1/holds'" in holds
    assert "httpx.post(" in holds
    assert 'method: "POST"' in holds
    assert '"slot":' in holds
    assert '<a href="/docs/problems#booking.slot_taken">' in holds
    assert "Authorization" not in unescape((await api.get("/docs/search")).text)


async def test_a_search_finds_operations_by_all_words(api: Api) -> None:
    found = (await api.get("/docs", params={"q": "hold SLOT post"})).text
    assert "/docs/holds#placeHold" in found
    assert "#releaseHold" not in found
    assert "Nothing is found" in (await api.get("/docs", params={"q": "<script>alert(1)"})).text


async def test_pages_are_known_by_their_tag_and_allow_no_script(api: Api) -> None:
    first = await api.get("/docs/holds")
    assert first.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
    again = await api.get("/docs/holds", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await api.get(f"{ASSETS}/page.css")).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for hidden in ("/docs/nothing", "/docs/assets/0/page.css", "/docs/guides/operate/security.md", "/docs/guides/x"):
        assert (await api.get(hidden)).status_code == 404, hidden


async def test_the_start_page_of_an_api_alone_leads_on(api: Api) -> None:
    page = await api.get("/")
    for needed in re.findall(r'(?:href|src)="(/[^"]+)"', page.text):
        assert (await api.get(needed)).status_code == 200, needed


def test_descriptions_are_escaped() -> None:
    assert marked("<b> `a<b`\n\n- `auth.x`\n- two") == (
        "<p>&lt;b&gt; <code>a&lt;b</code></p>\n<ul><li><code>auth.x</code></li><li>two</li></ul>"
    )


@needs_a_browser
async def test_a_developer_finds_an_operation_in_a_browser(api: Api) -> None:
    require_packages(WEB)
    axe = (WEB / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    async with browsing() as browser, visiting(browser, api, reduced_motion="reduce") as page:
        await page.goto("/docs")
        await page.get_by_role("searchbox").fill("hold a slot")
        await page.get_by_role("button", name="Search").click()
        await page.get_by_role("link", name="/api/v1/holds").first.click()
        await page.get_by_text("Python").first.click()
        assert await page.get_by_text("import httpx").first.is_visible()
        await page.evaluate(f"() => {{ {axe} }}")
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            await page.evaluate(SETTLED)
            assert await page.evaluate(VIOLATIONS) == [], scheme
        await page.set_viewport_size({"width": 320, "height": 900})
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
