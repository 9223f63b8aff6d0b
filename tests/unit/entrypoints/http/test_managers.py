"""A salon's manager: the day of the salon, and the manager's actions on members' bookings."""

from typing import Any

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem

from booking_domain.catalogue.events import MemberCalendarChanged

MONDAY_AT_NOON = "2026-11-23T12:00:00+08:00"
TUESDAY_AT_TEN = "2026-11-24T10:00:00+08:00"
NOT_FOUND = "booking.not_found"
THE_DAY = "from=2026-11-22T16:00:00Z&to=2026-11-23T16:00:00Z&sort=start"


async def salon_of(api: Api, *providers: tuple[str, str]) -> tuple[str, str]:
    """The token of a manager, and the path of the salon that these providers (token, id) are members of."""
    manager = await api.joined("manager")
    path = f"/salons/{(await api.post('/salons', manager, json={'name': 'Nomad', 'timeZone': 'UTC'})).json()['id']}"
    always = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in range(7)]
    await api.put(f"{path}/hours", manager, json={"rules": always})
    for token, provider_id in providers:
        await api.post(f"{path}/members", manager, json={"providerId": provider_id})
        assert (await api.post(f"{path}/members/me/accept", token)).status_code == 200
    return manager, path


async def listed(api: Api, token: str, query: str) -> list[dict[str, Any]]:
    answer = await api.get(f"/bookings?{query}", token)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_the_day_of_a_salon_is_one_call(api: Api) -> None:
    members = [await api.open_provider() for _ in range(2)]
    stranger, stranger_id = await api.open_provider()
    manager, path = await salon_of(api, *members)
    customer = await api.joined("customer")
    me = (await api.get("/users/me", customer)).json()
    noon = await api.booked(customer, members[0][1], MONDAY_AT_NOON)
    ten = await api.booked(customer, members[1][1], MONDAY_AT_TEN)
    tuesday = await api.booked(customer, members[1][1], TUESDAY_AT_TEN)
    await api.booked(customer, stranger_id, MONDAY_AT_TEN)
    day = await listed(api, manager, f"salonId={path.rsplit('/', 1)[-1]}&{THE_DAY}")
    assert [each["id"] for each in day] == [ten["id"], noon["id"]]
    assert [each["provider"]["id"] for each in day] == [members[1][1], members[0][1]]
    assert {each["salon"]["name"] for each in day} == {"Nomad"}
    assert day[0]["customer"] == {"id": me["id"], "name": me["name"], "email": me["email"]}
    assert day[0]["actions"] == ["change_terms", "reschedule", "cancel"]
    for dates, expected in (
        ("from=2026-11-23&to=2026-11-24&timeZone=Asia/Ulaanbaatar", [ten["id"], noon["id"]]),
        ("from=2026-11-22&to=2026-11-23&timeZone=Pacific/Honolulu", [ten["id"], noon["id"]]),
        ("from=2026-11-23&to=2026-11-24&timeZone=Pacific/Honolulu", [tuesday["id"]]),
    ):
        assert [each["id"] for each in await listed(api, manager, f"sort=start&{dates}")] == expected, dates
    assert_problem(await api.get("/bookings?timeZone=Mars", manager), 422, "validation.invalid_value")
    for query, expected in (
        (f"providerId={members[0][1]}", [noon["id"]]),
        (f"reference={ten['reference']}", [ten["id"]]),
        (f"customerId={me['id']}&{THE_DAY}", [ten["id"], noon["id"]]),
        (f"providerId={stranger_id}", []),
    ):
        assert [each["id"] for each in await listed(api, manager, query)] == expected, query
    assert await listed(api, await api.joined("manager"), THE_DAY) == []
    assert stranger not in {token for token, _ in members}


