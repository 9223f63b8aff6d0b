"""Parses untrusted feeds in the sandbox, each in a process of its own."""

import json
import logging
from datetime import UTC, datetime

from adapters.calendars.lines import LIMIT_EXCEEDED
from adapters.kit import sandbox
from booking_domain.scheduling.feeds import FeedUnreadable
from booking_domain.shared.time import TimeRange

_LOG = logging.getLogger(__name__)


class Sandbox:
    """Each file gets `cpu_seconds` of CPU time and `seconds` of elapsed time, at reduced priority.

    At most `max_processes` children run at a time; further files wait without a limit.
    """

    def __init__(
        self, *, cpu_seconds: int = 10, seconds: float = 30.0, memory_bytes: int = 1024**3, max_processes: int = 2
    ) -> None:
        self._sandbox = sandbox.Sandbox(
            "adapters.calendars.sandbox_child",
            cpu_seconds=cpu_seconds,
            seconds=seconds,
            memory_bytes=memory_bytes,
            max_processes=max_processes,
        )

    async def busy_times(self, file: bytes, *, window: TimeRange, time_zone: str) -> list[TimeRange]:
        """As `parsing.busy_times`; also raises `FeedUnreadable` if a limit is exceeded."""
        request = {"start": window.start.isoformat(), "end": window.end.isoformat(), "time_zone": time_zone}
        try:
            result = json.loads(await self._sandbox.run(file, request))
        except sandbox.LimitExceeded as exceeded:
            if exceeded.status is not None:
                _LOG.warning("calendar feed parser exited with status %d", exceeded.status)
            raise FeedUnreadable(why=LIMIT_EXCEEDED) from None
        if "why" in result:
            raise FeedUnreadable(why=result["why"])
        return [TimeRange(_instant(start), _instant(end)) for start, end in result["busy"]]

    async def close(self) -> None:
        """Cancel queued files and kill the parsers of running ones."""
        await self._sandbox.close()


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
