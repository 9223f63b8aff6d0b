"""The pages in a real browser, from a server in this process."""

import re
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any, Final
from urllib.parse import quote
from weakref import WeakKeyDictionary

from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from tests.browsing import ARGUMENTS, SHELL
from tests.unit.entrypoints.api import Api
from tests.unit.entrypoints.web.site import ORIGIN, Site, listening
from tests.unit.features.notifications import told
from tests.unit.features.plans import running, take
from tests.unit.features.reviews import visit

from booking_domain.portfolio.views import ItemViews
from booking_domain.shared.actor import SYSTEM
from booking_domain.use_cases.portfolio.views import add_views
from booking_domain.use_cases.search.index import refresh_entry
from booking_domain.use_cases.statistics.counting import rebuild_statistics
from booking_domain.use_cases.statistics.rosters import follow_roster
from entrypoints.cli.demo_accounts import PASSWORD, People, registered
from entrypoints.cli.demo_salons import SALONS
from entrypoints.cli.seed import ACCOUNTS, PARTS, PROVIDER
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE

SERVICES: Final = {
    "GOOGLE_CLIENT_ID": "google",
    "GOOGLE_CLIENT_SECRET": "secret",
    "APPLE_CLIENT_ID": "com.example.apple",
    "APPLE_TEAM_ID": "TEAM123456",
    "APPLE_KEY_ID": "KEY1234567",
    "APPLE_PRIVATE_KEY": r"-----BEGIN PRIVATE KEY-----\nkey\n-----END PRIVATE KEY-----",
    "BOOKING_TELEGRAM_BOT_TOKEN": "7342037359:AAHtest-token_of_this_bot-000000001",
    "BOOKING_TELEGRAM_BOT_NAME": "booking_bot",
    "BOOKING_TELEGRAM_WEBHOOK_SECRET": "x" * 40,
    "BOOKING_TERMS_VERSION": "2026-11",
    "BOOKING_TERMS_URL": "https://booking.test/terms/{version}",
    "BOOKING_PRIVACY_VERSION": "7",
}
"""The settings of a platform on whose pages all services sign in, and which has terms."""
MONDAY_NOON: Final = "2026-11-23T12:00:00+08:00"
MONDAY_EVENING: Final = "2026-11-23T18:00:00+08:00"
_OF_MACHINE: Final = "net::ERR_NETWORK_CHANGED"
"""What Chromium says of requests under way when this machine gets another network interface, as for a container."""
_REWARDS: Final = "/account/rewards"
_KINDS: Final = ("promotion", "points", "package", "plan")
_SITES: Final[WeakKeyDictionary[Browser, Site]] = WeakKeyDictionary()
"""What each browser finds at `ORIGIN`."""


async def demo(api: Api) -> None:
    """Add the demo data, and what the worker makes of it."""
    container = api.container
    people = People(*[await registered(container, account) for account in ACCOUNTS])
    for add in PARTS:
        await add(container, people)
    await indexed(api)


async def indexed(api: Api) -> None:
    """Do what the worker does for the search."""
    reads = api.container.reads()
    for provider_id in await reads.search.due((api.clock.now() + timedelta(days=1)).date(), 1_000):
        await refresh_entry(provider_id, reads=reads, executor=api.container.executor(), clock=api.clock)


@asynccontextmanager
async def browsing(program: str | None = SHELL) -> AsyncIterator[Browser]:
    """A browser, and the site that it finds at `ORIGIN`."""
    async with listening() as (site, arguments), async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, *arguments])
        _SITES[browser] = site
        yield browser
        await browser.close()


@asynccontextmanager
async def visiting(
    browser: Browser, api: Api, *, expected: Collection[str] = (), worker: bool = False, **options: Any
) -> AsyncIterator[Page]:
    """A new page of a new visitor, who asks `api`; it must complain about nothing but what is expected.

    Without the service worker, unless it is what is tested.
    """
    _SITES[browser].api = api
    context: BrowserContext = await browser.new_context(base_url=ORIGIN, **options)
    if not worker:
        await context.add_init_script("delete Navigator.prototype.serviceWorker")
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.text} {message.location}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    await context.close()
    wrong = [each for each in complaints if not any(some in each for some in (*expected, _OF_MACHINE))]
    assert wrong == [], wrong


