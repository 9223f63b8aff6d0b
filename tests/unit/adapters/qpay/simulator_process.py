"""Runs the simulator as a separate process on a free port."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from tests.ports import free_port

SOURCES = Path(__file__).parents[4] / "src"
START_SECONDS = 30.0
STOP_SECONDS = 20.0


def command(port: int, state: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "adapters.qpay.simulator"),
        *("--host", "127.0.0.1", "--port", str(port), "--state", str(state)),
    ]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(SOURCES)}


class SimulatorProcess:
    def __init__(self, state: Path, *, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.state = state
        self.process = subprocess.Popen(self.command(), env=environment())  # noqa: S603

    def command(self) -> list[str]:
        return command(self.port, self.state)

    def __enter__(self) -> Self:
        deadline = time.monotonic() + START_SECONDS
        with httpx.Client(base_url=self.url, timeout=1.0, trust_env=False) as client:
            while True:
                try:
                    client.get("/simulator/health").raise_for_status()
                except httpx.TransportError:
                    assert self.process.poll() is None, f"the simulator exited with status {self.process.returncode}"
                    assert time.monotonic() < deadline, "the simulator did not start before the deadline"
                else:
                    return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise

    def stop(self, number: signal.Signals) -> int:
        """Send a signal; return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)
