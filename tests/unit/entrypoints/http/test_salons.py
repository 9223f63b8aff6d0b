"""`/salons`: hours, members, and the slots of all of them."""

from uuid import UUID

import pytest
from tests.unit.entrypoints.api import Api, assert_problem

from booking_domain.shared.slugs import slug_of

SALON = {"name": "Nomad House", "timeZone": "Asia/Ulaanbaatar"}
NO_DETAILS = {"address": "", "city": "", "phone": "", "email": "", "instructions": "", "photos": []}
DETAILS = {
    "address": "Peace Avenue 17",
    "city": "Ulaanbaatar",
    "location": {"lat": 47.9184, "lon": 106.9177},
    "phone": "+97699112233",
    "email": "hello@nomad.mn",
    "instructions": "The entrance is in the yard.",
}
NOON_TO_TWO = {"day": 1, "startTime": "12:00", "endTime": "14:00"}
HOURS = {
    "rules": [{**NOON_TO_TWO, "everyWeeks": 1}],
    "exceptions": [
        {"date": "2026-12-31", "ranges": [{"startTime": "10:00", "endTime": "24:00"}]},
        {"date": "2027-01-01", "closed": True},
    ],
}
MONDAY = "from=2026-11-23&to=2026-11-24"


async def opened(api: Api, **hours: object) -> tuple[str, str]:
    """The manager's token and the path of a salon."""
    manager = await api.joined("manager")
    path = f"/salons/{(await api.post('/salons', manager, json=SALON)).json()['id']}"
    if hours:
        assert (await api.put(f"{path}/hours", manager, json=hours)).status_code == 200
    return manager, path


async def test_a_salon_is_opened_seen_by_anybody_and_changed_by_its_manager(api: Api) -> None:
    manager = await api.joined("manager")
    answer = await api.post("/salons", manager, json=SALON)
    salon = answer.json()
    assert (answer.status_code, salon) == (
        201,
        {
            **SALON,
            **NO_DETAILS,
            "id": salon["id"],
            "slug": slug_of(SALON["name"], UUID(salon["id"])),
            "managerId": salon["managerId"],
            "version": 1,
            "createdAt": "2026-11-23T00:00:00Z",
        },
    )
    assert (await api.get("/auth/me", manager)).json()["id"] == salon["managerId"]
    path = f"/salons/{salon['id']}"
    seen = await api.get(path)
    assert (seen.json(), seen.headers["ETag"]) == (salon, '"1"')
    changed = await api.patch(path, manager, json={"name": "Ordos"}, headers={"If-Match": '"1"'})
    renamed = {**salon, "name": "Ordos", "slug": slug_of("Ordos", UUID(salon["id"])), "version": 2}
    assert (changed.json(), changed.headers["ETag"]) == (renamed, '"2"')
    stale = await api.patch(path, manager, json={"name": "x"}, headers={"If-Match": '"1"'})
    assert_problem(stale, 412, "conflict.stale_version")
    assert stale.json()["currentVersion"] == 2
    assert (await api.get(path)).json() == changed.json()


async def test_opening_a_salon_twice_under_one_key_opens_one(api: Api) -> None:
    manager = await api.joined("manager")
    key = {"Idempotency-Key": "open-it"}
    answers = [await api.post("/salons", manager, json=SALON, headers=key) for _ in range(2)]
    assert answers[0].content == answers[1].content


