"""Where news of a booking go: to an address, else to a number, else nowhere."""

import asyncio
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


def told(user: User) -> list[Notification]:
    notifier = MemoryNotifier()
    notice = NoticeTemplate(subject="A subject", text="A text").fill()
    asyncio.run(tell(user, EVENT, notice, notifier=notifier, translator=GettextTranslator("en")))
    return list(notifier.delivered)


@pytest.mark.parametrize(
    ("user", "channel", "to"),
    [(USER, "email", USER.email), (replace(USER, email=None), "sms", USER.phone)],
    ids=["an address", "a number alone"],
)
def test_one_is_told_by_e_mail_or_else_by_text_message(user: User, channel: str, to: str) -> None:
    (notification,) = told(user)
    assert (notification.channel, notification.to, notification.text) == (channel, to, "A text")
    assert told(user) == [notification]  # told again, it is the same one


def test_who_has_neither_is_told_nothing() -> None:
    assert told(replace(USER, email=None, phone=None)) == []
