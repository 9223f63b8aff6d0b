"""What search engines read: public pages in every language, and never what is not public."""

import re

import pytest
from tests.unit.entrypoints.api import Api

from booking_domain.shared.languages import LANGUAGES
from entrypoints.web.sitemap import routes

SITE = "https://booking.test"
pytestmark = pytest.mark.settings(BOOKING_PUBLIC_URL=SITE)


async def listed(api: Api) -> set[str]:
    """The addresses of all parts."""
    index = await api.client.get("/sitemap.xml")
    assert index.status_code == 200
    found: set[str] = set()
    for part in re.findall("<loc>(.*?)</loc>", index.text):
        assert part.startswith(f"{SITE}/")
        shown = await api.client.get(part.removeprefix(SITE).replace("&amp;", "&"))
        found |= {each.removeprefix(SITE) for each in re.findall("<loc>(.*?)</loc>", shown.text)}
    return found


async def test_only_what_is_public_is_listed(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "_IN_A_PART", 2)
    admin, manager = await api.admin(), await api.joined("manager")
    tokens, shown = [], []
    for number in range(5):
        token, provider_id = await api.open_provider(displayName=f"Studio <{number}>")
        tokens.append(token)
        shown.append(provider_id)
    draft = await api.joined("provider")
    await api.post("/providers/me", draft, json={"displayName": "Draft"})
    waiting = await api.joined("provider")
    await api.post("/providers/me", waiting, json={"displayName": "Waiting"})
    assert (await api.submit_profile(waiting)).status_code == 200
    suspended = await api.post(f"/admin/providers/{shown[0]}/suspend", admin, json={"reason": "No licence."})
    assert suspended.status_code == 200, suspended.text
    assert (await api.post("/providers/me/withdraw", tokens[1])).status_code == 200
    salons = []
    for name in ("Empty", "Full"):
        body = {"name": name, "timeZone": "Asia/Ulaanbaatar"}
        salons.append((await api.post("/salons", manager, json=body)).json())
    await api.verify_contacts()
    for salon, provider in ((salons[1], 2), (salons[0], 1)):
        invited = await api.post(f"/salons/{salon['id']}/members", manager, json={"providerId": shown[provider]})
        if invited.status_code == 201:
            await api.post(f"/salons/{salon['id']}/members/me/accept", tokens[provider])
    public = [f"/providers/{(await api.get(f'/providers/{each}')).json()['slug']}" for each in shown[2:]]
    works = []
    for token, slug in zip(tokens[2:], public, strict=True):
        item = {"fileIds": [await api.uploaded(token, "portfolio")], "description": "A koi"}
        added = await api.post("/portfolio", token, json=item)
        assert added.status_code == 201, added.text
        works.append(f"{slug}/works/{added.json()['id']}")
    removed = works.pop().rpartition("/")[2]
    assert (await api.delete(f"/portfolio/{removed}", tokens[4])).status_code == 204
    wanted = ["/", *public, *works, f"/salons/{salons[1]['slug']}"]
    assert await listed(api) == {f"/{language}{path}" for language in LANGUAGES for path in wanted}
    for path in wanted[1:]:
        assert (await api.client.get(f"/mn{path}")).status_code == 200


async def test_a_page_is_listed_with_its_languages_and_known_by_its_tag(api: Api) -> None:
    await api.open_provider(displayName="Sarnai")
    part = await api.client.get("/sitemap/providers.xml")
    assert len(re.findall('hreflang="(?:en|mn|fa|x-default)"', part.text)) == 4 * len(LANGUAGES)
    for path in ("/sitemap.xml", "/sitemap/providers.xml", "/robots.txt"):
        first = await api.client.get(path)
        assert "set-cookie" not in first.headers
        again = await api.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    for nothing in ("/sitemap/accounts.xml", "/sitemap/providers"):
        assert (await api.client.get(nothing)).status_code == 404
    robots = (await api.client.get("/robots.txt")).text
    assert f"Sitemap: {SITE}/sitemap.xml" in robots
    assert "Disallow: /fa/bookings" in robots
    assert "Disallow: /en/providers" not in robots
    closed = [each.removeprefix("Disallow: ") for each in robots.splitlines() if each.startswith("Disallow: ")]

    def may_be_read(path: str) -> bool:
        patterns = (re.escape(each).replace(r"\*", ".*").replace(r"\$", "$") for each in closed)
        return not any(re.match(each, path) for each in patterns)

    for first_step in ("/en/book/0199", "/en/book/0199/time?service=1", "/fa/salons/nomad/book/time?service=1"):
        assert may_be_read(first_step)
    for later in (
        "/en/book/0199/time?day=2026-11-23",
        "/mn/book/0199/you?slot=1",
        "/en/bookings/1",
        "/en/b",
        "/en/orders/1",
    ):
        assert not may_be_read(later)
