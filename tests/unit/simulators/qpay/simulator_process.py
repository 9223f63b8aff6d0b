"""Runs the simulator as a separate process on a free port."""

import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from tests.gates import PATIENCE_SECONDS
from tests.ports import free_port
from tests.programs import Fork, environment

PAUSE_SECONDS = 0.01


def start(port: int, state: Path) -> Fork:
    """Start the simulator, with its output in a file beside the state."""
    return run("simulators.qpay", port, state)


def run(module: str, port: int, state: Path, *more: str) -> Fork:
    arguments = [module, "--host", "127.0.0.1", "--port", str(port), "--state", str(state), *more]
    return Fork(arguments, environment({}), log_of(state))


def log_of(state: Path) -> Path:
    return state.with_suffix(".log")


class SimulatorProcess:
    def __init__(self, state: Path, *, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.state = state
        self.process = self.start()

    def start(self) -> Fork:
        return start(self.port, self.state)

    def __enter__(self) -> Self:
        deadline = time.monotonic() + PATIENCE_SECONDS
        with httpx.Client(base_url=self.url, timeout=1.0, trust_env=False) as client:
            while True:
                try:
                    client.get("/simulator/health").raise_for_status()
                except httpx.TransportError:
                    assert self.process.poll() is None, f"the simulator exited with status {self.process.returncode}"
                    assert time.monotonic() < deadline, "the simulator did not start before the deadline"
                    time.sleep(PAUSE_SECONDS)
                else:
                    return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise

    def stop(self, number: signal.Signals) -> int:
        """Send a signal; return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)
