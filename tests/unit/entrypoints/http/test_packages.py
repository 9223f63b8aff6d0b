"""Packages over HTTP: sold, used by bookings, given back, refunded, transferred, reminded of and expired."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from tests.unit.entrypoints.api import Api, assert_problem, serving
from tests.unit.features.bookings import EARLIER_TODAY
from tests.unit.features.packages import FIVE, bought, sell

from booking_domain.packages.model import PackageId
from booking_domain.payments.orders import Order, OrderId, OrderStatus
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import BookingId
from booking_domain.use_cases.bookings.expire_booking import ExpireBooking, expire_booking
from booking_domain.use_cases.orders.pay import expire_order, settle_order
from booking_domain.use_cases.orders.refund import make_order_refund
from booking_domain.use_cases.packages.expiry import expire_package, remind_of_package
from booking_domain.use_cases.payments.earnings import update_earnings

PRICE: Final = 8_000_000
TUESDAY: Final = "2026-11-24T{:02}:00:00+08:00"


async def scene(api: Api, **terms: Any) -> tuple[str, str, str]:
    """Owner, provider's id and customer."""
    owner, provider_id = await api.open_provider(priceAmount=PRICE, depositAmount=2_000_000, **terms)
    return owner, provider_id, await api.joined("customer", verified=True)


def order(provider_id: str, package: dict[str, Any], hour: int = 10, **more: Any) -> dict[str, Any]:
    return {"providerId": provider_id, "slot": TUESDAY.format(hour), "packageId": package["id"], **more}


async def left(api: Api, token: str, package: dict[str, Any]) -> tuple[int, int]:
    """The free and the reserved visits."""
    found = (await api.get(f"/packages/{package['id']}", token)).json()
    return found["balance"], found["reserved"]


async def kinds(api: Api, token: str, package: dict[str, Any]) -> list[str]:
    """What changed the package, in order."""
    items = (await api.get(f"/packages/{package['id']}/entries", token)).json()["items"]
    return [each["kind"] for each in reversed(items)]


async def test_a_booking_takes_a_visit_and_gives_it_back(api: Api) -> None:
    owner, provider_id, customer = await scene(api)
    package = await sell(api, owner, customer, visits=1)
    quote = await api.post("/bookings/quote", customer, json=order(provider_id, package))
    assert (quote.json()["priceAmount"], quote.json()["dueNowAmount"]) == (0, 0)
    booking = (await api.post("/bookings", customer, json=order(provider_id, package))).json()
    assert (booking["status"], booking["listPriceAmount"], booking["priceAmount"]) == ("confirmed", PRICE, 0)
    assert booking["discounts"] == [
        {
            "kind": "package",
            "sourceId": package["id"],
            "label": "Five visits",
            "amount": PRICE,
            "fundedBy": "provider",
        }
    ]
    assert await left(api, customer, package) == (0, 1)
    again = await api.post("/bookings", customer, json=order(provider_id, package, 11))
    assert_problem(again, 409, "package.used_up")
    await api.post(f"/bookings/{booking['id']}/cancel", customer, json={})
    assert await left(api, owner, package) == (1, 0)
    assert await kinds(api, customer, package) == ["sold", "reserved", "released"]


async def test_a_visit_that_a_package_covers_uses_no_promotion(api: Api) -> None:
    owner, provider_id, customer = await scene(api)
    package = await sell(api, owner, customer, visits=1)
    promotion = {"name": "Spring", "promotionCode": "SPRING", "currency": "MNT", "percent": 10}
    started = (await api.post("/promotions", owner, json=promotion)).json()
    asked = order(provider_id, package, promotionCodes=["SPRING"])
    booking = (await api.post("/bookings", customer, json=asked)).json()
    assert [each["kind"] for each in booking["discounts"]] == ["package"]
    [known] = (await api.get("/promotions", owner)).json()["items"]
    assert (known["id"], known["redemptions"]) == (started["id"], 0)


