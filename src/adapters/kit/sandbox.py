"""Runs a module on untrusted content in a child process with CPU, memory and time limits.

A thread does not suffice: it cannot be killed, and a decoder or a recurrence rule may run indefinitely while it holds
the GIL. The cost cannot be predicted from the content. A process has kernel-enforced limits, receives no secrets, and
keeps nothing from earlier content; it costs about 0.1 s.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from adapters.kit.zone_data import interpreter_environment


class LimitExceeded(Exception):
    """The child used too much time or memory, crashed or was killed; `status` is its exit status, if it has one."""

    def __init__(self, status: int | None = None) -> None:
        self.status = status
        super().__init__(status)


class Sandbox:
    """Runs `module` once per content: request as JSON in argv, content on stdin, answer on stdout.

    Each run gets `cpu_seconds` of CPU time, `memory_bytes` of address space and `seconds` of elapsed time. At most
    `max_processes` children run at a time; further contents wait without a limit. The module calls `limit_resources`
    first.
    """

    def __init__(
        self, module: str, *, cpu_seconds: int = 10, seconds: float = 30.0, memory_bytes: int, max_processes: int = 2
    ) -> None:
        self._module = module
        self._seconds = seconds
        self._limits = {"cpu_seconds": cpu_seconds, "memory_bytes": memory_bytes}
        self._threads = ThreadPoolExecutor(max_processes, thread_name_prefix=f"sandbox-{module}")
        self._children: set[subprocess.Popen[bytes]] = set()
        self._closing = False

    async def run(self, content: bytes, request: Mapping[str, Any]) -> bytes:
        """Return the output of the child.

        Raises:
            LimitExceeded: the child exceeded a limit, crashed or was killed.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, content, request)

    async def close(self) -> None:
        """Cancel waiting runs, and kill running children."""
        self._closing = True
        for child in tuple(self._children):
            child.kill()
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    def _run(self, content: bytes, request: Mapping[str, Any]) -> bytes:
        argument = json.dumps({**request, **self._limits})
        with subprocess.Popen(  # noqa: S603 - fixed interpreter and module; the content is passed on stdin
            [sys.executable, "-P", "-W", "ignore", "-m", self._module, argument],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=interpreter_environment(),
        ) as child:
            self._children.add(child)
            try:
                if self._closing:
                    raise LimitExceeded
                answer, _ = child.communicate(content, timeout=self._seconds)
            except subprocess.TimeoutExpired:
                raise LimitExceeded from None
            finally:
                child.kill()  # has no effect on a child that has ended
                self._children.remove(child)
        if child.returncode:
            raise LimitExceeded(child.returncode)
        return answer


def limit_resources(*, cpu_seconds: int, memory_bytes: int) -> None:
    """Set kernel limits and lower the priority. Windows has neither; there only the parent's timeout applies."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415

        os.nice(10)
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
