"""A notice is kept for the app, and goes to the e-mail address, else to the phone number."""

from dataclasses import replace

import pytest

from booking_domain.identity.model import User, UserStatus
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.notifications.ports import OutgoingMessage
from booking_domain.shared.ids import BookingId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.use_cases.messages.notify import notify_user
from booking_domain.use_cases.notices.declarations import Addressed
from entrypoints.languages.notices import GettextTranslator

MAKE = Builder()
USER = MAKE.user()
EVENT = MAKE.domain_event(BookingId(MAKE.entropy.new_id()))


async def sent_to(user: User) -> list[OutgoingMessage]:
    notifier = MemoryNotifier()
    await notify(user, notifier)
    return list(notifier.delivered)


async def notify(user: User, notifier: MemoryNotifier) -> None:
    notice = NoticeTemplate(subject="A subject", text="A text").fill()
    await notify_user(user, EVENT, Addressed(user.id, notice), notifier=notifier, translator=GettextTranslator("en"))


@pytest.mark.parametrize(
    ("user", "channel", "to"),
    [
        (USER, "email", USER.email),
        (replace(USER, email=None), "sms", USER.phone),
        (replace(USER, email_undeliverable_at=NOW), "sms", USER.phone),
    ],
    ids=["with an address", "with a number only", "with an address that is refused"],
)
async def test_a_user_is_notified_by_e_mail_or_else_by_sms(user: User, channel: str, to: str) -> None:
    (notification,) = await sent_to(user)
    assert (notification.channel, notification.to, notification.text) == (channel, to, "A text")
    assert await sent_to(user) == [notification]  # a repetition has the same id


async def test_a_user_without_a_contact_is_notified_in_the_app_only() -> None:
    notifier = MemoryNotifier()
    await notify(replace(USER, email=None, phone=None), notifier)
    assert (len(notifier.notices), notifier.delivered) == (1, ())


async def test_a_deleted_account_is_not_notified() -> None:
    notifier = MemoryNotifier()
    await notify(replace(USER, status=UserStatus.DELETED), notifier)
    assert notifier.notices == {}
