"""Statistics in the worker: what changes is recounted by day, and a nightly check compares with the bookings."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import structlog

from booking_domain.bookings.events import EVENTS
from booking_domain.catalogue.events import SalonDeleted, SalonJoined, SalonLeft, SalonRemoved
from booking_domain.loyalty.events import PointsRedeemed
from booking_domain.payments.events import (
    DESK_EVENTS,
    LedgerAdjusted,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentLapsed,
    PaymentReceived,
    PaymentReleased,
    RefundMade,
    RefundReturned,
    RefundScheduled,
)
from booking_domain.scheduling.events import CalendarChanged
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import BookingId, ProviderId, SalonId
from booking_domain.use_cases.statistics.counting import (
    DirtyDay,
    FollowMember,
    check_statistics,
    count_day,
    follow_member,
    place_booking_in_statistics,
    remove_old_statistics_findings,
)
from booking_domain.use_cases.statistics.reports import ANNOUNCED_FOR, announce_report
from booking_domain.use_cases.statistics.rosters import follow_roster
from entrypoints.container import Container
from entrypoints.worker.declarations import Enqueue, Job, JobRequest, Periodic, Subscription, WorkerContext

log: Final = structlog.get_logger()
_CHANGES: Final[tuple[type[Any], ...]] = (
    *EVENTS,
    PaymentReceived,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentReleased,
    PaymentLapsed,
    RefundScheduled,
    RefundMade,
    RefundReturned,
    *DESK_EVENTS,
    LedgerAdjusted,
    PointsRedeemed,
)
_SAMPLE: Final = 1_000
"""How many providers a nightly check compares."""


async def _place(container: Container, *, booking_id: str) -> Sequence[JobRequest]:
    """Find on which days a booking counts, and counted, and have them recounted."""
    executor = container.executor()
    return _requests(await executor.run(place_booking_in_statistics, BookingId(UUID(booking_id)), actor=SYSTEM))


async def _count(container: Container, *, provider_id: str, day: str) -> None:
    dirty = DirtyDay(provider_id=ProviderId(UUID(provider_id)), day=date.fromisoformat(day))
    await container.executor().run(count_day, dirty, actor=SYSTEM)


async def _follow(
    container: Container, *, provider_id: str, salon_id: str, joined: str, since: str
) -> Sequence[JobRequest]:
    command = FollowMember(
        provider_id=ProviderId(UUID(provider_id)),
        salon_id=SalonId(UUID(salon_id)),
        joined=joined == "yes",
        at=datetime.fromisoformat(since),
    )
    return _requests(await container.executor().run(follow_member, command, actor=SYSTEM))


PLACE: Final = Job(name="place_booking_in_statistics", run=_place, priority=-1)


async def _roster(container: Container, *, provider_id: str) -> None:
    """Write down how long a provider is open from today on."""
    await follow_roster(
        ProviderId(UUID(provider_id)),
        reads=container.reads(),
        executor=container.executor(),
        clock=container.clock(),
    )


ROSTER: Final = Job(name="follow_roster", run=_roster, priority=-1)
COUNT: Final = Job(name="count_day_of_statistics", run=_count, priority=-1)
FOLLOW: Final = Job(name="follow_member_in_statistics", run=_follow, priority=-1)


def _requests(days: Sequence[DirtyDay]) -> list[JobRequest]:
    """A job for each day, unless one waits already."""
    return [
        COUNT.request(
            once=f"statistics {each.provider_id} {each.day}", provider_id=str(each.provider_id), day=str(each.day)
        )
        for each in days
    ]


def _place_changed(event: Any) -> Iterator[JobRequest]:
    yield PLACE.request(booking_id=str(event.booking_id))


def _follow_changed(event: SalonJoined | SalonLeft | SalonRemoved | SalonDeleted) -> Iterator[JobRequest]:
    yield FOLLOW.request(
        lock=f"statistics of {event.provider_id}",
        provider_id=str(event.provider_id),
        salon_id=str(event.salon_id),
        joined="yes" if isinstance(event, SalonJoined) else "no",
        since=event.occurred_at.isoformat(),
    )


def _roster_changed(event: Any) -> Iterator[JobRequest]:
    if event.provider_id is not None:
        yield ROSTER.request(lock=f"statistics of {event.provider_id}", provider_id=str(event.provider_id))


async def _rosters(container: Container, enqueue: Enqueue) -> None:
    """Have the rosters of all providers with bookings reach as far ahead as yesterday."""
    after = None
    while found := await container.reads().statistics.providers(after, _SAMPLE):
        for provider_id in found:
            await enqueue(ROSTER.request(once=f"roster {provider_id}", provider_id=str(provider_id)))
        after = found[-1]


async def _check(container: Container, _: Enqueue) -> None:
    """Compare the figures of a sample with the bookings and their money. What is wrong is logged, and recounted."""
    executor = container.executor()
    await executor.run(remove_old_statistics_findings, None, actor=SYSTEM)
    sample = await container.reads().statistics.sample(_SAMPLE)
    for provider_id in sample:
        found = await executor.run(check_statistics, provider_id, actor=SYSTEM)
        if found is not None:
            log.error("statistics.wrong", provider_id=str(provider_id), days=found.days, first_day=str(found.first_day))
    log.info("statistics.checked", providers=len(sample))


async def _reports(container: Container, _: Enqueue) -> None:
    """Announce the reports of last month wherever it is over."""
    now, executor = container.clock().now(), container.executor()
    for due in await container.reads().monthly_reports.due(now, ANNOUNCED_FOR, _SAMPLE):
        await executor.run(announce_report, due, actor=SYSTEM)


CONTEXT: Final = WorkerContext(
    jobs=(PLACE, COUNT, FOLLOW, ROSTER),
    subscriptions=(
        Subscription(_CHANGES, _place_changed),
        Subscription((SalonJoined, SalonLeft, SalonRemoved, SalonDeleted), _follow_changed),
        Subscription((CalendarChanged, SalonJoined, SalonLeft, SalonRemoved, SalonDeleted), _roster_changed),
    ),
    periodic=(
        Periodic(name="check_statistics", cron="40 19 * * *", run=_check),
        Periodic(name="follow_rosters", cron="50 18 * * *", run=_rosters),
        Periodic(name="announce_reports", cron="*/10 * * * *", run=_reports),
    ),
)
