"""Provider profiles in the worker: their owners are notified, and their bookings follow suspensions."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from booking_domain.catalogue.events import EVENTS, ProfileChanged, ProfileReinstated, ProfileSuspended
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import ProviderId
from booking_domain.workflows.notify_profiles import notify_of_profile
from booking_domain.workflows.question_bookings import affected_bookings, follow_profile
from entrypoints.container import Container
from entrypoints.worker.declarations import Job, JobRequest, Notice, Subscription, WorkerContext


async def _follow(container: Container, *, provider_id: str) -> None:
    """Call the bookings of a suspended provider in question; uphold them after the suspension."""
    now = container.clock().now()
    for booking_id in await affected_bookings(ProviderId(UUID(provider_id)), container.reads(), now):
        await container.executor().run(follow_profile, booking_id, actor=SYSTEM)


FOLLOW: Final = Job(name="follow_profile", run=_follow)


def _follow_profile(event: ProfileChanged) -> Iterator[JobRequest]:
    yield FOLLOW.request(lock=f"profile {event.provider_id}", provider_id=str(event.provider_id))


CONTEXT: Final = WorkerContext(
    jobs=(FOLLOW,),
    subscriptions=(Subscription((ProfileSuspended, ProfileReinstated), _follow_profile),),
    notices=(Notice(EVENTS, notify_of_profile),),
)
