"""Notifications of a person, and the log of messages."""

from typing import Final
from uuid import UUID, uuid4

from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import PUBLIC, Feature, Ids, Kind, Row, World, asked

from booking_domain.identity.events import PhoneChanged
from booking_domain.notifications.model import MessageAddress, MessageChannel
from booking_domain.notifications.notices import TranslatedNotice
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import EventId, UserId
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.testing.notifications.contracts.notifications import a_message, a_notification
from booking_domain.use_cases.messages.notify import notify
from booking_domain.use_cases.messages.send_messages import StoringNotifier
from booking_domain.use_cases.notifications.commands import StoreNotification, keep_notification
from booking_domain.use_cases.platform.ports import Repositories

NOTICE: Final = TranslatedNotice(language="en", subject="Confirmed", text="See you.")


async def notified(api: Api, token: str, *contacts: MessageAddress) -> None:
    """Tell the owner of the token of an event."""
    user_id = UserId(UUID((await api.get("/users/me", token)).json()["id"]))
    event = PhoneChanged(id=EventId(uuid4()), occurred_at=NOW, user_id=user_id)
    command = StoreNotification(user_id=user_id, event=event, notice=NOTICE, contacts=contacts)
    await api.container.executor().run(keep_notification, command, actor=SYSTEM)
    assert await api.container.reads().notifications.unread(user_id)


async def told(api: Api) -> None:
    """Tell people of all that has happened, as the worker does."""
    reads = api.container.reads()
    notifier = StoringNotifier(api.container.executor(), reads.external_identities)
    for event in await api.database.outbox_events():
        await notify(event, reads=reads, notifier=notifier, translator=api.container.translator())


async def notification(world: World, who: str) -> Ids:
    token = await world.token(who)
    assert token is not None
    await notified(world.api, token, MessageAddress(MessageChannel.EMAIL, "dorj@example.com"))
    listed = await world.done("GET", "/notifications", who)
    return {"notification_id": listed["items"][0]["id"]}


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A notification of each, with a message."""
    for user in (cast.customer, cast.owner):
        kept = a_notification(make, user)
        await tx.notifications.add(kept, [a_message(make, kept)])


READ: Final = Permission.READ_NOTIFICATIONS

FEATURE: Final = Feature(
    routes={
        "GET /notifications": Row(READ),
        "POST /notifications/{notification_id}/read": Row(
            READ,
            Kind(notification),
        ),
        "POST /notifications/read": Row(READ, once=asked("customer", "/notifications/read", notification)),
        "POST /notifications/unsubscribe": Row(PUBLIC, query="token=x", by_secret=True),
        "POST /webhooks/email-bounces": Row(PUBLIC, by_secret=True),
        "GET /admin/messages": Row(Permission.SEE_MESSAGES),
    },
    permissions="""
        notification.read    customer:own provider:own manager:own admin:own
        message.see          admin:any
    """,
    personal_data=personal_data,
)
