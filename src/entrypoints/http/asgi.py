"""What the server loads: `granian --interface asgi --factory entrypoints.http.asgi:create`."""

import os
import signal

from litestar import Litestar

from entrypoints.container import Container
from entrypoints.http.app import create_app
from entrypoints.http.logs import configure_logs
from entrypoints.processes import die_with_parent
from entrypoints.settings import Settings


def create() -> Litestar:
    """Make the application from the environment."""
    die_with_parent(signal.SIGKILL)  # granian's own end must not leave us behind, holding the port
    settings = Settings.from_environment(os.environ)
    configure_logs(settings.log_level)
    return create_app(Container(settings=settings))
