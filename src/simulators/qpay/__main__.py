"""`python -m simulators.qpay --host 127.0.0.1 --port 8001 --state PATH.sqlite`."""

import argparse
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from simulators.kit import server
from simulators.qpay.app import create_simulator
from simulators.qpay.config import SimulatorConfig
from simulators.qpay.state.store import Store


def config_from(arguments: Sequence[str] | None) -> SimulatorConfig:
    """Parse the arguments; None reads `sys.argv`."""
    default = SimulatorConfig()
    parser = argparse.ArgumentParser(
        prog="python -m simulators.qpay", description="A local simulator of the QPay merchant API v2."
    )
    parser.add_argument("--host", default=default.host)
    parser.add_argument("--port", type=int, default=default.port)
    parser.add_argument("--state", type=Path, help="SQLite file for the state; default: in memory")
    parser.add_argument("--username", default=default.username)
    parser.add_argument("--password", default=default.password)
    parser.add_argument("--invoice-code", default=default.invoice_code)
    parser.add_argument("--merchant-name", default=default.merchant_name, help="shown on the checkout page")
    parser.add_argument("--public-url", help="URL under which browsers reach this server; default: http://host:port")
    return SimulatorConfig(**vars(parser.parse_args(arguments)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT."""
    server.main("QPay", partial(config_from, arguments), create_simulator, lambda path: closing(Store(path)))


if __name__ == "__main__":
    main()
