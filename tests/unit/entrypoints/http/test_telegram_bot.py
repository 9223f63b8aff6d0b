"""The bot, from the webhook to the messages that it sends."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from tests.unit.adapters.telegram.bot import DORJ, TOKEN
from tests.unit.adapters.telegram.simulator import Shown, TelegramSimulator
from tests.unit.entrypoints.api import MONDAY_AT_TEN, PASSWORD, Api, assert_problem, serving
from tests.unit.entrypoints.http.test_legal_documents import FOR_BOOKING
from tests.unit.features.loyalty import PROGRAMME, PROGRAMMES

from adapters.telegram.bot_api import TelegramBotApi
from booking_domain.bookings.events import BookingPlaced
from booking_domain.identity.external_identities import ExternalIdentity, IdentityProvider
from booking_domain.identity.telegram_links import LINK_CODE_LIFE
from booking_domain.notifications.ports import MessageFilter
from booking_domain.scheduling.events import WaitlistOffered
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.events import Event
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.use_cases.messages.notify import notify
from booking_domain.use_cases.messages.send_messages import StoringNotifier, send_due_messages
from booking_domain.use_cases.scheduling.waiting import OfferFreedTime, offer_freed
from entrypoints.cli.startup import CannotStart
from entrypoints.cli.telegram import poll, run_bot
from entrypoints.languages.notices import GettextTranslator
from entrypoints.telegram.codes import joined

SECRET: Final = "webhook-secret-of-the-test-0123456789"
DOCUMENT: Final = Path(__file__).parents[4] / "docs" / "use" / "telegram.md"
ABOUT: Final = """People link their account with the link of `POST /users/me/telegram-link`, and then use the platform
in the chat. This is a whole dialogue in each language, which
`tests/unit/entrypoints/http/test_telegram_bot.py` has with a simulator of the Bot API: a person
links the account, chooses the language, books, pays the deposit at the gateway, moves the booking
and cancels it. What they write or tap is quoted; below it is the message of the bot, with its
buttons in brackets. A tap replaces the message above it. The setup is in
[operations.md](../operate/operations.md).
"""
BOLD: Final = {**DORJ, "id": 5_512_345, "language_code": "en"}


def api_rows(phone: "Phone") -> Any:
    return phone.simulator.last(phone.person).rows


class Phone:
    """A person's Telegram: passes messages and taps to the API, and shows the bot's messages."""

    def __init__(self, api: Api, simulator: TelegramSimulator, person: dict[str, Any]) -> None:
        self.api = api
        self.simulator = simulator
        self.person = person
        self.lines: list[str] = []
        """The dialogue, in Markdown."""

    def tell(self, done: str, shown: Shown) -> Shown:
        """Record the person's action and the screen."""
        rows = (" ".join(f"[{button['text']}]" for button in row) for row in shown.rows)
        self.lines += [f"> **{done}**", "", "```text", shown.text, *rows, "```", ""]
        return shown

    async def deliver(self, update: dict[str, Any]) -> Shown:
        """Post an update twice, as Telegram may; the second time nothing changes."""
        for _ in range(2):
            answer = await self.api.post("/webhooks/telegram", json=update, headers={HEADER: SECRET})
            assert answer.status_code == 204, answer.text
        return self.simulator.last(self.person)

    async def write(self, text: str) -> Shown:
        said = "/start AZnzoFwe…" if text.startswith("/start ") else text
        return self.tell(said, await self.deliver(self.simulator.written(self.person, text)))

    async def tap(self, button: str) -> Shown:
        return self.tell(f"[{button}]", await self.deliver(self.simulator.tapped(self.person, button)))

    async def choose(self, head: str, place: int = 0) -> Shown:
        """Tap the first button, or another one, that sends this word, whatever the language."""
        rows = self.simulator.last(self.person).rows
        found = [button["text"] for row in rows for button in row if data_of(button).startswith(head)]
        return await self.tap(found[place])

    async def linked(self, token: str) -> Shown:
        """Open the link of an account."""
        return await self.write(f"/start {await link_code(self.api, token)}")


HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"


def data_of(button: dict[str, str]) -> str:
    return button.get("callback_data", "")


async def link_code(api: Api, token: str) -> str:
    asked = await api.post("/users/me/telegram-link", token, json={"currentPassword": PASSWORD})
    assert asked.status_code == 201, asked.text
    url = urlsplit(asked.json()["url"])
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://t.me/example_bot"
    code = str(parse_qs(url.query)["start"][0])
    assert len(code) == 64
    return code


@pytest.fixture
async def phone(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Phone]:
    marker = request.node.get_closest_marker("settings")
    simulator = TelegramSimulator(token=TOKEN)
    environ = {
        "BOOKING_TELEGRAM_BOT_TOKEN": TOKEN,
        "BOOKING_TELEGRAM_BOT_NAME": "example_bot",
        "BOOKING_TELEGRAM_WEBHOOK_SECRET": SECRET,
        "BOOKING_DATA_DIR": str(tmp_path),
        **({} if marker is None else marker.kwargs),
    }
    async with simulator.open() as url, serving(**environ) as api:
        simulator.url = url
        api.container.chats.override(TelegramBotApi(TOKEN, api_url=url))
        yield Phone(api, simulator, BOLD)
        await api.container.chats().close()


async def subject_of(api: Api, token: str) -> str | None:
    user_id = UserId(UUID((await api.get("/auth/me", token)).json()["id"]))
    found = await api.container.reads().external_identities.of_user(user_id)
    return found[0].subject if found else None


async def test_only_telegram_can_post_updates(api: Api, phone: Phone) -> None:
    update = phone.simulator.written(BOLD, "/start")
    for headers in ({}, {HEADER: "wrong"}, {HEADER: SECRET[:-1]}):
        refused = await phone.api.post("/webhooks/telegram", json=update, headers=headers)
        assert_problem(refused, 403, "telegram.invalid_secret")
    assert_problem(await api.post("/webhooks/telegram", headers={HEADER: ""}), 403, "telegram.invalid_secret")
    for body in (b"", b"[]", b'{"update_id": "x"}'):
        refused = await phone.api.post("/webhooks/telegram", content=body, headers={HEADER: SECRET})
        assert_problem(refused, 400, "validation.invalid_input")
    assert phone.simulator.chats[BOLD["id"]] == []
    group = {"message_id": 1, "chat": {"id": -5, "type": "group"}, "from": BOLD, "text": "/start"}
    for ignored in ({"update_id": 1}, {"update_id": 2, "poll": {}}, {"update_id": 3, "message": group}):
        done = await phone.api.post("/webhooks/telegram", json=ignored, headers={HEADER: SECRET})
        assert done.status_code == 204
    assert phone.simulator.chats[BOLD["id"]] == []


@pytest.mark.settings(BOOKING_PUBLIC_URL="https://booking.test")
async def test_who_wants_to_sign_in_on_a_page_gets_a_button_that_opens_it_signed(phone: Phone) -> None:
    shown = await phone.write("/start sign-in")
    assert shown.rows == [[{"text": "Sign in", "login_url": {"url": "https://booking.test/en/sign-in/telegram"}}]]


