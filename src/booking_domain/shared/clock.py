"""The clock port. Rules take the time from it alone, never from the database."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The current time."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC. It may jump forwards and backwards."""
        ...
