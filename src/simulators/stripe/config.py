"""Configuration of a simulator."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorConfig:
    """`state` is the SQLite file, or None for an in-memory database. Durations are in seconds.

    Events are sent to `webhook_url`, if there is one. A failed delivery is retried after each of `retry_delays`.
    """

    host: str = "127.0.0.1"
    port: int = 8002
    state: Path | None = None
    secret_key: str = "sk_test_simulator"  # noqa: S105  # a simulator's key protects nothing
    publishable_key: str = "pk_test_simulator"
    webhook_url: str | None = None
    webhook_secret: str = "whsec_simulator_of_stripe_0123456789"  # noqa: S105  # a simulator's
    merchant_name: str = "Simulated Merchant"
    webhook_timeout_seconds: float = 5.0
    retry_delays: tuple[float, ...] = (0.2, 0.5, 1.0)
