"""Links in messages, with which a customer answers, pays, moves and cancels without signing in."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from tests.unit.entrypoints.api import Api, assert_problem

from booking_domain.bookings.action_links import PHONE_BYTES, ActionLink, LinkAction, ShortLink, address_digest
from booking_domain.shared.ids import BookingId, UserId

WITH_DEPOSIT: Final = {"depositAmount": 2_000_000, "priceAmount": 8_000_000}


async def placed(api: Api, **terms: Any) -> tuple[str, dict[str, Any]]:
    """A customer with a booking, and the customer's token."""
    _, provider_id = await api.open_provider(**(terms or WITH_DEPOSIT))
    customer = await api.joined("customer")
    return customer, await api.booked(customer, provider_id)


async def link(api: Api, token: str, booking: dict[str, Any], action: LinkAction, **other: Any) -> str:
    """The token of a link that is sent to the account."""
    me = (await api.get("/users/me", token)).json()
    parts: dict[str, Any] = {
        "action": action,
        "booking_id": BookingId(UUID(booking["id"])),
        "user_id": UserId(UUID(me["id"])),
        "expires_at": datetime.fromisoformat(booking["start"]),
        "address": address_digest(me["email"]),
    }
    return api.container.action_link_tokens().issue(ActionLink(**parts | other))


async def opened(api: Api, token: str) -> dict[str, Any]:
    answer = await api.post("/action-links/open", json={"token": token})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_link_pays_the_deposit_and_then_the_balance(api: Api) -> None:
    customer, booking = await placed(api)
    pay = await link(api, customer, booking, LinkAction.PAY)
    seen = await opened(api, pay)
    assert (seen["action"], seen["possible"], seen["booking"]["reference"]) == ("pay", True, booking["reference"])
    first, again = [await api.post("/action-links/pay", json={"token": pay}) for _ in range(2)]
    assert first.status_code == 200, first.text
    assert (first.json()["purpose"], first.json()["amount"]) == ("deposit", 2_000_000)
    assert first.json()["id"] == again.json()["id"]
    api.pay(first.json())
    assert (await api.get(api.callback(first.json()["id"]))).status_code == 200
    assert (await opened(api, pay))["booking"]["status"] == "confirmed"
    assert (await api.post("/action-links/pay", json={"token": pay})).json()["purpose"] == "balance"


async def placed_by_phone(api: Api) -> tuple[str, dict[str, Any]]:
    """A customer with a phone number alone, and a booking."""
    _, provider_id = await api.open_provider(**WITH_DEPOSIT)
    customer = (await api.joined_by_phone("+97699112233"))["accessToken"]
    return customer, await api.booked(customer, provider_id)


async def short_link(api: Api, token: str, booking: dict[str, Any]) -> str:
    """The token of the link in a text message to the account."""
    me = (await api.get("/users/me", token)).json()
    phone = address_digest(me["phone"])[:PHONE_BYTES]
    short = ShortLink(booking_id=BookingId(UUID(booking["id"])), phone=phone)
    return api.container.action_link_tokens().issue_short(short)


async def test_the_link_of_a_text_message_pays_moves_and_cancels(api: Api) -> None:
    customer, booking = await placed_by_phone(api)
    token = await short_link(api, customer, booking)
    seen = await opened(api, token)
    assert (seen["action"], seen["possible"], seen["actions"]) == ("manage", True, ["pay", "move", "cancel"])
    assert seen["cancellationQuote"]["refundAmount"] == 0
    assert datetime.fromisoformat(seen["expiresAt"]) - datetime.fromisoformat(booking["end"]) == timedelta(days=14)
    assert (await api.post("/action-links/pay", json={"token": token})).json()["purpose"] == "deposit"
    moved = await api.post("/action-links/move", json={"token": token, "slot": "2026-11-23T15:00:00+08:00"})
    assert moved.status_code == 200, moved.text
    cancelled = await api.post("/action-links/cancel", json={"token": token, "expectedRefundAmount": 0})
    assert cancelled.json()["status"] == "cancelled"
    assert (await opened(api, token))["actions"] == []


async def test_the_link_of_a_text_message_is_void_for_another_phone_and_after_two_weeks(api: Api) -> None:
    customer, booking = await placed_by_phone(api)
    token = await short_link(api, customer, booking)
    booking_id = BookingId(UUID(booking["id"]))
    other = ShortLink(booking_id=booking_id, phone=address_digest("+97688000000")[:PHONE_BYTES])
    stranger = api.container.action_link_tokens().issue_short(other)
    for invalid in (stranger, token[:-1] + "A" * (token[-1] != "A")):
        assert_problem(await api.post("/action-links/open", json={"token": invalid}), 404, "booking.invalid_link")
    api.clock.advance(timedelta(days=20))
    assert_problem(await api.post("/action-links/open", json={"token": token}), 404, "booking.invalid_link")


