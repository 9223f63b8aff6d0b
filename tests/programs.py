"""Modules of the product as separate processes (`python -m`), with their output in a file.

An `Interpreter` takes two seconds of processor time to import the product. A `Fork` of a process that has imported it
starts at once; its command line and environment, as others see them, are those of the fork server.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from math import inf
from pathlib import Path
from typing import Any, Final

CHECKOUT: Final = Path(__file__).parents[1]
_NOT_THEIRS: Final = ("COVERAGE_", "BOOKING_", "QPAY_", "STRIPE_", "DATABASE_URL", "HOST", "PORT", "SIMULATOR_PORT")
_PAUSE_SECONDS: Final = 0.01


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a program with exactly these settings: none leaks in from the test run.

    Coverage does not measure the program, which it would make twice as slow.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_THEIRS)}
    return {**kept, "PYTHONPATH": str(CHECKOUT / "src"), "PYTHONUNBUFFERED": "1", **settings}


class Interpreter(subprocess.Popen[bytes]):
    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
        command = [sys.executable, "-m", *arguments]
        with log.open("ab") as output:
            super().__init__(
                command, env=environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )


class Fork:
    """Has the methods of `subprocess.Popen` that tests use."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
        log.touch()
        start = {"arguments": list(arguments), "environ": dict(environ), "log": str(log.absolute())}
        self.pid = int(_server().ask(start))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = _server().ask(self.pid)
        return self.returncode

    def wait(self, timeout: float = inf) -> int:
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            time.sleep(_PAUSE_SECONDS)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class _Server:
    """The process of `tests/fork_server.py`: one for each test process that asks for a fork."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-u", CHECKOUT / "tests" / "fork_server.py"],
            env=environment({}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for the tests
        )
        self._asking = threading.Lock()
        atexit.register(self._process.communicate)  # ends its input, and waits

    def ask(self, request: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        with self._asking:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())


_server = cache(_Server)
