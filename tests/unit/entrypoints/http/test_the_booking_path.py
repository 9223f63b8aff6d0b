"""From an account to a confirmed booking, over HTTP."""

import asyncio

from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem


async def test_a_customer_books_a_slot_pays_the_deposit_and_is_confirmed(api: Api) -> None:
    _, provider_id = await api.open_provider(depositAmount=2_000_000, priceAmount=8_000_000)
    customer = await api.joined("customer")
    found = await api.get(f"/providers/{provider_id}/slots?from=2026-11-23&to=2026-11-24")
    assert found.json()["timeZone"] == "Asia/Ulaanbaatar"
    assert found.json()["slots"][0] == {"start": "2026-11-23T02:00:00Z", "end": "2026-11-23T03:00:00Z"}

    answer = await api.post("/bookings", customer, json={"providerId": provider_id, "slot": MONDAY_AT_TEN})
    booking = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/bookings/{booking['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert (booking["status"], booking["paymentStatus"], booking["depositAmount"]) == ("pending", "unpaid", 2_000_000)
    assert (booking["start"], booking["end"]) == ("2026-11-23T02:00:00Z", "2026-11-23T03:00:00Z")

    paying = await api.post("/payments", customer, json={"bookingId": booking["id"], "purpose": "deposit"})
    payment = paying.json()
    assert paying.status_code == 201
    assert payment["qrImage"].startswith("data:image/png;base64,")
    api.pay(payment)
    called = await api.get(api.callback(payment["id"]))
    assert (called.status_code, called.text) == (200, "SUCCESS")
    assert called.headers["Content-Type"].startswith("text/plain")

    after = (await api.get(f"/bookings/{booking['id']}", customer)).json()
    assert (after["status"], after["paymentStatus"], after["paidAmount"]) == ("confirmed", "paid", 2_000_000)
    events = (await api.get(f"/bookings/{booking['id']}/events", customer)).json()["items"]
    assert [(event.get("from"), event["to"]) for event in events] == [(None, "pending"), ("pending", "confirmed")]


async def test_of_parallel_bookings_of_a_slot_one_wins_and_others_get_slot_taken(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customers = [await api.joined("customer") for _ in range(20)]
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    answers = await asyncio.gather(*(api.post("/bookings", customer, json=wish) for customer in customers))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    for answer in answers:
        if answer.status_code == 409:
            assert_problem(answer, 409, "booking.slot_taken", "/slot")


async def test_a_hold_keeps_the_slot_for_its_owner_who_books_it(api: Api) -> None:
    _, provider_id = await api.open_provider()
    owner, other = await api.joined("customer"), await api.joined("customer")
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    hold = (await api.post("/holds", owner, json=wish)).json()
    assert hold["expiresAt"] == "2026-11-23T00:05:00Z"
    assert_problem(await api.post("/bookings", other, json=wish), 409, "booking.slot_taken", "/slot")
    assert (await api.booked(owner, provider_id, holdId=hold["id"]))["status"] == "confirmed"


async def test_a_released_hold_frees_its_slot(api: Api) -> None:
    _, provider_id = await api.open_provider()
    owner, other = await api.joined("customer"), await api.joined("customer")
    hold = (await api.post("/holds", owner, json={"providerId": provider_id, "slot": MONDAY_AT_TEN})).json()
    assert_problem(await api.delete(f"/holds/{hold['id']}", other), 404, "hold.not_found")
    released = await api.delete(f"/holds/{hold['id']}", owner)
    assert (released.status_code, released.content) == (204, b"")
    await api.booked(other, provider_id)


async def test_a_booking_is_visible_to_its_parties_only(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer, stranger = await api.joined("customer"), await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    for path in (f"/bookings/{booking['id']}", f"/bookings/{booking['id']}/events"):
        assert_problem(await api.get(path, stranger), 404, "booking.not_found")
        for party in (customer, provider, await api.admin()):
            assert (await api.get(path, party)).status_code == 200
    assert (await api.get("/bookings", stranger)).json() == {"items": []}
    for party in (customer, provider, await api.admin()):
        assert [each["id"] for each in (await api.get("/bookings", party)).json()["items"]] == [booking["id"]]


async def test_a_list_of_bookings_is_read_page_by_page_and_narrowed(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    made = [
        (await api.booked(customer, provider_id, f"2026-11-23T{hour}:00:00+08:00"))["id"] for hour in (10, 11, 12, 13)
    ]
    first = (await api.get("/bookings?limit=3", customer)).json()
    second = (await api.get(f"/bookings?limit=3&cursor={first['nextCursor']}", customer)).json()
    assert [each["id"] for each in first["items"] + second["items"]] == made[::-1]
    assert second.get("nextCursor") is None
    narrowed = await api.get("/bookings?from=2026-11-23T11:00:00%2B08:00&to=2026-11-23T13:00:00+08:00", customer)
    assert [each["id"] for each in narrowed.json()["items"]] == [made[2], made[1]]
    assert (await api.get("/bookings?status=cancelled", customer)).json()["items"] == []


async def test_a_status_change_with_a_stale_version_is_rejected(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    path, wish = f"/bookings/{booking['id']}", {"status": "cancelled", "reason": "I am ill."}
    stale = await api.patch(path, customer, json=wish, headers={"If-Match": '"7"'})
    assert_problem(stale, 412, "conflict.stale_version")
    moved = await api.patch(path, customer, json=wish, headers={"If-Match": '"1"'})
    assert (moved.status_code, moved.json()["status"], moved.headers["ETag"]) == (200, "cancelled", '"2"')
    again = await api.patch(path, customer, json=wish)
    assert_problem(again, 409, "booking.invalid_transition", "/status")
    events = (await api.get(f"{path}/events", customer)).json()["items"]
    assert events[-1]["reason"] == "I am ill."
    assert events[-1]["by"]["role"] == "customer"


async def test_a_status_change_reserved_for_the_other_party_is_forbidden(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    refused = await api.patch(f"/bookings/{booking['id']}", customer, json={"status": "completed"})
    assert_problem(refused, 403, "lifecycle.not_your_move")
