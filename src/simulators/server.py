"""Serves a simulator of an external service in one process.

Granian's default server runs the application in a child process, which survives a SIGKILL of its parent and keeps the
port. The embedded server runs in this process and event loop, so a kill leaves nothing behind.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from typing import Final

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server
from litestar import Litestar

_GRACE_SECONDS: Final = 3


async def serve(application: Callable[[asyncio.Event], Litestar], *, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT, which set the application's event; requests in progress get three seconds.

    Raises:
        OSError: the address is in use or not local.
    """
    require_free_address(host, port)
    stopping = asyncio.Event()
    server = Server(
        application(stopping),
        address=host,
        port=port,
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
