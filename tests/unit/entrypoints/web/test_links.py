"""The links of messages: each opens its page without an account, and nothing happens by looking."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Browser
from tests.browsing import needs_a_browser
from tests.unit.entrypoints.api import PASSWORD, Api, serving
from tests.unit.entrypoints.web.forms import Visitor
from tests.unit.entrypoints.web.pages import visiting
from tests.unit.entrypoints.web.site import ORIGIN

from booking_domain.bookings.action_links import PHONE_BYTES, ActionLink, LinkAction, ShortLink, address_digest
from booking_domain.identity.ports import UserFilter
from booking_domain.identity.preferences import NewsChannel, NewsKind, Unsubscription
from booking_domain.shared.ids import BookingId, UserId
from booking_domain.use_cases.identity.not_me_links import NotMeLink

TERMS = {"depositAmount": 2_000_000, "priceAmount": 8_000_000}


@pytest.fixture(scope="module")
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    async with serving(BOOKING_PUBLIC_URL=ORIGIN) as api:
        yield api


async def linked(api: Api, action: LinkAction, **terms: Any) -> tuple[str, dict[str, Any]]:
    """The token of a link that is sent in an e-mail about a new booking, and the booking."""
    owner, provider_id = await api.open_provider(**(TERMS | terms))
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    me = (await api.get("/users/me", customer)).json()
    link = ActionLink(
        action=action,
        booking_id=BookingId(UUID(booking["id"])),
        user_id=UserId(UUID(me["id"])),
        expires_at=datetime.fromisoformat(booking["start"]),
        address=address_digest(me["email"]),
    )
    return api.container.action_link_tokens().issue(link), {**booking, "owner": owner, "customer": customer}


async def followed(api: Api, token: str, at: str = "/en/links/pay") -> tuple[Visitor, str]:
    """Somebody who has followed a link, and the page to which it leads."""
    visitor = Visitor(api)
    done = await visitor.submit(await visitor.get(at), "/links", link=f"https://booking.test{at[3:]}#{token}")
    assert done.status_code == 303, done.text
    return visitor, done.headers["Location"]


async def test_a_link_to_cancel_asks_first_and_allows_nothing_else(api: Api) -> None:
    token, booking = await linked(api, LinkAction.CANCEL)
    visitor, page = await followed(api, token, "/en/links/cancel")
    path = f"/en/bookings/{booking['id']}"
    assert page == f"{path}/cancel"
    asked = await visitor.get(page)
    assert (await visitor.get(f"{path}/move")).headers["Location"] == path, "it is no link to move"
    shown = await visitor.get(path)
    assert "/move" not in shown.text
    assert ".ics" not in shown.text
    assert (await api.booking(booking["id"], booking["customer"]))["status"] == "pending"
    assert (await visitor.submit(asked, "/cancel")).headers["Location"] == f"{path}?done=cancelled"
    assert (await api.booking(booking["id"], booking["customer"]))["status"] == "cancelled"


async def test_a_link_to_move_leads_to_the_calendar(api: Api) -> None:
    token, booking = await linked(api, LinkAction.MOVE)
    visitor, page = await followed(api, token, "/en/links/move")
    times = await visitor.get(page)
    assert 'aria-label="Monday 23 November, 15:00, free"' in times.text
    asked = await visitor.get(f"{page}?slot=2026-11-23T15:00:00%2B08:00")
    assert (await visitor.submit(asked, "/move")).status_code == 303
    assert (await api.booking(booking["id"], booking["customer"]))["start"] == "2026-11-23T07:00:00Z"


async def test_a_link_to_pay_shows_the_code(api: Api) -> None:
    token, booking = await linked(api, LinkAction.PAY)
    visitor, page = await followed(api, token)
    assert page == f"/en/bookings/{booking['id']}"
    await visitor.submit(await visitor.get(page), "/pay")
    assert "QR code of the payment" in (await visitor.get(page)).text


async def test_a_link_to_accept_answers_a_new_time(api: Api) -> None:
    token, booking = await linked(api, LinkAction.ACCEPT)
    slot = {"slot": "2026-11-23T15:00:00+08:00"}
    assert (await api.post(f"/bookings/{booking['id']}/reschedule", booking["owner"], json=slot)).status_code == 200
    visitor, page = await followed(api, token, "/en/links/accept")
    assert (await visitor.submit(await visitor.get(page), "/accept")).status_code == 303
    assert "rescheduledBy" not in await api.booking(booking["id"], booking["customer"])


async def test_the_link_of_a_text_message_opens_everything(api: Api) -> None:
    _, provider_id = await api.open_provider(**TERMS)
    customer = (await api.joined_by_phone("+97699112277"))["accessToken"]
    booking = await api.booked(customer, provider_id)
    short = ShortLink(booking_id=BookingId(UUID(booking["id"])), phone=address_digest("+97699112277")[:PHONE_BYTES])
    visitor, page = await followed(api, api.container.action_link_tokens().issue_short(short), "/en/b")
    shown = (await visitor.get(page)).text
    assert all(f"{page}/{step}" in shown for step in ("pay", "move", "cancel"))


async def test_a_link_opens_its_own_booking_only_and_a_wrong_one_is_told_beside_the_field(api: Api) -> None:
    token, _ = await linked(api, LinkAction.CANCEL)
    _, other = await linked(api, LinkAction.CANCEL)
    visitor, _ = await followed(api, token, "/en/links/cancel")
    elsewhere = await visitor.get(f"/en/bookings/{other['id']}/cancel")
    assert elsewhere.headers["Location"].startswith("/en/sign-in?next=")
    wrong = await Visitor(api).send("/en/links", {"link": f"{token[:-2]}AA"})
    assert wrong.status_code == 404
    assert 'id="field-link-error"' in wrong.text
    refused = await Visitor(api).send("/en/links", {"link": token}, **{"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403


async def test_a_change_by_somebody_else_is_reported_by_its_link(api: Api) -> None:
    body = {"email": "thief@example.com", "password": PASSWORD, "name": "Saraa", "role": "customer"}
    user_id = UserId(UUID((await api.post("/auth/register", json=body)).json()["user"]["id"]))
    now = api.clock.now().replace(microsecond=0)
    token = api.container.not_me_tokens().issue(NotMeLink(user_id=user_id, changed_at=now, restores_contacts=False))
    visitor = Visitor(api)
    asked = await visitor.get("/en/links/not-me")
    wrong = await visitor.submit(asked, "/links/not-me", link="nonsense")
    assert 'id="field-link-error"' in wrong.text
    done = await visitor.submit(wrong, "/links/not-me", link=token)
    assert done.headers["Location"] == "/en/sign-in/new-password"
    login = {"email": body["email"], "password": PASSWORD}
    assert (await api.post("/auth/login", json=login)).status_code == 401, "the password is removed"


async def test_a_link_ends_one_kind_of_e_mails_once_its_button_is_pressed(api: Api) -> None:
    customer = await api.joined("customer")
    user_id = UserId(UUID((await api.get("/users/me", customer)).json()["id"]))
    off = Unsubscription(kind=NewsKind.REMINDERS, channel=NewsChannel.EMAIL)
    token = api.container.unsubscribe_tokens().issue(user_id, off)
    visitor = Visitor(api)
    wrong = await visitor.submit(await visitor.get("/en/unsubscribe"), "/unsubscribe", link="nonsense")
    assert 'id="field-link-error"' in wrong.text
    link = f"{ORIGIN}/unsubscribe#{token}"
    for done in [await visitor.submit(wrong, "/unsubscribe", link=link) for _ in range(2)]:
        assert done.headers["Location"] == "/en/unsubscribe/done"
    over = await visitor.get("/en/unsubscribe/done")
    assert "You get no more of these e-mails" in over.text
    stranger = Visitor(api)
    assert "Send them again" not in (await stranger.get("/en/unsubscribe/done")).text
    assert (await stranger.send("/en/unsubscribe/undo", {})).headers["Location"] == "/en/account"
    [user] = [each for each in await api.container.reads().users.page(UserFilter(limit=100)) if each.id == user_id]
    assert user.preferences.unsubscribed == (off,)
    again = await visitor.submit(over, "/unsubscribe/undo")
    assert "You get these e-mails again" in (await visitor.get(again.headers["Location"])).text
    assert (await api.get("/users/me/preferences", customer)).json()["unsubscribed"] == []
    await visitor.submit(wrong, "/unsubscribe", link=link)
    owner = Visitor(api, customer)
    await owner.submit(await owner.get("/en/account"), "/account/notifications", news=["email", "reminders email"])
    assert (await api.get("/users/me/preferences", customer)).json()["unsubscribed"] == []


@needs_a_browser
async def test_a_browser_opens_a_link_by_itself_and_leaves_no_trace_of_it(api: Api, browser: Browser) -> None:
    token, booking = await linked(api, LinkAction.CANCEL)
    async with visiting(browser, api) as page:
        await page.goto(f"/en/links/cancel#{token}")
        await page.get_by_role("button", name="Cancel the booking").wait_for()
        assert page.url.endswith(f"/en/bookings/{booking['id']}/cancel")
        await page.get_by_role("button", name="Cancel the booking").click()
        await page.get_by_role("heading", level=1, name="This booking is cancelled").wait_for()


async def test_every_link_in_the_messages_opens_a_page(api: Api) -> None:
    text = (Path(__file__).parents[4] / "docs" / "use" / "messages.md").read_text(encoding="utf-8")
    paths = set(re.findall(r"https://example\.com(/[a-z/-]+)#", text)) | {"/unsubscribe"}
    assert {"/b", "/join", "/links/pay", "/links/not-me"} <= paths
    for path in sorted(paths):
        assert (await Visitor(api).get(f"/fa{path}")).status_code == 200, path
