"""The processes of a benchmark: identically started servers, and the load generator."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import msgspec

from benchmarks.load_jobs import Job, Measurement

READY_WITHIN_SECONDS: Final = 120
JOB_SECONDS: Final = 60


class ProcessFailed(Exception):
    """A server did not start, or the load generator failed."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    pid: int

    def processor_seconds(self) -> float:
        """CPU time used so far by the server and its workers; 0 if the system does not report it."""
        try:
            workers = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        except OSError:
            return 0.0
        return processor_seconds(self.pid, *map(int, workers))


def processor_seconds(*pids: int) -> float:
    """CPU time used so far by these processes; 0 if the system does not report it."""
    try:
        stats = [Path(f"/proc/{pid}/stat").read_text() for pid in pids]
    except OSError:
        return 0.0
    ticks = sum(int(value) for stat in stats for value in stat.rpartition(")")[2].split()[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def processor_seconds_of_all(pid: int) -> float:
    """CPU time used so far by a process and its children, also by those that have ended; 0 if it is not reported."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ended = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
    except OSError:
        return 0.0
    return processor_seconds(pid, *map(int, children)) + sum(map(int, ended)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def log_of(name: str) -> Iterator[IO[bytes]]:
    """A file for what servers log, which would hide the tables. An error of the block names the file, and leaves it."""
    with tempfile.NamedTemporaryFile(prefix=f"{name}-", suffix=".log", delete=False) as log:
        try:
            yield log
        except BaseException as error:
            error.add_note(f"The servers' log is {log.name}.")
            raise
        Path(log.name).unlink()


@contextmanager
def served(target: str, environ: Mapping[str, str], *, processes: int = 1) -> Iterator[Server]:
    """Serve an ASGI application with granian during the block."""
    port = _free_port()
    with log_of(target.partition(":")[0]) as log:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "benchmarks.serve", target, str(port), str(processes)],
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # only this process receives Ctrl-C, and stops the server
        )
        try:
            _wait_for(process, port, target)
            yield Server(port, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def run_load(job: Job) -> Measurement:
    """Run a job in the load generator.

    Raises:
        ProcessFailed: a response was not the expected one.
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load_generator"],
        input=msgspec.msgpack.encode(job),
        capture_output=True,
        timeout=JOB_SECONDS,
        check=False,
    )
    if done.returncode:
        raise ProcessFailed(f"the load generator failed: {done.stderr.decode(errors='replace').strip()}")
    return msgspec.msgpack.decode(done.stdout, type=Measurement)


def _wait_for(process: subprocess.Popen[bytes], port: int, target: str) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise ProcessFailed(f"{target} did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
