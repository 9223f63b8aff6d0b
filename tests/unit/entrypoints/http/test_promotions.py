"""Promotions over HTTP: started, quoted, kept on bookings, released, ended."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem
from tests.unit.features.bookings import EARLIER_TODAY

from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import BookingId
from booking_domain.use_cases.bookings.expire_booking import ExpireBooking, expire_booking
from booking_domain.use_cases.payments.earnings import update_earnings

PRICE: Final = 8_000_000
SPRING: Final[dict[str, Any]] = {"name": "Spring", "promotionCode": "spring", "currency": "MNT", "percent": 10}
TUESDAY: Final = "2026-11-24T{:02}:00:00+08:00"


async def start(api: Api, token: str, **values: Any) -> dict[str, Any]:
    answer = await api.post("/promotions", token, json={**SPRING, **values})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def booked(api: Api, token: str, provider_id: str, hour: int, *codes: str) -> dict[str, Any]:
    order = {"providerId": provider_id, "slot": TUESDAY.format(hour), "promotionCodes": codes}
    quote = await api.post("/bookings/quote", token, json=order)
    assert quote.status_code == 200, quote.text
    answer = await api.post("/bookings", token, json=order)
    assert answer.status_code == 201, answer.text
    booking = dict(answer.json())
    for name in ("listPriceAmount", "priceAmount", "depositAmount", "discounts", "dueNowAmount"):
        assert quote.json()[name] == booking[name], name
    return booking


async def used(api: Api, token: str) -> tuple[int, int]:
    [view, *_] = (await api.get("/promotions", token)).json()["items"]
    return view["redemptions"], view["redeemedAmount"]


async def test_a_code_lowers_the_price_until_its_budget_is_used(api: Api) -> None:
    owner, provider_id = await api.open_provider(priceAmount=PRICE, depositAmount=2_000_000)
    made = await start(api, owner, mostRedemptions=1, mostAmount=500_000)
    assert (made["promotionCode"], made["fundedBy"], made["providerId"]) == ("SPRING", "provider", provider_id)
    customer = await api.joined("customer", verified=True)
    first = await booked(api, customer, provider_id, 10, " Spring ")
    assert (first["priceAmount"], first["listPriceAmount"], first["dueNowAmount"]) == (7_500_000, PRICE, 2_000_000)
    assert first["discounts"] == [
        {"kind": "promotion", "sourceId": made["id"], "label": "Spring", "amount": 500_000, "fundedBy": "provider"}
    ]
    assert await used(api, owner) == (1, 500_000)
    order = {"providerId": provider_id, "slot": TUESDAY.format(11), "promotionCodes": ["SPRING"]}
    assert_problem(await api.post("/bookings", customer, json=order), 409, "promotion.used_up")
    cancelled = await api.post(f"/bookings/{first['id']}/cancel", customer, json={})
    assert cancelled.status_code == 200, cancelled.text
    assert await used(api, owner) == (0, 0)
    again = await booked(api, customer, provider_id, 11, "SPRING")
    done = await api.post(f"/promotions/{made['id']}/end", owner)
    assert done.json()["endsAt"] is not None
    assert_problem(await api.post("/bookings/quote", customer, json=order), 422, "promotion.unknown_code")
    assert (await api.get(f"/bookings/{again['id']}", customer)).json()["priceAmount"] == 7_500_000


async def test_a_promotion_counts_again_when_late_money_revives_its_booking(api: Api) -> None:
    owner, provider_id = await api.open_provider(priceAmount=PRICE, depositAmount=2_000_000)
    await start(api, owner)
    customer = await api.joined("customer", verified=True)
    booking = await booked(api, customer, provider_id, 10, "SPRING")
    asked = {"bookingId": booking["id"], "purpose": "deposit"}
    payment = (await api.post("/payments", customer, json=asked)).json()
    api.clock.advance(timedelta(minutes=20))
    command = ExpireBooking(booking_id=BookingId(UUID(booking["id"])))
    await api.container.executor().run(expire_booking, command, actor=SYSTEM)
    assert await used(api, owner) == (0, 0)
    api.pay(payment)
    await api.get(f"/payments/{payment['id']}", customer)
    assert (await api.get(f"/bookings/{booking['id']}", customer)).json()["status"] == "confirmed"
    assert await used(api, owner) == (1, PRICE // 10)


async def test_what_takes_off_most_applies_by_itself(api: Api) -> None:
    owner, provider_id = await api.open_provider(priceAmount=PRICE, depositAmount=0)
    customer = await api.joined("customer", verified=True)
    by_itself: dict[str, Any] = {"promotionCode": None, "percent": None}
    await start(api, owner, **by_itself, amount=100_000, name="Noon", fromMinute=12 * 60, untilMinute=13 * 60)
    await start(api, owner, **by_itself, amount=200_000, name="First visit", firstVisit=True)
    await start(api, owner, name="Both", promotionCode=None, combinable=True, percent=1)
    await start(api, owner, name="And this", promotionCode=None, combinable=True, percent=2)
    labels = [
        [each["label"] for each in (await booked(api, customer, provider_id, hour))["discounts"]] for hour in (11, 12)
    ]
    assert labels == [["Both", "And this"], ["Both", "And this"]]
    assert await used(api, owner) == (2, 320_000)
    other = await api.joined("customer", verified=True)
    await start(api, owner, **by_itself, amount=PRICE + 1, name="Free", firstVisit=True)
    free = await booked(api, other, provider_id, 13)
    assert (free["priceAmount"], free["status"]) == (0, "confirmed")
    assert len((await booked(api, other, provider_id, 14))["discounts"]) == 2, "it is not a first visit"


async def test_conditions_are_those_of_the_time_and_the_customer(api: Api) -> None:
    owner, provider_id = await api.open_provider(priceAmount=PRICE)
    customer = await api.joined("customer", verified=True)
    given: list[dict[str, Any]] = [{"days": [0]}, {"untilMinute": 9 * 60}, {"hoursBefore": 1}, {"currency": "USD"}]
    for at, values in enumerate(given):
        await start(api, owner, promotionCode=f"CODE{at}", **values)
        order = {"providerId": provider_id, "slot": TUESDAY.format(10), "promotionCodes": [f"CODE{at}"]}
        assert_problem(await api.post("/bookings", customer, json=order), 409, "promotion.not_applicable")
    order = {"providerId": provider_id, "slot": MONDAY_AT_TEN, "promotionCodes": ["CODE0"]}
    assert (await api.post("/bookings/quote", customer, json=order)).json()["priceAmount"] == 7_200_000
    walk_in = await api.post("/bookings", owner, json={**order, "promotionCodes": [], "walkIn": {"name": "Bat"}})
    assert walk_in.json()["discounts"] == []


async def test_the_platform_bears_its_own_promotions(api: Api) -> None:
    admin, (owner, provider_id) = await api.an_admin(), await api.open_provider(priceAmount=PRICE, depositAmount=0)
    made = await start(api, admin)
    assert made["fundedBy"] == "platform"
    customer = await api.joined("customer", verified=True)
    order = {"customerId": await api.consented(customer, owner), "promotionCodes": ["SPRING"]}
    booking = await api.booked(owner, provider_id, EARLIER_TODAY, **order)
    assert booking["priceAmount"] == 7_200_000
    done = await api.patch(f"/bookings/{booking['id']}", owner, json={"status": "completed"})
    assert done.status_code == 200, done.text
    container, booking_id = api.container, BookingId(UUID(booking["id"]))
    assert booking_id in await container.reads().earnings.outdated(10), "the worker finds it, although nothing is paid"
    await container.executor().run(update_earnings, booking_id, actor=SYSTEM)
    [entry] = (await api.get("/providers/me/earnings", owner)).json()["items"]
    assert (entry["fundedAmount"], entry["keptAmount"]) == (800_000, 0)


async def test_nobody_runs_promotions_of_others(api: Api) -> None:
    owner, provider_id = await api.open_provider(priceAmount=PRICE)
    other, _ = await api.open_provider(priceAmount=PRICE)
    made = await start(api, owner)
    assert_problem(await api.post(f"/promotions/{made['id']}/end", other), 404, "promotion.not_found")
    named = {**SPRING, "providerId": provider_id}
    assert_problem(await api.post("/promotions", other, json=named), 404, "provider.not_found")
    assert_problem(await api.post("/promotions", owner, json=SPRING), 409, "promotion.code_taken")
    for wrong in ({"percent": None}, {"amount": 5}, {"fromMinute": 60, "untilMinute": 60}):
        assert_problem(await api.post("/promotions", owner, json={**SPRING, **wrong}), 422, "validation.invalid_value")
