"""A clock that stands still until it is told to move."""

from datetime import datetime, timedelta

from booking_domain.shared.clock import Clock
from booking_domain.shared.time import instant


class ManualClock(Clock):
    """Tells the time it was set to."""

    def __init__(self, now: datetime) -> None:
        self._now = instant(now, field="now")

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        """Jump to an instant, which may be an earlier one."""
        self._now = instant(now, field="now")

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by
