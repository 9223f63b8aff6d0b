"""Notifications by channel: what can be retried is raised, what can never be sent is logged and dropped."""

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from booking_domain.notifications.errors import EmailRefused, EmailUnavailable
from booking_domain.notifications.ports import Notification, Notifier
from booking_domain.shared.errors import DomainError
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory import MemoryNotifier, SeededEntropy
from entrypoints.notifying import NotifierByChannel

EMAIL = Notification(
    id=SeededEntropy(1).new_id(), channel="email", to="dorj@example.com", subject="", text="x", created_at=NOW
)
SMS = replace(EMAIL, channel="sms", to="+97699112233")


class FailingNotifier(Notifier):
    def __init__(self, error: DomainError) -> None:
        self._error = error

    async def send(self, notification: Notification) -> None:
        raise self._error


async def test_each_channel_has_its_own_notifier() -> None:
    by_email, by_sms = MemoryNotifier(), MemoryNotifier()
    notifier = NotifierByChannel({"email": by_email, "sms": by_sms})
    for notification in (EMAIL, SMS):
        await notifier.send(notification)
    assert (list(by_email.delivered), list(by_sms.delivered)) == ([EMAIL], [SMS])


async def test_a_refused_address_is_logged_without_the_address_and_dropped() -> None:
    notifier = NotifierByChannel({"email": FailingNotifier(EmailRefused(reason="550"))})
    with capture_logs() as entries:
        await notifier.send(EMAIL)
    [entry] = entries
    assert (entry["event"], entry["code"], entry["id"]) == ("notification.refused", "email.refused", str(EMAIL.id))
    assert EMAIL.to not in repr(entry)


async def test_an_unavailable_server_is_raised_for_a_retry() -> None:
    notifier = NotifierByChannel({"email": FailingNotifier(EmailUnavailable())})
    with pytest.raises(EmailUnavailable):
        await notifier.send(EMAIL)


async def test_a_channel_that_is_off_sends_nothing() -> None:
    with capture_logs() as entries:
        await NotifierByChannel({"sms": None}).send(SMS)
    assert [entry["event"] for entry in entries] == ["notification.channel_off"]
