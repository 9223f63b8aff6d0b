"""Visitors find a studio on the pages, book by a code to their phone, pay, move, cancel, come again and rate the visit.

One uses the keyboard only, one has scripts off, one clicks everything twice. Others lose a time, a hold, a session; and
another site tries to use theirs.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import parse_qs, urljoin, urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from tests.acceptance.people import (
    DEPOSIT,
    PASSWORD,
    PRICE,
    Person,
    Studio,
    check_out,
    customers,
    lapse,
    open_studio,
    pass_deadline,
    wait_for_status,
)
from tests.acceptance.product import Product, eventually
from tests.browsing import ARGUMENTS, SHELL, needs_a_browser
from tests.unit.effort import at_night

from booking_domain.shared.money import Money
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE
from entrypoints.languages.documents import Wording

_CODE: Final = re.compile(r"\b\d{6}\b")

pytestmark = needs_a_browser


@dataclass(frozen=True)
class Visitor:
    """How a visitor uses the pages."""

    language: str
    name: str
    press: Callable[[Locator], None]
    script: bool = True


def by_keyboard(target: Locator) -> None:
    target.focus()
    target.press("Enter")


def by_mouse(target: Locator) -> None:
    target.click()


def twice(target: Locator) -> None:
    target.dblclick()


VISITORS: Final = (
    Visitor("en", "Bold", by_keyboard),
    Visitor("mn", "Болд", by_mouse, script=False),
    Visitor("fa", "بهار", twice),
)


VIOLATES: Final = """document.addEventListener("securitypolicyviolation", event =>
    console.error(`${event.violatedDirective} is violated by ${event.sample}`))"""
"""Says in the console what the policy, Trusted Types included, forbids."""


@pytest.fixture(scope="module")
def studios(product: Product) -> list[str]:
    """The name of a studio for each visitor."""
    return [a_studio(product) for _ in VISITORS]


@pytest.fixture(scope="module")
def studio(product: Product) -> Studio:
    """A studio without services, where the other journeys lead."""
    return open_studio(product)


@pytest.fixture(scope="module")
def guests(product: Product) -> Iterator[Person]:
    """Customers who are signed in, a new one each time."""
    return iter(customers(product, 10))


@pytest.fixture(scope="module")
def browser(studios: list[str], studio: Studio, guests: Iterator[Person]) -> Iterator[Browser]:
    """A browser; the loop of Playwright runs in this thread, so studios and customers are made before."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=SHELL, args=ARGUMENTS)
        yield browser
        browser.close()


def a_studio(product: Product) -> str:
    """Open a studio that search finds; returns its name."""
    name = f"Ink {uuid4().hex[:8]}"
    service = {"name": "Line", "durationMinutes": 60, "priceAmount": PRICE, "depositAmount": DEPOSIT}
    open_studio(product, name=name).owner.post("/services", service)
    return name


def code_for(product: Product, phone: str) -> str:
    """The code in the last text message to this number."""

    def look() -> str:
        for path in sorted(product.messages.glob("*.json"), reverse=True):
            message = json.loads(path.read_text(encoding="utf-8"))
            found = _CODE.search(message["text"]) if message["to"] == phone else None
            if found is not None:
                return found[0]
        return ""

    return str(eventually(look, what="a code"))


def on_a_whole_day(page: Page) -> None:
    """Show the times of a day of which nothing is over, whatever the hour and the day of the month."""
    day = datetime.now(UTC).date() + timedelta(days=3)
    page.goto(f"{page.url}{'&' if '?' in page.url else '?'}day={day}")


def reloaded_until(page: Page, shown: Locator) -> None:
    """Load the page again until it shows this."""

    def look() -> bool:
        page.reload()
        return shown.count() > 0

    eventually(look, what="the page to show it")


@pytest.mark.parametrize("visitor", [VISITORS[0], *map(at_night, VISITORS[1:])], ids=lambda visitor: visitor.language)
def test_a_visitor_finds_books_pays_moves_cancels_comes_again_and_rates_it(
    product: Product, studios: list[str], browser: Browser, visitor: Visitor
) -> None:
    context = browser.new_context(java_script_enabled=visitor.script, locale=visitor.language)
    context.add_init_script(VIOLATES)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.text} {message.location}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"http://localhost:{product.port}/{visitor.language}/")
    choose_a_time(page, visitor, studios[VISITORS.index(visitor)])
    booking_id = book(page, visitor, product)
    pay(page, visitor, product, booking_id)
    move(page, visitor, product, booking_id)
    cancel(page, visitor, product, booking_id)
    review(page, visitor, product, come_again(page, visitor, product))
    assert complaints == []
    context.close()


