"""Providers, their availability, and the slots that follow."""

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem

PROFILE = {
    "displayName": "Studio Nomad",
    "bio": "Fine lines.",
    "styles": ["fine line"],
    "address": "Peace Avenue 17",
    "location": {"lat": 47.9184, "lon": 106.9177},
    "timeZone": "Asia/Ulaanbaatar",
    "bookingMode": "instant",
    "depositAmount": 2_000_000,
    "priceAmount": 8_000_000,
    "currency": "MNT",
    "cancellationPolicy": [{"hoursBefore": 48, "percent": 100}, {"hoursBefore": 24, "percent": 50}],
}
CLOCK = {"timeZone": "Asia/Ulaanbaatar"}
"""What the answers about hours and time off say of the provider's clock."""


async def test_a_profile_becomes_public_once_an_admin_approves_it(api: Api) -> None:
    provider = await api.joined("provider")
    made = (await api.post("/providers/me", provider, json=PROFILE)).json()
    assert made.items() >= {**PROFILE, "status": "draft", "version": 1}.items()
    path = f"/providers/{made['id']}"
    assert_problem(await api.get(path), 404, "provider.not_found")
    assert (await api.submit_profile(provider)).json()["status"] == "submitted"
    assert (await api.get("/providers")).json() == {"items": []}
    waiting = (await api.get("/admin/providers?status=submitted", await api.admin())).json()["items"]
    assert [each["id"] for each in waiting] == [made["id"]]
    decided = await api.patch(
        f"/admin/providers/{made['id']}/approve", await api.admin(), json={"approved": True, "note": "Welcome."}
    )
    assert (decided.json()["status"], decided.json()["reviewNote"]) == ("approved", "Welcome.")
    public = (await api.get(path)).json()
    assert "reviewNote" not in public
    assert (await api.get("/providers")).json()["items"] == [public]


async def test_the_owner_sees_what_a_profile_lacks_before_it_is_submitted(api: Api) -> None:
    provider = await api.joined("provider")
    made = (await api.post("/providers/me", provider, json=PROFILE)).json()
    seen = await api.get("/providers/me", provider)
    assert seen.json()["missing"] == ["opening_hours"]
    refused = await api.post("/providers/me/submit", provider)
    assert_problem(refused, 409, "provider.incomplete")
    assert refused.json()["missing"] == ["opening_hours"]
    await api.patch("/users/me", provider, json={"locale": "mn"})
    mongolian = await api.post("/providers/me/submit", provider)
    assert mongolian.json()["detail"] != refused.json()["detail"]
    await api.open_daily(provider)
    again = await api.get("/providers/me", provider, headers={"If-None-Match": seen.headers["ETag"]})
    assert (again.status_code, again.json()["missing"]) == (200, [])
    submitted = (await api.post("/providers/me/submit", provider)).json()
    assert (submitted["id"], submitted["status"], "missing" in submitted) == (made["id"], "submitted", False)


async def test_a_rejected_profile_tells_its_owner_why(api: Api) -> None:
    provider = await api.joined("provider")
    made = (await api.post("/providers/me", provider, json=PROFILE)).json()
    await api.submit_profile(provider)
    decision = {"approved": False, "note": "A photograph, please."}
    await api.patch(f"/admin/providers/{made['id']}/approve", await api.admin(), json=decision)
    mine = (await api.get("/providers/me", provider)).json()
    assert (mine["status"], mine["reviewNote"]) == ("rejected", "A photograph, please.")