async def test_hours_are_set_whole_and_seen_by_anybody(api: Api) -> None:
    manager, path = await opened(api)
    nothing = await api.get(f"{path}/hours")
    assert nothing.json() == {"timeZone": "Asia/Ulaanbaatar", "rules": [], "exceptions": []}
    answer = await api.put(f"{path}/hours", manager, json=HOURS, headers={"If-Match": nothing.headers["ETag"]})
    assert answer.json() == {"timeZone": "Asia/Ulaanbaatar", **HOURS}
    seen = await api.get(f"{path}/hours")
    assert (seen.json(), seen.headers["ETag"]) == (answer.json(), '"2"')
    stale = await api.put(f"{path}/hours", manager, json=HOURS, headers={"If-Match": '"1"'})
    assert_problem(stale, 412, "conflict.stale_version")
    rule = {**NOON_TO_TWO, "validFrom": "2026-11-23", "validUntil": "2026-12-31", "everyWeeks": 2}
    again = await api.put(f"{path}/hours", manager, json={"rules": [rule]})
    assert again.json() == {"timeZone": "Asia/Ulaanbaatar", "rules": [rule], "exceptions": []}


@pytest.mark.parametrize(
    ("hours", "status", "pointer"),
    [
        ({"rules": [{**NOON_TO_TWO, "day": 7}]}, 400, "/rules/0/day"),
        ({"rules": [{**NOON_TO_TWO, "everyWeeks": 2}]}, 422, "/rules/0/validFrom"),
        ({"rules": [NOON_TO_TWO] * 101}, 400, "/rules"),
        ({"rules": [NOON_TO_TWO, {**NOON_TO_TWO, "startTime": "13:00"}]}, 422, "/rules/1/startTime"),
        ({"rules": [], "exceptions": [{"date": "2026-12-31", "closed": True}] * 2}, 422, "/exceptions"),
        ({"rules": [], "exceptions": [{"date": "2026-12-31"}]}, 422, "/exceptions/0/ranges"),
        ({"exceptions": []}, 400, "/rules"),
    ],
)
async def test_hours_that_cannot_be_are_refused(api: Api, hours: dict[str, object], status: int, pointer: str) -> None:
    manager, path = await opened(api)
    code = "validation.invalid_input" if status == 400 else "validation.invalid_value"
    assert_problem(await api.put(f"{path}/hours", manager, json=hours), status, code, pointer)


async def test_a_provider_becomes_a_member_by_consent_and_leaves(api: Api) -> None:
    manager, path = await opened(api, **HOURS)
    provider, provider_id = await api.open_provider()
    everything = (await api.get(f"/providers/{provider_id}/slots?{MONDAY}")).json()["slots"]
    invited = await api.post(f"{path}/members", manager, json={"providerId": provider_id})
    assert (invited.status_code, invited.json()) == (201, {"providerId": provider_id, "status": "invited"})
    name = {"displayName": (await api.get("/providers/me", provider)).json()["displayName"]}
    for who, sees in ((manager, True), (provider, True), (await api.joined("provider"), False), (None, False)):
        members = (await api.get(f"{path}/members", who)).json()
        assert members == {"items": [invited.json() | name] if sees else []}
    assert (await api.get(f"/providers/{provider_id}/slots?{MONDAY}")).json()["slots"] == everything
    member = await api.post(f"{path}/members/me/accept", provider)
    assert (member.status_code, member.json()) == (200, {"providerId": provider_id, "status": "member"})
    assert (await api.get(f"{path}/members")).json() == {"items": [member.json() | name]}
    slots = (await api.get(f"/providers/{provider_id}/slots?{MONDAY}")).json()["slots"]
    assert [slot["start"][11:16] for slot in slots] == ["04:00", "04:30", "05:00"]
    why = (await api.get(f"/providers/{provider_id}/slots/explain?slot=2026-11-23T02:00:00Z")).json()
    assert why["reasons"] == ["salon_closed"]
    assert (await api.delete(f"{path}/members/{provider_id}", provider)).status_code == 204
    assert (await api.get(f"/providers/{provider_id}/slots?{MONDAY}")).json()["slots"] == everything
    gone = await api.delete(f"{path}/members/{provider_id}", manager)
    assert_problem(gone, 404, "salon.no_such_member")