def choose_a_time(page: Page, visitor: Visitor, studio: str) -> None:
    """Search for the studio, and choose a service and a time; then go back, and choose it again."""
    press = visitor.press
    page.locator("input[name=q]").fill(studio)
    page.locator("input[name=q]").press("Enter")
    page.wait_for_url("**q=*")  # a page that is being left cannot be loaded again
    found = page.get_by_role("link", name=studio)
    reloaded_until(page, found)
    press(found.first)
    page.wait_for_url("**/providers/*")
    press(page.locator("main a[href*='/book/']:visible").first)
    page.wait_for_url("**/book/**")
    if "/time" not in page.url:
        page.locator("input[name=service]").first.check()
        press(page.locator("main form button").first)
    page.wait_for_url("**/time?**")
    on_a_whole_day(page)
    press(page.locator("a.slot").first)
    page.wait_for_url("**/you?**")
    page.go_back()
    press(page.locator("a.slot").first)
    page.wait_for_url("**/you?**")
    page.reload()


def book(page: Page, visitor: Visitor, product: Product) -> str:
    """Book by a code to the phone; returns the booking's id."""
    phone = f"+97699{uuid4().int % 10**6:06}"  # all of them are numbers of Mongolia
    page.locator("input[name=name]").fill(visitor.name)
    page.locator("input[name=phone]").fill(phone)
    visitor.press(page.locator("main form button").first)
    page.locator("input[name=code]").fill(code_for(product, phone))
    assert page.locator("input[name=name]").input_value() == visitor.name, "what was typed stays"
    visitor.press(page.locator("main form button").first)
    page.wait_for_url("**/summary?**")
    visitor.press(page.locator("main form button:not([name])").first)
    page.wait_for_url("**/bookings/*")
    booking_id = page.url.rpartition("/")[2]
    of_customer = "SELECT count(*) FROM bookings JOIN bookings own USING (customer_id) WHERE own.id = %s"
    assert product.sql(of_customer, booking_id) == [(1,)]
    return booking_id


def pay(page: Page, visitor: Visitor, product: Product, booking_id: str) -> None:
    """Pay the deposit with the app of a bank, and add the appointment to a calendar."""
    visitor.press(page.locator("form[action$='/pay'] button"))
    page.locator("svg.qr").wait_for()
    [(invoice,)] = product.sql("SELECT invoice_reference FROM payments WHERE booking_id = %s", booking_id)
    check_out({"checkoutUrl": f"{product.simulator_url}/checkout/{invoice}"}, "paid")
    reloaded_until(page, page.locator("a[href$='/move']"))
    file = page.locator("a[href*='.ics']").first.get_attribute("href")
    calendar = page.request.get(urljoin(page.url, file))
    assert "BEGIN:VEVENT" in calendar.text()


def move(page: Page, visitor: Visitor, product: Product, booking_id: str) -> None:
    starts = "SELECT starts_at FROM bookings WHERE id = %s"
    before = product.sql(starts, booking_id)
    visitor.press(page.locator("a[href$='/move']"))
    page.wait_for_url("**/move*")
    on_a_whole_day(page)
    visitor.press(page.locator("a.slot").nth(3))
    page.wait_for_url("**/move?**")
    visitor.press(page.locator("main form button").first)
    page.wait_for_url(f"**/bookings/{booking_id}*")
    assert product.sql(starts, booking_id) != before


def cancel(page: Page, visitor: Visitor, product: Product, booking_id: str) -> None:
    """Cancel it; what the page quotes is given back, and shown."""
    visitor.press(page.locator("a[href$='/cancel']"))
    page.wait_for_url("**/cancel")
    quoted = int(page.locator("input[name=refund]").input_value())
    shown = Wording(visitor.language).values.money(Money(amount=quoted, currency="MNT"))
    assert quoted > 0
    expect(page.get_by_text(shown).first).to_be_visible()
    visitor.press(page.locator("main form button").first)
    page.wait_for_url(f"**/bookings/{booking_id}*")
    expect(page.locator(".amounts dd").last).to_have_text(shown)
    ended = "SELECT status, refunded_amount + refund_pending_amount FROM bookings WHERE id = %s"
    assert product.sql(ended, booking_id) == [("cancelled", quoted)]


