"""Computations outside the process: the event loop and the interpreter lock stay free for all other requests.

Slots are computed in pure Python. On a thread, such a computation competes for the interpreter lock with every other
request; in a process of its own it competes only for a processor. A process is started when it is first needed, and
killed if a computation takes too long: that is the bound on the processor time of one request.
"""

import asyncio
import os
import pickle
import signal
import sys
from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar

import structlog

from adapters.kit.zone_data import interpreter_environment
from booking_domain.shared.errors import DomainError
from booking_domain.shared.rate_limits import ServiceBusy
from entrypoints.processes import die_with_parent

SECONDS: Final = 10.0
_LENGTH_BYTES: Final = 8
_CHILD: Final = "entrypoints.http.kit.computers"
_NICENESS: Final = 5
"""The event loop goes first where processors are scarce."""
_log: Final = structlog.get_logger()

Result = TypeVar("Result")


class Computing(Protocol):
    """Runs computations."""

    running: int
    """How many run now."""
    failed: int
    """How many took too long, or died."""

    async def run(self, work: Callable[[], Result]) -> Result:
        """Return the result of `work`, or raise its error.

        Raises:
            ServiceBusy: the computation took too long.
        """
        ...

    async def close(self) -> None:
        """Stop."""
        ...


class InlineComputer(Computing):
    """Runs computations here and now; for tests."""

    running = failed = 0

    async def run(self, work: Callable[[], Result]) -> Result:
        return work()

    async def close(self) -> None:
        """Do nothing."""


class ProcessComputer(Computing):
    """Runs each computation in one of its processes, as many as run at once.

    `work` is pickled: a `functools.partial` of a function of a module, with values of the domain. Its errors are domain
    errors, which are made again from their parameters.
    """

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._idle: list[asyncio.subprocess.Process] = []
        self._all: set[asyncio.subprocess.Process] = set()
        self.running = self.failed = 0

    async def run(self, work: Callable[[], Result]) -> Result:
        request = pickle.dumps(work, pickle.HIGHEST_PROTOCOL)
        process = self._idle.pop() if self._idle else await self._start()
        self.running += 1
        try:
            async with asyncio.timeout(self._seconds):
                answer = await _exchange(process, request)
        except BaseException as error:
            self._kill(process)  # it may still compute
            if isinstance(error, (TimeoutError, asyncio.IncompleteReadError, OSError)):
                self.failed += 1
                _log.warning("computation.failed", error=type(error).__name__)
                raise ServiceBusy from None
            raise
        finally:
            self.running -= 1
        self._idle.append(process)
        succeeded, *parts = pickle.loads(answer)  # noqa: S301 - our own process wrote it
        if succeeded:
            result: Result = parts[0]
            return result
        kind, parameters = parts
        raise kind(**parameters)

    async def close(self) -> None:
        for process in tuple(self._all):
            self._kill(process)
            await process.wait()

    async def _start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            _CHILD,
            str(os.getpid()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=interpreter_environment(),
        )
        self._all.add(process)
        return process

    def _kill(self, process: asyncio.subprocess.Process) -> None:
        self._all.discard(process)
        if process.returncode is None:
            process.kill()


async def _exchange(process: asyncio.subprocess.Process, request: bytes) -> bytes:
    written, read = process.stdin, process.stdout
    if written is None or read is None:
        raise RuntimeError("the process has no pipes")
    written.write(len(request).to_bytes(_LENGTH_BYTES) + request)
    await written.drain()
    length = int.from_bytes(await read.readexactly(_LENGTH_BYTES))
    return await read.readexactly(length)


def _compute() -> None:
    """Read computations from stdin and write their results to stdout, in the child process, until stdin is closed."""
    die_with_parent(signal.SIGKILL, int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    os.nice(_NICENESS)
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while head := requests.read(_LENGTH_BYTES):
        answer = _answer_of(requests.read(int.from_bytes(head)))
        answers.write(len(answer).to_bytes(_LENGTH_BYTES) + answer)
        answers.flush()


def _answer_of(request: bytes) -> bytes:
    """Run the pickled computation, and pickle its result or its domain error."""
    answer: tuple[Any, ...]
    try:
        answer = (True, pickle.loads(request)())  # noqa: S301 - our own parent wrote it
    except DomainError as error:
        answer = (False, type(error), error.parameters)
    return pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    _compute()
