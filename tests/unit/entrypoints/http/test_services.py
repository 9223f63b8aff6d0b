"""`/services`: services of providers and salons, and what members of a salon offer."""

from typing import Any, Final

import pytest
from tests.unit.entrypoints.api import Api, assert_problem

from booking_domain.scheduling.events import OfferedServiceChanged

CUT: Final = {"name": "Cut", "category": "Hair", "durationMinutes": 45, "priceAmount": 3_000_000}
DEPOSIT: Final = {"depositAmount": 500_000}


async def added(api: Api, owner: str, **service: Any) -> dict[str, Any]:
    answer = await api.post("/services", owner, json={**CUT, **service})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def listed(api: Api, query: str, token: str | None = None) -> list[dict[str, Any]]:
    return list((await api.get(f"/services?{query}", token)).json()["items"])


async def salon_with(api: Api, *members: tuple[str, str]) -> tuple[str, str]:
    """The manager and id of a salon of these providers."""
    manager = await api.joined("manager")
    made = await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})
    salon_id = made.json()["id"]
    for provider, provider_id in members:
        await api.post(f"/salons/{salon_id}/members", manager, json={"providerId": provider_id})
        accepted = await api.post(f"/salons/{salon_id}/members/me/accept", provider)
        assert accepted.is_success, accepted.text
    return manager, salon_id


