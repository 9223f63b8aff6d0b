"""The worker of the product with a clock that shows what is in a file, and that the file may move in either direction.

`python -m reliability.clocked_worker FILE`; PostgreSQL and its queue stay on their own clock.
"""

import sys
from datetime import datetime
from pathlib import Path

from adapters.security.clock import SystemClock
from entrypoints.container import Container
from entrypoints.wiring.root import single
from entrypoints.worker.main import main

_FILE = Path(sys.argv[1])


class _Clock(SystemClock):
    def now(self) -> datetime:
        return datetime.fromisoformat(_FILE.read_text(encoding="utf-8"))


class _Container(Container):
    @single
    def clock(self) -> SystemClock:
        return _Clock()


main(_Container)
