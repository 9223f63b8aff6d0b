"""Starts the guardian of a process that starts servers (`tests/guardian.py`)."""

import os
import signal
import sys
from pathlib import Path
from typing import Final
from uuid import uuid4

from entrypoints.processes import die_with_parent

_GUARDIAN: Final = Path(__file__).with_name("guardian.py")
MARK: Final = "STARTED_BY_TESTS"
SHELL: Final = "ENDS_WITH_SHELL"
"""The process id of the shell that runs the tests, in the environment: of a recipe of the Makefile."""


def guard() -> None:
    """Let what this process starts end with it; a process that a guarded one started is guarded already."""
    if MARK in os.environ or sys.platform != "linux":
        return
    shell = os.environ.pop(SHELL, None)
    if shell is not None:  # SIGTERM to `make` ends the shell, and would leave this process running
        die_with_parent(signal.SIGTERM, int(shell))
    mark = uuid4().hex
    os.posix_spawn(
        sys.executable,
        [sys.executable, "-I", "-S", os.fspath(_GUARDIAN), str(os.getpid()), f"{MARK}={mark}"],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)],
        setsid=True,  # Ctrl-C is for the tests
    )
    os.environ[MARK] = mark
