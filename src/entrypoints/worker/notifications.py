"""Messages to users in the worker: send them, and track the delivery and cost of text messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from booking_domain.shared.ids import SmsId, UserId
from booking_domain.use_cases.messages.send_messages import remove_old_notifications, send_due_messages
from booking_domain.use_cases.messages.send_sms import follow_sms
from booking_domain.use_cases.notifications.commands import KEPT_FOR
from entrypoints.container import Container
from entrypoints.worker.declarations import (
    MESSAGES,
    REMOTE,
    Enqueue,
    Job,
    JobRequest,
    Periodic,
    Sweep,
    WorkerContext,
)

_TEXT_MESSAGES_PER_SWEEP: Final = 1_000
_USERS_PER_SWEEP: Final = 1_000


async def _send_messages(container: Container, *, user_id: str) -> Sequence[JobRequest]:
    """Send the messages to a user that are due."""
    recipient = UserId(UUID(user_id))
    next_at = await send_due_messages(
        recipient,
        clock=container.clock(),
        reads=container.reads(),
        executor=container.executor(),
        sender=container.message_sender(),
        attach=container.attachments(),
        emails_to_unverified=container.settings().email.unverified_per_day,
    )
    return () if next_at is None else [_wake(recipient, next_at)]


async def _send_again(_: Container, *, user_id: str) -> Sequence[JobRequest]:
    """Send the messages to a user that are due after a pause."""
    return [send_to(UserId(UUID(user_id)))]


async def _do_nothing(_: Container) -> None:
    pass


async def _follow_sms(container: Container, *, message_id: str) -> None:
    """Ask the provider for the status and cost of a text message."""
    await follow_sms(
        SmsId(UUID(message_id)),
        reads=container.reads().sms,
        executor=container.executor(),
        sender=container.sms_sender(),
    )


SEND_MESSAGES: Final = Job(name="send_messages", run=_send_messages, queue=MESSAGES)
SEND_AGAIN: Final = Job(name="send_messages_again", run=_send_again)
"""Has no lock: a scheduled job would keep later jobs with its lock waiting."""
HEARTBEAT: Final = Job(name="message_pulse", run=_do_nothing, queue=MESSAGES)
"""A heartbeat of the queue of messages, even while it has no other jobs."""
FOLLOW_SMS: Final = Job(name="follow_sms", run=_follow_sms, queue=REMOTE)


def send_to(user_id: UserId) -> JobRequest:
    """Return the request to send a user's due messages. Jobs of one user run one after the other."""
    turn = f"messages to {user_id}"
    return SEND_MESSAGES.request(lock=turn, once=turn, user_id=str(user_id))


def _wake(user_id: UserId, at: datetime) -> JobRequest:
    return SEND_AGAIN.request(at=at, once=f"messages to {user_id} at {at.isoformat()}", user_id=str(user_id))


async def _sweep_due_messages(container: Container, enqueue: Enqueue) -> None:
    await enqueue(HEARTBEAT.request(once="message pulse"))
    for user_id in await container.reads().notifications.due(container.clock().now(), _USERS_PER_SWEEP):
        await enqueue(send_to(user_id))


async def _sweep_text_messages(container: Container, enqueue: Enqueue) -> None:
    now, provider = container.clock().now(), container.sms_sender().name
    for message_id in await container.reads().sms.to_poll(provider, now, _TEXT_MESSAGES_PER_SWEEP):
        await enqueue(FOLLOW_SMS.request(once=f"sms {message_id}", message_id=str(message_id)))


async def _remove_old(container: Container, _: Enqueue) -> None:
    await remove_old_notifications(KEPT_FOR, executor=container.executor())


CONTEXT: Final = WorkerContext(
    jobs=(SEND_MESSAGES, SEND_AGAIN, HEARTBEAT, FOLLOW_SMS),
    sweeps=(
        Sweep("due messages", _sweep_due_messages),
        Sweep("due text messages", _sweep_text_messages),
    ),
    periodic=(Periodic(name="forget_notifications", cron="53 3 * * *", run=_remove_old),),
)
