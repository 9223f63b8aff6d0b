"""Points redeemed over HTTP: quoted, reserved by bookings, captured, released, spent once."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.entrypoints.http.test_loyalty import accounts, adjust
from tests.unit.entrypoints.http.test_loyalty_programmes import start
from tests.unit.features.bookings import EARLIER_TODAY

from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import BookingId
from booking_domain.use_cases.bookings.expire_booking import ExpireBooking, expire_booking
from booking_domain.use_cases.payments.earnings import update_earnings

PRICE: Final = 8_000_000
DEPOSIT: Final = 2_000_000
VALUE: Final = 5_000
TUESDAY: Final = "2026-11-24T{:02}:00:00+08:00"


class Shop:
    """A provider with a programme, and a customer with a thousand of their points."""

    def __init__(self, api: Api, owner: str, provider_id: str, customer: str) -> None:
        self.api, self.owner, self.provider_id, self.customer = api, owner, provider_id, customer
        self.account_id = ""

    @classmethod
    async def open(cls, api: Api, deposit: int = DEPOSIT, points: int = 1_000, **programme: Any) -> "Shop":
        owner, provider_id = await api.open_provider(priceAmount=PRICE, depositAmount=deposit)
        shop = cls(api, owner, provider_id, await api.joined("customer", verified=True))
        await start(api, owner, pointValue=VALUE, **programme)
        shop.account_id = (await adjust(api, shop.customer, points, providerId=provider_id))["accountId"]
        return shop

    def order(self, points: int | None = None, hour: int = 10) -> dict[str, Any]:
        asked = {"accountId": self.account_id} | ({} if points is None else {"points": points})
        return {"providerId": self.provider_id, "slot": TUESDAY.format(hour), "points": asked}

    async def booked(self, points: int | None = None, hour: int = 10) -> dict[str, Any]:
        order = self.order(points, hour)
        quote = (await self.api.post("/bookings/quote", self.customer, json=order)).json()
        answer = await self.api.post("/bookings", self.customer, json=order)
        assert answer.status_code == 201, answer.text
        booking = dict(answer.json())
        for name in ("listPriceAmount", "priceAmount", "depositAmount", "discounts", "dueNowAmount"):
            assert quote[name] == booking[name], name
        return booking

    async def redeem(self, booking: dict[str, Any], points: int | None = None) -> Any:
        body = {"bookingId": booking["id"]} | self.order(points)["points"]
        return await self.api.post("/loyalty/redeem", self.customer, json=body)

    async def has(self) -> tuple[int, int]:
        """What can be spent, and what bookings hold."""
        [account] = await accounts(self.api, self.customer)
        return account["spendable"], account["reserved"]

    async def kinds(self) -> list[str]:
        items = (await self.api.get("/loyalty/me/entries", self.customer)).json()["items"]
        return [each["kind"] for each in items][::-1]

    async def disputed(self, booking: dict[str, Any], to: str, refund: int | None = None) -> None:
        """An admin disputes the booking for the customer, and decides which status it has, and what is refunded."""
        admin = await self.api.an_admin()
        complaint = {"initiatorId": booking["customerId"], "bookingId": booking["id"], "reason": "A mistake."}
        dispute = await self.api.post("/admin/disputes", admin, json=complaint)
        assert dispute.status_code == 201, dispute.text
        verdict: dict[str, Any] = {"resolution": "no_refund", "bookingStatus": to, "note": "?"}
        if refund is not None:
            verdict |= {"resolution": "refund_partial", "refundAmount": refund}
        resolved = await self.api.patch(f"/admin/disputes/{dispute.json()['id']}", admin, json=verdict)
        assert resolved.status_code == 200, resolved.text

    async def visit(self, start: str = EARLIER_TODAY, minutes: int | None = None) -> dict[str, Any]:
        """A booking that the provider has entered; of a time that is over, unless it says otherwise."""
        order: dict[str, Any] = {"customerId": await self.api.consented(self.customer, self.owner)}
        if minutes is not None:
            order |= {"durationMinutes": minutes}
        return await self.api.booked(self.owner, self.provider_id, start, **order)


async def test_points_lower_the_price_and_come_back_if_the_booking_is_cancelled(api: Api) -> None:
    shop = await Shop.open(api)
    booking = await shop.booked(points=200)
    assert (booking["priceAmount"], booking["dueNowAmount"]) == (PRICE - 200 * VALUE, DEPOSIT)
    [discount] = booking["discounts"]
    assert (discount["kind"], discount["sourceId"], discount["points"]) == ("points", shop.account_id, 200)
    assert (discount["label"], discount["amount"], discount["fundedBy"]) == ("Points", 200 * VALUE, "provider")
    assert await shop.has() == (800, 200)
    too_many = await api.post("/bookings", shop.customer, json=shop.order(801, hour=11))
    assert_problem(too_many, 409, "loyalty.not_enough")
    assert (await api.post(f"/bookings/{booking['id']}/cancel", shop.customer, json={})).status_code == 200
    assert await shop.has() == (1_000, 0)
    assert await shop.kinds() == ["adjusted", "reserved", "released"]


async def test_all_points_are_as_many_as_the_price_takes(api: Api) -> None:
    shop = await Shop.open(api, points=5_000)
    free = await shop.booked()
    assert (free["priceAmount"], free["status"], await shop.has()) == (0, "confirmed", (3_400, 1_600))


async def test_what_is_left_can_be_charged(api: Api) -> None:
    shop = await Shop.open(api, deposit=0, points=77)
    await start(api, shop.owner, pointValue=30)
    booking = await shop.booked()
    assert booking["priceAmount"] == PRICE - 2_100, "70 points of 30, as the gateway charges whole tugriks"
    assert await shop.has() == (7, 70)


async def test_points_are_spent_once_the_appointment_took_place(api: Api) -> None:
    shop = await Shop.open(api, deposit=0)
    visit = await shop.visit()
    assert (await api.patch(f"/bookings/{visit['id']}", shop.owner, json={"status": "completed"})).status_code == 200
    redeemed = await shop.redeem(visit, 100)
    assert (redeemed.json()["priceAmount"], redeemed.json()["dueNowAmount"]) == (PRICE - 500_000, PRICE - 500_000)
    assert await shop.has() == (900, 0)
    assert await shop.kinds() == ["adjusted", "reserved", "captured"]
    assert_problem(await shop.redeem(visit, 100), 409, "loyalty.redeemed_already")


async def test_a_price_that_falls_takes_fewer_points(api: Api) -> None:
    shop = await Shop.open(api, deposit=0)
    soon = api.clock.now().replace(second=0, microsecond=0) + timedelta(minutes=5)
    visit = await shop.visit(soon.isoformat())
    assert (await shop.redeem(visit)).json()["priceAmount"] == PRICE - 1_000 * VALUE
    answer = await api.post(f"/bookings/{visit['id']}/change-terms", shop.owner, json={"priceAmount": 2_000_000})
    assert (answer.json()["priceAmount"], answer.json()["discounts"][0]["points"]) == (0, 400), answer.text
    assert await shop.has() == (0, 1_000)
    api.clock.advance(timedelta(minutes=20))
    done = await api.patch(f"/bookings/{visit['id']}", shop.owner, json={"status": "completed"})
    assert done.status_code == 200, done.text
    assert await shop.has() == (600, 0)
    assert await shop.kinds() == ["adjusted", "reserved", "released", "captured"]


async def test_each_booking_of_a_series_takes_points_or_none_is_made(api: Api) -> None:
    shop = await Shop.open(api, points=1_000)
    refused = await api.post("/bookings/series", shop.customer, json={**shop.order(400), "times": 3})
    assert_problem(refused, 409, "loyalty.not_enough")
    assert (await shop.has(), (await api.get("/bookings", shop.customer)).json()["items"]) == ((1_000, 0), [])
    made = await api.post("/bookings/series", shop.customer, json={**shop.order(400), "times": 2})
    assert made.status_code == 201, made.text
    bookings = made.json()["items"]
    assert [each["priceAmount"] for each in bookings] == [PRICE - 400 * VALUE] * 2
    assert await shop.has() == (200, 800)
    assert (await api.post(f"/bookings/{bookings[1]['id']}/cancel", shop.customer, json={})).status_code == 200
    assert await shop.has() == (600, 400)
    as_many_as_there_are = {**shop.order(), "slot": TUESDAY.format(12), "times": 2}
    answer = await api.post("/bookings/series", shop.customer, json=as_many_as_there_are)
    assert_problem(answer, 422, "validation.invalid_value")


async def test_points_are_redeemed_on_the_balance_and_never_on_the_deposit(api: Api) -> None:
    shop = await Shop.open(api, points=5_000)
    booking = await api.booked(shop.customer, shop.provider_id, TUESDAY.format(10))
    redeemed = (await shop.redeem(booking)).json()
    assert (redeemed["priceAmount"], redeemed["dueNowAmount"], redeemed["dueLaterAmount"]) == (DEPOSIT, DEPOSIT, 0)
    assert await shop.has() == (3_800, 1_200)


async def test_late_money_revives_a_booking_with_the_points_that_are_still_there(api: Api) -> None:
    shop = await Shop.open(api)
    booking = await shop.booked(points=800)
    asked = {"bookingId": booking["id"], "purpose": "deposit"}
    payment = (await api.post("/payments", shop.customer, json=asked)).json()
    api.clock.advance(timedelta(minutes=20))
    command = ExpireBooking(booking_id=BookingId(UUID(booking["id"])))
    await api.container.executor().run(expire_booking, command, actor=SYSTEM)
    assert await shop.has() == (1_000, 0)
    await adjust(api, shop.customer, -900, providerId=shop.provider_id)
    api.pay(payment)
    await api.get(f"/payments/{payment['id']}", shop.customer)
    revived = (await api.get(f"/bookings/{booking['id']}", shop.customer)).json()
    assert (revived["status"], revived["priceAmount"]) == ("confirmed", PRICE - 100 * VALUE)
    assert await shop.has() == (0, 100)


async def test_the_platform_bears_what_its_points_take_off(api: Api) -> None:
    shop = await Shop.open(api, deposit=0)
    admin = await api.an_admin()
    await start(api, admin, pointValue=VALUE)
    shop.account_id = (await adjust(api, shop.customer, 300))["accountId"]
    visit = await shop.visit()
    assert (await shop.redeem(visit)).json()["discounts"][0]["fundedBy"] == "platform"
    assert (await api.patch(f"/bookings/{visit['id']}", shop.owner, json={"status": "completed"})).status_code == 200
    await api.container.executor().run(update_earnings, BookingId(UUID(visit["id"])), actor=SYSTEM)
    [entry] = (await api.get("/providers/me/earnings", shop.owner)).json()["items"]
    assert entry["fundedAmount"] == 300 * VALUE


@pytest.mark.parametrize("whose", ["another customer's", "the provider's side"])
async def test_only_the_customer_redeems_their_points(api: Api, whose: str) -> None:
    shop = await Shop.open(api)
    booking = await api.booked(shop.customer, shop.provider_id, TUESDAY.format(10))
    token = shop.owner if whose == "the provider's side" else await api.joined("customer", verified=True)
    order = shop.order(1, hour=12)
    if token == shop.owner:
        order |= {"customerId": await api.consented(shop.customer, shop.owner)}
    assert_problem(await api.post("/bookings", token, json=order), 422, "loyalty.unknown_account")
    body = {"bookingId": booking["id"]} | order["points"]
    refused = (403, "auth.not_permitted") if token == shop.owner else (404, "booking.not_found")
    assert_problem(await api.post("/loyalty/redeem", token, json=body), *refused)


async def test_points_without_a_programme_or_of_another_provider_take_nothing_off(api: Api) -> None:
    shop, other = await Shop.open(api), await Shop.open(api)
    order = {**shop.order(1), "providerId": other.provider_id}
    assert_problem(await api.post("/bookings", shop.customer, json=order), 409, "loyalty.not_accepted")
    [programme] = (await api.get("/loyalty/programmes", shop.owner)).json()["items"]
    assert (await api.post(f"/loyalty/programmes/{programme['id']}/end", shop.owner)).status_code == 200
    assert_problem(await api.post("/bookings", shop.customer, json=shop.order(1)), 409, "loyalty.not_accepted")
    cancelled = await api.booked(shop.customer, shop.provider_id, TUESDAY.format(10))
    await api.post(f"/bookings/{cancelled['id']}/cancel", shop.customer, json={})
    assert_problem(await shop.redeem(cancelled), 409, "loyalty.not_accepted")
