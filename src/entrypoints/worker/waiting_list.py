"""The waiting list in the worker: offer free time to the first customer who waits for it."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from booking_domain.bookings.events import FREES_TIME, BookingChanged
from booking_domain.scheduling.events import WaitlistOffered
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.scheduling.waiting import OfferFreedTime, offer_freed
from entrypoints.container import Container
from entrypoints.worker.declarations import Enqueue, Job, JobRequest, Subscription, Sweep, WorkerContext


async def _offer(container: Container, *, provider_id: str) -> None:
    """Offer a provider's free time, and pass lapsed offers to the next entry."""
    command = OfferFreedTime(provider_id=ProviderId(UUID(provider_id)))
    await container.executor().run(offer_freed, command, actor=SYSTEM)


OFFER: Final = Job(name="offer", run=_offer)


def _offer_freed_time(event: BookingChanged) -> Iterator[JobRequest]:
    if event.provider_id is not None:
        yield OFFER.request(provider_id=str(event.provider_id))


def _offer_again_when_lapsed(event: WaitlistOffered) -> Iterator[JobRequest]:
    yield OFFER.request(at=event.until, provider_id=str(event.provider_id))


async def _sweep_awaited_providers(container: Container, enqueue: Enqueue) -> None:
    """Look for time that became free without an event, e.g. because a hold expired."""
    for provider_id in await container.reads().waiting_list.providers():
        await enqueue(OFFER.request(once=f"offer {provider_id}", provider_id=str(provider_id)))


CONTEXT: Final = WorkerContext(
    jobs=(OFFER,),
    subscriptions=(
        Subscription(FREES_TIME, _offer_freed_time),
        Subscription((WaitlistOffered,), _offer_again_when_lapsed),
    ),
    sweeps=(Sweep("awaited providers", _sweep_awaited_providers),),
)
