"""The machine's clock."""

from datetime import UTC, datetime

from booking_domain.shared.clock import Clock


class SystemClock(Clock):
    """What the operating system says."""

    def now(self) -> datetime:
        return datetime.now(UTC)
