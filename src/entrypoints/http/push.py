"""`/push`: the browsers and apps that show the caller's notifications (Web Push)."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Router, delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from booking_domain.identity.sessions import Client
from booking_domain.notifications.push import (
    MAX_ENDPOINT,
    PushOff,
    PushRules,
    PushSubscription,
    PushSubscriptionId,
)
from booking_domain.shared.actor import Actor
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.workflows.ports import Repositories
from booking_domain.workflows.push_subscriptions import (
    SubscribeToPush,
    list_push_subscriptions,
    subscribe_to_push,
    unsubscribe_from_push,
)
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.exporting import ExportSource, exporting, value
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.idempotency import CONFIDENTIAL
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import PUBLIC

_Key = Annotated[str, Meta(max_length=100)]


class PushKeysBody(Body, frozen=True, kw_only=True):
    """The keys of the browser's subscription."""

    p256dh: _Key
    """Base64url."""
    auth: _Key
    """Base64url."""


class SubscribeToPushBody(Body, frozen=True, kw_only=True):
    """What `PushSubscription.toJSON()` returns in the browser."""

    endpoint: Annotated[str, Meta(max_length=MAX_ENDPOINT)]
    keys: PushKeysBody
    expiration_time: float | None = None
    """Not used: a push service says itself that a subscription has ended."""


class PushSubscriptionJson(Json, frozen=True, kw_only=True):
    """A device that shows your notifications."""

    id: UUID
    service: str
    """The host of the push service."""
    user_agent: str
    created_at: Timestamp
    current: bool
    """Whether the session of this request subscribed it."""


class PushSubscriptionsJson(Json, frozen=True, kw_only=True):
    """The devices that show your notifications."""

    items: tuple[PushSubscriptionJson, ...]


class PushKeyJson(Json, frozen=True, kw_only=True):
    """The key that browsers ask for."""

    application_server_key: str
    """Base64url; an argument of `pushManager.subscribe`."""


def _json(subscription: PushSubscription, current: SessionId | None) -> PushSubscriptionJson:
    return PushSubscriptionJson(
        id=subscription.id,
        service=subscription.service,
        user_agent=subscription.user_agent,
        created_at=subscription.created_at,
        current=subscription.session_id == current,
    )


SUBSCRIBE: Final[dict[str, Any]] = {
    "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABh",
    "expirationTime": None,
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}
SUBSCRIPTION: Final[dict[str, Any]] = {
    "id": "0199f3d0-9e51-7b31-8c41-6d7e8f9a0b2d",
    "service": "updates.push.services.mozilla.com",
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "createdAt": "2026-11-22T03:15:00Z",
    "current": True,
}
PUBLIC_KEY: Final[dict[str, Any]] = {
    "applicationServerKey": "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
}


@get("/push/public-key", opt=PUBLIC | documented(raises=(PushOff,), answer=PUBLIC_KEY), operation_id="getPushKey")
async def public_key(push_rules: Injected[PushRules]) -> PushKeyJson:
    """Return the key with which a browser subscribes.

    404 `push.off`: this installation pushes nothing.
    """
    if not push_rules.public_key:
        raise PushOff
    return PushKeyJson(application_server_key=push_rules.public_key)


@get(
    "/push/subscriptions",
    opt=documented(list_push_subscriptions, answer={"items": [SUBSCRIPTION]}),
    operation_id="listPushSubscriptions",
)
async def list_subscriptions(
    actor: Injected[Actor], session_id: Injected[SessionId], executor: Injected[Executor[Repositories]]
) -> PushSubscriptionsJson:
    """List the devices that show your notifications, oldest first; 20 at most."""
    found = await executor.run(list_push_subscriptions, None, actor=actor)
    return PushSubscriptionsJson(items=tuple(_json(each, session_id) for each in found))


@post(
    "/push/subscriptions",
    opt=documented(subscribe_to_push, body=SUBSCRIBE, answer=SUBSCRIPTION, keyless=CONFIDENTIAL),
    operation_id="subscribeToPush",
)
async def subscribe(
    data: JSONBody[SubscribeToPushBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    client: Injected[Client],
    executor: Injected[Executor[Repositories]],
) -> PushSubscriptionJson:
    """Show your notifications on this device too, until its session ends.

    Send what `PushSubscription.toJSON()` returns. The same device again replaces its subscription, also another
    account's; of more than 20 devices the oldest gives way. `push` of the preferences turns all devices off for news of
    bookings; news of your account is always pushed. A notification is a JSON object `{id, type, title, body, link}`;
    the same `id` again is the same notification (use it as `tag`), and `link` is relative to the web app.
    """
    command = SubscribeToPush(
        current=session_id,
        endpoint=data.endpoint,
        public_key=data.keys.p256dh,
        auth_secret=data.keys.auth,
        user_agent=client.user_agent,
    )
    return _json(await executor.run(subscribe_to_push, command, actor=actor), session_id)


@delete(
    "/push/subscriptions/{subscription_id:str}",
    opt=documented(unsubscribe_from_push),
    operation_id="unsubscribeFromPush",
)
async def unsubscribe(
    subscription_id: FromPath[UUID], actor: Injected[Actor], executor: Injected[Executor[Repositories]]
) -> None:
    """Show your notifications on a device no longer."""
    await executor.run(unsubscribe_from_push, PushSubscriptionId(subscription_id), actor=actor)


async def _exported(source: ExportSource) -> list[PushSubscriptionJson]:
    found = await source.reads.push_subscriptions.live(source.user.id, source.now)
    return [_json(each, None) for each in found]


SUBSCRIPTIONS: Final = value(
    "push_subscriptions",
    tuple[PushSubscriptionJson, ...],
    _exported,
    example=[SUBSCRIPTION | {"current": False}],
)

routes: Final = Router(
    "/",
    route_handlers=[public_key, list_subscriptions, subscribe, unsubscribe],
    opt=about("push", "The browsers and apps that show the caller's notifications.") | exporting(SUBSCRIPTIONS),
)
