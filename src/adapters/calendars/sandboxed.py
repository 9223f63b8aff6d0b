"""The program in the sandbox: an order as its argument, a file as its input, an answer in JSON."""

import json
import os
import sys
from datetime import datetime

from adapters.calendars.parsing import busy_times
from booking_domain.scheduling.feeds import FeedUnreadable
from booking_domain.shared.time import TimeRange, time_zone


def main() -> None:
    order = json.loads(sys.argv[1])
    _confine(cpu_seconds=order["cpu_seconds"], memory_bytes=order["memory_bytes"])
    window = TimeRange(datetime.fromisoformat(order["start"]), datetime.fromisoformat(order["end"]))
    answer: dict[str, object]
    try:
        busy = busy_times(sys.stdin.buffer.read(), window=window, zone=time_zone(order["time_zone"]))
        answer = {"busy": [(int(each.start.timestamp()), int(each.end.timestamp())) for each in busy]}
    except FeedUnreadable as unreadable:
        answer = {"why": unreadable.why}
    sys.stdout.write(json.dumps(answer))


def _confine(*, cpu_seconds: int, memory_bytes: int) -> None:
    """Let the kernel end us, and let everybody else go first. Windows has none of it: there only the clock ends us."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415

        os.nice(10)
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
