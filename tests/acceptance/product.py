"""The product as its users run it: programs of their own, a folder of their own, ports of their own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import httpx
import psycopg

CHECKOUT: Final = Path(__file__).parents[2]
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 20.0
_NOT_THEIRS: Final = ("BOOKING_", "QPAY_", "DATABASE_URL", "HOST", "PORT", "SIMULATOR_PORT")

Found = TypeVar("Found")


def eventually(look: Callable[[], Found], *, within: float, what: str) -> Found:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {within} s: {what}"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(settings: Mapping[str, str], *, traced: bool = False) -> dict[str, str]:
    """The environment of a program that is told these settings, and none by whoever runs the tests.

    Only one that is `traced` is looked on by coverage, which makes it twice as slow.
    """
    not_theirs = _NOT_THEIRS if traced else (*_NOT_THEIRS, "COVERAGE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(not_theirs)}
    return {**kept, "PYTHONPATH": str(CHECKOUT / "src"), "PYTHONUNBUFFERED": "1", **settings}


def command_line(command: str) -> list[str]:
    return [sys.executable, "-m", "entrypoints.cli", command]


class Program:
    """A process whose output is kept in a file."""

    def __init__(self, command: Sequence[str], log: Path, settings: Mapping[str, str], *, traced: bool = False) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603
                command,
                env=environment(settings, traced=traced),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_until(self, look: Callable[[], Found], what: str) -> Found:
        """As `eventually`; fails at once if the program ends."""

        def looked() -> Found:
            assert self.process.poll() is None, f"ended with {self.process.returncode}, not {what}:\n{self.said}"
            return look()

        return eventually(looked, within=START_SECONDS, what=what)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal to the process alone; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """Kill the process and its group."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Server:
    """An API that answers, and the database behind it."""

    def __init__(self, port: int, database_url: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.database_url = database_url
        self.http = httpx.Client(base_url=f"{self.url}/api/v1", timeout=15.0, trust_env=False)

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            return connection.execute(query.encode(), values or None).fetchall()

    def number(self, query: str, *values: Any) -> int:
        """The one number that the query asks for."""
        [[found]] = self.sql(query, *values)
        return int(found)

    def live(self) -> bool:
        try:
            return self.http.get("/health/ready").is_success
        except httpx.TransportError:
            return False


class Api(Server):
    """The API alone, on a database that is there."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self.port = free_port()
        super().__init__(self.port, database_url)
        self.log = folder / "api.log"
        self._settings = {
            "DATABASE_URL": database_url,
            "PORT": str(self.port),
            "BOOKING_DATA_DIR": str(folder / "data"),
            **settings,
        }
        self.start()

    def start(self) -> None:
        self._program = Program(command_line("api"), self.log, self._settings)
        self._program.wait_until(self.live, "ready")

    def kill(self) -> None:
        """SIGKILL to all of it."""
        self._program.kill()

    def kill_processes_that_serve(self) -> None:
        """SIGKILL to those that answer requests; their parent lives, and replaces them."""
        for process in self.processes():
            os.kill(process, signal.SIGKILL)

    def processes(self) -> list[int]:
        """Those that answer requests."""
        parent = self._program.process.pid
        return [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]

    def wait_until_live(self) -> None:
        self._program.wait_until(self.live, "live again")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()
        self._program.stop()


class Product(Server):
    """`run`: everything. `with` stops it."""

    def __init__(self, folder: Path, *, traced: bool = False, **settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.data = folder / "data"
        self.messages = self.data / "messages"
        self.port, self.simulator_port = free_port(), free_port()
        self.simulator_url = f"http://127.0.0.1:{self.simulator_port}"
        self.settings = {
            "BOOKING_DATA_DIR": str(self.data),
            "PORT": str(self.port),
            "SIMULATOR_PORT": str(self.simulator_port),
            **settings,
        }
        self._traced = traced
        self._starts = 0
        super().__init__(self.port, "")
        self.start()

    def start(self) -> None:
        """Start it, and wait until it says that it is ready; `took` is how long that was."""
        self._starts += 1
        log = self.folder / f"run-{self._starts}.log"
        begun = time.monotonic()
        self.program = Program(command_line("run"), log, self.settings, traced=self._traced)
        banner = self.program.wait_until(lambda: _banner(self.program.said), "ready")
        self.took = time.monotonic() - begun
        self.database_url = banner["database"]
        assert self.live()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        return self.program.stop(number)

    def processes(self) -> dict[int, str]:
        """What runs of it, by process id: whoever names its data folder, or was told of it."""
        return processes_of(self.data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()
        try:
            self.program.stop()
        finally:
            for process in self.processes():  # those of a run that was killed, or did not stop
                os.kill(process, signal.SIGKILL)


def processes_of(data: Path) -> dict[int, str]:
    needle = str(data).encode()
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            told = (folder / "environ").read_bytes()
            ended = (folder / "stat").read_text().rpartition(")")[2].split()[0] in "ZX"
        except OSError:
            continue  # it has just ended, or is somebody else's
        if needle in command + told and not ended:
            found[int(folder.name)] = command.replace(b"\0", b" ").decode(errors="replace").strip()
    return found


def _banner(said: str) -> dict[str, str]:
    """Where everything is, by what it is called; nothing before everything was said."""
    if "Ctrl-C stops all of it." not in said:
        return {}
    return dict(re.findall(r"^  (\S.*?) {2,}(\S.*)$", said, re.MULTILINE))
