"""`python -m simulators.qpay --host 127.0.0.1 --port 8001 --state PATH.sqlite`."""

import argparse
import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import uvloop

from adapters.kit.zone_data import use_pinned_zone_data
from simulators.qpay.config import SimulatorConfig
from simulators.qpay.server import serve


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
    use_pinned_zone_data()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    config = config_from(arguments)
    try:
        uvloop.run(serve(config))
    except (OSError, sqlite3.Error) as error:
        where = f"{config.host}:{config.port}, state in {config.state or 'memory'}"
        raise SystemExit(f"QPay simulator cannot serve {where}: {error}") from error


if __name__ == "__main__":
    main()