async def test_the_price_of_a_visit_is_revenue_once_it_took_place(api: Api) -> None:
    owner, provider_id, customer = await scene(api)
    package = await sell(api, owner, customer)
    staff = {"providerId": provider_id, "customerId": package["customerId"], "packageId": package["id"]}
    answer = await api.post("/bookings", owner, json={**staff, "slot": EARLIER_TODAY})
    assert answer.status_code == 201, answer.text

    async def owed() -> tuple[int, int]:
        [found] = (await api.get("/packages/liability", owner)).json()["items"]
        return found["usedAmount"], found["outstandingAmount"]

    assert await owed() == (0, 32_000_000)
    done = await api.patch(f"/bookings/{answer.json()['id']}", owner, json={"status": "completed"})
    assert done.status_code == 200, done.text
    assert await owed() == (6_400_000, 25_600_000)
    assert await kinds(api, owner, package) == ["sold", "reserved", "used"]


async def test_each_booking_of_a_series_takes_a_visit_or_none_is_made(api: Api) -> None:
    owner, provider_id, customer = await scene(api)
    package = await sell(api, owner, customer, visits=3)
    refused = await api.post("/bookings/series", customer, json=order(provider_id, package, times=4))
    assert_problem(refused, 409, "package.used_up")
    assert await left(api, customer, package) == (3, 0)
    made = await api.post("/bookings/series", customer, json=order(provider_id, package, times=3))
    assert [each["priceAmount"] for each in made.json()["items"]] == [0, 0, 0]
    assert await left(api, customer, package) == (0, 3)


@pytest.mark.parametrize("is_left", [True, False])
async def test_a_booking_that_is_revived_takes_its_visit_again_if_one_is_left(api: Api, *, is_left: bool) -> None:
    owner, provider_id, customer = await scene(api)
    made = [await api.post("/services", owner, json=_service(*each)) for each in (("Cut", 5), ("Beard", 3))]
    both = [each.json()["id"] for each in made]
    package = await sell(api, owner, customer, visits=1, serviceIds=both[:1])
    booking = (await api.post("/bookings", customer, json=order(provider_id, package, serviceIds=both))).json()
    assert (booking["status"], booking["priceAmount"]) == ("pending", 3_000_000)
    asked = {"bookingId": booking["id"], "purpose": "deposit"}
    payment = (await api.post("/payments", customer, json=asked)).json()
    api.clock.advance(timedelta(minutes=20))
    command = ExpireBooking(booking_id=BookingId(UUID(booking["id"])))
    await api.container.executor().run(expire_booking, command, actor=SYSTEM)
    assert await left(api, owner, package) == (1, 0)
    if not is_left:
        gone = {"reason": "Moves away."}
        assert (await api.post(f"/packages/{package['id']}/refund", owner, json=gone)).status_code == 200
    api.pay(payment)
    await api.get(f"/payments/{payment['id']}", customer)
    status = (await api.get(f"/bookings/{booking['id']}", customer)).json()["status"]
    assert status == ("confirmed" if is_left else "expired")
    assert await left(api, owner, package) == (0, int(is_left))


def _service(name: str, price: int) -> dict[str, Any]:
    return {
        "name": name,
        "durationMinutes": 60,
        "priceAmount": price * 1_000_000,
        "depositAmount": 500_000,
        "currency": "MNT",
    }


async def test_a_package_is_used_by_its_customer_at_its_seller_only(api: Api) -> None:
    owner, provider_id, customer = await scene(api)
    package = await sell(api, owner, customer)
    other = await api.joined("customer", verified=True)
    wish = order(provider_id, package)
    assert_problem(await api.post("/bookings", other, json=wish), 422, "package.unknown")
    _, elsewhere = await api.open_provider()
    assert_problem(
        await api.post("/bookings/quote", customer, json={**wish, "providerId": elsewhere}),
        409,
        "package.not_applicable",
    )
    stranger, _ = await api.open_provider()
    assert_problem(await api.get(f"/packages/{package['id']}", stranger), 404, "package.not_found")
    reason = {"reason": "Mine."}
    assert_problem(await api.post(f"/packages/{package['id']}/refund", stranger, json=reason), 404, "package.not_found")
    sale = {"offerId": package["offerId"], "customerId": package["customerId"], "method": "cash"}
    assert_problem(await api.post("/packages", stranger, json=sale), 404, "package_offer.not_found")
    unknown = {**sale, "customerId": (await api.get("/auth/me", other)).json()["id"]}
    assert_problem(await api.post("/packages", owner, json=unknown), 404, "booking.customer_not_found")
    foreign = {**FIVE, "serviceIds": ["0197a9c0-0000-7000-8000-000000000009"]}
    assert_problem(await api.post("/package-offers", owner, json=foreign), 422, "validation.invalid_value")
    assert (await api.post(f"/package-offers/{package['offerId']}/end", owner)).json()["endedAt"] is not None
    assert_problem(await api.post("/packages", owner, json=sale), 409, "package_offer.ended")
    assert [each["id"] for each in (await api.get("/packages", owner)).json()["items"]] == [package["id"]]
    assert (await api.get("/packages", stranger)).json()["items"] == []


