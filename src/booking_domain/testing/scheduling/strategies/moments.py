"""Instants, ranges, and clocks that jump."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from hypothesis import strategies as st

from booking_domain.shared.time import TimeRange
from booking_domain.testing.shared.memory.clock import ManualClock

MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)


def midnight(day: date) -> datetime:
    """The date's midnight in UTC: within a day of anything that happens on that date anywhere."""
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
    """A clock that moves on each time it is looked at, as far as it was told to, and then stands still."""

    def __init__(self, now: datetime, jumps: Sequence[timedelta]) -> None:
        super().__init__(now)
        self._jumps = list(jumps)

    def now(self) -> datetime:
        """Tell the time, and jump."""
        now = super().now()
        if self._jumps:
            self.advance(self._jumps.pop(0))
        return now

    def __repr__(self) -> str:
        return f"JumpingClock({super().now()!r}, {self._jumps!r})"


def jumps(*, backwards: bool = False) -> st.SearchStrategy[timedelta]:
    """How far a clock moves at once: often right to where holds lapse or payments are due; back too, if it may."""
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
    """Clocks: some stand still until they are told to move, some jump each time they are looked at.

    Args:
        start: What they show first; any instant of these years, if nothing is said.
        backwards: Whether they may jump back, as a clock that is set right does.
    """
    first = instants() if start is None else st.just(start)
    return st.builds(ManualClock, first) | st.builds(
        JumpingClock, first, st.lists(jumps(backwards=backwards), min_size=1, max_size=10)
    )