def come_again(page: Page, visitor: Visitor, product: Product) -> str:
    """Book again, as who is known; returns the id of the booking once the appointment is over."""
    visitor.press(page.locator("main a[href*='/book/']"))
    page.wait_for_url("**/book/**")
    page.locator("input[name=service]").first.check()
    visitor.press(page.locator("main form button").first)
    page.wait_for_url("**/time?**")
    on_a_whole_day(page)
    visitor.press(page.locator("button.slot").first)
    page.wait_for_url("**/summary?**")
    visitor.press(page.locator("main form button:not([name])").first)
    page.wait_for_url("**/bookings/*")
    booking_id = page.url.rpartition("/")[2]
    past = ", ".join(f"{each} = {each} - interval '7 days'" for each in ("starts_at", "ends_at", "local_start"))
    over = f"UPDATE bookings SET status = 'completed', due_at = NULL, {past} WHERE id = %s RETURNING id"  # noqa: S608
    assert product.sql(over, booking_id)
    return booking_id


def review(page: Page, visitor: Visitor, product: Product, booking_id: str) -> None:
    """Rate the visit with the keyboard."""
    page.reload()
    visitor.press(page.locator("a[href$='/review']"))
    page.wait_for_url("**/review")
    keyboard, stars = page.keyboard, page.get_by_role("radio")
    stars.first.focus()
    keyboard.press("Space")
    keyboard.press("ArrowDown")
    expect(stars.nth(1)).to_be_checked()
    keyboard.press("Tab")
    keyboard.type("Fine lines.")
    keyboard.press("Tab")
    keyboard.press("Enter")
    page.wait_for_url("**done=reviewed")
    expect(page.get_by_role("status").first).to_be_visible()
    posted = "SELECT rating, text FROM reviews WHERE booking_id = %s"
    assert product.sql(posted, booking_id) == [(4, "Fine lines.")]


@contextmanager
def at(browser: Browser, product: Product, person: Person | None = None) -> Iterator[BrowserContext]:
    """The browser of a visitor, or of somebody who is signed in."""
    context = browser.new_context(base_url=f"http://localhost:{product.port}", locale="en")
    if person is not None:
        where = f"https://localhost:{product.port}/"
        context.add_cookies([{"name": ACCESS_COOKIE, "value": person.token, "url": where, "secure": True}])
    yield context
    context.close()


def times_of(page: Page, studio: Studio) -> None:
    """Show the free times of a day."""
    page.goto(f"/en/book/{studio.id}/time")
    on_a_whole_day(page)


def booked(product: Product, studio: Studio) -> set[str]:
    """The times at which the studio has an appointment that is to be paid, or is."""
    found = product.sql(
        "SELECT starts_at FROM bookings WHERE provider_id = %s AND status IN ('pending', 'confirmed')", studio.id
    )
    return {each.astimezone(UTC).isoformat() for (each,) in found}


def slot_in(address: str) -> str:
    """The time that the address of a page names."""
    [found] = parse_qs(urlsplit(address).query)["slot"]
    return datetime.fromisoformat(found).astimezone(UTC).isoformat()


def take_another(page: Page) -> str:
    """Choose one of the three times that are offered in place of a lost one, and book it; returns it."""
    others = page.locator("button[name=instead]")
    expect(others).to_have_count(3)
    taken = datetime.fromisoformat(others.first.get_attribute("value") or "").astimezone(UTC).isoformat()
    others.first.click()
    page.get_by_role("button", name="Book", exact=True).click()
    page.wait_for_url("**/bookings/*")
    return taken


