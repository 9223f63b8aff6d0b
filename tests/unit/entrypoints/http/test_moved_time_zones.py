"""A provider who moves to another time zone says what becomes of opening hours; answers name the zone of times."""

from typing import Any, Final

import pytest
from tests.unit.entrypoints.api import Api, assert_problem

from booking_domain.bookings.model import BookingMode

PATHS: Final = ("/providers/me", "/availability/settings")
HERE, THERE = "Asia/Ulaanbaatar", "Europe/Berlin"
CHRISTMAS: Final = {"date": "2026-12-24", "ranges": [{"startTime": "10:00", "endTime": "14:00"}]}
AWAY: Final = {"start": "2026-12-28T09:00:00+08:00", "end": "2026-12-28T12:00:00+08:00"}


async def calendar(api: Api, provider: str, provider_id: str) -> dict[str, Any]:
    return dict((await api.get(f"/availability/{provider_id}", provider)).json())


@pytest.mark.parametrize("path", PATHS)
async def test_a_time_zone_is_not_changed_unless_the_provider_says_what_becomes_of_the_hours(
    api: Api, path: str
) -> None:
    provider, provider_id = await api.open_provider()
    await api.post("/availability/exceptions", provider, json=CHRISTMAS)
    before = await calendar(api, provider, provider_id)
    refused = await api.put(path, provider, json={"timeZone": THERE})
    assert_problem(refused, 409, "availability.hours_in_other_zone", "/timeZone")
    assert "your opening hours (8)" in refused.json()["detail"]
    assert await calendar(api, provider, provider_id) == before
    assert (await api.put(path, provider, json={"timeZone": HERE})).is_success


@pytest.mark.parametrize("path", PATHS)
async def test_hours_keep_their_times_of_the_day_and_bookings_their_moments(api: Api, path: str) -> None:
    provider, provider_id = await api.open_provider(bookingMode=BookingMode.REQUEST)
    booking = await api.booked(await api.joined("customer"), provider_id)
    before = await calendar(api, provider, provider_id)
    moved = await api.put(path, provider, json={"timeZone": THERE, "hoursOnTimeZoneChange": "keep_clock"})
    after = await calendar(api, provider, provider_id)
    assert (moved.json()["timeZone"], after["settings"]["timeZone"]) == (THERE, THERE)
    assert after["rules"] == before["rules"]
    seen = (await api.get(f"/bookings/{booking['id']}", provider)).json()
    assert (seen["start"], seen["timeZone"]) == (booking["start"], HERE)


@pytest.mark.parametrize("path", PATHS)
async def test_the_question_shows_the_bookings_to_come_on_both_clocks(api: Api, path: str) -> None:
    provider, provider_id = await api.open_provider()
    placed = [
        await api.booked(await api.joined("customer"), provider_id, start)
        for start in ("2026-11-24T10:00:00+08:00", "2026-11-23T12:00:00+08:00")
    ]
    refused = await api.put(path, provider, json={"timeZone": THERE})
    assert_problem(refused, 409, "availability.hours_in_other_zone", "/timeZone")
    assert "Bookings to come (2)" in refused.json()["detail"]
    assert refused.json()["bookings"] == [
        {
            "reference": placed[1]["reference"],
            "before": "2026-11-23T12:00:00+08:00",
            "after": "2026-11-23T05:00:00+01:00",
        },
        {
            "reference": placed[0]["reference"],
            "before": "2026-11-24T10:00:00+08:00",
            "after": "2026-11-24T03:00:00+01:00",
        },
    ]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("language", "when"),
    [
        ("en", "Mon 23 Nov 2026, 10:00 (Ulaanbaatar; Berlin: 03:00)"),
        ("mn", "2026.11.23, даваа, 10:00 (Улаанбаатар; Берлин: 03:00)"),
        ("fa", "دوشنبه ۲ آذر ۱۴۰۵، ساعت ۱۰:۰۰ (اولان‌باتور؛ برلین: ۰۳:۰۰)"),
    ],
)
async def test_a_provider_without_hours_is_asked_about_bookings_to_come(
    api: Api, path: str, language: str, when: str
) -> None:
    provider, provider_id = await api.open_provider()
    await api.booked(await api.joined("customer"), provider_id)
    assert (await api.put("/availability/rules", provider, json={"rules": []})).is_success
    await api.patch("/users/me", provider, json={"locale": language})
    refused = await api.put(path, provider, json={"timeZone": THERE})
    assert_problem(refused, 409, "availability.bookings_in_other_zone", "/timeZone")
    assert when in refused.json()["detail"]
    assert [each["after"] for each in refused.json()["bookings"]] == ["2026-11-23T03:00:00+01:00"]
    moved = await api.put(path, provider, json={"timeZone": THERE, "hoursOnTimeZoneChange": "keep_clock"})
    assert moved.json()["timeZone"] == THERE


@pytest.mark.parametrize("path", PATHS)
async def test_hours_are_removed_with_the_old_time_zone(api: Api, path: str) -> None:
    provider, provider_id = await api.open_provider()
    await api.post("/availability/exceptions", provider, json=CHRISTMAS)
    moved = await api.put(path, provider, json={"timeZone": THERE, "hoursOnTimeZoneChange": "remove"})
    seen = await api.get(f"/availability/{provider_id}", provider)
    assert (seen.json()["rules"], seen.json()["exceptions"]) == ([], [])
    if path == "/availability/settings":
        assert moved.headers["ETag"] == seen.headers["ETag"]
    assert (await api.put(path, provider, json={"timeZone": HERE})).is_success


async def test_answers_about_exceptions_blocks_and_external_calendars_name_the_time_zone(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    feeds = {"urls": [], "whenFailing": "open"}
    written = [
        await api.post("/availability/exceptions", provider, json=CHRISTMAS),
        await api.post("/availability/blocks", provider, json=AWAY),
        await api.put("/availability/feeds", provider, json=feeds),
        await api.get("/availability/feeds", provider),
    ]
    assert [each.json()["timeZone"] for each in written] == [HERE] * 4
    seen = await calendar(api, provider, provider_id)
    assert {each["timeZone"] for name in ("exceptions", "blocks") for each in seen[name]} == {HERE}


@pytest.mark.settings(BOOKING_DIGITS="latn", BOOKING_CALENDAR="gregorian")
async def test_digits_and_calendar_of_the_region_count_for_every_language(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    await api.booked(await api.joined("customer"), provider_id)
    assert (await api.put("/availability/rules", provider, json={"rules": []})).is_success
    await api.patch("/users/me", provider, json={"locale": "fa"})
    refused = await api.put(PATHS[0], provider, json={"timeZone": THERE})
    assert "دوشنبه 23 نوامبر 2026، ساعت 10:00" in refused.json()["detail"]
