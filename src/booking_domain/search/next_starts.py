"""The next starts of a provider's shortest appointment, so that a search need not read the calendar of each hit.

They are those of one public version of the provider. As long as that is the present one, only time can change them, and
when it may is known: then, and for times that they do not cover, the calendar has to be asked.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Final, Self

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.time import MINUTES_A_DAY, TimeRange

DAYS_KNOWN: Final = 8
"""How many days, from the one on which they are found, the starts are known: a week from any moment of the first."""
MOST_STARTS: Final = 200
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class NextStarts:
    """When the shortest appointment may start. Minutes count from the midnight, in UTC, before `made_at`."""

    made_at: datetime
    until: datetime
    """From when on time alone may change more than that the first starts are past their notice."""
    notice_minutes: int
    known_minutes: int
    """All starts before this minute are known."""
    starts: Sequence[int]
    """In minutes, in order."""

    @classmethod
    def of(cls, starts: Iterable[datetime], *, made_at: datetime, until: datetime, notice_minutes: int) -> Self | None:
        """The starts, in order, in `days_known`; None: not all of them are at whole minutes."""
        midnight = _midnight(made_at)
        since = [start - midnight for start in islice(starts, MOST_STARTS + 1)]
        if any(each % _MINUTE for each in since):
            return None
        numbers = [each // _MINUTE for each in since]
        return cls(
            made_at=made_at,
            until=until,
            notice_minutes=notice_minutes,
            known_minutes=numbers.pop() if len(numbers) > MOST_STARTS else DAYS_KNOWN * MINUTES_A_DAY,
            starts=tuple(numbers),
        )

    def first(
        self, windows: Iterable[TimeRange], at: datetime, *, minutes: int, whole: bool, most: int
    ) -> tuple[TimeRange, ...] | None:
        """The first appointments of this length in the windows, one window after the other; None: they are not known.

        `whole`: those that end within their window, else those that start in it.
        """
        if not self.made_at <= at < self.until:
            return None
        midnight, length = _midnight(self.made_at), timedelta(minutes=minutes)
        earliest = at + timedelta(minutes=self.notice_minutes)
        found: list[TimeRange] = []
        for window in windows:
            last = window.end - length if whole else window.end - timedelta.resolution
            begin = bisect_left(self.starts, -((midnight - max(window.start, earliest)) // _MINUTE))
            for start in islice(self.starts, begin, None):
                opens = midnight + start * _MINUTE
                if opens > last or len(found) == most:
                    break
                found.append(TimeRange(opens, opens + length))
            if len(found) == most:
                break
            if last >= midnight + self.known_minutes * _MINUTE:
                return None
        return tuple(found)

    def unchanged_until(self, first: datetime | None) -> datetime:
        """When time alone may change the first appointments, of which the first one starts then."""
        if first is None:
            return self.until
        return min(self.until, first - timedelta(minutes=self.notice_minutes) + timedelta.resolution)


def days_known(now: datetime) -> TimeRange:
    """The time in which starts have to be known."""
    return TimeRange(now, _midnight(now) + timedelta(days=DAYS_KNOWN))


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.astimezone(UTC).date(), time(), UTC)