@dataclass(frozen=True, slots=True)
class Look:
    """A page to look at; `expected` is in what the browser complains of, as the address of a page that is not found."""

    name: str
    path: str
    expected: str = ""
    token: str = ""
    """The access token of who looks; empty: a visitor."""


async def as_who_looks(page: Page, look: Look) -> None:
    """Give the browser the session of who looks at the page."""
    await page.context.clear_cookies()
    if look.token:
        await page.context.add_cookies([{"name": ACCESS_COOKIE, "value": look.token, "url": f"{ORIGIN}/"}])


async def own_pages_to_look_at(api: Api) -> tuple[Look, ...]:
    """The pages of a customer: a request with offered times, a confirmed booking, and a visit."""
    _, provider_id = await api.open_provider(displayName="Sarnai", priceAmount=8_000_000)
    owner, asking_id = await api.open_provider(displayName="Bold", priceAmount=8_000_000, bookingMode="request")
    customer, _, visited = await visit(api)
    booked = f"/bookings/{(await api.booked(customer, provider_id))['id']}"
    asked = f"/bookings/{(await api.booked(customer, asking_id, MONDAY_NOON))['id']}"
    offer = {"slots": [MONDAY_EVENING, "2026-11-24T15:00:00+08:00"], "priceAmount": 9_000_000}
    assert (await api.post(f"{asked}/offer-times", owner, json=offer)).status_code == 200
    idea = {"bookingId": asked.rpartition("/")[2], "description": "A koi, over the shoulder.", "size": "12 cm"}
    assert (await api.post("/ideas", customer, json=idea)).status_code == 201
    over = f"/bookings/{visited['id']}"
    assert (await api.put(f"/favourites/{provider_id}", customer)).status_code == 204
    disputed = (await api.booked(customer, provider_id, "2026-11-25T10:00:00+08:00"))["id"]
    evidence = [{"text": "Nobody answers.", "fileIds": [await api.uploaded(customer, "evidence")]}]
    opened = {"bookingId": disputed, "reason": "Nobody was there.", "evidence": evidence}
    assert (await api.post("/disputes", customer, json=opened)).status_code == 201
    dispute = f"/bookings/{disputed}/dispute"
    manager = await api.joined("manager")
    salon = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})).json()
    await api.verify_contacts()
    invited = await api.post(f"/salons/{salon['id']}/members", manager, json={"providerId": asking_id})
    assert invited.status_code == 201, invited.text
    privacy = {"accepted": {"privacyPolicy": "7"}}
    assert (await api.post("/users/me/legal-documents", customer, json=privacy)).status_code == 200
    await told(api)
    own = {
        "bookings": "/bookings",
        "bookings-past": "/bookings?when=past",
        "booking": f"{booked}?done=moved",
        "booking-offer": asked,
        "booking-cancel": f"{booked}/cancel",
        "booking-move": f"{booked}/move",
        "booking-move-question": f"{booked}/move?slot=2026-11-24T18:00:00%2B08:00",
        "booking-points": f"{booked}/points",
        "booking-ideas": f"{asked}/ideas",
        "booking-over": over,
        "booking-review": f"{over}/review",
        "booking-disputed": f"/bookings/{disputed}",
        "dispute": f"{dispute}?done=opened",
        "dispute-new": f"{over}/dispute/new",
        "dispute-statement": f"{dispute}/statement",
        "dispute-withdraw": f"{dispute}/withdraw",
        "waiting": "/waiting",
        "book-series": f"/book/{provider_id}/summary?slot={quote(MONDAY_NOON)}&every=1&times=3",
        "book-wait-own": f"/book/{provider_id}/wait?before={quote(MONDAY_EVENING)}",
        "account": "/account?done=saved",
        "account-packages": "/account/packages",
        "account-points": "/account/points",
        "notifications": "/notifications",
        "notifications-devices": "/notifications/devices",
        "account-consents": "/account/consents",
        "account-terms": "/account/terms?done=accepted",
        "referral": "/refer/7F3KQW2M",
        "consent": f"/consent/{provider_id}/7F3K9QXW2M",
        "account-picture": "/account/picture",
        "account-delete": "/account/delete",
        "account-email": "/account/contact/email",
        "account-confirm": "/account/contact/email/confirm",
        "account-authenticator": "/account/authenticator",
        "account-passkeys": "/account/passkeys",
        "account-services": "/account/services?done=linked",
        "account-telegram": "/account/services/telegram",
        "account-unlink": "/account/services/google/unlink",
        "saved": "/saved",
        "save": f"/saved/{provider_id}",
        "book-summary": f"/book/{provider_id}/summary?slot={quote(MONDAY_EVENING)}&until={quote(MONDAY_EVENING)}",
    }
    window = {"from": "2026-11-23", "to": "2026-11-24"}
    assert (await api.post("/waitlist", customer, json={"providerId": provider_id, **window})).status_code == 201
    lengths_owner, lengths_id = await api.open_provider(displayName="Tuya", priceAmount=8_000_000, styles=["lettering"])
    terms = {"durations": [{"minutes": 150, "priceAmount": 20_000_000}], "instructions": "Please eat before you come."}
    assert (await api.put("/availability/settings", lengths_owner, json=terms)).status_code == 200
    promotion = {"name": "A tenth less for everybody who comes this autumn", "currency": "MNT", "percent": 10}
    assert (await api.post("/promotions", lengths_owner, json=promotion)).status_code == 201
    own |= {
        "book-lengths": f"/book/{lengths_id}?missing=1",
        "book-summary-of-length": f"/book/{lengths_id}/summary?minutes=150&slot={quote('2026-11-23T15:00:00+08:00')}",
        "booking-to-prepare": f"/bookings/{(await api.booked(customer, lengths_id, MONDAY_NOON))['id']}",
    }
    own |= await _gift_cards(api, customer, provider_id, booked)
    await _points(api, customer, provider_id)
    package, buying = await _package(api, customer, lengths_owner)
    own["book-summary-with-package"] = f"{own['book-summary-of-length']}&package={package}"
    at = (await api.client.get(f"/en/providers/{lengths_id}")).headers["Location"]
    own |= buying | await _plans(api, customer, lengths_owner) | {"provider-with-packages": at.removeprefix("/en")}
    figures = await _figures(api)
    invitations = Look("join-salons", "/join/salons", token=owner)
    profile = Look("join-profile", "/join/profile", token=owner)
    return (*(Look(name, path, token=customer) for name, path in own.items()), invitations, profile, *figures)


