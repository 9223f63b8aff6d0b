"""The server that a test measures."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.acceptance.product import Api, Product, Server, Worker
from tests.citus import PROGRAMS
from tests.databases import TestServer
from tests.reliability import scale
from tests.unit.simulators.qpay.simulator_process import SimulatorProcess

_PATIENT: Final = {"BOOKING_DB_POOL_TIMEOUT_SECONDS": "120"}
"""Statements take several times as long on Citus, of which one machine runs all nodes: docs/operate/scaling.md."""


@contextmanager
def serving(postgres: TestServer, folder: Path, **settings: str) -> Iterator[Server]:
    """In `make reliability` the product with its durable database; in `make test`, and on Citus, its parts."""
    if scale.FULL and not PROGRAMS:
        with Product(folder, interpreter=True, migrated=None, **settings) as product:
            yield product
        return
    with postgres.database() as url, SimulatorProcess(folder / "simulator.sqlite") as simulator:
        settings = {"SIMULATOR_PORT": str(simulator.port), **(_PATIENT if PROGRAMS else {}), **settings}
        with Worker(folder, url, **settings), Api(folder, url, **settings) as api:
            yield api