async def test_a_provider_adds_changes_and_deletes_a_service(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    service = await added(api, provider, **DEPOSIT, bufferAfterMinutes=15)
    path = f"/services/{service['id']}"
    assert service == {
        **CUT,
        **DEPOSIT,
        "id": service["id"],
        "providerId": provider_id,
        "description": "",
        "currency": "MNT",
        "bufferAfterMinutes": 15,
        "addOn": False,
        "capacity": 1,
        "resources": [],
        "pauses": [],
        "wholeDays": False,
        "hours": [],
        "active": True,
        "version": 1,
        "createdAt": service["createdAt"],
    }
    reminded = await api.patch(path, provider, json={"reminderMinutes": [60, 1_440]}, headers={"If-Match": '"1"'})
    assert reminded.json() == {**service, "reminderMinutes": [1_440, 60], "version": 2}
    assert_problem(await api.patch(path, provider, json={"reminderMinutes": [60, 60]}), 422, "validation.invalid_value")
    change = {"priceAmount": 4_000_000, "bufferAfterMinutes": None, "reminderMinutes": None}
    changed = await api.patch(path, provider, json=change, headers={"If-Match": '"2"'})
    expected = {**service, "priceAmount": 4_000_000, "version": 3}
    del expected["bufferAfterMinutes"]
    assert changed.json() == expected
    assert await listed(api, f"providerId={provider_id}") == [expected]
    assert (await api.delete(path, provider)).status_code == 204
    assert_problem(await api.get(path), 404, "service.not_found")


async def test_only_owner_and_admins_see_services_that_cannot_be_booked(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    service = await added(api, provider, active=False)
    path, query = f"/services/{service['id']}", f"providerId={provider_id}"
    for stranger in (None, await api.joined("customer"), await api.joined("manager")):
        assert_problem(await api.get(path, stranger), 404, "service.not_found")
        assert await listed(api, query, stranger) == []
    for insider in (provider, await api.an_admin()):
        assert (await api.get(path, insider)).json() == service
        assert await listed(api, query, insider) == [service]


async def test_a_member_offers_a_service_of_the_salon_at_an_own_price_and_length(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager, salon_id = await salon_with(api, (provider, provider_id))
    service = await added(api, manager, salonId=salon_id, **DEPOSIT)
    query, path = f"providerId={provider_id}", f"/services/{service['id']}/offer"
    assert await listed(api, f"salonId={salon_id}") == [service]
    assert await listed(api, query) == []
    offer = {"durationMinutes": 60, "priceAmount": 400_000}
    offered = await api.put(path, provider, json=offer)
    assert offered.json() == {"serviceId": service["id"], "providerId": provider_id, **offer}
    assert await listed(api, query) == [{**service, **offer, "depositAmount": 400_000}]
    assert (await api.put(path, provider, json={})).is_success
    assert await listed(api, query) == [service]
    assert (await api.delete(path, provider)).status_code == 204
    assert await listed(api, query) == []


async def test_only_members_offer_services_of_a_salon(api: Api) -> None:
    manager, salon_id = await salon_with(api)
    service = await added(api, manager, salonId=salon_id)
    provider, _ = await api.open_provider()
    path = f"/services/{service['id']}/offer"
    assert_problem(await api.put(path, provider, json={}), 403, "service.not_of_your_salon")
    assert_problem(await api.delete(path, provider), 403, "service.not_of_your_salon")
    own = await added(api, provider)
    refused = await api.put(f"/services/{own['id']}/offer", provider, json={})
    assert_problem(refused, 403, "service.not_of_your_salon")


async def test_a_service_of_another_is_not_changed(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager, salon_id = await salon_with(api, (provider, provider_id))
    service = await added(api, manager, salonId=salon_id)
    for stranger in (provider, await api.joined("manager")):
        refused = await api.patch(f"/services/{service['id']}", stranger, json={"name": "Mine"})
        assert_problem(refused, 403, "service.not_yours")
    taken = await api.post("/services", await api.joined("manager"), json={**CUT, "salonId": salon_id})
    assert_problem(taken, 403, "salon.not_yours")
    helped = await api.patch(f"/services/{service['id']}", await api.an_admin(), json={"name": "Trim"})
    assert helped.json()["name"] == "Trim"


async def test_a_deposit_above_the_price_and_another_currency_are_refused(api: Api) -> None:
    provider, _ = await api.open_provider()
    above = await api.post("/services", provider, json={**CUT, "depositAmount": 3_000_001})
    assert_problem(above, 422, "validation.invalid_value", "/depositAmount")
    other = await api.post("/services", provider, json={**CUT, "currency": "USD"})
    assert_problem(other, 422, "validation.invalid_value", "/currency")


async def test_a_list_is_of_one_provider_or_of_one_salon(api: Api) -> None:
    assert_problem(await api.get("/services"), 422, "validation.invalid_value")


MONDAY: Final = "from=2026-11-23&to=2026-11-24"


async def test_a_booking_of_services_adds_up_in_the_order_named(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=1_000_000)
    cut = await added(api, provider, **DEPOSIT)
    wash = await added(api, provider, name="Wash", durationMinutes=15, priceAmount=500_000, addOn=True)
    customer, ids = await api.joined("customer"), [wash["id"], cut["id"]]
    booking = await api.booked(customer, provider_id, serviceIds=ids)
    assert (booking["priceAmount"], booking["depositAmount"]) == (3_500_000, 500_000)
    assert (booking["start"], booking["end"]) == ("2026-11-23T02:00:00Z", "2026-11-23T03:00:00Z")
    shown = [
        {"id": wash["id"], "name": "Wash", "durationMinutes": 15, "price": 500_000},
        {"id": cut["id"], "name": "Cut", "durationMinutes": 45, "price": 3_000_000},
    ]
    assert booking["services"] == shown
    await api.patch(f"/services/{cut['id']}", provider, json={"priceAmount": 9_000_000, "name": "Style"})
    assert (await api.delete(f"/services/{wash['id']}", provider)).status_code == 204
    kept = await api.booking(booking["id"], customer)
    assert (kept["services"], kept["priceAmount"]) == (shown, 3_500_000)


async def test_slots_for_a_service_respect_its_length_and_buffers(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    service = await added(api, provider, durationMinutes=90, bufferBeforeMinutes=30, bufferAfterMinutes=60)
    customer, path = await api.joined("customer"), f"/providers/{provider_id}/slots"
    query = f"{path}?{MONDAY}&serviceId={service['id']}"
    before = (await api.get(query)).json()["slots"]
    assert before[0] == {"start": "2026-11-23T02:00:00Z", "end": "2026-11-23T03:30:00Z"}
    booking = await api.booked(customer, provider_id, "2026-11-23T13:00:00+08:00", serviceId=service["id"])
    after = [slot["start"] for slot in (await api.get(query)).json()["slots"]]
    free = {slot["start"] for slot in before} - set(after)
    # 13:00 to 14:30 blocks 12:30 to 15:30; another appointment blocks 30 minutes before it and 60 after it.
    assert {"2026-11-23T02:30:00Z", "2026-11-23T05:00:00Z", "2026-11-23T07:30:00Z"} <= free
    assert "2026-11-23T02:00:00Z" in after
    assert "2026-11-23T08:00:00Z" in after
    why = await api.get(f"{path}/explain?slot=2026-11-23T02:30:00Z&serviceId={service['id']}", provider)
    assert why.json()["reasons"], why.text
    moved = await api.post(f"/bookings/{booking['id']}/reschedule", customer, json={"slot": "2026-11-23T08:00:00Z"})
    assert (moved.json()["start"], moved.json()["end"]) == ("2026-11-23T08:00:00Z", "2026-11-23T09:30:00Z")
    freed = [slot["start"] for slot in (await api.get(query)).json()["slots"]]
    assert "2026-11-23T05:00:00Z" in freed
    assert "2026-11-23T07:30:00Z" not in freed


async def test_slots_for_a_service_respect_its_notice_and_horizon(api: Api) -> None:
    provider, provider_id = await api.open_provider()  # it is Monday, 23 November, there
    change = {"minNoticeMinutes": 2_880, "horizonDays": 5}
    await api.put("/availability/settings", provider, json=change)
    soon = await added(api, provider, minNoticeMinutes=0)
    late = await added(api, provider, name="Late", minNoticeMinutes=4_320, horizonDays=4)
    far = await added(api, provider, name="Far", horizonDays=30)

    async def days(*service_ids: str) -> list[str]:
        ids = "".join(f"&serviceIds={each}" for each in service_ids)
        query = f"from=2026-11-22T16:00:00Z&to=2026-12-05T16:00:00Z{ids}"
        slots = (await api.get(f"/providers/{provider_id}/slots?{query}")).json()["slots"]
        return sorted({slot["start"][8:10] for slot in slots})

    assert (await days(soon["id"]))[0] == "23"
    assert (await days(far["id"]))[-1] == (await days(soon["id"]))[-1] == "28"
    assert await days(late["id"]) == await days(soon["id"], late["id"])
    assert (await days(late["id"]))[-1] == "27"
    customer, path = await api.joined("customer"), f"/providers/{provider_id}/slots/explain?slot="
    today = "2026-11-23T05:00:00Z"
    why = await api.get(f"{path}{today}&serviceId={late['id']}")
    assert why.json()["reasons"] == ["notice"]
    wish = {"providerId": provider_id, "slot": today}
    refused = await api.post("/bookings", customer, json={**wish, "serviceIds": [soon["id"], late["id"]]})
    assert refused.json()["reasons"] == ["notice"]
    booking = await api.booked(customer, provider_id, today, serviceId=soon["id"])
    assert (await api.delete(f"/services/{soon['id']}", provider)).is_success
    moved = await api.post(f"/bookings/{booking['id']}/reschedule", customer, json={"slot": "2026-11-23T06:00:00Z"})
    assert moved.is_success, moved.text


async def test_a_move_keeps_the_buffers_of_services_that_were_deleted(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    service = await added(api, provider, durationMinutes=60, bufferAfterMinutes=120)
    other = await added(api, provider, name="Other", durationMinutes=60, bufferAfterMinutes=0)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id, serviceId=service["id"])
    assert (await api.delete(f"/services/{service['id']}", provider)).is_success
    moved = await api.post(f"/bookings/{booking['id']}/reschedule", customer, json={"slot": "2026-11-23T05:00:00Z"})
    assert moved.is_success, moved.text
    slots = await api.get(f"/providers/{provider_id}/slots?{MONDAY}&serviceId={other['id']}")
    starts = [slot["start"] for slot in slots.json()["slots"]]
    assert "2026-11-23T07:30:00Z" not in starts
    assert "2026-11-23T08:00:00Z" in starts


async def test_customers_of_a_provider_with_services_choose_one(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=0)
    cut = await added(api, provider)
    wash = await added(api, provider, name="Wash", addOn=True)
    _, elsewhere = await api.open_provider()
    customer, slot = await api.joined("customer"), {"slot": "2026-11-23T10:00:00+08:00"}
    wish = {"providerId": provider_id, **slot}
    series = {**wish, "everyWeeks": 1, "times": 2}
    path = f"/providers/{provider_id}/slots"
    for refused in (
        await api.get(f"{path}?{MONDAY}", customer),
        await api.get(f"{path}/explain?slot=2026-11-23T02:00:00Z", customer),
        await api.post("/holds", customer, json=wish),
        await api.post("/bookings", customer, json=wish),
        await api.post("/bookings/series", customer, json=series),
    ):
        assert_problem(refused, 422, "booking.service_required")
    for path, body in (("/holds", wish), ("/bookings", wish), ("/bookings/series", series)):
        add_on = await api.post(path, customer, json={**body, "serviceId": wash["id"]})
        assert_problem(add_on, 422, "booking.only_add_ons")
        both = await api.post(path, customer, json={**body, "serviceId": cut["id"], "durationMinutes": 45})
        assert_problem(both, 422, "validation.invalid_value", "/durationMinutes")
        foreign = await api.post(path, customer, json={**body, "providerId": elsewhere, "serviceId": cut["id"]})
        assert_problem(foreign, 422, "booking.service_not_offered")
    held = await api.post("/holds", customer, json={**wish, "serviceId": cut["id"]})
    assert held.json()["end"] == "2026-11-23T02:45:00Z"
    taken = await api.post("/bookings", customer, json={**wish, "serviceId": cut["id"], "holdId": held.json()["id"]})
    assert taken.status_code == 201, taken.text
    assert (await api.get(f"/providers/{provider_id}/slots?{MONDAY}", provider)).is_success
    made = await api.post(
        "/bookings/series",
        customer,
        json={**series, "slot": "2026-11-23T12:00:00+08:00", "serviceIds": [cut["id"], wash["id"]]},
    )
    assert [len(each["services"]) for each in made.json()["items"]] == [2, 2]


async def test_a_member_is_booked_for_a_service_of_the_salon_at_the_members_price(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager, salon_id = await salon_with(api, (provider, provider_id))
    week = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in range(7)]
    assert (await api.put(f"/salons/{salon_id}/hours", manager, json={"rules": week})).is_success
    service = await added(api, manager, salonId=salon_id)
    assert (await api.put(f"/services/{service['id']}/offer", provider, json={"priceAmount": 7_000_000})).is_success
    booking = await api.booked(await api.joined("customer"), provider_id, serviceId=service["id"])
    assert booking["priceAmount"] == 7_000_000


ALWAYS: Final = {"rules": [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in range(7)]}


async def test_a_provider_page_lists_the_services_at_the_providers_prices(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager, salon_id = await salon_with(api, (provider, provider_id))
    await api.put(f"/salons/{salon_id}/hours", manager, json=ALWAYS)
    own = await added(api, provider, name="Trim", durationMinutes=90)
    shared = await added(api, manager, salonId=salon_id)
    await added(api, manager, salonId=salon_id, name="Of others")
    await added(api, provider, active=False)
    offer = {"durationMinutes": 75, "priceAmount": 7_000_000}
    await api.put(f"/services/{shared['id']}/offer", provider, json=offer)
    path = f"/providers/{provider_id}"
    page = (await api.get(f"{path}/page")).json()
    assert page["services"] == [{**shared, **offer}, own]
    for query, service in (("", shared), (f"?serviceId={own['id']}", own)):
        slots = (await api.get(f"{path}/slots?{MONDAY}&serviceId={service['id']}")).json()["slots"]
        assert (await api.get(f"{path}/page{query}")).json()["nextFree"] == slots[0]
    refused = await api.get(f"{path}/page?durationMinutes=60")
    assert_problem(refused, 422, "booking.service_required")


async def test_days_are_counted_for_a_service(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    service = await added(api, provider, durationMinutes=90, bufferAfterMinutes=60)
    wash = await added(api, provider, name="Wash", durationMinutes=30, addOn=True)
    path = f"/providers/{provider_id}"
    await api.booked(await api.joined("customer"), provider_id, serviceId=service["id"])
    for query in (f"serviceId={service['id']}", f"serviceIds={service['id']}&serviceIds={wash['id']}"):
        slots = (await api.get(f"{path}/slots?{MONDAY}&{query}")).json()["slots"]
        [day] = (await api.get(f"{path}/days?{MONDAY}&{query}")).json()["days"]
        assert day == {"date": "2026-11-23", "slots": len(slots), "firstSlot": slots[0]["start"]}
    assert_problem(await api.get(f"{path}/days?{MONDAY}"), 422, "booking.service_required")


async def test_a_salon_page_lists_its_services_with_the_members_who_offer_them(api: Api) -> None:
    members = [await api.open_provider() for _ in range(2)]
    manager, salon_id = await salon_with(api, *members)
    cut = await added(api, manager, salonId=salon_id, **DEPOSIT)
    wash = await added(api, manager, salonId=salon_id, name="Wash")
    await added(api, manager, salonId=salon_id, name="Gone", active=False)
    for (provider, _), offer in zip(members, ({}, {"durationMinutes": 60, "priceAmount": 400_000}), strict=True):
        await api.put(f"/services/{cut['id']}/offer", provider, json=offer)
    terms = [
        {"durationMinutes": 45, "priceAmount": 3_000_000, "depositAmount": 500_000},
        {"durationMinutes": 60, "priceAmount": 400_000, "depositAmount": 400_000},
    ]
    offers = [{"providerId": id_, **each} for (_, id_), each in zip(members, terms, strict=True)]
    offers.sort(key=lambda offer: str(offer["providerId"]))
    path = f"/salons/{salon_id}/page"
    assert (await api.get(path)).json()["services"] == [{**cut, "offers": offers}, {**wash, "offers": []}]
    await api.post("/providers/me/withdraw", members[0][0])
    [shown, _] = (await api.get(path)).json()["services"]
    assert [offer["providerId"] for offer in shown["offers"]] == [members[1][1]]


async def test_a_customer_books_with_two_calls_a_screen(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    await added(api, provider, durationMinutes=90)
    customer, path, calls = await api.joined("customer"), f"/providers/{provider_id}", list[str]()

    async def got(screen: str, query: str) -> dict[str, Any]:
        calls.append(screen)
        return dict((await api.get(f"{path}/{query}", customer)).json())

    async def posted(screen: str, resource: str, **body: Any) -> dict[str, Any]:
        calls.append(screen)
        answer = await api.post(resource, customer, json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    [service] = (await got("provider", "page"))["services"]
    chosen = f"serviceId={service['id']}"
    month = await got("calendar", f"days?from=2026-11-01&to=2026-12-01&{chosen}")
    day = next(day["date"] for day in month["days"] if day["slots"])
    slots = (await got("calendar", f"slots?from={day}&to={day[:8]}{int(day[8:]) + 1}&{chosen}"))["slots"]
    wish = {"providerId": provider_id, "slot": slots[0]["start"], "serviceId": service["id"]}
    held = await posted("checkout", "/holds", **wish)
    booking = await posted("checkout", "/bookings", **wish, holdId=held["id"])
    assert booking["start"] == slots[0]["start"]
    assert {screen: calls.count(screen) for screen in calls} == {"provider": 1, "calendar": 2, "checkout": 2}


async def salon_offering(api: Api, members: int, **service: Any) -> tuple[str, str, list[tuple[str, str]]]:
    """A salon that is always open, its service, and its members by id, who offer it."""
    return (await managed_salon_offering(api, members, **service))[1:]


async def managed_salon_offering(api: Api, members: int, **service: Any) -> tuple[str, str, str, list[tuple[str, str]]]:
    """The same, after its manager."""
    providers = sorted([await api.open_provider() for _ in range(members)], key=lambda each: each[1])
    manager, salon_id = await salon_with(api, *providers)
    await api.put(f"/salons/{salon_id}/hours", manager, json=ALWAYS)
    offered = await added(api, manager, salonId=salon_id, **service)
    for provider, _ in providers:
        assert (await api.put(f"/services/{offered['id']}/offer", provider, json={})).is_success
    return manager, salon_id, str(offered["id"]), providers


async def test_slots_of_a_salon_for_a_service_are_those_of_the_members_who_offer_it(api: Api) -> None:
    salon_id, service, providers = await salon_offering(api, 3, durationMinutes=90)
    (_, first), (second_token, second), (third_token, third) = providers
    await api.delete(f"/services/{service}/offer", third_token)
    await api.put(f"/services/{service}/offer", second_token, json={"durationMinutes": 120})
    path = f"/salons/{salon_id}/slots?{MONDAY}"
    slots = (await api.get(f"{path}&serviceId={service}")).json()["slots"]
    assert slots[:2] == [
        {"start": "2026-11-23T02:00:00Z", "end": "2026-11-23T03:30:00Z", "providerIds": [first]},
        {"start": "2026-11-23T02:00:00Z", "end": "2026-11-23T04:00:00Z", "providerIds": [second]},
    ]
    by_length = (await api.get(path)).json()["slots"]
    assert {id_ for slot in by_length for id_ in slot["providerIds"]} == {third}
    assert_problem(await api.get(f"{path}&serviceId={service}&serviceIds={service}"), 422, "validation.invalid_value")


async def test_any_provider_is_the_least_busy_who_is_free(api: Api) -> None:
    salon_id, service, providers = await salon_offering(api, 3, durationMinutes=60)
    ids, customer = [each[1] for each in providers], await api.joined("customer")
    wish = {"salonId": salon_id, "serviceId": service}

    async def taken(slot: str, resource: str = "/bookings") -> str:
        answer = await api.post(resource, customer, json={**wish, "slot": slot})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["providerId"])

    # Nobody is busy: the lowest id. Then the provider with less time taken that day, then that week.
    assert [await taken("2026-11-23T10:00:00+08:00") for _ in range(3)] == ids
    assert_problem(
        await api.post("/bookings", customer, json={**wish, "slot": "2026-11-23T10:00:00+08:00"}),
        409,
        "booking.slot_taken",
    )
    assert await taken("2026-11-24T10:00:00+08:00") == ids[0]
    assert await taken("2026-11-25T10:00:00+08:00", "/holds") == ids[1]
    assert await taken("2026-11-26T10:00:00+08:00") == ids[2]
    # On Wednesday the second is held, and the first has the lower id of the others.
    assert [await taken("2026-11-25T15:00:00+08:00") for _ in range(2)] == [ids[0], ids[2]]
    # The first has less to do on Tuesday at noon, but is off.
    off = {"start": "2026-11-27T00:00:00+08:00", "end": "2026-11-28T00:00:00+08:00"}
    for provider, _ in providers[:2]:
        assert (await api.post("/availability/blocks", provider, json=off)).is_success
    assert await taken("2026-11-27T10:00:00+08:00") == ids[2]


async def test_the_manager_says_who_comes_first_and_who_does_how_much(api: Api) -> None:
    manager, salon_id, service, providers = await managed_salon_offering(api, 3, durationMinutes=60)
    ids, customer = [each[1] for each in providers], await api.joined("customer")

    async def turn(provider_id: str, **said: int) -> dict[str, Any]:
        answer = await api.put(f"/salons/{salon_id}/members/{provider_id}/turn", manager, json=said)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def taken(hour: int) -> str:
        wish = {"salonId": salon_id, "serviceId": service, "slot": f"2026-11-23T{hour}:00:00+08:00"}
        answer = await api.post("/bookings", customer, json=wish)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["providerId"])

    assert await turn(ids[2], priority=60) == {"providerId": ids[2], "weight": 100, "priority": 60}
    assert await turn(ids[1], weight=200) == {"providerId": ids[1], "weight": 200, "priority": 50}
    # The third as long as they are free, then the second twice as often as the first.
    assert [await taken(10) for _ in range(3)] == [ids[2], ids[1], ids[0]]
    assert await turn(ids[2], priority=0) == {"providerId": ids[2], "weight": 100, "priority": 0}
    assert [await taken(hour) for hour in (11, 12, 13, 14)] == [ids[1], ids[1], ids[0], ids[1]]
    shown = (await api.get("/salons?mine", manager)).json()["items"][0]["members"]
    assert [(each["weight"], each["priority"]) for each in shown] == [(100, 50), (200, 50), (100, 0)]
    assert "weight" not in (await api.get(f"/salons/{salon_id}/members")).json()["items"][0]


async def test_a_request_names_a_provider_or_a_salon_and_a_service_that_somebody_offers(api: Api) -> None:
    salon_id, service, [(provider, provider_id)] = await salon_offering(api, 1)
    customer, slot = await api.joined("customer"), {"slot": "2026-11-23T10:00:00+08:00"}
    wish = {"salonId": salon_id, "serviceId": service, **slot}
    other = await added(api, provider, name="Other")
    held = (await api.post("/holds", customer, json=wish)).json()
    for path in ("/holds", "/bookings"):
        for body, code in (
            ({**wish, "providerId": provider_id}, "validation.invalid_value"),
            ({**slot, "serviceId": service}, "validation.invalid_value"),
            ({**slot, "salonId": salon_id}, "booking.service_required"),
            ({**wish, "salonId": other["id"]}, "booking.nobody_offers"),
            ({**wish, "slot": "2026-11-24T10:00:00+08:00", "durationMinutes": 45}, "validation.invalid_value"),
        ):
            assert_problem(await api.post(path, customer, json=body), 422, code)
    refused = await api.post("/bookings", customer, json={**wish, "holdId": held["id"]})
    assert_problem(refused, 422, "validation.invalid_value", "/holdId")
    by_themselves = await api.post("/bookings", provider, json={**wish, "slot": "2026-11-24T10:00:00+08:00"})
    assert_problem(by_themselves, 422, "booking.nobody_offers")
    order = {"providerId": held["providerId"], "serviceId": service, **slot, "holdId": held["id"]}
    assert (await api.post("/bookings", customer, json=order)).status_code == 201


TWO_CURRENCIES: Final = pytest.mark.settings(BOOKING_GATEWAYS="qpay,stripe", STRIPE_WEBHOOK_SECRET=f"whsec_{32 * 'x'}")


@pytest.fixture
async def priced(api: Api) -> tuple[str, str]:
    """A provider with two services in tögrög, of which one can be booked, and the path of that one."""
    provider, _ = await api.open_provider()
    service = await added(api, provider, **DEPOSIT)
    await added(api, provider, active=False)
    return provider, f"/services/{service['id']}"


@TWO_CURRENCIES
@pytest.mark.parametrize("path", ["/providers/me", "/availability/settings"])
async def test_a_currency_is_not_changed_unless_the_provider_says_what_becomes_of_the_services(
    api: Api, priced: tuple[str, str], path: str
) -> None:
    provider, service = priced
    refused = await api.put(path, provider, json={"currency": "JPY"})
    assert_problem(refused, 409, "provider.services_in_other_currency")
    assert refused.json()["detail"].startswith("1 of your services have prices in MNT;")
    assert (await api.get("/providers/me", provider)).json()["currency"] == "MNT"
    assert (await api.get(service)).json()["version"] == 1


@TWO_CURRENCIES
@pytest.mark.parametrize("path", ["/providers/me", "/availability/settings"])
async def test_prices_keep_their_numbers_in_another_currency(api: Api, priced: tuple[str, str], path: str) -> None:
    provider, service = priced
    before = (await api.get("/providers/me", provider)).json()
    change = {"currency": "JPY", "servicesOnCurrencyChange": "keep_numbers"}
    assert (await api.put(path, provider, json=change)).is_success
    after = (await api.get("/providers/me", provider)).json()
    assert (after["currency"], after["depositAmount"]) == ("JPY", before["depositAmount"] // 100)
    shown = (await api.get(service)).json()
    assert (shown["currency"], shown["priceAmount"], shown["depositAmount"]) == ("JPY", 30_000, 5_000)
    assert {each["currency"] for each in await listed(api, f"providerId={after['id']}", provider)} == {"JPY"}


@TWO_CURRENCIES
async def test_services_can_stay_in_the_old_currency_and_are_then_not_bookable(
    api: Api, priced: tuple[str, str]
) -> None:
    provider, service = priced
    change = {"currency": "JPY", "servicesOnCurrencyChange": "deactivate"}
    assert (await api.put("/providers/me", provider, json=change)).is_success
    shown = (await api.get(service, provider)).json()
    assert (shown["active"], shown["currency"], shown["priceAmount"]) == (False, "MNT", CUT["priceAmount"])
    assert await listed(api, f"providerId={shown['providerId']}") == []


@pytest.mark.settings(BOOKING_DEFAULT_CURRENCY="EUR", BOOKING_GATEWAYS="stripe")
async def test_profiles_and_services_of_salons_that_name_no_currency_have_that_of_the_platform(api: Api) -> None:
    made = await api.post("/providers/me", await api.joined("provider"), json={"displayName": "Sarnai"})
    assert made.json()["currency"] == "EUR"
    manager = await api.joined("manager")
    salon = (await api.post("/salons", manager, json={"name": "Ink", "timeZone": "Europe/Berlin"})).json()["id"]
    cut = {"salonId": salon, "name": "Cut", "durationMinutes": 60, "priceAmount": 4_000}
    assert (await api.post("/services", manager, json=cut)).json()["currency"] == "EUR"


async def told(api: Api) -> list[tuple[str, str]]:
    """What members were told that the manager did."""
    events = await api.database.outbox_events()
    return [(each.topic, each.service_name) for each in events if isinstance(each, OfferedServiceChanged)]


async def test_a_manager_keeps_the_services_of_members_who_are_told(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager, _ = await salon_with(api, (provider, provider_id))
    service = await added(api, manager, providerId=provider_id)
    assert (service["providerId"], service["currency"]) == (provider_id, "MNT")
    path, listing = f"/services/{service['id']}", f"providerId={provider_id}"
    hidden = await api.patch(path, manager, json={"active": False}, headers={"If-Match": '"1"'})
    assert (hidden.status_code, hidden.json()["active"]) == (200, False)
    assert [each["id"] for each in await listed(api, listing, manager)] == [service["id"]]
    assert (await api.get(path, manager)).status_code == 200
    rival = await api.joined("manager")
    assert await listed(api, listing, rival) == await listed(api, listing) == []
    for refused in (await api.patch(path, rival, json={"name": "Shave"}), await api.delete(path, rival)):
        assert_problem(refused, 403, "service.not_yours")
    assert_problem(
        await api.post("/services", rival, json={**CUT, "providerId": provider_id}), 404, "salon.no_such_member"
    )
    both = {**CUT, "providerId": provider_id, "salonId": provider_id}
    assert_problem(await api.post("/services", manager, json=both), 422, "validation.invalid_value", "/providerId")
    assert (await api.delete(path, manager)).status_code == 204
    assert await listed(api, listing, provider) == []
    assert await told(api) == [
        ("service.member_added", "Cut"),
        ("service.member_changed", "Cut"),
        ("service.member_removed", "Cut"),
    ]
    noted = await api.get(f"/admin/audit?subjectId={provider_id}&action=service.member_changed", await api.admin())
    assert [(each["actorRole"], each["details"]["service"]) for each in noted.json()["items"]] == [
        ("manager", service["id"])
    ]
    mine = await added(api, provider)
    assert (await api.patch(f"/services/{mine['id']}", provider, json={"name": "Shave"})).status_code == 200
    assert len(await told(api)) == 3  # not of their own
    await api.delete(f"/salons/{(await api.get('/salons?mine', manager)).json()['items'][0]['id']}", manager)
    assert_problem(await api.patch(f"/services/{mine['id']}", manager, json={}), 403, "service.not_yours")


async def test_a_manager_chooses_what_members_offer_of_the_salon(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager, salon_id = await salon_with(api, (provider, provider_id))
    service = await added(api, manager, salonId=salon_id)
    offer = f"/services/{service['id']}/offers/{provider_id}"
    assert (await api.put(offer, manager, json={})).status_code == 200
    changed = await api.put(offer, manager, json={"durationMinutes": 60})
    assert changed.json() == {"serviceId": service["id"], "providerId": provider_id, "durationMinutes": 60}
    [offered] = await listed(api, f"providerId={provider_id}")
    assert offered["durationMinutes"] == 60
    assert_problem(await api.put(offer, await api.joined("manager"), json={}), 403, "service.not_yours")
    assert_problem(await api.put(offer, provider, json={}), 403, "service.not_yours")
    stranger = f"/services/{service['id']}/offers/{(await api.open_provider())[1]}"
    assert_problem(await api.put(stranger, manager, json={}), 404, "salon.no_such_member")
    own = await added(api, manager, providerId=provider_id)
    of_member = f"/services/{own['id']}/offers/{provider_id}"
    assert_problem(await api.put(of_member, manager, json={}), 403, "service.not_of_your_salon")
    for _ in range(2):
        assert (await api.delete(offer, manager)).status_code == 204
    assert [each["id"] for each in await listed(api, f"providerId={provider_id}")] == [own["id"]]
    assert await told(api) == [
        ("service.member_added", "Cut"),
        ("service.member_changed", "Cut"),
        ("service.member_added", "Cut"),
        ("service.member_removed", "Cut"),
    ]
