"""The application factory for granian: `granian --interface asgi --factory entrypoints.http.asgi:create`."""

import gc
import os
import signal

from litestar import Litestar

from entrypoints.http.app import create_app
from entrypoints.http.container import HttpContainer
from entrypoints.logs import configure_logs
from entrypoints.processes import die_with_parent
from entrypoints.settings import TEXT, Settings
from entrypoints.zone_data import use_pinned_zone_data


def create() -> Litestar:
    """Make the application from the environment."""
    die_with_parent(signal.SIGKILL, os.getppid())  # else it would keep the port if granian died
    use_pinned_zone_data(os.environ)
    settings = Settings.from_environment(os.environ)
    configure_logs(settings.log_level, readable=settings.log_format == TEXT)
    gc.disable()
    app = create_app(HttpContainer(settings=settings))
    gc.collect()
    gc.freeze()  # all of this lives as long as the process
    gc.enable()
    return app
