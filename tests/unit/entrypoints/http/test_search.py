"""Search by what, where and when: with slots, reasons and facets, and with less where nobody matches."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem
from tests.unit.entrypoints.http.test_portfolio import added
from tests.unit.entrypoints.http.test_resources import a_salon as a_salon_with_a_room
from tests.unit.entrypoints.http.test_salons import DETAILS, SALON

from booking_domain.search.free_time import QUARTERS, mask_of
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.kit.storage import present
from booking_domain.use_cases.search.check import check_entry
from booking_domain.use_cases.search.index import put_entry, refresh_entry

PLACE = {"lat": 47.92, "lon": 106.92}


async def indexed(api: Api) -> None:
    """Do what the worker does."""
    reads = api.container.reads()
    for provider_id in await reads.search.due(api.clock.now().date() + timedelta(days=1), 100):
        await refresh_entry(provider_id, reads=reads, executor=api.container.executor(), clock=api.clock)


async def a_provider(api: Api, name: str, *, rules: tuple[int, ...] = (1,), **profile: Any) -> tuple[str, str]:
    """Open a provider with hours from 9 to 17 on days, 1 being Monday."""
    token, provider_id = await api.open_provider(displayName=name, **profile)
    rules_body = {"rules": [{"day": day, "startTime": "09:00", "endTime": "17:00"} for day in rules]}
    assert (await api.put("/availability/rules", token, json=rules_body)).status_code == 200
    return token, provider_id


async def searched(api: Api, **query: Any) -> dict[str, Any]:
    await indexed(api)
    answer = await api.get("/search", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def names(api: Api, **query: Any) -> list[str]:
    return [each["displayName"] for each in (await searched(api, **query))["items"]]


async def test_a_hit_has_all_that_a_card_shows(api: Api) -> None:
    token, provider_id = await a_provider(api, "Bold", styles=["Realism"], bio="Fine lines", location=PLACE)
    service = {"name": "Small tattoo", "durationMinutes": 60, "priceAmount": 80_000}
    assert (await api.post("/services", token, json=service)).status_code == 201
    found = await searched(api, text="tattoo", lat=47.92, lon=106.93, timeZone="Asia/Ulaanbaatar")
    (hit,) = found["items"]
    assert hit["providerId"] == provider_id
    assert (hit["priceFromAmount"], hit["currency"], hit["minutes"]) == (80_000, "MNT", 60)
    assert 700 < hit["distanceMetres"] < 800
    assert len(hit["slots"]) == 3
    assert hit["slots"][0]["start"].endswith("+08:00")
    points = hit["points"]
    assert points.pop("total") == sum(points.values())
    assert (points["text"], points["reliability"]) == (300, 100)
    assert found["facets"]["styles"] == [{"value": "realism", "count": 1}]
    assert "relaxed" not in found


async def test_what_is_typed_in_another_script_is_found(api: Api) -> None:
    await a_provider(api, "Сарнай", styles=["шивээс"])
    for text in ("tattoo", "تتو", "сарнай", "Sarnai", "sarnay", "шивэс"):
        assert await names(api, text=text) == ["Сарнай"], text


async def test_only_those_with_a_slot_at_the_searched_time_are_found(api: Api) -> None:
    await a_provider(api, "Monday", rules=(1,))
    _, taken = await a_provider(api, "Taken", rules=(1,))
    await a_provider(api, "Saturday", rules=(6,))
    window = {"from": "2026-11-23T10:00:00+08:00", "to": "2026-11-23T11:00:00+08:00"}
    assert sorted(await names(api, **window)) == ["Monday", "Taken"]
    customer = await api.joined("customer", verified=True)
    await api.booked(customer, taken, MONDAY_AT_TEN)
    assert await names(api, **window) == ["Monday"]
    assert await names(api, weekends="true", timeZone="Asia/Ulaanbaatar") == ["Saturday"]
    assert sorted(await names(api, partOfDay="morning", timeZone="Asia/Ulaanbaatar")) == ["Monday", "Saturday", "Taken"]


async def test_a_hold_is_seen_although_the_entry_does_not_know_it(api: Api) -> None:
    _, provider_id = await a_provider(api, "Monday")
    window = {"from": MONDAY_AT_TEN, "to": "2026-11-23T11:00:00+08:00"}
    assert await names(api, **window) == ["Monday"]
    hold = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    customer = await api.joined("customer", verified=True)
    assert (await api.post("/holds", customer, json=hold)).status_code == 201
    found = (await api.get("/search", params=window)).json()
    assert found["relaxed"] == ["time"]


async def test_those_are_found_whose_opening_hours_contain_a_moment(api: Api) -> None:
    token, provider_id = await a_provider(api, "Monday", rules=(1,))
    await a_provider(api, "Saturday", rules=(6,))
    zone = {"timeZone": "Asia/Ulaanbaatar"}
    customer = await api.joined("customer", verified=True)
    await api.booked(customer, provider_id, MONDAY_AT_TEN)
    for open_at in (MONDAY_AT_TEN, "2026-11-23T10:00", "2026-11-23T16:59:59"):
        assert await names(api, openAt=open_at, **zone) == ["Monday"], open_at
    assert await names(api, openAt="2026-11-28T09:00", **zone) == ["Saturday"]
    for closed in ("2026-11-23T17:00", "2026-11-23T08:59"):
        assert (await searched(api, openAt=closed, **zone))["relaxed"] == ["open"], closed
    assert (await searched(api))["facets"]["open"] == 0
    exception = {"date": "2026-11-30", "closed": True}
    assert (await api.post("/availability/exceptions", token, json=exception)).is_success
    api.clock.advance(datetime.fromisoformat("2026-11-23T16:50:00+08:00") - api.clock.now())
    found = await searched(api, openAt="now")
    assert [each["displayName"] for each in found["items"]] == ["Monday"]
    assert found["facets"]["open"] == 1
    late = (await api.get("/search", params={"openAt": "2026-11-30T10:00", **zone})).json()
    assert late["relaxed"] == ["open"]


async def test_salons_services_and_works_are_found_by_opening_hours(api: Api) -> None:
    _, (token, *_) = await a_salon(api, {"name": "Bold", "styles": ["Ink"]}, name="Nomad")
    service = {"name": "Small tattoo", "durationMinutes": 60, "priceAmount": 80_000}
    assert (await api.post("/services", token, json=service)).status_code == 201
    await added(api, token)
    await indexed(api)
    for path in ("/salons/search", "/services/search", "/portfolio/search", "/providers"):
        for moment, relaxed in (("2026-11-23T10:00", None), ("2026-11-23T20:00", ["open"])):
            query = {"openAt": moment, "timeZone": "Asia/Ulaanbaatar"}
            found = (await api.get(path, params=query)).json()
            if path == "/providers":
                assert len(found["items"]) == (relaxed is None)
            else:
                assert (len(found["items"]), found.get("relaxed")) == (1, relaxed), path
                assert found["facets"]["open"] == 1 or relaxed, path


async def test_a_page_is_filled_with_others_if_those_found_have_no_slot(api: Api) -> None:
    made = [await a_provider(api, f"Bold {number}") for number in range(5)]
    window = {"from": MONDAY_AT_TEN, "to": "2026-11-23T11:00:00+08:00", "limit": 3}
    await indexed(api)
    first = (await api.get("/search", params=window)).json()
    taken = {each["providerId"] for each in first["items"][:2]}
    assert len(taken) == 2
    for provider_id in taken:
        customer = await api.joined("customer", verified=True)
        hold = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
        assert (await api.post("/holds", customer, json=hold)).status_code == 201
    page = (await api.get("/search", params=window)).json()
    assert {each["providerId"] for each in page["items"]} == {provider_id for _, provider_id in made} - taken
    assert "relaxed" not in page
    assert all(each["slots"] for each in page["items"])


async def test_many_found_in_vain_hide_nobody_who_has_a_slot(api: Api) -> None:
    made = [await a_provider(api, f"Bold {number}") for number in range(13)]
    window: dict[str, Any] = {"from": MONDAY_AT_TEN, "to": "2026-11-23T11:00:00+08:00", "limit": 1}
    await indexed(api)
    order = (await api.get("/search", params=window | {"limit": 13})).json()["items"]
    for each in order[:-1]:
        entry = present(await api.container.reads().search.get(ProviderId(UUID(each["providerId"]))))
        token = next(token for token, provider_id in made if provider_id == each["providerId"])
        closed = {"rules": [{"day": 2, "startTime": "09:00", "endTime": "17:00"}]}
        assert (await api.put("/availability/rules", token, json=closed)).status_code == 200
        assert entry.free.quarters  # the entry is late
    page = (await api.get("/search", params=window)).json()
    assert [each["providerId"] for each in page["items"]] == [order[-1]["providerId"]]
    assert "relaxed" not in page


async def test_booking_never_trusts_what_search_has_stored(api: Api) -> None:
    _, provider_id = await a_provider(api, "Bold")
    await indexed(api)
    entry = present(await api.container.reads().search.get(ProviderId(UUID(provider_id))))
    customer = await api.joined("customer", verified=True)
    for quarters in (0, (1 << QUARTERS) - 1):
        wrong = replace(entry, free=replace(entry.free, quarters=quarters))
        await api.container.executor().run(put_entry, wrong, actor=SYSTEM)
        slot = MONDAY_AT_TEN if not quarters else "2026-11-23T11:00:00+08:00"
        await api.booked(customer, provider_id, slot)
        again = await api.post("/bookings", customer, json={"providerId": provider_id, "slot": slot})
        assert again.status_code == 409
    at_night = {"from": "2026-11-23T22:00:00+08:00", "to": "2026-11-24T02:00:00+08:00"}
    found = (await api.get("/search", params=at_night)).json()
    assert found["relaxed"] == ["time"]
    closed = await api.post("/bookings", customer, json={"providerId": provider_id, "slot": at_night["from"]})
    assert closed.status_code in {409, 422}


async def test_a_search_that_finds_nobody_says_what_it_gave_up(api: Api) -> None:
    await a_provider(api, "Bold", languages=["mn"])
    found = await searched(api, text="bold", language="fa", ratingFrom=4)
    assert [each["displayName"] for each in found["items"]] == ["Bold"]
    assert found["relaxed"] == ["rating", "language"]
    assert (await searched(api, text="bold", language="mn", ratingFrom=4))["relaxed"] == ["rating"]
    assert (await searched(api, text="bold", language="fa", weekends="true"))["relaxed"] == ["time", "language"]
    assert (await searched(api, text="xyzzy", language="mn", minutes=60))["relaxed"] == ["text"]
    await a_provider(api, "Zaya", bio="Wax")
    for nonsense in ("zzzz", "ZZ", "xxxx", "qqqq", "asdfgh", "йцукен", "ضصثق", "!!!", "👍"):
        assert (await searched(api, text=nonsense))["relaxed"] == ["text"], nonsense
        assert (await api.get("/providers", params={"text": nonsense})).json()["items"] == []
    found = await searched(api, text="bold zzzz")
    assert ([each["displayName"] for each in found["items"]], found["relaxed"]) == (["Bold"], ["word"])


async def test_admins_see_what_the_check_of_search_found(api: Api) -> None:
    found = []
    for name in ("Bold", "Saraa"):
        _, provider_id = await a_provider(api, name)
        await indexed(api)
        entry = present(await api.container.reads().search.get(ProviderId(UUID(provider_id))))
        wrong = replace(entry, free=replace(entry.free, quarters=0))
        await api.container.executor().run(put_entry, wrong, actor=SYSTEM)
        reads, executor = api.container.reads(), api.container.executor()
        found.append(await check_entry(entry.provider_id, reads=reads, executor=executor, clock=api.clock))
    admin = await api.an_admin()
    page = (await api.get("/admin/search/findings", admin, params={"limit": 1})).json()
    following = {"limit": 1, "cursor": page["nextCursor"]}
    items = [*page["items"], *(await api.get("/admin/search/findings", admin, params=following)).json()["items"]]
    assert [each["id"] for each in items] == [str(present(each).id) for each in reversed(found)]
    assert [(each["kind"], each["repaired"]) for each in items] == [("missed_time", True)] * 2
    of_one = (await api.get("/admin/search/findings", admin, params={"providerId": items[0]["providerId"]})).json()
    assert of_one["items"] == items[:1]


async def test_pages_follow_one_another_without_repetition(api: Api) -> None:
    made = {(await a_provider(api, f"Bold {number}"))[1] for number in range(5)}
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    await indexed(api)
    while True:
        page = (await api.get("/search", params=query)).json()
        seen += [each["providerId"] for each in page["items"]]
        if "nextCursor" not in page:
            break
        query["cursor"] = page["nextCursor"]
        api.clock.advance(timedelta(days=1))
    assert len(seen) == 5
    assert set(seen) == made
    assert "facets" not in page


async def test_profiles_that_are_not_published_are_never_found(api: Api) -> None:
    token, _ = await a_provider(api, "Bold", styles=["realism"])
    assert await names(api) == ["Bold"]
    assert (await api.post("/providers/me/withdraw", token)).status_code == 200
    for query in ({}, {"text": "bold"}, {"styles": "realism"}):
        found = (await api.get("/search", params=query)).json()
        assert found["items"] == []
        assert found["facets"] == {
            "total": 0,
            "atLeast": False,
            "styles": [],
            "categories": [],
            "languages": [],
            "open": 0,
        }
    assert (await api.get("/search/suggestions", params={"text": "bold"})).json() == {"items": []}
    await indexed(api)
    assert await api.container.reads().search.suggest("bold", 5) == []


async def test_terms_are_suggested_while_somebody_types(api: Api) -> None:
    token, _ = await a_provider(api, "Bold Studio", styles=["Blackwork"])
    service = {"name": "Big tattoo", "durationMinutes": 60, "priceAmount": 80_000}
    assert (await api.post("/services", token, json=service)).status_code == 201
    await indexed(api)
    for text, kind, term in (
        ("bo", "provider", "Bold Studio"),
        ("BLACK", "style", "Blackwork"),
        ("tatt", "service", "Big tattoo"),
    ):
        answer = await api.get("/search/suggestions", params={"text": text})
        suggestion = {"kind": kind, "text": term, "count": 1, "atLeast": False}
        assert suggestion in answer.json()["items"], text


async def test_changes_of_texts_make_an_entry_due(api: Api) -> None:
    token, provider_id = await a_provider(api, "Bold")
    await indexed(api)
    reads = api.container.reads()
    assert await reads.search.due(api.clock.now().date(), 10) == []
    assert (await api.put("/providers/me", token, json={"bio": "Ink"})).status_code == 200
    assert await reads.search.due(api.clock.now().date(), 10) == [ProviderId(UUID(provider_id))]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"lat": 47}, "/query/lon"),
        ({"south": 1, "west": 2, "north": 3}, "/query/east"),
        ({"south": 4, "west": 2, "north": 3, "east": 3}, "/query/north"),
        ({"cursor": "AAAA"}, "/query/cursor"),
        ({"openAt": "2030-01-01T00:00:00Z"}, "/query/openAt"),
        ({"from": "2030-01-01T00:00:00Z"}, "/query/to"),
        ({"sort": "nearest"}, "/query/lat"),
        ({"sort": "cheapest"}, "/query/currency"),
    ],
)
async def test_a_query_that_makes_no_sense_is_refused(api: Api, query: dict[str, Any], pointer: str) -> None:
    answer = await api.get("/search", params=query)
    assert answer.status_code == 422, answer.text
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]


async def a_salon(api: Api, *members: dict[str, Any], **details: Any) -> tuple[str, list[str]]:
    """Open a salon with members who have hours; return their tokens too."""
    manager, tokens = await api.joined("manager"), []
    path = f"/salons/{(await api.post('/salons', manager, json={**SALON, **DETAILS, **details})).json()['id']}"
    hours = {"rules": [{"day": 1, "startTime": "09:00", "endTime": "17:00"}]}
    assert (await api.put(f"{path}/hours", manager, json=hours)).is_success
    for member in members:
        token, provider_id = await a_provider(api, **member)
        assert (await api.post(f"{path}/members", manager, json={"providerId": provider_id})).is_success
        assert (await api.post(f"{path}/members/me/accept", token)).is_success
        tokens.append(token)
    return path.removeprefix("/salons/"), tokens


async def test_salons_are_found_by_what_their_members_offer(api: Api) -> None:
    ink = {"name": "Bold", "styles": ["Tattoo"], "priceAmount": 8_000_000}
    nails = {"name": "Saraa", "styles": ["Nails"], "priceAmount": 3_000_000, "languages": ["fa"]}
    salon_id, tokens = await a_salon(api, ink, nails, name="Nomad House")
    await a_salon(api, {"name": "Anna", "styles": ["Nails"]}, name="Ordos", city="Darkhan")
    await indexed(api)
    query = {"text": "шивээс ناخن", "city": "Улаанбаатар", "timeZone": "Asia/Ulaanbaatar"}
    found = (await api.get("/salons/search", params=query)).json()
    (hit,) = found["items"]
    assert (hit["id"], hit["name"], hit["providerCount"]) == (salon_id, "Nomad House", 2)
    assert (hit["priceFromAmount"], hit["points"]["text"]) == (3_000_000, 200)
    assert hit["slots"][0]["start"].endswith("+08:00")
    assert hit["slots"][0]["providerIds"]
    assert found["facets"]["styles"] == [{"value": "nails", "count": 1}, {"value": "tattoo", "count": 1}]
    only = (await api.get("/salons/search", params={"text": "nomad", "styles": "tattoo", "language": "fa"})).json()
    assert (len(only["items"]), only["relaxed"]) == (1, ["language"])
    assert (await api.post("/providers/me/withdraw", tokens[1])).status_code == 200
    found = (await api.get("/salons/search", params=query)).json()
    assert found["relaxed"] == ["word"]
    assert {"value": "nails", "count": 1} not in found["facets"]["styles"]
    assert (await api.post("/providers/me/withdraw", tokens[0])).status_code == 200
    found = (await api.get("/salons/search", params={"text": "nomad"})).json()
    assert [each["name"] for each in found["items"]] == ["Ordos"]
    assert found["relaxed"] == ["text"]


async def test_salons_are_found_near_a_point_page_by_page(api: Api) -> None:
    for lon in (106.9311, 106.9177, 91.6419):
        await a_salon(api, {"name": "Bold"}, location={"lat": 47.9184, "lon": lon})
    await indexed(api)
    here = "/salons/search?lat=47.9184&lon=106.9177&radiusKm=5&city=ULAANBAATAR&sort=nearest"
    assert [each["distanceMetres"] for each in (await api.get(here)).json()["items"]] == [0, 998]
    first = (await api.get(f"{here}&limit=1")).json()
    rest = (await api.get(f"{here}&limit=1&cursor={first['nextCursor']}")).json()
    assert [each["distanceMetres"] for each in (*first["items"], *rest["items"])] == [0, 998]
    assert "nextCursor" not in rest
    assert_problem(await api.get("/salons/search?lat=47.9"), 422, "validation.invalid_value", "/query/lon")


async def test_services_are_found_with_their_own_price_and_slots(api: Api) -> None:
    token, provider_id = await a_provider(api, "Bold", styles=["Realism"], location=PLACE)
    other, _ = await a_provider(api, "Saraa", languages=["fa"])
    small = {"name": "Small tattoo", "category": "Ink", "durationMinutes": 60, "priceAmount": 80_000}
    made = (await api.post("/services", token, json=small)).json()
    long = {"name": "Tattoo of a day", "durationMinutes": 480, "priceAmount": 900_000}
    assert (await api.post("/services", token, json=long)).status_code == 201
    assert (await api.post("/services", token, json={**small, "name": "Tattoo care", "addOn": True})).status_code == 201
    assert (await api.post("/services", other, json={**small, "name": "Маникюр", "category": ""})).status_code == 201
    await indexed(api)
    query = {"text": "шивээс", "lat": 47.92, "lon": 106.92, "sort": "cheapest", "currency": "MNT"}
    found = (await api.get("/services/search", params=query)).json()
    assert [each["name"] for each in found["items"]] == ["Small tattoo", "Tattoo of a day"]
    hit = found["items"][0]
    assert {each: hit[each] for each in made} == made
    provider = hit["provider"]
    assert (provider["providerId"], provider["priceFromAmount"], provider["minutes"]) == (provider_id, 80_000, 60)
    assert (provider["distanceMetres"], len(provider["slots"]), provider["points"]["text"]) == (0, 3, 400)
    assert found["facets"]["categories"] == [{"value": "ink", "count": 1}]
    assert "tags" not in found["facets"]
    window = {"text": "tattoo", "from": "2026-11-23T10:00:00+08:00", "to": "2026-11-23T12:00:00+08:00"}
    timed = (await api.get("/services/search", params=window)).json()
    assert [each["name"] for each in timed["items"]] == ["Small tattoo"]
    assert (await api.patch(f"/services/{made['id']}", token, json={"active": False})).is_success
    found = (await api.get("/services/search", params=query)).json()
    assert [each["name"] for each in found["items"]] == ["Tattoo of a day"]
    assert (await api.get("/services/search", params={"language": "fa"})).json()["items"][0]["name"] == "Маникюр"


async def test_works_are_found_by_words_tags_and_what_their_provider_offers(api: Api) -> None:
    token, provider_id = await a_provider(api, "Bold", styles=["Realism"], location=PLACE)
    other, _ = await a_provider(api, "Saraa")
    bird = await added(api, token, tags=["birds"], description="A swallow in fine lines")
    cat = await added(api, token, tags=["cats"])
    plain = await added(api, other, description="Swallows")
    await indexed(api)
    for asked, expected in (
        ({}, [plain, cat, bird]),
        ({"tag": "BIRDS"}, [bird]),
        ({"text": "swalow", "styles": "realism"}, [bird]),
        ({"tag": "cats", "sort": "best"}, [cat]),
        ({"text": "cats", "lat": 47.9, "lon": 106.9}, [cat]),
    ):
        found = (await api.get("/portfolio/search", params=asked)).json()
        assert [each["id"] for each in found["items"]] == [each["id"] for each in expected], asked
    query = {"text": "swallow", "styles": "realism"}
    found = (await api.get("/portfolio/search", params=query)).json()
    (hit,) = found["items"]
    assert {each: hit[each] for each in bird} == bird
    assert (hit["provider"]["providerId"], len(hit["provider"]["slots"])) == (provider_id, 3)
    assert found["facets"]["tags"] == [{"value": "birds", "count": 1}]
    assert (await api.delete(f"/portfolio/{bird['id']}", token)).is_success
    assert bird["id"] not in (await api.get("/portfolio/search", params=query)).text
    first = (await api.get("/portfolio/search", params={"limit": 1})).json()
    rest = (await api.get("/portfolio/search", params={"limit": 1, "cursor": first["nextCursor"]})).json()
    assert [each["id"] for each in (*first["items"], *rest["items"])] == [plain["id"], cat["id"]]


async def test_nothing_of_a_suspended_provider_is_found(api: Api) -> None:
    salon_id, (token,) = await a_salon(api, {"name": "Bold", "styles": ["Realism"]}, name="Red House")
    service = {"name": "Small tattoo", "category": "Ink", "durationMinutes": 60, "priceAmount": 80_000}
    assert (await api.post("/services", token, json=service)).status_code == 201
    await added(api, token, tags=["birds"])
    await indexed(api)
    kinds = ("/search", "/salons/search", "/services/search", "/portfolio/search?sort=best", "/portfolio/search")
    assert [len((await api.get(each)).json()["items"]) for each in kinds] == [1] * 5
    assert salon_id in (await api.get("/salons/search")).text
    admin, provider_id = await api.an_admin(), (await api.get("/search")).json()["items"][0]["providerId"]
    suspend = f"/admin/providers/{provider_id}/suspend"
    assert (await api.post(suspend, admin, json={"reason": "The address is wrong."})).status_code == 200
    for refreshed in (False, True):
        for each in kinds:
            found = (await api.get(each)).json()
            assert found["items"] == [], (each, refreshed)
            facets = found.get("facets") or {}
            assert not any(facets.values()), (each, refreshed)
        assert (await api.get("/search/suggestions", params={"text": "red"})).json() == {"items": []}
        await indexed(api)


async def listed(api: Api, **query: Any) -> list[str]:
    await indexed(api)
    answer = await api.get("/providers", params=query)
    assert answer.status_code == 200, answer.text
    return [each["displayName"] for each in answer.json()["items"]]


async def test_the_list_of_providers_takes_the_criteria_of_a_search(api: Api) -> None:
    await a_provider(api, "Сарнай", styles=["шивээс"], address="Peace Avenue, Ulaanbaatar", priceAmount=8_000_000)
    await a_provider(api, "Anna", styles=["nails"], address="Darkhan", location=PLACE, priceAmount=3_000_000)
    for query, found in (
        ({"style": "nails"}, ["Anna"]),
        ({"styles": ["nails", "шивээс"], "sort": "cheapest", "currency": "MNT"}, ["Anna", "Сарнай"]),
        ({"text": "tattoo"}, ["Сарнай"]),
        ({"city": "Улаанбаатар"}, ["Сарнай"]),
        ({"city": "Darkhan", "text": "tattoo"}, []),  # nothing is given up
        ({"lat": 47.9, "lon": 106.9}, ["Anna"]),
        ({"partOfDay": "morning", "timeZone": "Asia/Ulaanbaatar", "style": "nails"}, ["Anna"]),
        ({"partOfDay": "evening", "timeZone": "Asia/Ulaanbaatar"}, []),
    ):
        assert await listed(api, **query) == found, query
    assert sorted(await listed(api)) == ["Anna", "Сарнай"]
    first = (await api.get("/providers", params={"sort": "best", "limit": 1})).json()
    assert first["nextCursor"]
    second = (await api.get("/providers", params={"sort": "best", "limit": 1, "cursor": first["nextCursor"]})).json()
    assert sorted(each["displayName"] for each in first["items"] + second["items"]) == ["Anna", "Сарнай"]


async def test_an_order_of_the_list_that_its_criteria_do_not_allow_is_refused(api: Api) -> None:
    for query, field in (
        ({"style": "nails", "sort": "registered"}, "/query/sort"),
        ({"sort": "nearest"}, "/query/lat"),
        ({"sort": "cheapest"}, "/query/currency"),
    ):
        refused = await api.get("/providers", params=query)
        assert_problem(refused, 422, "validation.invalid_value", field)


async def test_a_suspended_provider_leaves_the_list_at_once(api: Api) -> None:
    _, provider_id = await a_provider(api, "Anna", styles=["nails"])
    assert await listed(api, style="nails") == ["Anna"]
    admin = await api.an_admin()
    suspended = await api.post(
        f"/admin/providers/{provider_id}/suspend", admin, json={"reason": "The address is wrong."}
    )
    assert suspended.status_code == 200, suspended.text
    answer = await api.get("/providers", params={"style": "nails"})
    assert answer.json()["items"] == []


async def test_a_member_whose_only_room_is_taken_is_not_free(api: Api) -> None:
    _, massage, members = await a_salon_with_a_room(api)
    window = {"from": "2026-11-23T10:00:00+08:00", "to": "2026-11-23T11:00:00+08:00"}
    (_, first), (token, second) = members
    at_ten = mask_of(TimeRange.parse(window["from"], window["to"]), api.clock.now().date())

    async def is_free() -> bool:
        """Whether the entry says so, of which slots are made only if it does."""
        await indexed(api)
        entry = present(await api.container.reads().search.get(ProviderId(UUID(second))))
        return bool(entry.free.quarters & at_ten)

    assert await is_free()
    for more in ({}, {"minutes": 60}):
        assert {each["providerId"] for each in (await searched(api, **window, **more))["items"]} == {first, second}
    booking = await api.booked(await api.joined("customer"), first, serviceId=massage["id"])
    assert not await is_free()
    for more in ({}, {"minutes": 60}):
        assert (await searched(api, **window, **more)).get("relaxed") == ["time"]
    talk = {"name": "Talk", "durationMinutes": 90, "priceAmount": 0}
    without_a_room = (await api.post("/services", token, json=talk)).json()
    assert await is_free()
    assert (await api.delete(f"/services/{without_a_room['id']}", token)).is_success
    assert not await is_free()
    assert (await api.post(f"/bookings/{booking['id']}/cancel", await api.an_admin(), json={})).is_success
    assert await is_free()