async def test_only_admins_decide_and_only_providers_have_profiles(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    for nosy in (provider, customer):
        assert_problem(await api.get("/admin/providers", nosy), 403, "auth.not_permitted")
        decision = api.patch(f"/admin/providers/{provider_id}/approve", nosy, json={"approved": True})
        assert_problem(await decision, 403, "auth.not_permitted")
    assert_problem(await api.post("/providers/me", customer, json=PROFILE), 403, "auth.not_permitted")
    assert_problem(await api.get("/providers/me", customer), 404, "provider.profile_missing")


async def test_omitted_members_keep_their_values(api: Api) -> None:
    provider = await api.joined("provider")
    made = (await api.post("/providers/me", provider, json=PROFILE)).json()
    changed = await api.put("/providers/me", provider, json={"bio": "Cover-ups."}, headers={"If-Match": '"1"'})
    assert changed.json() == {**made, "bio": "Cover-ups.", "version": 2}
    assert changed.headers["ETag"] == '"2"'
    stale = await api.put("/providers/me", provider, json={"bio": "x"}, headers={"If-Match": '"1"'})
    assert_problem(stale, 412, "conflict.stale_version")


async def test_the_catalogue_is_read_page_by_page(api: Api) -> None:
    ids = sorted([(await api.open_provider())[1] for _ in range(3)])
    first = (await api.get("/providers?limit=2")).json()
    second = (await api.get(f"/providers?limit=2&cursor={first['nextCursor']}")).json()
    assert [each["id"] for each in first["items"] + second["items"]] == ids
    assert second.get("nextCursor") is None


async def test_omitted_settings_stay_and_null_removes_a_limit(api: Api) -> None:
    provider, provider_id = await api.open_provider(**PROFILE)
    reminders = {"reminderMinutes": [45, 1_440], "instructions": "Please eat before you come."}
    change = {"slotStepMinutes": 15, "maxPerDay": 3, "maxUpcomingPerCustomer": 4, **reminders}
    changed = await api.put("/availability/settings", provider, json=change)
    settings = changed.json()
    assert settings == {
        "timeZone": "Asia/Ulaanbaatar",
        "slotStepMinutes": 15,
        "slotDurationMinutes": 60,
        "bufferBeforeMinutes": 0,
        "bufferAfterMinutes": 0,
        "travelMinutes": 0,
        "ways": [],
        "minNoticeMinutes": 0,
        "horizonDays": 90,
        "maxPerDay": 3,
        "maxUpcomingPerCustomer": 4,
        "anchoring": "open_range",
        "clockChanges": "elapsed",
        "bookingMode": "instant",
        "requestsClaimTime": True,
        "depositAmount": 2_000_000,
        "priceAmount": 8_000_000,
        "durations": [],
        "currency": "MNT",
        "cancellationPreset": "custom",
        "cancellationPolicy": PROFILE["cancellationPolicy"],
        "lateCancellationKeepsPercent": 100,
        "noShowKeepsPercent": 100,
        "rescheduleNoticeMinutes": 0,
        "reminderMinutes": [1_440, 45],
        "instructions": "Please eat before you come.",
    }
    assert (await api.get(f"/availability/{provider_id}", provider)).json()["settings"] == settings
    assert (await api.get(f"/availability/{provider_id}")).json()["settings"] == {**settings, "instructions": ""}
    assert (await api.get("/providers/me", provider)).json()["instructions"] == "Please eat before you come."
    assert "instructions" not in (await api.get(f"/providers/{provider_id}")).json()
    again = await api.put("/availability/settings", provider, json=settings)
    assert again.json() == settings
    unlimited = await api.put("/availability/settings", provider, json={"maxPerDay": None})
    assert "maxPerDay" not in unlimited.json()


async def test_rules_and_exceptions_come_and_go(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    wish = {"day": 1, "startTime": "22:00", "endTime": "02:00", "validFrom": "2026-11-23", "everyWeeks": 2}
    rule = (await api.post("/availability", provider, json=wish)).json()
    assert rule == {**wish, "id": rule["id"]}
    ranges = [{"startTime": "20:00", "endTime": "24:00"}]
    other_hours = (
        await api.post("/availability/exceptions", provider, json={"date": "2026-12-01", "ranges": ranges})
    ).json()
    assert other_hours == {"id": other_hours["id"], "date": "2026-12-01", "ranges": ranges, **CLOCK}
    closed = (await api.post("/availability/exceptions", provider, json={"date": "2026-12-31", "closed": True})).json()
    assert closed == {"id": closed["id"], "date": "2026-12-31", "closed": True, **CLOCK}
    twice = await api.post("/availability/exceptions", provider, json={"date": "2026-12-31", "closed": True})
    assert_problem(twice, 409, "availability.date_has_exception", "/date")

    shown = (await api.get(f"/availability/{provider_id}")).json()
    assert rule in shown["rules"]
    assert shown["exceptions"] == [other_hours, closed]
    assert shown["blocks"] == []

    assert (await api.delete(f"/availability/{rule['id']}", provider)).status_code == 204
    assert (await api.delete(f"/availability/exceptions/{closed['id']}", provider)).status_code == 204
    assert_problem(await api.delete(f"/availability/{rule['id']}", provider), 404, "availability.rule_not_found")
    after = (await api.get(f"/availability/{provider_id}")).json()
    assert rule not in after["rules"]
    assert after["exceptions"] == [other_hours]


async def test_blocks_come_and_go_and_close_exactly_their_time(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    wish = {"start": "2026-11-24T11:15:00+08:00", "end": "2026-11-24T18:00:00+08:00", "note": "Dentist."}
    made = await api.post("/availability/blocks", provider, json=wish)
    block = made.json()
    assert made.status_code == 201
    assert block == {
        "id": block["id"],
        "start": "2026-11-24T03:15:00Z",
        "end": "2026-11-24T10:00:00Z",
        "note": "Dentist.",
        **CLOCK,
    }
    silent = (await api.post("/availability/blocks", provider, json={**wish, "note": None})).json()
    assert "note" not in silent
    await api.delete(f"/availability/blocks/{silent['id']}", provider)
    for insider in (provider, await api.admin()):
        assert (await api.get(f"/availability/{provider_id}", insider)).json()["blocks"] == [block]
    for outsider in (None, await api.joined("customer")):
        assert (await api.get(f"/availability/{provider_id}", outsider)).json()["blocks"] == []
    path = f"/providers/{provider_id}/slots?from=2026-11-24&to=2026-11-25"
    starts = [slot["start"] for slot in (await api.get(path)).json()["slots"]]
    assert starts == ["2026-11-24T02:00:00Z", "2026-11-24T10:00:00Z"]
    other, _ = await api.open_provider()
    for stranger in (other, await api.joined("provider")):
        answer = await api.delete(f"/availability/blocks/{block['id']}", stranger)
        assert answer.status_code == 404
    assert (await api.delete(f"/availability/blocks/{block['id']}", provider)).status_code == 204
    gone = await api.delete(f"/availability/blocks/{block['id']}", provider)
    assert_problem(gone, 404, "availability.block_not_found")
    assert len((await api.get(path)).json()["slots"]) == 17


async def test_a_block_ends_after_it_starts_and_is_a_providers_own(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    ten, eleven = "2026-11-24T10:00:00+08:00", "2026-11-24T11:00:00+08:00"
    for start, end in ((ten, ten), (eleven, ten)):
        answer = await api.post("/availability/blocks", provider, json={"start": start, "end": end})
        assert_problem(answer, 422, "validation.invalid_value", "/end")
    naive = await api.post("/availability/blocks", provider, json={"start": "2026-11-24T10:00:00", "end": eleven})
    assert_problem(naive, 400, "validation.invalid_input", "/start")
    wordy = await api.post("/availability/blocks", provider, json={"start": ten, "end": eleven, "note": "x" * 501})
    assert_problem(wordy, 400, "validation.invalid_input", "/note")
    wish = {"start": ten, "end": eleven}
    for other in (await api.joined("customer"), await api.admin()):
        assert_problem(await api.post("/availability/blocks", other, json=wish), 403, "auth.not_permitted")
    nobody = await api.post("/availability/blocks", await api.joined("provider"), json=wish)
    assert_problem(nobody, 404, "provider.not_found")
    assert (await api.get(f"/availability/{provider_id}", provider)).json()["blocks"] == []


async def test_bookings_in_a_block_stay_and_a_block_is_made_once(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    booking = await api.booked(await api.joined("customer"), provider_id)
    wish = {"start": "2026-11-23T00:00:00Z", "end": "2026-11-24T00:00:00Z"}
    made = [
        await api.post("/availability/blocks", provider, json=wish, headers={"Idempotency-Key": "off"}) for _ in "12"
    ]
    assert made[0].json() == made[1].json()
    assert (await api.get(f"/availability/{provider_id}", provider)).json()["blocks"] == [made[0].json()]
    assert await api.booking(booking["id"], provider) == booking
    refused = await api.post(
        "/bookings", await api.joined("customer"), json={"providerId": provider_id, "slot": "2026-11-23T12:00:00+08:00"}
    )
    assert_problem(refused, 422, "booking.slot_not_offered", "/slot")


async def test_hours_are_read_by_the_clock_if_the_provider_says_so(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    night = {"day": 0, "startTime": "02:30", "endTime": "04:00"}
    assert (await api.put("/availability/rules", provider, json={"rules": [night]})).status_code == 200
    zone = {"timeZone": "Europe/Berlin", "hoursOnTimeZoneChange": "keep_clock", "horizonDays": 150}
    assert (await api.put("/availability/settings", provider, json=zone)).status_code == 200
    path = f"/providers/{provider_id}/slots?from=2027-03-28&to=2027-03-29"
    for clocks, starts in (("elapsed", []), ("both", ["2027-03-28T01:00:00Z"])):  # 03:00, when clocks have changed
        changed = await api.put("/availability/settings", provider, json={"clockChanges": clocks})
        assert changed.json()["clockChanges"] == clocks
        assert [slot["start"] for slot in (await api.get(path)).json()["slots"]] == starts


async def test_a_week_has_a_limit_and_steps_may_be_counted_from_the_last_appointment(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    change = {"maxPerWeek": 2, "anchoring": "after_claim", "slotDurationMinutes": 50, "requestsClaimTime": False}
    settings = (await api.put("/availability/settings", provider, json=change)).json()
    assert {name: settings[name] for name in change} == change
    assert (await api.get(f"/availability/{provider_id}")).json()["settings"] == settings
    assert (await api.put("/availability/settings", provider, json={"slotStepMinutes": 30})).json() == settings
    customer = await api.joined("customer")
    await api.booked(customer, provider_id, "2026-11-23T10:00:00+08:00")
    path = f"/providers/{provider_id}/slots?from=2026-11-23&to=2026-12-01"
    starts = [slot["start"] for slot in (await api.get(path)).json()["slots"]]
    assert starts[0] == "2026-11-23T02:50:00Z"
    await api.booked(customer, provider_id, "2026-11-29T10:00:00+08:00")
    starts = [slot["start"] for slot in (await api.get(path)).json()["slots"]]
    assert starts[0] == "2026-11-30T02:00:00Z"
    unlimited = (await api.put("/availability/settings", provider, json={"maxPerWeek": None})).json()
    assert "maxPerWeek" not in unlimited
    for wrong in (
        {"maxPerWeek": 0},
        {"maxPerMonth": 0},
        {"maxPerYear": 527_041},
        {"anchoring": "sideways"},
        {"clockChanges": "third"},
        {"requestsClaimTime": None},
    ):
        [name] = wrong
        answer = await api.put("/availability/settings", provider, json=wrong)
        assert_problem(answer, 400, "validation.invalid_input", f"/{name}")


async def test_a_provider_chooses_a_payment_gateway_and_an_admin_corrects_it(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer, admin = await api.joined("customer"), await api.admin()
    chosen = await api.put("/availability/settings", provider, json={"paymentGateway": "qpay"})
    assert chosen.json()["paymentGateway"] == "qpay"
    shown = f"/admin/providers/{provider_id}"
    assert (await api.get(shown, admin)).json()["paymentGateway"] == "qpay"
    assert "paymentGateway" not in (await api.get(f"/providers/{provider_id}", customer)).json()
    for path, who, change in (("/availability/settings", provider, api.put), (shown, admin, api.patch)):
        assert_problem(
            await change(path, who, json={"paymentGateway": "shells"}),
            422,
            "validation.invalid_value",
            "/paymentGateway",
        )
    corrected = await api.patch(shown, admin, json={"paymentGateway": None, "depositMode": "authorised"})
    assert (corrected.json().get("paymentGateway"), corrected.json()["depositMode"]) == (None, "authorised")
    assert (await api.get("/providers/me", provider)).json()["depositMode"] == "authorised"
    assert (await api.patch(shown, admin, json={"depositMode": None})).json().get("depositMode") is None


async def test_only_owner_and_admins_read_the_availability_of_a_draft(api: Api) -> None:
    provider = await api.joined("provider")
    made = (await api.post("/providers/me", provider, json=PROFILE)).json()
    path = f"/availability/{made['id']}"
    for insider in (provider, await api.admin()):
        assert (await api.get(path, insider)).status_code == 200
    for outsider in (None, await api.joined("customer")):
        assert_problem(await api.get(path, outsider), 404, "provider.not_found")
    assert_problem(await api.get(path, "not a token"), 401, "auth.invalid_token")


@pytest.mark.parametrize(
    ("window", "first", "last"),
    [
        ("from=2026-11-23&to=2026-11-24", "2026-11-23T02:00:00Z", "2026-11-23T10:00:00Z"),
        ("from=2026-11-24&to=2026-11-26", "2026-11-24T02:00:00Z", "2026-11-25T10:00:00Z"),
        ("from=2026-11-23T03:00:00Z&to=2026-11-23T04:00:00Z", "2026-11-23T03:00:00Z", "2026-11-23T03:30:00Z"),
        ("from=2026-11-23T11:00:00+08:00&to=2026-11-23T12:00:00%2B08:00", "2026-11-23T03:00:00Z", None),
        ("from=2026-11-23&to=2027-01-24", "2026-11-23T02:00:00Z", "2027-01-23T10:00:00Z"),
    ],
)
async def test_slots_are_those_of_the_window_on_the_providers_clock(
    api: Api, window: str, first: str, last: str | None
) -> None:
    _, provider_id = await api.open_provider()
    slots = (await api.get(f"/providers/{provider_id}/slots?{window}")).json()["slots"]
    assert slots[0]["start"] == first
    assert last is None or slots[-1]["start"] == last


async def test_slots_are_returned_in_the_requested_time_zone(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    durations = [{"minutes": 120, "priceAmount": 0, "depositAmount": 0}]
    await api.put("/availability/settings", provider, json={"durations": durations})
    path = f"/providers/{provider_id}/slots?from=2026-11-23&to=2026-11-24"
    found = (await api.get(f"{path}&timeZone=Europe/Paris&durationMinutes=120")).json()
    assert found["timeZone"] == "Europe/Paris"
    assert found["slots"][0] == {"start": "2026-11-23T03:00:00+01:00", "end": "2026-11-23T05:00:00+01:00"}
    assert found["degraded"] == []
    assert_problem(await api.get(f"{path}&timeZone=Mars"), 422, "validation.invalid_value", "/query/timeZone")


@pytest.mark.parametrize(
    "window",
    [
        "from=2026-11-24&to=2026-11-24",
        "from=2026-11-24&to=2026-11-23",
        "from=2026-11-23&to=2027-01-25",
        "from=2026-11-23T00:00:00Z&to=2027-01-24T00:00:01Z",
        "from=2026-11-23&to=2999-01-24",
    ],
)
async def test_a_window_is_at_most_62_days_and_not_empty(api: Api, window: str) -> None:
    _, provider_id = await api.open_provider()
    answer = await api.get(f"/providers/{provider_id}/slots?{window}")
    assert_problem(answer, 422, "scheduling.window_invalid", "/query/to")


async def test_a_window_of_62_days_may_contain_an_extra_hour(api: Api) -> None:
    _, provider_id = await api.open_provider(timeZone="Europe/Paris")
    answer = await api.get(f"/providers/{provider_id}/slots?from=2026-10-01&to=2026-12-02")
    assert answer.status_code == 200


async def test_a_provider_who_is_not_approved_has_no_slots(api: Api) -> None:
    provider = await api.joined("provider")
    made = (await api.post("/providers/me", provider, json=PROFILE)).json()
    answer = await api.get(f"/providers/{made['id']}/slots?from=2026-11-23&to=2026-11-24")
    assert_problem(answer, 404, "provider.not_found")


@pytest.mark.parametrize(
    ("terms", "pointer"),
    [
        ({"currency": "EUR", "depositAmount": 100, "priceAmount": 200}, "/currency"),
        ({"priceAmount": 8000050}, "/priceAmount"),
        ({"depositAmount": 2000001, "priceAmount": 8000000}, "/depositAmount"),
        ({"priceAmount": 100_000_000_000_000}, "/priceAmount"),
    ],
)
async def test_terms_that_the_gateway_cannot_charge_are_refused(
    api: Api, terms: dict[str, object], pointer: str
) -> None:
    provider, provider_id = await api.open_provider()
    for path in ("/providers/me", "/availability/settings"):
        assert_problem(await api.put(path, provider, json=terms), 422, "validation.invalid_value", pointer)
    made = await api.post("/providers/me", await api.joined("provider"), json={"displayName": "New", **terms})
    assert_problem(made, 422, "validation.invalid_value", pointer)
    assert (await api.get(f"/providers/{provider_id}")).json()["currency"] == "MNT"


async def test_a_raised_deposit_that_the_gateway_cannot_charge_is_refused(api: Api) -> None:
    _, provider_id = await api.open_provider(depositAmount=2000000, priceAmount=8000000)
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN, "depositAmount": 2000050}
    refused = await api.post("/bookings", await api.joined("customer"), json=wish)
    assert_problem(refused, 422, "validation.invalid_value", "/depositAmount")
    await api.booked(await api.joined("customer"), provider_id, depositAmount=2000100)
