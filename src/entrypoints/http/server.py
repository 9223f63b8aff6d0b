"""Serve the API with granian."""

from granian import Granian
from granian.constants import Interfaces, Loops

from entrypoints.settings import Settings


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM, with as many processes as the settings say; one that dies is replaced."""
    Granian(
        target="entrypoints.http.asgi:create",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        workers=settings.api_processes,
        loop=Loops.uvloop,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_access=False,
    ).serve()
