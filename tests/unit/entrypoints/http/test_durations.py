"""The lengths of appointment that a provider offers, over HTTP."""

from typing import Any, Final

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem

TERMS: Final = {"priceAmount": 8_000_000, "depositAmount": 2_000_000, "currency": "MNT"}
LONG: Final = {"minutes": 120, "priceAmount": 14_000_000, "depositAmount": 4_000_000}
MONDAY: Final = "from=2026-11-23&to=2026-11-24"


async def offering(api: Api, *durations: dict[str, Any]) -> tuple[str, str]:
    provider, provider_id = await api.open_provider(**TERMS)
    answer = await api.put("/availability/settings", provider, json={"durations": durations})
    assert answer.status_code == 200, answer.text
    return provider, provider_id


async def test_the_lengths_and_their_prices_are_public(api: Api) -> None:
    provider, provider_id = await offering(api, LONG, {"minutes": 30, "priceAmount": 5_000_000})
    short = {"minutes": 30, "priceAmount": 5_000_000, "depositAmount": TERMS["depositAmount"]}
    shown = await api.get(f"/availability/{provider_id}")
    assert shown.json()["settings"]["durations"] == [short, LONG]
    assert (await api.get(f"/providers/{provider_id}")).json()["durations"] == [short, LONG]
    changed = await api.put("/availability/settings", provider, json={"durations": [LONG]})
    assert changed.json()["durations"] == [LONG]
    assert changed.json()["slotDurationMinutes"] == 60
    assert (await api.get(f"/availability/{provider_id}")).headers["ETag"] != shown.headers["ETag"]
    unknown = {"If-Match": shown.headers["ETag"]}
    stale = await api.put("/availability/settings", provider, json={"durations": []}, headers=unknown)
    assert stale.status_code == 412
    kept = await api.put("/availability/settings", provider, json={"slotStepMinutes": 15})
    assert kept.json()["durations"] == [LONG]


async def test_a_booking_costs_what_its_length_costs(api: Api) -> None:
    _, provider_id = await offering(api, LONG)
    customer = await api.joined("customer")
    long = await api.booked(customer, provider_id, durationMinutes=120)
    assert (long["priceAmount"], long["depositAmount"]) == (14_000_000, 4_000_000)
    assert long["end"] == "2026-11-23T04:00:00Z"
    usual = await api.booked(customer, provider_id, "2026-11-23T12:00:00+08:00")
    assert (usual["priceAmount"], usual["depositAmount"]) == (8_000_000, 2_000_000)


async def test_strangers_see_and_book_offered_lengths_only(api: Api) -> None:
    provider, provider_id = await offering(api, LONG)
    customer, path = await api.joined("customer"), f"/providers/{provider_id}/slots"
    slots, why = f"{path}?{MONDAY}", f"{path}/explain?slot=2026-11-23T02:00:00Z"
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN, "durationMinutes": 1_440}
    series = {**wish, "everyWeeks": 1, "times": 2}
    wait = {"providerId": provider_id, "from": "2026-11-23", "to": "2026-11-24", "durationMinutes": 90}
    for refused in (
        await api.get(f"{slots}&durationMinutes=90"),
        await api.get(f"{slots}&durationMinutes=90", customer),
        await api.get(f"{slots}&durationMinutes=90", await api.joined("manager")),
        await api.get(f"{why}&durationMinutes=90"),
        await api.get(f"{why}&durationMinutes=90", customer),
        await api.post("/bookings", customer, json=wish),
        await api.post("/bookings/series", customer, json=series),
        await api.post("/holds", customer, json=wish),
        await api.post("/waitlist", customer, json=wait),
    ):
        assert_problem(refused, 422, "booking.duration_not_offered", refused.json()["errors"][0]["pointer"])
        assert refused.json()["errors"][0]["pointer"].endswith("/durationMinutes")
        assert "60, 120" in refused.json()["detail"]
    for minutes in (60, 120):
        for to in (None, customer, "not-a-token"):
            found = (await api.get(f"{slots}&durationMinutes={minutes}", to)).json()["slots"]
            assert found[0] == {"start": "2026-11-23T02:00:00Z", "end": f"2026-11-23T0{2 + minutes // 60}:00:00Z"}
        assert (await api.get(f"{why}&durationMinutes={minutes}")).json()["offered"] is True
    for staff in (provider, await api.admin()):
        assert (await api.get(f"{slots}&durationMinutes=90", staff)).json()["slots"][0]["end"] == "2026-11-23T03:30:00Z"
        assert (await api.get(f"{why}&durationMinutes=90", staff)).json()["offered"] is True


@pytest.mark.parametrize(
    ("durations", "status", "pointer"),
    [
        ([{"minutes": 0, "priceAmount": 0}], 400, "/durations/0/minutes"),
        ([{"minutes": 20_161, "priceAmount": 0}], 400, "/durations/0/minutes"),
        ([{"minutes": 120, "priceAmount": -1}], 400, "/durations/0/priceAmount"),
        ([{"minutes": 120}], 400, "/durations/0/priceAmount"),
        ([{**LONG, "currency": "USD"}], 400, "/durations/0/currency"),
        ([{"minutes": 61 + each, "priceAmount": 0, "depositAmount": 0} for each in range(21)], 400, "/durations"),
        (None, 400, "/durations"),
        ([LONG, LONG], 422, "/durations"),
        ([{**LONG, "minutes": 60}], 422, "/durations"),
        ([{**LONG, "depositAmount": 14_000_001}], 422, "/durations/0/depositAmount"),
        ([{"minutes": 120, "priceAmount": 1_999_999}], 422, "/durations/0/priceAmount"),
    ],
)
async def test_invalid_lengths_are_refused(api: Api, durations: Any, status: int, pointer: str) -> None:
    provider, provider_id = await offering(api, LONG)
    answer = await api.put("/availability/settings", provider, json={"durations": durations})
    code = "validation.invalid_input" if status == 400 else "validation.invalid_value"
    assert_problem(answer, status, code, pointer)
    assert (await api.get(f"/providers/{provider_id}")).json()["durations"] == [LONG]
