"""What a person writes shows as text on every page: 40 texts that would be script, markup or an address elsewhere."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import quote

import pytest
from jinja2 import FunctionLoader
from markupsafe import Markup
from playwright.async_api import Browser
from tests.browsing import needs_a_browser
from tests.unit.entrypoints.api import Api
from tests.unit.entrypoints.web.forms import Visitor
from tests.unit.entrypoints.web.pages import MONDAY_EVENING, MONDAY_NOON, Look, as_who_looks, indexed, visiting
from tests.unit.features.notifications import told
from tests.unit.features.packages import sell
from tests.unit.features.reviews import visit

from booking_domain.shared.languages import LANGUAGES
from entrypoints.web.kit.environment import FOLDER, environment_of

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
KINDS: Final = (
    *("name", "service", "category", "about", "bio", "address", "instructions", "work", "review", "reply", "idea"),
    *(
        "reason",
        "evidence",
        "salon",
        "city",
        "package",
        "plan",
        "terms",
        "programme",
        "correction",
        "promotion",
        "recipient",
        "size",
        "placement",
    ),
)
"""The texts that people write; each has a mark of its own."""
PRINTED: Final = re.compile(r"\{\{ (?!ui\(|_\(|ngettext\(|super\()(.+?) \}\}")
"""What templates write; components and messages have templates of their own."""
SHOWN: Final = """() => document.body.textContent + [...document.querySelectorAll("input")].map(each => each.value)"""
MARKED: Final = """() => [...document.querySelectorAll("*")].flatMap(each => [
    ...[...each.attributes].filter(one => one.name.startsWith("on") || /^(javascript|data):/i.test(one.value.trim())
        && ["href", "src", "action", "data"].includes(one.name)).map(one => `${each.tagName} ${one.name}`),
    ...["IFRAME", "OBJECT", "EMBED", "BASE", "MATH"].includes(each.tagName) ? [each.tagName] : [],
])"""
"""The elements and attributes that no page of ours has."""


def hostile(kind: str, most: int = 0) -> str:
    """A text of this kind, as long as it may be; without `most` it is a name."""
    mark = f'"><b>x55-{kind}</b>'
    return f"{mark} {ALL}"[:most] if most else mark


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


async def done(answer: Any) -> dict[str, Any]:
    assert answer.status_code < 300, answer.text
    return dict(answer.json())


async def points(api: Api, owner: str, customer: str, provider_id: str) -> None:
    """A programme, and a correction by an admin."""
    programme = {"name": hostile("programme"), "currency": "MNT", "points": 1, "perAmount": 100, "pointValue": 5_000}
    admin = await api.an_admin()
    await done(await api.post("/loyalty/programmes", owner, json=programme))
    user_id = (await api.get("/auth/me", customer)).json()["id"]
    given = {"reason": hostile("correction", 300), "points": 40, "providerId": provider_id}
    await done(await api.post(f"/admin/users/{user_id}/loyalty-adjustments", admin, json=given))


@pytest.fixture(scope="module")
async def world(city: Api) -> tuple[str, list[Look]]:
    """The provider who may change names, and the pages that show texts: all of them are hostile."""
    api = city
    customer, owner, over = await visit(api)
    provider_id = over["providerId"]

    place = {"displayName": hostile("name"), "bio": hostile("bio", 2_000), "address": hostile("address", 200)}
    await done(await api.put("/providers/me", owner, json=place))
    await done(await api.put("/availability/settings", owner, json={"instructions": hostile("instructions", 500)}))
    service = {"durationMinutes": 60, "priceAmount": 8_000_000, "description": hostile("about", 2_000)}
    named = {"name": hostile("service"), "category": hostile("category")}
    service_id = (await done(await api.post("/services", owner, json=service | named)))["id"]
    item = {"fileIds": [await api.uploaded(owner, "portfolio")], "description": hostile("work", 500)}
    work = await done(await api.post("/portfolio", owner, json=item))
    stars = {"bookingId": over["id"], "rating": 5, "text": hostile("review", 2_000)}
    review = await done(await api.post("/reviews", customer, json=stars))
    await done(await api.post(f"/reviews/{review['id']}/reply", owner, json={"text": hostile("reply", 1_000)}))
    await done(await api.patch("/users/me", customer, json={"name": hostile("name")}))
    evidence = [{"text": hostile("evidence", 2_000), "fileIds": [await api.uploaded(customer, "evidence")]}]
    wrong = {"bookingId": over["id"], "reason": hostile("reason", 2_000), "evidence": evidence}
    await done(await api.post("/disputes", customer, json=wrong))
    spring = {"name": hostile("promotion"), "currency": "MNT", "percent": 10}
    await done(await api.post("/promotions", owner, json=spring))
    package = await sell(api, owner, customer, name=hostile("package"), transferable=True)
    bought = await done(await api.post("/packages/orders", customer, json={"offerId": package["offerId"]}))
    two = {
        "name": hostile("plan"),
        "text": hostile("terms", 1_000),
        "visits": 2,
        "priceAmount": 9_000,
        "currency": "MNT",
    }
    plans = [await done(await api.post("/plan-offers", owner, json=two)) for _ in range(2)]
    plan = await done(await api.post("/plans", customer, json={"offerId": plans[0]["id"]}))
    await points(api, owner, customer, provider_id)
    recipient = {"name": hostile("recipient")}
    wish = {"providerId": provider_id, "amount": 5_000_000, "currency": "MNT", "recipient": recipient}
    order = await done(await api.post("/gift-cards/orders", customer, json=wish))
    manager = await api.joined("manager")
    opened = {"name": hostile("salon"), "city": hostile("city"), "timeZone": "Asia/Ulaanbaatar"}
    salon = await done(await api.post("/salons", manager, json=opened))
    await api.verify_contacts()
    await done(await api.post(f"/salons/{salon['id']}/members", manager, json={"providerId": provider_id}))
    invited = Look("join-salons", "/join/salons", token=owner)
    booked = await api.booked(customer, provider_id, MONDAY_NOON, serviceIds=[service_id])
    idea = {"description": hostile("idea", 2_000), "size": hostile("size"), "placement": hostile("placement")}
    await done(await api.post("/ideas", customer, json={"bookingId": booked["id"], **idea}))
    await api.put(f"/favourites/{provider_id}", customer)
    await told(api)
    await indexed(api)
    slug = (await done(await api.get(f"/providers/{provider_id}")))["slug"]
    chosen = f"service={service_id}&slot={quote(MONDAY_EVENING)}"
    paths = {
        "home": f"/?q={quote(HOSTILE[0])}",
        "provider": f"/providers/{slug}",
        "work": f"/providers/{slug}/works/{work['id']}",
        "services": f"/book/{provider_id}",
        "time": f"/book/{provider_id}/time?{chosen}",
        "summary": f"/book/{provider_id}/summary?{chosen}&package={package['id']}",
        "bookings": "/bookings",
        "booking": f"/bookings/{booked['id']}",
        "move": f"/bookings/{booked['id']}/move",
        "cancel": f"/bookings/{booked['id']}/cancel",
        "ideas": f"/bookings/{booked['id']}/ideas",
        "over": f"/bookings/{over['id']}",
        "dispute": f"/bookings/{over['id']}/dispute",
        "account": "/account",
        "packages": "/account/packages",
        "points": "/account/points",
        "order": f"/orders/{order['id']}",
        "package-order": f"/orders/{bought['id']}",
        "package-give": f"/account/packages/{package['id']}/give",
        "package-new": f"/packages/new?offer={package['offerId']}",
        "notifications": "/notifications",
        "plans": "/plans",
        "plan": f"/plans/{plan['id']}",
        "plan-end": f"/plans/{plan['id']}/cancel",
        "plan-order": f"/orders/{plan['orderId']}",
        "plan-new": f"/plans/new?offer={plans[1]['id']}",
        "gift-cards": "/gift-cards",
        "gift-card-new": f"/gift-cards/new?provider={provider_id}",
        "consents": "/account/consents",
        "saved": "/saved",
    }
    looks = [Look(key, path, token=customer) for key, path in paths.items()]
    path = "/account/statistics"
    looks += [Look("statistics", path, token=owner), Look("figures", f"{path}/{salon['id']}", token=manager)]
    return owner, [*looks, invited, Look("you", f"/book/{provider_id}/you?{chosen}")]


async def page_of(city: Api, look: Look) -> str:
    """The page in English, as it is sent; of the summary, once an idea was typed."""
    visitor = Visitor(city, look.token)
    answer = await visitor.get(f"/en{look.path}")
    if look.name == "summary":
        answer = await visitor.submit(answer, "/summary", idea=hostile("idea", 2_000), add="pictures")
    assert answer.status_code == 200, f"{look.name}: {answer.text[:500]}"
    return answer.text


def watched(name: str, source: str) -> str:
    """A template that tells `seen` what it writes."""
    return PRINTED.sub(lambda found: f"{{{{ seen({found[1]}, {name!r}, {found[1]!r}) }}}}", source)


@contextmanager
def templates(names: dict[str, Any]) -> Iterator[dict[str, str]]:
    """The templates of English pages by name, which may be changed; `names` are what they can call in addition."""
    environment = environment_of("en")
    loader = environment.loader
    files = [path.relative_to(FOLDER) for path in FOLDER.rglob("*.html")]
    sources = {str(path): (FOLDER / path).read_text(encoding="utf-8") for path in files}

    def load(name: str) -> tuple[str, None, Callable[[], bool]]:
        source = sources[name]
        return source, None, lambda: sources[name] == source

    environment.loader = FunctionLoader(load)
    environment.globals.update(names)
    try:
        yield sources
    finally:
        environment.loader = loader
        for name in names:
            del environment.globals[name]


async def test_each_text_is_on_a_page_and_a_template_that_does_not_escape_it_is_found(
    city: Api, world: tuple[str, list[Look]]
) -> None:
    """All that templates write is watched; then each place that has written a hostile text forgets to escape it."""
    owner, looks = world
    await city.put("/providers/me", owner, json={"displayName": hostile("name")})
    holes: dict[tuple[str, str], Look] = {}
    texts: list[str] = []

    def seen(value: object, template: str, expression: str) -> object:
        if isinstance(value, str) and not isinstance(value, Markup) and "<b>x55" in value:
            holes.setdefault((template, expression), look)
            texts.append(value)
        return value

    with templates({"seen": seen}) as sources:
        written = dict(sources)
        sources.update({name: watched(name, source) for name, source in written.items()})
        for look in looks:
            await page_of(city, look)
        assert {kind for kind in KINDS if not any(f"x55-{kind}" in text for text in texts)} == set()
        sources.update(written)
        unnoticed = []
        plain = {look.name: Skeleton(await page_of(city, look)).tags for look in looks}
        for (name, expression), look in holes.items():
            sources[name] = written[name].replace(f"{{{{ {expression} }}}}", f"{{{{ ({expression}) | safe }}}}")
            if Skeleton(await page_of(city, look)).tags == plain[look.name]:
                unnoticed.append((look.name, name, expression))
            sources[name] = written[name]
    assert unnoticed == []
    assert len(holes) > 40


async def test_names_change_nothing_but_text(city: Api, world: tuple[str, list[Look]]) -> None:
    owner, looks = world
    shown = [look for look in looks if look.name in {"services", "booking", "over", "saved", "you"}]

    async def pages() -> list[str]:
        return [await page_of(city, look) for look in shown]

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
    await city.put("/providers/me", owner, json={"displayName": hostile("name")})
    silent: set[str] = set()
    async with visiting(browser, city) as page:
        for number, look in enumerate(looks):
            await as_who_looks(page, look)
            await page.goto(f"/{LANGUAGES[number % len(LANGUAGES)]}{look.path}")
            assert await page.evaluate(MARKED) == [], look.name
            if "x55" not in await page.evaluate(SHOWN):
                silent.add(look.name)
    assert silent == set()