async def test_a_code_links_the_chat_once_and_ends_the_other_sessions(phone: Phone) -> None:
    api = phone.api
    registered = {"email": "bat@example.com", "password": PASSWORD, "name": "Bat", "role": "customer"}
    token = (await api.post("/auth/register", json=registered)).json()["accessToken"]
    other = await api.post("/auth/login", json={"email": "bat@example.com", "password": PASSWORD})
    assert "is not linked" in (await phone.write("/start")).text
    refused = await api.post("/users/me/telegram-link", token, json={"currentPassword": "not-this-one"})
    assert_problem(refused, 422, "auth.wrong_password")
    code = await link_code(api, token)
    assert "is not linked" in (await phone.write("/help")).text
    assert "/bookings" in (await phone.write(f"/start {code}")).text
    assert await subject_of(api, token) == str(BOLD["id"])
    assert (await api.get("/auth/sessions", token)).status_code == 200
    assert (await api.get("/auth/sessions", other.json()["accessToken"])).status_code == 401
    stranger = Phone(api, phone.simulator, {**BOLD, "id": 7})
    assert "not valid any more" in (await stranger.write(f"/start {code}")).text
    for forged in (code[:-4] + "AAAA", "x", code[::-1]):
        assert "not valid any more" in (await stranger.write(f"/start {forged}")).text
    assert "is not linked" in (await stranger.write("/bookings")).text
    second = await api.joined("customer")
    assert "another account" in (await phone.write(f"/start {await link_code(api, second)}")).text
    assert await subject_of(api, second) is None


async def test_a_code_lasts_as_long_as_it_says_and_as_its_session(phone: Phone) -> None:
    api = phone.api
    token = await api.joined("customer")
    late = await link_code(api, token)
    api.clock.advance(LINK_CODE_LIFE)
    assert "not valid any more" in (await phone.write(f"/start {late}")).text
    ended = await link_code(api, token)
    (session,) = (await api.get("/auth/sessions", token)).json()["items"]
    assert (await api.delete(f"/auth/sessions/{session['id']}", token)).status_code == 204
    assert "not valid any more" in (await phone.write(f"/start {ended}")).text
    reads = api.container.reads().external_identities
    assert await reads.user_of(IdentityProvider.TELEGRAM, str(BOLD["id"])) is None


async def test_without_a_bot_there_is_no_link(api: Api) -> None:
    refused = await api.post(
        "/users/me/telegram-link", await api.joined("customer"), json={"currentPassword": PASSWORD}
    )
    assert_problem(refused, 404, "auth.telegram_not_configured")


async def test_bookings_are_listed_and_shown_to_both_parties_and_in_their_language(phone: Phone) -> None:
    api = phone.api
    provider, provider_id = await api.open_provider()
    token = await api.joined("customer")
    booking = await api.booked(token, provider_id)
    await phone.linked(token)
    listed = await phone.write("/bookings")
    assert listed.text == "Your upcoming bookings:"
    assert listed.buttons == ["Mon 23 Nov 2026, 10:00 (Ulaanbaatar) · Studio", "Menu"]
    shown = await phone.tap("Mon 23 Nov 2026, 10:00 (Ulaanbaatar) · Studio")
    assert booking["reference"] in shown.text
    assert "Mon 23 Nov 2026, 10:00 (Ulaanbaatar)" in shown.text
    assert "Status: confirmed" in shown.text
    assert (await phone.tap("Menu")).buttons == ["My bookings", "New booking", "Today", "Offers", "Language"]
    await phone.write("/language")
    assert (await phone.tap("Монгол")).buttons[0] == "Миний захиалгууд"
    assert (await api.get("/auth/me", token)).json()["locale"] == "mn"
    await phone.write("/language")
    assert (await phone.tap("فارسی")).buttons[0] == "رزروهای من"
    staff = Phone(api, phone.simulator, {**BOLD, "id": 8})
    await staff.linked(provider)
    assert (await staff.write("/bookings")).buttons[0] == "Mon 23 Nov 2026, 10:00 (Ulaanbaatar) · Customer"
    stranger = Phone(api, phone.simulator, {**BOLD, "id": 9})
    await stranger.linked(await api.joined("customer"))
    assert (await stranger.write("/bookings")).text == "No upcoming bookings."


