"""`python -m simulators.stripe --host 127.0.0.1 --port 8002 --state PATH.sqlite --webhook-url URL`."""

import argparse
import asyncio
import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import uvloop
from litestar import Litestar

from adapters.kit.zone_data import use_pinned_zone_data
from simulators import server as simulator_server
from simulators.stripe.app import create_simulator
from simulators.stripe.config import SimulatorConfig
from simulators.stripe.store import Store


def config_from(arguments: Sequence[str] | None) -> SimulatorConfig:
    """Parse the arguments; None reads `sys.argv`."""
    default = SimulatorConfig()
    parser = argparse.ArgumentParser(
        prog="python -m simulators.stripe", description="A local simulator of Stripe's API."
    )
    parser.add_argument("--host", default=default.host)
    parser.add_argument("--port", type=int, default=default.port)
    parser.add_argument("--state", type=Path, help="SQLite file for the state; default: in memory")
    parser.add_argument("--secret-key", default=default.secret_key)
    parser.add_argument("--publishable-key", default=default.publishable_key)
    parser.add_argument("--webhook-url", help="where events are sent; default: nowhere")
    parser.add_argument("--webhook-secret", default=default.webhook_secret)
    return SimulatorConfig(**vars(parser.parse_args(arguments)))


async def _serve(config: SimulatorConfig) -> None:
    with closing(Store(config.state)):
        pass  # fail early: inside the server, an unreadable state would only appear as a long traceback

    def application(stopping: asyncio.Event) -> Litestar:
        return create_simulator(config, stopping=stopping)

    await simulator_server.serve(application, host=config.host, port=config.port)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT."""
    use_pinned_zone_data()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    config = config_from(arguments)
    try:
        uvloop.run(_serve(config))
    except (OSError, sqlite3.Error) as error:
        where = f"{config.host}:{config.port}, state in {config.state or 'memory'}"
        raise SystemExit(f"Stripe simulator cannot serve {where}: {error}") from error


if __name__ == "__main__":
    main()
