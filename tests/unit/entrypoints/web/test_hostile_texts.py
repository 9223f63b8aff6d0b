"""What a person writes shows as text on every page: 40 texts that would be script, markup or an address elsewhere."""

from html import unescape
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import quote

import pytest
from playwright.async_api import Browser
from tests.browsing import needs_a_browser
from tests.unit.entrypoints.api import Api
from tests.unit.entrypoints.web.pages import MONDAY_EVENING, MONDAY_NOON, Look, as_who_looks, indexed, visiting
from tests.unit.features.reviews import visit

from booking_domain.shared.languages import LANGUAGES
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE

HOSTILE: Final = (
    "<script>x55()</script>",
    "<ScRiPt src=//x.test></sCrIpT>",
    "</script><script>x55()</script>",
    "<img src=x onerror=x55()>",
    "<img/src/onerror=x55()>",
    "<svg onload=x55()>",
    "<svg><script>x55()</script></svg>",
    "<body onload=x55()>",
    "<iframe src=javascript:x55()>",
    "<iframe srcdoc='<b>x55</b>'>",
    "<object data=javascript:x55()>",
    "<embed src=//x.test/x55>",
    "<a href=javascript:x55()>x</a>",
    "<base href=//x.test>",
    "<meta http-equiv=refresh content=0>",
    "<link rel=stylesheet href=//x.test>",
    "<style>*{display:none}</style>",
    "<form action=//x.test><button>",
    "<input autofocus onfocus=x55()>",
    "<details open ontoggle=x55()>",
    "<math><mi xlink:href=data:x55>",
    "<template><b>x55</b></template>",
    "</title><b>x55</b>",
    "</textarea><b>x55</b>",
    "</main></body></html>x55",
    "<!-- x55",
    "--><b>x55</b>",
    "<![CDATA[x55]]>",
    '" onmouseover="x55()',
    "' onmouseover='x55()",
    '"><b>x55</b>',
    "'><b>x55</b>",
    "` onclick=x55() `",
    "javascript:x55()",
    "data:text/html,<b>x55</b>",
    "&lt;b&gt;x55&lt;/b&gt;",
    "{{ 7 * 7 }}x55{% raw %}",
    "${x55()}%(x55)s{x55}",
    "\\u003cb\\u003ex55",
    '"},{"@type":"x55"}',
)
ALL: Final = " ".join(HOSTILE)
SHOWN: Final = """() => document.body.textContent + [...document.querySelectorAll("input")].map(each => each.value)"""
MARKED: Final = """() => [...document.querySelectorAll("*")].flatMap(each => [
    ...[...each.attributes].filter(one => one.name.startsWith("on") || /^(javascript|data):/i.test(one.value.trim())
        && ["href", "src", "action", "data"].includes(one.name)).map(one => `${each.tagName} ${one.name}`),
    ...["IFRAME", "OBJECT", "EMBED", "BASE", "MATH"].includes(each.tagName) ? [each.tagName] : [],
])"""
"""The elements and attributes that no page of ours has."""


