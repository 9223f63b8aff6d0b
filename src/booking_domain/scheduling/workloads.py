"""Who of several providers takes the next appointment, the same for everyone who asks.

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

With a weight of 300, ann has three times as much to do before it is the turn of bob. A higher priority comes first,
however busy:

>>> two, one = taken(monday, monday + timedelta(hours=1)), taken(monday)
>>> heavy = workload(ann, two, at=monday, zone="UTC", turn=Turn(weight=300))
>>> [load.provider_id.int for load in least_busy([workload(bob, one, at=monday, zone="UTC"), heavy])]
[1, 2]
>>> first = workload(bob, two, at=monday, zone="UTC", turn=Turn(priority=60))
>>> [load.provider_id.int for load in least_busy([heavy, first])]
[2, 1]
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking_domain.shared.ids import ProviderId
from booking_domain.shared.time import TimeRange, time_zone
from booking_domain.shared.turns import EQUAL, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """How much of a day, and of its week, a provider's appointments take."""

    provider_id: ProviderId
    day: timedelta
    week: timedelta
    turn: Turn = EQUAL


def workload(
    provider_id: ProviderId, appointments: Iterable[TimeRange], *, at: datetime, zone: str, turn: Turn = EQUAL
) -> Workload:
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
    return Workload(provider_id=provider_id, day=day, week=week, turn=turn)


def least_busy(workloads: Iterable[Workload]) -> list[Workload]:
    """Sort by whose turn it is: the provider who takes the next appointment is the first.

    The highest priority comes first. Of equal ones it is the least time taken that day for each unit of weight, then
    that week, then the highest weight, then the lowest id. With equal weights that is the least busy provider.
    """
    return sorted(workloads, key=_place)


def _place(load: Workload) -> tuple[int, timedelta, timedelta, int, ProviderId]:
    turn = load.turn
    return -turn.priority, load.day / turn.weight, load.week / turn.weight, -turn.weight, load.provider_id
