"""Search in the worker: make the entries of providers anew when something changes, and all of them in turn."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any, Final
from uuid import UUID

import structlog

from booking_domain.bookings.events import FREES_TIME, TAKES_TIME
from booking_domain.catalogue.events import (
    ProfileApproved,
    ProfileCorrected,
    ProfileDeleted,
    ProfileReinstated,
    ProfileSuspended,
    SalonDeleted,
    SalonJoined,
    SalonLeft,
    SalonRemoved,
)
from booking_domain.scheduling.events import SERVICE_EVENTS, CalendarChanged
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.search.check import check_entry, remove_old_findings
from booking_domain.use_cases.search.index import forget_unused_words, refresh_entry
from booking_domain.use_cases.search.recommendations import rebuild_similar_providers
from entrypoints.container import Container
from entrypoints.worker.declarations import Enqueue, Job, JobRequest, Periodic, Subscription, Sweep, WorkerContext

log: Final = structlog.get_logger()
_ENTRIES_PER_SWEEP: Final = 300
_CHANGES: Final[tuple[type[Any], ...]] = (
    CalendarChanged,
    *SERVICE_EVENTS,
    ProfileApproved,
    ProfileCorrected,
    ProfileDeleted,
    ProfileReinstated,
    ProfileSuspended,
    SalonDeleted,
    SalonJoined,
    SalonLeft,
    SalonRemoved,
    *TAKES_TIME,
    *FREES_TIME,
)


async def _refresh(container: Container, *, provider_id: str) -> None:
    """Make the entry of a provider anew, unless an earlier job has seen the same changes."""
    await refresh_entry(
        ProviderId(UUID(provider_id)),
        reads=container.reads(),
        executor=container.executor(),
        clock=container.clock(),
    )


REFRESH: Final = Job(name="refresh_search_entry", run=_refresh)


def _lock_of(provider_id: ProviderId) -> str:
    return f"search {provider_id}"


def _refresh_changed(event: Any) -> Iterator[JobRequest]:
    if event.provider_id is not None:
        yield REFRESH.request(lock=_lock_of(event.provider_id), provider_id=str(event.provider_id))


async def _refresh_due(container: Container, enqueue: Enqueue) -> None:
    today = container.clock().now().astimezone(UTC).date()
    for provider_id in await container.reads().search.due(today, _ENTRIES_PER_SWEEP):
        lock = _lock_of(provider_id)
        await enqueue(REFRESH.request(lock=lock, once=lock, provider_id=str(provider_id)))


async def _forget_words(container: Container, _: Enqueue) -> None:
    await container.executor().run(forget_unused_words, None, actor=SYSTEM)


async def _check(container: Container, _: Enqueue) -> None:
    """Compare the free time of a sample with the slots. What is wrong is logged, and admins see it."""
    reads, executor, clock = container.reads(), container.executor(), container.clock()
    await executor.run(remove_old_findings, None, actor=SYSTEM)
    sample = await reads.search.sample(container.settings().search_sample)
    for provider_id in sample:
        found = await check_entry(provider_id, reads=reads, executor=executor, clock=clock)
        if found is not None:
            log.error(
                "search.entry_wrong",
                provider_id=str(provider_id),
                kind=found.kind.value,
                quarters=found.quarters,
                repaired=found.repaired,
            )
    log.info("search.checked", providers=len(sample))


async def _count_customers(container: Container, _: Enqueue) -> None:
    """Count which providers have customers in common, and how many each had lately: for recommendations."""
    popular = await container.executor().run(rebuild_similar_providers, None, actor=SYSTEM)
    log.info("search.customers_counted", providers=popular)


CONTEXT: Final = WorkerContext(
    jobs=(REFRESH,),
    subscriptions=(Subscription(_CHANGES, _refresh_changed),),
    sweeps=(Sweep("search entries", _refresh_due),),
    periodic=(
        Periodic(name="forget_search_words", cron="40 18 * * *", run=_forget_words),
        Periodic(name="check_search", cron="10 19 * * *", run=_check),
        Periodic(name="count_customers", cron="25 19 * * *", run=_count_customers),
    ),
)