async def test_a_manager_moves_bookings_of_members_as_the_lifecycle_grants(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager, _ = await salon_of(api, (provider, provider_id))
    customer = await api.joined("customer")
    booking = f"/bookings/{(await api.booked(customer, provider_id))['id']}"
    assert (await api.get(booking, manager)).json()["actions"] == ["change_terms", "reschedule", "cancel"]
    moved = await api.post(f"{booking}/reschedule", manager, json={"slot": TUESDAY_AT_TEN})
    assert (moved.status_code, moved.json()["rescheduledBy"]) == (200, "manager")
    quote = await api.get(f"{booking}/cancellation-quote", manager)
    assert quote.json()["refundAmount"] == 0
    cancelled = await api.post(f"{booking}/cancel", manager, json={"reason": "the provider is ill"})
    assert cancelled.json()["status"] == "cancelled"
    events = (await api.get(f"{booking}/events", manager)).json()["items"]
    assert [(each["type"], each["by"]["role"]) for each in events[1:]] == [
        ("rescheduled", "manager"),
        ("cancelled", "manager"),
    ]


@pytest.mark.parametrize(
    ("answer", "body", "status", "trail"),
    [
        ("accept", {}, "pending", "pending"),
        ("decline", {"reason": "no time"}, "cancelled", "cancelled"),
        ("change-terms", {"durationMinutes": 90}, "requested", "terms_offered"),
        ("offer-times", {"slots": [TUESDAY_AT_TEN]}, "requested", "times_offered"),
    ],
)
async def test_a_manager_answers_requests_to_members(
    api: Api, answer: str, body: dict[str, Any], status: str, trail: str
) -> None:
    provider, provider_id = await api.open_provider(bookingMode="request", depositAmount=1_000)
    manager, _ = await salon_of(api, (provider, provider_id))
    customer = await api.joined("customer")
    booking = f"/bookings/{(await api.booked(customer, provider_id))['id']}"
    seen = (await api.get(booking, manager)).json()
    assert seen["actions"] == ["accept", "decline", "offer_times", "change_terms", "reschedule"]
    assert set(seen["customer"]) == {"id", "name"}
    assert_problem(await api.post(f"{booking}/{answer}", await api.joined("manager"), json=body), 404, NOT_FOUND)
    answered = await api.post(f"{booking}/{answer}", manager, json=body)
    assert (answered.status_code, answered.json()["status"]) == (200, status)
    *_, last = (await api.get(f"{booking}/events", manager)).json()["items"]
    assert (last["type"], last["by"]["role"]) == (trail, "manager")


async def test_a_manager_sets_time_off_and_hours_of_members_who_are_told(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager, path = await salon_of(api, (provider, provider_id))
    member, calendar = f"{path}/members/{provider_id}", f"/availability/{provider_id}"
    off = {"start": MONDAY_AT_TEN, "end": MONDAY_AT_NOON, "note": "Training"}
    made = await api.post(f"{member}/blocks", manager, json=off)
    assert (made.status_code, made.json()["note"]) == (201, "Training")
    seen = (await api.get(calendar, provider)).json()
    assert [(each["id"], each["note"]) for each in seen["blocks"]] == [(made.json()["id"], "Training")]
    taken = await api.post(
        "/bookings", await api.joined("customer"), json={"providerId": provider_id, "slot": MONDAY_AT_TEN}
    )
    assert_problem(taken, 422, "booking.slot_not_offered", "/slot")
    evening = {"rules": [{"day": 1, "startTime": "20:00", "endTime": "21:00"}]}
    tag = {"If-Match": (await api.get(calendar, manager)).headers["ETag"]}
    changed = await api.put(f"{member}/rules", manager, json=evening, headers=tag)
    assert (changed.status_code, len(changed.json()["rules"])) == (200, 1)
    assert_problem(await api.put(f"{member}/rules", manager, json=evening, headers=tag), 412, "conflict.stale_version")
    assert (await api.put(f"{member}/rules", manager, json=evening)).status_code == 200  # nothing changes
    rival = await api.joined("manager")
    assert_problem(await api.post(f"{member}/blocks", rival, json=off), 403, "salon.not_yours")
    assert (await api.delete(f"{member}/blocks/{made.json()['id']}", manager)).status_code == 204
    assert (await api.get(calendar, provider)).json()["blocks"] == []
    told = [each for each in await api.database.outbox_events() if isinstance(each, MemberCalendarChanged)]
    assert len(told) == 3


async def test_a_manager_sets_the_hours_of_dates_of_members_who_are_told(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager, path = await salon_of(api, (provider, provider_id))
    dates, calendar = f"{path}/members/{provider_id}/exceptions", f"/availability/{provider_id}"
    late = {"date": "2026-11-23", "ranges": [{"startTime": "20:00", "endTime": "21:00"}]}
    made = await api.post(dates, manager, json=late)
    assert (made.status_code, made.json()["date"]) == (201, "2026-11-23")
    assert [each["id"] for each in (await api.get(calendar, provider)).json()["exceptions"]] == [made.json()["id"]]
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    taken = await api.post("/bookings", await api.joined("customer"), json=wish)
    assert_problem(taken, 422, "booking.slot_not_offered", "/slot")
    assert_problem(await api.post(dates, manager, json=late), 409, "availability.date_has_exception")
    assert_problem(await api.post(dates, await api.joined("manager"), json=late), 403, "salon.not_yours")
    assert (await api.delete(f"{dates}/{made.json()['id']}", manager)).status_code == 204
    assert_problem(await api.delete(f"{dates}/{made.json()['id']}", manager), 404, "availability.exception_not_found")
    assert (await api.get(calendar, provider)).json()["exceptions"] == []
    told = [each for each in await api.database.outbox_events() if isinstance(each, MemberCalendarChanged)]
    assert len(told) == 2
    noted = await api.get("/admin/audit?action=member.calendar_changed", await api.admin())
    assert [(each["actorRole"], each["details"]["changed"]) for each in noted.json()["items"]] == [
        ("manager", "exceptions")
    ] * 2


async def test_a_provider_who_is_only_invited_keeps_their_calendar(api: Api) -> None:
    _, provider_id = await api.open_provider()
    manager, path = await salon_of(api)
    invited = await api.post(f"{path}/members", manager, json={"providerId": provider_id})
    assert invited.json()["status"] == "invited"
    off = {"start": MONDAY_AT_TEN, "end": MONDAY_AT_NOON}
    for member in (provider_id, (await api.open_provider())[1]):
        refused = await api.post(f"{path}/members/{member}/blocks", manager, json=off)
        assert_problem(refused, 404, "salon.no_such_member")


async def test_a_manager_loses_access_when_the_membership_ends(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager, path = await salon_of(api, (provider, provider_id))
    rival = await api.joined("manager")
    customer = await api.joined("customer")
    booking = f"/bookings/{(await api.booked(customer, provider_id))['id']}"
    assert (await api.delete(f"{path}/members/{provider_id}", provider)).status_code == 204
    for token in (manager, rival):
        assert_problem(await api.get(booking, token), 404, "booking.not_found")
        assert_problem(await api.post(f"{booking}/cancel", token, json={}), 404, "booking.not_found")
        assert_problem(await api.get(f"{booking}/events", token), 404, "booking.not_found")
        assert_problem(await api.get(f"{booking}/cancellation-quote", token), 404, "booking.not_found")
        assert await listed(api, token, "") == []


async def test_a_manager_enters_a_walk_in_with_a_member(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager, path = await salon_of(api, (provider, provider_id))
    bold = {"name": "Болд", "phone": "+97699112233"}
    walk_in = {"providerId": provider_id, "slot": "2026-11-23T10:07:00+08:00", "walkIn": bold}
    for stranger in (await api.joined("manager"), await api.joined("customer")):
        refused = await api.post("/bookings", stranger, json=walk_in | {"slot": MONDAY_AT_TEN})
        assert_problem(refused, 422, "validation.invalid_value", "/walkIn")
    placed = await api.post("/bookings", manager, json=walk_in, headers={"Idempotency-Key": "a-walk-in"})
    booking = placed.json()
    assert (placed.status_code, booking["status"], booking["depositAmount"]) == (201, "confirmed", 0)
    for token in (manager, provider):
        [seen] = await listed(api, token, f"reference={booking['reference']}")
        assert (seen["customer"]["name"], seen["customer"]["walkIn"]) == ("Болд", True)
    again = await api.post("/bookings", manager, json=walk_in, headers={"Idempotency-Key": "a-walk-in"})
    assert again.json()["id"] == booking["id"]
    [event] = (await api.get(f"/bookings/{booking['id']}/events", provider)).json()["items"]
    assert event["by"]["role"] == "manager"
    series = {"providerId": provider_id, "slot": TUESDAY_AT_TEN, "times": 2, "walkIn": bold}
    assert (await api.post("/bookings/series", manager, json=series)).status_code == 201
    await api.delete(f"{path}/members/{provider_id}", provider)
    former = await api.post("/bookings", manager, json=walk_in | {"slot": MONDAY_AT_NOON})
    assert_problem(former, 422, "validation.invalid_value", "/walkIn")


async def test_a_manager_books_with_a_member_for_a_customer_who_consents(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager, _ = await salon_of(api, (provider, provider_id))
    customer, unknown = await api.joined("customer"), await api.joined("customer")
    wish = {"providerId": provider_id, "slot": "2026-11-23T10:07:00+08:00"}
    stranger = {**wish, "customerId": (await api.get("/auth/me", unknown)).json()["id"]}
    assert_problem(await api.post("/bookings", manager, json=stranger), 404, "booking.customer_not_found")
    consented = {**wish, "customerId": await api.consented(customer, provider)}
    other = await api.post("/bookings", await api.joined("manager"), json=consented)
    assert_problem(other, 403, "booking.for_others")
    placed = await api.post("/bookings", manager, json=consented)
    assert (placed.status_code, placed.json()["placedByStaff"]) == (201, True)
    assert placed.json()["customerId"] == consented["customerId"]


async def test_a_managers_own_booking_is_a_customers(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager, _ = await salon_of(api, (provider, provider_id))
    mine = await api.booked(manager, provider_id)
    assert (mine["customerId"], mine["placedByStaff"]) == ((await api.get("/auth/me", manager)).json()["id"], False)


async def test_the_day_of_a_salon_has_hours_time_off_appointments_and_what_is_due(api: Api) -> None:
    members = [await api.open_provider(priceAmount=10_000, depositAmount=1_000) for _ in range(2)]
    manager, path = await salon_of(api, *members)
    hours = [{"day": day, "startTime": "04:00", "endTime": "12:00"} for day in range(7)]
    await api.put(f"{path}/hours", manager, json={"rules": hours})
    member_ids = sorted(provider_id for _, provider_id in members)
    off = {"start": "2026-11-23T08:00:00Z", "end": "2026-11-23T09:00:00Z", "note": "Private"}
    provider = next(token for token, provider_id in members if provider_id == member_ids[0])
    block = (await api.post("/availability/blocks", provider, json=off)).json()["id"]
    noon = await api.booked(await api.joined("customer"), member_ids[0], MONDAY_AT_NOON)
    invited = (await api.open_provider())[1]
    await api.post(f"{path}/members", manager, json={"providerId": invited})
    answer = await api.get(f"{path}/day?date=2026-11-23", manager)
    assert answer.status_code == 200, answer.text
    day = answer.json()
    assert (day["date"], day["timeZone"]) == ("2026-11-23", "UTC")
    assert day["open"] == [{"start": "2026-11-23T04:00:00Z", "end": "2026-11-23T12:00:00Z"}]
    assert day["due"] == [{"currency": "MNT", "dueNowAmount": 1_000, "dueLaterAmount": 9_000}]
    first, second = day["members"]
    assert [first["providerId"], second["providerId"]] == member_ids
    # Open from 10:00 to 19:00 in Ulaanbaatar, which is from 2:00 to 11:00 UTC.
    assert first["open"] == second["open"] == [{"start": "2026-11-23T04:00:00Z", "end": "2026-11-23T11:00:00Z"}]
    assert first["blocks"] == [{"id": block, "start": "2026-11-23T08:00:00Z", "end": "2026-11-23T09:00:00Z"}]
    assert [(each["id"], each["customer"]["name"]) for each in first["bookings"]] == [(noon["id"], "Customer")]
    assert second["blocks"] == second["bookings"] == []
    today = (await api.get(f"{path}/day", manager)).json()
    assert today["date"] == api.clock.now().date().isoformat()
    never = await api.get(f"{path}/day?date=9999-12-31", manager)
    assert_problem(never, 422, "validation.invalid_value", "/query/date")
    assert_problem(await api.get(f"{path}/day", await api.joined("manager")), 403, "salon.not_yours")
    assert_problem(await api.get(f"{path}/day", provider), 403, "auth.not_permitted")
    assert (await api.get(f"{path}/day", await api.admin())).status_code == 200


async def test_the_takings_of_a_salon_are_by_member_currency_and_method(api: Api) -> None:
    cutter, painter = (
        await api.open_provider(priceAmount=10_000),
        await api.open_provider(priceAmount=700, currency="USD"),
    )
    manager, path = await salon_of(api, cutter, painter)
    early = "2026-11-23T08:00:00+08:00"
    done = []
    for token, provider_id in (cutter, cutter, painter):
        walk_in = {"providerId": provider_id, "slot": early, "walkIn": {"name": "Saraa"}, "overrideTimeOff": True}
        early = "2026-11-23T07:00:00+08:00"
        placed = await api.post("/bookings", token, json=walk_in)
        assert placed.status_code == 201, placed.text
        done.append(f"/bookings/{placed.json()['id']}")
        completed = await api.patch(done[-1], token, json={"status": "completed"})
        assert completed.status_code == 200, completed.text
    for booking, method, amount in ((done[0], "cash", 10_000), (done[1], "card", 4_000)):
        body = {"method": method, "amount": amount, "tipAmount": amount // 10}
        paid = await api.post(f"{booking}/desk-payments", manager, json=body)
        assert paid.status_code == 201, paid.text
    month = "from=2026-11-01&to=2026-12-01"
    answer = await api.get(f"{path}/takings?{month}", manager)
    assert answer.status_code == 200, answer.text
    taken = {each["providerId"]: each["takings"] for each in answer.json()["members"]}
    tugriks = {
        "currency": "MNT",
        "earnedAmount": 20_000,
        "tipsAmount": 1_400,
        "received": [{"method": "card", "amount": 4_000}, {"method": "cash", "amount": 10_000}],
        "receivedAmount": 14_000,
        "refundedAmount": 0,
        "outstandingAmount": 6_000,
    }
    dollars = {**tugriks, "currency": "USD", "earnedAmount": 700, "tipsAmount": 0, "outstandingAmount": 700}
    dollars |= {"received": [], "receivedAmount": 0}
    assert taken == {cutter[1]: [tugriks], painter[1]: [dollars]}
    assert answer.json()["totals"] == [tugriks, dollars]
    file = await api.get(f"{path}/takings/export?{month}", manager)
    assert file.headers["Content-Type"].startswith("text/csv")
    lines = file.text.splitlines()
    assert lines[0] == "provider_id,provider,currency,figure,method,amount"
    assert f"{cutter[1]},Studio,MNT,received,cash,100.00" in lines
    assert f"{cutter[1]},Studio,MNT,tips,,14.00" in lines
    assert f"{painter[1]},Studio,USD,outstanding,,7.00" in lines
    assert (await api.get(f"{path}/takings?from=2026-10-01&to=2026-11-01", manager)).json()["totals"] == []
    assert_problem(
        await api.get(f"{path}/takings?from=2025-01-01&to=2026-12-01", manager), 422, "validation.invalid_value"
    )
    assert_problem(
        await api.get(f"{path}/takings?from=2026-12-01&to=2026-11-01", manager), 422, "validation.invalid_value"
    )
    assert_problem(await api.get(f"{path}/takings?{month}", await api.joined("manager")), 403, "salon.not_yours")
    assert (await api.delete(f"{path}/members/{painter[1]}", manager)).status_code == 204
    left = (await api.get(f"{path}/takings?{month}", manager)).json()
    assert [each["providerId"] for each in left["members"]] == [cutter[1]]
    assert left["totals"] == [tugriks]
