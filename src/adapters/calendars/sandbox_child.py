"""The child process of `sandbox`: JSON request in argv, file on stdin, JSON result on stdout."""

import json
import sys
from datetime import datetime

from adapters.calendars.parsing import busy_times
from adapters.kit.sandbox import limit_resources
from booking_domain.scheduling.feeds import FeedUnreadable
from booking_domain.shared.time import TimeRange, time_zone


def main() -> None:
    request = json.loads(sys.argv[1])
    limit_resources(cpu_seconds=request["cpu_seconds"], memory_bytes=request["memory_bytes"])
    window = TimeRange(datetime.fromisoformat(request["start"]), datetime.fromisoformat(request["end"]))
    result: dict[str, object]
    try:
        busy = busy_times(sys.stdin.buffer.read(), window=window, zone=time_zone(request["time_zone"]))
        result = {"busy": [(int(each.start.timestamp()), int(each.end.timestamp())) for each in busy]}
    except FeedUnreadable as unreadable:
        result = {"why": unreadable.why}
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main()
