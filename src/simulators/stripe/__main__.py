"""`python -m simulators.stripe --host 127.0.0.1 --port 8002 --state PATH.sqlite --webhook-url URL`."""

import argparse
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from simulators.kit import server
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT."""
    server.main("Stripe", partial(config_from, arguments), create_simulator, lambda path: closing(Store(path)))


if __name__ == "__main__":
    main()