async def test_a_salon_sells_packages_that_are_used_at_its_members(api: Api) -> None:
    owner, provider_id, customer = await scene(api)
    manager = await api.joined("manager")
    salon = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})).json()
    invited = await api.post(f"/salons/{salon['id']}/members", manager, json={"providerId": provider_id})
    assert invited.is_success, invited.text
    week = {"rules": [{"day": day, "startTime": "09:00", "endTime": "20:00"} for day in range(7)]}
    assert (await api.put(f"/salons/{salon['id']}/hours", manager, json=week)).is_success
    joined = await api.post(f"/salons/{salon['id']}/members/me/accept", owner)
    assert joined.is_success, joined.text
    customer_id = await api.consented(customer, owner)
    offer = (await api.post("/package-offers", manager, json={**FIVE, "salonId": salon["id"]})).json()
    sale = {"offerId": offer["id"], "customerId": customer_id, "method": "card"}
    package = (await api.post("/packages", manager, json=sale)).json()
    booked = await api.post("/bookings", customer, json=order(provider_id, package))
    assert booked.status_code == 201, booked.text
    assert booked.json()["priceAmount"] == 0
    assert await left(api, manager, package) == (4, 1)
    assert_problem(await api.delete(f"/salons/{salon['id']}", manager), 409, "package.of_salon")


async def test_visits_are_given_to_another_customer_by_a_verified_contact(api: Api) -> None:
    owner, provider_id, customer = await scene(api)
    package = await sell(api, owner, customer, transferable=True, validDays=30)
    friend = await api.joined("customer", verified=True)
    email = (await api.get("/auth/me", friend)).json()["email"]
    path = f"/packages/{package['id']}/transfer"
    answer = await api.post(path, customer, json={"email": email.upper(), "visits": 2})
    assert (answer.status_code, answer.json()["balance"]) == (200, 3)
    [given] = (await api.get("/packages/mine", friend)).json()["items"]
    assert (given["balance"], given["priceAmount"], given["expiresAt"]) == (2, 12_800_000, package["expiresAt"])
    assert (await api.post("/bookings/quote", friend, json=order(provider_id, given))).json()["priceAmount"] == 0
    assert_problem(await api.post(path, customer, json={}), 422, "validation.invalid_value")
    unverified = (await api.get("/auth/me", await api.joined("customer"))).json()["email"]
    for member, contact in (("email", unverified), ("email", "nobody@example.com"), ("phone", "+97699887766")):
        refused = await api.post(path, customer, json={member: contact})
        assert_problem(refused, 422, "package.no_recipient")
        assert [each["pointer"] for each in refused.json()["errors"]] == [f"/{member}"]
    assert_problem(await api.post(path, customer, json={"email": "bold@example.com"}), 422, "package.no_recipient")
    assert_problem(await api.post(path, customer, json={"email": email}), 429, "rate.limited")
    assert_problem(await api.post(path, owner, json={"email": email}), 404, "package.not_found")


