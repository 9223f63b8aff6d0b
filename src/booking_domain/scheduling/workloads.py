"""Who of several providers is the least busy, the same for everyone who asks.

>>> from datetime import UTC, datetime, timedelta
>>> from uuid import UUID
>>> def taken(*starts: datetime) -> list[TimeRange]:
...     return [TimeRange(start, start + timedelta(hours=1)) for start in starts]
>>> monday, wednesday = datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 25, 9, tzinfo=UTC)
>>> ann, bob, cas = (ProviderId(UUID(int=number)) for number in (1, 2, 3))
>>> loads = [
...     workload(ann, taken(monday), at=monday, zone="UTC"),
...     workload(bob, taken(wednesday), at=monday, zone="UTC"),
...     workload(cas, taken(), at=monday, zone="UTC"),
... ]
>>> [load.provider_id.int for load in least_busy(loads)]
[3, 2, 1]
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking_domain.shared.ids import ProviderId
from booking_domain.shared.time import TimeRange, time_zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """How much of a day, and of its week, a provider's appointments take."""

    provider_id: ProviderId
    day: timedelta
    week: timedelta


def workload(provider_id: ProviderId, appointments: Iterable[TimeRange], *, at: datetime, zone: str) -> Workload:
    """Add up the appointments that start on the local date of `at`, and in its week from Monday.

    The whole length of an appointment counts on the date of its start, and its buffers do not count.
    """
    local = time_zone(zone)
    date = at.astimezone(local).date()
    monday = date - timedelta(days=date.weekday())
    day = week = timedelta(0)
    for span in appointments:
        starts = span.start.astimezone(local).date()
        length = span.end - span.start
        if starts == date:
            day += length
        if monday <= starts < monday + timedelta(weeks=1):
            week += length
    return Workload(provider_id=provider_id, day=day, week=week)


def least_busy(workloads: Iterable[Workload]) -> list[Workload]:
    """Sort by the time taken that day, then that week, then by id: the least busy provider is the first."""
    return sorted(workloads, key=lambda each: (each.day, each.week, each.provider_id))
