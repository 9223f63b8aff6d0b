"""Parses strangers' files in a process of its own, which is killed when it takes too much.

A thread would not do: it cannot be killed, and both a regular expression and a recurrence rule that never matches
(`FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30`, or one a second) run for as long as their author likes, holding the lock of the
interpreter. No look at a rule beforehand says how long it takes. A process has limits of the kernel's, knows no
secrets, and forgets the zones that a file has defined; it costs a tenth of a second.
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

from adapters.calendars.lines import TOO_MUCH
from booking_domain.scheduling.feeds import FeedUnreadable
from booking_domain.shared.time import TimeRange

_LOG = logging.getLogger(__name__)
_NEEDED: Final = ("LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONTZPATH", "SYSTEMROOT")
"""All of the environment that a child gets; its secrets are not among them."""


class Sandbox:
    """A file has `cpu_seconds` of computing, and `seconds` on the clock, as it gives way to everybody else.

    At most `at_once` processes run; other files wait for as long as that takes.
    """

    def __init__(
        self, *, cpu_seconds: int = 10, seconds: float = 60.0, memory_bytes: int = 1024**3, at_once: int = 2
    ) -> None:
        self._seconds = seconds
        self._cpu_seconds = cpu_seconds
        self._memory_bytes = memory_bytes
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="feed-parsers")

    async def busy_times(self, file: bytes, *, window: TimeRange, time_zone: str) -> list[TimeRange]:
        """As `parsing.busy_times`; also `FeedUnreadable` when it takes too much."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._parse, file, window, time_zone)

    async def close(self) -> None:
        """Wait for what is being parsed, and parse nothing more."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    def _parse(self, file: bytes, window: TimeRange, time_zone: str) -> list[TimeRange]:
        order = {
            "start": window.start.isoformat(),
            "end": window.end.isoformat(),
            "time_zone": time_zone,
            "cpu_seconds": self._cpu_seconds,
            "memory_bytes": self._memory_bytes,
        }
        environment = {name: os.environ[name] for name in _NEEDED if name in os.environ}
        environment["PYTHONTZPATH"] = os.pathsep.join(zoneinfo.TZPATH)
        try:
            child = subprocess.run(  # noqa: S603 - our own interpreter and module; the file is its input
                [sys.executable, "-P", "-W", "ignore", "-m", "adapters.calendars.sandboxed", json.dumps(order)],
                input=file,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment | {"PYTHONPATH": os.pathsep.join(filter(None, map(os.path.abspath, sys.path)))},
                timeout=self._seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise FeedUnreadable(why=TOO_MUCH) from None
        if child.returncode:
            _LOG.warning("the parser of a calendar feed ended with %d", child.returncode)
            raise FeedUnreadable(why=TOO_MUCH)
        answer = json.loads(child.stdout)
        if "why" in answer:
            raise FeedUnreadable(why=answer["why"])
        return [TimeRange(_at(start), _at(end)) for start, end in answer["busy"]]


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