async def test_customers_are_reminded_once_before_their_visits_expire(api: Api) -> None:
    owner, _, customer = await scene(api)
    package = await sell(api, owner, customer, validDays=30)
    executor, reads = api.container.executor(), api.container.reads().packages
    package_id = PackageId(UUID(package["id"]))
    for _ in range(2):
        await executor.run(remind_of_package, package_id, actor=SYSTEM)
    events = [each.topic for each in await api.database.outbox_events()]
    assert events.count("package.expiring") == 1
    await executor.run(expire_package, package_id, actor=SYSTEM)
    assert await left(api, customer, package) == (5, 0)
    ends = api.clock.now() + timedelta(days=30)
    assert await reads.to_expire(ends, 1) == [package_id]
    api.clock.set(ends)
    for _ in range(2):
        await executor.run(expire_package, package_id, actor=SYSTEM)
    found = await reads.get(package_id)
    assert found is not None
    assert (found.balance, [each.kind.value for each in await reads.entries(package_id, None, 9)]) == (
        0,
        ["expired", "sold"],
    )


async def offered(api: Api, owner: str, **offer: Any) -> dict[str, Any]:
    """An offer of the provider."""
    return dict((await api.post("/package-offers", owner, json={**FIVE, **offer})).json())


async def settled(api: Api, order_id: str) -> Order:
    """The order after the gateway was asked."""
    order = await api.container.reads().orders.get(OrderId(UUID(order_id)))
    assert order is not None
    return await settle_order(order, executor=api.container.executor(), gateways=api.container.gateways())


async def test_customers_see_what_a_provider_and_their_salon_offer(api: Api) -> None:
    owner, provider_id, _ = await scene(api)
    manager = await api.joined("manager")
    salon = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})).json()
    await api.post(f"/salons/{salon['id']}/members", manager, json={"providerId": provider_id})
    assert (await api.post(f"/salons/{salon['id']}/members/me/accept", owner)).is_success
    of_salon = (await api.post("/package-offers", manager, json={**FIVE, "salonId": salon["id"]})).json()
    own, ended = await offered(api, owner), await offered(api, owner)
    await api.post(f"/package-offers/{ended['id']}/end", owner)
    shown = (await api.get(f"/providers/{provider_id}/package-offers")).json()["items"]
    assert [each["id"] for each in shown] == [own["id"], of_salon["id"]]
    shown = (await api.get(f"/salons/{salon['id']}/package-offers")).json()["items"]
    assert [each["id"] for each in shown] == [of_salon["id"]]
    unknown = "0197a9c0-0000-7000-8000-000000000009"
    assert_problem(await api.get(f"/providers/{unknown}/package-offers"), 404, "provider.not_found")
    assert_problem(await api.get(f"/salons/{unknown}/package-offers"), 404, "salon.not_found")


async def test_a_package_is_ordered_paid_and_used_and_its_provider_earns_each_visit(api: Api) -> None:
    owner, provider_id, customer = await scene(api)
    offer = await offered(api, owner, validDays=30)
    paid = await bought(api, customer, offer["id"])
    assert (paid["status"], paid["paidAmount"], paid["packageOfferId"]) == ("paid", 32_000_000, offer["id"])
    package = (await api.get(f"/packages/{paid['packageId']}", customer)).json()
    assert (package["balance"], package["method"], "expiresAt" in package) == (5, "online", True)
    customer_id = await api.consented(customer, owner)
    staff = {"providerId": provider_id, "customerId": customer_id, "packageId": package["id"], "slot": EARLIER_TODAY}
    booking = (await api.post("/bookings", owner, json=staff)).json()
    done = await api.patch(f"/bookings/{booking['id']}", owner, json={"status": "completed"})
    assert done.status_code == 200, done.text
    for _ in range(2):
        for outdated in await api.container.reads().earnings.outdated(9):
            await api.container.executor().run(update_earnings, outdated, actor=SYSTEM)
    [entry] = (await api.get("/providers/me/earnings", owner)).json()["items"]
    assert (entry["bookingId"], entry["keptAmount"], entry["amount"]) == (booking["id"], 6_400_000, 6_400_000)
    reason = {"reason": "Moves away."}
    refused = await api.post(f"/packages/{package['id']}/refund", owner, json=reason)
    assert_problem(refused, 409, "package.bought_online")
    exported = (await api.get("/users/me/export", customer)).json()
    assert [exported["packages"][0]["id"], exported["orders"][0]["id"]] == [package["id"], paid["id"]]


