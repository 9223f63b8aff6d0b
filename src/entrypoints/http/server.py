"""Serve the API with granian."""

import gc
import sys
from typing import Final

# If setproctitle is installed, granian overwrites the command line and environment by which operators find its
# processes.
sys.modules["setproctitle"] = None  # type: ignore[assignment]

from granian import Granian, _signals  # noqa: E402
from granian.constants import HTTPModes, Interfaces, Loops  # noqa: E402
from granian.http import HTTP1Settings  # noqa: E402

from entrypoints.http import asgi  # noqa: E402
from entrypoints.http.kit.stopping import telling  # noqa: E402
from entrypoints.settings import TEXT, Settings  # noqa: E402

CONNECTIONS: Final = 4_096
MOST_HEADER_BYTES: Final = 65_536
HEADER_MILLISECONDS: Final = 30_000
"""The deadline for the head of a request."""


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM with the configured number of processes; a process that dies is replaced.

    The processes are forks of this one, which has imported the application already, so each starts a second sooner.
    """
    _signals.set_loop_signals = telling(_signals.set_loop_signals)
    written = {"()": "entrypoints.logs.formatter", "readable": settings.log_format == TEXT}
    gc.collect()
    gc.freeze()  # and so the collector writes nothing into the pages that they share
    Granian(
        target=f"{asgi.__name__}:{asgi.create.__name__}",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        workers=settings.api_processes,
        # Shared by all processes: what each keeps open is its part of it. A burst has to be let in to be refused.
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        loop=Loops.uvloop,
        # HTTP/2 would need limits of its own; TLS ends at a proxy, which speaks HTTP/1.1 to us.
        http=HTTPModes.http1,
        websockets=True,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS, max_buffer_size=MOST_HEADER_BYTES),
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_access=False,  # `log_requests` writes the access log
        log_dictconfig={"formatters": {"generic": written, "access": written}},
    ).serve()
