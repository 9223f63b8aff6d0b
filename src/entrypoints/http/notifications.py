"""`/notifications`: the caller's notifications; `/admin/messages`: the log of sent messages, for admins."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from booking_domain.notifications.model import (
    MAX_FAILURE,
    MessageChannel,
    MessageStatus,
    Notification,
    NotificationId,
)
from booking_domain.notifications.ports import MessageFilter, MessageView, NotificationFilter
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BookingId, UserId
from booking_domain.use_cases.identity.unsubscribe import InvalidUnsubscribeToken, UnsubscribeTokens, unsubscribe
from booking_domain.use_cases.notifications import commands as use_cases
from booking_domain.use_cases.notifications.commands import (
    ReadAllNotifications,
    ReadNotification,
    read_all_notifications,
    read_notification,
)
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.cursors import DEFAULT_LIMIT, PAGE_AND_ONE, Page, PageQuery, cut
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.exporting import exporting, items
from entrypoints.http.kit.fields import Body, Cursor, Json, Limit, Query, Timestamp, given_or_none
from entrypoints.http.kit.idempotency import CONFIDENTIAL, REPEATED
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.listing import PERIOD, PeriodQuery
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.running import Run, nothing

MAX_LINK_TOKEN: Final = 100
FailureCode = Annotated[
    str, Meta(pattern=r"^[a-z_]+(\.[a-z_]+)*$", max_length=MAX_FAILURE, description="The code of the last error.")
]


class NotificationsQuery(PageQuery, frozen=True, kw_only=True):
    """A page of the caller's notifications."""

    unread: bool = False
    """Only unread notifications."""
    booking_id: BookingId | None = None
    """Only those about this booking."""


_chosen: Final = members(NotificationsQuery, NotificationFilter, given=("user_id",), **PAGE_AND_ONE)


class ReadAllBody(Body, frozen=True, kw_only=True):
    """The newest notification that the caller has seen."""

    until: UUID | UnsetType = UNSET
    """Newer notifications stay unread. Omitted: all become read."""


class UnsubscribeQuery(Query, frozen=True, kw_only=True):
    """The token of the link."""

    token: Annotated[str, Meta(max_length=MAX_LINK_TOKEN)]


class MessagesQuery(PeriodQuery, frozen=True, kw_only=True):
    """A page of the log of messages; `from` and `to` select by creation time."""

    user_id: UserId | None = None
    booking_id: BookingId | None = None
    channel: MessageChannel | None = None
    status: MessageStatus | None = None
    failure: FailureCode | None = None
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None


_messages: Final = projection(MessagesQuery, MessageFilter, **PERIOD, **PAGE_AND_ONE)


class NotificationJson(Json, frozen=True, kw_only=True):
    """The notification of one event, in the language that the caller had chosen then."""

    id: UUID
    type: str
    """The event, e.g. `booking.confirmed`. More types may be added."""
    booking_id: UUID | None = None
    subject: str
    text: str
    language: str
    created_at: Timestamp
    read_at: Timestamp | None = None


class NotificationsJson(Json, frozen=True, kw_only=True):
    """A page of notifications."""

    items: tuple[NotificationJson, ...]
    unread_count: int
    """Of all pages."""
    next_cursor: str | None = None


class MessageJson(Json, frozen=True, kw_only=True):
    """A notification on its way over one channel, without its text."""

    id: UUID
    notification_id: UUID
    user_id: UUID
    booking_id: UUID | None = None
    type: str
    channel: MessageChannel
    to: str
    """Masked."""
    status: MessageStatus
    attempts: int
    failure: str
    """The code of the last error; empty after success."""
    created_at: Timestamp
    next_attempt_at: Timestamp | None = None
    """When it is tried next."""
    sent_at: Timestamp | None = None
    """When it was sent."""


class MessagesJson(Page[MessageJson], frozen=True, kw_only=True):
    """A page of the log of messages."""


notification_json: Final = projection(Notification, NotificationJson)
"""Show a notification."""


message_json: Final = projection(
    MessageView,
    MessageJson,
    within="message",
    booking_id="notification.booking_id",
    type="notification.type",
    to="message.to_masked",
)
"""Show an entry of the log."""


