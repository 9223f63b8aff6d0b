"""Runs the Worker in workerd (miniflare) as a separate process."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.npm import require_packages
from tests.ports import free_port

PROJECT: Final = Path(__file__).parents[4] / "deploy" / "qpay-worker"
KEY: Final = "the key of the edge, for tests only"
OTHER_KEY: Final = "another key of the edge, also for tests"


def require_node() -> None:
    """Skip the test, with the reason, if the Worker cannot run here."""
    require_packages(PROJECT)


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
