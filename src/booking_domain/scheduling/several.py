"""Slots that several calendars offer together: all of them, any of them, or some of each pool.

A treatment needs Anna or Bold, a room, and two of three chairs:

>>> from datetime import UTC, datetime
>>> from booking_domain.scheduling import Calendar, Hours, TimeRange, WeeklyRule
>>> def open_at(hours: str) -> Diarised:
...     return Calendar(time_zone="UTC", rules=WeeklyRule.every_day(Hours.parse(hours))), ()
>>> staff = Pool({"anna": open_at("09:00-11:00"), "bold": open_at("10:00-12:00")})
>>> room = Pool({"room": open_at("09:00-12:00")})
>>> now = datetime(2026, 11, 23, tzinfo=UTC)
>>> window = TimeRange.parse("2026-11-24T00:00Z", "2026-11-25T00:00Z")
>>> found = offered_together([staff, room], window=window, now=now, duration_minutes=60)
>>> for slot, free in found.items():
...     print(f"{slot.start:%H:%M}", *free)
09:00 ('anna',) ('room',)
09:30 ('anna',) ('room',)
10:00 ('anna', 'bold') ('room',)
10:30 ('bold',) ('room',)
11:00 ('bold',) ('room',)
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.model import Calendar, Slot
from booking_domain.scheduling.slots import claims_of, offered_slots, taken_places
from booking_domain.scheduling.workloads import least_busy, workload
from booking_domain.shared.checks import require_type
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.time import TimeRange
from booking_domain.shared.turns import EQUAL, Turn

Diarised = tuple[Calendar, Iterable[Claim]]
"""A calendar with its claims."""


@dataclass(frozen=True)
class Pool:
    """Calendars that can stand in for one another, by name, in the order of preference; an appointment needs some."""

    members: Mapping[str, Diarised]
    needed: int = 1
    turns: Mapping[str, Turn] = field(default_factory=dict)
    """The weights and priorities of members; of those who are not named, all are equal."""

    def __post_init__(self) -> None:
        require_type("members", self.members, Mapping)
        require_type("needed", self.needed, int)
        require_type("turns", self.turns, Mapping)
        if not self.turns.keys() <= self.members.keys():
            raise InvalidValue(field="turns", problem="only members of the pool take turns")
        if not 1 <= self.needed <= len(self.members):
            raise InvalidValue(field="needed", problem=f"must be between 1 and {len(self.members)}")


def all_of(members: Mapping[str, Diarised]) -> list[Pool]:
    """The pools of an appointment that needs each of these calendars."""
    return [Pool({name: each}) for name, each in members.items()]


def offered_together(
    pools: Iterable[Pool], *, window: TimeRange, now: datetime, duration_minutes: int
) -> dict[Slot, tuple[tuple[str, ...], ...]]:
    """The slots that enough members of every pool offer, in order, each with the free members of each pool.

    Raises:
        InvalidValue: a calendar is in two pools, or `offered_slots` refuses an argument.
    """
    pools = tuple(pools)
    names = [name for pool in pools for name in pool.members]
    if len(set(names)) < len(names):
        raise InvalidValue(field="pools", problem="each calendar is in one pool")
    free = [_free(pool, window, now, duration_minutes) for pool in pools]
    common = set.intersection(*(set(each) for each in free)) if free else set()
    return {slot: tuple(tuple(each[slot]) for each in free) for slot in sorted(common)}


def _free(pool: Pool, window: TimeRange, now: datetime, minutes: int) -> dict[Slot, list[str]]:
    found: dict[Slot, list[str]] = {}
    for name, (calendar, claims) in pool.members.items():
        for slot in offered_slots(calendar, claims, window=window, now=now, duration_minutes=minutes):
            found.setdefault(slot, []).append(name)
    return {slot: names for slot, names in found.items() if len(names) >= pool.needed}


def chosen(pool: Pool, free: Sequence[str], *, at: datetime, now: datetime) -> tuple[str, ...]:
    """Of the free members as many as are needed: those whose turn it is on the date of `at` (`least_busy`).

    Among equals the order of the pool decides. Members whose class at `at` has begun to fill come first.
    """
    names = [name for name in pool.members if name in set(free)]
    loads, begun = [], set()
    for number, name in enumerate(names):
        calendar, claims = pool.members[name]
        claims = claims_of(claims)
        spans = [claim.span for claim in claims if claim.live(now)]
        if calendar.settings.capacity > 1 and any(each.start == at for each in taken_places(calendar, claims, now)):
            begun.add(number)
        turn = pool.turns.get(name, EQUAL)
        loads.append(workload(ProviderId(UUID(int=number)), spans, at=at, zone=calendar.time_zone, turn=turn))
    order = [load.provider_id.int for load in least_busy(loads)]
    order.sort(key=lambda number: number not in begun)
    return tuple(names[number] for number in order[: pool.needed])
