"""Parses untrusted files in a child process with CPU, memory and time limits.

A thread does not suffice: it cannot be killed, and a regular expression or a recurrence rule that never matches
(`FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30`) runs indefinitely while it holds the GIL. The cost of a rule cannot be predicted
from its text. A process has kernel-enforced limits, receives no secrets, and keeps no time zones from earlier files; it
costs about 0.1 s.
"""

import asyncio
import json
import logging
import os
import subprocess
import sys
import zoneinfo
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final

from adapters.calendars.lines import LIMIT_EXCEEDED
from booking_domain.scheduling.feeds import FeedUnreadable
from booking_domain.shared.time import TimeRange

_LOG = logging.getLogger(__name__)
_INHERITED_ENVIRONMENT: Final = ("LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONTZPATH", "SYSTEMROOT")
"""The only variables that the child inherits; none is secret."""


class Sandbox:
    """Each file gets `cpu_seconds` of CPU time and `seconds` of elapsed time, at reduced priority.

    At most `max_processes` children run at a time; further files wait without a limit.
    """

    def __init__(
        self, *, cpu_seconds: int = 10, seconds: float = 30.0, memory_bytes: int = 1024**3, max_processes: int = 2
    ) -> None:
        self._seconds = seconds
        self._cpu_seconds = cpu_seconds
        self._memory_bytes = memory_bytes
        self._threads = ThreadPoolExecutor(max_processes, thread_name_prefix="feed-parsers")

    async def busy_times(self, file: bytes, *, window: TimeRange, time_zone: str) -> list[TimeRange]:
        """As `parsing.busy_times`; also raises `FeedUnreadable` if a limit is exceeded."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._parse, file, window, time_zone)

    async def close(self) -> None:
        """Cancel queued files and wait for running ones."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    def _parse(self, file: bytes, window: TimeRange, time_zone: str) -> list[TimeRange]:
        request = {
            "start": window.start.isoformat(),
            "end": window.end.isoformat(),
            "time_zone": time_zone,
            "cpu_seconds": self._cpu_seconds,
            "memory_bytes": self._memory_bytes,
        }
        environment = {name: os.environ[name] for name in _INHERITED_ENVIRONMENT if name in os.environ}
        environment["PYTHONTZPATH"] = os.pathsep.join(zoneinfo.TZPATH)
        try:
            child = subprocess.run(  # noqa: S603 - fixed interpreter and module; the file is passed on stdin
                [sys.executable, "-P", "-W", "ignore", "-m", "adapters.calendars.sandbox_child", json.dumps(request)],
                input=file,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment | {"PYTHONPATH": os.pathsep.join(filter(None, map(os.path.abspath, sys.path)))},
                timeout=self._seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise FeedUnreadable(why=LIMIT_EXCEEDED) from None
        if child.returncode:
            _LOG.warning("calendar feed parser exited with status %d", child.returncode)
            raise FeedUnreadable(why=LIMIT_EXCEEDED)
        result = json.loads(child.stdout)
        if "why" in result:
            raise FeedUnreadable(why=result["why"])
        return [TimeRange(_instant(start), _instant(end)) for start, end in result["busy"]]


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
