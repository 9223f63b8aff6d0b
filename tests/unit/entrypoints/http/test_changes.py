"""Bookings are moved, cancelled, asked for and answered, and made in series, over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem

MONDAY_AT_NOON = "2026-11-23T12:00:00+08:00"
MONDAY_AT_2_10 = "2026-11-23T14:10:00+08:00"
MONDAY_EVENING = "2026-11-23T22:07:00+08:00"
REQUESTS: dict[str, Any] = {"bookingMode": "request"}
DEPOSIT: dict[str, Any] = {"depositAmount": 2_000_000, "priceAmount": 8_000_000}


async def me(api: Api, token: str) -> str:
    return str((await api.get("/auth/me", token)).json()["id"])


async def test_a_booking_is_rescheduled_in_one_step(api: Api) -> None:
    provider, provider_id = await api.open_provider(**DEPOSIT)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    path = f"/bookings/{booking['id']}/reschedule"
    moved = await api.post(path, customer, json={"slot": MONDAY_AT_NOON})
    assert (moved.status_code, moved.headers["ETag"]) == (200, '"2"')
    assert moved.json() == {
        **booking,
        "start": "2026-11-23T04:00:00Z",
        "end": "2026-11-23T05:00:00Z",
        "version": 2,
        "reschedules": 1,
        "cancellationStart": booking["start"],
    }
    assert await api.booking(booking["id"], customer) == moved.json()
    longer = await api.post(path, provider, json={"slot": MONDAY_EVENING, "durationMinutes": 90})
    assert (longer.json()["start"], longer.json()["end"]) == ("2026-11-23T14:07:00Z", "2026-11-23T15:37:00Z")
    events = (await api.get(f"/bookings/{booking['id']}/events", customer)).json()["items"]
    assert [event["type"] for event in events] == ["placed", "rescheduled", "rescheduled"]
    assert events[1]["reason"] == "from 2026-11-23T02:00:00Z to 2026-11-23T04:00:00Z"
    await api.booked(await api.joined("customer"), provider_id)


async def test_a_rejected_reschedule_keeps_the_old_time(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer, other = await api.joined("customer"), await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    await api.booked(other, provider_id, MONDAY_AT_NOON)
    path = f"/bookings/{booking['id']}/reschedule"
    for party in (customer, provider, await api.admin()):
        taken = await api.post(path, party, json={"slot": MONDAY_AT_NOON})
        assert_problem(taken, 409, "booking.slot_taken", "/slot")
    closed = await api.post(path, customer, json={"slot": MONDAY_EVENING})
    assert_problem(closed, 422, "booking.slot_not_offered", "/slot")
    too_far = await api.post(path, provider, json={"slot": "2030-01-01T00:00:00Z"})
    assert_problem(too_far, 422, "validation.invalid_value", "/slot")
    assert_problem(await api.post(path, other, json={"slot": MONDAY_AT_2_10}), 404, "booking.not_found")
    assert await api.booking(booking["id"], customer) == booking


async def test_only_the_provider_reschedules_a_started_booking(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    soon = "2026-11-23T00:10:00Z"
    booking = await api.booked(provider, provider_id, soon, customerId=await api.consented(customer, provider))
    api.clock.advance(timedelta(minutes=10))
    path = f"/bookings/{booking['id']}/reschedule"
    begun = await api.post(path, customer, json={"slot": MONDAY_AT_NOON})
    assert_problem(begun, 409, "booking.already_over")
    assert (await api.post(path, provider, json={"slot": MONDAY_AT_NOON})).status_code == 200


async def test_a_provider_cannot_move_a_booking_away_from_its_customer(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer, admin = await api.joined("customer"), await api.admin()
    booking = await api.booked(customer, provider_id)
    path = f"/bookings/{booking['id']}"
    for party in (provider, admin):
        past = await api.post(f"{path}/reschedule", party, json={"slot": "2026-11-22T23:59:59Z"})
        assert_problem(past, 422, "booking.in_the_past", "/slot")
    soon = {"start": "2026-11-23T00:10:00Z", "end": "2026-11-23T01:10:00Z"}
    moved = await api.post(f"{path}/reschedule", provider, json={"slot": soon["start"]})
    waiting = {
        "rescheduledBy": "provider",
        "agreedStart": booking["start"],
        "agreedEnd": booking["end"],
        "objectionDeadline": "2026-11-24T00:00:00Z",
    }
    for party in (customer, provider, admin):
        seen = await api.booking(booking["id"], party)
        assert (
            seen == moved.json() == {**booking, **soon, **waiting, "version": 2, "cancellationStart": booking["start"]}
        )
    api.clock.advance(timedelta(minutes=20))
    for status in ("no_show", "completed"):
        refused = await api.patch(path, provider, json={"status": status})
        assert_problem(refused, 409, "booking.time_not_accepted", "/status")
    quote = await api.get(f"{path}/cancellation-quote", customer)
    assert quote.json() == {
        "refundAmount": 0,
        "releasedAmount": 0,
        "deskPaidAmount": 0,
        "deskRefundAmount": 0,
        "currency": "MNT",
        "cancellationStart": booking["start"],
        "objectionDeadline": "2026-11-24T00:00:00Z",
        "validUntil": "2026-11-23T01:20:00Z",
    }
    cancelled = await api.post(f"{path}/cancel", customer, json={})
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert not waiting.keys() & cancelled.json().keys()


async def test_the_customer_accepts_the_time_that_they_have_seen(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    path = f"/bookings/{booking['id']}"
    moved = (await api.post(f"{path}/reschedule", provider, json={"slot": MONDAY_EVENING})).json()
    new, old = [{"start": each["start"], "end": each["end"]} for each in (moved, booking)]
    assert_problem(await api.post(f"{path}/accept-time", customer, json=old), 409, "booking.time_changed", "/start")
    assert_problem(await api.post(f"{path}/accept-time", provider, json=new), 403, "lifecycle.not_your_move")
    turned = {"start": new["end"], "end": new["start"]}
    assert_problem(
        await api.post(f"{path}/accept-time", customer, json=turned), 422, "validation.invalid_value", "/end"
    )
    for _ in range(2):
        accepted = await api.post(f"{path}/accept-time", customer, json=new)
        assert (accepted.status_code, accepted.headers["ETag"]) == (200, '"3"')
        assert accepted.json() == {**booking, **new, "version": 3}
    events = (await api.get(f"{path}/events", provider)).json()["items"]
    assert [event["type"] for event in events] == ["placed", "rescheduled", "time_accepted"]


async def test_the_quote_names_the_start_by_which_a_late_reschedule_is_judged(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)  # in two hours: the deadline of 24 hours has passed
    path = f"/bookings/{booking['id']}"
    quote = {
        "refundAmount": 0,
        "releasedAmount": 0,
        "deskPaidAmount": 0,
        "deskRefundAmount": 0,
        "currency": "MNT",
        "cancellationStart": booking["start"],
    }
    assert (await api.get(f"{path}/cancellation-quote", customer)).json().items() >= quote.items()
    moved = await api.post(f"{path}/reschedule", customer, json={"slot": "2026-11-30T10:00:00+08:00"})
    assert moved.json()["cancellationStart"] == booking["start"]
    assert (await api.get(f"{path}/cancellation-quote", customer)).json().items() >= quote.items()
    stranger = await api.joined("customer")
    assert_problem(await api.get(f"{path}/cancellation-quote", stranger), 404, "booking.not_found")


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("reschedule", {"slot": MONDAY_AT_NOON}),
        ("cancel", {}),
        ("accept", {}),
        ("decline", {}),
        ("offer-times", {"slots": [MONDAY_AT_NOON]}),
    ],
)
async def test_a_change_with_a_stale_version_is_rejected(api: Api, step: str, body: dict[str, Any]) -> None:
    provider, provider_id = await api.open_provider(**REQUESTS)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    path = f"/bookings/{booking['id']}/{step}"
    stale = await api.post(path, provider, json=body, headers={"If-Match": '"2"'})
    assert_problem(stale, 412, "conflict.stale_version")
    for other in ('W/"1"', 'W/"1", "2"', '"x"', '"0"', '"99999999999"'):
        stale = await api.post(path, provider, json=body, headers={"If-Match": other})
        assert_problem(stale, 412, "conflict.stale_version")
    for odd in ("1", '"1" "2"', '"1'):
        wrong = await api.post(path, provider, json=body, headers={"If-Match": odd})
        assert_problem(wrong, 400, "validation.invalid_input", "/header/If-Match")
    assert await api.booking(booking["id"], customer) == booking
    changed = await api.post(path, provider, json=body, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"], changed.json()["version"]) == (200, '"2"', 2)


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("reschedule", {"slot": MONDAY_AT_NOON}),
        ("cancel", {"reason": "I am ill."}),
        ("accept", {}),
        ("decline", {}),
        ("offer-times", {"slots": [MONDAY_AT_NOON]}),
    ],
)
async def test_only_its_parties_change_a_booking(api: Api, step: str, body: dict[str, Any]) -> None:
    _, provider_id = await api.open_provider(**REQUESTS)
    other_provider, _ = await api.open_provider()
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    path = f"/bookings/{booking['id']}/{step}"
    for stranger in (await api.joined("customer"), other_provider, await api.joined("manager")):
        assert_problem(await api.post(path, stranger, json=body), 404, "booking.not_found")
    assert (await api.post(path, json=body)).status_code == 401
    unknown = path.replace(booking["id"], "0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03")
    assert_problem(await api.post(unknown, await api.admin(), json=body), 404, "booking.not_found")
    assert_problem(await api.post(path, customer, json={**body, "more": 1}), 400, "validation.invalid_input", "/more")
    assert await api.booking(booking["id"], customer) == booking


@pytest.mark.parametrize(
    ("step", "body", "pointer"),
    [
        ("reschedule", {}, "/slot"),
        ("reschedule", {"slot": "2026-11-23T12:00:00"}, "/slot"),
        ("reschedule", {"slot": MONDAY_AT_NOON, "durationMinutes": 0}, "/durationMinutes"),
        ("reschedule", {"slot": MONDAY_AT_NOON, "durationMinutes": 20_161}, "/durationMinutes"),
        ("cancel", {"reason": "x" * 501}, "/reason"),
        ("accept", {"slot": "tomorrow"}, "/slot"),
        ("decline", {"reason": 5}, "/reason"),
        ("offer-times", {"slots": []}, "/slots"),
        ("offer-times", {"slots": [MONDAY_AT_NOON] * 11}, "/slots"),
        ("offer-times", {"slots": [MONDAY_AT_NOON, "2026-11-23T12:00:00"]}, "/slots/1"),
    ],
)
async def test_an_error_names_the_malformed_part(api: Api, step: str, body: dict[str, Any], pointer: str) -> None:
    customer = await api.joined("customer")
    answer = await api.post(f"/bookings/0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03/{step}", customer, json=body)
    assert_problem(answer, 400, "validation.invalid_input", pointer)


async def test_a_booking_is_cancelled_with_a_reason(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    path = f"/bookings/{booking['id']}"
    cancelled = await api.post(f"{path}/cancel", customer, json={"reason": "I am ill."})
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert (await api.get(f"{path}/events", customer)).json()["items"][-1]["reason"] == "I am ill."
    again = await api.post(f"{path}/cancel", customer, json={})
    assert_problem(again, 409, "booking.invalid_transition")
    late = await api.post(f"{path}/reschedule", customer, json={"slot": MONDAY_AT_NOON})
    assert_problem(late, 409, "booking.invalid_transition")
    await api.booked(customer, provider_id)


async def test_a_request_is_accepted_and_then_waits_for_its_deposit(api: Api) -> None:
    provider, provider_id = await api.open_provider(**REQUESTS, **DEPOSIT)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    assert (booking["status"], booking["dueAt"]) == ("requested", "2026-11-23T02:00:00Z")
    path = f"/bookings/{booking['id']}/accept"
    for other in (customer, await api.admin()):
        assert_problem(await api.post(path, other, json={}), 403, "lifecycle.not_your_move")
    named = await api.post(path, provider, json={"slot": MONDAY_AT_TEN})
    assert_problem(named, 422, "booking.time_not_offered", "/slot")
    accepted = await api.post(path, provider, json={})
    assert (accepted.status_code, accepted.json()["status"]) == (200, "pending")
    assert accepted.json()["dueAt"] == "2026-11-23T00:15:00Z"
    assert_problem(await api.post(path, provider, json={}), 409, "booking.invalid_transition")


async def test_a_request_is_declined_by_the_provider(api: Api) -> None:
    provider, provider_id = await api.open_provider(**REQUESTS)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    path = f"/bookings/{booking['id']}/decline"
    assert_problem(await api.post(path, customer, json={}), 403, "lifecycle.not_your_move")
    declined = await api.post(path, provider, json={"reason": "Not my style."})
    assert (declined.json()["status"], declined.headers["ETag"]) == ("cancelled", '"2"')
    events = (await api.get(f"/bookings/{booking['id']}/events", customer)).json()["items"]
    assert events[-1]["reason"] == "Not my style."


async def test_a_customer_takes_one_of_the_times_that_were_offered(api: Api) -> None:
    provider, provider_id = await api.open_provider(**REQUESTS)
    customer, other = await api.joined("customer"), await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    assert "offeredTimes" not in booking
    path = f"/bookings/{booking['id']}"
    refused = await api.post(f"{path}/offer-times", customer, json={"slots": [MONDAY_EVENING]})
    assert_problem(refused, 403, "lifecycle.not_your_move")
    past = await api.post(f"{path}/offer-times", provider, json={"slots": ["2026-11-22T10:00:00Z"]})
    assert_problem(past, 422, "validation.invalid_value", "/slots")
    offered = await api.post(f"{path}/offer-times", provider, json={"slots": [MONDAY_EVENING, MONDAY_AT_NOON]})
    assert offered.status_code == 200
    assert offered.json()["offeredTimes"] == ["2026-11-23T04:00:00Z", "2026-11-23T14:07:00Z"]
    assert (offered.json()["status"], offered.json()["dueAt"]) == ("requested", "2026-11-23T14:07:00Z")
    assert await api.booking(offered.json()["id"], customer) == offered.json()
    assert_problem(await api.post(f"{path}/accept", customer, json={}), 403, "lifecycle.not_your_move")
    elsewhere = await api.post(f"{path}/accept", customer, json={"slot": MONDAY_AT_2_10})
    assert_problem(elsewhere, 422, "booking.time_not_offered", "/slot")
    await api.booked(other, provider_id, MONDAY_AT_NOON)
    gone = await api.post(f"{path}/accept", customer, json={"slot": MONDAY_AT_NOON})
    assert_problem(gone, 409, "booking.slot_taken", "/slot")
    taken = await api.post(f"{path}/accept", customer, json={"slot": MONDAY_EVENING})
    assert (taken.json()["status"], taken.json()["start"]) == ("confirmed", "2026-11-23T14:07:00Z")
    assert "offeredTimes" not in taken.json()
    assert "dueAt" not in taken.json()


async def test_a_higher_price_is_offered_with_times_and_agreed_to_by_its_amount(api: Api) -> None:
    provider, provider_id = await api.open_provider(**REQUESTS)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    path, more = f"/bookings/{booking['id']}", booking["priceAmount"] + 4_000_000
    assert "offeredPriceAmount" not in booking
    offer = {"slots": [MONDAY_EVENING], "priceAmount": more, "depositAmount": 1_000_000, "message": "It takes longer."}
    offered = (await api.post(f"{path}/offer-times", provider, json=offer)).json()
    assert (offered["offeredPriceAmount"], offered["offeredDepositAmount"]) == (more, 1_000_000)
    assert offered["priceAmount"] == booking["priceAmount"]
    unseen = await api.post(f"{path}/accept", customer, json={"slot": MONDAY_EVENING})
    assert_problem(unseen, 409, "booking.price_not_agreed", "/priceAmount")
    agreed = {"slot": MONDAY_EVENING, "priceAmount": more, "depositAmount": 1_000_000}
    taken = (await api.post(f"{path}/accept", customer, json=agreed)).json()
    assert (taken["status"], taken["priceAmount"], taken["depositAmount"]) == ("pending", more, 1_000_000)
    assert (taken["dueNowAmount"], taken["dueLaterAmount"], taken["dueReason"]) == (
        1_000_000,
        more - 1_000_000,
        "deposit",
    )
    assert "offeredPriceAmount" not in taken


async def test_the_customer_agrees_to_a_longer_appointment_for_more_or_declines_it(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id, MONDAY_AT_NOON)
    path, more = f"/bookings/{booking['id']}", booking["priceAmount"] + 4_000_000
    change = {"priceAmount": more, "durationMinutes": 90, "message": "It is larger."}
    for answer in ("decline", "accept"):
        asked = await api.post(f"{path}/change-terms", provider, json=change)
        offered = {
            "offeredPriceAmount": more,
            "offeredDepositAmount": 0,
            "offeredDurationMinutes": 90,
            "offeredUntil": "2026-11-23T04:00:00Z",
        }
        changed = {"version", "updatedAt"}
        assert {key: value for key, value in asked.json().items() if key not in changed} == {
            **{key: value for key, value in booking.items() if key not in changed},
            **offered,
        }
        assert (await api.get(path, customer)).json()["actions"][:2] == ["accept", "decline"]
        if answer == "decline":
            declined = await api.post(f"{path}/decline", customer, json={"reason": "Too long."})
            assert (declined.json()["status"], declined.json()["end"]) == ("confirmed", booking["end"])
            assert not offered.keys() & declined.json().keys()
    unseen = await api.post(f"{path}/accept", customer, json={"priceAmount": more})
    assert_problem(unseen, 409, "booking.length_not_agreed", "/durationMinutes")
    agreed = await api.post(f"{path}/accept", customer, json={"priceAmount": more, "durationMinutes": 90})
    assert (agreed.json()["priceAmount"], agreed.json()["end"]) == (more, "2026-11-23T05:30:00Z")
    events = (await api.get(f"{path}/events", provider)).json()["items"]
    assert [(each["type"], each.get("reason")) for each in events[1:]] == [
        ("terms_offered", "It is larger."),
        ("terms_refused", "Too long."),
        ("terms_offered", "It is larger."),
        ("terms_accepted", None),
    ]


async def test_an_offered_time_that_was_blocked_since_is_refused_and_the_other_offers_stay(api: Api) -> None:
    provider, provider_id = await api.open_provider(**REQUESTS)
    customer = await api.joined("customer")
    path = f"/bookings/{(await api.booked(customer, provider_id))['id']}"
    offered = await api.post(f"{path}/offer-times", provider, json={"slots": [MONDAY_EVENING, MONDAY_AT_NOON]})
    block = {"start": "2026-11-23T12:30:00+08:00", "end": "2026-11-23T13:00:00+08:00"}
    blocked = (await api.post("/availability/blocks", provider, json=block)).json()["id"]
    gone = await api.post(f"{path}/accept", customer, json={"slot": MONDAY_AT_NOON})
    assert_problem(gone, 409, "booking.time_not_available", "/slot")
    assert await api.booking(offered.json()["id"], customer) == offered.json()
    again = await api.post(f"{path}/offer-times", provider, json={"slots": [MONDAY_AT_NOON]})
    assert_problem(again, 409, "booking.time_not_available", "/slots/0")
    await api.delete(f"/availability/blocks/{blocked}", provider)
    taken = await api.post(f"{path}/accept", customer, json={"slot": MONDAY_AT_NOON})
    assert (taken.json()["status"], taken.json()["start"]) == ("confirmed", "2026-11-23T04:00:00Z")


async def test_an_offer_of_a_time_that_is_taken_is_refused(api: Api) -> None:
    provider, provider_id = await api.open_provider(**REQUESTS)
    booking = await api.booked(await api.joined("customer"), provider_id)
    await api.booked(await api.joined("customer"), provider_id, MONDAY_AT_NOON)
    answer = await api.post(f"/bookings/{booking['id']}/offer-times", provider, json={"slots": [MONDAY_AT_NOON]})
    assert_problem(answer, 409, "booking.slot_taken", "/slots/0")


async def test_a_request_need_not_claim_its_time(api: Api) -> None:
    provider, provider_id = await api.open_provider(**REQUESTS)
    changed = await api.put("/availability/settings", provider, json={"requestsClaimTime": False})
    assert changed.json()["requestsClaimTime"] is False
    assert (await api.get(f"/availability/{provider_id}")).json()["settings"]["requestsClaimTime"] is False
    first, second = [await api.booked(await api.joined("customer"), provider_id) for _ in range(2)]
    assert (await api.post(f"/bookings/{second['id']}/accept", provider, json={})).status_code == 200
    late = await api.post(f"/bookings/{first['id']}/accept", provider, json={})
    assert_problem(late, 409, "booking.slot_taken", "/slot")


async def test_the_provider_enters_walk_ins_and_books_for_customers(api: Api) -> None:
    provider, provider_id = await api.open_provider(**DEPOSIT)
    customer = await api.joined("customer")
    walk_in = await api.booked(provider, provider_id, MONDAY_EVENING)
    assert (walk_in["status"], walk_in["depositAmount"]) == ("confirmed", 0)
    assert walk_in["customerId"] == await me(api, provider)
    await api.consented(customer, provider)
    theirs = await api.booked(provider, provider_id, MONDAY_AT_2_10, customerId=await me(api, customer))
    assert (theirs["status"], theirs["customerId"]) == ("pending", await me(api, customer))
    assert [each["id"] for each in (await api.get("/bookings", customer)).json()["items"]] == [theirs["id"]]
    over = {"providerId": provider_id, "slot": MONDAY_AT_2_10}
    assert_problem(await api.post("/bookings", provider, json=over), 409, "booking.slot_taken", "/slot")
    nobody = {**over, "slot": MONDAY_AT_TEN, "customerId": "0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03"}
    unknown = await api.post("/bookings", provider, json=nobody)
    assert_problem(unknown, 404, "booking.customer_not_found", "/customerId")
    nosy = await api.post("/bookings", await api.joined("customer"), json=nobody)
    assert_problem(nosy, 403, "booking.for_others", "/customerId")


async def test_a_series_is_made_whole_and_once(api: Api) -> None:
    _, provider_id = await api.open_provider(**DEPOSIT)
    customer = await api.joined("customer")
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN, "times": 3, "everyWeeks": 2, "notes": "Sleeve."}
    made = await api.post("/bookings/series", customer, json=wish, headers={"Idempotency-Key": "sleeve-1"})
    assert made.status_code == 201
    series = made.json()
    assert [each["start"] for each in series["items"]] == [
        "2026-11-23T02:00:00Z",
        "2026-12-07T02:00:00Z",
        "2026-12-21T02:00:00Z",
    ]
    for each in series["items"]:
        assert (each["seriesId"], each["status"], each["notes"]) == (series["id"], "pending", "Sleeve.")
        assert await api.booking(each["id"], customer) == each
    again = await api.post("/bookings/series", customer, json=wish, headers={"Idempotency-Key": "sleeve-1"})
    assert (again.status_code, again.json()) == (201, series)
    assert len((await api.get("/bookings", customer)).json()["items"]) == 3
    assert "seriesId" not in await api.booked(customer, provider_id, MONDAY_AT_NOON)


async def test_an_impossible_series_names_every_unavailable_time(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    await api.booked(provider, provider_id, "2026-11-30T10:30:00+08:00")
    await api.post("/availability/exceptions", provider, json={"date": "2026-12-14", "closed": True})
    customer = await api.joined("customer")
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN, "times": 5}
    answer = await api.post("/bookings/series", customer, json=wish)
    assert_problem(answer, 409, "booking.series_not_possible")
    errors = answer.json()["errors"]
    assert [error["pointer"] for error in errors] == ["/slot", "/slot"]
    assert [error["code"] for error in errors] == ["booking.slot_taken", "booking.slot_not_offered"]
    assert "Mon 30 Nov 2026, 10:00 (Ulaanbaatar)" in errors[0]["message"]
    assert "Mon 14 Dec 2026, 10:00 (Ulaanbaatar)" in errors[1]["message"]
    closed = {"providerId": provider_id, "slot": "2026-12-14T10:00:00+08:00"}
    refused = await api.post("/bookings", customer, json=closed)
    assert_problem(refused, 422, "booking.slot_not_offered", "/slot")
    assert refused.json()["reasons"] == ["exception"]
    assert (await api.get("/bookings", customer)).json()["items"] == []
    await api.booked(customer, provider_id)


@pytest.mark.parametrize(
    ("member", "value"),
    [("times", 1), ("times", 53), ("everyWeeks", 0), ("everyWeeks", 53), ("holdId", None), ("slot", "2026-11-23")],
)
async def test_a_series_has_bounds(api: Api, member: str, value: object) -> None:
    wish = {"providerId": "0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03", "slot": MONDAY_AT_TEN, "times": 2, member: value}
    answer = await api.post("/bookings/series", await api.joined("customer"), json=wish)
    assert_problem(answer, 400, "validation.invalid_input", f"/{member}")


async def test_only_staff_books_a_series_for_others(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    wish = {
        "providerId": provider_id,
        "slot": MONDAY_AT_TEN,
        "times": 2,
        "customerId": await api.consented(customer, provider),
    }
    nosy = await api.post("/bookings/series", await api.joined("customer"), json=wish)
    assert_problem(nosy, 403, "booking.for_others", "/customerId")
    made = await api.post("/bookings/series", provider, json={**wish, "slot": MONDAY_EVENING, "durationMinutes": 30})
    assert {each["customerId"] for each in made.json()["items"]} == {await me(api, customer)}
    assert made.json()["items"][1]["end"] == "2026-11-30T14:37:00Z"
    assert (await api.post("/bookings/series", json=wish)).status_code == 401
