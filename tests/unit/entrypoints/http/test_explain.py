"""Why a time is, or is not, offered, over HTTP."""

from typing import Any

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem


async def explained(api: Api, provider_id: str, slot: str, more: str = "", *, to: str | None = None) -> dict[str, Any]:
    slot = slot.replace("+", "%2B")
    answer = await api.get(f"/providers/{provider_id}/slots/explain?slot={slot}{more}", to)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def at(hour: int, minute: int = 0, day: str = "2026-11-24") -> str:
    return f"{day}T{hour:02d}:{minute:02d}:00+08:00"


async def test_an_offered_slot_has_no_reasons(api: Api) -> None:
    _, provider_id = await api.open_provider()
    assert await explained(api, provider_id, at(10)) == {
        "timeZone": "Asia/Ulaanbaatar",
        "slot": "2026-11-24T02:00:00Z",
        "offered": True,
        "reasons": [],
        "before": {"start": "2026-11-23T10:00:00Z", "end": "2026-11-23T11:00:00Z"},
        "after": {"start": "2026-11-24T02:30:00Z", "end": "2026-11-24T03:30:00Z"},
        "degraded": [],
    }
    await api.booked(await api.joined("customer"), provider_id, at(10))


async def test_the_provider_is_given_each_reason(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    change = {"bufferAfterMinutes": 15, "minNoticeMinutes": 120, "maxPerDay": 1, "horizonDays": 30}
    await api.put("/availability/settings", provider, json=change)
    await api.post("/availability/blocks", provider, json={"start": at(13), "end": at(14)})
    await api.post("/availability/exceptions", provider, json={"date": "2026-11-25", "closed": True})
    customer = await api.joined("customer")
    await api.booked(customer, provider_id, at(10, day="2026-11-26"))
    await api.put("/availability/settings", provider, json={"maxPerDay": None})
    hold = {"providerId": provider_id, "slot": at(16)}
    await api.post("/holds", customer, json=hold)

    async def why(slot: str) -> list[str]:
        return list((await explained(api, provider_id, slot, to=provider))["reasons"])

    assert await why(at(10, 10)) == ["off_grid"]
    assert await why(at(9)) == ["closed"]
    assert await why(at(18, 30)) == ["closed"]
    assert await why(at(12, 30)) == ["block"]
    assert await why(at(10, day="2026-11-25")) == ["exception"]
    assert await why(at(16, 30)) == ["claimed"]
    assert await why(at(15)) == ["buffer"]
    assert await why("2026-11-23T01:00:00Z") == ["closed", "notice"]
    assert await why(at(10, day="2026-11-22")) == ["notice"]
    assert await why(at(10, day="2027-01-11")) == ["horizon"]
    await api.put("/availability/settings", provider, json={"maxPerDay": 1})
    assert await why(at(14, day="2026-11-26")) == ["day_full"]
    await api.put("/availability/settings", provider, json={"maxPerDay": None, "maxPerWeek": 1})
    assert await why(at(14, day="2026-11-27")) == ["week_full"]
    await api.put("/availability/settings", provider, json={"maxPerWeek": None, "maxPerMonth": 1, "maxPerYear": 1})
    assert await why(at(14, day="2026-11-27")) == ["month_full", "year_full"]
    assert await why(at(14, day="2026-12-01")) == ["year_full"]
    await api.put("/availability/settings", provider, json={"maxPerYear": None})
    assert await why(at(14, day="2026-12-01")) == []


async def occupied(api: Api, provider: str, provider_id: str) -> dict[str, str]:
    """A start for each reason that shows what occupies the provider's time, all inside opening hours."""
    customer = await api.joined("customer")
    for change in (
        {"bufferAfterMinutes": 15},
        {"maxPerDay": 1},
    ):
        await api.put("/availability/settings", provider, json=change)
    await api.post("/availability/blocks", provider, json={"start": at(13), "end": at(14)})
    await api.booked(customer, provider_id, at(10, day="2026-11-26"))
    await api.put("/availability/settings", provider, json={"maxPerDay": None})
    assert (await api.post("/holds", customer, json={"providerId": provider_id, "slot": at(16)})).status_code == 201
    await api.put("/availability/settings", provider, json={"maxPerDay": 1})
    return {
        "block": at(12, 30, day="2026-11-24"),
        "claimed": at(16, 30),
        "buffer": at(15),
        "day_full": at(14, day="2026-11-26"),
    }


async def test_strangers_see_one_reason_for_any_occupied_time(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager = await api.joined("manager")
    salon = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})).json()["id"]
    days = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in range(7)]
    await api.put(f"/salons/{salon}/hours", manager, json={"rules": days})
    await api.post(f"/salons/{salon}/members", manager, json={"providerId": provider_id})
    admin = await api.admin()
    starts = await occupied(api, provider, provider_id)

    async def reasons(start: str, to: str | None) -> list[str]:
        return list((await explained(api, provider_id, start, to=to))["reasons"])

    strangers = (None, await api.joined("customer"), await api.joined("manager"), (await api.open_provider())[0])
    for reason, start in starts.items():
        for stranger in (*strangers, manager):  # an invitation does not open the calendar
            assert await reasons(start, stranger) == ["unavailable"], reason
    assert (await api.post(f"/salons/{salon}/members/me/accept", provider)).is_success
    for reason, start in starts.items():
        for insider in (provider, manager, admin):
            assert reason in await reasons(start, insider)
        for stranger in strangers:
            assert await reasons(start, stranger) == ["unavailable"], reason


