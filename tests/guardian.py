"""Ends the programs that tests have started, once the process that runs the tests has ended, however it ended.

`python tests/guardian.py PID MARK` waits for the end of the process, also by SIGKILL. Then it ends every process whose
environment contains the mark: PostgreSQL servers, simulators, forks of the product, workers of pytest-xdist. Only Linux
can do this. `tests/guarded.py` starts it.
"""

import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PAUSE_SECONDS = 0.05
_PATIENT_ROUNDS = 100
"""PostgreSQL is told to stop at once, which frees its shared memory; what does not stop is killed."""


def main() -> None:
    process, mark = int(sys.argv[1]), sys.argv[2].encode()
    if os.getppid() == process:  # otherwise it has ended already
        ended = select.poll()
        ended.register(os.pidfd_open(process), select.POLLIN)
        ended.poll()
    rounds = 0
    while left := list(_marked(mark)):
        for pid, is_postgres in left:
            number = signal.SIGQUIT if is_postgres and rounds < _PATIENT_ROUNDS else signal.SIGKILL
            if rounds == 0 or number == signal.SIGKILL:
                _send(pid, number)
        time.sleep(_PAUSE_SECONDS)
        rounds += 1


def _marked(mark: bytes) -> Iterator[tuple[int, bool]]:
    """The processes with the mark, and whether each is PostgreSQL."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    yield int(folder.name), (folder / "comm").read_text().strip() == "postgres"
            except OSError:
                continue  # it has ended, or is another user's


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


if __name__ == "__main__":
    main()