# Examples for the API's documentation.
UNTIL: Final[dict[str, Any]] = {"until": "0199f3d0-7e50-7a11-8b22-5c6d7e8f9a0b"}


@get(
    "/notifications",
    opt=documented(
        use_cases.list_notifications,
        raises=(InvalidValue,),
    ),
)
async def list_notifications(
    params: Injected[NotificationsQuery], actor: Injected[Actor], replica_reads: Injected[Reads]
) -> NotificationsJson:
    """List your notifications, newest first, and count the unread ones.

    They are kept for 180 days, even if they could not be sent to any address.
    """
    chosen = NotificationFilter(user_id=actor.id, **_chosen(params))
    found, unread = await use_cases.list_notifications(actor, chosen, replica_reads.notifications)
    page, next_cursor = cut(found, params.limit, lambda notification: notification.id)
    return NotificationsJson(items=tuple(map(notification_json, page)), unread_count=unread, next_cursor=next_cursor)


@post(
    "/notifications/{notification_id:str}/read",
    status_code=200,
    opt=documented(read_notification, no_idempotency_key=CONFIDENTIAL),
    operation_id="markNotificationRead",
)
async def read_one(notification_id: FromPath[NotificationId], run: Injected[Run]) -> NotificationJson:
    """Mark a notification as read. Marking it again does not change when it was read."""
    command = ReadNotification(notification_id=notification_id)
    return notification_json(await run(read_notification, command))


@post(
    "/notifications/read",
    status_code=204,
    opt=documented(read_all_notifications, body=UNTIL),
    operation_id="markNotificationsRead",
)
async def read_all(data: JSONBody[ReadAllBody], run: Injected[Run]) -> Response[None]:
    """Mark your notifications as read: all, or up to the newest that you have seen."""
    until = given_or_none(data.until)
    command = ReadAllNotifications(until=None if until is None else NotificationId(until))
    return await run(read_all_notifications, command, answer=nothing)


@get(
    "/admin/messages",
    opt=documented(use_cases.list_messages, raises=(InvalidValue,)),
)
async def list_messages(
    params: Injected[MessagesQuery], actor: Injected[Actor], replica_reads: Injected[Reads]
) -> MessagesJson:
    """List the messages to users, newest first, with their recipients and failures; for admins.

    `standby`: will be sent only if an earlier message of the notification fails. `skipped`: was not needed. Texts are
    not shown. `failure` is `email.bounced` or `email.not_delivered` if an e-mail bounced, `email.complained` if it
    arrived and was reported as spam, `email.undeliverable` if it was not sent because the address is marked
    undeliverable, and `email.unverified_limited` if it was not sent because the address is not verified and has had its
    messages of 24 hours.
    """
    found = await use_cases.list_messages(actor, _messages(params), replica_reads.notifications)
    return MessagesJson.of(found, params.limit, message_json, lambda view: view.message.id)


@post(
    "/notifications/unsubscribe",
    status_code=204,
    opt=PUBLIC | documented(unsubscribe, raises=(InvalidUnsubscribeToken,), no_idempotency_key=REPEATED),
)
async def unsubscribe_by_link(
    params: Injected[UnsubscribeQuery],
    unsubscribe_tokens: Injected[UnsubscribeTokens],
    run: Injected[Run],
) -> None:
    """Unsubscribe from one kind of messages over one channel, by the link of an e-mail (`List-Unsubscribe`, RFC 8058).

    The token in the link authorises the request; the body is ignored. The user can undo this in the account's
    preferences.
    """
    found = unsubscribe_tokens.read(params.token)
    if found is None:
        raise InvalidUnsubscribeToken
    await run(unsubscribe, found, actor=SYSTEM)


NOTIFICATIONS: Final = items(
    "notifications",
    NotificationJson,
    lambda source, after: source.reads.notifications.page(
        NotificationFilter(user_id=source.user.id, after=after, limit=source.page)
    ),
    notification_json,
    about="The notifications that the user received.",
)

routes: Final = Router(
    "/",
    route_handlers=[list_notifications, read_one, read_all, unsubscribe_by_link, list_messages],
    opt=about("notifications", "What happened to the caller, to read again.") | exporting(NOTIFICATIONS),
)
