"""A clock that stands still until it is told to move."""

from datetime import datetime, timedelta

from booking_domain.shared.clock import Clock
from booking_domain.shared.time import instant


class ManualClock(Clock):
    """Returns the time that it was set to."""

    def __init__(self, now: datetime) -> None:
        self._now = instant(now, field="now")

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        """Set the clock, forwards or backwards."""
        self._now = instant(now, field="now")

    def advance(self, by: timedelta) -> None:
        """Advance the clock."""
        self._now += by
