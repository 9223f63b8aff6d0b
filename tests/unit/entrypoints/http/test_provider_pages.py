"""`/providers/{id}/page` and `/providers/{id}/days`: a public page and a calendar view in one call each."""

from collections import Counter
from typing import Any

import pytest
from tests.unit.entrypoints.api import Api, assert_problem

FIELDS = {"languages": ["mn", "en"], "instagram": "studio.nomad"}
ACCENT = {"accent": "teal"}
MONTH = "from=2026-11-23&to=2026-12-23"


async def test_a_page_has_the_profile_the_salon_and_the_next_free_time(api: Api) -> None:
    owner, provider_id = await api.open_provider(**FIELDS, **ACCENT)
    path = f"/providers/{provider_id}"
    page = (await api.get(f"{path}/page")).json()
    slots = (await api.get(f"{path}/slots?{MONTH}")).json()["slots"]
    assert page == {
        "provider": (await api.get(path)).json(),
        "services": [],
        "portfolio": {"items": []},
        "nextFree": slots[0],
        "degraded": [],
    }
    assert {**page["provider"], **FIELDS, **ACCENT} == page["provider"]
    manager = await api.joined("manager")
    salon = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "UTC", "city": "Hovd"})).json()
    members = f"/salons/{salon['id']}/members"
    await api.post(members, manager, json={"providerId": provider_id})
    await api.post(f"{members}/me/accept", owner)
    of_member = (await api.get(f"{path}/page")).json()
    assert of_member["salon"] == {key: salon[key] for key in of_member["salon"]}
    assert of_member.get("nextFree") is None  # the salon has no hours


async def test_the_next_free_time_has_the_length_that_is_asked_for(api: Api) -> None:
    longer = {"minutes": 120, "priceAmount": 14000000, "depositAmount": 0}
    owner, provider_id = await api.open_provider()
    await api.put("/availability/settings", owner, json={"durations": [longer]})
    path = f"/providers/{provider_id}"
    page = (await api.get(f"{path}/page?durationMinutes=120")).json()
    slots = (await api.get(f"{path}/slots?durationMinutes=120&{MONTH}")).json()["slots"]
    assert page["nextFree"] == slots[0]
    assert_problem(await api.get(f"{path}/page?durationMinutes=75"), 422, "booking.duration_not_offered")


async def test_a_profile_that_is_not_public_has_no_page_and_no_days(api: Api) -> None:
    owner, provider_id = await api.open_provider()
    await api.post("/providers/me/withdraw", owner)
    for path in ("page", f"days?{MONTH}"):
        assert (await api.get(f"/providers/{provider_id}/{path}")).status_code == 404


@pytest.mark.parametrize("zone", ["Asia/Ulaanbaatar", "America/New_York", "Pacific/Kiritimati"])
async def test_days_count_the_slots_that_are_listed(api: Api, zone: str) -> None:
    owner, provider_id = await api.open_provider(timeZone=zone)
    path = f"/providers/{provider_id}"
    listed = (await api.get(f"{path}/slots?{MONTH}&timeZone={zone}")).json()["slots"]
    customer = await api.joined("customer")
    booked = await api.post("/bookings", customer, json={"providerId": provider_id, "slot": listed[3]["start"]})
    assert booked.status_code == 201
    await api.post("/availability/exceptions", owner, json={"date": "2026-11-25", "closed": True})
    listed = (await api.get(f"{path}/slots?{MONTH}&timeZone={zone}")).json()["slots"]
    counts = Counter(slot["start"][:10] for slot in listed)
    answer = (await api.get(f"{path}/days?{MONTH}")).json()
    days = answer["days"]
    assert (answer["timeZone"], answer.get("nextFrom"), len(days)) == (zone, None, 30)
    assert (days[0]["date"], days[-1]["date"]) == ("2026-11-23", "2026-12-22")
    assert {day["date"]: day["slots"] for day in days if day["slots"]} == counts
    assert {"date": "2026-11-25", "slots": 0} in days
    in_utc = (await api.get(f"{path}/slots?{MONTH}")).json()["slots"]
    firsts = [day["firstSlot"] for day in days if day["slots"]]
    assert set(firsts) <= {slot["start"] for slot in in_utc}
    assert firsts[0] == in_utc[0]["start"]


async def test_days_whose_slots_are_too_many_come_in_parts(api: Api) -> None:
    owner, provider_id = await api.open_provider()
    rules = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in range(7)]
    await api.put("/availability/rules", owner, json={"rules": rules})
    settings = {"slotStepMinutes": 5, "slotDurationMinutes": 5}
    assert (await api.put("/availability/settings", owner, json=settings)).status_code == 200
    first: str | None = "2026-11-24"
    days: list[dict[str, Any]] = []
    while first is not None:
        answer = (await api.get(f"/providers/{provider_id}/days?from={first}&to=2026-12-24")).json()
        days += answer["days"]
        first = answer.get("nextFrom")
    assert [day["slots"] for day in days] == [288] * 30


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=2026-11-23&to=2027-01-25", 422),
        ("from=2026-11-23&to=2026-11-23", 422),
        ("from=2026-11-23T00:00:00Z&to=2026-11-24", 400),
        ("from=2026-02-30&to=2026-03-02", 400),
    ],
)
async def test_windows_of_days_are_bounded(api: Api, query: str, status: int) -> None:
    _, provider_id = await api.open_provider()
    assert (await api.get(f"/providers/{provider_id}/days?{query}")).status_code == status


@pytest.mark.parametrize(
    "fields",
    [
        {"languages": ["Mongolian"]},
        {"languages": ["mn"] * 21},
        {"instagram": "@nomad"},
        {"accent": "#ff0000"},
        {"instagram": "x" * 31},
    ],
)
async def test_languages_and_names_that_cannot_be_are_refused(api: Api, fields: dict[str, object]) -> None:
    owner, _ = await api.open_provider()
    assert (await api.put("/providers/me", owner, json=fields)).status_code == 400


async def test_an_admin_corrects_languages_and_instagram(api: Api) -> None:
    _, provider_id = await api.open_provider()
    admin = await api.an_admin()
    corrected = await api.patch(f"/admin/providers/{provider_id}", admin, json=FIELDS)
    assert {**corrected.json(), **FIELDS} == corrected.json()
    emptied = await api.patch(f"/admin/providers/{provider_id}", admin, json={"languages": [], "instagram": ""})
    assert (emptied.json()["languages"], emptied.json()["instagram"]) == ([], "")
