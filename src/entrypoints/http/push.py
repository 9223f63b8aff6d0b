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
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.notifications.push_subscriptions import (
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
from entrypoints.http.kit.running import Run

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
    """The address at the push service."""
    keys: PushKeysBody
    """The public keys of the subscription."""
    expiration_time: float | None = None
    """Not used: the push service reports when a subscription has ended."""


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
    """The public key for subscriptions."""

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


@get("/push/public-key", opt=PUBLIC | documented(raises=(PushOff,)), operation_id="getPushKey")
async def public_key(push_rules: Injected[PushRules]) -> PushKeyJson:
    """Return the key with which a browser subscribes.

    404 `push.off`: this installation pushes nothing.
    """
    if not push_rules.public_key:
        raise PushOff
    return PushKeyJson(application_server_key=push_rules.public_key)


@get(
    "/push/subscriptions",
    opt=documented(list_push_subscriptions),
    operation_id="listPushSubscriptions",
)
async def list_subscriptions(session_id: Injected[SessionId], run: Injected[Run]) -> PushSubscriptionsJson:
    """List the devices that show your notifications, oldest first; 20 at most."""
    found = await run(list_push_subscriptions, None)
    return PushSubscriptionsJson(items=tuple(_json(each, session_id) for each in found))


@post(
    "/push/subscriptions",
    opt=documented(subscribe_to_push, body=SUBSCRIBE, no_idempotency_key=CONFIDENTIAL),
    operation_id="subscribeToPush",
)
async def subscribe(
    data: JSONBody[SubscribeToPushBody], session_id: Injected[SessionId], client: Injected[Client], run: Injected[Run]
) -> PushSubscriptionJson:
    """Subscribe this device to your notifications, until its session ends.

    Send the result of `PushSubscription.toJSON()`. Subscribing a device again replaces its subscription, even one of
    another account; with more than 20 devices, the oldest is removed. `push: false` in the preferences stops news of
    bookings on all devices; news of your account is always pushed. A notification is a JSON object `{id, type, title,
    body, link}`. It may arrive twice with the same `id`: use that as `tag`. `link` is relative to the web app.
    """
    command = SubscribeToPush(
        current=session_id,
        endpoint=data.endpoint,
        public_key=data.keys.p256dh,
        auth_secret=data.keys.auth,
        user_agent=client.user_agent,
    )
    return _json(await run(subscribe_to_push, command), session_id)


@delete(
    "/push/subscriptions/{subscription_id:str}",
    opt=documented(unsubscribe_from_push),
    operation_id="unsubscribeFromPush",
)
async def unsubscribe(subscription_id: FromPath[PushSubscriptionId], run: Injected[Run]) -> None:
    """Unsubscribe a device from your notifications."""
    await run(unsubscribe_from_push, subscription_id)


async def _exported(source: ExportSource) -> list[PushSubscriptionJson]:
    found = await source.reads.push_subscriptions.live(source.user.id, source.now)
    return [_json(each, None) for each in found]


SUBSCRIPTIONS: Final = value(
    "push_subscriptions",
    tuple[PushSubscriptionJson, ...],
    _exported,
    about="The devices that notifications are pushed to.",
)

routes: Final = Router(
    "/",
    route_handlers=[public_key, list_subscriptions, subscribe, unsubscribe],
    opt=about("push", "The browsers and apps that show the caller's notifications.") | exporting(SUBSCRIPTIONS),
)
