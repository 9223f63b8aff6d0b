"""The system clock, and one that test deployments move."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from booking_domain.shared.clock import Clock


class SystemClock(Clock):
    def now(self) -> datetime:
        return datetime.now(UTC)


class MovableClock(SystemClock):
    """Stands at the instant in a file, which the processes of a machine share. Without the file it is the system's."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        try:
            return datetime.fromisoformat(self._file.read_text(encoding="ascii"))
        except FileNotFoundError:
            return super().now()

    def move_to(self, instant: datetime) -> datetime:
        """Stand at the instant from now on, unless it is past; return the time."""
        now = max(instant.astimezone(UTC), self.now())
        written = self._file.with_name(f"{self._file.name}.{uuid4().hex}")
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(now.isoformat(), encoding="ascii")
        written.replace(self._file)
        return now
