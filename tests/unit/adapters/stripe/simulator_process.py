"""Runs the simulator as a separate process on a free port."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from tests.ports import free_port

from adapters.stripe.simulator.store import Store

SOURCES = Path(__file__).parents[4] / "src"
START_SECONDS = 30.0
STOP_SECONDS = 20.0
SECRET_KEY = "sk_test_simulator"
PUBLISHABLE_KEY = "pk_test_simulator"
WEBHOOK_SECRET = "whsec_of_the_tests_0123456789abcdef"


class StripeSimulator:
    def __init__(self, state: Path, *, port: int | None = None, webhook_url: str | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.state = state
        command = [
            *(sys.executable, "-m", "adapters.stripe.simulator", "--webhook-secret", WEBHOOK_SECRET),
            *("--host", "127.0.0.1", "--port", str(self.port), "--state", str(state)),
            *(() if webhook_url is None else ("--webhook-url", webhook_url)),
        ]
        self.process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(SOURCES)})  # noqa: S603

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

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(STOP_SECONDS)

    def client(self) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {SECRET_KEY}"}
        return httpx.AsyncClient(base_url=self.url, timeout=20.0, trust_env=False, headers=headers)

    async def confirm(self, intent: str, method: str = "pm_card_visa") -> httpx.Response:
        async with self.client() as client:
            return await client.post(f"/v1/payment_intents/{intent}/confirm", data={"payment_method": method})

    def forget_keys(self) -> None:
        """Forget the idempotency keys, as Stripe does after a day or more."""
        with closing(Store(self.state)) as books:
            books.execute("DELETE FROM answers")

    async def reset(self) -> None:
        async with self.client() as client:
            (await client.post("/simulator/reset")).raise_for_status()

    async def switch(self, **switches: Any) -> None:
        async with self.client() as client:
            (await client.put("/simulator/switches", json=switches)).raise_for_status()
