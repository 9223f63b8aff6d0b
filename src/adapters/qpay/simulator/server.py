"""Serves the simulator in one process.

Granian's default server runs the application in a child process, which survives a SIGKILL of its parent and keeps the
port. The embedded server runs in this process and event loop, so a kill leaves nothing behind.
"""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable
from contextlib import closing
from typing import Final

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from adapters.qpay.simulator.app import create_simulator
from adapters.qpay.simulator.config import SimulatorConfig
from adapters.qpay.simulator.state.store import Store

_LOG = logging.getLogger(__name__)
_GRACE_SECONDS: Final = 3


async def serve(config: SimulatorConfig) -> None:
    """Serve until SIGTERM or SIGINT; requests in progress get three seconds to finish.

    Raises:
        OSError: the address is in use or not local, or the state directory cannot be created.
        sqlite3.Error: the state file is not a database of the simulator.
    """
    require_free_address(config.host, config.port)
    with closing(Store(config.state)):
        pass  # fail early: inside the server, an unreadable state would only appear as a long traceback
    stopping = asyncio.Event()
    server = Server(
        create_simulator(config, stopping=stopping),
        address=config.host,
        port=config.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()

    stop_server: Callable[[], None] = server.stop

    def stop() -> None:
        stopping.set()
        stop_server()
        # A client that never finishes its request must not delay the exit; acknowledged data is on disk.
        loop.call_later(_GRACE_SECONDS, os._exit, 0)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    _LOG.info("QPay simulator at %s/v2, state in %s", config.base_url, config.state or "memory")
    await server.serve()


def require_free_address(host: str, port: int) -> None:
    """Check that the address is free: Granian binds with SO_REUSEPORT and would silently share it.

    Raises:
        OSError: the address is in use or not local.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
