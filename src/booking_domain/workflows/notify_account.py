"""Tell the owner of an account that the account itself was changed, whatever channels are off.

Run for a message of the outbox, any number of times, as `notify_parties` is. A change of the number is told to the
address and to the former number: whoever has changed it has the new one.
"""

from uuid import uuid5

from booking_domain.identity.events import AccountDeleted, PhoneChanged
from booking_domain.identity.model import User
from booking_domain.notifications.account_texts import account_text
from booking_domain.notifications.ports import Notification, Notifier
from booking_domain.workflows.ports import Reads


async def notify_account(event: PhoneChanged | AccountDeleted, *, reads: Reads, notifier: Notifier) -> None:
    """Send what there is to say of this message.

    Raises:
        Unavailable: not everybody was told; running it again is right.
    """
    user = await reads.users.get(event.user_id)
    if user is None or user.erased_at is not None:
        return
    erased_from = user.erased_from
    if isinstance(event, AccountDeleted) and erased_from is None:
        return  # it has come back
    said = account_text(event.topic, user.locale, day=None if erased_from is None else erased_from.date())
    for channel, to in await _contacts(user, event, reads):
        notification = Notification(
            id=uuid5(event.id, channel),
            channel=channel,
            to=to,
            subject=said.subject,
            text=said.text,
            created_at=event.occurred_at,
        )
        await notifier.send(notification)


async def _contacts(user: User, event: PhoneChanged | AccountDeleted, reads: Reads) -> list[tuple[str, str]]:
    phone = user.phone
    if isinstance(event, PhoneChanged):
        change = await reads.phone_changes.get(user.id)
        phone = None if change is None else change.former
    return [(channel, to) for channel, to in (("email", user.email), ("sms", phone)) if to is not None]