async def test_the_slots_of_a_salon_say_who_offers_them(api: Api) -> None:
    manager, path = await opened(api, **HOURS)
    assert (await api.get(f"{path}/slots?{MONDAY}")).json() == {
        "timeZone": "Asia/Ulaanbaatar",
        "slots": [],
        "degraded": [],
    }
    ids, owners = [], []
    for _ in range(2):
        provider, provider_id = await api.open_provider()
        await api.post(f"{path}/members", manager, json={"providerId": provider_id})
        await api.post(f"{path}/members/me/accept", provider)
        ids.append(provider_id)
        owners.append(provider)
    await api.booked(await api.joined("customer"), ids[0], "2026-11-23T12:00:00+08:00")
    found = (await api.get(f"{path}/slots?{MONDAY}")).json()["slots"]
    assert found == [
        {"start": "2026-11-23T04:00:00Z", "end": "2026-11-23T05:00:00Z", "providerIds": [ids[1]]},
        {"start": "2026-11-23T04:30:00Z", "end": "2026-11-23T05:30:00Z", "providerIds": [ids[1]]},
        {"start": "2026-11-23T05:00:00Z", "end": "2026-11-23T06:00:00Z", "providerIds": sorted(ids)},
    ]
    assert (await api.get(f"{path}/slots?{MONDAY}&durationMinutes=120")).json()["slots"] == []
    durations = [{"minutes": 120, "priceAmount": 0}]
    await api.put("/availability/settings", owners[1], json={"durations": durations})
    paris = (await api.get(f"{path}/slots?{MONDAY}&timeZone=Europe/Paris&durationMinutes=120")).json()
    assert (paris["timeZone"], paris["slots"]) == (
        "Europe/Paris",
        [{"start": "2026-11-23T05:00:00+01:00", "end": "2026-11-23T07:00:00+01:00", "providerIds": [ids[1]]}],
    )
    provider = await api.joined("customer")
    late = "from=2026-11-23&to=2027-01-25"
    assert_problem(await api.get(f"{path}/slots?{late}", provider), 422, "scheduling.window_invalid", "/query/to")


async def test_dates_of_a_salon_are_in_its_zone(api: Api) -> None:
    manager = await api.joined("manager")
    salon = (await api.post("/salons", manager, json={"name": "Far", "timeZone": "America/New_York"})).json()
    path = f"/salons/{salon['id']}"
    always = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in range(7)]
    await api.put(f"{path}/hours", manager, json={"rules": always})
    provider, provider_id = await api.open_provider()
    await api.post(f"{path}/members", manager, json={"providerId": provider_id})
    await api.post(f"{path}/members/me/accept", provider)
    slots = (await api.get(f"{path}/slots?from=2026-11-24&to=2026-11-25")).json()["slots"]
    assert slots[0]["start"] == "2026-11-24T05:00:00Z"
    assert slots[-1]["start"] == "2026-11-25T04:30:00Z"


async def test_only_the_manager_changes_a_salon(api: Api) -> None:
    _, path = await opened(api)
    rival, customer = await api.joined("manager"), await api.joined("customer")
    provider, provider_id = await api.open_provider()
    for who, status, code in (
        (rival, 403, "salon.not_yours"),
        (customer, 403, "auth.not_permitted"),
        (provider, 403, "auth.not_permitted"),
        (None, 401, "auth.invalid_token"),
    ):
        for answer in (
            await api.patch(path, who, json={"name": "x"}),
            await api.put(f"{path}/hours", who, json={"rules": []}),
            await api.post(f"{path}/members", who, json={"providerId": provider_id}),
        ):
            assert_problem(answer, status, code)
    assert_problem(await api.post("/salons", customer, json=SALON), 403, "auth.not_permitted")
    assert_problem(await api.delete(f"{path}/members/{provider_id}", rival), 403, "salon.not_yours")
    assert_problem(await api.delete(f"{path}/members/{provider_id}", provider), 404, "salon.no_such_member")
    assert_problem(await api.post(f"{path}/members/me/accept", provider), 404, "salon.not_invited")
    assert_problem(await api.post(f"{path}/members/me/accept", rival), 403, "auth.not_permitted")


