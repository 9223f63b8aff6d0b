"""Notifications on pages: what somebody was told, and the devices that show it."""

from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest
from tests.browsing import CHROMIUM, needs_a_browser
from tests.unit.adapters.test_web_push import Device
from tests.unit.adapters.webhooks.receiver import answer, receiving
from tests.unit.entrypoints.api import Api, serving
from tests.unit.entrypoints.web.forms import Visitor, form_in
from tests.unit.entrypoints.web.pages import browsing, visiting
from tests.unit.entrypoints.web.site import ORIGIN
from tests.unit.features.notifications import notified, told
from tests.unit.features.push import device

from adapters.web_push import new_private_key, public_key
from booking_domain.notifications.push import PushRules
from booking_domain.shared.languages import LANGUAGES
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE
from entrypoints.worker.notifications import SEND_MESSAGES

DEVICES: Final = "/en/notifications/devices"
SUBSCRIBES: Final = """(subscription) => {
    const pushManager = {getSubscription: async () => null, subscribe: async (options) => {
        if (!options.userVisibleOnly || !options.applicationServerKey) throw new Error("not allowed");
        return {toJSON: () => subscription};
    }};
    const serviceWorker = {register: async () => undefined, ready: Promise.resolve({pushManager})};
    Object.defineProperty(Navigator.prototype, "serviceWorker", {get: () => serviceWorker});
}"""
"""A push service in the browser that subscribes at once: a real one needs a network."""
SHOWN: Final = """async () => {
    let shown = [];
    while (!shown.length) shown = await registration.getNotifications();
    return shown.map(each => [each.title, each.body, each.dir]);
}"""
CLICK: Final = """async () => {
    const opened = [];
    clients.openWindow = async (address) => opened.push(address);
    const [notification] = await registration.getNotifications();
    dispatchEvent(new NotificationEvent("notificationclick", {notification}));
    return [opened, await registration.getNotifications()];
}"""
"""Clicks on the notification: a browser without a screen has nobody who does, and lets no script open a window."""


@pytest.fixture(scope="module")
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    async with serving(BOOKING_PUBLIC_URL=ORIGIN) as api:
        yield api


def sent(number: int = 1, **more: str) -> dict[str, Any]:
    """What the script puts into the form."""
    subscription = device(number)
    return {"endpoint": subscription["endpoint"], **subscription["keys"], **more}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_one_was_told_is_listed_and_marked_as_read(api: Api, language: str) -> None:
    token = await api.joined("customer", verified=True)
    path = f"/{language}/notifications"
    empty = await Visitor(api, token).get(path)
    assert "<details" not in empty.text.partition("<main")[2]
    await notified(api, token)
    _, provider_id = await api.open_provider(depositAmount=0)
    booking = await api.booked(token, provider_id)
    await told(api)
    visitor = Visitor(api, token)
    listed = await visitor.get(path)
    shown = unescape(listed.text)
    assert (shown.count('<details class="card told"'), shown.count('class="new"')) == (2, 2)
    assert all(each in shown for each in ("See you.", f'href="/{language}/bookings/{booking["id"]}"'))
    assert (await visitor.submit(listed, "/notifications/read")).headers["Location"] == path
    after = await visitor.get(path)
    assert ('class="new"' in after.text, "/notifications/read" in after.text) == (False, False)
    assert (await api.get("/notifications", token)).json()["unreadCount"] == 0
    other = await Visitor(api, await api.joined("customer")).get(path)
    assert "See you." not in other.text


async def test_a_device_is_added_listed_and_removed(api: Api) -> None:
    token = await api.joined("customer")
    visitor = Visitor(api, token)
    assert f'href="{DEVICES}"' in (await visitor.get("/en/account")).text
    asked = await visitor.get(DEVICES)
    assert "This browser cannot show them" in asked.text
    added = await visitor.submit(asked, "/notifications/devices", **sent())
    assert added.headers["Location"] == f"{DEVICES}?done=added"
    shown = await visitor.get(added.headers["Location"])
    assert all(each in shown.text for each in ("This device shows your notifications now.", "This device</bdi>"))
    assert 'data-module="devices"' not in shown.text
    [subscribed] = (await api.get("/push/subscriptions", token)).json()["items"]
    assert subscribed["current"] is True
    removed = await visitor.submit(shown, f"/{subscribed['id']}/remove")
    assert removed.headers["Location"] == f"{DEVICES}?done=removed"
    again = await visitor.submit(shown, f"/{subscribed['id']}/remove")
    assert (again.status_code, "<title>Error: " in again.text) == (404, True)
    wrong = await visitor.submit(asked, "/notifications/devices", **sent() | {"endpoint": "https://internal.example/"})
    assert (wrong.status_code, "<title>Error: " in wrong.text) == (422, True)
    assert (await api.get("/push/subscriptions", token)).json()["items"] == []


