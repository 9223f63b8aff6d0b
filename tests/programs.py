"""Modules of the product as separate processes (`python -m`), with their output in a file.

An `Interpreter` takes two seconds of processor time to import the product. A `Fork` of a process that has imported it
starts at once; its command line and environment, as others see them, are those of the fork server.

All workers of a test run ask one fork server (`share_forks`): making it takes three seconds of processor time.
"""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from math import inf
from pathlib import Path
from typing import Any, Final

CHECKOUT: Final = Path(__file__).parents[1]
_NOT_THEIRS: Final = (
    *("COVERAGE_", "PYTEST_", "BOOKING_", "QPAY_", "STRIPE_"),
    *("DATABASE_URL", "HOST", "PORT", "SIMULATOR_PORT"),
)
_SHARED: Final = "PYTEST_FORK_SERVER"
"""The address of the fork server of the test run, in the environment of its workers."""
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


def share_forks() -> None:
    """Let the workers that this process starts ask one fork server; it imports the product when the first one does."""
    os.environ[_SHARED] = _start_server()


def prepare_forks() -> None:
    """Let the shared fork server import the product now, whoever will ask it first."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.environ[_SHARED])


def _start_server() -> str:
    return start_server("fork_server.py", environ=environment({}))


def start_server(program: str, *arguments: str, environ: Mapping[str, str]) -> str:
    """Start a program of `tests` that listens at a socket and ends with this process; return its address."""
    address = str(Path(tempfile.mkdtemp()) / "forks")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, CHECKOUT / "tests" / program, str(listener.fileno()), *arguments],
            env=environ,
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            start_new_session=True,  # Ctrl-C is for the tests
        )
    atexit.register(process.communicate)  # ends its input, and waits
    return address


class _Server:
    """A connection with the fork server of the test run, or else of this process."""

    def __init__(self) -> None:
        with socket.socket(socket.AF_UNIX) as connection:  # the stream keeps it open
            connection.connect(os.environ.get(_SHARED) or _start_server())
            self._stream = connection.makefile("rw", encoding="utf-8")
        self._asking = threading.Lock()

    def ask(self, request: Any) -> Any:
        with self._asking:
            self._stream.write(json.dumps(request) + "\n")
            self._stream.flush()
            return json.loads(self._stream.readline())


_server = cache(_Server)
