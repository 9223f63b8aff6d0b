"""What bookings and reviews earn: points of what was paid, less what was refunded, however often it is asked."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.entrypoints.http.test_loyalty import accounts
from tests.unit.entrypoints.http.test_loyalty_programmes import start
from tests.unit.entrypoints.http.test_points import PRICE, Shop
from tests.unit.features.plans import TWO, running

from booking_domain.identity.sessions import Client
from booking_domain.reviews.model import ReviewId
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import BookingId, SessionId, UserId
from booking_domain.testing.builders import Builder
from booking_domain.use_cases.loyalty.earning import follow_booking, follow_review


async def follow(api: Api, booking: dict[str, Any]) -> None:
    """What the worker does after each event of the booking; twice, as jobs may repeat."""
    for _ in range(2):
        await api.container.executor().run(follow_booking, BookingId(UUID(booking["id"])), actor=SYSTEM)


async def complete(shop: Shop, booking: dict[str, Any]) -> None:
    done = await shop.api.patch(f"/bookings/{booking['id']}", shop.owner, json={"status": "completed"})
    assert done.status_code == 200, done.text


async def visited(api: Api, minutes: int | None = None, **programme: Any) -> tuple[Shop, dict[str, Any]]:
    """A shop, and a booking of its customer that took place; nothing is paid yet."""
    shop = await Shop.open(api, deposit=0, points=1_000, **programme)
    soon = api.clock.now().replace(second=0, microsecond=0) + timedelta(minutes=5)
    booking = await shop.visit(soon.isoformat(), minutes)
    api.clock.advance(timedelta(minutes=10))
    await complete(shop, booking)
    return shop, booking


async def paid_at_desk(shop: Shop, booking: dict[str, Any], amount: int) -> str:
    path = f"/bookings/{booking['id']}/desk-payments"
    answer = await shop.api.post(path, shop.owner, json={"method": "cash", "amount": amount, "tipAmount": 900_000})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def paid_online(shop: Shop, booking: dict[str, Any]) -> None:
    wanted = {"bookingId": booking["id"], "purpose": "balance"}
    payment = (await shop.api.post("/payments", shop.customer, json=wanted)).json()
    shop.api.pay(payment)
    await shop.api.get(f"/payments/{payment['id']}", shop.customer)


async def earned(shop: Shop) -> list[int]:
    items = (await shop.api.get("/loyalty/me/entries", shop.customer)).json()["items"]
    return [each["points"] for each in items if each["kind"] in {"earned", "reclaimed"}][::-1]


async def test_a_booking_earns_what_was_paid_as_it_comes(api: Api) -> None:
    shop, booking = await visited(api, perAmount=100_000, expiresAfterMonths=12)
    await follow(api, booking)
    assert await earned(shop) == []
    first = await paid_at_desk(shop, booking, 3_050_000)
    await follow(api, booking)
    await paid_at_desk(shop, booking, 4_950_000)
    await follow(api, booking)
    assert await earned(shop) == [30, 50], "tips earn nothing"
    [account] = await accounts(api, shop.customer)
    assert (account["balance"], account["nextToExpire"]["points"]) == (1_080, 80)
    voided = await api.post(
        f"/bookings/{booking['id']}/desk-payments/{first}/void", shop.owner, json={"reason": "A mistake."}
    )
    assert voided.status_code == 200, voided.text
    await follow(api, booking)
    assert await earned(shop) == [30, 50, -31]


async def test_a_missed_appointment_earns_nothing(api: Api) -> None:
    shop = await Shop.open(api, deposit=0, perAmount=100_000)
    visit = await shop.visit()
    assert (await api.patch(f"/bookings/{visit['id']}", shop.owner, json={"status": "no_show"})).status_code == 200
    await follow(api, visit)
    assert await earned(shop) == []


async def test_an_appointment_before_the_programme_earns_nothing(api: Api) -> None:
    shop = await Shop.open(api, deposit=0, perAmount=100_000)
    visit = await shop.visit()
    await complete(shop, visit)
    await paid_at_desk(shop, visit, PRICE)
    await follow(api, visit)
    assert await earned(shop) == []


async def test_platform_and_provider_give_points_of_their_own(api: Api) -> None:
    await start(api, await api.an_admin(), perAmount=1_000_000, mostPoints=5)
    shop, booking = await visited(api, perAmount=100_000)
    await paid_at_desk(shop, booking, PRICE)
    await follow(api, booking)
    provider, platform = await accounts(api, shop.customer)
    assert (provider["balance"], platform["balance"]) == (1_080, 5)


async def test_a_refund_takes_back_what_was_earned_and_gives_back_a_share_of_what_was_spent(api: Api) -> None:
    shop, booking = await visited(api, perAmount=100_000)
    redeemed = (await shop.redeem(booking, 800)).json()
    assert redeemed["priceAmount"] == PRICE // 2
    await paid_online(shop, booking)
    await follow(api, booking)
    assert (await earned(shop), await shop.has()) == ([40], (240, 0))
    await shop.disputed(booking, "completed", refund=1_000_000)
    await follow(api, booking)
    assert await earned(shop) == [40, -10]
    assert await shop.has() == (430, 0), "a quarter of the price is a quarter of the points"
    assert (await shop.kinds())[-2:] == ["reclaimed", "returned"]


async def test_a_visit_that_is_still_to_come_by_a_verdict_holds_its_points_again_and_has_earned_nothing(
    api: Api,
) -> None:
    shop, booking = await visited(api, perAmount=100_000)
    assert (await shop.redeem(booking, 800)).json()["priceAmount"] == PRICE // 2
    await paid_at_desk(shop, booking, PRICE // 2)
    await follow(api, booking)
    assert (await earned(shop), await shop.has()) == ([40], (240, 0))
    await shop.disputed(booking, "confirmed")
    await follow(api, booking)
    assert (await earned(shop), await shop.has()) == ([40, -40], (200, 800))
    assert (await shop.kinds())[-2:] == ["reserved", "reclaimed"]
    await complete(shop, booking)
    await follow(api, booking)
    assert (await earned(shop), await shop.has()) == ([40, -40, 40], (240, 0))
    await shop.disputed(booking, "cancelled")
    await follow(api, booking)
    assert (await earned(shop), await shop.has()) == ([40, -40, 40, -40], (1_000, 0))
    await shop.disputed(booking, "confirmed")
    assert await shop.has() == (200, 800)


async def test_no_later_verdict_takes_anew_what_was_given_back_of_the_points(api: Api) -> None:
    shop, booking = await visited(api, perAmount=100_000)
    await shop.redeem(booking, 800)
    await paid_online(shop, booking)
    await shop.disputed(booking, "completed", refund=PRICE // 2)
    await follow(api, booking)
    assert (await earned(shop), await shop.has()) == ([], (1_000, 0)), "all was refunded, so all points are back"
    for status in ("no_show", "confirmed", "completed"):
        await shop.disputed(booking, status)
        await follow(api, booking)
        after = (await api.get(f"/bookings/{booking['id']}", shop.customer)).json()
        assert (after["status"], after["priceAmount"], after["dueNowAmount"]) == (status, PRICE // 2, 0)
        assert await shop.has() == (1_000, 0)


async def test_a_tier_earns_more_from_the_next_appointment_on(api: Api) -> None:
    tiers = [{"name": "Silver", "fromPoints": 80, "percent": 150}, {"name": "Gold", "fromPoints": 500, "percent": 200}]
    shop, booking = await visited(api, minutes=10, perAmount=100_000, tiers=tiers)
    [account] = await accounts(api, shop.customer)
    assert (account["qualifyingPoints"], "tier" in account["programmes"][0]) == (0, False), "adjustments do not count"
    await paid_at_desk(shop, booking, PRICE)
    await follow(api, booking)
    assert await earned(shop) == [80]
    [account] = await accounts(api, shop.customer)
    [programme] = account["programmes"]
    assert (account["qualifyingPoints"], programme["tier"], programme["nextTier"]) == (80, *tiers)
    soon = api.clock.now().replace(second=0, microsecond=0) + timedelta(minutes=6)
    again = await shop.visit(soon.isoformat(), minutes=10)
    api.clock.advance(timedelta(minutes=8))
    await complete(shop, again)
    await paid_at_desk(shop, again, PRICE)
    await follow(api, again)
    await follow(api, booking)
    assert await earned(shop) == [80, 120]


async def test_a_review_earns_while_it_is_published(api: Api) -> None:
    shop, booking = await visited(api, reviewPoints=25)
    review = (await api.post("/reviews", shop.customer, json={"bookingId": booking["id"], "rating": 5})).json()
    admin, path = await api.an_admin(), f"/admin/reviews/{review['id']}"

    async def followed() -> list[int]:
        for _ in range(2):
            await api.container.executor().run(follow_review, ReviewId(UUID(review["id"])), actor=SYSTEM)
        return await earned(shop)

    assert await followed() == [25]
    await api.post(f"{path}/hide", admin, json={"reason": "spam", "note": "Spam"})
    assert await followed() == [25, -25]
    await api.post(f"{path}/restore", admin)
    assert await followed() == [25, -25, 25]
    await follow(api, booking)
    assert await earned(shop) == [25, -25, 25]


REWARDS: dict[str, Any] = {"referrerPoints": 70, "referredPoints": 30, "mostReferrals": 1}


async def code_of(api: Api, token: str) -> str:
    first, again = [(await api.post("/loyalty/referral", token)).json() for _ in range(2)]
    assert first == again
    return str(first["referralCode"])


async def enter(api: Api, token: str, code: str) -> Any:
    return await api.post("/loyalty/referral/enter", token, json={"referralCode": code})


async def balance(api: Api, token: str) -> int:
    return sum(each["balance"] for each in await accounts(api, token))


async def test_both_sides_of_a_referral_get_points_after_the_first_visit_that_is_paid(api: Api) -> None:
    referrer = await api.joined("customer")
    code = await code_of(api, referrer)
    shop = await Shop.open(api, deposit=0, points=1, perAmount=10**12, **REWARDS)
    entered = await enter(api, shop.customer, code.lower())
    assert (entered.json()["referred"], entered.json()["visits"]) == (True, 0)
    assert_problem(await enter(api, shop.customer, code), 409, "loyalty.referred_already")
    soon = api.clock.now().replace(second=0, microsecond=0) + timedelta(minutes=5)
    visit = await shop.visit(soon.isoformat())
    api.clock.advance(timedelta(minutes=10))
    await complete(shop, visit)
    await follow(api, visit)
    assert (await balance(api, referrer), await earned(shop)) == (0, []), "nothing is paid"
    paid = await paid_at_desk(shop, visit, PRICE)
    await follow(api, visit)
    assert (await balance(api, referrer), await earned(shop)) == (70, [30])
    assert (await api.post("/loyalty/referral", referrer)).json()["visits"] == 1
    reason = {"reason": "A mistake."}
    await api.post(f"/bookings/{visit['id']}/desk-payments/{paid}/void", shop.owner, json=reason)
    await follow(api, visit)
    assert (await balance(api, referrer), await earned(shop)) == (0, [30, -30])


async def test_nobody_refers_themselves_each_other_or_who_has_booked(api: Api) -> None:
    _, provider_id = await api.open_provider(depositAmount=0)
    one, two, booked = [await api.joined("customer", verified=True) for _ in range(3)]
    codes = [await code_of(api, each) for each in (one, two)]
    await api.booked(booked, provider_id)
    assert_problem(await enter(api, one, codes[0]), 409, "loyalty.referral_refused")
    assert_problem(await enter(api, booked, codes[0]), 409, "loyalty.referral_refused")
    assert (await enter(api, two, codes[0])).status_code == 200
    assert_problem(await enter(api, one, codes[1]), 409, "loyalty.referral_refused")
    assert_problem(await enter(api, one, "AAAAAAAA"), 422, "loyalty.unknown_referral_code")
    exported = (await api.get("/users/me/export", two)).json()["referral"]
    assert (exported["referralCode"], exported["referred"]) == (codes[1], True)


async def sign_in(api: Api, token: str, agent: str = "One and the same") -> None:
    """A session of this account from the address of the tests, with this browser."""
    user = await api.container.reads().users.get(UserId(UUID((await api.get("/auth/me", token)).json()["id"])))
    assert user is not None
    session = replace(Builder().session(user), id=SessionId(uuid4()), client=Client.seen("203.0.113.7", agent))
    async with api.container.database().begin() as tx:
        await tx.sessions.add(session)


async def test_no_ring_of_users_refers_itself(api: Api) -> None:
    people = [await api.joined("customer", verified=True) for _ in range(3)]
    codes = [await code_of(api, each) for each in people]
    for token, code in zip(people[1:], codes, strict=False):
        assert (await enter(api, token, code)).status_code == 200
    assert_problem(await enter(api, people[0], codes[2]), 409, "loyalty.referral_refused")


async def test_accounts_of_one_device_do_not_refer_each_other(api: Api) -> None:
    one, two, three = [await api.joined("customer", verified=True) for _ in range(3)]
    await sign_in(api, one)
    await sign_in(api, two)
    await sign_in(api, three, "Another")
    code = await code_of(api, one)
    assert_problem(await enter(api, two, code), 409, "loyalty.referral_refused")
    assert (await enter(api, three, code)).status_code == 200


async def test_accounts_that_have_paid_with_one_card_do_not_refer_each_other(api: Api) -> None:
    _, provider_id = await api.open_provider(priceAmount=8_000_000, depositAmount=2_000_000)
    one, two, three = [await api.joined("customer", verified=True) for _ in range(3)]
    api.gateway.card_digest = b"one"
    booking = await api.booked(one, provider_id)
    payment = (await api.post("/payments", one, json={"bookingId": booking["id"], "purpose": "deposit"})).json()
    api.pay(payment)
    assert (await api.get(f"/payments/{payment['id']}", one)).json()["status"] == "paid"
    wish = {"providerId": provider_id, "amount": 10_000_000, "currency": "MNT", "recipient": {"name": "Saraa"}}
    for token, card in ((two, b"one"), (three, b"three")):
        api.gateway.card_digest = card
        order = (await api.post("/gift-cards/orders", token, json=wish)).json()["id"]
        api.pay((await api.post(f"/orders/{order}/pay", token, json={})).json())
        assert (await api.get(f"/orders/{order}", token)).json()["status"] == "paid"
    code = await code_of(api, one)
    assert_problem(await enter(api, two, code), 409, "loyalty.referral_refused")
    assert (await enter(api, three, code)).status_code == 200


async def test_a_card_that_both_use_by_the_first_visit_drops_the_referral_for_good(api: Api) -> None:
    api.gateway.keeps = True
    api.gateway.card_digest = b"one"
    owner, _ = await api.open_provider()
    referrer = await api.joined("customer", verified=True)
    shop = await Shop.open(api, deposit=0, points=1, perAmount=10**12, **REWARDS)
    assert (await enter(api, shop.customer, await code_of(api, referrer))).status_code == 200
    offer = (await api.post("/plan-offers", owner, json=TWO)).json()
    for token in (referrer, shop.customer):
        await running(api, token, offer["id"])
    soon = api.clock.now().replace(second=0, microsecond=0) + timedelta(minutes=5)
    visit = await shop.visit(soon.isoformat())
    api.clock.advance(timedelta(minutes=10))
    await complete(shop, visit)
    await paid_at_desk(shop, visit, PRICE)
    await follow(api, visit)
    assert (await balance(api, referrer), await earned(shop)) == (0, [])
    assert (await api.post("/loyalty/referral", shop.customer)).json()["referred"] is False
    assert (await api.post("/loyalty/referral", referrer)).json()["visits"] == 0
