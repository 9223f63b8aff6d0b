"""The processes that `run` looks after: one that dies is started again, one that keeps dying ends everything."""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from entrypoints.processes import die_with_parent

GRACE_SECONDS: Final = 15
MOST_STARTS: Final = 5
WITHIN_SECONDS: Final = 30.0


class Part:
    """One process, and how often it was started lately."""

    def __init__(self, name: str, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
        self.name = name
        self._command = [sys.executable, *arguments]
        self._environ = environ
        self._starts: deque[float] = deque(maxlen=MOST_STARTS)
        self._process = self._started()

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def start_again(self) -> bool:
        """Start it again; False if it has been started too often for that to help."""
        if len(self._starts) == MOST_STARTS and time.monotonic() - self._starts[0] < WITHIN_SECONDS:
            return False
        self._process = self._started()
        return True

    def ask_to_stop(self) -> None:
        """Ask, and do not wait."""
        if self.exit_code is None:
            self._process.terminate()

    def wait(self, seconds: float) -> None:
        """Wait for its end, and bring it about if it takes longer."""
        try:
            self._process.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            print(f"{self.name} did not stop within {GRACE_SECONDS} s and is killed.", file=sys.stderr)
            self._process.kill()
            self._process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        self._starts.append(time.monotonic())
        return subprocess.Popen(  # noqa: S603
            self._command,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            # Ctrl-C in a terminal reaches the whole group; here only we hear it, and stop each part in good order.
            start_new_session=True,
            preexec_fn=partial(die_with_parent, signal.SIGTERM, os.getpid()),  # noqa: PLW1509 - we have no threads by now
        )


def stop(parts: Sequence[Part]) -> None:
    """Stop all of them, at once."""
    for part in parts:
        part.ask_to_stop()
    deadline = time.monotonic() + GRACE_SECONDS
    for part in parts:
        part.wait(deadline - time.monotonic())
