"""`python -m benchmarks.serve TARGET PORT PROCESSES`: serves an application like `entrypoints.http.server`."""

import os
import signal
import sys

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels

from entrypoints.processes import die_with_parent

if __name__ == "__main__":
    die_with_parent(signal.SIGTERM, os.getppid())
    Granian(
        target=sys.argv[1],
        factory=True,
        interface=Interfaces.ASGI,
        address="127.0.0.1",
        port=int(sys.argv[2]),
        workers=int(sys.argv[3]),
        loop=Loops.uvloop,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
        log_access=False,
    ).serve()
