"""Bookings in the worker: expiry and reminders."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from booking_domain.bookings.events import EVENTS, BookingChanged
from booking_domain.shared.ids import BookingId
from booking_domain.use_cases.bookings.reminder_messages import remind
from booking_domain.use_cases.payments.expire_unpaid import expire_unpaid
from entrypoints.container import Container
from entrypoints.worker.declarations import Enqueue, Job, JobRequest, Subscription, Sweep, WorkerContext

_OVERDUE_PER_SWEEP: Final = 200
_REMINDED_PER_SWEEP: Final = 1_000


async def _expire(container: Container, *, booking_id: str) -> None:
    """Expire a booking that is still unpaid or unanswered; does nothing before its due time."""
    await expire_unpaid(
        BookingId(UUID(booking_id)),
        now=container.clock().now(),
        reads=container.reads(),
        executor=container.executor(),
        gateways=container.gateways(),
    )


async def _remind(container: Container, *, booking_id: str) -> None:
    """Emit events for the reminders of a booking that are due. No reminder is repeated."""
    await remind(
        BookingId(UUID(booking_id)),
        now=container.clock().now(),
        reads=container.reads(),
        executor=container.executor(),
    )


REMIND: Final = Job(name="remind", run=_remind)
EXPIRE: Final = Job(name="expire", run=_expire)


def _expire_when_due(event: BookingChanged) -> Iterator[JobRequest]:
    if event.due_at is not None:
        yield EXPIRE.request(at=event.due_at, booking_id=str(event.booking_id))


async def _sweep_overdue(container: Container, enqueue: Enqueue) -> None:
    for booking_id in await container.reads().bookings.overdue(container.clock().now(), _OVERDUE_PER_SWEEP):
        await enqueue(EXPIRE.request(once=f"expire {booking_id}", booking_id=str(booking_id)))


async def _sweep_due_reminders(container: Container, enqueue: Enqueue) -> None:
    for booking_id in await container.reads().booking_reminders.due(container.clock().now(), _REMINDED_PER_SWEEP):
        await enqueue(REMIND.request(once=f"remind {booking_id}", booking_id=str(booking_id)))


CONTEXT: Final = WorkerContext(
    jobs=(EXPIRE, REMIND),
    subscriptions=(Subscription(EVENTS, _expire_when_due),),
    sweeps=(Sweep("overdue bookings", _sweep_overdue), Sweep("reminders of bookings", _sweep_due_reminders)),
)