async def test_strangers_see_reasons_of_opening_hours_and_settings(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    await api.post("/availability/blocks", provider, json={"start": at(8), "end": at(11)})
    for slot, reasons in (
        (at(9), ["closed", "unavailable"]),
        (at(9, day="2026-11-22"), ["closed", "notice"]),
        (at(10, 10), ["unavailable"]),  # the grid may show where a booking ends
        (at(11, 10), ["off_grid"]),
        (at(11), []),
    ):
        assert (await explained(api, provider_id, slot))["reasons"] == reasons


async def test_the_nearest_offered_times_are_named(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    start, end = at(0), at(0, day="2026-12-20")
    assert (await api.post("/availability/blocks", provider, json={"start": start, "end": end})).status_code == 201
    found = await explained(api, provider_id, at(10, day="2026-12-05"))
    assert found["reasons"] == ["unavailable"]
    assert found["before"]["start"] == "2026-11-23T10:00:00Z"
    assert found["after"]["start"] == "2026-12-20T02:00:00Z"
    long = await explained(api, provider_id, at(10, day="2026-12-05"), "&durationMinutes=540", to=provider)
    assert long["before"] == {"start": "2026-11-23T02:00:00Z", "end": "2026-11-23T11:00:00Z"}
    assert long["after"]["start"] == "2026-12-20T02:00:00Z"
    for far in ("1901-01-01T00:00:00Z", "2999-01-01T00:00:00Z"):
        assert (await explained(api, provider_id, far))["offered"] is False
    assert (await explained(api, provider_id, "2999-01-01T00:00:00Z")).get("after") is None
    assert (await explained(api, provider_id, "1901-01-01T00:00:00Z")).get("before") is None


async def test_an_explanation_agrees_with_booking(api: Api) -> None:
    _, provider_id = await api.open_provider()
    await api.booked(await api.joined("customer"), provider_id, at(12))
    for minutes in range(9 * 60, 20 * 60, 35):
        slot = at(*divmod(minutes, 60))
        offered = (await explained(api, provider_id, slot))["offered"]
        answer = await api.post("/holds", await api.joined("customer"), json={"providerId": provider_id, "slot": slot})
        assert (answer.status_code == 201) is offered


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("", "/query/slot"),
        ("slot=2026-11-23", "/query/slot"),
        ("slot=2026-11-23T10:00:00", "/query/slot"),
        ("slot=tomorrow-at-ten-o-clock", "/query/slot"),
        ("slot=2026-11-23T10:00:00Z&durationMinutes=0", "/query/durationMinutes"),
        ("slot=2026-11-23T10:00:00Z&durationMinutes=20161", "/query/durationMinutes"),
        ("slot=2026-11-23T10:00:00Z&other=1", "/query/other"),
    ],
)
async def test_an_error_names_the_malformed_part(api: Api, query: str, pointer: str) -> None:
    _, provider_id = await api.open_provider()
    answer = await api.get(f"/providers/{provider_id}/slots/explain?{query}")
    assert_problem(answer, 400, "validation.invalid_input", pointer)


async def test_a_provider_that_takes_no_bookings_is_not_found(api: Api) -> None:
    draft = await api.post("/providers/me", await api.joined("provider"), json={"displayName": "Draft"})
    for provider_id in (draft.json()["id"], "0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03"):
        answer = await api.get(f"/providers/{provider_id}/slots/explain?slot={MONDAY_AT_TEN}")
        assert_problem(answer, 404, "provider.not_found")
