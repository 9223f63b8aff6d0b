"""Where appointments are: on the page of a provider, at each step of booking, and on the page of the booking."""

import re
from html import unescape
from typing import Any, Final
from urllib.parse import quote

import httpx
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api
from tests.unit.entrypoints.http.test_venues import a_venue
from tests.unit.entrypoints.web.forms import Visitor

STUDIO_IN_FULL: Final = "Zaisan studio, Zaisan street 4"
HOME: Final = "At your home"
HOUR: Final[dict[str, Any]] = {"durationMinutes": 60, "priceAmount": 0}


async def travelling(api: Api) -> tuple[str, dict[str, str]]:
    """A provider who needs 45 minutes to a studio and 20 to homes, with a service at each place: its id by its name."""
    provider, provider_id = await api.open_provider(priceAmount=0, depositAmount=0, displayName="Sarnai")
    studio, home = await a_venue(api, provider), await a_venue(api, provider, name=HOME, address="", location=None)
    ways = [{"venueIds": [provider_id, studio["id"]], "minutes": 45}]
    done = await api.call("PUT", "/availability/settings", provider, json={"travelMinutes": 20, "ways": ways})
    assert done.is_success, done.text
    services = {}
    for name, venue_id in (("Cut", None), ("Portrait", studio["id"]), ("Henna", home["id"])):
        body = {"name": name, **HOUR} | ({} if venue_id is None else {"venueId": venue_id})
        services[name] = str((await api.post("/services", provider, json=body)).json()["id"])
    return provider_id, services


def places(page: httpx.Response) -> dict[str, str]:
    """What stands between the name and the length of each service that a page lists."""
    text = " ".join(unescape(re.sub(r"<[^>]*>", " ", page.text)).split())
    found = {name: re.search(rf"\b{name} (.*?)\b1 h", text) for name in ("Cut", "Portrait", "Henna")}
    return {name: each.group(1).strip() for name, each in found.items() if each is not None}


def free(page: httpx.Response) -> list[str]:
    return re.findall(r'aria-label="Monday 23 November, (\d\d:\d\d), free"', page.text)


def where(page: httpx.Response) -> str:
    """What stands beside "Where"; empty if nothing does."""
    found = re.search(r"<dt>Where</dt><dd>(.*?)</dd>", page.text, re.DOTALL)
    return "" if found is None else unescape(re.sub(r"<[^>]*>", " ", found.group(1))).strip()


async def test_each_service_of_a_provider_says_where_it_is(api: Api) -> None:
    provider_id, _ = await travelling(api)
    slug = (await api.get(f"/providers/{provider_id}")).json()["slug"]
    for path in (f"/en/providers/{slug}", f"/en/book/{provider_id}"):
        shown = places(await Visitor(api).get(path))
        assert shown == {"Cut": "", "Portrait": STUDIO_IN_FULL, "Henna": HOME}, path


async def test_services_at_two_places_are_not_chosen_together(api: Api) -> None:
    provider_id, services = await travelling(api)
    both = f"service={services['Portrait']}&service={services['Henna']}"
    refused = await Visitor(api).get(f"/en/book/{provider_id}/time?{both}")
    assert refused.headers["Location"].startswith(f"/en/book/{provider_id}?")
    chosen = await Visitor(api).get(refused.headers["Location"])
    assert "These services are given at different places; book them one by one." in unescape(chosen.text)


async def test_times_leave_out_the_way_and_the_booking_says_where_it_is(api: Api) -> None:
    provider_id, services = await travelling(api)
    visitor = Visitor(api)
    times = {name: f"/en/book/{provider_id}/time?service={id_}&day=2026-11-23" for name, id_ in services.items()}
    assert {name: free(await visitor.get(path))[0] for name, path in times.items()} == dict.fromkeys(services, "10:00")
    done = await visitor.book(provider_id, service=services["Portrait"])
    first = {name: free(await visitor.get(path))[0] for name, path in times.items()}
    assert first == {"Portrait": "11:00", "Cut": "12:00", "Henna": "11:30"}
    booking = await visitor.get(done.headers["Location"])
    assert where(booking).startswith(STUDIO_IN_FULL)
    assert f"query={quote(STUDIO_IN_FULL, safe='').replace('%20', '+')}" in unescape(booking.text)


async def test_the_last_step_says_where_it_is_and_a_home_has_no_map(api: Api) -> None:
    provider_id, services = await travelling(api)
    visitor = Visitor(api)
    await visitor.signed_in("+97699112299")
    summary = f"/en/book/{provider_id}/summary?slot={quote(MONDAY_AT_TEN)}&service="
    shown = {name: await visitor.get(f"{summary}{id_}") for name, id_ in services.items()}
    assert {name: where(page) for name, page in shown.items()} == {"Cut": "", "Portrait": STUDIO_IN_FULL, "Henna": HOME}
    done = await visitor.submit(shown["Henna"], "/summary")
    booking = await visitor.get(done.headers["Location"])
    assert where(booking) == HOME, "it is agreed on, and no map has it"
