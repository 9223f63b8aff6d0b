"""Bookings in the worker: expiry, and news to the parties."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from booking_domain.bookings import reminders
from booking_domain.bookings.events import EVENTS, BookingChanged, BookingDisputed, BookingDisputeEnded
from booking_domain.bookings.ideas import EVENTS as IDEA_EVENTS
from booking_domain.shared.ids import BookingId
from booking_domain.use_cases.bookings.idea_messages import notify_of_idea
from booking_domain.use_cases.messages.remind import notify_of_reminder, remind
from booking_domain.use_cases.notices.parties import notify_parties
from booking_domain.use_cases.payments.expire_unpaid import expire_unpaid
from booking_domain.use_cases.platform.ports import FOLLOW_UPS
from entrypoints.container import Container
from entrypoints.worker.declarations import Enqueue, Job, JobRequest, Notice, Subscription, Sweep, WorkerContext

_OVERDUE_PER_SWEEP: Final = 200
_REMINDED_PER_SWEEP: Final = 1_000
_TOLD: Final = tuple(event for event in EVENTS if event not in {BookingDisputed, BookingDisputeEnded})
"""The parties are notified of a dispute by the events of the dispute."""


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
    notices=(
        Notice(_TOLD, notify_parties),
        Notice((*reminders.EVENTS, *FOLLOW_UPS), notify_of_reminder),
        Notice(IDEA_EVENTS, notify_of_idea),
    ),
    sweeps=(Sweep("overdue bookings", _sweep_overdue), Sweep("reminders of bookings", _sweep_due_reminders)),
)
