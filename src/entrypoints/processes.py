"""Linux features for child processes: end them when their parent dies, and name them."""

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NAME: Final = 15


def die_with_parent(number: signal.Signals, parent: int) -> None:
    """Receive this signal when the process `parent` dies, even by SIGKILL. Linux only; elsewhere it has no effect."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent:  # the parent died before the call
        os.kill(os.getpid(), number)


def name_process(name: str) -> None:
    """Show this name in `ps -o comm` and `top`, cut to 15 bytes. Linux only; elsewhere it has no effect."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode(), 0, 0, 0)