async def test_a_link_moves_a_booking(api: Api) -> None:
    customer, booking = await placed(api)
    move, slot = await link(api, customer, booking, LinkAction.MOVE), "2026-11-23T15:00:00+08:00"
    for _ in range(2):
        moved = await api.post("/action-links/move", json={"token": move, "slot": slot})
        assert moved.json()["start"] == "2026-11-23T07:00:00Z"
    assert (await api.get(f"/bookings/{booking['id']}", customer)).json()["start"] == "2026-11-23T07:00:00Z"


async def test_a_link_shows_the_quote_and_cancels_for_it(api: Api) -> None:
    customer, booking = await placed(api)
    cancel = await link(api, customer, booking, LinkAction.CANCEL)
    quote = (await opened(api, cancel))["cancellationQuote"]
    assert quote == (await api.get(f"/bookings/{booking['id']}/cancellation-quote", customer)).json()
    wrong = {"token": cancel, "expectedRefundAmount": quote["refundAmount"] + 1}
    assert_problem(await api.post("/action-links/cancel", json=wrong), 409, "booking.refund_changed")
    for _ in range(2):
        done = await api.post("/action-links/cancel", json={"token": cancel, "reason": "I am ill."})
        assert done.json()["status"] == "cancelled"
    assert (await opened(api, cancel))["possible"] is False
    assert_problem(
        await api.post("/action-links/pay", json={"token": await link(api, customer, booking, LinkAction.PAY)}),
        409,
        "payment.nothing_due",
    )


ONE_EACH: Final = frozenset(LinkAction) - {LinkAction.MANAGE}


@pytest.mark.parametrize("action", sorted(ONE_EACH))
async def test_a_link_is_for_one_action_only(api: Api, action: LinkAction) -> None:
    customer, booking = await placed(api)
    token = await link(api, customer, booking, action)
    for other in ONE_EACH - {action}:
        body = {"token": token} | ({"slot": booking["start"]} if other is LinkAction.MOVE else {})
        assert_problem(await api.post(f"/action-links/{other.value}", json=body), 404, "booking.invalid_link")
    assert (await api.get(f"/bookings/{booking['id']}", customer)).json()["version"] == booking["version"]


async def test_a_link_of_another_account_or_address_an_altered_or_an_expired_one_is_refused(api: Api) -> None:
    customer, booking = await placed(api)
    stranger = await api.joined("customer")
    good = await link(api, customer, booking, LinkAction.CANCEL)
    now = api.clock.now()
    refused = [
        await link(api, stranger, booking, LinkAction.CANCEL),
        await link(api, customer, booking, LinkAction.CANCEL, address=address_digest("other@example.com")),
        await link(api, customer, booking, LinkAction.CANCEL, expires_at=now),
        await link(api, customer, booking, LinkAction.CANCEL, booking_id=BookingId(UUID(int=1))),
        good[:-2] + ("AA" if good[-2:] != "AA" else "BB"),
        good + "=",
        good[:-1],
        "",
        "é" * 92,
    ]
    for token in refused:
        for path in ("open", "cancel"):
            answer = await api.post(f"/action-links/{path}", json={"token": token})
            assert_problem(answer, 404, "booking.invalid_link")
    assert (await opened(api, good))["possible"]


async def test_a_link_ends_with_the_account(api: Api) -> None:
    customer, booking = await placed(api)
    token = await link(api, customer, booking, LinkAction.CANCEL)
    me, admin = (await api.get("/users/me", customer)).json(), await api.an_admin()
    disabled = await api.patch(f"/admin/users/{me['id']}", admin, json={"status": "disabled", "reason": "abuse"})
    assert disabled.status_code == 200, disabled.text
    assert_problem(await api.post("/action-links/cancel", json={"token": token}), 404, "booking.invalid_link")


async def test_links_of_the_providers_side_and_of_admins_are_refused(api: Api) -> None:
    owner, provider_id = await api.open_provider(**WITH_DEPOSIT)
    booking = await api.booked(await api.joined("customer"), provider_id)
    for token in (owner, await api.an_admin()):
        cancel = await link(api, token, booking, LinkAction.CANCEL)
        assert_problem(await api.post("/action-links/cancel", json={"token": cancel}), 404, "booking.invalid_link")


