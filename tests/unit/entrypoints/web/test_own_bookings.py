"""The bookings of a customer: lists, paying, moving, cancelling with the quote, offers, reviews."""

import re
from collections.abc import AsyncIterator
from html import unescape
from itertools import count
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, serving
from tests.unit.entrypoints.web.forms import Visitor, form_in
from tests.unit.features.notifications import told
from tests.unit.features.reviews import visit

from booking_domain.shared.ids import BookingId
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE

TERMS = {"depositAmount": 20_000_00, "priceAmount": 80_000_00, "displayName": "Sarnai"}
AT_THREE = "2026-11-23T15:00:00+08:00"
AT_FIVE = "2026-11-23T17:00:00+08:00"
_phones = count(99_110_000)


@pytest.fixture(scope="module")
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    async with serving() as api:
        yield api


async def booked(api: Api, **terms: Any) -> tuple[Visitor, str, str]:
    """A visitor who has just booked by pages, the address of the booking's page, and the provider's token."""
    owner, provider_id = await api.open_provider(**(TERMS | terms))
    visitor = Visitor(api)
    done = await visitor.book(provider_id, phone=f"+976{next(_phones)}")
    return visitor, done.headers["Location"], owner


async def paid(api: Api, visitor: Visitor, path: str) -> None:
    """Pay what is due, by the page."""
    await visitor.submit(await visitor.get(path), "/pay")
    booking_id = BookingId(UUID(path.rpartition("/")[2]))
    payment = (await api.container.reads().payments.of_booking(booking_id))[-1]
    assert payment.invoice is not None
    assert api.gateway.pay(payment.invoice.reference, payment.amount)
    assert (await api.get(api.callback(str(payment.id)))).status_code == 200


def heading(page: httpx.Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page.text, re.DOTALL)
    assert found is not None
    return unescape(found.group(1))


def amounts(page: httpx.Response) -> dict[str, str]:
    """The price and what became of it."""
    shown = page.text.partition('<dl class="amounts">')[2].partition("</dl>")[0]
    names, values = (re.findall(rf"<{tag}>(.*?)</{tag}>", shown) for tag in ("dt", "dd"))
    return dict(zip(names, (re.sub("<[^>]*>", "", each) for each in values), strict=True))


async def test_bookings_to_come_and_of_the_past_are_listed_apart(api: Api) -> None:
    visitor, path, _ = await booked(api)
    to_come = await visitor.get("/en/bookings")
    assert f'href="{path}"' in to_come.text
    past = await visitor.get("/en/bookings?when=past")
    assert f'href="{path}"' not in past.text
    assert "Nothing here yet" in past.text
    stranger = Visitor(api)
    await stranger.signed_in("+97699110999")
    assert "You have no appointments to come" in (await stranger.get("/en/bookings")).text
    assert (await stranger.get(path)).status_code == 404
    assert (await Visitor(api).get("/en/bookings")).headers["Location"] == "/en/sign-in?next=%2Fbookings"


async def test_deposit_and_balance_are_paid_by_the_same_step(api: Api) -> None:
    visitor, path, _ = await booked(api)
    assert ">Pay the deposit: " in (await visitor.get(path)).text
    without, own, _ = await booked(api, depositAmount=0)
    assert "Pay MNT 80,000" in (await without.get(own)).text, "there is no rest of what nothing was paid of"
    await paid(api, visitor, path)
    confirmed = await visitor.get(path)
    assert heading(confirmed) == "It is booked"
    assert "Pay the rest: MNT 60,000" in confirmed.text
    await visitor.submit(confirmed, "/pay")
    assert "QR code of the payment" in (await visitor.get(path)).text


async def test_a_booking_shows_what_its_customer_was_told_about_it(api: Api) -> None:
    visitor, path, _ = await booked(api, depositAmount=0)
    assert "What we told you about it" not in (await visitor.get(path)).text
    await told(api)
    shown = unescape((await visitor.get(path)).text)
    [subject] = re.findall(r"<summary><span[^>]*>(.*?)</span>", shown)  # and nothing that others were told
    assert subject.endswith(": confirmed")
    assert f"{subject}</span>" in unescape((await visitor.get(path.replace("/en/", "/fa/"))).text), "as it was sent"


