"""Runs the Worker in workerd (miniflare) as a separate process."""

import fcntl
import functools
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pytest
from tests.ports import free_port

PROJECT: Final = Path(__file__).parents[4] / "deploy" / "qpay-worker"
NODE_MAJOR: Final = 20
INSTALL_SECONDS: Final = 300
KEY: Final = "the key of the edge, for tests only"
OTHER_KEY: Final = "another key of the edge, also for tests"


def require_node() -> None:
    """Skip the test, with the reason, if the Worker cannot run here."""
    reason = _install()
    if reason is not None:
        pytest.skip(f"the Worker cannot run here: {reason}")


@functools.cache
def _install() -> str | None:
    """Install the packages of the lock file, once for all test processes; return why that is impossible."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return "Node and npm are not installed"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
    if int(version.removeprefix("v").partition(".")[0]) < NODE_MAJOR:
        return f"Node {version} is older than {NODE_MAJOR}"
    wanted = hashlib.sha256((PROJECT / "package-lock.json").read_bytes()).hexdigest()
    stamp = PROJECT / "node_modules" / ".installed"
    with (Path(tempfile.gettempdir()) / "qpay-worker.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == wanted:
            return None
        done = subprocess.run(  # noqa: S603
            [npm, "ci", "--ignore-scripts", "--prefer-offline", "--fetch-retries=0", "--loglevel=error"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            return f"npm ci failed: {done.stderr.strip()[-300:]}"
        stamp.write_text(wanted)
    return None


class WorkerProcess:
    """Stopped by closing its stdin, so it ends with the tests in any case."""

    def __init__(self, qpay_url: str, **bindings: str) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self._bindings = {
            "PUBLIC_URL": self.url,
            "QPAY_BASE_URL": f"{qpay_url}/v2",
            "QPAY_INVOICE_CODE": "SIMULATOR_INVOICE",
            "QPAY_USERNAME": "SIMULATOR",
            "QPAY_PASSWORD": "simulator",
            "API_URL": "http://127.0.0.1:9",
            "EDGE_KEY": KEY,
            **bindings,
        }

    def __enter__(self) -> Self:
        node = shutil.which("node")
        assert node is not None
        self._process = subprocess.Popen(  # noqa: S603
            [node, "serve.mjs"],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "NO_COLOR": "1"},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(self._bindings) + "\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline().strip() == self.url, "the Worker did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(20)
        finally:
            self._process.kill()
            assert self._process.stdout is not None
            self._process.stdout.close()