async def test_a_link_is_no_session(api: Api) -> None:
    customer, booking = await placed(api)
    token = await link(api, customer, booking, LinkAction.CANCEL)
    assert (await api.get("/users/me", token)).status_code == 401
    text = (await api.post("/action-links/open", json={"token": token})).text
    assert "accessToken" not in text
    assert (await api.get("/users/me", customer)).json()["email"] not in text


async def test_a_link_expires_with_the_deadline_of_its_action(api: Api) -> None:
    customer, booking = await placed(api)
    token = await link(api, customer, booking, LinkAction.CANCEL)
    api.clock.advance(datetime.fromisoformat(booking["start"]) - api.clock.now() - timedelta(seconds=1))
    assert (await api.post("/action-links/open", json={"token": token})).status_code == 200
    api.clock.advance(timedelta(seconds=1))
    assert_problem(await api.post("/action-links/open", json={"token": token}), 404, "booking.invalid_link")


async def requested_by_phone(api: Api) -> tuple[str, dict[str, Any], str]:
    """A request of a customer with a phone number alone, the owner's token, and that of the link in a text message."""
    owner, provider_id = await api.open_provider(**WITH_DEPOSIT, bookingMode="request")
    customer = (await api.joined_by_phone("+97699112233"))["accessToken"]
    booking = await api.booked(customer, provider_id)
    return owner, booking, await short_link(api, customer, booking)


async def test_a_link_accepts_an_offered_time_and_the_price_with_it(api: Api) -> None:
    owner, booking, token = await requested_by_phone(api)
    assert (await opened(api, token))["actions"] == ["move", "cancel"]
    other = "2026-11-23T15:00:00+08:00"
    offer = {"slots": [other], "priceAmount": 9_000_000}
    assert (await api.post(f"/bookings/{booking['id']}/offer-times", owner, json=offer)).status_code == 200
    seen = await opened(api, token)
    assert seen["actions"] == ["accept", "move", "cancel"]
    assert seen["booking"]["offeredTimes"] == ["2026-11-23T07:00:00Z"]
    assert seen["booking"]["offeredPriceAmount"] == 9_000_000
    not_named = await api.post("/action-links/accept", json={"token": token, "slot": other})
    assert_problem(not_named, 409, "booking.price_not_agreed")
    accepted = await api.post("/action-links/accept", json={"token": token, "slot": other, "priceAmount": 9_000_000})
    assert accepted.status_code == 200, accepted.text
    assert (accepted.json()["status"], accepted.json()["start"]) == ("pending", "2026-11-23T07:00:00Z")
    assert (await opened(api, token))["actions"] == ["pay", "move", "cancel"]


async def test_a_link_accepts_or_declines_other_terms_and_expires_with_them(api: Api) -> None:
    owner, provider_id = await api.open_provider(priceAmount=8_000_000)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    path, asked = f"/bookings/{booking['id']}", {"priceAmount": 9_000_000}
    for action, price in ((LinkAction.DECLINE, 8_000_000), (LinkAction.ACCEPT, 9_000_000)):
        offered = await api.post(f"{path}/change-terms", owner, json=asked)
        until = datetime.fromisoformat(offered.json()["offeredUntil"])
        token = await link(api, customer, booking, action, expires_at=until.replace(microsecond=0))
        named = asked if action is LinkAction.ACCEPT else {"reason": "It is too much."}
        done = await api.post(f"/action-links/{action.value}", json={"token": token, **named})
        assert done.status_code == 200, done.text
        assert done.json()["priceAmount"] == price
        assert "offeredUntil" not in done.json()


async def test_a_link_accepts_the_time_that_the_customer_saw_and_no_later_one(api: Api) -> None:
    owner, provider_id = await api.open_provider(**WITH_DEPOSIT)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    first, second = "2026-11-23T15:00:00+08:00", "2026-11-23T17:00:00+08:00"
    for slot in (first, second):
        moved = await api.post(f"/bookings/{booking['id']}/reschedule", owner, json={"slot": slot})
        assert moved.status_code == 200, moved.text
    token = await link(api, customer, booking, LinkAction.ACCEPT)
    assert (await opened(api, token))["booking"]["rescheduledBy"] == "provider"
    late = await api.post("/action-links/accept", json={"token": token, "slot": first})
    assert_problem(late, 409, "booking.time_changed")
    for _ in range(2):
        done = await api.post("/action-links/accept", json={"token": token, "slot": second})
        assert done.status_code == 200, done.text
        assert "rescheduledBy" not in done.json()
