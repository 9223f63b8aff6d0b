"""Forks the workers of pytest-xdist from one process that has imported all tests (`tests/distribution.py` starts it).

It listens at the socket whose number is its first argument; the others are those of pytest. A connection sends the
standard streams of a worker (`tests/worker_client.py`), and stays open as long as the worker runs. The server ends at
the end of its input.
"""

import atexit
import gc
import os
import selectors
import signal
import socket
import sys
import threading
from types import ModuleType
from typing import NoReturn

import pytest

_STREAMS = 3


def main() -> None:
    worker = None
    with socket.socket(fileno=int(sys.argv[1])) as listener, selectors.DefaultSelector() as readable:
        _import_tests(sys.argv[2:])
        readable.register(sys.stdin, selectors.EVENT_READ)
        readable.register(listener, selectors.EVENT_READ)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the workers
        while worker is None and all(key.fileobj is listener for key, _ in readable.select()):
            worker = _forked(listener)
    if worker is not None:
        _be_a_worker(worker)
        _end()


def _import_tests(arguments: list[str]) -> None:
    """Collect the tests, and forget them: a worker collects them again, which takes a third of the time.

    If one of them serves the API in its process, make an application, which takes a second.
    """
    shown = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    pytest.main([*arguments, "-n", "0", "--dist", "no", "--collect-only", "-q"])
    sys.stdout.flush()
    os.dup2(shown, 1)
    os.close(shown)
    if (api := sys.modules.get("tests.unit.entrypoints.api")) is not None:
        api.make_ready()
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _forked(listener: socket.socket) -> socket.socket | None:
    """Accept a connection and fork; return the connection in the fork."""
    connection, _ = listener.accept()
    if os.fork() == 0:
        return connection
    connection.close()
    return None


def _be_a_worker(connection: socket.socket) -> None:
    """Be `python -c "import sys;exec(eval(sys.stdin.readline()))"`, as execnet starts a worker."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, _, _ = socket.recv_fds(connection, 1, _STREAMS)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.argv = ["-c"]
    sys.modules["__main__"] = ModuleType("__main__")
    exec(eval(sys.stdin.readline()), vars(sys.modules["__main__"]))  # noqa: S102, S307


def _end() -> NoReturn:
    """End as an interpreter does, but for the destruction of all objects, which takes a second."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
