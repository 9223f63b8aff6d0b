"""Instants, ranges and clocks that jump."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from hypothesis import strategies as st

from booking_domain.shared.time import TimeRange
from booking_domain.testing.clock import ManualClock

MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)


def midnight(day: date) -> datetime:
    """Return midnight UTC of the date, which is within a day of that date in every time zone."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def instants(*, first_year: int = 2026, last_year: int = 2034) -> st.SearchStrategy[datetime]:
    """Instants in UTC of these years, to the microsecond."""
    return st.datetimes(
        min_value=datetime(first_year, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
        max_value=datetime(last_year + 1, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    )


def minutes_from(start: datetime, before: int, after: int) -> st.SearchStrategy[datetime]:
    """Whole minutes from `before` minutes before `start` to `after` minutes after it."""
    return st.integers(-before, after).map(lambda minutes: start + minutes * MINUTE)


def spans(start: datetime, before: int, after: int, *, longest: int) -> st.SearchStrategy[TimeRange]:
    """Ranges of whole minutes that start in the given minutes around `start`, at most `longest` minutes long."""
    return st.builds(
        lambda at, minutes: TimeRange(at, at + minutes * MINUTE),
        minutes_from(start, before, after),
        st.integers(1, longest),
    )


class JumpingClock(ManualClock):
    """A clock that advances by the given steps each time it is read, and then stops."""

    def __init__(self, now: datetime, jumps: Sequence[timedelta]) -> None:
        super().__init__(now)
        self._jumps = list(jumps)

    def now(self) -> datetime:
        """Return the time and jump."""
        now = super().now()
        if self._jumps:
            self.advance(self._jumps.pop(0))
        return now

    def __repr__(self) -> str:
        return f"JumpingClock({super().now()!r}, {self._jumps!r})"


def jumps(*, backwards: bool = False) -> st.SearchStrategy[timedelta]:
    """Clock steps, often exactly to where holds expire or payments are due; also backwards if allowed."""
    ahead = [
        timedelta(0),
        timedelta(microseconds=1),
        timedelta(seconds=1),
        *(timedelta(minutes=minutes) for minutes in (1, 4, 5, 5, 15, 15, 30, 60)),
        timedelta(hours=12),
        timedelta(days=1),
        timedelta(days=7),
    ]
    back = [-timedelta(seconds=1), -timedelta(minutes=5), -timedelta(hours=1)] if backwards else []
    return st.sampled_from([*ahead, *back])


def clocks(start: datetime | None = None, *, backwards: bool = False) -> st.SearchStrategy[ManualClock]:
    """Clocks: some stand still until they are advanced, some jump each time they are read.

    Args:
        start: The initial time; by default any instant.
        backwards: Whether they can jump back, like a corrected clock.
    """
    first = instants() if start is None else st.just(start)
    return st.builds(ManualClock, first) | st.builds(
        JumpingClock, first, st.lists(jumps(backwards=backwards), min_size=1, max_size=10)
    )
