"""Serves the simulator in one process."""

import asyncio
import logging
from contextlib import closing

from litestar import Litestar

from simulators import server as simulator_server
from simulators.qpay.app import create_simulator
from simulators.qpay.config import SimulatorConfig
from simulators.qpay.state.store import Store

_LOG = logging.getLogger(__name__)


async def serve(config: SimulatorConfig) -> None:
    """Serve until SIGTERM or SIGINT; requests in progress get three seconds to finish.

    Raises:
        OSError: the address is in use or not local, or the state directory cannot be created.
        sqlite3.Error: the state file is not a database of the simulator.
    """
    simulator_server.require_free_address(config.host, config.port)
    with closing(Store(config.state)):
        pass  # fail early: inside the server, an unreadable state would only appear as a long traceback

    def application(stopping: asyncio.Event) -> Litestar:
        return create_simulator(config, stopping=stopping)

    _LOG.info("QPay simulator at %s/v2, state in %s", config.base_url, config.state or "memory")
    await simulator_server.serve(application, host=config.host, port=config.port)
