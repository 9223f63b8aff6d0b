"""Configuration of a simulator."""

from dataclasses import dataclass
from pathlib import Path

DAY_SECONDS = 24 * 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorConfig:
    """Durations are in seconds.

    `state` is the SQLite file, or None for an in-memory database. `public_url` is the URL for browsers if it differs
    from `http://host:port`. A failed callback is retried after each of `retry_delays`.
    """

    host: str = "127.0.0.1"
    port: int = 8001
    state: Path | None = None
    username: str = "SIMULATOR"
    password: str = "simulator"  # noqa: S105  # a simulator's password protects nothing
    invoice_code: str = "SIMULATOR_INVOICE"
    merchant_name: str = "Simulated Merchant"
    public_url: str | None = None
    token_lifetime_seconds: int = DAY_SECONDS
    callback_timeout_seconds: float = 5.0
    retry_delays: tuple[float, ...] = (0.2, 0.5, 1.0)

    @property
    def base_url(self) -> str:
        if self.public_url is not None:
            return self.public_url.rstrip("/")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def checkout_url(self, invoice_id: str) -> str:
        return f"{self.base_url}/checkout/{invoice_id}"