@FOR_BOOKING
async def test_a_person_accepts_the_documents_in_the_chat_and_has_booked(phone: Phone) -> None:
    api = phone.api
    await api.open_provider()
    token = await api.joined("customer")
    await phone.linked(token)
    await phone.write("/book")
    for head in ("p:", "d:", "t:", "s:"):
        if any(data_of(button).startswith(head) for row in api_rows(phone) for button in row):
            await phone.choose(head)
    asked = await phone.choose("B:")
    assert asked.text.startswith("Please read and accept")
    assert [button.get("url") for row in asked.rows for button in row] == [
        "https://example.com/en/terms/2026-01",
        "https://example.com/privacy/7",
        None,
    ]
    assert all(len(data_of(button).encode()) <= 64 for row in asked.rows for button in row)
    assert "Status: confirmed" in (await phone.tap("I accept")).text
    items = (await api.get("/users/me/legal-documents", token)).json()["items"]
    assert [each["missing"] for each in items] == [False, False]


async def test_admins_and_accounts_that_are_disabled_are_refused(phone: Phone) -> None:
    api = phone.api
    admin = await api.an_admin()
    user_id = UserId(UUID((await api.get("/auth/me", admin)).json()["id"]))
    async with api.container.database().begin() as tx:
        await tx.external_identities.add(
            ExternalIdentity(
                provider=IdentityProvider.TELEGRAM,
                subject=str(BOLD["id"]),
                user_id=user_id,
                linked_at=api.clock.now(),
            )
        )
    assert "administrators" in (await phone.write("/bookings")).text
    assert "administrators" in (await phone.write("/language")).text
    token = await api.joined("customer")
    customer = Phone(api, phone.simulator, {**BOLD, "id": 9})
    await customer.linked(token)
    user_id = (await api.get("/auth/me", token)).json()["id"]
    disabled = await api.patch(f"/admin/users/{user_id}", admin, json={"status": "disabled", "reason": "fraud"})
    assert disabled.is_success, disabled.text
    assert "is not linked" in (await customer.write("/bookings")).text


async def test_a_command_sets_the_webhook(phone: Phone) -> None:
    settings = phone.api.container.settings()
    public = replace(settings, public_url="https://booking.example.com")
    telegram = replace(settings.telegram, api_url=phone.simulator.url)
    await run_bot(replace(public, telegram=telegram), webhook=True)
    webhook = phone.simulator.webhook
    assert webhook is not None
    assert webhook["url"] == "https://booking.example.com/api/v1/webhooks/telegram"
    assert webhook["secret_token"] == SECRET
    for missing in (replace(telegram, webhook_secret=""), replace(telegram, bot_name="")):
        with pytest.raises(CannotStart):
            await run_bot(replace(public, telegram=missing), webhook=True)


async def test_each_polled_update_is_answered_once(phone: Phone) -> None:
    phone.simulator.written(BOLD, "/help")
    phone.simulator.written(BOLD, "/start")
    chats, bot = phone.api.container.chats(), phone.api.container.bot()
    offset = await poll(chats, bot, 0, wait_seconds=0)
    assert await poll(chats, bot, offset, wait_seconds=0) == offset
    assert len(phone.simulator.chats[BOLD["id"]]) == 2
    assert phone.simulator.waiting == []


