"""Serve the API with granian."""

import gc
import sys
from typing import Final

# If setproctitle is installed, granian overwrites the command line and environment that operators use to find its
# processes.
sys.modules["setproctitle"] = None  # type: ignore[assignment]

from granian import Granian, _signals  # noqa: E402
from granian.constants import HTTPModes, Interfaces, Loops  # noqa: E402
from granian.http import HTTP1Settings  # noqa: E402

from entrypoints.http import asgi  # noqa: E402
from entrypoints.http.kit.stopping import telling  # noqa: E402
from entrypoints.settings.main import READABLE, Settings  # noqa: E402

CONNECTIONS: Final = 4_096
MOST_HEADER_BYTES: Final = 65_536
HEADER_MILLISECONDS: Final = 30_000
"""The deadline for the head of a request."""

GRACE_SECONDS: Final = 20
"""How long requests may take to finish once the process stops: longer than any statement or computation may last."""


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM with the configured number of processes; a process that dies is replaced.

    The processes are forks of this one, which has made the application already, so each starts four seconds sooner.
    """
    asgi.prepare()
    asgi.application()
    _signals.set_loop_signals = telling(_signals.set_loop_signals)
    written = {"()": "entrypoints.logs.formatter", "readable": settings.log_format == READABLE}
    gc.collect()
    gc.freeze()  # frozen, so that garbage collection does not copy the pages that the forks share
    Granian(
        target=f"{asgi.__name__}:{asgi.create.__name__}",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        workers=settings.api_processes,
        # The total over all processes; each gets its share. The connections of a burst must be accepted before the API
        # can refuse their requests.
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        loop=Loops.uvloop,
        # HTTP/2 would need limits of its own, and is not needed: the proxy that ends TLS speaks HTTP/1.1 to this
        # server.
        http=HTTPModes.http1,
        websockets=True,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS, max_buffer_size=MOST_HEADER_BYTES),
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_SECONDS,
        log_access=False,  # `log_requests` writes the access log
        log_dictconfig={"formatters": {"generic": written, "access": written}},
    ).serve()