async def test_the_calendar_file_and_links_to_calendars_name_the_appointment(api: Api) -> None:
    visitor, path, _ = await booked(api)
    page = unescape((await visitor.get(path)).text)
    [file] = re.findall(r'href="(/api/v1/bookings/[^"]+\.ics)"', page)
    assert "BEGIN:VEVENT" in (await visitor.get(file)).text
    assert "dates=20261123T020000Z%2F20261123T030000Z" in page
    assert "startdt=2026-11-23T02%3A00%3A00Z" in page


async def test_a_cancellation_shows_its_quote_and_gives_back_exactly_that(api: Api) -> None:
    visitor, path, _ = await booked(api)
    await paid(api, visitor, path)
    before = amounts(await visitor.get(path))
    assert before == {"Price": "MNT 80,000", "Paid": "MNT 20,000", "Still to pay": "MNT 60,000"}
    asked = await visitor.get(f"{path}/cancel")
    lines = [unescape(each) for each in re.findall(r"<p>(.*?)</p>", asked.text)]
    assert "You get nothing back of the MNT 20,000 that you paid." in lines
    _, fields = form_in(asked, "/cancel")
    other = await visitor.send(f"{path}/cancel", {**fields, "refund": "1", "reason": "I am ill"})
    assert other.status_code == 409
    assert ">I am ill</textarea>" in other.text
    assert "<title>Error: " in other.text
    done = await visitor.submit(other, "/cancel", reason="I am ill")
    assert done.headers["Location"] == f"{path}?done=cancelled"
    shown = await visitor.get(done.headers["Location"])
    assert heading(shown) == "This booking is cancelled"
    assert ">Book again<" in shown.text
    assert amounts(shown) == {"Price": "MNT 80,000", "Paid": "MNT 20,000", "Not given back": "MNT 20,000"}
    again = await visitor.send(f"{path}/cancel", fields)
    assert (again.status_code, again.headers["Location"]) == (303, path), "a second click has no effect"


async def test_the_quote_says_what_it_was_earlier_and_the_booking_then_what_is_given_back(api: Api) -> None:
    tiers = [{"hoursBefore": 48, "percent": 100}, {"hoursBefore": 2, "percent": 50}]
    visitor, path, _ = await booked(api, cancellationPolicy=tiers)
    await paid(api, visitor, path)
    asked = await visitor.get(f"{path}/cancel")
    assert "You get 50 % = MNT 10,000 back." in asked.text
    assert re.search(r"Until .*Nov.* it was all of it\.", asked.text)
    done = await visitor.submit(asked, "/cancel")
    shown = amounts(await visitor.get(done.headers["Location"]))
    assert shown == {
        "Price": "MNT 80,000",
        "Paid": "MNT 20,000",
        "On its way back to you": "MNT 10,000",
        "Not given back": "MNT 10,000",
    }


async def test_a_booking_moves_to_a_time_of_the_same_calendar(api: Api) -> None:
    visitor, path, _ = await booked(api)
    times = await visitor.get(f"{path}/move")
    assert 'aria-label="Monday 23 November, 10:00, free"' not in times.text, "its own time"
    [link] = re.findall(r'href="([^"]+)" aria-label="Monday 23 November, 15:00, free"', times.text)
    question = await visitor.get(unescape(link))
    assert heading(question) == "Move to this time?"
    assert (await visitor.get(path)).text.count("10:00") > 0, "nothing happens by looking"
    done = await visitor.submit(question, "/move")
    assert done.headers["Location"] == f"{path}?done=moved"
    assert "15:00" in (await visitor.get(path)).text


