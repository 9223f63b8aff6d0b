"""The story of 150 bookings in a second: one account that nobody verified fills no calendar and no stranger's inbox."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Final

import httpx
import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http.test_one_time_codes import last_code

from booking_domain.bookings.events import BookingChanged
from booking_domain.notifications.ports import MessageSender, OutgoingMessage
from booking_domain.shared.actor import Role
from booking_domain.use_cases.messages.notify import notify
from booking_domain.use_cases.messages.send_messages import StoringNotifier, send_due_messages
from entrypoints.languages.notices import GettextTranslator

ATTEMPTS: Final = 150
A_DAY: Final = 9
"""Appointments."""


class Sent(MessageSender):
    """Counts messages by address."""

    def __init__(self) -> None:
        self.to: Counter[str] = Counter()

    async def send(self, message: OutgoingMessage) -> None:
        self.to[message.to] += 1


async def _book_all(api: Api, customer: str, provider_id: str, number: int = ATTEMPTS) -> list[httpx.Response]:
    first = datetime.fromisoformat(MONDAY_AT_TEN)
    starts = [first + timedelta(days=each // A_DAY, hours=each % A_DAY) for each in range(number)]
    wishes = [{"providerId": provider_id, "slot": start.isoformat()} for start in starts]
    return await asyncio.gather(*(api.post("/bookings", customer, json=wish) for wish in wishes))


async def _deliver(api: Api) -> Sent:
    """Do what the worker does: tell the parties of each booking, and send the messages."""
    executor, reads, sent = api.container.executor(), api.container.reads(), Sent()
    notifier = StoringNotifier(executor, reads.external_identities)
    for event in await api.database.outbox_events():
        if isinstance(event, BookingChanged):
            await notify(event, reads=reads, notifier=notifier, translator=GettextTranslator("en"))
    for user_id in notifier.notified:
        while await send_due_messages(user_id, clock=api.clock, reads=reads, executor=executor, sender=sent):
            pass
    return sent


async def test_150_attempts_of_an_unverified_account_make_5_bookings(api: Api) -> None:
    _, provider_id = await api.open_provider()
    answers = await _book_all(api, await api.joined("customer"), provider_id)
    assert Counter(answer.status_code for answer in answers) == {201: 5, 409: ATTEMPTS - 5}
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert_problem(refused, 409, "booking.too_many_upcoming_unverified")
    assert "at most 5 bookings" in refused.json()["detail"]


async def test_150_attempts_of_a_verified_account_make_as_many_bookings_as_the_provider_allows(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    changed = await api.put("/availability/settings", provider, json={"maxUpcomingPerCustomer": 7})
    assert changed.json()["maxUpcomingPerCustomer"] == 7
    answers = await _book_all(api, await api.joined("customer", verified=True), provider_id)
    assert Counter(answer.status_code for answer in answers) == {201: 7, 409: ATTEMPTS - 7}
    assert_problem(next(each for each in answers if each.is_error), 409, "booking.too_many_upcoming")
    again = await api.put("/availability/settings", provider, json={"maxUpcomingPerCustomer": None})
    assert "maxUpcomingPerCustomer" not in again.json()
    refused = await api.put("/availability/settings", provider, json={"maxUpcomingPerCustomer": 0})
    assert_problem(refused, 400, "validation.invalid_input")


@pytest.mark.settings(BOOKING_UPCOMING_PER_CUSTOMER="1000", BOOKING_UPCOMING_UNVERIFIED="1000")
async def test_150_bookings_of_an_unverified_account_send_10_e_mails_to_its_address(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    answers = await _book_all(api, customer, provider_id)
    assert {answer.status_code for answer in answers} == {201}
    sent = await _deliver(api)
    address = (await api.get("/users/me", customer)).json()["email"]
    assert sent.to[address] == 10
    admin, user_id = await api.an_admin(), (await api.get("/users/me", customer)).json()["id"]
    logged = (await api.get(f"/admin/messages?userId={user_id}&limit=100", admin)).json()["items"]
    assert {each["failure"] for each in logged if each["status"] == "failed"} == {"email.unverified_limited"}
    assert (await api.get("/notifications", customer)).json()["unreadCount"] == ATTEMPTS
    # The codes with which the owner verifies the address have limits of their own.
    assert (await api.post("/auth/send-otp", json={"email": address, "purpose": "verify"})).status_code == 202


@pytest.mark.settings(BOOKING_PHONE_REQUIRED="on")
async def test_booking_needs_a_verified_number_if_the_platform_says_so(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    page, token = f"/providers/{provider_id}/page", await api.joined("customer", verified=True)
    assert (await api.get(page, token)).json()["beforeBooking"] == ["verify_phone"]
    assert_problem(await api.post("/bookings", token, json=wish), 403, "booking.phone_not_verified")
    series = {**wish, "times": 2}
    assert_problem(await api.post("/bookings/series", token, json=series), 403, "booking.phone_not_verified")
    # An account of Telegram or of a passkey, without any contact.
    bare = await api.token_of(Role.CUSTOMER)
    assert_problem(await api.post("/bookings", bare, json=wish), 403, "booking.phone_not_verified")
    number = {"phone": "+97699112233", "currentPassword": PASSWORD}
    assert (await api.post("/users/me/phone", token, json=number)).status_code == 202
    confirmed = {"phone": number["phone"], "code": await last_code(api)}
    assert (await api.post("/users/me/phone/confirm", token, json=confirmed)).status_code == 200
    assert (await api.get(page, token)).json()["beforeBooking"] == []
    assert (await api.post("/bookings", token, json=wish)).status_code == 201
    walk_in = {**wish, "slot": "2026-11-24T10:00:00+08:00", "walkIn": {"name": "Bold"}}
    assert (await api.post("/bookings", provider, json=walk_in)).status_code == 201
