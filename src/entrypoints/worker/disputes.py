"""Disputes in the worker: reminders of deadlines, news to the parties, and suspensions during a dispute."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from booking_domain.bookings.events import BookingDisputeEnded
from booking_domain.disputes.model import DisputeId
from booking_domain.shared.actor import SYSTEM
from booking_domain.use_cases.disputes.commands import remind_of_dispute
from entrypoints.container import Container
from entrypoints.worker.catalogue import FOLLOW
from entrypoints.worker.declarations import Enqueue, Job, JobRequest, Subscription, Sweep, WorkerContext

_REMINDED_PER_SWEEP: Final = 200


async def _remind(container: Container, *, dispute_id: str) -> None:
    """Emit events for the reminders of a dispute that are due. No reminder is repeated."""
    await container.executor().run(remind_of_dispute, DisputeId(UUID(dispute_id)), actor=SYSTEM)


REMIND: Final = Job(name="remind_of_dispute", run=_remind)


async def _sweep_due_reminders(container: Container, enqueue: Enqueue) -> None:
    for dispute_id in await container.reads().disputes.to_remind(container.clock().now(), _REMINDED_PER_SWEEP):
        await enqueue(REMIND.request(once=f"remind {dispute_id}", dispute_id=str(dispute_id)))


def _follow_profile(event: BookingDisputeEnded) -> Iterator[JobRequest]:
    """Apply a suspension or reinstatement of the provider that happened while the booking was in dispute."""
    if event.provider_id is not None:
        yield FOLLOW.request(lock=f"profile {event.provider_id}", provider_id=str(event.provider_id))


CONTEXT: Final = WorkerContext(
    jobs=(REMIND,),
    subscriptions=(Subscription((BookingDisputeEnded,), _follow_profile),),
    sweeps=(Sweep("reminders of disputes", _sweep_due_reminders),),
)
