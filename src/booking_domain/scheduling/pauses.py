"""Pauses: parts of an appointment in which its provider is free for others, such as the time that a colour works.

>>> colour = (Pause(after_minutes=30, minutes=45),)
>>> appointment = TimeRange.parse("2026-11-24T10:00Z", "2026-11-24T12:00Z")
>>> for part in without(appointment, pauses_at(appointment.start, colour)):
...     print(f"{part.start:%H:%M}-{part.end:%H:%M}")
10:00-10:30
11:15-12:00
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from booking_domain.shared.checks import checks_types
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import MINUTES_A_DAY, TimeRange
from booking_domain.shared.values import dataclass

MAX_PAUSES: Final = 10


@dataclass(frozen=True, slots=True)
@checks_types
class Pause:
    """Minutes of an appointment in which its provider is free for others."""

    after_minutes: int
    """How long after the start of the appointment it begins."""
    minutes: int

    def __post_init__(self) -> None:
        least, most = 1, MINUTES_A_DAY
        for name, value in (("after_minutes", self.after_minutes), ("minutes", self.minutes)):
            if not least <= value <= most:
                raise InvalidValue(field=name, problem=f"must be between {least} and {most}")

    @property
    def until_minutes(self) -> int:
        """How long after the start of the appointment it ends."""
        return self.after_minutes + self.minutes

    def later(self, minutes: int) -> "Pause":
        """The pause, so many minutes later."""
        return Pause(self.after_minutes + minutes, self.minutes)


def require_pauses(pauses: Sequence[Pause], minutes: int, *, besides: tuple[str, ...] = ()) -> None:
    """Raise `InvalidValue` unless an appointment of this length can have these pauses.

    They are in order, and there is work before, between and after them.
    """
    if len(pauses) > MAX_PAUSES:
        raise InvalidValue(field="pauses", problem=f"at most {MAX_PAUSES} pauses")
    apart = all(one.until_minutes < other.after_minutes for one, other in pairwise(pauses))
    if not apart or (pauses and pauses[-1].until_minutes >= minutes):
        problem = "pauses must be in order, with work before, between and after them"
        raise InvalidValue(field="pauses", problem=problem, besides=besides)


def pauses_at(start: datetime, pauses: Iterable[Pause]) -> tuple[TimeRange, ...]:
    """When the pauses of an appointment with this start are."""
    return tuple(
        TimeRange(start + timedelta(minutes=each.after_minutes), start + timedelta(minutes=each.until_minutes))
        for each in pauses
    )


def without(whole: TimeRange, pauses: Sequence[TimeRange]) -> tuple[TimeRange, ...]:
    """What remains of a range without pauses in it, which are in order and do not touch."""
    if not pauses:
        return (whole,)
    return tuple(_between(whole, pauses))


def _between(whole: TimeRange, pauses: Iterable[TimeRange]) -> Iterator[TimeRange]:
    start = whole.start
    for pause in pauses:
        yield TimeRange(start, pause.start)
        start = pause.end
    yield TimeRange(start, whole.end)


def meet(parts: Iterable[TimeRange], others: Sequence[TimeRange]) -> bool:
    """Whether one of these ranges overlaps one of the others."""
    return any(part.overlaps(other) for part in parts for other in others)