async def test_an_account_that_wants_nothing_on_devices_is_told_so(api: Api) -> None:
    token = await api.joined("customer")
    visitor = Visitor(api, token)
    account = await visitor.get("/en/account")
    await visitor.send(*form_in(account, "/account/notifications", news=["email"]))
    assert "Your account has them turned off" in (await visitor.get(DEVICES)).text


async def test_a_platform_that_pushes_nothing_has_no_page_for_devices(api: Api) -> None:
    visitor = Visitor(api, await api.joined("customer"))
    with api.container.push_rules.override(PushRules()):
        assert (await visitor.get(DEVICES)).status_code == 404
        for path in ("/en/account", "/en/notifications"):
            assert DEVICES not in (await visitor.get(path)).text


@needs_a_browser
async def test_in_a_browser_a_device_is_added_once_it_may_show_notifications(api: Api) -> None:
    token, narrow = await api.joined("customer"), {"width": 390, "height": 800}
    async with browsing(CHROMIUM) as browser, visiting(browser, api, viewport=narrow) as page:
        await page.context.add_cookies([{"name": ACCESS_COOKIE, "value": token, "url": f"{ORIGIN}/"}])
        await page.goto(DEVICES)
        await page.get_by_text("This browser cannot show them").wait_for()
        await page.context.add_init_script(f"({SUBSCRIBES})({device()!r})".replace("None", "null"))
        await page.reload()
        await page.get_by_role("button", name="Show notifications on this device").click()
        await page.get_by_text("The browser does not allow notifications of this site.").wait_for()
        await page.context.grant_permissions(["notifications"], origin=ORIGIN)
        await page.reload()
        await page.get_by_role("button", name="Show notifications on this device").click()
        await page.get_by_text("This device shows your notifications now.").wait_for()
    assert len((await api.get("/push/subscriptions", token)).json()["items"]) == 1


@needs_a_browser
async def test_a_device_shows_the_booking_that_was_pushed_to_it_and_a_click_opens_it(tmp_path: Path) -> None:
    """All is real but the push service, which is in this test, and the finger."""
    key, device = new_private_key(), Device()
    private = {"BOOKING_WEBHOOKS_ALLOW_PRIVATE": "on", "BOOKING_DATA_DIR": str(tmp_path)}
    api = Api({"BOOKING_PUBLIC_URL": ORIGIN, "BOOKING_VAPID_PRIVATE_KEY": key, **private})
    api.container.push_rules.override(PushRules(public_key=public_key(key), schemes=frozenset({"http"})))
    async with api.opened(), receiving(answer(201)) as service, browsing(CHROMIUM) as browser:
        customer, subscription = await api.joined("customer"), device.subscription(service.url())
        keys = {"p256dh": subscription.public_key, "auth": subscription.auth_secret}
        wish = {"endpoint": subscription.endpoint, "keys": keys}
        assert (await api.post("/push/subscriptions", customer, json=wish)).status_code == 201
        _, provider_id = await api.open_provider(displayName="Sarnai", depositAmount=0)
        booking = await api.booked(customer, provider_id)
        await told(api)
        push = api.container.web_push()
        await push.open()
        await SEND_MESSAGES.run(api.container, user_id=(await api.get("/users/me", customer)).json()["id"])
        await push.close()
        [sent] = service.requests
        async with visiting(browser, api, worker=True) as page:
            await page.context.grant_permissions(["notifications"], origin=ORIGIN)
            await page.context.add_cookies([{"name": ACCESS_COOKIE, "value": customer, "url": f"{ORIGIN}/"}])
            chromium, registered = await page.context.new_cdp_session(page), list[str]()
            chromium.on(
                "ServiceWorker.workerRegistrationUpdated",
                lambda event: registered.extend(each["registrationId"] for each in event["registrations"]),
            )
            await chromium.send("ServiceWorker.enable")
            await page.goto("/en")
            await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
            pushed = {"origin": ORIGIN, "registrationId": registered[-1], "data": device.read(sent).decode()}
            await chromium.send("ServiceWorker.deliverPushMessage", pushed)
            [worker] = page.context.service_workers
            [[title, body, direction]] = await worker.evaluate(SHOWN)
            assert (booking["reference"] in title, "Sarnai" in body, direction) == (True, True, "auto"), (title, body)
            assert await worker.evaluate(CLICK) == [[f"/bookings/{booking['id']}"], []]
            await page.goto(f"/bookings/{booking['id']}")
            await page.get_by_role("heading", level=1, name="It is booked").wait_for()
