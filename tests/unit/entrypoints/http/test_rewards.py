"""Rewards over HTTP: a service of a booking for points, quoted, reserved, captured, given back."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.entrypoints.http.test_loyalty_programmes import start
from tests.unit.entrypoints.http.test_points import TUESDAY, Shop

from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import BookingId
from booking_domain.use_cases.bookings.expire_booking import ExpireBooking, expire_booking

WASH: Final = 2_000_000
CUT: Final = 5_000_000
COST: Final = 300


class Salon(Shop):
    """A provider with two services, of which a wash is a reward."""

    wash: str
    cut: str

    @classmethod
    async def stocked(cls, api: Api, deposit: int = 0, points: int = 1_000) -> "Salon":
        shop = await cls.open(api, deposit=deposit, points=points)
        assert isinstance(shop, Salon)
        shop.wash, shop.cut = [await shop.service(*each) for each in (("Wash", WASH), ("Cut", CUT))]
        reward = {"name": "A wash", "points": COST, "serviceIds": [shop.wash]}
        await start(api, shop.owner, pointValue=5_000, rewards=[reward])
        return shop

    async def service(self, name: str, price: int) -> str:
        body = {"name": name, "durationMinutes": 30, "priceAmount": price, "depositAmount": 0}
        answer = await self.api.post("/services", self.owner, json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def wanted(self, *services: str, hour: int = 10, reward: str = "A wash") -> dict[str, Any]:
        asked = {"accountId": self.account_id, "reward": reward}
        slot = TUESDAY.format(hour)
        return {"providerId": self.provider_id, "slot": slot, "serviceIds": list(services), "points": asked}

    async def rewarded(self, *services: str, hour: int = 10) -> dict[str, Any]:
        order = self.wanted(*services, hour=hour)
        quote = (await self.api.post("/bookings/quote", self.customer, json=order)).json()
        answer = await self.api.post("/bookings", self.customer, json=order)
        assert answer.status_code == 201, answer.text
        assert [each["label"] for each in quote["lines"] if each["kind"] == "points"] == ["A wash"]
        assert quote["priceAmount"] == answer.json()["priceAmount"]
        return dict(answer.json())

    async def done(self, booking: dict[str, Any]) -> None:
        answer = await self.api.patch(f"/bookings/{booking['id']}", self.owner, json={"status": "completed"})
        assert answer.status_code == 200, answer.text


async def test_a_reward_pays_its_service_and_comes_back_if_the_booking_is_cancelled(api: Api) -> None:
    shop = await Salon.stocked(api)
    booking = await shop.rewarded(shop.wash, shop.cut)
    assert (booking["listPriceAmount"], booking["priceAmount"]) == (WASH + CUT, CUT)
    [discount] = booking["discounts"]
    assert (discount["kind"], discount["label"], discount["points"]) == ("points", "A wash", COST)
    assert (discount["amount"], discount["sourceId"], await shop.has()) == (WASH, shop.account_id, (700, COST))
    assert (await api.post(f"/bookings/{booking['id']}/cancel", shop.customer, json={})).status_code == 200
    assert await shop.has() == (1_000, 0)


async def test_the_points_of_a_reward_are_spent_once_the_appointment_took_place(api: Api) -> None:
    shop = await Salon.stocked(api)
    soon = (api.clock.now().replace(second=0, microsecond=0) + timedelta(minutes=5)).isoformat()
    customer_id = await api.consented(shop.customer, shop.owner)
    booking = await api.booked(shop.owner, shop.provider_id, soon, customerId=customer_id, serviceIds=[shop.wash])
    body = {"bookingId": booking["id"], "accountId": shop.account_id, "reward": "A wash"}
    redeemed = (await api.post("/loyalty/redeem", shop.customer, json=body)).json()
    assert (redeemed["priceAmount"], redeemed["status"]) == (0, "confirmed")
    api.clock.advance(timedelta(minutes=20))
    await shop.done(booking)
    assert await shop.has() == (700, 0)
    assert await shop.kinds() == ["adjusted", "reserved", "captured"]
    await shop.disputed(booking, "cancelled")
    assert await shop.has() == (1_000, 0)


async def test_a_reward_is_for_its_services_and_its_programme(api: Api) -> None:
    shop = await Salon.stocked(api, points=COST - 1)
    quote = "/bookings/quote"
    for order, refusal in (
        (shop.wanted(shop.cut), (409, "loyalty.reward_not_applicable")),
        (shop.wanted(shop.wash, reward="A massage"), (422, "loyalty.unknown_reward")),
        (shop.wanted(shop.wash), (409, "loyalty.not_enough")),
    ):
        assert_problem(await api.post(quote, shop.customer, json=order), *refusal)
    both = shop.wanted(shop.wash)
    both["points"] |= {"points": 5}
    assert_problem(await api.post(quote, shop.customer, json=both), 422, "validation.invalid_value")


async def test_a_reward_is_redeemed_on_a_booking_that_was_made_before(api: Api) -> None:
    shop = await Salon.stocked(api)
    booking = await api.booked(shop.customer, shop.provider_id, TUESDAY.format(10), serviceIds=[shop.wash, shop.cut])
    body = {"bookingId": booking["id"], "accountId": shop.account_id, "reward": "A wash"}
    redeemed = (await api.post("/loyalty/redeem", shop.customer, json=body)).json()
    assert (redeemed["priceAmount"], await shop.has()) == (CUT, (700, COST))
    assert_problem(await api.post("/loyalty/redeem", shop.customer, json=body), 409, "loyalty.redeemed_already")


async def test_each_booking_of_a_series_has_the_reward_or_none_is_made(api: Api) -> None:
    shop = await Salon.stocked(api)
    order = shop.wanted(shop.wash, shop.cut)
    refused = await api.post("/bookings/series", shop.customer, json={**order, "times": 4})
    assert_problem(refused, 409, "loyalty.not_enough")
    assert (await shop.has(), (await api.get("/bookings", shop.customer)).json()["items"]) == ((1_000, 0), [])
    made = await api.post("/bookings/series", shop.customer, json={**order, "times": 3})
    assert made.status_code == 201, made.text
    bookings = made.json()["items"]
    assert [(each["priceAmount"], each["discounts"][0]["label"]) for each in bookings] == [(CUT, "A wash")] * 3
    assert await shop.has() == (100, 3 * COST)
    assert (await api.post(f"/bookings/{bookings[1]['id']}/cancel", shop.customer, json={})).status_code == 200
    assert await shop.has() == (100 + COST, 2 * COST)


async def test_a_reward_costs_all_of_its_points_however_little_it_takes_off(api: Api) -> None:
    shop = await Salon.stocked(api)
    booking = await shop.rewarded(shop.wash, shop.cut)
    half = {"priceAmount": WASH // 2}
    cheaper = (await api.post(f"/bookings/{booking['id']}/change-terms", shop.owner, json=half)).json()
    assert (cheaper["priceAmount"], cheaper["discounts"][0]["points"]) == (0, COST)
    free = (await api.post(f"/bookings/{booking['id']}/change-terms", shop.owner, json={"priceAmount": 0})).json()
    assert (free["priceAmount"], free["discounts"][0]["points"]) == (0, 0)


async def test_late_money_revives_a_booking_without_a_reward_whose_points_are_gone(api: Api) -> None:
    shop = await Salon.stocked(api, deposit=1_000_000)
    order = shop.wanted(shop.wash, shop.cut) | {"depositAmount": 1_000_000}
    booking = (await api.post("/bookings", shop.customer, json=order)).json()
    asked = {"bookingId": booking["id"], "purpose": "deposit"}
    payment = (await api.post("/payments", shop.customer, json=asked)).json()
    api.clock.advance(timedelta(minutes=20))
    command = ExpireBooking(booking_id=BookingId(UUID(booking["id"])))
    await api.container.executor().run(expire_booking, command, actor=SYSTEM)
    assert await shop.has() == (1_000, 0)
    spent = {"points": -800, "reason": "?", "providerId": shop.provider_id}
    user_id = (await api.get("/auth/me", shop.customer)).json()["id"]
    await api.post(f"/admin/users/{user_id}/loyalty-adjustments", await api.an_admin(), json=spent)
    api.pay(payment)
    await api.get(f"/payments/{payment['id']}", shop.customer)
    revived = (await api.get(f"/bookings/{booking['id']}", shop.customer)).json()
    assert (revived["status"], revived["priceAmount"]) == ("confirmed", WASH + CUT)
    assert await shop.has() == (200, 0)


@pytest.mark.parametrize(
    "rewards",
    [
        [{"name": "A", "points": 1, "serviceIds": [str(UUID(int=1))]}] * 2,
        [{"name": "A", "points": 0, "serviceIds": [str(UUID(int=1))]}],
        [{"name": "A", "points": 1, "serviceIds": []}],
    ],
)
async def test_rewards_have_names_of_their_own_points_and_services(api: Api, rewards: list[dict[str, Any]]) -> None:
    owner, _ = await api.open_provider()
    body = {"name": "P", "currency": "MNT", "points": 1, "perAmount": 100, "pointValue": 5, "rewards": rewards}
    assert (await api.post("/loyalty/programmes", owner, json=body)).status_code in {400, 422}
