"""Provider profiles and salons in the worker: notify the users whom a change affects; apply suspensions to bookings."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from booking_domain.catalogue.events import (
    ProfileChanged,
    ProfileReinstated,
    ProfileSuspended,
)
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.bookings.review_bookings import affected_bookings, follow_profile
from booking_domain.use_cases.catalogue.booking_links import remove_visitors
from entrypoints.container import Container
from entrypoints.worker.declarations import Enqueue, Job, JobRequest, Subscription, Sweep, WorkerContext


async def _follow(container: Container, *, provider_id: str) -> None:
    """Put the bookings of a suspended provider under review; confirm them after the suspension."""
    now = container.clock().now()
    for booking_id in await affected_bookings(ProviderId(UUID(provider_id)), container.reads(), now):
        await container.executor().run(follow_profile, booking_id, actor=SYSTEM)


FOLLOW: Final = Job(name="follow_profile", run=_follow)


def _follow_profile(event: ProfileChanged) -> Iterator[JobRequest]:
    yield FOLLOW.request(lock=f"profile {event.provider_id}", provider_id=str(event.provider_id))


async def _remove_visitors(container: Container, _: Enqueue) -> None:
    await container.executor().run(remove_visitors, None, actor=SYSTEM)


CONTEXT: Final = WorkerContext(
    jobs=(FOLLOW,),
    sweeps=(Sweep("visitors of booking links", _remove_visitors),),
    subscriptions=(Subscription((ProfileSuspended, ProfileReinstated), _follow_profile),),
)