def test_of_two_people_at_one_time_one_gets_it_and_the_other_one_near_it(
    product: Product, studio: Studio, guests: Iterator[Person], browser: Browser
) -> None:
    with at(browser, product) as late, at(browser, product, next(guests)) as early:
        page, other = late.new_page(), early.new_page()
        times_of(page, studio)
        page.locator("a.slot").first.click()
        wanted, phone = slot_in(page.url), f"+97699{uuid4().int % 10**6:06}"
        page.get_by_label("Your name").fill("Bold")
        page.get_by_label("Phone").fill(phone)
        page.get_by_role("button", name="Send me a code").click()
        page.get_by_label("Code").fill(code_for(product, phone))

        times_of(other, studio)
        other.locator("button.slot").first.click()
        assert slot_in(other.url) == wanted
        other.get_by_role("button", name="Book", exact=True).click()
        other.wait_for_url("**/bookings/*")

        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert page.title().startswith("Error: ")
        instead = take_another(page)
    assert {wanted, instead} <= booked(product, studio)
    assert wanted != instead


@pytest.mark.nightly
def test_a_hold_that_has_run_out_is_booked_if_it_is_free_and_else_replaced(
    product: Product, studio: Studio, guests: Iterator[Person], browser: Browser
) -> None:
    rival = next(guests)
    with at(browser, product, next(guests)) as context:
        page = context.new_page()
        for somebody_else in (False, True):
            times_of(page, studio)
            page.locator("button.slot").nth(5).click()
            expect(page.get_by_text("Kept for you until")).to_be_visible()
            wanted = slot_in(page.url)
            lapse(product, parse_qs(urlsplit(page.url).query)["hold"][0])
            if somebody_else:
                rival.book(studio.id, wanted)
            page.get_by_role("button", name="Book", exact=True).click()
            if somebody_else:
                wanted = take_another(page)
            page.wait_for_url("**/bookings/*")
            assert wanted in booked(product, studio)


def test_a_time_that_was_lost_while_it_was_paid_is_said_to_be_lost(
    product: Product, studio: Studio, guests: Iterator[Person], browser: Browser
) -> None:
    person, rival = next(guests), next(guests)
    booking = person.book(studio.id, studio.slots(days_ahead=5)[0])
    with at(browser, product, person) as context:
        page = context.new_page()
        page.goto(f"/en/bookings/{booking['id']}")
        page.get_by_role("button", name="Pay the deposit").click()
        page.locator("svg.qr").wait_for()
        [(invoice,)] = product.sql("SELECT invoice_reference FROM payments WHERE booking_id = %s", booking["id"])
        pass_deadline(product, booking["id"])
        wait_for_status(person, booking["id"], "expired")
        rival.book(studio.id, booking["start"])
        check_out({"checkoutUrl": f"{product.simulator_url}/checkout/{invoice}"}, "paid")
        page.get_by_role("button", name="I have paid").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("The time was not kept")
        expect(page.locator("svg.qr")).to_have_count(0)
        page.get_by_role("link", name="Book again").click()
        page.wait_for_url("**/book/**")
    refund = "SELECT refund_pending_amount + refunded_amount = paid_amount FROM bookings WHERE id = %s"
    eventually(lambda: product.sql(refund, booking["id"]) == [(True,)], what="the money goes back")


def sign_in(page: Page, person: Person) -> None:
    """Sign in with the password; the page is that of signing in with a code."""
    page.get_by_role("link", name="With a password").click()
    page.get_by_label("Phone or e-mail").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()


def test_a_tab_that_missed_the_end_of_its_session_leads_to_signing_in_and_back(
    product: Product, guests: Iterator[Person], browser: Browser
) -> None:
    person = next(guests)
    with at(browser, product) as context:
        tab, other = context.new_page(), context.new_page()
        tab.goto("/en/account")
        sign_in(tab, person)
        tab.wait_for_url("**/en/account")
        other.goto("/en/")
        other.get_by_role("button", name="Sign out").click()
        tab.get_by_label("Your name").fill("Saraa")
        tab.get_by_role("button", name="Save", exact=True).click()
        expect(tab.get_by_text("Your session has ended")).to_be_visible()
        sign_in(tab, person)
        tab.wait_for_url("**/en/account")
        tab.get_by_label("Your name").fill("Saraa")
        tab.get_by_role("button", name="Save", exact=True).click()
        tab.wait_for_url("**/en/account?done=saved")


