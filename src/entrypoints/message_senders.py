"""Sends messages over every channel, each by the channel's own sender."""

from collections.abc import Mapping
from typing import Final

import structlog

from booking_domain.notifications.errors import ChannelOff
from booking_domain.notifications.ports import MessageSender, OutgoingMessage
from booking_domain.shared.errors import RuleViolated

log: Final = structlog.get_logger()


class SenderByChannel(MessageSender):
    """Sends a message by the sender of its channel. Refuses a message for a channel that is off; logs refusals."""

    def __init__(self, senders: Mapping[str, MessageSender | None]) -> None:
        self._senders = senders

    async def send(self, message: OutgoingMessage) -> None:
        try:
            await self._send(message)
        except RuleViolated as refusal:
            log.warning("message.refused", channel=message.channel, id=str(message.id), code=refusal.code)
            raise

    async def _send(self, message: OutgoingMessage) -> None:
        sender = self._senders[message.channel]
        if sender is None:
            raise ChannelOff(channel=message.channel)
        await sender.send(message)
