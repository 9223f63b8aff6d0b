"""The clock port. One clock decides: rules never ask the database what time it is."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC. It may jump either way; nothing may rely on its being monotonic."""
        ...
