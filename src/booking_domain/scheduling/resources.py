"""Resources: what appointments need beside their provider, such as rooms, chairs and machines.

A resource has units that can stand in for one another. An appointment takes as many as its services need, each for its
whole blocked range:

>>> def taken(*texts: str) -> ResourceUnit:
...     return ResourceUnit(taken=tuple(TimeRange.parse(*text.split()) for text in texts))
>>> chairs = RequiredResource(
...     units=(taken("2026-11-24T10:00Z 2026-11-24T11:00Z"), taken("2026-11-24T11:00Z 2026-11-24T12:00Z"))
... )
>>> def is_free(start: str, end: str) -> bool:
...     return chairs.free(TimeRange.parse(f"2026-11-24T{start}Z", f"2026-11-24T{end}Z"))
>>> is_free("10:00", "11:00"), is_free("10:30", "11:30")
(True, False)
"""

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final

from booking_domain.shared.checks import checks_types
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ResourceId
from booking_domain.shared.time import TimeRange
from booking_domain.shared.values import dataclass

MAX_UNITS: Final = 100
MAX_NEEDS: Final = 10


@dataclass(frozen=True, slots=True)
@checks_types
class ResourceNeed:
    """How many units of a resource an appointment needs."""

    resource_id: ResourceId
    quantity: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.quantity <= MAX_UNITS:
            raise InvalidValue(field="quantity", problem=f"must be between 1 and {MAX_UNITS}")


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_types
class ResourceUnit:
    """One of the units of a resource, with the times when others have taken it, in any order."""

    taken: tuple[TimeRange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_types
class RequiredResource:
    """The units of a resource, and how many of them each appointment of a calendar needs."""

    units: tuple[ResourceUnit, ...]
    needed: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.needed <= MAX_UNITS:
            raise InvalidValue(field="needed", problem=f"must be between 1 and {MAX_UNITS}")
        if len(self.units) > MAX_UNITS:
            raise InvalidValue(field="units", problem=f"at most {MAX_UNITS} units")

    def free(self, blocked: TimeRange) -> bool:
        """Whether as many units as are needed are free, each during the whole range."""
        free = sum(not any(each.overlaps(blocked) for each in unit.taken) for unit in self.units)
        return free >= self.needed

    def closed(self, need: int, before: int) -> Iterator[tuple[int, int]]:
        """The pairs between which no appointment starts because too few units are free: see `slots`.

        Its blocked range begins `before` seconds before its start and ends `need` seconds after it.
        """
        enough = len(self.units) - self.needed
        if enough < 0:
            yield _ALWAYS
            return
        steps: dict[int, int] = {}
        for unit in self.units:
            for first, after in _merged((each.lower - need + 1, each.upper + before) for each in unit.taken):
                steps[first] = steps.get(first, 0) + 1
                steps[after] = steps.get(after, 0) - 1
        times = sorted(steps)
        counts = accumulate(steps[time] for time in times)
        since: int | None = None
        for time, count in zip(times, counts, strict=True):
            if count > enough and since is None:
                since = time
            elif count <= enough and since is not None:
                yield since - 1, time
                since = None


_ALWAYS: Final = (-(2**40), 2**40)


def _merged(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The union of half-open ranges of integers, as disjoint ranges in order."""
    start: int | None = None
    end = 0
    for first, after in sorted(ranges):
        if start is not None and first <= end:
            end = max(end, after)
            continue
        if start is not None:
            yield start, end
        start, end = first, after
    if start is not None:
        yield start, end


def most_needed(needs: Iterable[ResourceNeed]) -> tuple[ResourceNeed, ...]:
    """What services of one appointment need together: of each resource as much as the one that needs the most."""
    most: dict[ResourceId, int] = {}
    for need in needs:
        most[need.resource_id] = max(need.quantity, most.get(need.resource_id, 0))
    return tuple(ResourceNeed(*each) for each in most.items())