async def test_a_page_says_how_often_a_booking_can_still_be_moved(api: Api) -> None:
    visitor, path, owner = await booked(api, maxReschedules=1)
    provider_id = (await api.get("/providers/me", owner)).json()["id"]
    shown = await Visitor(api).get(f"/en/providers/{provider_id}")
    assert "You can move it 1 time." in (await Visitor(api).get(shown.headers["Location"])).text
    assert "You can move it 1 more time." in (await visitor.get(path)).text
    question = await visitor.get(f"{path}/move?slot={quote(AT_THREE)}")
    assert "You can move it 1 more time." in question.text
    assert (await visitor.submit(question, "/move")).status_code == 303
    moved = (await visitor.get(path)).text
    assert f'href="{path}/move"' not in moved
    assert re.search("Only .+ can move it now", moved)
    assert (await visitor.get(f"{path}/move")).headers["Location"] == path
    late = await visitor.submit(question, "/move", slot=AT_FIVE)
    assert late.headers["Location"] == path


async def test_a_time_that_was_taken_meanwhile_leads_back_to_the_free_ones(api: Api) -> None:
    visitor, path, owner = await booked(api)
    question = await visitor.get(f"{path}/move?slot={AT_THREE.replace('+', '%2B')}")
    provider_id = (await api.get("/providers/me", owner)).json()["id"]
    await api.booked(await api.joined("customer", verified=True), provider_id, AT_THREE)
    lost = await visitor.submit(question, "/move")
    assert lost.headers["Location"] == f"{path}/move?taken=1"
    assert "Somebody else has just taken this time" in (await visitor.get(lost.headers["Location"])).text


async def test_an_offered_time_is_chosen_with_the_price_that_was_shown(api: Api) -> None:
    visitor, path, owner = await booked(api, bookingMode="request")
    offer = {"slots": [AT_THREE, AT_FIVE], "priceAmount": 90_000_00}
    assert (await api.post(f"{path[3:]}/offer-times", owner, json=offer)).status_code == 200
    offered = await visitor.get(path)
    assert "The price is MNT 90,000 instead of MNT 80,000." in unescape(offered.text)
    assert offered.text.count('type="radio"') == 2
    assert "Your request has an answer" in (await visitor.get("/en/bookings")).text
    stale = await visitor.submit(offered, "/accept", slot=AT_FIVE, price="1")
    assert stale.status_code == 409
    assert "<title>Error: " in stale.text
    done = await visitor.submit(offered, "/accept", slot=AT_FIVE)
    assert done.headers["Location"] == f"{path}?done=accepted"
    assert "17:00" in (await visitor.get(path)).text


async def test_other_terms_are_declined_or_accepted(api: Api) -> None:
    visitor, path, owner = await booked(api, depositAmount=0)
    for answer, price in (("decline", "MNT 80,000"), ("accept", "MNT 90,000")):
        asked = await api.post(f"{path[3:]}/change-terms", owner, json={"priceAmount": 90_000_00})
        assert asked.status_code == 200, asked.text
        done = await visitor.submit(await visitor.get(path), f"/{answer}")
        assert done.status_code == 303, done.text
        shown = await visitor.get(path)
        assert f"<bdi>{price}</bdi>" in shown.text
        assert "Do you agree?" not in shown.text


async def test_a_new_time_is_accepted_as_it_was_shown(api: Api) -> None:
    visitor, path, owner = await booked(api)
    await api.post(f"{path[3:]}/reschedule", owner, json={"slot": AT_THREE})
    shown = await visitor.get(path)
    assert "Is the new time all right?" in shown.text
    await api.post(f"{path[3:]}/reschedule", owner, json={"slot": AT_FIVE})
    late = await visitor.submit(shown, "/accept")
    assert late.status_code == 409
    done = await visitor.submit(late, "/accept")
    assert done.status_code == 303
    assert "Is the new time all right?" not in (await visitor.get(path)).text


