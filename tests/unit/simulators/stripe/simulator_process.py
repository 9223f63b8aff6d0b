"""Runs the simulator as a separate process on a free port."""

import signal
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
from tests.gates import PATIENCE_SECONDS
from tests.programs import Fork
from tests.unit.simulators.qpay.simulator_process import SimulatorProcess, run

from simulators.stripe.store import Store

SECRET_KEY = "sk_test_simulator"
CARD_KEY = b"key of cards"
PUBLISHABLE_KEY = "pk_test_simulator"
WEBHOOK_SECRET = "whsec_of_the_tests_0123456789abcdef"


class StripeSimulator(SimulatorProcess):
    def __init__(self, state: Path, *, port: int | None = None, webhook_url: str | None = None) -> None:
        self._webhook_url = webhook_url
        super().__init__(state, port=port)

    def start(self) -> Fork:
        webhooks = () if self._webhook_url is None else ("--webhook-url", self._webhook_url)
        return run("simulators.stripe", self.port, self.state, "--webhook-secret", WEBHOOK_SECRET, *webhooks)

    def kill(self) -> None:
        self.stop(signal.SIGKILL)

    def client(self) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {SECRET_KEY}"}
        return httpx.AsyncClient(base_url=self.url, timeout=PATIENCE_SECONDS, trust_env=False, headers=headers)

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
