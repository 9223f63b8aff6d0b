"""Booking in a salon: a service, a person or anybody who is free, a time."""

import re
from html import unescape

from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api
from tests.unit.entrypoints.web.forms import Visitor, code_of

PHONE = "+97699112244"
ALWAYS = {"rules": [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in range(7)]}
CUT = {"name": "Cut", "durationMinutes": 60, "priceAmount": 3_000_000}


async def salon(api: Api) -> tuple[str, str, list[str], list[str]]:
    """A salon where two people offer one service, one for more: ids of salon, service and people; their tokens."""
    manager = await api.joined("manager")
    salon_id = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})).json()["id"]
    assert (await api.put(f"/salons/{salon_id}/hours", manager, json=ALWAYS)).is_success
    service = (await api.post("/services", manager, json={**CUT, "salonId": salon_id})).json()["id"]
    people, tokens = [], []
    for name, price in (("Sarnai", 3_000_000), ("Bold", 4_000_000)):
        token, provider_id = await api.open_provider(displayName=name)
        await api.post(f"/salons/{salon_id}/members", manager, json={"providerId": provider_id})
        assert (await api.post(f"/salons/{salon_id}/members/me/accept", token)).is_success
        assert (await api.put(f"/services/{service}/offer", token, json={"priceAmount": price})).is_success
        people.append(provider_id)
        tokens.append(token)
    return salon_id, service, people, tokens


async def test_a_person_is_chosen_or_anybody_who_is_free(api: Api) -> None:
    salon_id, service, people, _ = await salon(api)
    visitor = Visitor(api)
    shown = await visitor.get((await visitor.get(f"/en/salons/{salon_id}")).headers["Location"])
    [book] = re.findall(r'href="(/en/salons/[^"]+/book)"', shown.text)
    assert "from MNT 30,000" in (await visitor.get(book)).text
    assert (await visitor.get(f"{book}/person")).headers["Location"] == f"{book}?missing=1"
    who = await visitor.get(f"{book}/person?service={service}")
    for provider_id, price in zip(people, ("MNT 30,000", "MNT 40,000"), strict=True):
        assert f'href="/en/book/{provider_id}/time?service={service}"' in who.text
        assert price in who.text
    assert "Anybody who is free" in who.text

    times = await visitor.get(f"{book}/time?service={service}")
    [link] = [each for each in re.findall(r'href="([^"]+/book/you[^"]+)"', times.text) if "23T10%3A00" in each]
    asked = await visitor.get(unescape(link))
    sent = await visitor.submit(asked, "/you", name="Bold", phone=PHONE)
    joined = await visitor.submit(sent, "/you", name="Bold", phone=PHONE, code=await code_of(api))
    first = re.findall(r"/en/book/([^/]+)/summary", joined.headers["Location"])[0]
    summary = await visitor.get(joined.headers["Location"])
    assert "Kept for you until" in summary.text
    assert ("Sarnai" if first == people[0] else "Bold") in summary.text
    assert "/en/bookings/" in (await visitor.submit(summary, "/summary")).headers["Location"]

    other = Visitor(api, await api.joined("customer", verified=True))
    held = await other.submit(await other.get(f"{book}/time?service={service}"), "/hold", slot=MONDAY_AT_TEN)
    back = await other.submit(await other.get(unescape(link)), "/hold")  # signed in another way, and back at the step
    assert "taken=1" in back.headers["Location"]
    second = re.findall(r"/en/book/([^/]+)/summary", held.headers["Location"])[0]
    assert {first, second} == set(people), "the one who is still free"
    third = Visitor(api, await api.joined("customer", verified=True))
    lost = await third.submit(await third.get(f"{book}/time?service={service}"), "/hold", slot=MONDAY_AT_TEN)
    assert "Somebody else has just taken this time." in (await third.get(lost.headers["Location"])).text


async def test_anybody_is_who_is_free_also_beside_bookings_over_each_other(api: Api) -> None:
    salon_id, service, people, [owner, _] = await salon(api)
    walk_in = {"providerId": people[0], "slot": MONDAY_AT_TEN, "serviceId": service, "walkIn": {"name": "Saraa"}}
    for more in ({}, {"overbook": {"reason": "A regular with a broken nail"}}):
        assert (await api.post("/bookings", owner, json=walk_in | more)).status_code == 201
    visitor = Visitor(api, await api.joined("customer", verified=True))
    path = (await visitor.get(f"/en/salons/{salon_id}")).headers["Location"]
    times = f"{path}/book/time?service={service}"
    held = await visitor.submit(await visitor.get(times), "/hold", slot=MONDAY_AT_TEN)
    assert f"/en/book/{people[1]}/summary" in held.headers["Location"]
    other = Visitor(api, await api.joined("customer", verified=True))
    assert f'value="{MONDAY_AT_TEN}"' not in (await other.get(times)).text