async def test_customers_see_nothing_of_a_booking_over_theirs_and_both_go_on_as_usual(api: Api) -> None:
    below, path, owner = await booked(api, depositAmount=0)
    provider_id = (await api.get(path[3:], owner)).json()["providerId"]
    above = Visitor(api, await api.joined("customer", verified=True))
    moved = f"/en/bookings/{(await api.booked(above.cookies[ACCESS_COOKIE], provider_id, AT_FIVE))['id']}"
    over = {"slot": MONDAY_AT_TEN, "overbook": {"reason": "A regular with a broken nail"}}
    assert (await api.post(f"{moved[3:]}/reschedule", owner, json=over)).is_success
    assert (await api.get(path[3:], owner)).json()["overbooked"] is True
    assert heading(await below.get(path)) == "It is booked"
    asked = await above.get(moved)
    assert "Is the new time all right?" in asked.text
    assert (await above.submit(asked, "/accept")).status_code == 303
    for visitor, own in ((below, path), (above, moved)):
        shown = await visitor.get(own)
        assert "10:00 (Ulaanbaatar)" in shown.text
        assert not re.search("overbook|regular", shown.text, re.IGNORECASE)
        again = await visitor.get(f"/en/book/{provider_id}/summary?slot={quote(MONDAY_AT_TEN)}")
        assert f'href="{own}">Show my booking' in again.text, "their own, not the other"
    free = (await Visitor(api).get(f"/en/book/{provider_id}/time")).text
    assert quote(MONDAY_AT_TEN, safe="") not in free
    question = await below.get(f"{path}/move?slot={quote(AT_THREE)}")
    assert (await below.submit(question, "/move")).headers["Location"] == f"{path}?done=moved"
    assert quote(MONDAY_AT_TEN, safe="") not in (await Visitor(api).get(f"/en/book/{provider_id}/time")).text
    cancelled = await above.submit(await above.get(f"{moved}/cancel"), "/cancel")
    assert cancelled.headers["Location"] == f"{moved}?done=cancelled"
    assert quote(MONDAY_AT_TEN, safe="") in (await Visitor(api).get(f"/en/book/{provider_id}/time")).text


async def test_a_visit_is_reviewed_once_with_stars(api: Api) -> None:
    visitor, path, _ = await booked(api)
    assert (await visitor.get(f"{path}/review")).headers["Location"] == path, "it is not over"
    token, _, booking = await visit(api)
    visitor, path = Visitor(api, token), f"/en/bookings/{booking['id']}"
    assert ">Write a review<" in (await visitor.get(path)).text
    none = await visitor.submit(await visitor.get(f"{path}/review"), "/review", text="Good")
    assert none.status_code >= 400
    assert 'id="choices-rating-error">Choose how many stars.<' in none.text
    assert ">Good</textarea>" in none.text
    posted = await visitor.submit(none, "/review", rating="5", text="Good")
    assert posted.headers["Location"] == f"{path}?done=reviewed"
    assert (await visitor.get(f"{path}/review")).headers["Location"] == path, "back, once it is written"
    assert ">Write a review<" not in (await visitor.get(path)).text


async def test_an_appointment_of_whole_days_names_its_last_day(api: Api) -> None:
    owner, provider_id = await api.open_provider(**(TERMS | {"depositAmount": 0}))
    rental = {"name": "Studio", "durationMinutes": 2_880, "wholeDays": True, "priceAmount": 0}
    service = (await api.post("/services", owner, json=rental)).json()["id"]
    customer = Visitor(api, await api.joined("customer", verified=True))
    times = await customer.get(f"/en/book/{provider_id}/time?service={service}&day=2026-11-24")
    start = re.findall(r'<button [^>]*name="slot" value="([^"]+)"', times.text)[0]
    summary = await customer.get(f"/en/book/{provider_id}/summary?service={service}&slot={quote(start)}")
    path = (await customer.submit(summary, "/summary")).headers["Location"]
    for shown in (
        summary,
        await customer.get(path),
        await customer.get("/en/bookings"),
        await customer.get(f"{path}/cancel"),
    ):
        assert "to Wed 25 Nov 2026 (" in unescape(shown.text)
    moved = await customer.get(f"{path}/move?slot={quote('2026-11-26' + start[10:])}")
    assert "to Fri 27 Nov 2026 (" in unescape(moved.text)
    back = await customer.get(f"{path}/move?slot={quote(start)}")
    assert back.headers["Location"] == path, "it is there already"
