"""`/notifications`: what somebody was told, and the devices that show it."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking_domain.identity.sessions import Client
from booking_domain.notifications.model import NotificationId
from booking_domain.notifications.ports import NotificationFilter
from booking_domain.notifications.push import PushOff, PushRules, PushSubscriptionId
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.identity.queries import get_own_account
from booking_domain.use_cases.notifications.commands import (
    ReadAllNotifications,
    list_notifications,
    read_all_notifications,
)
from booking_domain.use_cases.notifications.push_subscriptions import (
    SubscribeToPush,
    list_push_subscriptions,
    subscribe_to_push,
    unsubscribe_from_push,
)
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import IF_VALID
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.typed import id_of
from entrypoints.web.notifications.devices import ENDPOINT, PUBLIC_KEY, SECRET, DevicesPage, devices_page
from entrypoints.web.notifications.listed import MOST, UNTIL, notifications_page


@get("/notifications")
async def show_notifications(
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    push_rules: Injected[PushRules],
    csrf: Injected[str],
) -> Response[Any]:
    """What they were told, the newest first."""
    user, after = await get_own_account(actor, reads.users), id_of(page.asked("after"))
    wanted = NotificationFilter(
        user_id=actor.id, after=None if after is None else NotificationId(after), limit=MOST + 1
    )
    found, unread = await list_notifications(actor, wanted, reads.notifications)
    pushes = bool(push_rules.public_key)
    shown = notifications_page(found, unread, page, csrf=csrf, zone=user.time_zone, pushes=pushes)
    return page.render(shown, public=False)


@post("/notifications/read", status_code=303, opt=FORM)
async def mark_as_read(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Mark those as read that were shown, and older ones."""
    until = id_of(said(form_of(request), UNTIL))
    command = ReadAllNotifications(until=None if until is None else NotificationId(until))
    await executor.run(read_all_notifications, command, actor=actor, session_id=session_id)
    return page.see(page.link("/notifications"))


_DEVICES: Final = "/notifications/devices"


class DeviceDesk:
    """Shows the devices of who is signed in."""

    def __init__(
        self,
        actor: Actor,
        session_id: SessionId,
        *,
        reads: Reads,
        executor: Executor[Repositories],
        key: str,
        csrf: str,
    ) -> None:
        self._actor = actor
        self._session_id = session_id
        self._reads = reads
        self._executor = executor
        self._key = key
        self._csrf = csrf

    async def page(self, page: Page, *, done: str = "", error: str = "") -> DevicesPage:
        """The page.

        Raises:
            PushOff: the platform pushes nothing.
        """
        if not self._key:
            raise PushOff
        user = await get_own_account(self._actor, self._reads.users)
        found = await self._executor.run(list_push_subscriptions, None, actor=self._actor, session_id=self._session_id)
        return devices_page(
            found,
            page,
            current=self._session_id,
            key=self._key,
            wanted=user.preferences.channels.push,
            zone=user.time_zone,
            csrf=self._csrf,
            done=done,
            error=error,
        )


def provide_devices(  # noqa: PLR0917 - by name
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    push_rules: Injected[PushRules],
    csrf: Injected[str],
) -> DeviceDesk:
    """Provide `devices`."""
    return DeviceDesk(actor, session_id, reads=reads, executor=executor, key=push_rules.public_key, csrf=csrf)


@get(_DEVICES)
async def show_devices(page: Injected[Page], *, devices: Injected[DeviceDesk]) -> Response[Any]:
    """The devices, and a button for this one."""
    return page.render(await devices.page(page, done=page.asked("done")), public=False)


@post(_DEVICES, status_code=303, opt=FORM)
async def add_device(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    client: Injected[Client],
    executor: Injected[Executor[Repositories]],
    devices: Injected[DeviceDesk],
) -> Response[Any]:
    """Show notifications on this device, with the subscription of its browser."""
    form = form_of(request)
    command = SubscribeToPush(
        current=session_id,
        endpoint=said(form, ENDPOINT),
        public_key=said(form, PUBLIC_KEY),
        auth_secret=said(form, SECRET),
        user_agent=client.user_agent,
    )
    try:
        await executor.run(subscribe_to_push, command, actor=actor, session_id=session_id)
    except DomainError as error:
        return page.refuse(await devices.page(page, error=page.say.error(error)), error, at=_DEVICES)
    return page.see(page.link(_DEVICES, done="added"))


@post("/notifications/devices/{subscription_id:str}/remove", status_code=303, opt=IF_VALID | FORM)
async def remove_device(
    subscription_id: FromPath[PushSubscriptionId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    executor: Injected[Executor[Repositories]],
    devices: Injected[DeviceDesk],
) -> Response[Any]:
    """Show no notifications on a device any more."""
    try:
        await executor.run(unsubscribe_from_push, subscription_id, actor=actor, session_id=session_id)
    except DomainError as error:
        return page.refuse(await devices.page(page, error=page.say.error(error)), error, at=_DEVICES)
    return page.see(page.link(_DEVICES, done="removed"))


handlers: Final = (show_notifications, mark_as_read, show_devices, add_device, remove_device)
