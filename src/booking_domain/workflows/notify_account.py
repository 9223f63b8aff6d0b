"""Tell the owner of an account that the account itself was changed, whatever channels are off.

Run for a message of the outbox, any number of times, as `notify_parties` is. A change of the number is told to the
address and to the former number: whoever has changed it has the new one.
"""

from typing import Final
from uuid import uuid5

from booking_domain.identity.model import User
from booking_domain.identity.use_cases.phone_changes import PHONE_CHANGED
from booking_domain.notifications.account_texts import account_text
from booking_domain.notifications.ports import Notification, Notifier
from booking_domain.shared.ids import UserId
from booking_domain.shared.outbox import Message
from booking_domain.workflows.delete_account import ACCOUNT_DELETED
from booking_domain.workflows.ports import Reads

ACCOUNT_NEWS: Final = frozenset({PHONE_CHANGED, ACCOUNT_DELETED})


async def notify_account(message: Message, *, reads: Reads, notifier: Notifier) -> None:
    """Send what there is to say of this message.

    Raises:
        Unavailable: not everybody was told; running it again is right.
    """
    user = await reads.users.get(UserId(message.subject))
    if user is None or user.erased_at is not None:
        return
    erased_from = user.erased_from
    if message.topic == ACCOUNT_DELETED and erased_from is None:
        return  # it has come back
    said = account_text(message.topic, user.locale, day=None if erased_from is None else erased_from.date())
    for channel, to in await _contacts(user, message.topic, reads):
        notification = Notification(
            id=uuid5(message.id, channel),
            channel=channel,
            to=to,
            subject=said.subject,
            text=said.text,
            created_at=message.occurred_at,
        )
        await notifier.send(notification)


async def _contacts(user: User, topic: str, reads: Reads) -> list[tuple[str, str]]:
    phone = user.phone
    if topic == PHONE_CHANGED:
        change = await reads.phone_changes.get(user.id)
        phone = None if change is None else change.former
    return [(channel, to) for channel, to in (("email", user.email), ("sms", phone)) if to is not None]
