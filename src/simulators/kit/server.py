"""Serves a simulator of an external service in one process.

Granian's default server runs the application in a child process, which survives a SIGKILL of its parent and keeps the
port. The embedded server runs in this process and event loop, so a kill leaves nothing behind.
"""

import asyncio
import logging
import os
import signal
import socket
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, Protocol, TypeVar

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server
from litestar import Litestar

from adapters.kit.zone_data import use_pinned_zone_data

_LOG: Final = logging.getLogger(__name__)
_GRACE_SECONDS: Final = 3


class Config(Protocol):
    """What a simulator's configuration has in common."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def state(self) -> Path | None: ...


Configuration = TypeVar("Configuration", bound=Config)
Application = Callable[[Configuration, asyncio.Event], Litestar]


def main(
    name: str,
    configuration: Callable[[], Configuration],
    application: Application[Configuration],
    store: Callable[[Path | None], AbstractContextManager[object]],
) -> None:
    """Serve until SIGTERM or SIGINT, which set the application's event; requests in progress get three seconds.

    Exits with a message if the address is in use or not local, or if the state is not a database of the simulator.
    """
    use_pinned_zone_data()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    config = configuration()
    state = config.state or "memory"
    try:
        _require_free_address(config.host, config.port)
        with store(config.state):
            pass  # fail early: inside the server, an unreadable state would only appear as a long traceback
        _LOG.info("%s simulator at %s:%d, state in %s", name, config.host, config.port, state)
        uvloop.run(_serve(config, application))
    except (OSError, sqlite3.Error) as error:
        where = f"{config.host}:{config.port}, state in {state}"
        raise SystemExit(f"{name} simulator cannot serve {where}: {error}") from error


async def _serve(config: Configuration, application: Application[Configuration]) -> None:
    stopping = asyncio.Event()
    server = Server(
        application(config, stopping),
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
    await server.serve()


def _require_free_address(host: str, port: int) -> None:
    """Check that the address is free: Granian binds with SO_REUSEPORT and would silently share it.

    Raises:
        OSError: the address is in use or not local.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
