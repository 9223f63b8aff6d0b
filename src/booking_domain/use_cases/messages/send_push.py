"""Push a message to all devices of its recipient."""

import asyncio
from typing import Final

from booking_domain.notifications.ports import MessageSender, OutgoingMessage, PushSubscriptionReads
from booking_domain.notifications.push import Push, PushMessage, PushOutcome, PushRefused, PushUnavailable
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor
from booking_domain.use_cases.notices.news import push_terms
from booking_domain.use_cases.notifications.push_subscriptions import forget_push_subscription
from booking_domain.use_cases.platform.ports import Repositories

_MAX_TITLE: Final = 200
_MAX_BODY: Final = 1_500
"""In bytes: a push service takes 4,096 with the encryption, and JSON escapes quotes."""


class PushMessageSender(MessageSender):
    """Pushes to all devices at once; subscriptions that have ended are removed.

    The message counts as sent once the push service of one device has accepted it. Devices whose service is not
    available at that moment are left out, so that the others do not show it twice.
    """

    def __init__(
        self, *, push: Push, reads: PushSubscriptionReads, executor: Executor[Repositories], clock: Clock
    ) -> None:
        self._push = push
        self._reads = reads
        self._executor = executor
        self._clock = clock

    async def send(self, message: OutgoingMessage) -> None:
        """Push the message.

        Raises:
            PushUnavailable: no device was reached; the caller may retry.
            PushRefused: the account has no device left that takes it.
        """
        if message.user_id is None:
            raise PushRefused
        devices = await self._reads.live(message.user_id, self._clock.now())
        pushed = _pushed(message)
        outcomes = await asyncio.gather(*(self._push(device, pushed) for device in devices))
        for device, outcome in zip(devices, outcomes, strict=True):
            if outcome is PushOutcome.GONE:
                await self._executor.run(forget_push_subscription, device.id, actor=SYSTEM)
        if PushOutcome.ACCEPTED in outcomes:
            return
        raise PushUnavailable if PushOutcome.UNAVAILABLE in outcomes else PushRefused


def _pushed(message: OutgoingMessage) -> PushMessage:
    urgency, lives = push_terms(message.type)
    return PushMessage(
        id=message.id,
        title=_shortened(message.subject, _MAX_TITLE),
        body=_shortened(message.text, _MAX_BODY),
        link="/notifications" if message.booking_id is None else f"/bookings/{message.booking_id}",
        type=message.type,
        urgency=urgency,
        lives=lives,
    )


def _shortened(text: str, most: int) -> str:
    """The text in at most this many bytes of UTF-8."""
    encoded = text.encode()
    return text if len(encoded) <= most else encoded[: most - len("…".encode())].decode(errors="ignore") + "…"
