"""The processes of `run`: one that dies is restarted; one that keeps dying ends all of them."""

import multiprocessing
import os
import runpy
import signal
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from typing import Final

from entrypoints.processes import die_with_parent, name_process

GRACE_SECONDS: Final = 15
MOST_STARTS: Final = 5
WITHIN_SECONDS: Final = 30.0
_FORKS: Final = multiprocessing.get_context("fork")
_STOPS: Final = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})


class Part:
    """One process that runs a module as `python -m` does, and how often it was started lately.

    It is a fork of this process, which has imported most of what the parts need: each starts two seconds sooner.
    """

    def __init__(self, name: str, module: str, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
        self.name = name
        self._module = module
        self._arguments = arguments
        self._environ = environ
        self._starts: deque[float] = deque(maxlen=MOST_STARTS)
        self._process = self._started()

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.exitcode

    def start_again(self) -> bool:
        """Restart the process; return False if it has been restarted too often lately."""
        if len(self._starts) == MOST_STARTS and time.monotonic() - self._starts[0] < WITHIN_SECONDS:
            return False
        self._process = self._started()
        return True

    def ask_to_stop(self) -> None:
        """Send SIGTERM if the process runs; do not wait."""
        if self.exit_code is None:
            self._process.terminate()

    def wait(self, seconds: float) -> None:
        """Wait for the process to end; kill it after this many seconds."""
        self._process.join(max(0.0, seconds))
        if self.exit_code is None:
            print(f"{self.name} did not stop within {GRACE_SECONDS} s and was killed.", file=sys.stderr)
            self._process.kill()
            self._process.join()

    def _started(self) -> BaseProcess:
        self._starts.append(time.monotonic())
        process = _FORKS.Process(target=self._run, args=(os.getpid(),), name=self.name)
        # A signal that reaches the fork before it resets its handlers would run the parent's handler, and be lost.
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
        return process

    def _run(self, parent: int) -> None:
        # Ctrl-C reaches the whole process group of a terminal: leave it, so that only the parent stops the parts.
        os.setsid()
        die_with_parent(signal.SIGTERM, parent)
        name_process(f"booking {self.name}")
        for number in _STOPS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
        os.environ.update(self._environ)
        sys.argv[1:] = self._arguments
        runpy.run_module(self._module, run_name="__main__", alter_sys=True)


def stop(parts: Sequence[Part]) -> None:
    """Ask all parts to stop, then wait for them."""
    for part in parts:
        part.ask_to_stop()
    deadline = time.monotonic() + GRACE_SECONDS
    for part in parts:
        part.wait(deadline - time.monotonic())
