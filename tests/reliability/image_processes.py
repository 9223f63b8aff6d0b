"""Runs the encoder's child process many times, without an interpreter for each image, and measures its memory.

`python -m tests.reliability.image_processes` imports what the child imports, and forks for each image. A line of JSON
and the image come in on stdin; on stdout leave a line of JSON (`status`, `peak` in bytes, `size`) and the answer.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any, Final

from tests.programs import CHECKOUT, environment

from adapters.images import child, encoding
from adapters.images.sandboxed import SandboxedImages
from adapters.kit.sandbox import LimitExceeded, Sandbox

MEMORY_BYTES: Final = 512 * 1024**2


class MeasuredImages(SandboxedImages):
    """The product's encoder; `peak` is the most memory that a process has needed. A careless one counts no pixels."""

    def __init__(self, *, careless: bool = False) -> None:
        super().__init__()
        self._sandbox: ForkingSandbox = ForkingSandbox(careless=careless)

    @property
    def peak(self) -> int:
        return max(self._sandbox.peaks)


class ForkingSandbox(Sandbox):
    def __init__(self, *, careless: bool) -> None:
        super().__init__("", memory_bytes=4 * MEMORY_BYTES if careless else MEMORY_BYTES, max_processes=1)
        self.peaks: list[int] = []
        self._asking = threading.Lock()
        self._server = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "tests.reliability.image_processes", *(["careless"] if careless else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment({}),
            cwd=CHECKOUT,
        )

    async def close(self) -> None:
        await super().close()
        self._server.communicate()  # ends its input, and waits

    def _run(self, content: bytes, request: Mapping[str, Any]) -> bytes:
        assert self._server.stdin
        assert self._server.stdout
        with self._asking:
            head = {"size": len(content), "argument": json.dumps({**request, **self._limits})}
            self._server.stdin.write(json.dumps(head).encode() + b"\n" + content)
            self._server.stdin.flush()
            ended = json.loads(self._server.stdout.readline())
            answer = self._server.stdout.read(ended["size"])
        self.peaks.append(ended["peak"])
        if ended["status"]:
            raise LimitExceeded(ended["status"])
        return answer


def _serve() -> None:
    while line := sys.stdin.buffer.readline():
        head = json.loads(line)
        status, peak, answer = _forked(head["argument"], sys.stdin.buffer.read(head["size"]))
        ended = {"status": status, "peak": peak, "size": len(answer)}
        sys.stdout.buffer.write(json.dumps(ended).encode() + b"\n" + answer)
        sys.stdout.buffer.flush()


def _forked(argument: str, content: bytes) -> tuple[int, int, bytes]:
    given, answered = os.pipe(), os.pipe()
    process = os.fork()
    if process == 0:
        sys.argv = ["", argument]
        os.dup2(given[0], 0)
        os.dup2(answered[1], 1)
        for end in (*given, *answered):
            os.close(end)
        sys.stdin, sys.stdout = os.fdopen(0, closefd=False), os.fdopen(1, "w", closefd=False)
        status = 1
        try:
            child.main()
            sys.stdout.flush()
            status = 0
        finally:
            os._exit(status)
    os.close(given[0])
    os.close(answered[1])
    with os.fdopen(given[1], "wb") as sent:
        sent.write(content)
    with os.fdopen(answered[0], "rb") as received:
        answer = received.read()
    _, status, usage = os.wait4(process, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024, answer


if __name__ == "__main__":
    os.nice = lambda _: 0  # else the test waits for all other tests
    if "careless" in sys.argv:
        encoding._count_pixels = lambda _: None  # type: ignore[assignment]
    _serve()
