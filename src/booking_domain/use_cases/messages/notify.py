"""Notify people of events: keep each notice in the language of its recipient, for their contacts."""

from collections.abc import Sequence
from typing import Any, Final

from booking_domain.identity.model import User, UserStatus
from booking_domain.identity.ports import UserFilter
from booking_domain.identity.preferences import NewsChannel, NewsKind
from booking_domain.notifications.model import CHAT, DEVICES, MessageAddress, MessageChannel
from booking_domain.notifications.notices import TranslatedNotice, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.shared.actor import Role
from booking_domain.shared.events import Event
from booking_domain.use_cases.messages.declared import MESSAGES
from booking_domain.use_cases.messages.test_messages import TESTS
from booking_domain.use_cases.notices.declarations import Addressed, NoticesOf, Reach
from booking_domain.use_cases.notices.news import kind_of
from booking_domain.use_cases.platform.ports import Reads

MOST_ADMINS: Final = 100
DECLARED: Final[tuple[NoticesOf[Any], ...]] = (*(each for declared in MESSAGES for each in declared.notices), TESTS)
"""Whom each event tells something, of all features."""
NOTIFIED_EVENTS: Final[frozenset[type[Event]]] = frozenset(event for each in DECLARED for event in each.events)
"""The events that have notices."""


async def notify(event: Event, /, *, reads: Reads, notifier: Notifier, translator: Translator) -> None:
    """Notify people of an event, as what it is about stands now. An event without notices has no effect.

    May run any number of times: a person is notified of an event once.
    """
    for declared in (each for each in DECLARED if type(event) in each.events):
        async for addressed in declared.notices(event, reads):
            for user in await _recipients(addressed, reads):
                await notify_user(
                    user, event, addressed, reach=declared.reach, notifier=notifier, translator=translator
                )


async def _recipients(addressed: Addressed, reads: Reads) -> Sequence[User]:
    if addressed.to is Role.ADMIN:
        return await reads.users.page(UserFilter(role=Role.ADMIN, status=UserStatus.ACTIVE, limit=MOST_ADMINS))
    user = await reads.users.get(addressed.to)
    return () if user is None else (user,)


async def notify_user(
    user: User,
    event: Event,
    addressed: Addressed,
    *,
    reach: Reach = Reach.NEWS,
    notifier: Notifier,
    translator: Translator,
) -> None:
    """Notify a user: in the app, on devices, in the linked chat and by e-mail; by SMS if neither takes it.

    Unless the notice has contacts of its own, deleted accounts are not notified, nor are users who do not want
    reminders, or news of members; and a contact counts if it exists and its channel is on. An address that its server
    refuses, or a chat that is blocked, is none.
    """
    contacts = addressed.contacts
    if contacts is None:
        kind = kind_of(event.topic) or NewsKind.BOOKINGS
        wants = user.preferences
        unwanted = (kind is NewsKind.REMINDERS and not wants.reminders) or (
            addressed.of_member is not None and not wants.wants(addressed.of_member)
        )
        if user.status is UserStatus.DELETED or unwanted:
            return
        contacts = [
            each for each in _contacts(user, kind) if reach != Reach.WRITTEN or each.channel is not MessageChannel.SMS
        ]
    notice = translator.translate(addressed.notice, addressed.language or user.locale)
    marked = TranslatedNotice(
        language=notice.language,
        subject=f"{addressed.mark}{notice.subject}",
        text=f"{addressed.mark}{notice.text}",
    )
    await notifier.notify(user.id, event, marked, contacts, everywhere=reach == Reach.EVERYWHERE)


def _contacts(user: User, kind: NewsKind) -> list[MessageAddress]:
    wants = user.preferences.allows
    reachable = (
        (CHAT.channel, CHAT.to, wants(kind, NewsChannel.TELEGRAM)),
        (MessageChannel.EMAIL, user.email, user.email_undeliverable_at is None and wants(kind, NewsChannel.EMAIL)),
        (MessageChannel.SMS, user.phone, wants(kind, NewsChannel.SMS)),
        (DEVICES.channel, DEVICES.to, wants(kind, NewsChannel.PUSH)),
    )
    return [MessageAddress(channel, to) for channel, to, on in reachable if to is not None and on]
