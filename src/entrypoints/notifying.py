"""Notifications of every channel, each by its own notifier."""

from collections.abc import Mapping
from typing import Final

import structlog

from booking_domain.notifications.ports import Notification, Notifier
from booking_domain.shared.errors import RuleViolated

log: Final = structlog.get_logger()


class NotifierByChannel(Notifier):
    """Sends by the notifier of the channel.

    Logs and drops what can never be sent: a channel that is off, or an address that is refused. Otherwise one wrong
    address would keep the other party of a booking from being notified.
    """

    def __init__(self, notifiers: Mapping[str, Notifier | None]) -> None:
        self._notifiers = notifiers

    async def send(self, notification: Notification) -> None:
        notifier = self._notifiers[notification.channel]
        if notifier is None:
            log.info("notification.channel_off", channel=notification.channel, id=str(notification.id))
            return
        try:
            await notifier.send(notification)
        except RuleViolated as refusal:
            log.warning(
                "notification.refused", channel=notification.channel, id=str(notification.id), code=refusal.code
            )
