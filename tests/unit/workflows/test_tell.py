"""A notice goes to the e-mail address, else to the phone number, else nowhere."""

from dataclasses import replace

import pytest

from booking_domain.identity.model import User
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.notifications.ports import Notification
from booking_domain.shared.ids import BookingId
from booking_domain.testing.builders import Builder
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.workflows.notify_parties import tell
from entrypoints.languages.notices import GettextTranslator

MAKE = Builder()
USER = MAKE.user()
EVENT = MAKE.domain_event(BookingId(MAKE.entropy.new_id()))


async def sent_to(user: User) -> list[Notification]:
    notifier = MemoryNotifier()
    notice = NoticeTemplate(subject="A subject", text="A text").fill()
    await tell(user, EVENT, notice, notifier=notifier, translator=GettextTranslator("en"))
    return list(notifier.delivered)


@pytest.mark.parametrize(
    ("user", "channel", "to"),
    [(USER, "email", USER.email), (replace(USER, email=None), "sms", USER.phone)],
    ids=["with an address", "with a number only"],
)
async def test_a_user_is_notified_by_e_mail_or_else_by_sms(user: User, channel: str, to: str) -> None:
    (notification,) = await sent_to(user)
    assert (notification.channel, notification.to, notification.text) == (channel, to, "A text")
    assert await sent_to(user) == [notification]  # a repetition has the same id


async def test_a_user_without_a_contact_is_not_notified() -> None:
    assert await sent_to(replace(USER, email=None, phone=None)) == []