async def test_late_money_sells_the_package_once_also_of_an_offer_that_has_ended(api: Api) -> None:
    owner, _, customer = await scene(api)
    offer = await offered(api, owner)
    made = (await api.post("/packages/orders", customer, json={"offerId": offer["id"]})).json()
    asked = (await api.post(f"/orders/{made['id']}/pay", customer, json={})).json()
    assert (await api.get("/packages/mine", customer)).json()["items"] == []
    await api.post(f"/package-offers/{offer['id']}/end", owner)
    again = await api.post("/packages/orders", customer, json={"offerId": offer["id"]})
    assert_problem(again, 409, "package_offer.ended")
    api.clock.advance(timedelta(days=2))
    await api.container.executor().run(expire_order, OrderId(UUID(made["id"])), actor=SYSTEM)
    assert (await settled(api, made["id"])).status is OrderStatus.EXPIRED
    api.pay(asked)
    api.pay(asked)
    await settled(api, made["id"])
    after = await settled(api, made["id"])
    assert (after.status, after.refund and after.refund.amount) == (OrderStatus.PAID, after.amount)
    package = await api.container.reads().packages.get(PackageId(UUID(made["packageId"])))
    assert package is not None
    assert package.balance == 5
    topics = [each.topic for each in await api.database.outbox_events()]
    assert (topics.count("package.sold"), topics.count("order.paid")) == (1, 1)


async def test_money_for_a_package_of_a_provider_who_is_gone_is_sent_back(api: Api) -> None:
    owner, provider_id, customer = await scene(api)
    offer = await offered(api, owner)
    made = (await api.post("/packages/orders", customer, json={"offerId": offer["id"]})).json()
    asked = (await api.post(f"/orders/{made['id']}/pay", customer, json={})).json()
    suspended = await api.post(
        f"/admin/providers/{provider_id}/suspend", await api.an_admin(), json={"reason": "Not now."}
    )
    assert suspended.is_success, suspended.text
    api.pay(asked)
    assert (await settled(api, made["id"])).refund is not None
    await make_order_refund(
        OrderId(UUID(made["id"])),
        reads=api.container.reads(),
        executor=api.container.executor(),
        gateways=api.container.gateways(),
    )
    shown = (await api.get(f"/orders/{made['id']}", customer)).json()
    assert (shown["status"], shown["refundedAmount"]) == ("refunded", 32_000_000)
    assert (await api.get("/packages/mine", customer)).json()["items"] == []


async def test_an_unused_package_is_returned_and_of_a_used_one_an_admin_returns_the_rest(api: Api) -> None:
    owner, provider_id, customer = await scene(api)
    offer = await offered(api, owner)
    first, second = await bought(api, customer, offer["id"]), await bought(api, customer, offer["id"])
    back = await api.post(f"/orders/{first['id']}/refund", customer)
    assert (back.status_code, back.json()["refundPendingAmount"]) == (200, 32_000_000)
    assert await left(api, customer, {"id": first["packageId"]}) == (0, 0)
    assert_problem(await api.post(f"/orders/{first['id']}/refund", customer), 409, "order.being_refunded")
    booked = await api.post("/bookings", customer, json=order(provider_id, {"id": second["packageId"]}))
    assert booked.status_code == 201, booked.text
    assert_problem(await api.post(f"/orders/{second['id']}/refund", customer), 409, "order.used")
    rest = await api.post(f"/orders/{second['id']}/refund", await api.an_admin())
    assert rest.json()["refundPendingAmount"] == 25_600_000
    assert await left(api, customer, {"id": second["packageId"]}) == (0, 1)
    async with serving(BOOKING_ORDER_RETURN_DAYS="0") as strict:
        owner, _, customer = await scene(strict)
        third = await bought(strict, customer, (await offered(strict, owner))["id"])
        refused = await strict.post(f"/orders/{third['id']}/refund", customer)
        assert_problem(refused, 409, "order.refund_too_late")
