"""Text messages in the worker: their delivery and cost are followed until both are known."""

from typing import Final
from uuid import UUID

from booking_domain.shared.ids import SmsId
from booking_domain.workflows.send_sms import follow_sms
from entrypoints.container import Container
from entrypoints.worker.declarations import REMOTE, Enqueue, Job, Sweep, WorkerContext

_MESSAGES_PER_SWEEP: Final = 1_000


async def _follow_sms(container: Container, *, message_id: str) -> None:
    """Ask the provider for the status and cost of a text message."""
    await follow_sms(
        SmsId(UUID(message_id)),
        reads=container.reads().sms,
        executor=container.executor(),
        sender=container.sms_sender(),
    )


FOLLOW_SMS: Final = Job(name="follow_sms", run=_follow_sms, queue=REMOTE)


async def _sweep_due_messages(container: Container, enqueue: Enqueue) -> None:
    now, provider = container.clock().now(), container.sms_sender().name
    for message_id in await container.reads().sms.to_poll(provider, now, _MESSAGES_PER_SWEEP):
        await enqueue(FOLLOW_SMS.request(once=f"sms {message_id}", message_id=str(message_id)))


CONTEXT: Final = WorkerContext(jobs=(FOLLOW_SMS,), sweeps=(Sweep("due text messages", _sweep_due_messages),))
