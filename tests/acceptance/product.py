"""Runs the product as its users do: as separate programs, each with its own data folder and ports."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import httpx
import psycopg
from tests.databases import copy_migrated
from tests.gates import PATIENCE_SECONDS
from tests.ports import free_port
from tests.programs import Fork, Interpreter, environment

"""Safety timeout of every wait. No test measures time with it: it only ends a test that would hang."""
_FIRST_PAUSE_SECONDS: Final = 0.002
_LONGEST_PAUSE_SECONDS: Final = 0.05

BOUNDLESS: Final = {
    "BOOKING_UPCOMING_PER_CUSTOMER": "1000",
    "BOOKING_UPCOMING_UNVERIFIED": "1000",
    "BOOKING_EMAIL_UNVERIFIED_PER_DAY": "10000",
}
"""Settings with which a few customers, whom nobody verified, book a lot."""

Found = TypeVar("Found")


def eventually(look: Callable[[], Found], *, what: str) -> Found:
    """Poll `look` until it returns something truthy; return that.

    Raises:
        TimeoutError: it did not happen within PATIENCE_SECONDS.
    """
    deadline, pause = time.monotonic() + PATIENCE_SECONDS, _FIRST_PAUSE_SECONDS
    while not (found := look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {PATIENCE_SECONDS} s: {what}")
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
    return found


class Program:
    """A command of `entrypoints.cli` with its output in a file: a fork, or a new interpreter."""

    def __init__(self, command: str, log: Path, settings: Mapping[str, str], *, interpreter: bool = False) -> None:
        self.log = log
        arguments, environ = ["entrypoints.cli", command], environment(settings)
        self.process = (Interpreter if interpreter else Fork)(arguments, environ, log)

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_until(self, look: Callable[[], Found], what: str) -> Found:
        """`eventually`, but fail at once if the program ends."""

        def looked() -> Found:
            assert self.process.poll() is None, f"ended with {self.process.returncode}, not {what}:\n{self.said}"
            return look()

        return eventually(looked, what=what)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal to the process, not to its group; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """Kill the process and its group."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Server:
    """A running API, its database and its data folder."""

    def __init__(self, port: int, database_url: str, data: Path) -> None:
        self.data = data
        self.messages = data / "messages"
        self.url = f"http://127.0.0.1:{port}"
        self.database_url = database_url
        self.http = httpx.Client(base_url=f"{self.url}/api/v1", timeout=PATIENCE_SECONDS, trust_env=False)

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            return connection.execute(query.encode(), values or None).fetchall()

    def number(self, query: str, *values: Any) -> int:
        """The single number that the query returns."""
        [[found]] = self.sql(query, *values)
        return int(found)

    def live(self) -> bool:
        try:
            return self.http.get("/health/ready").is_success
        except httpx.TransportError:
            return False


class Api(Server):
    """The API without a worker, on an existing database."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self.port = free_port()
        super().__init__(self.port, database_url, folder / "data")
        self.log = folder / "api.log"
        self._settings = {
            "DATABASE_URL": database_url,
            "PORT": str(self.port),
            "BOOKING_DATA_DIR": str(self.data),
            **settings,
        }
        self.start()

    def start(self) -> None:
        self._program = Program("api", self.log, self._settings)
        self._program.wait_until(self.live, "ready")

    def kill(self) -> None:
        """SIGKILL the API with all its processes."""
        self._program.kill()

    def stop(self) -> int:
        """Ask the API to stop; return its exit code."""
        return self._program.stop()

    def kill_processes_that_serve(self) -> None:
        """SIGKILL the serving processes; their parent stays alive and replaces them."""
        for process in self.processes():
            os.kill(process, signal.SIGKILL)

    def processes(self) -> list[int]:
        """The process ids that serve requests."""
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


class Worker:
    """The worker without an API, on an existing database."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        given = {"DATABASE_URL": database_url, "BOOKING_DATA_DIR": str(folder / "data"), **settings}
        self._program = Program("worker", folder / "worker.log", given)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._program.stop()


class Product(Server):
    """The whole product, started by the command `run`; `with` stops it.

    Its database is new, or a copy of the one in `migrated`.
    """

    def __init__(
        self, folder: Path, *, interpreter: bool = False, migrated: Path | None = None, **settings: str
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port, self.simulator_port = free_port(), free_port()
        self.simulator_url = f"http://127.0.0.1:{self.simulator_port}"
        super().__init__(self.port, "", folder / "data")
        self.settings = {
            "BOOKING_DATA_DIR": str(self.data),
            "PORT": str(self.port),
            "SIMULATOR_PORT": str(self.simulator_port),
            **settings,
        }
        self._interpreter = interpreter
        self._starts = 0
        if migrated is not None:
            copy_migrated(migrated, self.data / "postgres")
        self.start()

    def start(self) -> None:
        """Start the product and wait until its banner says that it is ready."""
        self._starts += 1
        log = self.folder / f"data-{self._starts}.log"
        self.program = Program("run", log, self.settings, interpreter=self._interpreter)
        banner = self.program.wait_until(lambda: _banner(self.program.said), "ready")
        self.database_url = banner["database"]
        assert self.live()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        return self.program.stop(number)

    def processes(self) -> dict[int, str]:
        """Command lines by process id, as of `processes_of`."""
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
            for process in self.processes():  # left over from a `run` that was killed or did not stop
                os.kill(process, signal.SIGKILL)


def processes_of(data: Path) -> dict[int, str]:
    """The processes with this data folder: their names and command lines by process id.

    Their command line or environment names it, or the path of their output begins with it: that of a fork.
    """
    needle = str(data).encode()
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "comm").read_bytes() + (folder / "cmdline").read_bytes()
            traces = (folder / "environ").read_bytes() + bytes((folder / "fd" / "1").readlink())
            ended = (folder / "stat").read_text().rpartition(")")[2].split()[0] in "ZX"
        except OSError:
            continue  # it has just ended, or belongs to another user
        if needle in command + traces and not ended:
            found[int(folder.name)] = command.replace(b"\0", b" ").decode(errors="replace").strip()
    return found


def _banner(said: str) -> dict[str, str]:
    """The addresses in the banner by name; empty until the banner is complete."""
    if "Ctrl-C stops everything." not in said:
        return {}
    return dict(re.findall(r"^  (\S.*?) {2,}(\S.*)$", said, re.MULTILINE))