def test_another_site_neither_frames_a_page_nor_sends_a_form_of_ours(
    product: Product, guests: Iterator[Person], browser: Browser
) -> None:
    with at(browser, product) as context:
        ours = context.new_page()
        ours.goto("/en/account")
        sign_in(ours, next(guests))
        ours.wait_for_url("**/en/account")
        token = ours.locator("input[name=csrf]").first.input_value()

        own, elsewhere = f"http://localhost:{product.port}", f"http://evil.localhost:{product.port}/"
        evil = context.new_page()
        form = f'<input name="csrf" value="{token}"><input name="name" value="Evil"><button>Win</button>'
        for path in ("/en/account", "/en/sign-out", "/en/sign-in/password"):
            content = f'<iframe src="{own}/en/sign-in"></iframe><form action="{own}{path}" method="post">{form}</form>'
            evil.route(
                elsewhere, lambda route, _, content=content: route.fulfill(body=content, content_type="text/html")
            )
            evil.goto(elsewhere)
            framed = evil.frames[1]
            assert framed.url == "chrome-error://chromewebdata/" or framed.locator("form").count() == 0
            with evil.expect_response(f"{own}{path}") as answer:
                evil.get_by_role("button", name="Win").click()
            assert answer.value.status == 403, path
        ours.reload()
        assert ours.get_by_label("Your name").input_value() != "Evil"


def test_a_text_becomes_no_script_on_a_page(product: Product, browser: Browser) -> None:
    with at(browser, product) as context:
        page = context.new_page()
        page.goto("/en/")
        for write in ("document.body.innerHTML = '<b>x</b>'", "document.createElement('script').text = 'x'"):
            refused = f"() => {{ try {{ {write} }} catch (error) {{ return error.name }} }}"
            assert page.evaluate(refused) == "TypeError", write


@pytest.mark.nightly
def test_a_customer_adds_a_passkey_and_signs_in_by_it_alone(
    product: Product, guests: Iterator[Person], browser: Browser
) -> None:
    with at(browser, product) as context:
        page = context.new_page()
        device = context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        can = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
        options = {"protocol": "ctap2", "transport": "internal", **can}
        made = device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        page.goto("/en/account/passkeys")
        sign_in(page, next(guests))
        page.get_by_label("Name of the passkey").fill("My phone")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Use this device").click()
        expect(page.get_by_role("status")).to_have_text("The passkey is added.")

        page.get_by_role("button", name="Sign out").click()
        page.goto("/en/sign-in?next=/account/passkeys")
        page.get_by_role("button", name="Sign in with a passkey").click()
        who = {"authenticatorId": made["authenticatorId"]}
        device.send("WebAuthn.setUserVerified", {**who, "isUserVerified": False})
        page.get_by_role("button", name="Use my passkey").click()
        expect(page.get_by_role("alert")).to_have_text("Your device has not answered. Try again.")
        device.send("WebAuthn.setUserVerified", {**who, "isUserVerified": True})
        page.get_by_role("button", name="Use my passkey").click()
        page.wait_for_url("**/en/account/passkeys")

        page.get_by_role("link", name="Rename My phone").click()
        page.get_by_label("Name of the passkey").fill("Old phone")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("link", name="Remove Old phone").click()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Remove").click()
        expect(page.get_by_role("status")).to_have_text("The passkey is removed.")


def test_the_next_booking_is_there_without_a_network_until_its_customer_signs_out(
    product: Product, studio: Studio, guests: Iterator[Person], browser: Browser
) -> None:
    person = next(guests)
    later, sooner = (person.book(studio.id, studio.slots(days_ahead=days)[0]) for days in (9, 8))
    with at(browser, product) as context:
        page = context.new_page()
        page.goto("/en/account")
        sign_in(page, person)
        page.wait_for_url("**/en/account")
        page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        page.goto(f"/en/bookings/{later['id']}")
        page.wait_for_function("caches.open('own').then(own => own.keys()).then(keys => keys.length === 1)")
        context.set_offline(True)
        page.goto("/en/bookings")
        expect(page.get_by_text(sooner["reference"], exact=True)).to_be_visible()
        page.goto("/en/account")
        expect(page.get_by_role("heading", level=1)).to_have_text("You are offline")
        context.set_offline(False)
        page.goto("/en/")
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_function("caches.has('own').then(has => !has)")
        context.set_offline(True)
        page.goto("/en/bookings")
        expect(page.get_by_role("heading", level=1)).to_have_text("You are offline")
