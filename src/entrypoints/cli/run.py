"""Run everything on one machine: database, gateway simulator, worker and API, until told to stop."""

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import httpx

from adapters.postgres.kit import migrations
from entrypoints.cli.banner import banner
from entrypoints.cli.parts import Part, stop
from entrypoints.cli.provided_database import ProvidedDatabase, provided_database
from entrypoints.cli.seed import seed
from entrypoints.cli.startup import require_folder, retry_while_in_use, wait_for_free
from entrypoints.container import Container
from entrypoints.settings.environment import FILE
from entrypoints.settings.main import Environment, Settings

READY_WITHIN_SECONDS: Final = 60
LOOK_EVERY_SECONDS: Final = 0.5
_PAUSE_SECONDS: Final = 0.05


def run(settings: Settings) -> int:
    """Run until a signal (return 0) or until a part keeps dying (return 1)."""
    signals = _Signals()
    started = time.monotonic()
    with _alone(settings.data_dir):
        wait_for_free((settings.host, settings.port))
        if settings.simulated_qpay:
            wait_for_free(("127.0.0.1", settings.simulator_port))
        if settings.simulated_stripe:
            wait_for_free(("127.0.0.1", settings.stripe.simulator_port))
        with provided_database(settings) as database:
            url = database.url
            migrations.upgrade(url, cipher=Container(settings=settings).field_cipher())
            demo = settings.environment is Environment.DEVELOPMENT
            if demo and not signals.stop_requested:
                asyncio.run(seed(settings, url))
            parts: list[Part] = []
            try:
                if not signals.stop_requested:
                    kept = {name: text for name, text in os.environ.items() if name != f"DATABASE_URL{FILE}"}
                    parts += _parts(settings, {**kept, "DATABASE_URL": url, "PYTHONUNBUFFERED": "1"})
                if not _ready(settings, parts, signals):
                    return 0 if signals.stop_requested else 1
                print(banner(replace(settings, database_url=url), time.monotonic() - started, demo=demo), flush=True)
                return _supervise(parts, database, signals)
            finally:
                stop(parts)


def _supervise(parts: list[Part], database: ProvidedDatabase, signals: "_Signals") -> int:
    while not signals.stop_requested:
        if database.revive():
            print("PostgreSQL was killed and has been restarted.", file=sys.stderr, flush=True)
        for part in parts:
            if part.exit_code is None:
                continue
            print(f"{part.name} has ended ({part.exit_code}).", file=sys.stderr, flush=True)
            if not part.start_again():
                print(f"{part.name} keeps ending; stopping.", file=sys.stderr)
                return 1
        signals.wait(LOOK_EVERY_SECONDS)
    return 0


def _parts(settings: Settings, environ: Mapping[str, str]) -> Iterator[Part]:
    yield Part("worker", "entrypoints.cli", ["worker"], environ)
    yield Part("api", "entrypoints.cli", ["api"], environ)
    if settings.simulated_qpay:
        port, state = str(settings.simulator_port), str(settings.data_dir / "simulator.sqlite")
        yield Part("simulator", "simulators.qpay", ["--port", port, "--state", state], environ)
    if settings.simulated_stripe:
        stripe = settings.stripe
        options = {
            "--port": str(stripe.simulator_port),
            "--state": str(settings.data_dir / "stripe.sqlite"),
            "--webhook-url": f"{_local(settings)}/api/v1/webhooks/stripe",
            "--webhook-secret": stripe.webhook_secrets[0],
        }
        arguments = [word for option in options.items() for word in option]
        yield Part("Stripe simulator", "simulators.stripe", arguments, environ)


def _ready(settings: Settings, parts: list[Part], signals: "_Signals") -> bool:
    urls = [f"{_local(settings)}/health/ready"]
    if settings.simulated_qpay:
        urls.append(f"http://127.0.0.1:{settings.simulator_port}/simulator/health")
    if settings.simulated_stripe:
        urls.append(f"http://127.0.0.1:{settings.stripe.simulator_port}/simulator/health")
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    with httpx.Client(timeout=2.0) as client:
        while urls and time.monotonic() < deadline and not signals.stop_requested:
            ended = next((part for part in parts if part.exit_code is not None), None)
            if ended is not None:
                print(f"{ended.name} did not start ({ended.exit_code}).", file=sys.stderr)
                return False
            with contextlib.suppress(httpx.HTTPError):
                if client.get(urls[0]).is_success:
                    urls.pop(0)
                    continue
            signals.wait(_PAUSE_SECONDS)
    if urls and not signals.stop_requested:
        print(f"{urls[0]} did not become ready within {READY_WITHIN_SECONDS} s.", file=sys.stderr)
    return not urls


@contextlib.contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Lock the data folder: two `run`s in one folder would share a database, and each would stop the other's."""
    require_folder(data_dir)
    with (data_dir / "run.lock").open("w") as lock:
        os.register_at_fork(after_in_child=lock.close)  # else a part that outlives this process would keep the lock

        def take() -> None:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

        retry_while_in_use(take, f"another `run` uses the data folder {data_dir.resolve()}")
        yield


def _local(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - to compare with
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


class _Signals:
    """Records that SIGINT or SIGTERM arrived; `wait` returns early when one does."""

    def __init__(self) -> None:
        self.stop_requested = False
        self._reader, self._writer = socket.socketpair()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, *_: object) -> None:
        self.stop_requested = True
        with contextlib.suppress(BlockingIOError):
            self._writer.send(b"\0", socket.MSG_DONTWAIT)

    def wait(self, seconds: float) -> None:
        self._reader.settimeout(seconds)
        with contextlib.suppress(TimeoutError):
            self._reader.recv(1)