async def test_an_unknown_salon_is_not_found(api: Api) -> None:
    manager, _ = await opened(api)
    provider, provider_id = await api.open_provider()
    path = "/salons/0199f3b1-2c44-7d10-8e5a-6b9f1d3c7a02"
    for answer in (
        await api.get(path),
        await api.patch(path, manager, json={"name": "x"}),
        await api.get(f"{path}/hours"),
        await api.put(f"{path}/hours", manager, json={"rules": []}),
        await api.get(f"{path}/members"),
        await api.post(f"{path}/members", manager, json={"providerId": provider_id}),
        await api.post(f"{path}/members/me/accept", provider),
        await api.delete(f"{path}/members/{provider_id}", provider),
        await api.get(f"{path}/slots?{MONDAY}"),
    ):
        assert_problem(answer, 404, "salon.not_found")


async def test_an_invitation_of_an_unknown_provider_is_rejected(api: Api) -> None:
    manager, path = await opened(api)
    nobody = {"providerId": "0199f3b1-2c44-7d10-8e5a-6b9f1d3c7a02"}
    answer = await api.post(f"{path}/members", manager, json=nobody)
    assert_problem(answer, 404, "provider.not_found", "/providerId")


async def joined(api: Api, manager: str, path: str) -> str:
    """The id of a provider who is a member of the salon."""
    owner, provider_id = await api.open_provider()
    assert (await api.post(f"{path}/members", manager, json={"providerId": provider_id})).is_success
    assert (await api.post(f"{path}/members/me/accept", owner)).is_success
    return provider_id


async def test_a_salon_shows_its_address_and_contacts(api: Api) -> None:
    manager = await api.joined("manager")
    opened = (await api.post("/salons", manager, json={**SALON, **DETAILS})).json()
    assert {**opened, **SALON, **DETAILS} == opened
    path = f"/salons/{opened['id']}"
    changed = await api.patch(path, manager, json={"phone": "", "city": "Darkhan"})
    assert changed.json() == {**opened, "phone": "", "city": "Darkhan", "version": 2}


async def test_the_number_of_a_salon_is_written_as_in_the_platforms_country(api: Api) -> None:
    manager = await api.joined("manager")
    opened = (await api.post("/salons", manager, json={**SALON, "phone": "9911 2233"})).json()
    assert opened["phone"] == "+97699112233"
    changed = await api.patch(f"/salons/{opened['id']}", manager, json={"phone": "7011-4455"})
    assert changed.json()["phone"] == "+97670114455"
    refused = await api.patch(f"/salons/{opened['id']}", manager, json={"phone": "no number"})
    assert_problem(refused, 422, "validation.invalid_value", "/phone")


@pytest.mark.parametrize(
    ("details", "status"),
    [
        ({"location": {"lat": 91, "lon": 0}}, 400),
        ({"location": {"lat": 0}}, 400),
        ({"phone": "no number"}, 422),
        ({"email": "nomad"}, 422),
        ({"city": "x" * 101}, 400),
        ({"instructions": "x" * 2_001}, 400),
    ],
)
async def test_details_that_cannot_be_are_refused(api: Api, details: dict[str, object], status: int) -> None:
    manager, path = await opened(api)
    assert (await api.post("/salons", manager, json={**SALON, **details})).status_code == status
    assert (await api.patch(path, manager, json=details)).status_code == status


async def test_the_page_of_a_salon_has_its_hours_and_published_members(api: Api) -> None:
    manager, path = await opened(api, **HOURS)
    provider_id = await joined(api, manager, path)
    _, invited = await api.open_provider()
    await api.post(f"{path}/members", manager, json={"providerId": invited})
    page = (await api.get(f"{path}/page")).json()
    assert page == {
        **(await api.get(path)).json(),
        "hours": (await api.get(f"{path}/hours")).json(),
        "services": [],
        "providers": [(await api.get(f"/providers/{provider_id}")).json()],
    }


