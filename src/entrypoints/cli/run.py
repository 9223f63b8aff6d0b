"""Run everything on one machine: database, gateway simulator, worker, API; all of it ends when one of them does."""

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from adapters.postgres import migrations
from entrypoints.cli.banner import banner
from entrypoints.cli.provided_database import provided_database
from entrypoints.cli.seed import seed
from entrypoints.processes import die_with_parent
from entrypoints.settings import Environment, Settings

READY_WITHIN_SECONDS: Final = 60
GRACE_SECONDS: Final = 15
PORT_PATIENCE_SECONDS: Final = 10
_PAUSE_SECONDS: Final = 0.05


class PortTaken(Exception):
    """Something else is listening where we should."""


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    process: subprocess.Popen[bytes]


def run(settings: Settings) -> int:
    """Run until a signal (0) or until one part ends by itself (1)."""
    signals = _Signals()
    started = time.monotonic()
    with _alone(settings.data_dir), provided_database(settings) as url:
        migrations.upgrade(url)
        development = settings.environment is Environment.DEVELOPMENT
        if development:
            asyncio.run(seed(settings, url))
        addresses = [(settings.host, settings.port)]
        if settings.simulated_gateway:
            addresses.append(("127.0.0.1", settings.simulator_port))
        for address in addresses:
            _wait_for_free(address)
        parts: list[_Part] = []
        try:
            parts += _start(settings, {**os.environ, "DATABASE_URL": url, "PYTHONUNBUFFERED": "1"})
            if not _ready(settings, parts, signals):
                return 0 if signals.told_to_stop else 1
            took = time.monotonic() - started
            print(banner(replace(settings, database_url=url), took, demo=development), flush=True)
            while not signals.told_to_stop:
                ended = next((part for part in parts if part.process.poll() is not None), None)
                if ended is not None:
                    print(f"{ended.name} has ended ({ended.process.returncode}); stopping.", file=sys.stderr)
                    return 1
                signals.wait(1.0)
            return 0
        finally:
            _stop(parts)


def _start(settings: Settings, environ: Mapping[str, str]) -> Iterator[_Part]:
    commands = {
        "worker": ["-m", "entrypoints.cli", "worker"],
        "api": ["-m", "entrypoints.cli", "api"],
    }
    if settings.simulated_gateway:
        state = str(settings.data_dir / "simulator.sqlite")
        commands["simulator"] = [
            "-m",
            "adapters.qpay.simulator",
            "--port",
            str(settings.simulator_port),
            "--state",
            state,
        ]
    for name, arguments in commands.items():
        yield _Part(
            name,
            subprocess.Popen(  # noqa: S603
                [sys.executable, *arguments],
                env=environ,
                stdin=subprocess.DEVNULL,
                # Ctrl-C in a terminal reaches the whole group; here only we hear it, and stop each part in good order.
                start_new_session=True,
                preexec_fn=partial(die_with_parent, signal.SIGTERM),  # noqa: PLW1509 - we have no threads by now
            ),
        )


def _ready(settings: Settings, parts: list[_Part], signals: "_Signals") -> bool:
    urls = [f"{_local(settings)}/health/ready"]
    if settings.simulated_gateway:
        urls.append(f"http://127.0.0.1:{settings.simulator_port}/simulator/health")
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    with httpx.Client(timeout=2.0) as client:
        while urls and time.monotonic() < deadline and not signals.told_to_stop:
            ended = next((part for part in parts if part.process.poll() is not None), None)
            if ended is not None:
                print(f"{ended.name} did not start ({ended.process.returncode}).", file=sys.stderr)
                return False
            with contextlib.suppress(httpx.HTTPError):
                if client.get(urls[0]).is_success:
                    urls.pop(0)
                    continue
            signals.wait(_PAUSE_SECONDS)
    if urls and not signals.told_to_stop:
        print(f"{urls[0]} did not become ready within {READY_WITHIN_SECONDS} s.", file=sys.stderr)
    return not urls


def _stop(parts: list[_Part]) -> None:
    for part in parts:
        if part.process.poll() is None:
            part.process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for part in parts:
        try:
            part.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            print(f"{part.name} did not stop within {GRACE_SECONDS} s and is killed.", file=sys.stderr)
            part.process.kill()
            part.process.wait()


@contextlib.contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Two of us in one folder would share a database and stop it under each other's feet."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PortTaken(f"another `run` uses the data folder {data_dir.resolve()}") from None
        yield


def _wait_for_free(address: tuple[str, int]) -> None:
    """An earlier run may still be letting go of its port."""
    deadline = time.monotonic() + PORT_PATIENCE_SECONDS
    while True:
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                if time.monotonic() > deadline:
                    raise PortTaken(f"{address[0]}:{address[1]} cannot be used: {error.strerror}") from error
            else:
                return
        time.sleep(_PAUSE_SECONDS)


def _local(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - to compare with
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


class _Signals:
    """Remembers that SIGINT or SIGTERM came, and lets one wait for it."""

    def __init__(self) -> None:
        self.told_to_stop = False
        self._reader, self._writer = socket.socketpair()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, *_: object) -> None:
        self.told_to_stop = True
        with contextlib.suppress(BlockingIOError):
            self._writer.send(b"\0", socket.MSG_DONTWAIT)

    def wait(self, seconds: float) -> None:
        self._reader.settimeout(seconds)
        with contextlib.suppress(TimeoutError):
            self._reader.recv(1)