async def _figures(api: Api) -> tuple[Look, ...]:
    """The figures of a provider and of a manager of the demo data, and of a provider without a profile."""
    container = api.container
    for provider_id in await container.reads().statistics.providers(None, 100):
        await container.executor().run(rebuild_statistics, provider_id, actor=SYSTEM)
        await follow_roster(
            provider_id, reads=container.reads(), executor=container.executor(), clock=container.clock()
        )
    owner = await container.reads().users.by_login(PROVIDER.email)
    assert owner is not None
    opened = [
        ItemViews(provider_id=view.item.provider_id, item_id=view.item.id, at=container.clock().now(), views=3)
        for view in await container.reads().portfolios.of_owner(owner.id, None, 2)
    ]
    await container.executor().run(add_views, opened, actor=SYSTEM)
    signed_in = []
    for email in (PROVIDER.email, SALONS[0].manager.email):
        answer = await api.post("/auth/login", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        signed_in.append(answer.json()["accessToken"])
    provider, manager = signed_in
    [salon] = (await api.get("/salons", manager)).json()["items"]
    path, package = "/account/statistics", {"name": "Five visits", "visits": 5, "priceAmount": 30_000_000}
    offered = await api.post("/package-offers", provider, json=package | {"currency": "MNT"})
    assert offered.status_code == 201, offered.text
    visits = {"name": "Two visits a month", "visits": 2, "priceAmount": 12_000_000, "currency": "MNT"}
    plan = await api.post("/plan-offers", provider, json=visits)
    assert plan.status_code == 201, plan.text
    return (
        Look("statistics", path, token=provider),
        Look("statistics-week", f"{path}?days=7&until=2026-11-22", token=provider),
        Look("statistics-salon", f"{path}/{salon['id']}?days=365", token=manager),
        Look("statistics-none", path, token=await api.joined("provider")),
        Look("rewards", f"{_REWARDS}?done=started", token=provider),
        Look("rewards-salon", f"{_REWARDS}/{salon['id']}", token=manager),
        Look("rewards-turns", f"{_REWARDS}/{salon['id']}/turns?done=saved", token=manager),
        Look("rewards-end", f"{_REWARDS}/package/{offered.json()['id']}/end", token=provider),
        Look("rewards-price", f"{_REWARDS}/plan/{plan.json()['id']}/price", token=provider),
        *[Look(f"rewards-new-{kind}", f"{_REWARDS}/new/{kind}", token=provider) for kind in _KINDS],
    )


async def _package(api: Api, customer: str, owner: str) -> tuple[str, dict[str, str]]:
    """A package of a provider, and the pages on which others are bought; and points that can be spent there."""
    programme = {"name": "Points of Tuya", "currency": "MNT", "points": 1, "perAmount": 100_000, "pointValue": 5_000}
    assert (await api.post("/loyalty/programmes", await api.an_admin(), json=programme)).status_code == 201
    conditions = {"visits": 5, "validDays": 365, "transferable": True}
    offer = {"name": "Five visits", "priceAmount": 32_000_000, "currency": "MNT", **conditions}
    made = (await api.post("/package-offers", owner, json=offer)).json()["id"]
    customer_id = (await api.get("/auth/me", customer)).json()["id"]
    sold = {"offerId": made, "customerId": customer_id, "method": "cash"}
    package = await api.post("/packages", owner, json=sold)
    assert package.status_code == 201, package.text
    orders = [(await api.post("/packages/orders", customer, json={"offerId": made})).json()["id"] for _ in range(2)]
    pending, paid = [(await api.post(f"/orders/{each}/pay", customer, json={})).json() for each in orders]
    api.pay(paid)
    assert (await api.get(f"/orders/{paid['id']}", customer)).json()["status"] == "paid"
    return str(package.json()["id"]), {
        "package-give": f"/account/packages/{package.json()['id']}/give",
        "package-new": f"/packages/new?offer={made}",
        "package-order": f"/orders/{pending['id']}",
        "package-order-paid": f"/orders/{paid['id']}",
        "package-order-return": f"/orders/{paid['id']}/return",
    }


async def _plans(api: Api, customer: str, owner: str) -> dict[str, str]:
    """A plan that runs, charged to a card, one that waits for its payment, and the page on which another is taken."""
    two = {"name": "Two visits a month", "text": "With tea.", "visits": 2, "priceAmount": 12_000_000, "currency": "MNT"}
    offers = [{**two, "name": name} for name in ("One for two", two["name"], "Friends")]
    new, runs, waits = [(await api.post("/plan-offers", owner, json=each)).json()["id"] for each in offers]
    api.gateway.keeps = True
    plan, waiting = await running(api, customer, runs), await take(api, customer, waits)
    api.gateway.keeps = False
    return {
        "plans": "/plans",
        "plan": f"/plans/{plan['id']}",
        "plan-waits": f"/plans/{waiting['id']}",
        "plan-end": f"/plans/{plan['id']}/cancel",
        "plan-card": f"/plans/{plan['id']}/card",
        "plan-card-use": f"/plans/{plan['id']}/card/use",
        "plan-new": f"/plans/new?offer={new}",
        "plan-order": f"/orders/{waiting['orderId']}",
    }


async def _points(api: Api, customer: str, provider_id: str) -> None:
    """Points with the platform and with a provider, of whom some have expired."""
    admin, user_id = await api.an_admin(), (await api.get("/auth/me", customer)).json()["id"]
    for more in ({"points": 1_500}, {"points": 40, "providerId": provider_id}, {"points": -300}):
        given = {"reason": "For the long wait.", **more}
        assert (await api.post(f"/admin/users/{user_id}/loyalty-adjustments", admin, json=given)).status_code == 201


async def _gift_cards(api: Api, customer: str, provider_id: str, booked: str) -> dict[str, str]:
    """Gift cards that are bought, one of them paid, and paying a booking with one."""
    recipient = {"name": "Saraa", "email": "saraa@example.com"}
    wish = {"providerId": provider_id, "amount": 5_000_000, "currency": "MNT", "recipient": recipient}
    orders = [(await api.post("/gift-cards/orders", customer, json=wish)).json()["id"] for _ in range(2)]
    pending, paid = [(await api.post(f"/orders/{each}/pay", customer, json={})).json() for each in orders]
    api.pay(paid)
    assert (await api.get(f"/orders/{paid['id']}", customer)).json()["status"] == "paid"
    return {
        "gift-cards": "/gift-cards",
        "gift-card-new": f"/gift-cards/new?provider={provider_id}",
        "order": f"/orders/{pending['id']}",
        "order-paid": f"/orders/{paid['id']}",
        "order-return": f"/orders/{paid['id']}/return",
        "booking-gift-card": f"{booked}/gift-card",
    }


async def pages_to_look_at(api: Api) -> tuple[Look, ...]:
    """A page of every kind, below the language."""
    found = (await api.client.get("/en")).text
    providers = re.findall(r'href="/en(/providers/[^"#?]+)"', found)
    of_salon = (await api.client.get(f"/en{providers[-1]}")).text
    booking, time = re.findall(r'href="/en((/book/[^"/]+)/time[^"]*)"', of_salon)[0][::-1]
    you = re.findall(r'href="/en(/book/[^"]+/you[^"]*)"', (await api.client.get(f"/en{unescape(time)}")).text)[0]
    [salon] = set(re.findall(r'href="/en(/salons/[^"#?]+)"', of_salon))
    works = re.findall(r'href="/en(/providers/[^"]+/works/[^"]+)"', of_salon)
    return (
        Look("home", "/"),
        Look("search", "/?q=sarnai&sort=cheapest"),
        Look("relaxed", "/?q=zzzz&day=weekend&part=morning"),
        Look("provider", providers[0]),
        Look("provider-of-salon", providers[-1]),
        Look("work", works[1]),
        Look("salon", salon),
        Look("book-services", f"{booking}?missing=1"),
        Look("book-time", unescape(time)),
        Look("book-you", unescape(you)),
        Look("book-in-salon", f"{salon}/book?missing=1"),
        *[
            Look(f"book-in-salon-{step}", f"{salon}/book/{step}?{unescape(you).partition('?')[2]}")
            for step in ("person", "time", "you")
        ],
        Look("book-wait", f"{booking}/wait?{unescape(time).partition('?')[2]}&before={quote(MONDAY_EVENING)}"),
        Look("sign-in", "/sign-in?next=/bookings"),
        Look("sign-in-password", "/sign-in/password"),
        Look("sign-in-telegram", "/sign-in/telegram"),
        Look("sign-in-telegram-back", "/sign-in/telegram?id=1&first_name=Dorj&auth_date=1&hash=x"),
        Look("new-password", "/sign-in/new-password"),
        Look("link", "/links/cancel"),
        Look("not-me", "/links/not-me"),
        Look("join", "/join"),
        Look("unsubscribe", "/unsubscribe"),
        Look("unsubscribed", "/unsubscribe/done"),
        Look("offline", "/offline"),
        Look("not-found", "/nowhere", expected="/nowhere"),
        Look("styleguide", "/styleguide"),
        *await own_pages_to_look_at(api),
    )