class Skeleton(HTMLParser):
    """The tags of a page with the names of their attributes: what a text must not change."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, ...]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *[name for name, _ in attrs]))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}",))


@pytest.fixture(scope="module")
async def world(city: Api) -> tuple[str, list[Look]]:
    """The provider who may change names, and the pages that show texts: all of them are hostile."""
    api = city
    customer, owner, over = await visit(api)
    provider_id = over["providerId"]

    async def done(answer: Any) -> dict[str, Any]:
        assert answer.status_code < 300, answer.text
        return dict(answer.json())

    name = HOSTILE[0]
    await done(await api.put("/providers/me", owner, json={"displayName": name, "bio": ALL}))
    await done(await api.put("/availability/settings", owner, json={"instructions": ALL[:500]}))
    service = {"durationMinutes": 60, "priceAmount": 8_000_000, "name": name, "description": ALL, "category": name}
    service_id = (await done(await api.post("/services", owner, json=service)))["id"]
    item = {"fileIds": [await api.uploaded(owner, "portfolio")], "description": ALL[:500]}
    await done(await api.post("/portfolio", owner, json=item))
    review = await done(await api.post("/reviews", customer, json={"bookingId": over["id"], "rating": 5, "text": ALL}))
    await done(await api.post(f"/reviews/{review['id']}/reply", owner, json={"text": ALL}))
    booked = await api.booked(customer, provider_id, MONDAY_NOON, serviceIds=[service_id])
    await done(await api.post("/ideas", customer, json={"bookingId": booked["id"], "description": ALL}))
    await done(await api.patch("/users/me", customer, json={"name": name}))
    evidence = [{"text": ALL, "fileIds": [await api.uploaded(customer, "evidence")]}]
    await done(
        await api.post("/disputes", customer, json={"bookingId": over["id"], "reason": ALL, "evidence": evidence})
    )
    await api.put(f"/favourites/{provider_id}", customer)
    await indexed(api)
    slug = (await done(await api.get(f"/providers/{provider_id}")))["slug"]
    chosen = f"service={service_id}&slot={quote(MONDAY_EVENING)}"
    paths = {
        "home": f"/?q={quote(name)}",
        "provider": f"/providers/{slug}",
        "services": f"/book/{provider_id}",
        "time": f"/book/{provider_id}/time?{chosen}",
        "summary": f"/book/{provider_id}/summary?{chosen}",
        "bookings": "/bookings",
        "booking": f"/bookings/{booked['id']}",
        "move": f"/bookings/{booked['id']}/move",
        "cancel": f"/bookings/{booked['id']}/cancel",
        "over": f"/bookings/{over['id']}",
        "dispute": f"/bookings/{over['id']}/dispute",
        "account": "/account",
        "saved": "/saved",
    }
    looks = [Look(key, path, token=customer) for key, path in paths.items()]
    return owner, [*looks, Look("you", f"/book/{provider_id}/you?{chosen}")]


async def test_names_change_nothing_but_text(city: Api, world: tuple[str, list[Look]]) -> None:
    owner, looks = world
    shown = [look for look in looks if look.name in {"services", "booking", "over", "saved", "you"}]

    async def pages() -> list[str]:
        asked = [
            await city.client.get(f"/en{look.path}", headers={"Cookie": f"{ACCESS_COOKIE}={look.token}"})
            for look in shown
        ]
        assert {each.status_code for each in asked} == {200}
        return [each.text for each in asked]

    async def shows(name: str) -> bool:
        found = await pages()
        assert [Skeleton(page).tags for page in found] == plain, name
        return all(name in unescape(page) for page in found)

    async def named(name: str) -> bool:
        """Whether this may be a name; addresses may not."""
        answer = await city.put("/providers/me", owner, json={"displayName": name})
        assert answer.status_code in (200, 422), answer.text
        return answer.status_code == 200

    assert await named("Sarnai")
    plain = [Skeleton(page).tags for page in await pages()]
    taken = [name for name in HOSTILE if await named(name) and await shows(name)]
    assert len(taken) > 30


@needs_a_browser
async def test_texts_run_nothing_and_are_read_in_a_browser(
    city: Api, browser: Browser, world: tuple[str, list[Look]]
) -> None:
    owner, looks = world
    await city.put("/providers/me", owner, json={"displayName": HOSTILE[0]})
    silent: set[str] = set()
    async with visiting(browser, city) as page:
        for number, look in enumerate(looks):
            await as_who_looks(page, look)
            await page.goto(f"/{LANGUAGES[number % len(LANGUAGES)]}{look.path}")
            assert await page.evaluate(MARKED) == [], look.name
            if "x55" not in await page.evaluate(SHOWN):
                silent.add(look.name)
    assert silent == set()
