"""The figures of providers and salons on pages."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from urllib.parse import quote
from uuid import UUID

import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, serving
from tests.unit.entrypoints.http.test_managers import salon_of
from tests.unit.entrypoints.http.test_origins import item_of
from tests.unit.entrypoints.http.test_statistics import followed
from tests.unit.entrypoints.web.forms import Visitor
from tests.unit.features.bookings import EARLIER_TODAY

from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.statistics.rosters import follow_roster

PATH = "/en/account/statistics"


@pytest.fixture(scope="module")
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    async with serving() as api:
        yield api


def figures(text: str) -> dict[str, list[str]]:
    """What stands below the name of each figure."""
    found = re.findall(r"<div><dt>(.*?)</dt>(.*?)</div>", text, re.DOTALL)
    return {
        name: [unescape(re.sub(r"<[^>]*>|[\u2068\u2069]", "", each)) for each in re.findall(r"<dd.*?>(.*?)</dd>", rest)]
        for name, rest in found
    }


async def test_a_provider_sees_time_money_and_customers_beside_those_of_the_period_before(api: Api) -> None:
    owner, provider_id = await api.open_provider(displayName="Sarnai", priceAmount=5_000_000)
    customer_id = await api.consented(await api.joined("customer"), owner)
    done = await api.booked(owner, provider_id, EARLIER_TODAY, customerId=customer_id)
    assert (await api.patch(f"/bookings/{done['id']}", owner, json={"status": "completed"})).status_code == 200
    container = api.container
    await follow_roster(
        ProviderId(UUID(provider_id)), reads=container.reads(), executor=container.executor(), clock=container.clock()
    )
    await followed(api, done["id"])
    visitor = Visitor(api, owner)
    assert f'href="{PATH}"' in (await visitor.get("/en/account")).text
    shown = (await visitor.get(PATH)).text
    found = figures(shown)
    assert found["Booked hours"] == ["1 h", "for 1 appointment", "before: 0 min"]
    assert found["Revenue"][0] == "MNT 50,000"
    assert found["Still to be paid"][0] == "MNT 50,000"
    assert found["New customers"] == ["1", "Their first visit", "before: 0"]
    assert found["Missed appointments"] == ["0", "0 % of those who were due", "before: 0"]
    assert re.fullmatch(r"\d+ %", found["Utilisation"][0])
    assert shown.count("<rect ") == 2 * 30
    assert "Booked hours by day: Sun 25 Oct to Mon 23 Nov. At most 1 h." in shown
    assert '<th scope="row"><bdi>Mon 23 Nov</bdi></th><td><bdi>1 h</bdi></td>' in shown
    email = (await api.get("/users/me", owner)).json()["email"]
    api.clock.advance(timedelta(days=7))
    again = await api.post("/auth/login", json={"email": email, "password": PASSWORD})
    later = figures((await Visitor(api, again.json()["accessToken"]).get(f"{PATH}?days=7")).text)
    api.clock.advance(-timedelta(days=7))
    assert later["Booked hours"] == ["0 min", "for 0 appointments", "−100 % · before: 1 h"]
    assert later["New customers"] == ["0", "Their first visit", "−100 % · before: 1"]


async def test_periods_are_links_and_what_cannot_be_understood_counts_as_not_asked(api: Api) -> None:
    owner, _ = await api.open_provider()
    visitor = Visitor(api, owner)
    shown = (await visitor.get(f"{PATH}?days=7&until=2026-11-16")).text
    assert "Tue 10 Nov 2026\u2069 to \u2068Mon 16 Nov 2026" in shown
    for href in ("?days=7&amp;until=2026-11-09", "?until=2026-11-16", "?days=365&amp;until=2026-11-16"):
        assert f'href="{PATH}{href}"' in shown, href
    usual = (await visitor.get(PATH)).text
    assert "The next period" not in usual
    for query in ("days=8", "until=0001-01-01", "until=9999-12-31", "until=x&days=x"):
        assert "Sun 25 Oct 2026\u2069 to \u2068Mon 23 Nov 2026" in (await visitor.get(f"{PATH}?{query}")).text, query
    assert '<th scope="row"><bdi>October 2026</bdi></th>' in (await visitor.get(f"{PATH}?days=365")).text
    assert "<bdi>از پنجشنبه ۹ مهر تا شنبه ۹ آبان</bdi>" in (await visitor.get("/fa/account/statistics?days=365")).text


async def test_the_files_are_those_of_the_api_for_the_same_days(api: Api) -> None:
    owner, _ = await api.open_provider()
    visitor = Visitor(api, owner)
    shown = (await visitor.get(f"{PATH}?days=91")).text
    files = [unescape(each) for each in re.findall(r'href="(/api/v1/analytics/[^"]*)"', shown)]
    assert [each.partition("format=")[2] for each in files] == ["csv", "xlsx", ""]
    report = files.pop()
    assert report == "/api/v1/analytics/providers/me/report"
    for each in files:
        assert "from=2026-08-25&to=2026-11-23&interval=week" in each
        assert (await visitor.get(each)).headers["Content-Disposition"].startswith("attachment")


async def test_a_manager_sees_each_salon_and_nobody_elses(api: Api) -> None:
    manager, path = await salon_of(api, await api.open_provider())
    _, other = await salon_of(api, await api.open_provider())
    visitor, salon_id = Visitor(api, manager), path.rpartition("/")[2]
    led = await visitor.get(f"{PATH}?days=7")
    assert (led.status_code, led.headers["Location"]) == (303, f"{PATH}/{salon_id}?days=7")
    assert f"/api/v1/analytics/salons/{salon_id}/export?" in (await visitor.get(f"{PATH}/{salon_id}")).text
    assert 'aria-label="Salons"' not in (await visitor.get(f"{PATH}/{salon_id}")).text
    opened = await api.post("/salons", manager, json={"name": "Second", "timeZone": "Asia/Hovd"})
    assert opened.status_code == 201
    shown = (await visitor.get(f"{PATH}/{opened.json()['id']}")).text
    assert "Hovd time" in shown
    assert f'href="{PATH}/{salon_id}"' in shown
    assert (await visitor.get(f"{PATH}/{other.rpartition('/')[2]}")).status_code == 404


async def test_who_has_neither_profile_nor_salon_is_told_so_and_customers_see_none(api: Api) -> None:
    assert "You have no profile yet" in (await Visitor(api, await api.joined("provider")).get(PATH)).text
    assert "You have no salon yet" in (await Visitor(api, await api.joined("manager")).get(PATH)).text
    customer = Visitor(api, await api.joined("customer"))
    assert PATH not in (await customer.get("/en/account")).text
    assert (await customer.get(PATH)).status_code == 403


async def test_a_provider_sees_which_works_were_opened_and_led_to_bookings(api: Api) -> None:
    owner, provider_id = await api.open_provider()
    item = await item_of(api, owner)
    assert "Works and bookings" not in (await Visitor(api, owner).get(PATH)).text
    person = {"User-Agent": "Mozilla/5.0 Firefox/140.0"}
    await api.get(f"/portfolio/{item}", headers=person)
    slug = (await api.get(f"/providers/{provider_id}")).json()["slug"]
    work = f"/fa/providers/{slug}/works/{item}"
    assert (await api.client.get(work, headers=person)).status_code == 200
    assert (await api.client.get(work, headers={"User-Agent": "Googlebot/2.1"})).status_code == 200
    assert (await Visitor(api, owner).get(work)).headers["Cache-Control"] == "private, no-store"
    await api.container.usage_keeper().open()
    await api.container.usage_keeper().close()
    customer = Visitor(api, await api.joined("customer", verified=True))
    page = await customer.get(work.replace("/fa/", "/en/"))
    [step] = re.findall(r'href="(/en/book/[^"]+)"', page.text)
    times = (await customer.get(step)).headers["Location"] + "&day=2026-11-24"
    [slot, *_, other] = re.findall(r'<button [^>]*name="slot" value="([^"]+)"', (await customer.get(times)).text)
    assert f"/time?work={item}&" in times
    for came, begins, origin in ((item, slot, "portfolio"), (provider_id, other, "page")):  # the second is no work
        path = f"/en/book/{provider_id}/summary?work={came}&slot={quote(begins)}"
        placed = await customer.submit(await customer.get(path), "/summary")
        booked = (await api.get(f"/bookings/{placed.headers['Location'].rpartition('/')[2]}", owner)).json()
        assert (booked["origin"], booked.get("portfolioItemId") == item) == (origin, origin == "portfolio")
    shown = (await Visitor(api, owner).get(PATH)).text
    assert "Works and bookings" in shown
    assert "<td><bdi>2</bdi></td><td><bdi>1</bdi></td>" in shown
