"""From a provider to a booking: the steps, a visitor's code, a slot that is lost, forms of other sites."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import httpx
import pytest
from playwright.async_api import Browser
from tests.browsing import needs_a_browser
from tests.unit.effort import at_night
from tests.unit.entrypoints.api import MONDAY_AT_TEN, PICTURE, Api
from tests.unit.entrypoints.web.forms import Visitor, code_of, form_in
from tests.unit.entrypoints.web.pages import visiting
from tests.unit.entrypoints.web.site import ORIGIN

from booking_domain.flags.model import SERIES_ON_PAGES
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import BookingId, ProviderId
from booking_domain.shared.slugs import slug_of
from booking_domain.use_cases.scheduling.waiting import OfferFreedTime, offer_freed
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE

PHONE = "+97699112233"
TERMS = "terms_of_use 2026-01"
ASKING = {
    "BOOKING_TERMS_VERSION": "2026-01",
    "BOOKING_ACCEPTANCE_REQUIRED": "booking",
    "BOOKING_TERMS_URL": "https://example.com/{language}/{version}",
}
MONDAY_AT_NOON = MONDAY_AT_TEN.replace("T10", "T12")
OWN = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}


async def send(api: Api, path: str, fields: dict[str, Any], **headers: str) -> httpx.Response:
    return await api.client.post(path, content=urlencode(fields, doseq=True), headers={**OWN, **headers})


async def test_search_engines_list_the_page_of_a_provider_in_place_of_the_first_steps(api: Api) -> None:
    _, provider_id = await api.open_provider(displayName="Sarnai")
    place = f"/mn/providers/{(await api.get(f'/providers/{provider_id}')).json()['slug']}"
    times = (await api.client.get(f"/mn/book/{provider_id}/time?day=2026-11-24")).text
    assert re.findall(r'<link rel="canonical" href="[^"]*?(/mn/[^"]+)">', times) == [place]
    assert 'hreflang="x-default"' not in times, "alternatives belong to the page that is listed"
    assert "noindex" not in times
    you = (await api.client.get(f"/mn/book/{provider_id}/you?slot={quote(MONDAY_AT_TEN)}")).text
    assert ("canonical" in you, '<meta name="robots" content="noindex">' in you) == (False, True)


async def test_any_address_leads_to_the_first_step_that_is_not_done(api: Api) -> None:
    token, provider_id = await api.open_provider()
    without_services = await api.client.get(f"/en/book/{provider_id}")
    assert without_services.headers["Location"] == f"/en/book/{provider_id}/time"
    assert (await api.client.get(f"/en/book/{provider_id}/you")).headers["Location"].endswith("/time")
    service = {"name": "Haircut", "durationMinutes": 60, "priceAmount": 80_000}
    made = (await api.post("/services", token, json=service)).json()["id"]
    assert (await api.client.get(f"/en/book/{provider_id}/time")).headers["Location"].endswith("?missing=1")
    assert "Choose at least one service." in (await api.client.get(f"/en/book/{provider_id}?missing=1")).text
    chosen = await api.client.get(f"/en/book/{provider_id}/you?service={made}&slot=nonsense")
    assert chosen.headers["Location"] == f"/en/book/{provider_id}/time?service={made}"
    times = await api.client.get(f"/en/book/{provider_id}/time?service={made}")
    assert 'aria-label="Monday 23 November, 10:00, free"' in times.text
    assert re.search(r'aria-label="Tuesday 24 November, \d+ times"', times.text)
    assert ("<span>23</span>" in times.text, "<span>15</span>" in times.text) == (False, False), "weeks to come"
    assert ">Times in December 2026</a>" in times.text
    bookmark = await api.client.get(f"/en/book/{provider_id}/time?service={made}&day=2026-01-02")
    assert ">November 2026</h2>" in bookmark.text, "what is over is not shown"


async def test_each_part_of_the_summary_keeps_its_own_direction(api: Api) -> None:
    token, provider_id = await api.open_provider(displayName="Anar")
    service = {"name": "Cut", "durationMinutes": 45, "priceAmount": 100}
    made = (await api.post("/services", token, json=service)).json()["id"]
    page = await api.client.get(f"/fa/book/{provider_id}/time?service={made}")
    assert "\u2068Anar\u2069 · \u2068Cut\u2069 · \u2068۴۵ دقیقه\u2069" in page.text


async def test_a_length_is_chosen_and_times_and_price_follow_it(api: Api) -> None:
    token, provider_id = await api.open_provider(priceAmount=80_000_00, depositAmount=0)
    long = {"minutes": 150, "priceAmount": 200_000_00}
    settings = {"durations": [long], "instructions": "Eat before you come."}
    assert (await api.put("/availability/settings", token, json=settings)).is_success
    path = f"/en/book/{provider_id}"
    lengths = await api.client.get(path)
    assert re.findall(r'type="radio" name="minutes" value="(\d+)"( checked)?', lengths.text) == [
        ("60", " checked"),
        ("150", ""),
    ]
    for unknown in ("", "?minutes=45"):
        led = await api.client.get(f"{path}/time{unknown}")
        assert led.headers["Location"] == f"{path}?missing=1"
    assert "Choose a length." in (await api.client.get(f"{path}?missing=1")).text
    profile = await api.client.get(f"/en/providers/{provider_id}", follow_redirects=True)
    assert f'href="/en/book/{provider_id}/time?minutes=150"' in profile.text
    last = [
        re.findall(r"\d\d:\d\d</a>", (await api.client.get(f"{path}/time?minutes={each}")).text)[-1]
        for each in (60, 150)
    ]
    assert last[0] > last[1], "a longer appointment has to start earlier"
    customer = Visitor(api, await api.joined("customer", verified=True))
    held = await customer.submit(await customer.get(f"{path}/time?minutes=150"), "/hold", slot=MONDAY_AT_TEN)
    shown = await customer.get(held.headers["Location"])
    assert all(each in shown.text for each in ("2 h 30 min", "200,000"))
    assert "Eat before you come." not in shown.text
    assert (await api.get(f"/availability/{provider_id}")).json()["settings"]["instructions"] == ""
    assert (await api.get(f"/availability/{provider_id}", token)).json()["settings"]["instructions"]
    done = await customer.submit(shown, "/summary")
    booked = await customer.get(done.headers["Location"])
    assert all(each in booked.text for each in ("How to prepare", "Eat before you come."))
    booking = (await api.get(f"/bookings/{done.headers['Location'].rpartition('/')[2]}", token)).json()
    assert (booking["end"], booking["priceAmount"]) == ("2026-11-23T04:30:00Z", 200_000_00)


async def test_add_ons_come_last_and_are_not_booked_alone(api: Api) -> None:
    token, provider_id = await api.open_provider()
    ids = [
        (
            await api.post("/services", token, json={"name": name, "durationMinutes": 30, "priceAmount": 100, **rest})
        ).json()["id"]
        for name, rest in (("Aftercare", {"addOn": True}), ("Tattoo", {}))
    ]
    path = f"/en/book/{provider_id}"
    profile = await api.client.get(f"/en/providers/{provider_id}", follow_redirects=True)
    for page in (profile, await api.client.get(path)):
        assert page.text.index(">Tattoo<") < page.text.index(">Aftercare<")
    assert f"/time?service={ids[1]}" in profile.text
    assert f"/time?service={ids[0]}" not in profile.text
    alone = await api.client.get(f"{path}/time?service={ids[0]}", follow_redirects=True)
    assert "An add-on is booked together with another service." in alone.text
    assert "<h1>Choose a time" in (await api.client.get(f"{path}/time?service={ids[0]}&service={ids[1]}")).text


async def test_times_of_a_class_say_how_many_places_are_left_and_it_is_booked_alone(api: Api) -> None:
    token, provider_id = await api.open_provider(priceAmount=0)
    ids = [
        (
            await api.post("/services", token, json={"name": name, "durationMinutes": 60, "priceAmount": 0, **rest})
        ).json()["id"]
        for name, rest in (("Yoga", {"capacity": 3}), ("Tattoo", {}))
    ]
    for left in ("3 places", "2 places", "1 place"):
        times = await api.client.get(f"/en/book/{provider_id}/time?service={ids[0]}")
        assert f'aria-label="Monday 23 November, 10:00, {left} left"' in times.text
        assert f"<small>{left} left</small>" in times.text
        await api.booked(await api.joined("customer"), provider_id, serviceId=ids[0])
    full = await api.client.get(f"/en/book/{provider_id}/time?service={ids[0]}")
    assert "10:00, " not in full.text
    plain = await api.client.get(f"/en/book/{provider_id}/time?service={ids[1]}")
    assert "places left" not in plain.text
    both = await api.client.get(f"/en/book/{provider_id}/time?service={ids[0]}&service={ids[1]}", follow_redirects=True)
    assert "A class is booked by itself, without other services." in both.text


async def test_a_visitor_books_by_a_code_to_their_phone(api: Api) -> None:
    _, provider_id = await api.open_provider()
    path = f"/en/book/{provider_id}/you"
    fields = {"slot": MONDAY_AT_TEN, "name": "Bold", "phone": PHONE}
    asked = await Visitor(api).send(path, fields)
    assert (asked.status_code, "one-time-code" in asked.text) == (200, True)
    wrong = await send(api, path, {**fields, "code": "000000"})
    assert wrong.status_code >= 400
    assert "<title>Error: " in wrong.text
    assert 'value="Bold"' in wrong.text
    joined = await send(api, path, {**fields, "code": await code_of(api)})
    assert joined.status_code == 303, joined.text
    cookies = joined.headers.get_list("set-cookie")
    assert len(cookies) == 4
    assert all("HttpOnly" in each and "Secure" in each for each in cookies)
    again = await send(api, f"/en/book/{provider_id}/summary", fields, Cookie=_cookies(joined))
    assert again.status_code == 403, "without the session's token"
    visitor = Visitor(api)
    visitor.keep(joined)
    shown = await visitor.get(joined.headers["Location"])
    assert re.search(r"Kept for you until \d\d:\d\d", shown.text), "the time is held before it is booked"
    assert MONDAY_AT_TEN not in (await api.client.get(f"/en/book/{provider_id}/time")).text
    done = await visitor.submit(shown, "/summary")
    assert "/en/bookings/" in done.headers["Location"], done.text


async def test_a_form_of_another_site_is_refused(api: Api) -> None:
    _, provider_id = await api.open_provider()
    fields = {"slot": MONDAY_AT_TEN, "name": "Bold", "phone": PHONE}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "", "Origin": "https://evil.test"}):
        answer = await send(api, f"/en/book/{provider_id}/you", fields, **headers)
        assert answer.status_code == 403
        assert "<h1>This page is not for you</h1>" in answer.text
    wrong_type = await send(api, f"/en/book/{provider_id}/you", fields, **{"Content-Type": "application/json"})
    assert wrong_type.status_code == 415


def others_in(lost: httpx.Response) -> list[str]:
    return re.findall(r'name="instead" value="([^"]+)"', lost.text)


async def test_a_lost_slot_keeps_the_form_and_offers_the_nearest_others(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer", verified=True)
    await api.booked(customer, provider_id, MONDAY_AT_TEN)
    path = f"/en/book/{provider_id}/you"
    fields = {"slot": MONDAY_AT_TEN, "name": "Bold", "phone": PHONE}
    await send(api, path, fields)
    visitor = Visitor(api)
    led = await visitor.send(path, {**fields, "code": await code_of(api)})
    assert ACCESS_COOKIE in visitor.cookies, "the visitor stays signed in"
    lost = await visitor.get(led.headers["Location"])
    assert "<title>Error: " in lost.text
    assert others_in(lost) == others_in(await visitor.get(led.headers["Location"])), "it can be loaded again"
    assert lost.text.count("Choose another time") == 2
    others = others_in(lost)
    assert len(others) == 3
    assert others == sorted(others)
    chosen = await visitor.submit(lost, "/summary", instead=others[0])
    assert f'name="slot" value="{others[0]}"' in chosen.text
    assert "Kept for you until" in chosen.text
    done = await visitor.submit(chosen, "/summary")
    assert "/en/bookings/" in done.headers["Location"], done.text


async def test_a_slot_that_is_lost_at_the_last_step_keeps_what_was_written(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = Visitor(api, await api.joined("customer", verified=True))
    shown = await customer.get(f"/en/book/{provider_id}/summary?slot={quote(MONDAY_AT_TEN)}")
    booked = await api.booked(await api.joined("customer", verified=True), provider_id, MONDAY_AT_TEN)
    lost = await customer.submit(shown, "/summary", idea="A koi")
    assert lost.request.method == "GET"
    for again in (lost, await customer.get(str(lost.url))):
        assert "<title>Error: " in again.text
        assert ">A koi</textarea>" in again.text
        assert len(others_in(again)) == 3
    chosen = await customer.submit(lost, "/summary", idea="A koi", instead=others_in(lost)[1])
    assert all(each in chosen.text for each in (">A koi</textarea>", "Kept for you until"))
    assert (await api.post(f"/bookings/{booked['id']}/cancel", await api.an_admin(), json={})).is_success
    free = await customer.get(str(lost.url))
    assert others_in(free) == [], "what was lost is free again"


async def test_who_goes_back_after_booking_is_shown_their_booking(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = Visitor(api, await api.joined("customer", verified=True))
    summary = f"/en/book/{provider_id}/summary?slot={quote(MONDAY_AT_TEN)}"
    old = await customer.get(summary)
    done = await customer.submit(old, "/summary")
    for again in (await customer.submit(old, "/summary"), await customer.get(summary)):
        assert "You have booked this time already." in again.text
        assert f'href="{done.headers["Location"]}">Show my booking' in again.text
        assert len(re.findall('name="instead"', again.text)) == 3
        assert "<title>Error" not in again.text
    other = Visitor(api, await api.joined("customer", verified=True))
    assert "Show my booking" not in (await other.submit(await other.get(summary), "/summary")).text
    booking_id = done.headers["Location"].rpartition("/")[2]
    assert (await api.post(f"/bookings/{booking_id}/cancel", customer.cookies[ACCESS_COOKIE], json={})).is_success
    assert "Show my booking" not in (await customer.get(summary)).text


async def test_who_is_signed_in_holds_the_chosen_time_and_may_go_back(api: Api) -> None:
    _, provider_id = await api.open_provider()
    path = f"/en/book/{provider_id}"
    fields = {"slot": MONDAY_AT_TEN, "name": "Bold", "phone": PHONE}
    await send(api, f"{path}/you", fields)
    own = {"Cookie": _cookies(await send(api, f"{path}/you", {**fields, "code": await code_of(api)})), **OWN}
    times = await api.client.get(f"{path}/time", headers=own)
    assert times.headers["Cache-Control"] == "private, no-store"
    csrf = re.findall(r'name="csrf" value="([^"]+)"', times.text)[0]
    slot, *_ = re.findall(r'name="slot" value="([^"]+)"', times.text)
    held = await send(api, f"{path}/hold", {"csrf": csrf, "slot": slot}, **own)
    assert held.status_code == 303, held.text
    assert re.search(
        r"Kept for you until \d\d:\d\d", (await api.client.get(held.headers["Location"], headers=own)).text
    )
    assert slot not in (await api.client.get(f"{path}/time")).text, "nobody else can choose it"
    assert slot in (await api.client.get(f"{path}/time", headers=own)).text, "who holds it can"
    hold = re.findall(r"hold=([^&]+)", held.headers["Location"])[0]
    for _ in range(4):
        again = await send(api, f"{path}/hold", {"csrf": csrf, "slot": slot, "hold": hold}, **own)
        [hold] = re.findall(r"hold=([^&]+)", again.headers["Location"])
    api.clock.advance(timedelta(minutes=14))
    done = await send(api, f"{path}/summary", {"csrf": csrf, "slot": slot, "hold": hold}, **own)
    assert "/en/bookings/" in done.headers["Location"], "an expired hold is no reason to refuse a free time"


@pytest.mark.settings(**ASKING)
async def test_what_the_platform_asks_to_be_accepted_is_accepted_in_the_flow(api: Api) -> None:
    _, provider_id = await api.open_provider()
    visitor, path = Visitor(api), f"/en/book/{provider_id}"
    shown = await visitor.get(f"{path}/you?slot={quote(MONDAY_AT_TEN)}")
    assert 'href="https://example.com/en/2026-01"' in shown.text
    refused = await visitor.submit(shown, "/you", name="Bold", phone=PHONE)
    assert refused.status_code == 403
    assert 'id="check-accepted-error"' in refused.text
    assert 'name="code"' not in refused.text, "no code is sent before"
    done = await visitor.book(provider_id, accepted=TERMS)
    assert "/en/bookings/" in done.headers["Location"], done.text

    customer = Visitor(api, await api.joined("customer", verified=True))
    shown = await customer.get(f"{path}/summary?slot={quote(MONDAY_AT_NOON)}")
    refused = await customer.submit(shown, "/summary")
    assert refused.status_code == 403
    assert 'id="check-accepted-error"' in refused.text
    done = await customer.submit(refused, "/summary", accepted=TERMS)
    assert "/en/bookings/" in done.headers["Location"], done.text
    again = await customer.get(f"{path}/summary?slot={quote(MONDAY_AT_TEN)}")
    assert TERMS not in again.text


async def test_an_idea_goes_with_the_booking_and_what_was_sent_stays(api: Api) -> None:
    token, provider_id = await api.open_provider()
    customer = Visitor(api, await api.joined("customer", verified=True))
    shown = await customer.get(f"/en/book/{provider_id}/summary?slot={quote(MONDAY_AT_TEN)}")
    assert "At most 5 pictures. Together 20 MB at once." in shown.text
    good, bad = ("a koi.png", PICTURE, "image/png"), ("notes.txt", b"text", "text/plain")
    refused = await customer.send_files(*form_in(shown, "/summary", idea="A koi", add="pictures"), good, bad)
    assert refused.status_code == 422
    assert 'id="upload-pictures-error"' in refused.text
    assert ">A koi</textarea>" in refused.text
    assert "1 picture is added already." in refused.text
    wordless = await customer.submit(refused, "/summary", idea=" ")
    for shown in (wordless, await customer.get(str(wordless.url))):
        assert (shown.status_code, "refused=1" in str(shown.url)) == (422, True), "it can be loaded again"
        assert all(each in shown.text for each in ('id="field-idea-error"', "1 picture is added already."))
    done = await customer.send_files(*form_in(wordless, "/summary", idea="A koi"), good)
    assert done.status_code == 303, done.text
    booking_id = done.headers["Location"].rpartition("/")[2]
    [idea] = (await api.get(f"/ideas/{booking_id}", token)).json()["items"]
    assert (idea["description"], len(idea["images"])) == ("A koi", 2)
    ideas = await customer.get(f"/en/bookings/{booking_id}/ideas")
    assert ideas.text.count('alt="Picture of the idea"') == 2
    wordless = await customer.send_files(*form_in(ideas, "/ideas", idea=" "), good)
    assert (wordless.status_code, 'id="field-idea-error"' in wordless.text) == (422, True)
    done = await customer.send_files(*form_in(wordless, "/ideas", idea="Larger, on the arm"))
    both = await customer.get(done.headers["Location"])
    assert all(each in both.text for each in ("A koi", "Larger, on the arm"))
    assert both.text.count('alt="Picture of the idea"') == 3, "the picture that came before stays"
    for _ in range(2):  # the second time of a double click
        assert (await customer.submit(both, "/remove")).status_code == 303
    assert "A koi" not in (await customer.get(f"/en/bookings/{booking_id}/ideas")).text
    assert f'href="/en/bookings/{booking_id}/ideas"' in (await customer.get(f"/en/bookings/{booking_id}")).text
    stranger = Visitor(api, await api.joined("customer"))
    assert (await stranger.get(f"/en/bookings/{booking_id}/ideas")).status_code == 404


async def test_who_wants_an_earlier_time_joins_the_waiting_list_and_leaves_it(api: Api) -> None:
    _, provider_id = await api.open_provider(displayName="Sarnai")
    visitor = Visitor(api)
    times = await visitor.get(f"/en/book/{provider_id}/time?day=2026-11-25")
    [wait] = re.findall(r'href="([^"]+)">Tell me when an earlier time is free', times.text)
    asked = await visitor.get(unescape(wait))
    assert "For a time before " in asked.text
    sent = await visitor.submit(asked, "/wait", name="Bold", phone=PHONE)
    [again] = re.findall(r'href="([^"]+)">Use another number, or get another code', sent.text)
    other = await visitor.get(unescape(again))
    assert 'id="field-code"' not in other.text
    assert f'value="{PHONE}"' in other.text, "nothing has to be typed again"
    wrong = await visitor.submit(sent, "/wait", name="Bold", phone=PHONE, code="000000")
    assert 'id="field-code-error"' in wrong.text
    assert re.findall(r'name="(\w+)"[^>]* autofocus', wrong.text) == ["code"]
    done = await visitor.submit(wrong, "/wait", name="Bold", phone=PHONE, code=await code_of(api))
    assert done.headers["Location"] == "/en/waiting?done=joined", done.text
    listed = await visitor.get("/en/waiting?done=joined")
    assert "You are on the waiting list." in listed.text
    assert "Leave the waiting list of Sarnai" in listed.text
    [leave] = re.findall(r'action="/en(/waiting/[^"]+/leave)"', listed.text)
    await visitor.submit(listed, leave)
    assert "You are on no waiting list" in (await visitor.get("/en/waiting")).text
    assert 'href="/en/waiting"' in (await visitor.get("/en/bookings")).text


async def test_a_month_without_times_can_be_waited_for_and_the_offer_is_booked(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer", verified=True)
    full = await Visitor(api, customer).get(f"/en/book/{provider_id}/time?day=2029-03-01")
    [wait] = re.findall(r'href="([^"]+)">Tell me when a time in this month is free', full.text)
    assert "2029-03-01" in wait
    body = {"providerId": provider_id, "from": "2026-11-23", "to": "2026-11-24"}
    assert (await api.post("/waitlist", customer, json=body)).status_code == 201
    await api.container.executor().run(
        offer_freed, OfferFreedTime(provider_id=ProviderId(UUID(provider_id))), actor=SYSTEM
    )
    visitor = Visitor(api, customer)
    listed = await visitor.get("/en/waiting")
    assert "is kept for you until" in listed.text
    [book] = re.findall(r'href="(/en/book/[^"]+/summary[^"]+)"', listed.text)
    done = await visitor.submit(await visitor.get(unescape(book)), "/summary")
    assert "/en/bookings/" in done.headers["Location"], done.text


async def test_a_promotion_code_is_tried_before_it_is_booked_and_the_booking_shows_what_it_took(api: Api) -> None:
    owner, provider_id = await api.open_provider(priceAmount=80_000_00, depositAmount=20_000_00)
    spring = {"name": "Spring", "promotionCode": "spring", "currency": "MNT", "percent": 10}
    made = (await api.post("/promotions", owner, json=spring)).json()
    customer = Visitor(api, await api.joined("customer", verified=True))
    address = f"/en/book/{provider_id}/summary?slot={quote(MONDAY_AT_TEN)}"
    shown = await customer.get(address)
    assert "Full price" not in shown.text
    wrong = await customer.submit(shown, "/summary", promotion="winter", add="code")
    assert wrong.status_code == 422
    assert 'id="field-promotion-error"' in wrong.text
    applied = await customer.submit(wrong, "/summary", promotion="Spring", add="code")
    assert applied.status_code == 200
    assert all(each in applied.text for each in ("Full price", "−MNT 8,000", "MNT 72,000"))
    assert (await api.post(f"/promotions/{made['id']}/end", owner)).is_success
    ended = await customer.submit(applied, "/summary", promotion="Spring")
    assert (ended.status_code, 'id="field-promotion-error"' in ended.text) == (422, True)
    other = (await api.post("/promotions", owner, json={**spring, "promotionCode": "summer", "percent": 25})).json()
    applied = await customer.submit(shown, "/summary", promotion="summer", add="code")
    done = await customer.submit(applied, "/summary", promotion="summer")
    booked = await customer.get(done.headers["Location"])
    assert all(each in booked.text for each in ("Full price", "−MNT 20,000", "MNT 60,000"))
    assert other["name"] in booked.text


async def test_a_promotion_code_stays_when_another_time_is_chosen_and_may_be_in_a_link(api: Api) -> None:
    owner, provider_id = await api.open_provider(priceAmount=80_000_00, depositAmount=0)
    spring = {"name": "Spring", "promotionCode": "spring", "currency": "MNT", "percent": 10}
    assert (await api.post("/promotions", owner, json=spring)).status_code == 201
    customer = Visitor(api, await api.joined("customer", verified=True))
    shown = await customer.get(f"/en/book/{provider_id}/summary?slot={quote(MONDAY_AT_TEN)}")
    applied = await customer.submit(shown, "/summary", promotion="spring", add="code")
    [other_times] = re.findall(r'href="([^"]+)">Choose another time', applied.text)
    times = await customer.get(unescape(other_times))
    address, fields = form_in(times, "/hold")
    held = await customer.send(address, fields | {"slot": MONDAY_AT_NOON})
    priced = await customer.get(held.headers["Location"])
    assert all(each in priced.text for each in ('value="spring"', "MNT 72,000", "12:00"))
    wrong = await customer.get(f"/en/book/{provider_id}/summary?slot={quote(MONDAY_AT_TEN)}&promotion=winter")
    assert wrong.status_code == 200
    assert all(each in wrong.text for each in ('id="field-promotion-error"', 'value="winter"', "MNT 80,000"))


async def test_a_form_that_is_older_than_the_session_leads_to_its_page(api: Api) -> None:
    _, provider_id = await api.open_provider()
    visitor = Visitor(api)
    asked = await visitor.get(f"/en/book/{provider_id}/you?slot={quote(MONDAY_AT_TEN)}")
    address, fields = form_in(asked, "/you", name="Bold", phone=PHONE)
    await visitor.send(address, fields)
    joined = await visitor.send(address, fields | {"code": await code_of(api)})
    assert "/summary" in joined.headers["Location"]
    again = await visitor.send(address, fields, Referer=f"{api.client.base_url}{address}")  # "back" sends it again
    assert (again.status_code, again.headers["Location"]) == (303, address)
    assert "/summary" in (await visitor.get(address)).headers["Location"]
    for referer in ("https://evil.test/en", ""):
        assert (await visitor.send(address, fields, Referer=referer)).status_code == 403


async def test_a_time_makes_way_for_another_that_overlaps_it(api: Api) -> None:
    owner, provider_id = await api.open_provider()
    service = {"name": "Sleeve", "durationMinutes": 120, "priceAmount": 80_000}
    made = (await api.post("/services", owner, json=service)).json()["id"]
    customer = Visitor(api, await api.joined("customer", verified=True))
    times = await customer.get(f"/en/book/{provider_id}/time?service={made}")
    first = await customer.submit(times, "/hold", slot=MONDAY_AT_TEN)
    assert "hold=" in first.headers["Location"]
    second = await customer.submit(times, "/hold", slot=MONDAY_AT_TEN.replace("T10", "T11"))
    assert "/summary" in second.headers["Location"], "the page does not know the first, which is theirs"
    other = Visitor(api, await api.joined("customer", verified=True))
    refused = await other.submit(
        await other.get(f"/en/book/{provider_id}/time?service={made}"), "/hold", slot=MONDAY_AT_NOON
    )
    assert "taken=1" in refused.headers["Location"]
    done = await customer.submit(await customer.get(second.headers["Location"]), "/summary")
    assert "/en/bookings/" in done.headers["Location"]


async def test_what_applies_without_a_code_is_shown_and_stays_beside_a_wrong_code(api: Api) -> None:
    owner, provider_id = await api.open_provider(priceAmount=80_000_00, depositAmount=20_000_00)
    hello = {"name": "Hello", "currency": "MNT", "percent": 5}
    assert (await api.post("/promotions", owner, json=hello)).status_code == 201
    customer = Visitor(api, await api.joined("customer", verified=True))
    shown = await customer.get(f"/en/book/{provider_id}/summary?slot={quote(MONDAY_AT_TEN)}")
    wrong = await customer.submit(shown, "/summary", promotion="winter")
    assert wrong.status_code == 422
    for each in (shown, wrong):
        assert all(text in each.text for text in ("Hello", "MNT 76,000", "Due later", "MNT 56,000"))


async def test_nothing_is_booked_at_another_price_than_was_shown(api: Api) -> None:
    owner, provider_id = await api.open_provider(priceAmount=80_000_00, depositAmount=0)
    customer = Visitor(api, await api.joined("customer", verified=True))
    shown = await customer.get(f"/en/book/{provider_id}/summary?slot={quote(MONDAY_AT_TEN)}")
    assert (await api.put("/availability/settings", owner, json={"priceAmount": 90_000_00})).is_success
    changed = await customer.submit(shown, "/summary")
    assert changed.status_code == 200
    assert "The price has changed." in changed.text
    assert "90,000" in changed.text
    assert changed.text.count("Choose another time") == 1, "the error is not about the time"
    assert "/en/bookings/" in (await customer.submit(changed, "/summary")).headers["Location"]


async def test_an_appointment_repeats_once_all_its_dates_were_shown(api: Api) -> None:
    _, provider_id = await api.open_provider(priceAmount=80_000_00, depositAmount=0)
    other = await api.joined("customer", verified=True)
    await api.booked(other, provider_id, "2026-12-07T10:00:00+08:00")
    customer = Visitor(api, await api.joined("customer", verified=True))
    shown = await customer.get(f"/en/book/{provider_id}/summary?slot={quote(MONDAY_AT_TEN)}")
    wish = {"every": "2", "times": "3"}
    taken = await customer.submit(shown, "/summary", **wish)
    assert taken.status_code == 200, "nothing is booked unseen"
    assert "Some of these times are not free." in taken.text
    assert taken.text.count('class="field-error"') == 1
    others = re.findall(r'name="instead" value="([^"]+)"', taken.text)
    assert len(others) == 3
    assert "/en/bookings" not in (await customer.submit(taken, "/summary", **wish)).headers.get("Location", "")
    free = await customer.submit(taken, "/summary", **wish, instead=others[0])
    assert "Book all 3 appointments" in free.text
    assert "240,000" in free.text
    done = await customer.submit(free, "/summary", **wish, idea="A koi")
    assert done.headers["Location"] == "/en/bookings?done=booked", done.text
    listed = await customer.get(done.headers["Location"])
    assert "All of them are booked." in listed.text
    assert len(set(re.findall(r'href="/en/bookings/([0-9a-f-]+)"', listed.text))) == 3


async def test_who_has_not_the_feature_sees_nothing_of_repeating(api: Api) -> None:
    _, provider_id = await api.open_provider(priceAmount=80_000_00, depositAmount=0)
    customer = Visitor(api, await api.joined("customer", verified=True))
    address = f"/en/book/{provider_id}/summary?slot={quote(MONDAY_AT_TEN)}"
    assert "Repeat this appointment" in (await customer.get(address)).text
    await api.call("PUT", f"/admin/flags/{SERIES_ON_PAGES.name}", await api.an_admin(), json={"roles": ["admin"]})
    assert "Repeat this appointment" not in (await customer.get(address)).text


async def test_a_booking_link_opens_the_steps_and_counts(api: Api) -> None:
    token, provider_id = await api.open_provider()
    link = (await api.post("/providers/me/booking-links", token, json={"name": "Flyer"})).json()["linkToken"]
    opened = await api.client.get(f"/en/book/{provider_id}/{link}", headers={"User-Agent": "Mozilla/5.0"})
    assert opened.headers["Location"] == f"/en/book/{provider_id}?link={link}"
    times = await api.client.get(opened.headers["Location"], follow_redirects=True)
    assert f"link={link}" in times.text
    done = await Visitor(api).book(provider_id, link=link)
    assert done.status_code == 303, done.text
    [counted] = (await api.get("/providers/me/booking-links", token)).json()["items"]
    assert (counted["visitors"], counted["bookings"]) == (1, 1)
    assert (await api.client.get(f"/en/book/{provider_id}/nothing")).status_code == 404


async def test_a_session_goes_on_when_its_access_token_has_expired(api: Api) -> None:
    _, provider_id = await api.open_provider()
    visitor = Visitor(api)
    own = (await visitor.book(provider_id)).headers["Location"]
    kept = {"Cookie": "; ".join(f"{name}={value}" for name, value in visitor.cookies.items()), **OWN}
    assert (await api.client.get(own, headers=kept)).status_code == 200
    api.clock.advance(timedelta(minutes=30))
    expired = await api.client.get(own, headers=kept)
    assert (expired.status_code, expired.headers["Location"]) == (303, f"/en/renew?next={quote(own[3:], safe='')}")
    renewed = await api.client.get(expired.headers["Location"], headers=kept)
    assert (renewed.status_code, renewed.headers["Location"]) == (303, own)
    again = {"Cookie": _cookies(renewed), "Sec-Fetch-Site": "same-origin"}
    assert (await api.client.get(own, headers=again)).status_code == 200
    elsewhere = await api.client.get("/en/renew?next=//evil.test", headers=again)
    assert elsewhere.headers["Location"] == "/en//evil.test", "never to another site"
    nobody = await api.client.get("/en/renew?next=/bookings", headers={"Sec-Fetch-Site": "same-origin"})
    assert (nobody.status_code, nobody.headers["Location"]) == (303, "/en/sign-in?next=%2Fbookings")


@needs_a_browser
@pytest.mark.parametrize("script", [True, at_night(False)])  # noqa: FBT003
@pytest.mark.settings(BOOKING_PUBLIC_URL=ORIGIN)
async def test_a_visitor_books_and_pays_in_a_browser(api: Api, browser: Browser, *, script: bool) -> None:
    _, provider_id = await api.open_provider(displayName="Sarnai", depositAmount=20_00, priceAmount=80_00)
    async with visiting(browser, api, java_script_enabled=script) as page:
        await page.clock.install()
        await page.goto(f"/en/providers/{slug_of('Sarnai', UUID(provider_id))}")
        await page.get_by_role("link", name="Choose a time").click()
        await page.get_by_role("link", name="Monday 23 November, 10:00, free").click()
        await page.get_by_label("Your name").fill("Bold")
        await page.get_by_label("Phone").fill(PHONE)
        await page.get_by_role("button", name="Send me a code").click()
        await page.get_by_label("Code").wait_for()
        await page.get_by_label("Code").fill(await code_of(api))
        await page.get_by_role("button", name="Continue").click()
        await page.get_by_role("button", name="Book").click()
        await page.wait_for_url(re.compile("/en/bookings/"))
        assert await page.get_by_role("heading", level=1).inner_text() == "One step left: the deposit"
        await page.get_by_role("button", name="Pay the deposit").click()
        await page.get_by_role("img", name="QR code of the payment").wait_for()
        booking_id = page.url.rpartition("/")[2]
        [payment] = await api.container.reads().payments.of_booking(BookingId(UUID(booking_id)))
        assert payment.invoice is not None
        assert api.gateway.pay(payment.invoice.reference, payment.amount)
        assert (await api.get(api.callback(str(payment.id)))).status_code == 200
        if script:
            await page.get_by_role("button", name="I have paid").focus()
            await page.clock.run_for(4_000)
        else:
            await page.get_by_role("button", name="I have paid").click()
        await page.get_by_role("heading", level=1, name="It is booked").wait_for()
        assert not await page.get_by_role("img", name="QR code of the payment").is_visible()
        assert await page.evaluate("document.activeElement.id") == ("main" if script else ""), "the focus is not lost"
        stranger = await api.client.get(f"/en/bookings/{booking_id}")
        assert stranger.headers["Location"].startswith("/en/sign-in?next="), "nobody else sees it"


@needs_a_browser
@pytest.mark.settings(BOOKING_PUBLIC_URL=ORIGIN)
async def test_pictures_are_sent_as_soon_as_they_are_chosen(api: Api, browser: Browser) -> None:
    _, provider_id = await api.open_provider()
    token = await api.joined("customer", verified=True)
    async with visiting(browser, api) as page:
        await page.context.add_cookies([{"name": ACCESS_COOKIE, "value": token, "url": f"{ORIGIN}/"}])
        await page.goto(f"/en/book/{provider_id}/summary?slot={quote(MONDAY_AT_TEN)}")
        await page.get_by_label("Your idea").fill("A koi")
        pictures = page.get_by_label("Pictures, if you have any", exact=True).first
        await pictures.set_input_files({"name": "koi.png", "mimeType": "image/png", "buffer": PICTURE})
        await page.get_by_text("1 picture is added already.").wait_for()
        assert await page.get_by_label("Your idea").input_value() == "A koi"
        assert await pictures.input_value() == ""


@needs_a_browser
async def test_a_picture_is_chosen_by_a_button_in_the_language_of_the_page(api: Api, browser: Browser) -> None:
    token = await api.joined("customer", verified=True)
    async with visiting(browser, api) as page:
        await page.context.add_cookies([{"name": ACCESS_COOKIE, "value": token, "url": f"{ORIGIN}/"}])
        await page.goto("/mn/account/picture")
        async with page.expect_file_chooser() as opened:
            await page.get_by_text("Зураг сонгох").click()
        await (await opened.value).set_files({"name": "<b>зураг.png", "mimeType": "image/png", "buffer": PICTURE})
        await page.get_by_text("<b>зураг.png").wait_for()
        await page.locator("input[type=file]").focus()
        ring = "getComputedStyle(document.querySelector('.upload-own > label')).outlineStyle"
        await page.keyboard.press("Tab")
        await page.keyboard.press("Shift+Tab")
        assert await page.evaluate(ring) == "solid"


SENT_TWICE = """() => {
    let sent = 0;
    addEventListener("submit", event => { sent += event.defaultPrevented ? 0 : 1; event.preventDefault(); });
    const form = document.querySelector("main form");
    form.requestSubmit();
    form.requestSubmit();
    return sent;
}"""


@needs_a_browser
async def test_a_form_is_sent_once_however_often_its_button_is_pressed(api: Api, browser: Browser) -> None:
    _, provider_id = await api.open_provider()
    async with visiting(browser, api) as page:
        await page.goto(f"/en/book/{provider_id}/you?slot={quote(MONDAY_AT_TEN)}")
        await page.get_by_label("Your name").fill("Bold")
        await page.get_by_label("Phone").fill(PHONE)
        assert await page.evaluate(SENT_TWICE) == 1


def _cookies(answer: httpx.Response) -> str:
    return "; ".join(each.partition(";")[0] for each in answer.headers.get_list("set-cookie"))


async def test_the_page_of_a_provider_says_which_services_need_a_deposit(api: Api) -> None:
    token, provider_id = await api.open_provider()
    for name, deposit in (("Haircut", 20_000_00), ("Wash", 0)):
        body = {"name": name, "durationMinutes": 60, "priceAmount": 80_000_00, "depositAmount": deposit}
        assert (await api.post("/services", token, json=body | {"currency": "MNT"})).status_code == 201
    page = await Visitor(api).get((await api.client.get(f"/en/providers/{provider_id}")).headers["Location"])
    assert "A deposit, the rest at the appointment" in page.text
    assert page.text.count("deposit MNT 20,000") == 1