async def test_a_person_books_pays_moves_and_cancels_in_the_chat(phone: Phone) -> None:
    """The dialogue in three languages is docs/use/telegram.md; each update arrives twice, and has its effect once."""
    api = phone.api
    provider, _ = await api.open_provider()
    service = {"name": "Haircut", "durationMinutes": 60, "priceAmount": 3_000_000, "depositAmount": 1_000_000}
    made = await api.post("/services", provider, json={**service, "currency": "MNT"})
    assert made.status_code == 201, made.text
    lines = ["# The Telegram bot\n", ABOUT]
    for number, (language, name) in enumerate((("en", "English"), ("mn", "Монгол"), ("fa", "فارسی"))):
        token = await api.joined("customer")
        me = Phone(api, phone.simulator, {**BOLD, "id": 100 + number, "language_code": language})
        me.lines.append(f"\n## {name}\n")
        await me.linked(token)
        await me.write("/language")
        await me.choose(f"l:{language}")
        await me.write("/book")
        await me.choose("p:")
        await me.choose("d:")
        await me.choose("t:", 4)
        await me.choose("s:", 1)
        shown = await me.choose("B:")
        (booking,) = (await api.get("/bookings", token)).json()["items"]
        assert booking["status"] == "pending"
        assert booking["reference"] in shown.text
        await me.choose("P:")
        wish = {"bookingId": booking["id"], "purpose": "deposit"}
        payment = (await api.post("/payments", token, json=wish)).json()  # the one that is open
        (link,) = [button["url"] for row in me.simulator.last(me.person).rows for button in row if "url" in button]
        assert link == payment["checkoutUrl"]
        api.pay(payment)
        assert (await api.post(api.callback(payment["id"]))).status_code < 300
        await me.choose("b:")
        await me.choose("m:")
        await me.choose("T:", 5)
        await me.choose("M:", 3)
        moved = await api.booking(booking["id"], token)
        assert moved["status"] == "confirmed"
        assert moved["start"] != booking["start"]
        await me.choose("c:")
        await me.choose("C:")
        cancelled = await api.booking(booking["id"], token)
        assert (cancelled["status"], cancelled["refundPendingAmount"] + cancelled["refundedAmount"]) == (
            "cancelled",
            1_000_000,
        )
        lines += [line.replace(booking["reference"], "ABCDEFGH") for line in me.lines]
    assert len((await api.get("/bookings", provider)).json()["items"]) == 3
    transcript = "\n".join(lines)
    if os.environ.get("WRITE_TRANSCRIPT"):
        DOCUMENT.write_text(transcript, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == transcript, (
        "docs/use/telegram.md is stale: run this test with WRITE_TRANSCRIPT=1"
    )


async def test_a_customer_redeems_a_reward_once_and_only_where_it_fits(phone: Phone) -> None:
    api = phone.api
    provider, provider_id = await api.open_provider()
    service = {"name": "Wash", "durationMinutes": 60, "priceAmount": 3_000_000, "depositAmount": 0, "currency": "MNT"}
    wash = (await api.post("/services", provider, json=service)).json()["id"]
    cut = (await api.post("/services", provider, json={**service, "name": "Cut"})).json()["id"]
    rewards = [{"name": name, "points": 300, "serviceIds": [wash]} for name in ("A wash", "A careful wash")]
    programme = {**PROGRAMME, "rewards": rewards}
    assert (await api.post(PROGRAMMES, provider, json=programme)).status_code == 201
    token = await api.joined("customer")
    washed = await api.booked(token, provider_id, MONDAY_AT_TEN, serviceIds=[wash])
    cut_only = await api.booked(token, provider_id, MONDAY_AT_TEN.replace("T10", "T12"), serviceIds=[cut])
    user_id = (await api.get("/auth/me", token)).json()["id"]
    await phone.linked(token)

    async def heads(booking: dict[str, Any]) -> set[str]:
        await phone.deliver(phone.simulator.written(BOLD, "/bookings"))
        buttons = [button for row in api_rows(phone) for button in row]
        (opens,) = [each for each in buttons if data_of(each) == joined("b", UUID(booking["id"]))]
        await phone.tap(opens["text"])
        return {data_of(button)[:1] for row in api_rows(phone) for button in row}

    assert "R" not in await heads(washed), "there are no points"
    given = {"points": 500, "reason": "?", "providerId": provider_id}
    await api.post(f"/admin/users/{user_id}/loyalty-adjustments", await api.an_admin(), json=given)
    assert "R" not in await heads(cut_only), "it is for another service"
    assert "R" in await heads(washed)
    offered = await phone.choose("R:")
    assert [row[0]["text"] for row in offered.rows[:2]] == ["A wash for 300 points", "A careful wash for 300 points"]
    taken = await phone.choose("r:", 1)
    assert washed["reference"] in taken.text
    seen = await api.booking(washed["id"], token)
    assert (seen["priceAmount"], [each["label"] for each in seen["discounts"]]) == (0, ["A careful wash"])
    [account] = (await api.get("/loyalty/me", token)).json()["accounts"]
    assert (account["spendable"], account["reserved"]) == (200, 300)
    assert "R" not in await heads(washed), "it has its points"


async def test_a_slot_that_another_one_took_is_refused_and_a_changed_refund_is_not_made(phone: Phone) -> None:
    api = phone.api
    _, provider_id = await api.open_provider()
    token = await api.joined("customer")
    await phone.linked(token)
    await phone.write("/book")
    assert (await phone.choose("p:")).text == "Choose a day."
    await phone.choose("t:")
    asked = await phone.choose("s:")
    assert asked.text.startswith("Studio\nMon 23 Nov 2026, 10:00 (Ulaanbaatar)")
    taken = phone.simulator.tapped(BOLD, "Book")
    await api.booked(await api.joined("customer"), provider_id)
    assert "already taken" in (await phone.deliver(taken)).text
    assert (await api.get("/bookings", token)).json()["items"] == []
    mine = await api.booked(token, provider_id, "2026-11-23T15:00:00+08:00")
    await phone.write("/bookings")
    await phone.choose("b:")
    await phone.choose("c:")
    data = joined("C", UUID(mine["id"]), "7")
    answer = await phone.deliver(phone.simulator.tapped_data(BOLD, data))
    assert (await api.booking(mine["id"], token))["status"] == "confirmed"
    assert "refund" in answer.text
    stranger = Phone(api, phone.simulator, {**BOLD, "id": 9})
    await stranger.linked(await api.joined("customer"))
    for head in "bcmPax":
        update = phone.simulator.tapped_data(stranger.person, joined(head, UUID(mine["id"])))
        assert mine["reference"] not in (await stranger.deliver(update)).text
    for data in ("", "b", "b:x", "zz", "C:1:2:3", "y:991399", "s:-:-:-", "M:é:1", "t:" * 20):
        assert "/bookings" in (await phone.deliver(phone.simulator.tapped_data(BOLD, data))).text


async def test_providers_see_their_day_and_answer_requests(phone: Phone) -> None:
    api = phone.api
    provider, provider_id = await api.open_provider(bookingMode="request")
    token = await api.joined("customer")
    requests = [await api.booked(token, provider_id, f"2026-11-23T{hour}:00:00+08:00") for hour in (10, 12)]
    assert [request["status"] for request in requests] == ["requested"] * 2
    await phone.linked(provider)
    assert (await phone.write("/today")).buttons[:2] == [
        "Mon 23 Nov 2026, 10:00 (Ulaanbaatar) · Customer",
        "Mon 23 Nov 2026, 12:00 (Ulaanbaatar) · Customer",
    ]
    await phone.choose("b:", 0)
    assert "Status: confirmed" in (await phone.tap("Accept")).text
    await phone.write("/today")
    await phone.choose("b:", 1)
    assert "Status: cancelled" in (await phone.tap("Decline")).text
    await phone.write("/today")
    assert (await phone.choose("y:", 1)).text == "Tue 24 Nov 2026 (Ulaanbaatar): 0 bookings"
    customer = Phone(api, phone.simulator, {**BOLD, "id": 9})
    await customer.linked(token)
    assert (await customer.write("/today")).text == "Mon 23 Nov 2026 (Ulaanbaatar): 1 bookings"


async def test_customers_agree_to_a_change_of_terms_that_the_screen_shows_or_decline_it(phone: Phone) -> None:
    api = phone.api
    provider, provider_id = await api.open_provider()
    token = await api.joined("customer")
    booking = await api.booked(token, provider_id)
    await phone.linked(token)
    path = f"/bookings/{booking['id']}"
    for answer in ("Decline", "Accept"):
        await api.post(f"{path}/change-terms", provider, json={"priceAmount": 9_000_000, "durationMinutes": 90})
        await phone.write("/bookings")
        shown = await phone.choose("b:")
        assert "Offered change: MNT 90,000, ends at Mon 23 Nov 2026, 11:30 (Ulaanbaatar)" in shown.text
        old = phone.simulator.tapped(BOLD, "Accept")
        answered = await phone.tap(answer)
        assert "Offered change" not in answered.text
        seen = await api.booking(booking["id"], token)
        assert (seen["status"], seen["priceAmount"]) == ("confirmed", 9_000_000 if answer == "Accept" else 0)
        assert "Offered change" not in (await phone.deliver(old)).text, "the button of another change"
    assert (await api.booking(booking["id"], token))["end"] == "2026-11-23T03:30:00Z"


async def test_every_screen_tells_the_time_in_the_zone_of_the_provider_and_beside_it_that_of_the_customer(
    phone: Phone,
) -> None:
    api = phone.api
    provider, _ = await api.open_provider()
    token = await api.joined("customer")
    assert (await api.patch("/users/me", token, json={"timeZone": "Europe/Berlin"})).status_code == 200
    await phone.linked(token)
    local_time = "Mon 23 Nov 2026, 10:00 (Ulaanbaatar; Berlin: 03:00)"
    await phone.write("/book")
    await phone.choose("p:", 0)
    assert (await phone.choose("t:", 0)).text == "Choose a time. (Ulaanbaatar)"
    assert local_time in (await phone.tap("10:00")).text
    assert local_time in (await phone.tap("Book")).text
    for command, text in (
        ("/bookings", "Your upcoming bookings:"),
        ("/today", "Mon 23 Nov 2026 (Berlin): 1 bookings"),
    ):
        shown = await phone.write(command)
        assert (shown.text, shown.buttons[0]) == (text, f"{local_time} · Studio")
    staff = Phone(api, phone.simulator, {**BOLD, "id": 8})
    await staff.linked(provider)
    assert (await staff.write("/bookings")).buttons[0] == "Mon 23 Nov 2026, 10:00 (Ulaanbaatar) · Customer"


async def news(phone: Phone, token: str, event: type[Event], notify: Any) -> list[tuple[str, str, str]]:
    """Notify of the last event of this type, send due messages, and return those of an account.

    Of each: channel, status, failure.
    """
    api = phone.api
    account = (await api.get("/auth/me", token)).json()["id"]
    found = [each for each in await api.database.outbox_events() if type(each) is event][-1]
    executor, reads = api.container.executor(), api.container.reads()
    notifier = StoringNotifier(executor, reads.external_identities)
    await notify(found, reads=reads, notifier=notifier, translator=GettextTranslator("en"))
    for user_id in notifier.notified:
        while await send_due_messages(
            user_id, clock=api.clock, reads=reads, executor=executor, sender=api.container.message_sender()
        ):
            api.clock.advance(timedelta(minutes=1))
    log = await reads.notifications.messages(MessageFilter())
    return [
        (view.message.channel, view.message.status, view.message.failure)
        for view in sorted(log, key=lambda view: view.message.rank)
        if view.notification.event_id == found.id and str(view.message.user_id) == account
    ]


async def test_an_offer_is_pushed_into_the_chat_and_booked_with_its_button(phone: Phone) -> None:
    api = phone.api
    _, provider_id = await api.open_provider()
    token = await api.joined("customer")
    await phone.linked(token)
    wish = {"providerId": provider_id, "from": MONDAY_AT_TEN, "to": "2026-11-23T10:01:00+08:00"}
    assert (await api.post("/waitlist", token, json=wish)).status_code == 201
    command = OfferFreedTime(provider_id=ProviderId(UUID(provider_id)))
    await api.container.executor().run(offer_freed, command, actor=SYSTEM)
    phone.simulator.limited_for = 30  # it is sent later, once
    sent = await news(phone, token, WaitlistOffered, notify)
    assert sent == [("telegram", "sent", ""), ("email", "sent", "")]
    chat = phone.simulator.chats[phone.person["id"]]
    assert ["Book this time" in each.buttons for each in chat] == [*[False] * (len(chat) - 1), True]
    assert "Status: confirmed" in (await phone.tap("Book this time")).text


async def test_a_blocked_chat_falls_back_to_e_mail_until_the_person_writes_again(phone: Phone) -> None:
    api = phone.api
    _, provider_id = await api.open_provider()
    token = await api.joined("customer")
    await phone.linked(token)
    phone.simulator.blocked.add(phone.person["id"])
    await api.booked(token, provider_id)
    assert await news(phone, token, BookingPlaced, notify) == [
        ("telegram", "failed", "chat.blocked"),
        ("email", "sent", ""),
    ]
    (linked,) = (await api.get("/users/me/identities", token)).json()["items"]
    assert linked["unreachableSince"]
    await api.booked(token, provider_id, "2026-11-23T12:00:00+08:00")
    assert await news(phone, token, BookingPlaced, notify) == [("email", "sent", "")]
    phone.simulator.blocked.clear()
    await phone.write("/help")
    (linked,) = (await api.get("/users/me/identities", token)).json()["items"]
    assert "unreachableSince" not in linked
    await api.booked(token, provider_id, "2026-11-23T14:00:00+08:00")
    assert (await news(phone, token, BookingPlaced, notify))[0] == ("telegram", "sent", "")
    assert phone.simulator.last(phone.person).buttons[0] == "Show the booking"


async def test_no_news_comes_into_the_chat_of_a_person_who_has_turned_it_off(phone: Phone) -> None:
    api = phone.api
    _, provider_id = await api.open_provider()
    token = await api.joined("customer")
    await phone.linked(token)
    wishes = (await api.get("/users/me/preferences", token)).json()
    wishes["channels"]["telegram"] = False
    changed = await api.call("PUT", "/users/me/preferences", token, json=wishes)
    assert changed.status_code == 200, changed.text
    await api.booked(token, provider_id)
    assert await news(phone, token, BookingPlaced, notify) == [("email", "sent", "")]


async def test_an_offer_of_the_waiting_list_is_booked_with_a_button(phone: Phone) -> None:
    api = phone.api
    _, provider_id = await api.open_provider()
    token = await api.joined("customer")
    await phone.linked(token)
    wish = {"providerId": provider_id, "from": MONDAY_AT_TEN, "to": "2026-11-23T10:01:00+08:00"}
    waiting = await api.post("/waitlist", token, json=wish)
    assert waiting.status_code == 201, waiting.text
    assert (await phone.write("/offers")).text == "No offers."
    command = OfferFreedTime(provider_id=ProviderId(UUID(provider_id)))
    await api.container.executor().run(offer_freed, command, actor=SYSTEM)
    stranger = Phone(api, phone.simulator, {**BOLD, "id": 9})
    await stranger.linked(await api.joined("customer"))
    stolen = phone.simulator.tapped_data(stranger.person, joined("O", UUID(waiting.json()["id"])))
    assert "/bookings" in (await stranger.deliver(stolen)).text
    assert (await phone.write("/offers")).buttons[0] == "Mon 23 Nov 2026, 10:00 (Ulaanbaatar) · Studio"
    assert "Status: confirmed" in (await phone.choose("O:")).text
    (booking,) = (await api.get("/bookings", token)).json()["items"]
    assert booking["start"] == "2026-11-23T02:00:00Z"
    (entry,) = (await api.get("/waitlist", token)).json()["items"]
    assert entry["status"] == "booked"


async def test_a_stored_name_that_is_an_address_is_no_link_in_the_chat(phone: Phone) -> None:
    api, customer = phone.api, await phone.api.joined("customer")
    _, provider_id = await api.open_provider()
    await phone.linked(customer)
    booking = await api.booked(customer, provider_id)
    async with api.container.database().begin() as tx:
        profile = await tx.profiles.get(ProviderId(UUID(provider_id)))
        assert profile is not None
        await tx.profiles.save(
            replace(profile, display_name="Locked! https://example.com", version=profile.version + 1), was=profile
        )
    await phone.write("/bookings")
    shown = await phone.choose("b:")
    assert booking["reference"] in shown.text
    assert "Locked! https[:]//example[.]com" in shown.text
