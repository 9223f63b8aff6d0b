"""Serves the simulator in one process.

Granian's usual server runs the application in a child process, which outlives a parent that is killed with SIGKILL and
keeps the port. Its embedded server runs here, in this process and on this loop, so that nothing can be left behind.
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
    """Serve until SIGTERM or SIGINT; answers under way are finished, within three seconds.

    Raises:
        OSError: the address is taken or is not ours, or the folder of the state cannot be made.
        sqlite3.Error: the state is no SQLite file of ours.
    """
    require_free_address(config.host, config.port)
    with closing(Store(config.state)):
        pass  # a state that cannot be opened is said here; from within the server it would be a long trace
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
        # A client that never ends its request must not keep the process; what was answered is on disk.
        loop.call_later(_GRACE_SECONDS, os._exit, 0)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    _LOG.info("QPay simulator at %s/v2, state in %s", config.base_url, config.state or "memory")
    await server.serve()


def require_free_address(host: str, port: int) -> None:
    """Refuse an address that is taken: Granian binds with SO_REUSEPORT, and would share it in silence.

    Raises:
        OSError: the address is taken or is not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