async def test_a_manager_lists_their_salons_with_the_names_of_members(api: Api) -> None:
    manager, path = await opened(api, **HOURS)
    _, other = await opened(api)
    provider, provider_id = await api.open_provider()
    name = (await api.get("/providers/me", provider)).json()["displayName"]
    await api.post(f"{path}/members", manager, json={"providerId": provider_id})
    member = {"providerId": provider_id, "displayName": name, "status": "invited", "weight": 100, "priority": 50}
    salon = (await api.get(path)).json()
    for query in ("", "?mine", "?mine=true"):
        assert (await api.get(f"/salons{query}", manager)).json() == {"items": [{**salon, "members": [member]}]}
    assert_problem(await api.get("/salons?mine=false", manager), 400, "validation.invalid_input")
    assert_problem(await api.get("/salons?mine", provider), 403, "auth.not_permitted")
    assert other != path


async def test_a_provider_sees_invitations_and_the_salon_that_they_have_joined(api: Api) -> None:
    manager, path = await opened(api)
    provider, provider_id = await api.open_provider()
    assert (await api.get("/salons/invitations", provider)).json() == {"items": []}
    await api.post(f"{path}/members", manager, json={"providerId": provider_id})
    salon = (await api.get(path)).json()
    invited = (await api.get("/salons/invitations", provider)).json()
    assert invited == {"items": [{"salon": salon, "invitedAt": "2026-11-23T00:00:00Z"}]}
    assert (await api.post(f"{path}/members/me/decline", provider)).status_code == 204
    assert (await api.get("/salons/invitations", provider)).json() == {"items": []}
    assert_problem(await api.post(f"{path}/members/me/accept", provider), 404, "salon.not_invited")
    assert_problem(await api.post(f"{path}/members/me/decline", provider), 404, "salon.not_invited")
    await api.post(f"{path}/members", manager, json={"providerId": provider_id})
    assert (await api.get("/salons/membership", provider)).json() == {}
    await api.post(f"{path}/members/me/accept", provider)
    assert_problem(await api.post(f"{path}/members/me/decline", provider), 404, "salon.not_invited")
    assert (await api.get("/salons/membership", provider)).json() == {"salon": salon}
    await api.delete(f"{path}/members/{provider_id}", provider)
    assert (await api.get("/salons/membership", provider)).json() == {}
    assert (await api.get("/salons/membership", await api.joined("provider"))).json() == {}


async def test_a_deleted_salon_frees_its_members_and_keeps_their_bookings(api: Api) -> None:
    manager, path = await opened(api, **HOURS)
    provider, provider_id = await api.open_provider()
    everything = (await api.get(f"/providers/{provider_id}/slots?{MONDAY}")).json()["slots"]
    await api.post(f"{path}/members", manager, json={"providerId": provider_id})
    await api.post(f"{path}/members/me/accept", provider)
    customer = await api.joined("customer")
    booking = f"/bookings/{(await api.booked(customer, provider_id, '2026-11-23T12:00:00+08:00'))['id']}"
    assert (await api.get(booking, manager)).status_code == 200
    assert_problem(await api.delete(path, await api.joined("manager")), 403, "salon.not_yours")
    assert (await api.delete(path, manager)).status_code == 204
    for answer in (await api.get(path), await api.get(f"{path}/members"), await api.delete(path, manager)):
        assert_problem(answer, 404, "salon.not_found")
    assert (await api.get("/salons?mine", manager)).json() == {"items": []}
    assert_problem(await api.get(booking, manager), 404, "booking.not_found")
    seen = (await api.get(booking, provider)).json()
    assert seen["status"] == "confirmed"
    assert "salon" not in seen
    await api.post(f"{booking}/cancel", customer, json={})
    assert (await api.get(f"/providers/{provider_id}/slots?{MONDAY}")).json()["slots"] == everything
